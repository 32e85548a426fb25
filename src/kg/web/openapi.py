"""`/sparql` and `/graph-store` in the OpenAPI document: they are no path operations, so their entries are written from
the tables they run by."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from kg import errors
from kg.errors import KgError
from kg.negotiation import FORMATS, Format, formats_of
from kg.query import Form
from kg.web.problems import PROBLEMS

__all__ = ["graph_store_path", "sparql_path"]

_DATASET = ("default-graph-uri", "named-graph-uri")
_OF_QUERIES = (
    errors.QuerySyntaxError,
    errors.QueryTooLarge,
    errors.RefusedFeature,
    errors.UnknownGraph,
    errors.UnsupportedMediaType,
)


def sparql_path() -> dict[str, Any]:
    """The path item of `/sparql`."""
    query = {"name": "query", "in": "query", "schema": {"type": "string"}, "description": "a SPARQL 1.1 query"}
    graphs = [
        {"name": name, "in": "query", "schema": {"type": "array", "items": {"type": "string", "format": "iri"}}}
        for name in _DATASET
    ]
    wanted = _format(FORMATS)
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
    common = {
        "tags": ["sparql"],
        "responses": _responses(FORMATS),
        "externalDocs": {"url": "https://www.w3.org/TR/sparql11-protocol/"},
    }
    return {
        "get": {"summary": "Query, or service description", "operationId": "sparqlGet", **common,
                "parameters": [query, *graphs, wanted]},
        "post": {"summary": "Query", "operationId": "sparqlPost", **common, "requestBody": body,
                 "parameters": [wanted]},
    }  # fmt: skip


def graph_store_path() -> dict[str, Any]:
    """The path item of `/graph-store`; of `default` and `graph`, exactly one is to be there."""
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
        "responses": _responses(formats, but=_OF_QUERIES),
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


def _responses(formats: Sequence[Format], *, but: Collection[type[KgError]] = ()) -> dict[str, Any]:
    content = {item.media_type: {"schema": {"type": "string"}} for item in formats}
    found: dict[str, Any] = {"200": {"description": "the answer", "content": content}}
    for kind, problem in sorted(PROBLEMS.items(), key=lambda row: row[1].status):
        if kind is not KgError and kind not in but:
            entry = found.setdefault(
                str(problem.status), {"description": "", "content": {"application/problem+json": {}}}
            )
            titles = [title for title in (entry["description"], problem.titles["en"]) if title]
            entry["description"] = "; ".join(dict.fromkeys(titles))
    return found
