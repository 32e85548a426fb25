"""One query to an engine elsewhere, in the place of a query worker: asked once, read in pieces, stopped at any time.

The answer is read and written anew (`kg.engine.conversion`), a long one by a thread of its own, which blocks where the
network or the client is slow. Its last piece is held back until the engine has been asked once more which release it
holds, and that this was not loaded anew meanwhile.
"""

from __future__ import annotations

import asyncio
import re
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from typing import Any

import httpx

from kg.engine.body import Body, Stopped
from kg.engine.conversion import ACCEPTED, convert, refuse_unframed
from kg.engine.endpoint import beginning, form, refusal, stopped, unavailable
from kg.engine.frames import END, Frame
from kg.engine.oxigraph import Query
from kg.engine.sender import Sender, largest
from kg.engine.virtuoso import refuse_part
from kg.errors import EngineError, KgError, QuerySyntaxError
from kg.query import Form

__all__ = ["Exchange", "Line"]

ROOM = 64
"""Pieces that are held for a slow client."""
_NOT_OF_A_QUERY = frozenset(("seconds", "gzip", "form", "check"))
_RELATIVE = re.compile(r"<(?![A-Za-z][A-Za-z0-9+.-]*:)[^<>\"{}|^`\\\x00-\x20]*>")
_BASE = re.compile(r"\bBASE\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Exchange:
    """What all queries to an engine share.

    `state` is what the engine said when it was proved to hold the release; `prove` raises if that is so no longer.
    """

    client: httpx.AsyncClient
    url: str
    threads: Executor
    base_iri: str
    prefixes: Mapping[str, str]
    result_bytes: int
    state: Callable[[], str]
    prove: Callable[[str], Awaitable[object]]


class Line:
    """A place for one query; documented in `kg.engine.process.WorkerProcess`, whose part it plays."""

    def __init__(self, exchange: Exchange) -> None:
        self.is_alive = True
        self.is_busy = False
        self.is_doomed = False
        self.is_zipped = False
        self.rows: int | None = None
        self._exchange = exchange
        self._loop = asyncio.get_running_loop()
        self._frames: deque[tuple[Frame, bytes] | KgError] = deque()
        self._room = threading.Semaphore(ROOM)
        self._waiting: asyncio.Future[None] | None = None
        self._task: asyncio.Task[None] | None = None
        self._body: Body | None = None

    @property
    def is_usable(self) -> bool:
        return self.is_alive

    @property
    def used(self) -> float:
        """Seconds by the clock: what the engine does in them is not known here."""
        return self._loop.time()

    def ask(self, options: Mapping[str, Any], text: str) -> None:
        """Send a query; `options` are those of a `kg.engine.oxigraph.Query`, `form` and `gzip`, or `check`."""
        self.is_busy = True
        self._task = self._loop.create_task(self._run(options, text))

    async def read(self) -> tuple[bytes, bool]:
        """The next piece of the answer, and whether it is the last.

        Raises:
            KgError: there is no answer.
        """
        while not self._frames:
            self._waiting = self._loop.create_future()
            try:
                await self._waiting
            finally:
                self._waiting = None
        found = self._frames.popleft()
        if isinstance(found, KgError):
            self.is_busy = False
            raise found
        self._room.release()
        kind, payload = found
        if kind is Frame.DATA:
            return payload, False
        self.is_busy = False
        flags, rows = END.unpack_from(payload)
        self.is_zipped = bool(flags & 2)
        self.rows = None if rows < 0 else rows
        return payload[END.size :], True

    async def kill(self) -> None:
        """Hang up, and wait until nothing is done for the query any longer."""
        self.is_alive = False
        if self._body is not None:
            self._body.stop()
        self._room.release(ROOM)
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        self._put(EngineError("the query was stopped"))

    async def _run(self, options: Mapping[str, Any], text: str) -> None:
        try:
            before = self._exchange.state()
            end = await self._answer(options, text)
            await self._exchange.prove(before)
            self._put((Frame.DONE, end))
        except KgError as error:
            self._put(error)
        except httpx.HTTPError as error:
            self._put(unavailable(error))
        except Exception as error:  # whatever it is, nobody should wait for an answer until the deadline
            self._put(EngineError(f"the answer of the engine cannot be read ({type(error).__name__})"))

    async def _answer(self, options: Mapping[str, Any], text: str) -> bytes:
        """Send all pieces but the last, and give that one."""
        is_check = "check" in options
        facts = {name: value for name, value in options.items() if name not in _NOT_OF_A_QUERY}
        query = Query(text, **({"format": "json"} | facts))
        kind = Form(options.get("form", Form.SELECT))
        is_based = _RELATIVE.search(text) is not None and _BASE.search(text) is None
        sent = f"BASE <{self._exchange.base_iri}>\n{text}" if is_based else text
        fields = form(sent, query.default, query.named)
        response = await self._open(fields, ACCEPTED[kind.gives_graph])
        try:
            if response.status_code != 200:
                said = (await beginning(response)).decode("utf-8", "replace")
                error = refusal(response.status_code, response.headers, said)
                if is_based and isinstance(error, QuerySyntaxError) and error.line:
                    error.line -= 1
                raise error
            if is_check:
                return END.pack(0, -1)
            refuse_part(response.headers)
            if kind.gives_graph:
                refuse_unframed(response.headers)
            return await self._convert(response, query, kind, zipped="gzip" in options)
        finally:
            await response.aclose()

    async def _open(self, fields: Mapping[str, Any], accept: str) -> httpx.Response:
        """The head of the response."""
        client = self._exchange.client
        request = client.build_request("POST", self._exchange.url, data=fields, headers={"Accept": accept})
        return await client.send(request, stream=True)

    async def _convert(self, response: httpx.Response, query: Query, kind: Form, *, zipped: bool) -> bytes:
        ends: list[bytes] = []

        def send(frame: Frame, payload: bytes) -> None:
            if frame is Frame.DONE:
                ends.append(payload)
                return
            self._room.acquire()
            if not self.is_alive:
                raise Stopped
            self._loop.call_soon_threadsafe(self._put, (frame, payload))

        body = self._body = Body(response.aiter_bytes(), query.variables)
        sender = Sender(send, largest(query.format, self._exchange.result_bytes), format=query.format, gzip=zipped)
        content_type = response.headers.get("content-type", "")
        work = partial(convert, body, content_type, query, kind, sender, prefixes=self._exchange.prefixes)
        try:
            await body.begin()
            if body.is_whole:
                failure = _outcome(work)
            else:
                failure = await self._loop.run_in_executor(self._exchange.threads, _outcome, work)
        finally:
            await body.close()
        if isinstance(failure, Stopped):
            raise EngineError("the query was stopped")
        if isinstance(failure, SyntaxError | ValueError | OSError | RuntimeError):
            late = stopped(body.tail.decode("utf-8", "replace"))
            raise late or EngineError("the answer of the engine broke off, or is not what it says it is")
        if failure is not None:
            raise failure
        sender.finish(worn=False)
        return ends[0]

    def _put(self, item: tuple[Frame, bytes] | KgError) -> None:
        self._frames.append(item)
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)


def _outcome(work: Callable[[], None]) -> Exception | None:
    """What went wrong, without the frames in which it did: what pyoxigraph reads must end in the thread it began in."""
    try:
        work()
    except Exception as error:
        found: BaseException | None = error
        while found is not None:
            found = found.with_traceback(None).__context__
        return error
    return None
