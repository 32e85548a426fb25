"""The body of a response of an engine elsewhere, for a reader that blocks.

Most answers are short: `begin` has them whole, so that no other thread is needed. Of a long one, the rest is read by a
thread that may wait for it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from concurrent.futures import CancelledError, Future

from kg.engine.conversion import with_columns

__all__ = ["Body", "Stopped"]

BEGINNING = 65536
"""Bytes that `begin` reads."""
PATIENCE = 0.25
"""Seconds that it waits for them."""


class Stopped(Exception):
    """Nobody wants the answer any longer."""


class Body:
    """Its bytes; with `variables`, the columns of its SPARQL JSON are put in their order.

    `is_whole` says that `read` never waits; `tail` is what came last.
    """

    def __init__(self, chunks: AsyncIterator[bytes], variables: tuple[str, ...]) -> None:
        self._chunks = chunks
        self._variables = variables
        self._loop = asyncio.get_running_loop()
        self._held = memoryview(b"")
        self._early: deque[bytes] = deque()
        self._ahead: asyncio.Task[bytes] | None = None
        self._pending: Future[bytes] | None = None
        self._is_stopped = False
        self.is_whole = False
        self.tail = b""

    async def begin(self) -> None:
        """Receive the beginning, or what comes of it in time."""
        size, until = 0, self._loop.time() + PATIENCE
        while size < BEGINNING:
            ahead = self._ahead = self._loop.create_task(self._receive())
            done, _ = await asyncio.wait([ahead], timeout=max(0.0, until - self._loop.time()))
            if not done:
                return
            self._ahead = None
            if not (chunk := ahead.result()):
                self.is_whole = True
                return
            self._early.append(chunk)
            size += len(chunk)

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes, none at the end."""
        if not self._held:
            self._held = memoryview(self._next() if not self._variables else self._start())
        piece = self._held[:size] if size >= 0 else self._held
        self._held = self._held[len(piece) :]
        return bytes(piece)

    def _start(self) -> bytes:
        """The head of the result, its columns in the order of the query."""
        variables, self._variables, found = self._variables, (), b""
        while len(found) < BEGINNING and (chunk := self._next()):
            found += chunk
            if (ordered := with_columns(found, variables)) is not None:
                return ordered
        return found

    def _next(self) -> bytes:
        chunk = self._early.popleft() if self._early else b"" if self.is_whole else self._await()
        self.tail = (self.tail + chunk)[-200:]
        return chunk

    def _await(self) -> bytes:
        self._pending = asyncio.run_coroutine_threadsafe(self._later(), self._loop)
        if self._is_stopped:
            self._pending.cancel()
        try:
            return self._pending.result()
        except CancelledError:
            raise Stopped from None

    async def _later(self) -> bytes:
        ahead, self._ahead = self._ahead, None
        return await (ahead or self._receive())

    async def _receive(self) -> bytes:
        async for chunk in self._chunks:
            if chunk:
                return chunk
        return b""

    def stop(self) -> None:
        """End whatever waits for a byte."""
        self._is_stopped = True
        if self._ahead is not None:
            self._ahead.cancel()
        if self._pending is not None:
            self._pending.cancel()
