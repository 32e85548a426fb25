"""`/sparql`: the SPARQL 1.1 Protocol as a plain ASGI handler.

The truth promise: the status is decided when the first piece of the answer is here; a failure after that breaks the
connection without a clean end. Nothing is cut silently, and nothing that is not the answer is written into it.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from kg.engine.answer import Answer
from kg.engine.oxigraph import ROWS
from kg.engine.workers import WorkerPool
from kg.errors import DeadlineExceeded, KgError, RequestError
from kg.negotiation import HTML, Choice, choose_format, formats_of
from kg.query import ParsedQuery, parse_query
from kg.release import Release
from kg.results import read_results
from kg.settings import Settings
from kg.web.pages import Pages
from kg.web.protocol import METHODS, SparqlRequest, read_request
from kg.web.service_description import DESCRIPTIONS, ServiceDescription
from kg.web.visitor import Visitor

__all__ = ["PAGE_ROWS", "SparqlEndpoint"]

PAGE_ROWS = 100
"""Rows that a page shows; downloads have them all."""
_LONG = 4096
"""Characters of a query that takes longer to read than others should wait: 64 kB take a quarter of a second."""
_LAG = 1.0
"""Seconds after the deadline at which a client that does not take its answer is left."""
_VARY = "Accept, Accept-Language"
_LOG = logging.getLogger("kg.web")


class _Gone(Exception):
    """Nobody waits for the answer any longer."""


class SparqlEndpoint:
    """The ASGI application behind `/sparql`."""

    def __init__(self, release: Release, settings: Settings, pool: WorkerPool, pages: Pages) -> None:
        self._base_iri = release.manifest.base_iri
        self._settings = settings
        self._pool = pool
        self._pages = pages
        self._reading = asyncio.Lock()
        self._description = ServiceDescription(release, pool)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange = _Exchange(scope, receive, send)
        request: SparqlRequest | None = None
        try:
            if scope["method"] == "OPTIONS":
                await exchange.send_whole(Response(status_code=204, headers=_preflight()))
                return
            request = await read_request(scope, receive, max_bytes=self._settings.query_bytes)
            await self._respond(exchange, request)
        except _Gone:
            return
        except KgError as error:
            if exchange.is_started:  # returning now breaks the connection: the client sees that the answer is not whole
                _LOG.warning("an answer was broken off: %s", error)
                return
            visitor = Visitor.of(scope, request.language if request else None)
            page = self._pages.problem(error, visitor, query=request.query if request else None)
            page.headers["Access-Control-Allow-Origin"] = "*"
            await exchange.send_whole(page)

    async def _respond(self, exchange: _Exchange, request: SparqlRequest) -> None:
        accept = exchange.headers.get("accept")
        visitor = Visitor.of(exchange.scope, request.language)
        if request.query is None:
            if exchange.scope["method"] not in ("GET", "HEAD"):
                raise RequestError("there is no query in the request", hint="send query=…")
            choice = choose_format(accept, request.format, (*DESCRIPTIONS, HTML))
            if choice.format.is_html:
                await exchange.send_whole(self._pages.query_form(visitor))
                return
            body = await self._description.write(choice.format, visitor.url_of("/sparql"))
            await exchange.send_whole(Response(body, headers=_headers(choice)))
            return
        started = time.perf_counter()
        query = await self._read(request.query)
        choice = choose_format(accept, request.format, (*formats_of(query.form), HTML))
        if choice.format.is_html:
            body = await exchange.unless_gone(self._whole(query, request, visitor))
            result = read_results(body, gives_graph=query.form.gives_graph)
            seconds = time.perf_counter() - started
            await exchange.send_whole(self._pages.result(query, result, visitor, seconds=seconds, request=request))
            return
        answer = await exchange.unless_gone(
            self._pool.answer(query, format=choice.format.name, client=visitor.address, dataset=request.dataset)
        )
        try:
            async with asyncio.timeout_at(answer.deadline + _LAG):
                await exchange.send_answer(answer, _headers(choice))
        except TimeoutError:
            raise DeadlineExceeded("the client did not take the answer in time") from None
        finally:
            answer.close()

    async def _read(self, text: str) -> ParsedQuery:
        """The query, read once; a long one beside the event loop and one at a time, so that nobody waits for it."""
        read = partial(
            parse_query,
            text,
            base_iri=self._base_iri,
            max_bytes=self._settings.query_bytes,
            max_depth=self._settings.query_depth,
        )
        if len(text) < _LONG:
            return read()
        async with self._reading:
            return await asyncio.to_thread(read)

    async def _whole(self, query: ParsedQuery, request: SparqlRequest, visitor: Visitor) -> bytes:
        answer = await self._pool.answer(
            query, format=ROWS, client=visitor.address, dataset=request.dataset, rows=PAGE_ROWS
        )
        try:
            return b"".join([piece async for piece in answer.pieces()])
        finally:
            answer.close()


class _Exchange:
    """One request and its response: knows whether the response has begun, and notices when the client hangs up."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope = scope
        self.headers = Headers(scope=scope)
        self.is_started = False
        self._receive = receive
        self._send_message = send
        self._gone: asyncio.Task[None] | None = None

    async def _send(self, message: Message) -> None:
        self.is_started = True
        await self._send_message(message)

    async def send_whole(self, response: Response) -> None:
        if self.scope["method"] == "HEAD":
            response.body = b""
        await response(self.scope, self._receive, self._send)

    async def unless_gone(self, work: Any) -> Any:
        """The result of `work`, which is cancelled if the client hangs up meanwhile."""
        task = asyncio.ensure_future(work)
        watch = asyncio.ensure_future(self._until_gone())
        try:
            await asyncio.wait({task, watch}, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                return task.result()
            raise _Gone
        finally:
            watch.cancel()
            task.cancel()

    async def _until_gone(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def send_answer(self, answer: Answer, headers: dict[str, str]) -> None:
        """The pieces as they come; a client of HTTP/1.0 gets them when all are here, as it cannot see a broken end."""
        pieces = answer.pieces()
        body = [await anext(pieces)]
        if self.scope["http_version"] == "1.0":
            body += [piece async for piece in pieces]
        if answer.is_whole:
            await self.send_whole(Response(b"".join(body), headers=headers))
            return
        raw = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        await self._send({"type": "http.response.start", "status": 200, "headers": raw})
        if self.scope["method"] != "HEAD":
            await self._stream(body[0], pieces.__anext__)
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _stream(self, first: bytes, following: Callable[[], Awaitable[bytes]]) -> None:
        watch = asyncio.ensure_future(self._until_gone())
        piece = first
        try:
            while not watch.done():
                await self._send({"type": "http.response.body", "body": piece, "more_body": True})
                piece = await following()
            raise _Gone
        except StopAsyncIteration:
            return
        finally:
            watch.cancel()


def _headers(choice: Choice) -> dict[str, str]:
    return {"Content-Type": choice.content_type, "Vary": _VARY, "Access-Control-Allow-Origin": "*"}


def _preflight() -> dict[str, str]:
    """The data are public and read-only, so any page may ask; no credentials are involved (Fetch §3.2)."""
    methods = ", ".join(METHODS)
    return {
        "Allow": methods,
        "Accept-Query": '"application/sparql-query", "application/x-www-form-urlencoded"',
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Allow-Methods": methods,
        "Access-Control-Allow-Headers": "Accept, Accept-Language, Content-Type",
        "Access-Control-Max-Age": "86400",
    }
