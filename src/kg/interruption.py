"""Ctrl-C, or the end of a time limit, while a library does not return to Python: the process ends from beside it."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["interruptible"]

_PATIENCE = 0.5
_PATIENCE_WHEN_LATE = 5.0
"""Longer, as the error that says what took so long may need to look for its place."""
_SHOW_CURSOR = "\x1b[?25h"


@contextmanager
def interruptible(late: Callable[[], str] | None = None) -> Iterator[None]:
    """Inside, a SIGINT that Python does not get to see for half a second ends the process with code 130.

    So does a SIGALRM after five seconds, with code 1 and the message that `late` gives, if it is there.

    pyoxigraph runs a query to its end before Python can raise `KeyboardInterrupt`. Does nothing beside the main thread.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    over = threading.Event()
    threading.Thread(target=_end_if_unheard, args=(reading, over, late), daemon=True).start()
    before = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    try:
        yield
    finally:
        over.set()
        signal.set_wakeup_fd(before)
        os.close(writing)


def _end_if_unheard(reading: int, over: threading.Event, late: Callable[[], str] | None) -> None:
    while signals := os.read(reading, 1):
        if signals[0] == signal.SIGINT and not over.wait(_PATIENCE):
            _end("stopped", 130)
        if signals[0] == signal.SIGALRM and late is not None and not over.wait(_PATIENCE_WHEN_LATE):
            _end(late(), 1)
    os.close(reading)


def _end(message: str, code: int) -> None:
    if sys.stderr is not None:
        sys.stderr.write((_SHOW_CURSOR if sys.stderr.isatty() else "") + f"\n{message}\n")
        sys.stderr.flush()
    os._exit(code)
