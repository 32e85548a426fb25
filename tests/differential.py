"""Two engines are asked the same query, and their answers compared: `None` if they agree, else how they differ.

- `answer`: other solutions, columns or triples.
- `form`: equal values, but literals in other lexical forms or derived types.
- `order`: the same solutions in an order that ORDER BY does not allow to both.
- `oxigraph: …`, `rdflib: …`: that engine gives no answer, but an error of this class; `slow` is none within the time.
"""

from __future__ import annotations

import re
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Store, Triple, parse

from generated_queries import MORE, MORE_DATA
from kg.engine import oxigraph, rdflib_engine
from kg.engine.engines import Engine
from kg.engine.oxigraph import Query
from kg.engine.rdflib_dataset import RdflibStore, fill
from kg.errors import KgError
from kg.query import parse_query
from serving import DATA, TABLE

sys.path.append(str(Path(__file__).parent / "conformance"))

from comparison import Result, Solutions, Term, Triples, by_value, is_same, read_result

__all__ = ["Stores", "compare", "is_empty", "small_quads", "stores_of"]

_MEDIA_TYPES = {"json": "application/sparql-results+json", "nt": "application/n-triples"}
_XSD = "http://www.w3.org/2001/XMLSchema#"
_INTEGERS = {
    f"{_XSD}{name}"
    for name in (
        *("nonNegativeInteger", "nonPositiveInteger", "positiveInteger", "negativeInteger"),
        *("long", "int", "short", "byte", "unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte"),
    )
}


@dataclass(frozen=True, slots=True)
class Stores:
    """The same data in both engines, its base IRI, and its literals as they are written."""

    oxigraph: Store
    rdflib: RdflibStore
    base_iri: str
    literals: frozenset[Term]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both answers, or why there is none, and how they differ."""

    oxigraph: Result | str
    rdflib: Result | str
    kind: str | None


def stores_of(quads: list[Quad], base_iri: str, empty: tuple[str, ...] = ()) -> Stores:
    """Both engines in memory, with these quads and `empty` named graphs."""
    store = Store()
    for name in empty:
        store.add_graph(NamedNode(name))
    store.extend(quads)
    literals = frozenset(quad.object for quad in quads if isinstance(quad.object, Literal))
    return Stores(store, fill(quads, empty), base_iri, literals)


def small_quads() -> list[Quad]:
    """The small release with `generated_queries.MORE_DATA`; the default graph is the union."""
    head = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in TABLE.items())
    quads = []
    for graph, text in {**DATA, MORE: MORE_DATA}.items():
        for found in parse(head + text, RdfFormat.TURTLE):
            quads += [Quad(found.subject, found.predicate, found.object, NamedNode(graph)), found]
    return quads


def compare(stores: Stores, text: str, *, seconds: float, lax: bool = False) -> Comparison:
    """What both engines answer; `lax` as in `comparison.is_same`. Only rdflib can be stopped after `seconds`."""
    one = _ask(oxigraph, stores.oxigraph, text, stores.base_iri)
    other: Result | str = "slow"
    try:
        with _deadline(seconds):
            other = _ask(rdflib_engine, stores.rdflib, text, stores.base_iri)
    except _Late:
        pass
    return Comparison(one, other, difference(one, other, text, lax=lax, stored=stores.literals))


def _ask(engine: Engine, store: Any, text: str, base_iri: str) -> Result | str:
    """The answer as a client reads it, or the class of the error."""
    try:
        parsed = parse_query(text, base_iri=base_iri, max_bytes=1 << 16, max_depth=100)
        query = Query(
            text,
            "nt" if parsed.form.gives_graph else "json",
            graphs=(*parsed.dataset.default, *parsed.dataset.named),
            star=parsed.star if len(parsed.variables) > 1 else None,
            variables=parsed.variables,
        )
        pieces: list[bytes] = []
        engine.encode(engine.evaluate(store, query, base_iri), query, pieces.append, {})
    except KgError as error:
        return type(error).__name__
    return read_result(b"".join(pieces), _MEDIA_TYPES[query.format])


class _Late(BaseException):
    """Not an Exception, as rdflib catches those."""


@contextmanager
def _deadline(seconds: float) -> Iterator[None]:
    """Raises `_Late` in Python code that takes longer, again and again until it gets through."""

    def ring(_signal: int, _frame: FrameType | None) -> None:
        raise _Late

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds, 0.2)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def difference(
    one: Result | str, other: Result | str, text: str = "", *, lax: bool = False, stored: frozenset[Term] = frozenset()
) -> str | None:
    """How two answers differ; a number that was computed, and so is not `stored`, has no lexical form of its own."""
    if isinstance(one, str) or isinstance(other, str):
        if isinstance(one, str) and isinstance(other, str):
            return None if one == other else f"oxigraph: {one}, rdflib: {other}"
        return f"oxigraph: {one}" if isinstance(one, str) else f"rdflib: {other}"
    mine, theirs = by_value(one, but=stored), by_value(other, but=stored)
    if not (is_same(mine, theirs, lax=lax) or (lax and is_same(theirs, mine, lax=lax))):
        return "form" if is_same(_loosely(one), _loosely(other), lax=lax) else "answer"
    return None if _order(mine, text) == _order(theirs, text) else "order"


def _loosely(result: Result) -> Result:
    match result:
        case Solutions():
            rows = tuple({name: _widest(term) for name, term in row.items()} for row in result.rows)
            return by_value(Solutions(result.variables, rows))
        case Triples():
            triples = (Triple(item.subject, item.predicate, _widest(item.object)) for item in result.triples)
            return by_value(Triples(frozenset(triples)))
        case _:
            return result


def _widest(term: Any) -> Any:
    if isinstance(term, Literal) and term.datatype.value in _INTEGERS:
        return Literal(term.value, datatype=NamedNode(f"{_XSD}integer"))
    return term


def _order(result: Result, text: str) -> list[tuple[str, ...]]:
    """The solutions as far as the ORDER BY of the query itself tells them apart."""
    clause = re.search(r"\bORDER\s+BY\b(.*)", text.rpartition("}")[2], re.IGNORECASE | re.DOTALL)
    if clause is None or not isinstance(result, Solutions):
        return []
    names = [name for name in dict.fromkeys(re.findall(r"[?$](\w+)", clause[1])) if name in result.variables]
    return [tuple(_text(row.get(name)) for name in names) for row in result.rows]


def _text(term: Term | None) -> str:
    if term is None or isinstance(term, BlankNode):
        return ""
    return str(term) if isinstance(term, Triple) else term.value


def is_empty(answer: Result | str) -> bool:
    """Whether there is no solution and no triple, or ASK has the answer no."""
    match answer:
        case Solutions():
            return not answer.rows
        case Triples():
            return not answer.triples
        case _:
            return not answer
