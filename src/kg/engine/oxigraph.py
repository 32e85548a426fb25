"""The embedded engine: one query over an Oxigraph store, its answer written in one of the media types.

Only pyoxigraph and the standard library are imported here, as every query worker pays for it. The default graph of a
release's store holds the union of its named graphs, so the store's own default graph is queried: the union flag of
pyoxigraph would ignore FROM.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Store,
    Triple,
    serialize,
)

from kg.engine.store import load_store, open_store
from kg.errors import EngineError, QuerySyntaxError, RefusedFeature, RequestError, UnknownGraph

__all__ = [
    "ROWS",
    "Query",
    "QueryResult",
    "check_syntax",
    "encode",
    "evaluate",
    "graphs_of",
    "load_store",
    "open_store",
    "syntax_error_of",
]

_TYPES = {NamedNode: "uri", BlankNode: "bnode", Literal: "literal"}
QueryResult = QuerySolutions | QueryBoolean | QueryTriples

ROWS = "rows"
"""The format of pages: SPARQL 1.1 JSON results, at most `Query.rows` of them, with `"complete"` beside `"results"`."""

_SOLUTIONS = {
    "json": QueryResultsFormat.JSON,
    "xml": QueryResultsFormat.XML,
    "csv": QueryResultsFormat.CSV,
    "tsv": QueryResultsFormat.TSV,
}
_TRIPLES = {
    "nt": RdfFormat.N_TRIPLES,
    "rdf": RdfFormat.RDF_XML,
    "jsonld": RdfFormat.JSON_LD,
    "ttl": RdfFormat.TURTLE,
}
_TURTLE_LOOKAHEAD = 2000  # triples that are read to see which prefixes an answer uses
_REPORT = re.compile(r"error at (\d+):(\d+): (?:expected )?(.*)", re.DOTALL)
_EMPTY = Store()


@dataclass(frozen=True, slots=True)
class Query:
    """A query as an engine gets it.

    `format` is the name of a `kg.negotiation.Format`, or `ROWS` with at most `rows` rows; `default` and `named` are
    the dataset of the request, where it has one, and `graphs` those of the FROM clauses; `star` and `variables` are
    those of `kg.query.ParsedQuery`.
    """

    text: str
    format: str
    default: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    graphs: tuple[str, ...] = ()
    star: int | None = None
    variables: tuple[str, ...] = ()
    rows: int = 0


def evaluate(store: Store, query: Query, base_iri: str) -> QueryResult:
    """Parse, plan and begin to evaluate.

    Raises:
        QuerySyntaxError: with the line and column that the engine reports, and what it says where that is a sentence.
        UnknownGraph: the dataset names a graph that is not in the store.
        RequestError: a graph name that is no IRI.
        RefusedFeature: a function that the engine does not have.
        EngineError: the engine cannot evaluate it.
    """
    default, named = graphs_of(query.default), graphs_of(query.named)
    for graph in (*default, *named, *graphs_of(query.graphs)):
        if not store.contains_named_graph(graph):
            raise UnknownGraph(f"there is no graph <{graph.value}> in this release")
    dataset: dict[str, Any] = {"default_graph": default, "named_graphs": named} if default or named else {}
    try:
        text = query.text if query.star is None else _with_columns(query, query.star, base_iri)
        return store.query(text, base_iri=base_iri, **dataset)
    except SyntaxError as error:
        raise syntax_error_of(str(error)) from error
    except (OSError, ValueError, RuntimeError) as error:
        if "custom function" in str(error):
            raise RefusedFeature(str(error).replace("custom ", ""), hint="use the functions of SPARQL 1.1") from error
        raise EngineError(f"the engine cannot evaluate this query: {error}") from error


def check_syntax(text: str, base_iri: str) -> None:
    """Parse and plan only.

    Raises:
        QuerySyntaxError: as `evaluate` does.
    """
    try:
        _EMPTY.query(text, base_iri=base_iri)
    except SyntaxError as error:
        raise syntax_error_of(str(error)) from error


def graphs_of(iris: Iterable[str]) -> list[NamedNode]:
    """The graphs of these names.

    Raises:
        RequestError: one is no absolute IRI.
    """
    try:
        return [NamedNode(iri) for iri in iris]
    except ValueError as error:
        raise RequestError(f"a graph name is no absolute IRI: {error}") from error


def _with_columns(query: Query, star: int, base_iri: str) -> str:
    """`SELECT *` with its variables written out in the order of the text; the engine alone orders them by name."""
    result = _EMPTY.query(query.text, base_iri=base_iri)
    if not isinstance(result, QuerySolutions):
        return query.text
    names = [variable.value for variable in result.variables]
    ordered = [name for name in query.variables if name in names]
    if len(ordered) != len(names) or ordered == names:
        return query.text
    return f"{query.text[:star]}{' '.join(f'?{name}' for name in ordered)} {query.text[star + 1 :]}"


def syntax_error_of(report: str) -> QuerySyntaxError:
    """What Oxigraph reports, with its place.

    The engine's list of what it expected is of use to nobody; a sentence in it ("… is unbound") is kept."""
    match = _REPORT.match(report)
    if match is None:
        return QuerySyntaxError(report)
    expected = re.sub(r"\[(?:'[^']*'|[^\]'])*\]", "", match[3]).removeprefix("one of ")
    sentences = [
        part.strip() for part in re.split(r"[,\n]", expected) if re.fullmatch(r"\s*[A-Z]\w* \w[\w ]+\s*", part)
    ]
    return QuerySyntaxError("; ".join(sentences), line=int(match[1]), column=int(match[2]))


class _Output:
    """What pyoxigraph writes to: a binary file as far as it needs one."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self._write = write

    def write(self, data: bytes) -> int:
        self._write(data)
        return len(data)

    def flush(self) -> None:
        """Nothing is held back here."""


def encode(
    result: QueryResult | Iterable[Triple],
    query: Query,
    write: Callable[[bytes], object],
    prefixes: Mapping[str, str],
) -> None:
    """Evaluate to the end, writing the answer in `query.format`; Turtle declares those of `prefixes` that it uses."""
    output: Any = _Output(write)
    if query.format == ROWS:
        write(json.dumps(_rows(result, query.rows), ensure_ascii=False).encode())
    elif isinstance(result, QuerySolutions | QueryBoolean):
        result.serialize(output, _SOLUTIONS[query.format])
    elif query.format == "ttl":
        _encode_turtle(result, output, prefixes)
    elif isinstance(result, QueryTriples):
        result.serialize(output, _TRIPLES[query.format])
    else:
        serialize(result, output, _TRIPLES[query.format])


def _encode_turtle(result: Iterable[Triple], output: Any, prefixes: Mapping[str, str]) -> None:
    rest = iter(result)
    first = list(islice(rest, _TURTLE_LOOKAHEAD))
    used = dict(prefixes)
    if len(first) < _TURTLE_LOOKAHEAD:
        iris = {term for triple in first for term in _iris(triple)}
        used = {prefix: iri for prefix, iri in prefixes.items() if any(term.startswith(iri) for term in iris)}
    serialize(chain(first, rest), output, RdfFormat.TURTLE, prefixes=used)


def _iris(triple: Triple) -> Iterable[str]:
    for term in triple:
        if isinstance(term, NamedNode):
            yield term.value
        elif isinstance(term, Literal):
            yield term.datatype.value


def _rows(result: QueryResult | Iterable[Triple], limit: int) -> dict[str, Any]:
    if isinstance(result, QueryBoolean):
        return {"head": {}, "boolean": bool(result), "complete": True}
    if isinstance(result, QuerySolutions):
        names = [variable.value for variable in result.variables]
    else:
        names = ["subject", "predicate", "object"]
    rows: Iterable[Iterable[Any]] = result
    found = [
        {name: _term(term) for name, term in zip(names, row, strict=True) if term is not None}
        for row in islice(rows, limit + 1)
    ]
    return {"head": {"vars": names}, "results": {"bindings": found[:limit]}, "complete": len(found) <= limit}


def _term(term: NamedNode | BlankNode | Literal | Triple) -> dict[str, Any]:
    if isinstance(term, Triple):
        return {"type": "literal", "value": str(term)}
    value: dict[str, Any] = {"type": _TYPES[type(term)], "value": term.value}
    if isinstance(term, Literal):
        if term.language:
            value["xml:lang"] = term.language
        elif term.datatype.value != "http://www.w3.org/2001/XMLSchema#string":
            value["datatype"] = term.datatype.value
    return value
