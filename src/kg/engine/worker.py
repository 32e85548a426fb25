"""A query worker: the process that untrusted queries run in, forked by `kg.engine.fork_server`.

Descriptor 1 is the socket of `kg.engine.frames`. The worker has one release open and gives up what a query does not
need (`kg.engine.confinement`). The web process kills it at a query's deadline; it ends when its fork server does.
"""

from __future__ import annotations

import json
import resource
import socket
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from kg.engine.confinement import Memory, confine
from kg.engine.engines import Engine
from kg.engine.frames import HEAD, Frame, pack, read_question
from kg.engine.oxigraph import Query
from kg.engine.sender import CHUNK, Sender, largest
from kg.engine.warming import Warming
from kg.errors import EngineError, KgError, MemoryExceeded

__all__ = ["work"]

ARMED = 60
"""Seconds of processor time beyond a query's deadline at which the kernel stops this process."""
BRIEF, UNSEEN = 0.005, 64
"""Seconds of a query after which memory need not be looked at, but for one time in so many."""


class _Gauge:
    """Watches what queries use, without a system call for each of the many that use next to nothing."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._began = self._armed_until = 0.0
        self._unseen = 0

    def begin(self, seconds: float) -> None:
        """A query begins that may take `seconds`.

        A limit of processor time is the second line of defence, in case the web process cannot kill this one.
        """
        self._began = time.monotonic()
        if self._began + seconds > self._armed_until:
            used = resource.getrusage(resource.RUSAGE_SELF)
            limit = int(used.ru_utime + used.ru_stime + seconds) + ARMED
            resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))
            self._armed_until = self._began + seconds + ARMED - 2

    @property
    def is_worn(self) -> bool:
        """Whether it is time for a fresh worker; asked when a query has ended."""
        self._unseen += 1
        if self._unseen < UNSEEN and time.monotonic() - self._began < BRIEF:
            return False
        self._unseen = 0
        return self._memory.is_worn


def work(engine: Engine, open_store: Callable[[], Any], start: dict[str, Any]) -> None:
    """Serve one query after another until the web process goes away."""
    pipe = socket.socket(fileno=1)
    try:
        store = open_store()
        warming = Warming(copies=start["workers"]) if start["in_memory"] else None
        memory = Memory(start["memory"])
        confine(memory, Path(start["store"]), is_in_memory=start["in_memory"])
    except KgError as error:
        _send_error(pipe, error, worn=True)
        return

    def send(kind: Frame, payload: bytes) -> None:
        pipe.sendall(pack(kind, payload))

    Sender(send, CHUNK).finish(worn=False)
    gauge = _Gauge(memory)
    questions = _Questions(pipe, warming)
    while True:
        options, text = questions.next()
        gauge.begin(options["seconds"])
        format = options.get("format", "")
        limit = largest(format, start["result_bytes"])
        sender = Sender(send, limit, format=format, gzip=options.get("gzip", False))
        try:
            _answer(engine, store, options, text, start, sender)
        except KgError as error:
            _send_error(pipe, error, worn=gauge.is_worn)
        except MemoryError:
            _send_error(pipe, MemoryExceeded("the query needed more memory than a query may have"), worn=True)
        except (OSError, ValueError, RuntimeError) as error:
            _send_error(pipe, EngineError(f"the engine cannot evaluate this query: {error}"), worn=gauge.is_worn)
        else:
            sender.finish(worn=gauge.is_worn)


_NOT_OF_A_QUERY = frozenset(("seconds", "gzip", "check"))


def _answer(  # noqa: PLR0913, PLR0917 - all that a query meets here
    engine: Engine, store: Any, options: Mapping[str, Any], text: str, start: dict[str, Any], sender: Sender
) -> None:
    if "check" in options:
        engine.check_syntax(text, start["base_iri"])
        return
    query = Query(text, **{name: value for name, value in options.items() if name not in _NOT_OF_A_QUERY})
    engine.encode(engine.evaluate(store, query, start["base_iri"]), query, sender.write, start["prefixes"])


class _Questions:
    """What the web process asks; it asks nothing before the last question is answered."""

    def __init__(self, pipe: socket.socket, warming: Warming | None) -> None:
        self._pipe = pipe
        self._buffer = bytearray(1 << 17)
        self._warming = warming

    def next(self) -> tuple[Mapping[str, Any], str]:
        while self._warming is not None and not self._is_asked:
            if not self._warming.go_on():
                self._warming = None
        received, size = 0, HEAD.size
        while received < size:
            if received == len(self._buffer):
                self._buffer += bytes(size - received)
            got = self._pipe.recv_into(memoryview(self._buffer)[received:])
            if not got:
                raise SystemExit(0)
            received += got
            if received >= HEAD.size:
                size = HEAD.size + HEAD.unpack_from(self._buffer)[1]
        return read_question(bytes(self._buffer[HEAD.size : size]))

    @property
    def _is_asked(self) -> bool:
        """Whether something has come; poll(2) is no choice, because it fails where no descriptor may be opened."""
        try:
            self._pipe.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            return False
        return True


def _send_error(pipe: socket.socket, error: KgError, *, worn: bool) -> None:
    fields: dict[str, Any] = {"message": error.message, "hint": error.hint}
    fields |= {name: value for name in ("line", "column") if (value := getattr(error, name, None)) is not None}
    report = {"class": type(error).__name__, "fields": fields, "worn": worn}
    pipe.sendall(pack(Frame.ERROR, json.dumps(report).encode()))
