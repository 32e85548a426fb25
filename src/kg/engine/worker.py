"""A query worker: the process that untrusted queries run in (`python -m kg.engine.worker`).

Descriptor 0 is a pipe that ends when the parent does, descriptor 1 is the socket of `kg.engine.frames`.

It opens one release read-only and gives up what a query does not need (`kg.engine.confinement`). Its parent kills it at
a query's deadline; if the parent dies, the worker kills itself.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
import threading
import time
from pathlib import Path
from typing import Any

from pyoxigraph import Store

from kg.engine.confinement import Memory, confine
from kg.engine.frames import HEAD, Frame, pack
from kg.engine.oxigraph import ROWS, Query, check_syntax, encode, evaluate, open_store
from kg.errors import EngineError, KgError, MemoryExceeded, ResultTooLarge

__all__ = ["main"]

CHUNK = 65536
PIECE = 1 << 20
"""Longest piece of an answer; a single literal may be longer."""
PAGE = 4 << 20
"""Largest answer for a page, which the web process reads and writes as a whole."""
HOLD = 0.25
"""Seconds after which a first piece shorter than `CHUNK` is sent."""


class _Sender:
    """Gathers the serialiser's small writes into chunks, and counts them."""

    def __init__(self, pipe: socket.socket, limit: int) -> None:
        self._pipe = pipe
        self._limit = limit
        self._pieces: list[bytes] = []
        self._held = 0
        self._sent = 0
        self._flush_at = time.monotonic() + HOLD

    def write(self, data: bytes) -> None:
        self._pieces.append(data)
        self._held += len(data)
        if self._sent + self._held > self._limit:
            raise ResultTooLarge(f"the answer has more than {self._limit} bytes", hint="use LIMIT, or ask for less")
        if self._held >= CHUNK or (self._sent == 0 and time.monotonic() > self._flush_at):
            self.flush()

    def flush(self) -> None:
        piece = self._take()
        self._sent += len(piece)
        for start in range(0, len(piece), PIECE):
            self._pipe.sendall(pack(Frame.DATA, piece[start : start + PIECE]))

    def finish(self, *, worn: bool) -> None:
        """Send what is left; the answer is whole."""
        self._pipe.sendall(pack(Frame.DONE, bytes([worn]) + self._take()))

    def _take(self) -> bytes:
        piece = b"".join(self._pieces)
        self._pieces, self._held = [], 0
        return piece


def main() -> None:
    """Serve one query after another until the parent goes away."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_die_with_parent, daemon=True).start()
    pipe = socket.socket(fileno=1)
    start = json.loads(_read(pipe)[1])
    try:
        store = open_store(Path(start["store"]), start["quads"])
        memory = Memory(start["memory"])
        confine(memory, Path(start["store"]))
    except KgError as error:
        _send_error(pipe, error, worn=True)
        return
    _Sender(pipe, CHUNK).finish(worn=False)
    while True:
        request = json.loads(_read(pipe)[1])
        _arm_clock(request.pop("seconds"))
        is_page = request.get("format") == ROWS
        sender = _Sender(pipe, min(PAGE, start["result_bytes"]) if is_page else start["result_bytes"])
        try:
            _answer(store, request, start, sender)
        except KgError as error:
            _send_error(pipe, error, worn=memory.is_worn)
        except MemoryError:
            _send_error(pipe, MemoryExceeded("the query needed more memory than a query may have"), worn=True)
        except (OSError, ValueError, RuntimeError) as error:
            _send_error(pipe, EngineError(f"the engine cannot evaluate this query: {error}"), worn=memory.is_worn)
        else:
            sender.finish(worn=memory.is_worn)


def _answer(store: Store, request: dict[str, Any], start: dict[str, Any], sender: _Sender) -> None:
    if request.pop("check", False):
        check_syntax(request["text"], start["base_iri"])
        return
    fields: dict[str, Any] = {n: tuple(value) if isinstance(value, list) else value for n, value in request.items()}
    query = Query(**fields)
    encode(evaluate(store, query, start["base_iri"]), query, sender.write, start["prefixes"])


def _arm_clock(seconds: float) -> None:
    """A second line of defence: the processor time of a query, in case the parent cannot kill this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    limit = int(used.ru_utime + used.ru_stime + seconds) + 2
    resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))


def _die_with_parent() -> None:
    os.read(0, 1)
    os.kill(os.getpid(), signal.SIGKILL)


def _read(pipe: socket.socket) -> tuple[int, bytes]:
    kind, length = HEAD.unpack(_exactly(pipe, HEAD.size))
    return kind, _exactly(pipe, length)


def _exactly(pipe: socket.socket, length: int) -> bytes:
    data = bytearray()
    while len(data) < length:
        piece = pipe.recv(length - len(data))
        if not piece:
            raise SystemExit(0)
        data += piece
    return bytes(data)


def _send_error(pipe: socket.socket, error: KgError, *, worn: bool) -> None:
    fields: dict[str, Any] = {"message": error.message, "hint": error.hint}
    fields |= {name: value for name in ("line", "column") if (value := getattr(error, name, None)) is not None}
    report = {"class": type(error).__name__, "fields": fields, "worn": worn}
    pipe.sendall(pack(Frame.ERROR, json.dumps(report).encode()))


if __name__ == "__main__":
    main()
