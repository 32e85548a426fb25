"""What libraries log (uvicorn, asyncio), as lines of the journal: a log that programs read has no other lines."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress

from kg.web.journal import Journal

__all__ = ["LogRecords"]

_SAID = "ASGI callable returned without completing response."
"""Of each answer that breaks; the line of its request says so too."""


class LogRecords(logging.Handler):
    """Takes the warnings and errors of all libraries from `open` to `close`; for use inside the event loop."""

    def __init__(self, journal: Journal) -> None:
        super().__init__(logging.WARNING)
        self._journal = journal
        self._loop: asyncio.AbstractEventLoop

    def open(self) -> None:
        """From now on."""
        self._loop = asyncio.get_running_loop()
        logging.getLogger().addHandler(self)
        uvicorn = logging.getLogger("uvicorn")
        uvicorn.handlers.clear()
        uvicorn.propagate = True

    def close(self) -> None:
        """Until now."""
        logging.getLogger().removeHandler(self)
        super().close()

    def emit(self, record: logging.LogRecord) -> None:
        """A line with the message, its level, the name of the logger, and the traceback if there is one."""
        message = record.getMessage()
        if message == _SAID:
            return
        facts = {"level": record.levelname, "logger": record.name}
        if record.exc_info is not None:
            facts["traceback"] = logging.Formatter().formatException(record.exc_info)
        with suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(lambda: self._journal.event(message, **facts))
