"""Basic graph patterns over columns: each triple pattern extends all solutions so far at once (SPARQL 1.1 §18.3)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from itertools import count
from typing import TypeAlias

import numpy as np
from rdflib import URIRef

from kg.columns.columns import Columns, Pairs, gather
from kg.columns.places import numbered
from kg.columns.terms import Ids, Mask
from kg.shapes.estimates import Estimates, is_known, nodes_of
from kg.shapes.paths import Alternative, Inverse, Path, Predicate, Repeated, Sequence, follow
from kg.shapes.patterns import NotCompiled, Term, Triple
from kg.shapes.tables import Table, concatenate

__all__ = ["TriplePatterns"]

_PART = 250_000
_MOST_ROWS = 30_000_000
_MOST_IN_PARTS = 1_000_000_000

Step: TypeAlias = Callable[[Table], Table]


class TriplePatterns:
    """Triple patterns over one graph."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._estimates = Estimates(columns)
        self._steps = count()
        self.replaced: frozenset[str] = frozenset()
        """The variables in whose place a value stands, as a constant does; the others are of the graph in a path."""

    @cached_property
    def _in_graph(self) -> Mask:
        """Which terms are the subject or the object of a triple; the last place is for all that came later."""
        is_node = np.zeros(len(self._columns.terms) + 1, np.bool_)
        for predicate in self._columns.predicates:
            subject, value = self._columns.forward(predicate)
            is_node[subject] = is_node[value] = True
        return is_node

    def extend(self, patterns: list[Triple], table: Table, after: Step, at_last: Step | None = None) -> Table:
        """The solutions of a basic graph pattern that extend those of `table`; `after` is asked between the patterns.

        Each time, the triple pattern is taken that promises the fewest solutions. Where what comes next is known,
        `at_last`, it is done with the last pattern for a part of the solutions after the other: so what a pattern makes
        many and filters make few is never there as a whole.

        Raises:
            NotCompiled: a pattern cannot be followed, or has too many solutions.
        """
        left = list(patterns)
        while left and table.rows:
            expected, place = min((self._estimates.expected(one, table), place) for place, one in enumerate(left))
            pattern = left.pop(place)
            is_last = not left and at_last is not None
            if expected > (_MOST_IN_PARTS if is_last else _MOST_ROWS):
                raise NotCompiled("too many solutions")
            if not left and at_last is not None:
                return self._in_parts(pattern, table, int(expected // _PART) + 1, at_last)
            table = after(self._triple(pattern, table))
        for name in {name for pattern in left for name in pattern.variables()} - set(table.columns):
            table = table.plus(name, np.empty(0, np.int32))
        return at_last(table) if at_last is not None else table

    def _in_parts(self, pattern: Triple, table: Table, parts: int, then: Step) -> Table:
        if parts == 1 or table.rows <= 1:
            return then(self._triple(pattern, table))
        places = np.array_split(np.arange(table.rows), min(parts, table.rows))
        return concatenate(then(self._triple(pattern, table.take(rows))) for rows in places)

    def _triple(self, pattern: Triple, table: Table) -> Table:
        match pattern.predicate:
            case Term(name, _):
                return self._any_predicate(pattern, name, table)
            case Alternative(paths):
                return concatenate(self._triple(Triple(pattern.subject, path, pattern.object), table) for path in paths)
            case Inverse(path):
                return self._triple(Triple(pattern.object, path, pattern.subject), table)
            case Sequence(paths):
                return self._sequence(pattern, paths, table)
            case Repeated(_, "*" | "?") as path:
                return self._path(pattern, path, self._of_graph(pattern, table))
            case path:
                return self._path(pattern, path, table)

    def _sequence(self, pattern: Triple, paths: tuple[Path, ...], table: Table) -> Table:
        """A sequence is a join (SPARQL 1.1 §18.2.2.4), from the end that is known."""
        steps = [f"#step{next(self._steps)}" for _ in paths[1:]]
        ends = [pattern.subject, *(Term(step, True) for step in steps), pattern.object]
        patterns = [Triple(ends[place], path, ends[place + 1]) for place, path in enumerate(paths)]
        is_backward = not is_known(pattern.subject, table) and is_known(pattern.object, table)
        for one in reversed(patterns) if is_backward else patterns:
            table = self._triple(one, table)
        for step in steps:
            table = table.without(step)
        return table

    def _of_graph(self, pattern: Triple, table: Table) -> Table:
        """The solutions that a path of length zero is asked of: variables stand for terms of the graph (§18.4)."""
        ends = (pattern.subject, pattern.object)
        if not all(end.is_variable and end.text not in self.replaced for end in ends):
            return table
        for end in ends:
            if table.is_bound(end.text):
                known = self._in_graph
                table = table.take(np.flatnonzero(known[np.minimum(table.columns[end.text], len(known) - 1)]))
        return table

    def _path(self, pattern: Triple, path: Path, table: Table) -> Table:
        subject, value = self._ends(pattern, table)
        if subject is not None:
            pairs = self._follow(path, subject, inverse=False)
            return _extended(pattern.object, value, pairs, table)
        if value is not None:
            pairs = self._follow(path, value, inverse=True)
            return _extended(pattern.subject, None, pairs, table)
        if not isinstance(path, Predicate):
            raise NotCompiled("a path with two open ends")
        subjects, objects = self._columns.forward(self._columns.terms.number(path.iri))
        if pattern.subject == pattern.object:
            loops = np.flatnonzero(subjects == objects)
            return _crossed(table, {pattern.subject.text: subjects[loops]}, len(loops))
        return _crossed(table, {pattern.subject.text: subjects, pattern.object.text: objects}, len(subjects))

    def _follow(self, path: Path, nodes: Ids, *, inverse: bool) -> Pairs:
        if isinstance(path, Predicate):
            return follow(self._columns, path, nodes, inverse=inverse)
        reached, which = numbered(nodes)
        found = follow(self._columns, path, reached, inverse=inverse)
        return gather(found.owner.astype(np.int32), found.value, which.astype(np.int32))

    def _ends(self, pattern: Triple, table: Table) -> tuple[Ids | None, Ids | None]:
        return self._bound(pattern.subject, table), self._bound(pattern.object, table)

    def _bound(self, term: Term, table: Table) -> Ids | None:
        if term.is_variable and term.text not in table.columns:
            return None
        if term.is_variable and not table.is_bound(term.text):
            raise NotCompiled(f"?{term.text} may be unbound")
        return nodes_of(self._columns.terms, term, table)

    def _any_predicate(self, pattern: Triple, name: str, table: Table) -> Table:
        if name in table.columns:
            return concatenate(self._by_predicate(pattern, name, table))
        subject, value = self._ends(pattern, table)
        if subject is not None:
            owner, link, found = self._columns.statements(subject)
        elif value is not None:
            owner, link, found = self._columns.statements(value, inverse=True)
        elif len(pattern.variables()) < 3:
            raise NotCompiled("a pattern with one variable twice")
        else:
            every = self._columns.all_columns()
            names = (pattern.subject.text, name, pattern.object.text)
            return _crossed(table, dict(zip(names, every, strict=True)), len(every[0]))
        pairs = Pairs(owner, found)
        other = pattern.object if subject is not None else pattern.subject
        known = value if subject is not None else None
        if known is not None:
            keep = np.flatnonzero(known[owner] == found)
            return table.take(owner[keep]).plus(name, link[keep])
        if other.text == name:
            raise NotCompiled("a pattern with one variable twice")
        return table.take(pairs.owner).plus(name, link).plus(other.text, found)

    def _by_predicate(self, pattern: Triple, name: str, table: Table) -> Iterator[Table]:
        """The pattern with each of the predicates that the variable already stands for."""
        column = self._bound(Term(name, True), table)
        assert column is not None  # noqa: S101 - the caller has looked
        found = 0
        for predicate in numbered(column)[0].tolist():
            text = self._columns.terms.text(predicate)
            if text[0] == "<":
                part = table.take(np.flatnonzero(column == predicate))
                yield self._triple(Triple(pattern.subject, Predicate(_iri(text)), pattern.object), part)
                found += 1
        if not found:
            names = [*table.columns, *pattern.variables()]
            yield Table({one: np.empty(0, np.int32) for one in names}, 0)


def _iri(text: str) -> URIRef:
    return URIRef(text[1:-1])


def _extended(term: Term, known: Ids | None, pairs: Pairs, table: Table) -> Table:
    """The solutions with the values that a pattern gives them; where the value is `known`, those that have it."""
    if known is not None:
        return table.take(pairs.owner[pairs.value == known[pairs.owner]])
    return table.take(pairs.owner).plus(term.text, pairs.value)


def _crossed(table: Table, columns: dict[str, Ids], rows: int) -> Table:
    """Every solution with every row of new variables."""
    if table.rows * rows > _MOST_ROWS:
        raise NotCompiled("too many solutions")
    if not table.columns and table.rows == 1:
        return Table(columns, rows)
    which = np.repeat(np.arange(table.rows), rows)
    taken = table.take(which)
    return Table(
        {**taken.columns, **{name: np.tile(column, table.rows) for name, column in columns.items()}}, len(which)
    )
