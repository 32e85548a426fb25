"""The answer of a remote engine, read to its end and written in the format that the client asked for.

Solutions are asked for as JSON and graphs as N-Triples (or Turtle), and both are parsed whatever is wanted of them: so
an answer that was cut, or that has an error message among its rows, is never taken for a whole one, and every engine
gives the same formats. All of it streams.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, ClassVar, Protocol

from pyoxigraph import (
    Literal,
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Triple,
    Variable,
    parse,
    parse_query_results,
    serialize,
)

from kg.engine.oxigraph import ROWS, Query, QueryResult, encode
from kg.errors import EngineError
from kg.query import Form

__all__ = ["Source", "Target", "accepted", "convert"]

_SOLUTIONS = ("application/sparql-results+json",)
_GRAPHS = {"application/n-triples": RdfFormat.N_TRIPLES, "text/turtle": RdfFormat.TURTLE}
_WRITTEN = {
    "nt": RdfFormat.N_TRIPLES,
    "rdf": RdfFormat.RDF_XML,
    "jsonld": RdfFormat.JSON_LD,
    "ttl": RdfFormat.TURTLE,
}
_LOOKAHEAD = 2000  # triples that are read to see which prefixes an answer uses
_LONGEST_BOOLEAN = 4096


class Source(Protocol):
    """The body of a response as a binary file, as far as a parser needs one."""

    def read(self, size: int = -1, /) -> bytes:
        """At most `size` bytes, none at the end."""


@dataclass(frozen=True, slots=True)
class Target:
    """What is wanted of an answer to a query of the `form`.

    `format` is the name of a `kg.negotiation.Format`, or `ROWS` with at most `rows`; Turtle declares of `prefixes`
    those that it uses.
    """

    form: Form
    format: str
    rows: int
    prefixes: Mapping[str, str]


def accepted(form: Form) -> tuple[str, ...]:
    """The media types that can be read of an answer to a query of the form, the best first."""
    return tuple(_GRAPHS) if form.gives_graph else _SOLUTIONS


def convert(source: Source, media_type: str, target: Target, write: Callable[[bytes], object]) -> None:
    """Read `source`, an answer of the media type, to its end (for `ROWS`, as far as needed), and write it.

    Raises:
        EngineError: it is no whole answer.
    """
    try:
        if target.form.gives_graph:
            quads = parse(source, format=_GRAPHS[media_type])  # type: ignore[arg-type]  # it only reads
            _write_graph((quad.triple for quad in quads), target, write)
            return
        results = _boolean(source) if target.form is Form.ASK else _solutions(source)
        encode(results, Query("", target.format, rows=target.rows), write, target.prefixes)
    except (SyntaxError, UnicodeDecodeError) as error:
        raise EngineError("the query engine gave an answer that is broken") from error


def _solutions(source: Source) -> QueryResult:
    results = parse_query_results(source, format=QueryResultsFormat.JSON)  # type: ignore[call-overload]  # it only reads
    if not isinstance(results, QuerySolutions):
        raise EngineError("the query engine gave a truth value for solutions")
    return results


def _boolean(source: Source) -> QueryResult:
    body = b""
    while (piece := source.read(_LONGEST_BOOLEAN)) and len(body) <= _LONGEST_BOOLEAN:
        body += piece
    try:
        value = _truth(json.loads(body))
    except (ValueError, KeyError, TypeError) as error:
        raise EngineError("the query engine gave an answer that is broken") from error
    results = parse_query_results(json.dumps({"head": {}, "boolean": value}), format=QueryResultsFormat.JSON)
    if not isinstance(results, QueryBoolean):
        raise TypeError("a truth value is one")
    return results


def _truth(document: dict[str, Any]) -> bool:
    """The truth value; Virtuoso gives one solution, or none."""
    if document.get("head", {}).get("vars") == ["__ASK_RETVAL"]:
        rows = document["results"]["bindings"]
        return any(row["__ASK_RETVAL"]["value"] not in ("0", "false") for row in rows)
    value = document["boolean"]
    if not isinstance(value, bool):
        raise TypeError("neither true nor false")
    return value


class _Output:
    """What pyoxigraph writes to: a binary file as far as it needs one."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self._write = write

    def write(self, data: bytes) -> int:
        self._write(data)
        return len(data)

    def flush(self) -> None:
        """Nothing is held back here."""


@dataclass(frozen=True, slots=True)
class _Table:
    """Triples as the solutions that a page shows."""

    rows: Iterator[Triple]
    variables: ClassVar = (Variable("subject"), Variable("predicate"), Variable("object"))

    def __iter__(self) -> Iterator[Triple]:
        return self.rows


def _write_graph(triples: Iterator[Triple], target: Target, write: Callable[[bytes], object]) -> None:
    if target.format == ROWS:
        table: Any = _Table(triples)
        encode(table, Query("", ROWS, rows=target.rows), write, {})
        return
    prefixes: Mapping[str, str] | None = None
    if target.format == "ttl":
        first = list(islice(triples, _LOOKAHEAD))
        prefixes = target.prefixes if len(first) == _LOOKAHEAD else _used(first, target.prefixes)
        triples = chain(first, triples)
    output: Any = _Output(write)
    serialize(triples, output, _WRITTEN[target.format], prefixes=dict(prefixes) if prefixes else None)


def _used(triples: Iterable[Triple], prefixes: Mapping[str, str]) -> Mapping[str, str]:
    terms = {term for triple in triples for term in (triple.subject, triple.predicate, triple.object)}
    iris = {term.value for term in terms if isinstance(term, NamedNode)}
    iris |= {term.datatype.value for term in terms if isinstance(term, Literal)}
    return {prefix: iri for prefix, iri in prefixes.items() if any(term.startswith(iri) for term in iris)}
