"""One query at a remote endpoint: its answer comes in as a stream, is converted in a thread, and goes out in pieces.

Parsers and serialisers of pyoxigraph call for bytes and hand out bytes, so they run in a thread of their own; what they
call for, they get from the event loop. A relay that is killed closes its connection, and its thread ends with the next
call.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from concurrent.futures import CancelledError as CallCancelled
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx

from kg.engine.chunks import PAGE, Chunks
from kg.engine.conversion import Target, accepted, convert
from kg.engine.endpoint import Endpoint
from kg.engine.oxigraph import ROWS
from kg.errors import EngineError, KgError, UpstreamUnavailable
from kg.query import Dataset

__all__ = ["Relay", "Request"]

_AHEAD = 64
"""Pieces that are taken ahead of a slow client: about 4 MB."""
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Request:
    """What to ask, over which dataset, and how the answer is wanted; `limit` is in bytes."""

    text: str
    dataset: Dataset
    target: Target
    limit: int
    gzip: bool = False


class Relay:
    """Evaluates one query, as a `kg.engine.protocol.Evaluator`; `place` is what it occupies in the engine's queue."""

    def __init__(self, endpoint: Endpoint, threads: Executor, place: int) -> None:
        self.place = place
        self.is_zipped = False
        self.rows: int | None = None
        self.failure: KgError | None = None
        self._endpoint = endpoint
        self._threads = threads
        self._pieces: asyncio.Queue[tuple[bytes, bool] | KgError] = asyncio.Queue(_AHEAD)
        self._crossing = _Crossing()
        self._task: asyncio.Task[None] | None = None

    def ask(self, question: Mapping[str, Any]) -> None:
        """Send the `request` of the question; the answer is read with `read`."""
        self._task = asyncio.get_running_loop().create_task(self._relay(question["request"]))

    async def read(self) -> tuple[bytes, bool]:
        """The next piece of the answer, and whether it is the last.

        Raises:
            KgError: there is no whole answer.
        """
        item = await self._pieces.get()
        if isinstance(item, KgError):
            raise item
        return item

    async def kill(self) -> None:
        """Close the connection, and return when the thread has ended; whoever reads gets an error."""
        if self._task is None:
            return
        if not self._crossing.is_closed:
            self._crossing.close()
            self._task.cancel()
        await asyncio.wait([self._task])

    async def _relay(self, request: Request) -> None:
        try:
            last = await self._converted(request)
        except KgError as error:
            self.failure = error
        except asyncio.CancelledError:
            self.failure = EngineError("the query was stopped")
        except Exception as error:  # whatever it is: somebody waits for the answer
            self.failure = EngineError(f"the answer of the query engine could not be read: {error}")
        else:
            await self._pieces.put((last, True))
            return
        while not self._pieces.empty():
            self._pieces.get_nowait()
        self._pieces.put_nowait(self.failure)

    async def _converted(self, request: Request) -> bytes:
        """Put all pieces but the last one into the queue, and give that."""
        target = request.target
        limit = min(PAGE, request.limit) if target.format == ROWS else request.limit
        asked = self._endpoint.ask(request.text, accepted(target.form), request.dataset, rows=target.rows)
        async with asked as response:
            chunks = Chunks(self._send, limit, format=target.format, gzip=request.gzip)
            source = _Body(response, self._crossing)
            media_type = response.headers["content-type"].partition(";")[0].strip().lower()

            def work() -> bytes:
                convert(source, media_type, target, chunks.write)
                return chunks.finish()

            last = await self._in_thread(work)
            self.is_zipped, self.rows = chunks.is_zipped, chunks.rows
            return last

    async def _in_thread(self, work: Callable[[], bytes]) -> bytes:
        """The result of `work`, whose thread has ended on return, whatever happens."""
        done = asyncio.get_running_loop().run_in_executor(self._threads, work)
        try:
            return await asyncio.shield(done)
        except CallCancelled:
            raise EngineError("the query was stopped") from None
        finally:
            self._crossing.close()
            await asyncio.wait([done])

    def _send(self, piece: bytes) -> None:
        self._crossing.call(lambda: self._pieces.put((piece, False)))


class _Crossing:
    """The way from a thread into the event loop, until it is closed."""

    def __init__(self) -> None:
        self.is_closed = False
        self._loop = asyncio.get_running_loop()
        self._pending: asyncio.Task[Any] | None = None

    def call(self, work: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
        """In the thread: the result of what is done in the loop.

        Raises:
            concurrent.futures.CancelledError: the way is closed.
        """
        return asyncio.run_coroutine_threadsafe(self._cross(work), self._loop).result()

    async def _cross(self, work: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
        if self.is_closed:
            raise asyncio.CancelledError
        self._pending = asyncio.current_task()
        try:
            return await work()
        finally:
            self._pending = None

    def close(self) -> None:
        """In the loop: the thread gets nothing any more, and what it waits for is given up."""
        self.is_closed = True
        if self._pending is not None:
            self._pending.cancel()


class _Body:
    """The body of a response, as the thread of a parser reads it."""

    def __init__(self, response: httpx.Response, crossing: _Crossing) -> None:
        self._stream: AsyncIterator[bytes] = response.aiter_raw()
        self._crossing = crossing
        self._held = memoryview(b"")

    def read(self, size: int = -1, /) -> bytes:
        """At most `size` bytes, none at the end.

        Raises:
            UpstreamUnavailable: the body ends before its end.
        """
        if not self._held:
            self._held = memoryview(self._crossing.call(self._next))
        piece = self._held[:size] if size >= 0 else self._held
        self._held = self._held[len(piece) :]
        return bytes(piece)

    async def _next(self) -> bytes:
        try:
            return await anext(self._stream, b"")
        except httpx.TransportError as error:
            raise UpstreamUnavailable("the query engine behind this endpoint broke off its answer") from error
