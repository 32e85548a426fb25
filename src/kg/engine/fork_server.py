"""The fork server: the process that query workers are forked from (`python -m kg.engine.fork_server`).

Descriptor 0 is a Unix socket of packets to the web process. The first packet is JSON: what the release is, the limits,
and how the release is held. *On disk*, every worker opens the store for itself. *In memory*, the release is loaded here
once and its pages are shared by all workers, which are forked in milliseconds and copy what they change. The fork
server has one thread, and so may fork; it never opens the store itself, because that would start threads of RocksDB.

Later packets are `FORK`, with two descriptors: the worker's socket and its standard error. Each is answered by the
process number and a descriptor of the process (pidfd), with which it can be killed and no other. When a worker ends,
its wait status is reported. When the web process ends, so does the fork server, and its workers with it.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import resource
import select
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from kg.engine.engines import Engine, engine_named
from kg.engine.frames import FORK
from kg.engine.worker import work
from kg.errors import KgError

__all__ = ["main"]

_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG
_FILES = 1024


def main() -> None:
    """Serve until the web process goes away."""
    for ignored in (signal.SIGINT, signal.SIGTERM):  # the web process decides; its end is the end of this one
        signal.signal(ignored, signal.SIG_IGN)
    with socket.socket(fileno=0) as control, suppress(ConnectionError):  # broken: the web process has gone
        start = json.loads(control.recv(1 << 20))
        _lower_file_limit()
        try:
            engine = engine_named(start["engine"])
            open_store = _opener(engine, start)
            _demand_one_thread()
        except (KgError, MemoryError, OSError, RuntimeError, SyntaxError, ValueError) as error:
            fields = {"message": str(error), "hint": getattr(error, "hint", None)}
            control.send(json.dumps({"class": type(error).__name__, "fields": fields}).encode())
            return
        gc.collect()
        gc.freeze()  # what is here already is shared by all workers, so none should write marks into it
        control.send(b"{}")
        _Forks(control, lambda: work(engine, open_store, start)).serve()


def _lower_file_limit() -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (_FILES if hard == resource.RLIM_INFINITY else min(hard, _FILES), hard))


def _demand_one_thread() -> None:
    threads = len(list(Path("/proc/self/task").iterdir()))
    if threads != 1:
        raise RuntimeError(f"the fork server has {threads} threads, and so cannot fork")


def _opener(engine: Engine, start: dict[str, Any]) -> Callable[[], Any]:
    """What gives a worker its store: it opens one itself, or has it from here."""
    path, quads = Path(start["store"]), start["quads"]
    if not start["in_memory"]:
        return lambda: engine.open_store(path, quads)
    store = engine.load_store(path, quads)
    return lambda: store


class _Forks:
    """Forks on request, and reports every end."""

    def __init__(self, control: socket.socket, child: Callable[[], None]) -> None:
        self._control = control
        self._child = child
        self._pids: dict[int, int] = {}
        self._poll = select.poll()
        self._poll.register(control, select.POLLIN)

    def serve(self) -> None:
        while True:
            for descriptor, _ in self._poll.poll():
                if descriptor in self._pids:
                    self._report(descriptor)
                elif not self._fork():
                    return

    def _fork(self) -> bool:
        request, descriptors, _, _ = socket.recv_fds(self._control, 64, 2)
        if request != FORK:
            return False
        pipe, errors = descriptors
        pid = os.fork()
        if pid == 0:
            self._become_worker(pipe, errors)
        os.close(pipe)
        os.close(errors)
        descriptor = os.pidfd_open(pid)
        self._pids[descriptor] = pid
        self._poll.register(descriptor, select.POLLIN)
        socket.send_fds(self._control, [json.dumps({"pid": pid}).encode()], [descriptor])
        return True

    def _become_worker(self, pipe: int, errors: int) -> None:
        """Never returns: a worker that leaves its loop must not go on as a second fork server."""
        with suppress(BaseException):
            parent = os.getppid()
            ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL, 0, 0, 0)
            os.dup2(pipe, 1)
            os.dup2(errors, 2)
            os.close(0)
            os.open(os.devnull, os.O_RDONLY)
            os.closerange(3, _FILES)
            if os.getppid() == parent:
                try:
                    self._child()
                except SystemExit:
                    os._exit(0)
                except BaseException:
                    sys.excepthook(*sys.exc_info())
                    sys.stderr.flush()
        os._exit(1)

    def _report(self, descriptor: int) -> None:
        pid = self._pids.pop(descriptor)
        self._poll.unregister(descriptor)
        os.close(descriptor)
        _, status = os.waitpid(pid, 0)
        self._control.send(json.dumps({"pid": pid, "code": os.waitstatus_to_exitcode(status)}).encode())


if __name__ == "__main__":
    main()
