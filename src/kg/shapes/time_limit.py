"""A limit on the time of a validation, which is heard while Python's `re` works, too."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from kg.errors import ConfigurationError, DeadlineExceeded

__all__ = ["OutOfTime", "time_limit"]


class OutOfTime(BaseException):
    """The time is over; no `except Exception` on the way takes it for an error of its own.

    `value` is the text of the term that was looked at, empty where that is not known.
    """

    def __init__(self, seconds: float, value: str = "") -> None:
        super().__init__(f"stopped after {seconds:g} seconds")
        self.seconds = seconds
        self.value = value


@contextmanager
def time_limit(seconds: float | None) -> Iterator[None]:
    """Inside, `OutOfTime` is raised after so many seconds; None is no limit.

    It is raised by a signal, so only the main thread of a process can have a limit. What does not return to Python, a
    query of the store, is not interrupted: `kg.interruption` ends its process.

    Raises:
        ConfigurationError: the limit is not positive, or this is another thread.
        DeadlineExceeded: `OutOfTime` was raised where nobody says what was looked at: while files are read.
    """
    if seconds is None:
        yield
        return
    if not 0 < seconds < 1e8:
        raise ConfigurationError(f"a limit of {seconds:g} seconds is none: give more than 0, and less than 3 years")
    if threading.current_thread() is not threading.main_thread():
        raise ConfigurationError("only the main thread can have a time limit", hint="validate in a process of its own")

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise OutOfTime(seconds)

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        try:
            yield
        finally:  # in which the time may be over, too
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
    except OutOfTime:
        message = f"stopped after {seconds:g} seconds, while files were read"
        raise DeadlineExceeded(message, hint="give it more time, or less to read") from None
