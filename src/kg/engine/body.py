"""The body of a response of an engine elsewhere, for a thread that may wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import CancelledError, Future

from kg.engine.conversion import with_columns

__all__ = ["Body", "Stopped"]

_HEAD = 65536


class Stopped(Exception):
    """Nobody wants the answer any longer."""


class Body:
    """Its bytes; with `variables`, the columns of its SPARQL JSON are put in their order. `tail` is what came last."""

    def __init__(self, chunks: AsyncIterator[bytes], variables: tuple[str, ...]) -> None:
        self._chunks = chunks
        self._variables = variables
        self._loop = asyncio.get_running_loop()
        self._held = memoryview(b"")
        self._pending: Future[bytes] | None = None
        self._is_stopped = False
        self.tail = b""

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
        while len(found) < _HEAD and (chunk := self._next()):
            found += chunk
            if (ordered := with_columns(found, variables)) is not None:
                return ordered
        return found

    def _next(self) -> bytes:
        self._pending = asyncio.run_coroutine_threadsafe(self._receive(), self._loop)
        if self._is_stopped:
            self._pending.cancel()
        try:
            chunk = self._pending.result()
        except CancelledError:
            raise Stopped from None
        self.tail = (self.tail + chunk)[-200:]
        return chunk

    async def _receive(self) -> bytes:
        async for chunk in self._chunks:
            if chunk:
                return chunk
        return b""

    def stop(self) -> None:
        """End whatever waits for a byte."""
        self._is_stopped = True
        if self._pending is not None:
            self._pending.cancel()
