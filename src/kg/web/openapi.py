"""The OpenAPI document: `/sparql` and `/graph-store` are no path operations, so their entries are written from the
tables they run by, and what a framework supposes of the others is corrected."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kg import errors
from kg.errors import KgError
from kg.negotiation import FORMATS, Format, formats_of
from kg.query import Form
from kg.web.problems import PROBLEMS

__all__ = ["complete", "problems"]

_DATASET = ("default-graph-uri", "named-graph-uri")
_OF_ANSWERS = (
    errors.RequestError,
    errors.NotAcceptable,
    errors.ClientBusy,
    errors.EngineError,
    errors.Overloaded,
    errors.Cancelled,
    errors.DeadlineExceeded,
    errors.MemoryExceeded,
    errors.ResultTooLarge,
)
_OF_QUERIES = (
    *_OF_ANSWERS,
    errors.QuerySyntaxError,
    errors.UnknownGraph,
    errors.UpdateRefused,
    errors.QueryTooLarge,
    errors.RefusedFeature,
)
_OF_BODIES = (*_OF_QUERIES, errors.UnsupportedMediaType)
_OF_GRAPHS = (*_OF_ANSWERS, errors.GraphNotFound)
_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "hint": {"type": "string"},
    },
}
_CURRENT: dict[int | str, Any] = {"304": {"description": "the client has the answer already"}}


def complete(document: dict[str, Any]) -> dict[str, Any]:
    """The document that the framework has written, with the two endpoints, without errors that do not occur."""
    for item in document["paths"].values():
        for operation in item.values():
            operation["responses"].pop("422", None)  # our path operations take any text
    document.get("components", {}).pop("schemas", None)
    document["paths"]["/sparql"] = _sparql_path()
    document["paths"]["/graph-store"] = _graph_store_path()
    return document


def problems(*kinds: type[KgError]) -> dict[int | str, dict[str, Any]]:
    """Responses for these errors: a problem document, or a page for browsers."""
    found: dict[int | str, dict[str, Any]] = {}
    for kind, problem in sorted(PROBLEMS.items(), key=lambda row: row[1].status):
        if kind in kinds:
            content = {"application/problem+json": {"schema": _PROBLEM}, "text/html": {"schema": {"type": "string"}}}
            entry = found.setdefault(str(problem.status), {"description": "", "content": content})
            titles = [title for title in (entry["description"], problem.titles["en"]) if title]
            entry["description"] = "; ".join(dict.fromkeys(titles))
    return found


def _sparql_path() -> dict[str, Any]:
    query = {"name": "query", "in": "query", "schema": {"type": "string"}, "description": "a SPARQL 1.1 query"}
    graphs = [
        {"name": name, "in": "query", "schema": {"type": "array", "items": {"type": "string", "format": "iri"}}}
        for name in _DATASET
    ]
    seconds = {
        "name": "timeout",
        "in": "query",
        "schema": {"type": "number", "exclusiveMinimum": 0},
        "description": "seconds that the query may take, if less than the server allows",
    }
    language = {"name": "lang", "in": "query", "schema": {"type": "string"}, "description": "of pages: sv or en"}
    ours = [_format(FORMATS), seconds, language]
    form = {
        "type": "object",
        "required": ["query"],
        "properties": {"query": {"type": "string"}, **{item["name"]: item["schema"] for item in graphs}},
    }
    body = {
        "required": True,
        "content": {
            "application/sparql-query": {"schema": {"type": "string"}},
            "application/x-www-form-urlencoded": {"schema": form},
        },
    }
    common = {"tags": ["sparql"], "externalDocs": {"url": "https://www.w3.org/TR/sparql11-protocol/"}}
    read = {**common, "responses": _responses(FORMATS, _OF_QUERIES), "parameters": [query, *graphs, *ours]}
    return {
        "get": {"summary": "Query, or service description", "operationId": "sparqlGet", **read},
        "head": {"summary": "Headers of an answer", "operationId": "sparqlHead", **read},
        "post": {"summary": "Query", "operationId": "sparqlPost", **common, "requestBody": body,
                 "responses": _responses(FORMATS, _OF_BODIES), "parameters": ours},
    }  # fmt: skip


def _graph_store_path() -> dict[str, Any]:
    """Of `default` and `graph`, exactly one is to be there."""
    formats = formats_of(Form.CONSTRUCT)
    default = {
        "name": "default",
        "in": "query",
        "schema": {"type": "string", "enum": [""]},
        "allowEmptyValue": True,
        "description": "the default graph",
    }
    graph = {
        "name": "graph",
        "in": "query",
        "schema": {"type": "string", "format": "iri"},
        "description": "the IRI of a named graph, absolute",
    }
    common = {
        "tags": ["sparql"],
        "parameters": [default, graph, _format(formats)],
        "responses": _responses(formats, _OF_GRAPHS),
        "externalDocs": {"url": "https://www.w3.org/TR/sparql11-http-rdf-update/"},
    }
    return {
        "get": {"summary": "A whole graph", "operationId": "graphStoreGet", **common},
        "head": {"summary": "Whether there is such a graph", "operationId": "graphStoreHead", **common},
    }


def _format(formats: Sequence[Format]) -> dict[str, Any]:
    return {
        "name": "format",
        "in": "query",
        "schema": {"type": "string", "enum": [item.name for item in formats]},
        "description": "instead of Accept",
    }


def _responses(formats: Sequence[Format], kinds: Sequence[type[KgError]]) -> dict[int | str, Any]:
    types = [name for item in formats for name in (item.media_type, *item.also)]
    content: dict[str, Any] = {name: {"schema": {}} for name in dict.fromkeys(types)}
    return {"200": {"description": "the answer", "content": content}, **_CURRENT, **problems(*kinds)}
