"""`/graph-store`: the reading half of the SPARQL 1.1 Graph Store HTTP Protocol (§5.2, §5.6) as a plain ASGI handler.

A graph is a CONSTRUCT of its triples to the query workers, so the limits, the fairness and the truth promise are those
of `/sparql`, and so are the terms: a literal comes as the engine has it, in the canonical form of its value. What would
change a graph is refused before a byte of it is read.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from urllib.parse import unquote

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from kg.errors import (
    GraphNotFound,
    KgError,
    MethodNotAllowed,
    NotAcceptable,
    RequestError,
    UnknownGraph,
    UpdateRefused,
)
from kg.negotiation import Choice, choose_format, formats_of
from kg.query import Dataset, Form, parse_query
from kg.release import Release
from kg.web.delivery import Delivery, Question, fail
from kg.web.exchange import Exchange, Gone
from kg.web.journal import Journal
from kg.web.pages import Pages
from kg.web.visitor import Visitor

__all__ = ["GRAPHS", "METHODS", "GraphStore"]

METHODS = ("GET", "HEAD", "OPTIONS")
GRAPHS = formats_of(Form.CONSTRUCT)
"""The formats of a graph, the default first."""
_REGISTERED = tuple(replace(item, also=()) for item in GRAPHS)
_CHANGES = ("PUT", "POST", "PATCH", "DELETE")
_TRIPLES = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
_USAGE = "write ?default for the default graph, or ?graph= and the IRI of a named graph, percent-encoded"

Fields = Mapping[str, Sequence[str]]


class GraphStore:
    """The ASGI application behind `/graph-store`; a graph is named by `?default` or `?graph=IRI` (§4.2)."""

    def __init__(self, release: Release, pages: Pages, delivery: Delivery, journal: Journal) -> None:
        self._delivery = delivery
        self._journal = journal
        self._pages = pages
        self._query = parse_query(_TRIPLES, base_iri=release.manifest.base_iri, max_bytes=1000, max_depth=10)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange = Exchange(scope, receive, send)
        fields: Fields = {}
        try:
            fields = _fields(scope["query_string"])
            await self._respond(exchange, fields)
        except Gone:
            exchange.slug = "gone"
        except KgError as error:
            await fail(exchange, error, self._pages, language=_last(fields, "lang"))
        finally:
            self._journal.note(exchange, "/graph-store")

    async def _respond(self, exchange: Exchange, fields: Fields) -> None:
        method = exchange.scope["method"]
        if method == "OPTIONS":
            await exchange.send_whole(Response(status_code=204, headers=_preflight()))
            return
        if method in _CHANGES:
            raise UpdateRefused(f"{method} is not offered", hint="the graph changes by release only")
        if method not in METHODS:
            raise MethodNotAllowed(f"{method} is not used with /graph-store", allowed=METHODS)
        graph = _graph(fields)
        visitor = Visitor.of(exchange.scope, _last(fields, "lang"))
        choice = _choose(exchange.header(b"accept"), _last(fields, "format"), for_browser=visitor.wants_html)
        await self._send(exchange, graph, choice)

    async def _send(self, exchange: Exchange, graph: str | None, choice: Choice) -> None:
        dataset = Dataset() if graph is None else Dataset(default=(graph,))
        question = Question(self._query, dataset, choice, file_name=_file_name(graph, choice))
        try:
            await self._delivery.deliver(exchange, question)
        except UnknownGraph as error:
            raise GraphNotFound(error.message, hint="the description at /sparql lists the graphs") from error


def _fields(encoded: bytes) -> dict[str, list[str]]:
    """The values in the URL by name, percent-decoded once; `+` is itself, as in any IRI (RFC 3986 §2.2)."""
    found: dict[str, list[str]] = {}
    try:
        for part in encoded.decode("utf-8").split("&"):
            name, _, value = part.partition("=")
            found.setdefault(unquote(name, errors="strict"), []).append(unquote(value, errors="strict"))
    except UnicodeDecodeError as error:
        raise RequestError(
            f"the URL is not UTF-8: {error}", hint="percent-encode the UTF-8 bytes of the graph's IRI"
        ) from error
    return found


def _last(fields: Fields, name: str) -> str | None:
    return fields[name][-1] if name in fields else None


def _graph(fields: Fields) -> str | None:
    """The IRI of the graph, `None` for the default graph; the engine will say if it is no absolute IRI."""
    named, default = fields.get("graph", ()), fields.get("default", ())
    if len(named) + len(default) != 1:
        count = "no graph" if not named and not default else "more than one graph"
        raise RequestError(f"the request names {count}", hint=_USAGE)
    if default and default[0]:
        raise RequestError("default has no value", hint=_USAGE)
    return named[0] if named else None


def _choose(accept: str | None, wanted: str | None, *, for_browser: bool) -> Choice:
    """The format of a graph.

    There are no pages of graphs. The XML that a browser would rather have than anything else is not RDF/XML: its user
    gets Turtle, which is made for people, to be saved under the name of the graph.
    """
    if for_browser and wanted is None:
        with contextlib.suppress(NotAcceptable):
            return choose_format(accept, None, _REGISTERED)
    return choose_format(accept, wanted, GRAPHS)


def _file_name(graph: str | None, choice: Choice) -> str:
    name = "default" if graph is None else re.split(r"[/#:]", graph.rstrip("/#:"))[-1]
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip(".-")[:80] or "graph"
    return f"{name}.{choice.format.name}"


def _preflight() -> dict[str, str]:
    """Any page may read, as the data are public; no credentials are involved (Fetch §3.2)."""
    methods = ", ".join(METHODS)
    return {
        "Allow": methods,
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Allow-Methods": methods,
        "Access-Control-Allow-Headers": "Accept, Accept-Language",
        "Access-Control-Max-Age": "86400",
    }
