"""Answers as values: `Solutions | Boolean | Triples`, read from SPARQL 1.1 Query Results JSON (§3)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

__all__ = ["Boolean", "QueryResult", "Solutions", "Term", "Triples", "read_results"]


@dataclass(frozen=True, slots=True)
class Term:
    """An RDF term; `datatype` is `None` for plain strings, and for strings with a `language`."""

    kind: Literal["uri", "bnode", "literal"]
    value: str
    datatype: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Solutions:
    """A sequence of solutions; an unbound variable is missing from its row. `is_whole` is false if there are more."""

    variables: tuple[str, ...]
    rows: tuple[Mapping[str, Term], ...]
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class Boolean:
    """The answer to ASK."""

    value: bool


@dataclass(frozen=True, slots=True)
class Triples:
    """The triples of CONSTRUCT and DESCRIBE; `is_whole` is false if there are more."""

    rows: tuple[tuple[Term, Term, Term], ...]
    is_whole: bool = True


QueryResult = Solutions | Boolean | Triples


def read_results(text: str | bytes, *, gives_graph: bool = False) -> QueryResult:
    """A JSON result document; with `gives_graph`, one of rows of subject, predicate and object, as engines give pages.

    Raises:
        ValueError: it is none.
    """
    document: dict[str, Any] = json.loads(text)
    try:
        if "boolean" in document:
            return Boolean(document["boolean"])
        bindings = [{name: _term(value) for name, value in row.items()} for row in document["results"]["bindings"]]
        is_whole = document.get("complete", True)
        if gives_graph:
            triples = tuple((row["subject"], row["predicate"], row["object"]) for row in bindings)
            return Triples(triples, is_whole)
        return Solutions(tuple(document["head"]["vars"]), tuple(bindings), is_whole)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a SPARQL 1.1 JSON result: {error!r}") from error


def _term(value: Mapping[str, str]) -> Term:
    kind = value["type"]
    if kind == "typed-literal":  # of the 2007 draft, which some endpoints still send
        kind = "literal"
    if kind not in ("uri", "bnode", "literal"):
        raise KeyError(kind)
    return Term(kind, value["value"], value.get("datatype"), value.get("xml:lang"))  # type: ignore[arg-type]  # one of three
