"""`/sparql` in the OpenAPI document: it is no path operation, so its entry is written from the tables it runs by."""

from __future__ import annotations

from typing import Any

from kg.errors import KgError
from kg.negotiation import FORMATS
from kg.web.problems import PROBLEMS

__all__ = ["sparql_path"]

_DATASET = ("default-graph-uri", "named-graph-uri")


def sparql_path() -> dict[str, Any]:
    """The path item of `/sparql`."""
    query = {"name": "query", "in": "query", "schema": {"type": "string"}, "description": "a SPARQL 1.1 query"}
    graphs = [
        {"name": name, "in": "query", "schema": {"type": "array", "items": {"type": "string", "format": "iri"}}}
        for name in _DATASET
    ]
    wanted = {
        "name": "format",
        "in": "query",
        "schema": {"type": "string", "enum": [item.name for item in FORMATS]},
        "description": "instead of Accept",
    }
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
        "responses": _responses(),
        "externalDocs": {"url": "https://www.w3.org/TR/sparql11-protocol/"},
    }
    return {
        "get": {"summary": "Query, or service description", "operationId": "sparqlGet", **common,
                "parameters": [query, *graphs, wanted]},
        "post": {"summary": "Query", "operationId": "sparqlPost", **common, "requestBody": body,
                 "parameters": [wanted]},
    }  # fmt: skip


def _responses() -> dict[str, Any]:
    content = {item.media_type: {"schema": {"type": "string"}} for item in FORMATS}
    found: dict[str, Any] = {"200": {"description": "the answer", "content": content}}
    for kind, problem in sorted(PROBLEMS.items(), key=lambda row: row[1].status):
        if kind is not KgError:
            entry = found.setdefault(
                str(problem.status), {"description": "", "content": {"application/problem+json": {}}}
            )
            titles = [title for title in (entry["description"], problem.titles["en"]) if title]
            entry["description"] = "; ".join(dict.fromkeys(titles))
    return found
