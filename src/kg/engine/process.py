"""One query worker, seen from the web process: start it, ask it, kill it, and say why it died."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import tempfile
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, cast

from kg import errors
from kg.engine.answer import WorkerLost
from kg.engine.frames import END, HEAD, LIMIT, Frame, question
from kg.engine.spawner import Child, Spawner
from kg.errors import EngineError, KgError, MemoryExceeded, QueryTooLarge

__all__ = ["WorkerProcess"]

BUFFER = 4 << 20
"""Bytes of an answer that are taken from a worker ahead of a slow client; within them the worker is free at once."""
_OUT_OF_MEMORY = (b"memory allocation of", b"bad_alloc", b"MemoryError", b"Cannot allocate memory")
_OUT_OF_STACK = (b"has overflowed its stack",)
_ALL_THREADS = 2  # CPUCLOCK_SCHED of the kernel
_FRAMES = {int(kind): kind for kind in Frame}
_ERRORS = {name: getattr(errors, name) for name in errors.__all__}


class WorkerProcess(asyncio.Protocol):
    """A running worker: `ask` it one question at a time and `read` the pieces of its answer.

    `is_busy` is true from a question to the last piece of its answer; `is_worn` says that the worker asks to be
    replaced, as earlier queries have left it little memory; `is_doomed` that it is about to be killed. Of its last
    answer, now whole, `is_zipped` says that it was compressed, and `rows` how many it had, where its format shows it.
    """

    def __init__(self) -> None:
        self._child: Child | None = None
        self._code: int | None = None
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115 - closed in `_bury`
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport
        self._is_connected = False
        self._received = bytearray()
        self._frames: deque[tuple[Frame, bytes]] = deque()
        self._held = 0
        self._is_paused = False
        self._waiting: asyncio.Future[None] | None = None
        self._on_death: Callable[[WorkerProcess], None] = lambda _: None
        self._last_words = b""
        self.is_alive = True
        self.is_busy = False
        self.was_asked = False
        self.is_worn = False
        self.is_doomed = False
        self.is_zipped = False
        self.rows: int | None = None
        self.spawner: Spawner | None = None

    @classmethod
    async def start(cls, spawner: Spawner, *, seconds: float) -> WorkerProcess:
        """A worker that has its store open and has confined itself.

        Raises:
            IntegrityError: the store is not what the manifest says.
            EngineError: the worker died, or was not ready within `seconds`.
        """
        worker = cls()
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        try:
            with theirs:
                worker._child = await spawner.fork(theirs.fileno(), worker._stderr.fileno())
            await asyncio.get_running_loop().create_unix_connection(lambda: worker, sock=ours)
            worker.is_busy = True
            async with asyncio.timeout(seconds):
                await worker.read()
        except TimeoutError:
            await worker.kill()
            raise EngineError(f"a query worker was not ready within {seconds:g} s") from None
        except BaseException:
            await worker.kill()
            if not worker._is_connected:
                ours.close()
            raise
        worker.spawner = spawner
        return worker

    @property
    def pid(self) -> int:
        return self._child.pid if self._child else 0

    @property
    def is_usable(self) -> bool:
        """Whether it lives, and is not about to end because its fork server has."""
        return self.is_alive and self.spawner is not None and self.spawner.is_alive

    @property
    def used(self) -> float:
        """Seconds of processor time that it has had (clock_getcpuclockid(3)); 0 if it is gone."""
        try:
            return time.clock_gettime((~self.pid << 3) | _ALL_THREADS)
        except OSError:
            return 0.0

    def watch(self, on_death: Callable[[WorkerProcess], None]) -> None:
        """Have `on_death` called as soon as the process is gone, whether it was asked something or not."""
        self._on_death = on_death

    def ask(self, options: Mapping[str, Any], text: str) -> None:
        """Send a question of `kg.engine.frames.question`; the answer is read with `read`."""
        self.is_busy = self.was_asked = True
        self._transport.write(question(options, text))

    async def read(self) -> tuple[bytes, bool]:
        """The next piece of the answer, and whether it is the last.

        Raises:
            KgError: what the worker reports, or what it died of.
        """
        while not self._frames:
            if not self.is_alive:
                raise await self._cause_of_death()
            self._waiting = self._loop.create_future()
            try:
                await self._waiting
            finally:
                self._waiting = None
        kind, payload = self._frames.popleft()
        self._held -= len(payload)
        if self._is_paused and self._held < BUFFER and self.is_alive:
            self._is_paused = False
            self._transport.resume_reading()
        if kind is Frame.DATA:
            return payload, False
        self.is_busy = False
        if kind is Frame.DONE:
            flags, rows = END.unpack_from(payload)
            self.is_worn, self.is_zipped = bool(flags & 1), bool(flags & 2)
            self.rows = None if rows < 0 else rows
            return payload[END.size :], True
        report = json.loads(payload)
        self.is_worn = report["worn"]
        raise _ERRORS[report["class"]](**report["fields"])

    async def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        if self._child is not None:
            self._child.kill()
        if self._is_connected:
            self._transport.abort()
        await self._bury()

    async def _bury(self) -> None:
        if self._child is not None:
            self._code = await self._child.ended()
        if not self._stderr.closed:
            self._stderr.seek(0)
            self._last_words = self._stderr.read(1 << 16)
            self._stderr.close()

    async def _cause_of_death(self) -> KgError:
        await self._bury()
        if any(words in self._last_words for words in _OUT_OF_MEMORY):
            return MemoryExceeded(
                "the query needed more memory than a query may have", hint="use LIMIT, or ask for less"
            )
        code = self._code
        if code == -signal.SIGSEGV or any(words in self._last_words for words in _OUT_OF_STACK):
            return QueryTooLarge("the query is nested deeper than the engine can follow")
        if code == -signal.SIGXCPU:
            return errors.DeadlineExceeded("the query used up its processor time")
        kind = WorkerLost if code in (None, -signal.SIGKILL) else EngineError
        return kind(f"the query worker ended unexpectedly ({code})")

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._is_connected = True

    def data_received(self, data: bytes) -> None:
        received = self._received
        if not received and len(data) >= HEAD.size and HEAD.unpack_from(data)[1] == len(data) - HEAD.size:
            self._frames.append((_FRAMES[data[0]], data[HEAD.size :]))  # one whole frame, as nearly always
            self._held += len(data) - HEAD.size
        else:
            received += data
        while len(received) >= HEAD.size:
            kind, length = HEAD.unpack_from(received)
            if length > LIMIT:
                self._transport.abort()
                return
            if len(received) < HEAD.size + length:
                break
            self._frames.append((_FRAMES[kind], bytes(received[HEAD.size : HEAD.size + length])))
            self._held += length
            del received[: HEAD.size + length]
        if self._held >= BUFFER and not self._is_paused:
            self._is_paused = True
            self._transport.pause_reading()
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_alive = False
        self._wake()
        self._on_death(self)

    def _wake(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)
