"""Several web processes that share one listening socket, where one would not use all processors.

Each is a whole server of its own: workers, cache, counts and limits. One that dies is replaced; they end together.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator

__all__ = ["run_processes"]

_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG
_PAUSE = 1.0
_AWAITED = (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD)
"""They are blocked and waited for, so that none comes between a fork and the note of it."""


def run_processes(number: int, serve: Callable[[bool], None]) -> None:
    """Run `serve` in so many processes until SIGINT or SIGTERM; the first is told so, to greet for all."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _AWAITED)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    alive: dict[int, float] = {}
    due = [time.monotonic()] * number
    ending = has_greeted = False
    reason = signal.SIGTERM
    while alive or due:
        while due and due[0] <= time.monotonic():
            due.pop(0)
            alive[_start(serve, before, is_first=not has_greeted)] = time.monotonic()
            has_greeted = True
        received = signal.sigtimedwait(_AWAITED, max(0.0, due[0] - time.monotonic()) if due else _PAUSE)
        is_told = received is not None and received.si_signo != signal.SIGCHLD
        if received is not None and is_told and not ending:
            reason = signal.Signals(received.si_signo)
        is_broken = False
        for pid, status in _ended():
            if pid not in alive:
                continue
            lived = time.monotonic() - alive.pop(pid)
            is_broken |= lived < _PAUSE and os.WIFEXITED(status)  # it cannot be started: so say the others
            due.append(time.monotonic() + _PAUSE)
        if is_told or is_broken:
            ending = True
            _end(alive)
        if ending:
            due.clear()
    signal.pthread_sigmask(signal.SIG_SETMASK, before)
    if reason == signal.SIGTERM:  # as a single process ends
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.raise_signal(signal.SIGTERM)


def _ended() -> Iterator[tuple[int, int]]:
    """The processes that have ended, with their statuses."""
    try:
        while (found := os.waitpid(-1, os.WNOHANG))[0]:
            yield found
    except ChildProcessError:
        return


def _end(alive: Iterable[int]) -> None:
    for pid in alive:  # none of them has been waited for yet, so the number is still theirs
        os.kill(pid, signal.SIGTERM)


def _start(serve: Callable[[bool], None], mask: Iterable[int], *, is_first: bool) -> int:
    parent = os.getpid()
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGTERM, 0, 0, 0)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # of the terminal: the first process tells the others
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        if os.getppid() == parent:
            serve(is_first)
            code = 0
    except Exception as error:
        print(f"kg: {error}", file=sys.stderr)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
