"""How many solutions a triple pattern leaves: counted where one end is known, or else estimated."""

from __future__ import annotations

import numpy as np
from rdflib import URIRef

from kg.columns.columns import Columns
from kg.columns.places import numbered, places
from kg.columns.terms import Ids, TermTable
from kg.shapes.paths import Alternative, Path, Predicate, Repeated
from kg.shapes.patterns import Term, Triple
from kg.shapes.tables import Table

__all__ = ["Estimates", "is_known", "nodes_of"]


class Estimates:
    """Estimates over one graph."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._triples = len(columns)

    def expected(self, pattern: Triple, table: Table) -> float:
        """How many solutions of a triple pattern extend those of `table`."""
        subject, value = is_known(pattern.subject, table), is_known(pattern.object, table)
        if subject and value:
            return table.rows * 0.5
        if subject or value:
            end = pattern.subject if subject else pattern.object
            counted = self._count(pattern.predicate, end, table, inverse=not subject)
            if counted is not None:
                return counted
        size, subjects, objects = self._size(pattern.predicate, table)
        if subject:
            return table.rows * size / max(subjects, 1)
        return table.rows * size / max(objects, 1) if value else table.rows * float(size)

    def _count(self, predicate: Term | Path, end: Term, table: Table, *, inverse: bool) -> int | None:
        """How many values there are at the other end; None where only following the path would tell.

        Averages mislead: one party may own ten thousand things, and a pattern about owners in turn asks about each.
        """
        if end.is_variable and not table.is_bound(end.text):
            return None
        match predicate:
            case Predicate(iri):
                number = self._columns.terms.number(iri)
                keys = (self._columns.backward(number) if inverse else self._columns.forward(number))[0]
                _, counts = places(keys, nodes_of(self._columns.terms, end, table))
                return int(counts.sum())
            case Alternative(paths):
                found = [self._count(path, end, table, inverse=inverse) for path in paths]
                return None if None in found else sum(count for count in found if count is not None)
            case Term(name, True) if table.is_bound(name):
                return sum(
                    self._count(
                        Predicate(URIRef(text[1:-1])),
                        end,
                        table.take(np.flatnonzero(table.columns[name] == one)),
                        inverse=inverse,
                    )
                    or 0
                    for one in numbered(table.columns[name])[0].tolist()
                    if (text := self._columns.terms.text(one))[0] == "<"
                )
        return None

    def _size(self, predicate: Term | Path, table: Table) -> tuple[int, int, int]:
        """Triples, distinct subjects and distinct objects, roughly."""
        match predicate:
            case Predicate(iri):
                return self._columns.size(self._columns.terms.number(iri))
            case Alternative(paths):
                sizes = [self._size(path, table) for path in paths]
                return sum(s[0] for s in sizes), max(s[1] for s in sizes), max(s[2] for s in sizes)
            case Repeated(path, _):
                size = self._size(path, table)
                return size[0] * 3 + 1, size[1], size[2]
            case Term(name, True) if name in table.columns:
                return self._triples // 10 + 1, self._triples // 20 + 1, self._triples // 50 + 1
        return self._triples + 1, self._triples // 8 + 1, self._triples // 50 + 1


def is_known(term: Term, table: Table) -> bool:
    """Whether it is a term, or a variable that the solutions have."""
    return not term.is_variable or term.text in table.columns


def nodes_of(terms: TermTable, term: Term, table: Table) -> Ids:
    """What a term stands for in each solution."""
    if term.is_variable:
        return table.columns[term.text]
    return np.full(table.rows, terms.number_of(term.text), np.int32)
