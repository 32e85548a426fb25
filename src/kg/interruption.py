"""Ctrl-C while a library works that does not return to Python: the process ends from beside it."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["interruptible"]

_PATIENCE = 0.5
_SHOW_CURSOR = "\x1b[?25h"


@contextmanager
def interruptible() -> Iterator[None]:
    """Inside, a SIGINT that Python does not get to see for half a second ends the process with code 130.

    pyoxigraph runs a query to its end before Python can raise `KeyboardInterrupt`. Does nothing beside the main thread.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    over = threading.Event()
    threading.Thread(target=_end_if_unheard, args=(reading, over), daemon=True).start()
    before = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    try:
        yield
    finally:
        over.set()
        signal.set_wakeup_fd(before)
        os.close(writing)


def _end_if_unheard(reading: int, over: threading.Event) -> None:
    while signals := os.read(reading, 1):
        if signals[0] == signal.SIGINT and not over.wait(_PATIENCE):
            if sys.stderr is not None:
                sys.stderr.write((_SHOW_CURSOR if sys.stderr.isatty() else "") + "\nstopped\n")
                sys.stderr.flush()
            os._exit(130)
    os.close(reading)
