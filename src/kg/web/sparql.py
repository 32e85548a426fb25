"""`/sparql`: the SPARQL 1.1 Protocol as a plain ASGI handler."""

from __future__ import annotations

import asyncio
import time
from functools import partial

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from kg.engine.oxigraph import ROWS
from kg.engine.pool import Pool
from kg.errors import KgError, RequestError
from kg.negotiation import HTML, Choice, choose_format, formats_of
from kg.plain_query import read_plain
from kg.query import ParsedQuery, parse_query
from kg.release import Release
from kg.results import read_results
from kg.settings import Settings
from kg.web.delivery import Delivery, Question, digest_of, fail
from kg.web.exchange import Exchange, Gone
from kg.web.journal import Journal
from kg.web.pages import Pages
from kg.web.protocol import METHODS, SparqlRequest, read_request
from kg.web.service_description import DESCRIPTIONS, ServiceDescription
from kg.web.visitor import Visitor
from kg.web.vocabulary import Vocabulary

__all__ = ["PAGE_ROWS", "SparqlEndpoint"]

PAGE_ROWS = 100
"""Rows that a page shows; downloads have them all."""
_LONG = 4096
"""Characters of a query that takes longer to read than others should wait: 64 kB take a quarter of a second."""


class SparqlEndpoint:
    """The ASGI application behind `/sparql`."""

    def __init__(  # noqa: PLR0913, PLR0917 - the parts of a service
        self, release: Release, settings: Settings, pool: Pool, pages: Pages, delivery: Delivery, journal: Journal
    ) -> None:
        self._release = release
        self._base_iri = release.manifest.base_iri
        self._settings = settings
        self._pool = pool
        self._pages = pages
        self._delivery = delivery
        self._journal = journal
        self._reading = asyncio.Lock()
        self._description = ServiceDescription(release, pool)
        self._vocabulary = Vocabulary(release, pool)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange = Exchange(scope, receive, send)
        request: SparqlRequest | None = None
        try:
            if scope["method"] == "OPTIONS":
                await exchange.send_whole(Response(status_code=204, headers=_preflight()))
                return
            request = await read_request(scope, receive, max_bytes=self._settings.query_bytes)
            await self._respond(exchange, request)
        except Gone:
            exchange.slug = "gone"
        except KgError as error:
            language, query = (request.language, request.query) if request else (None, None)
            await fail(exchange, error, self._pages, language=language, query=query)
        finally:
            self._journal.note(exchange, "/sparql")

    async def _respond(self, exchange: Exchange, request: SparqlRequest) -> None:
        accept = exchange.header(b"accept")
        if request.query is None:
            await self._introduce(exchange, request, accept)
            return
        query = await self._read(request.query)
        choice = choose_format(accept, request.format, (*formats_of(query.form), HTML))
        if choice.format.is_html:
            await self._show(exchange, request)
            return
        name = self._file_name(query, choice) if request.format is not None else None
        question = Question(query, request.dataset, choice, request.seconds, name)
        await self._delivery.deliver(exchange, question)

    async def _introduce(self, exchange: Exchange, request: SparqlRequest, accept: str | None) -> None:
        """Without a query: the service description, or the query form for a browser."""
        if exchange.scope["method"] not in ("GET", "HEAD"):
            raise RequestError("there is no query in the request", hint="send query=…")
        visitor = Visitor.of(exchange.scope, request.language)
        choice = choose_format(accept, request.format, (*DESCRIPTIONS, HTML))
        if choice.format.is_html:
            await exchange.send_whole(self._pages.query_form(visitor))
            return
        body = await self._description.write(choice.format, visitor.url_of("/sparql"))
        headers = {"Content-Type": choice.content_type, "Vary": "Accept", "Access-Control-Allow-Origin": "*"}
        await exchange.send_whole(Response(body, headers=headers))

    async def _show(self, exchange: Exchange, request: SparqlRequest) -> None:
        """A page of the first rows."""
        started = time.perf_counter()
        visitor = Visitor.of(exchange.scope, request.language)
        query = await self._parse(request.query or "")
        exchange.digest = digest_of(query.text)
        body = await exchange.unless_gone(self._rows(exchange, query, request))
        result = read_results(body, gives_graph=query.form.gives_graph)
        seconds = time.perf_counter() - started
        notice = await exchange.unless_gone(self._vocabulary.unknown(query, client=exchange.client))
        page = self._pages.result(query, result, visitor, seconds=seconds, request=request, notice=notice)
        page.headers["Cache-Control"] = "no-store" if query.is_volatile else "no-cache"
        await exchange.send_whole(page)

    async def _rows(self, exchange: Exchange, query: ParsedQuery, request: SparqlRequest) -> bytes:
        answer = await self._pool.answer(
            query,
            format=ROWS,
            client=exchange.client,
            dataset=request.dataset,
            rows=PAGE_ROWS,
            seconds=request.seconds,
        )
        try:
            return b"".join([piece async for piece in answer.pieces()])
        finally:
            exchange.waited, exchange.ran = answer.waited, answer.ran
            answer.close()

    async def _read(self, text: str) -> ParsedQuery:
        """As much of the query as an answer for a program needs."""
        settings = self._settings
        plain = read_plain(
            text, base_iri=self._base_iri, max_bytes=settings.query_bytes, max_depth=settings.query_depth
        )
        return plain or await self._parse(text)

    async def _parse(self, text: str) -> ParsedQuery:
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

    def _file_name(self, query: ParsedQuery, choice: Choice) -> str:
        return f"{self._pages.name_of(query)}-{self._release.version}.{choice.format.name}"


def _preflight() -> dict[str, str]:
    """The data are public and read-only, so any page may ask; no credentials are involved (Fetch §3.2)."""
    methods = ", ".join(METHODS)
    return {
        "Allow": methods,
        "Accept-Query": '"application/sparql-query", "application/x-www-form-urlencoded"',
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Allow-Methods": methods,
        "Access-Control-Allow-Headers": "Accept, Accept-Language, Content-Type, If-None-Match",
        "Access-Control-Max-Age": "86400",
    }
