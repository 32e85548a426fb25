"""Several web processes that share one listening socket, where one would not use all processors.

Each is a whole server of its own: workers, cache, counts and limits. One that dies is replaced; they end together.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable
from types import FrameType

__all__ = ["run_processes"]

_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG
_PAUSE = 1.0


def run_processes(number: int, serve: Callable[[bool], None]) -> None:
    """Run `serve` in so many processes until SIGINT or SIGTERM; the first is told so, to greet for all."""
    alive: dict[int, float] = {}
    ending: list[int] = []

    def end(signum: int, frame: FrameType | None) -> None:
        ending.append(signum)
        for pid in alive:
            os.kill(pid, signal.SIGTERM)

    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, end)
    for index in range(number):
        alive[_start(serve, is_first=index == 0)] = time.monotonic()
    while alive:
        pid, status = os.wait()
        began = alive.pop(pid, None)
        if began is None or ending:
            continue
        if time.monotonic() - began < _PAUSE and os.WIFEXITED(status):
            end(signal.SIGTERM, None)  # it cannot be started: so say the others
            continue
        time.sleep(_PAUSE)
        if ending:
            continue
        alive[_start(serve, is_first=False)] = time.monotonic()
    if ending and ending[0] == signal.SIGTERM:  # as a single process ends
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.raise_signal(signal.SIGTERM)


def _start(serve: Callable[[bool], None], *, is_first: bool) -> int:
    parent = os.getpid()
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGTERM, 0, 0, 0)
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # of the terminal: the first process tells the others
        if os.getppid() == parent:
            serve(is_first)
            code = 0
    except Exception as error:
        print(f"kg: {error}", file=sys.stderr)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
