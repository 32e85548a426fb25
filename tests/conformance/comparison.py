"""Results of queries, and when two of them are the same.

Solutions are the same if a bijection of blank nodes makes them equal as multisets, or as sequences where the query has
ORDER BY (SPARQL 1.1 §12.3, §15); graphs if they are isomorphic (RDF 1.1 Concepts §3.6), which RDFC-1.0 decides.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    Literal,
    NamedNode,
    Quad,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Triple,
    parse,
    parse_query_results,
)

Term = NamedNode | BlankNode | Literal | Triple
Row = Mapping[str, Term]
_XSD = "http://www.w3.org/2001/XMLSchema#"
_VALUES: Mapping[str, Callable[[str], object]] = {
    "integer": int,
    "decimal": lambda text: Decimal(text).normalize(),
    "float": float,
    "double": float,
    "boolean": lambda text: {"1": "true", "0": "false"}.get(text, text),
    "date": lambda text: re.sub(r"[+-]00:00$", "Z", text),
    "dateTime": lambda text: re.sub(r"[+-]00:00$", "Z", text),
}
_RS = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
_RESULT_SET = NamedNode(f"{_RS}ResultSet")


@dataclass(frozen=True, slots=True)
class Solutions:
    """Solutions in their order; an unbound variable is missing from its row."""

    variables: frozenset[str]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Triples:
    """An RDF graph."""

    triples: frozenset[Triple]


@dataclass(frozen=True, slots=True)
class Table:
    """CSV: values without their kinds."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Result = Solutions | Triples | Table | bool


def read_result(content: bytes, media_type: str) -> Result:
    """An answer of the endpoint.

    Raises:
        ValueError: it is not what its media type says.
    """
    if media_type == "text/csv":
        return _table(content)
    if (results := QueryResultsFormat.from_media_type(media_type)) is not None:
        return _solutions(content, results)
    rdf = RdfFormat.from_media_type(media_type)
    if rdf is None:
        raise ValueError(f"{media_type} is no result format")
    return _triples(content, rdf, "https://example.org/an-answer-has-no-relative-iris")


def read_expected(path: Path, base: str) -> Result:
    """The result that a test expects: SPARQL results, a graph, or solutions written as a graph (DAWG result sets)."""
    extension = path.suffix.removeprefix(".")
    if extension == "csv":
        return _table(path.read_bytes())
    if extension in ("srx", "srj", "tsv"):
        results = QueryResultsFormat.from_extension(extension)
        assert results is not None
        return _solutions(path.read_bytes(), results)
    rdf = RdfFormat.from_extension(extension)
    assert rdf is not None, path
    graph = _triples(path.read_bytes(), rdf, base)
    result = _result_set(graph.triples)
    return graph if result is None else result


def _table(content: bytes) -> Table:
    header, *rows = csv.reader(io.StringIO(content.decode("utf-8"), newline=""))
    return Table(tuple(header), tuple(tuple(row) for row in rows))


def _solutions(content: bytes, results: QueryResultsFormat) -> Solutions | bool:
    read = parse_query_results(content, results)
    if isinstance(read, QueryBoolean):
        return bool(read)
    assert isinstance(read, QuerySolutions)
    names = [variable.value for variable in read.variables]
    rows = tuple({name: row[name] for name in names if row[name] is not None} for row in read)
    return Solutions(frozenset(names), rows)


def _triples(content: bytes, rdf: RdfFormat, base: str) -> Triples:
    return Triples(frozenset(quad.triple for quad in parse(content, rdf, base_iri=base)))


def _result_set(triples: Iterable[Triple]) -> Solutions | bool | None:
    """The DAWG result-set vocabulary; `rs:index` gives the order."""
    found: dict[tuple[Term, str], list[Term]] = {}
    for triple in triples:
        found.setdefault((triple.subject, triple.predicate.value.removeprefix(_RS)), []).append(triple.object)
    result = next((triple.subject for triple in triples if triple.object == _RESULT_SET), None)
    if result is None:
        return None

    def text(node: Term, name: str) -> str:
        return _text(found[node, name][0])

    if (result, "boolean") in found:
        return text(result, "boolean") == "true"
    nodes = found.get((result, "solution"), [])
    nodes.sort(key=lambda node: int(text(node, "index")) if (node, "index") in found else 0)
    rows = (
        {text(binding, "variable"): found[binding, "value"][0] for binding in found.get((node, "binding"), [])}
        for node in nodes
    )
    return Solutions(frozenset(map(_text, found.get((result, "resultVariable"), []))), tuple(rows))


def _text(term: Term) -> str:
    assert isinstance(term, Literal)
    return term.value


def is_same(expected: Result, found: Result, *, ordered: bool = False, lax: bool = False) -> bool:
    """Whether an answer is the expected one.

    With `ordered`, the order of the solutions counts; with `lax`, a solution may come fewer times than expected, as REDUCED allows
    (§15.3.2), but at least once.
    """
    match expected, found:
        case Solutions(), Solutions():
            if expected.variables != found.variables:
                return False
            if lax:
                return _is_reduced(expected.rows, found.rows)
            return _same_sequence(expected.rows, found.rows) if ordered else _same_multiset(expected.rows, found.rows)
        case Triples(), Triples():
            return _canonical(expected) == _canonical(found)
        case Table(), Table():
            return expected.header == found.header and Counter(_blank(expected)) == Counter(_blank(found))
        case _:
            return type(expected) is type(found) and expected == found


def by_value(result: Result, *, but: frozenset[Term] = frozenset()) -> Result:
    """A result with every number, boolean and time written in one way, except those in `but`."""
    match result:
        case Solutions():
            rows = ({name: term if term in but else _value(term) for name, term in row.items()} for row in result.rows)
            return Solutions(result.variables, tuple(rows))
        case Triples():
            written = (
                Triple(item.subject, item.predicate, item.object if item.object in but else _value(item.object))
                for item in result.triples
            )
            return Triples(frozenset(written))
        case Table():
            kept = {term.value for term in but if isinstance(term, Literal)}
            cells = (tuple(cell if cell in kept else _cell(cell) for cell in row) for row in result.rows)
            return Table(result.header, tuple(cells))
        case _:
            return result


def _cell(text: str) -> str:
    try:
        return str(float(text))
    except ValueError:
        return text


def _value(term: Term) -> Term:
    if not isinstance(term, Literal) or (read := _VALUES.get(term.datatype.value.removeprefix(_XSD))) is None:
        return term
    try:
        return Literal(str(read(term.value)), datatype=term.datatype)
    except (ValueError, ArithmeticError):  # ill-typed: it has no value
        return term


def _canonical(graph: Triples) -> frozenset[Quad]:
    dataset = Dataset(Quad(*triple) for triple in graph.triples)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return frozenset(dataset)


def _blank(table: Table) -> Iterable[tuple[str, ...]]:
    """The rows with all blank nodes under one name."""
    return (tuple("_:" if value.startswith("_:") else value for value in row) for row in table.rows)


def _is_reduced(expected: Sequence[Row], found: Sequence[Row]) -> bool:
    most, least = Counter(map(_shape, expected)), Counter(map(_shape, found))
    return most.keys() == least.keys() and least <= most


def _shape(row: Row) -> frozenset[tuple[str, Term | None]]:
    """A row with its blank nodes left open."""
    return frozenset((name, None if isinstance(term, BlankNode) else term) for name, term in row.items())


def _same_sequence(expected: Sequence[Row], found: Sequence[Row]) -> bool:
    names: dict[Term, Term] = {}
    return len(expected) == len(found) and all(
        _shape(mine) == _shape(theirs) and _rename(mine, theirs, names) is not None
        for mine, theirs in zip(expected, found, strict=True)
    )


def _same_multiset(expected: Sequence[Row], found: Sequence[Row]) -> bool:
    if Counter(map(_shape, expected)) != Counter(map(_shape, found)):
        return False
    return _assign([row for row in expected if _has_blank(row)], [row for row in found if _has_blank(row)], {})


def _has_blank(row: Row) -> bool:
    return any(isinstance(term, BlankNode) for term in row.values())


def _assign(expected: list[Row], found: list[Row], names: dict[Term, Term]) -> bool:
    """Whether the rows can be paired so that blank nodes correspond one to one; tries all pairs, as tests are small."""
    if not expected:
        return True
    first, rest = expected[0], expected[1:]
    for index, candidate in enumerate(found):
        if _shape(first) != _shape(candidate):
            continue
        attempt = _rename(first, candidate, dict(names))
        if attempt is not None and _assign(rest, found[:index] + found[index + 1 :], attempt):
            return True
    return False


def _rename(mine: Row, theirs: Row, names: dict[Term, Term]) -> dict[Term, Term] | None:
    """`names` with the blank nodes of two rows of one shape added, or `None` if that makes it no bijection."""
    for name, term in mine.items():
        if isinstance(term, BlankNode):
            other = theirs[name]
            if names.get(term, other) != other or (term not in names and other in names.values()):
                return None
            names[term] = other
    return names
