"""The body of a response of an engine elsewhere, for a reader that blocks.

Most answers are short: `begin` has them whole, so that no other thread is needed. Of a long one, the rest is read by a
thread that may wait for it. It takes all that has arrived at a time: some engines send a thousand small chunks, and a
change of threads for each would take longer than all else.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator

from kg.engine.conversion import with_columns

__all__ = ["AHEAD", "Body", "Stopped"]

BEGINNING = 65536
"""Bytes that `begin` waits for; a shorter answer is read at once."""
PATIENCE = 0.25
"""Seconds for which it does."""
AHEAD = 1 << 20
"""Bytes that are received before they are asked for, and one chunk."""


class Stopped(Exception):
    """Nobody wants the answer any longer."""


class Body:
    """Its bytes; with `variables`, the columns of its SPARQL JSON are put in their order.

    `is_whole` says, when it has begun, that it is short and here, so that `read` never waits; `tail` is what came last.
    """

    def __init__(self, chunks: AsyncIterator[bytes], variables: tuple[str, ...]) -> None:
        self._chunks = chunks
        self._variables = variables
        self._loop = asyncio.get_running_loop()
        self._held = memoryview(b"")
        self._arrived = bytearray()
        self._has_news = threading.Condition()
        self._has_begun = asyncio.Event()
        self._has_room = asyncio.Event()
        self._failure: Exception | None = None
        self._has_ended = self._is_stopped = False
        self._receiving: asyncio.Task[None] | None = None
        self.is_whole = False
        self.tail = b""

    async def begin(self) -> None:
        """Receive the beginning, or what comes of it in time."""
        self._receiving = self._loop.create_task(self._receive())
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await self._has_begun.wait()
        if self._failure is not None:
            raise self._failure
        self.is_whole = self._has_ended and len(self._arrived) < BEGINNING

    async def _receive(self) -> None:
        try:
            async for chunk in self._chunks:
                self._has_room.clear()
                with self._has_news:
                    self._arrived += chunk
                    size = len(self._arrived)
                    self._has_news.notify()
                if size >= BEGINNING:
                    self._has_begun.set()
                if size >= AHEAD:
                    await self._has_room.wait()
        except Exception as error:
            self._failure = error
        with self._has_news:
            self._has_ended = True
            self._has_news.notify()
        self._has_begun.set()

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes, none at the end.

        Raises:
            Stopped: `stop` was called.
            Exception: what the chunks raise.
        """
        if not self._held:
            self._held = memoryview(self._next() if not self._variables else self._start())
        piece = self._held[:size] if size >= 0 else self._held
        self._held = self._held[len(piece) :]
        return bytes(piece)

    def _start(self) -> bytes:
        """The head of the result, its columns in the order of the query."""
        variables, self._variables, found = self._variables, (), b""
        while len(found) < BEGINNING and (piece := self._next()):
            found += piece
            if (ordered := with_columns(found, variables)) is not None:
                return ordered
        return found

    def _next(self) -> bytes:
        """All that has arrived; nothing at the end."""
        with self._has_news:
            self._has_news.wait_for(lambda: self._arrived or self._has_ended or self._is_stopped)
            if self._is_stopped:
                raise Stopped
            if not self._arrived and self._failure is not None:
                raise self._failure
            piece = bytes(self._arrived)
            self._arrived.clear()
        if len(piece) >= AHEAD:
            self._loop.call_soon_threadsafe(self._has_room.set)
        self.tail = (self.tail + piece)[-200:]
        return piece

    def stop(self) -> None:
        """End whatever waits for a byte."""
        with self._has_news:
            self._is_stopped = True
            self._has_news.notify()

    async def close(self) -> None:
        """Receive no more."""
        self.stop()
        if self._receiving is not None:
            self._receiving.cancel()
            await asyncio.wait([self._receiving])
