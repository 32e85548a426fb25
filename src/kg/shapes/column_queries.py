"""SELECT queries over columns: patterns by joins of whole columns, expressions by their distinct values.

The evaluation passes the solutions found so far into what follows (SPARQL 1.1 §18.2 defines it from the inside out).
Both give the same where a group's filters and BINDs use only variables that the group itself has bound; where that is
not so, the group is evaluated by itself and joined.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import count

import numpy as np

from kg.columns.columns import Columns
from kg.columns.terms import Ids, Mask
from kg.shapes.aggregates import aggregate
from kg.shapes.expressions import Expressions
from kg.shapes.patterns import (
    Bind,
    Element,
    Expression,
    Filter,
    Group,
    NotCompiled,
    Optional,
    Select,
    Triple,
    Union,
    Values,
)
from kg.shapes.scopes import is_seedable, means_the_same_in_exists, reaches_out
from kg.shapes.tables import UNBOUND, Table, concatenate, distinct, join, unit
from kg.shapes.triple_patterns import TriplePatterns

__all__ = ["ColumnQueries"]


class ColumnQueries:
    """Answers queries over one graph."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._expressions = Expressions(columns.terms)
        self._patterns = TriplePatterns(columns)
        self._marks = count()
        self._base = unit()
        self._true = columns.terms.number_of('"true"^^<http://www.w3.org/2001/XMLSchema#boolean>')
        self._false = columns.terms.number_of('"false"^^<http://www.w3.org/2001/XMLSchema#boolean>')

    @property
    def texts(self) -> list[str]:
        """The terms by identifier, as N-Triples writes them."""
        return self._columns.terms.texts

    def select(self, query: Select, prebound: Table | None = None) -> Table:
        """The solutions of a query; where it is given variables beforehand, `prebound` are their values.

        The columns of `prebound` whose names begin with `#` are kept, which tells whose solution each is.

        Raises:
            NotCompiled: something in it cannot be evaluated in columns.
        """
        self._begin_with(prebound if prebound is not None else unit())
        table = self._group(query.group, self._base)
        kept = {name: column for name, column in table.columns.items() if name[0] == "#"}
        return self._projected(query, table, kept)

    def ask(self, group: Group, prebound: Table) -> Table:
        """The rows of `prebound` for which a group has a solution, perhaps several times."""
        self._begin_with(prebound)
        return self._group(group, prebound)

    def _begin_with(self, prebound: Table) -> None:
        self._base, self._patterns.replaced = prebound, frozenset(prebound.columns)

    @contextmanager
    def _replaced(self, names: Iterable[str]) -> Iterator[None]:
        """Inside, only these variables have their value wherever they stand (SPARQL 1.1 §18.6; SHACL §5.3.2)."""
        before = self._patterns.replaced
        self._patterns.replaced = frozenset(names)
        try:
            yield
        finally:
            self._patterns.replaced = before

    def _projected(self, query: Select, table: Table, kept: Mapping[str, Ids]) -> Table:
        if query.is_aggregated and kept:
            raise NotCompiled("an aggregate beside variables that are bound beforehand")
        if query.is_aggregated:
            table = aggregate(self._expressions, query, table)
        else:
            for bind in query.binds:
                table = self._bind(bind, table)
        columns = {**{name: _column(table, name) for name in query.names}, **kept}
        result = Table(columns, table.rows)
        if query.is_distinct:
            result = result.take(np.sort(distinct(list(columns.values()), result.rows)[0]))
        return result

    def _group(self, group: Group, table: Table) -> Table:
        """The solutions of a group that extend those of `table`."""
        filters = [element.condition for element in group.elements if isinstance(element, Filter)]
        waiting: list[Triple] = []
        for element in group.elements:
            if isinstance(element, Triple):
                waiting.append(element)
            elif not isinstance(element, Filter):
                table, waiting = self._extended(waiting, table, filters), []
                if isinstance(element, Bind | Optional):  # which take no solution away
                    table = self._ready(filters, table, even_exists=True)
                table = self._element(element, table)
                table = self._ready(filters, table)
        return self._patterns.extend(
            waiting, table, lambda found: self._ready(filters, found), lambda found: self._filtered(filters, found)
        )

    def _filtered(self, filters: list[Expression], table: Table) -> Table:
        """What passes all filters, those first that ask for no pattern."""
        for condition in sorted(filters, key=lambda one: len(one.exists)):
            table = self._filter(condition, table)
        return table

    def _extended(self, patterns: list[Triple], table: Table, filters: list[Expression]) -> Table:
        return self._patterns.extend(patterns, table, lambda found: self._ready(filters, found))

    def _element(self, element: Element, table: Table) -> Table:
        match element:
            case Bind():
                return self._bind(element, table)
            case Optional(group):
                return self._optional(group, table)
            case Union(groups):
                return concatenate(self._nested(group, table) for group in groups)
            case Values():
                return _joined(table, self._listed(element))
            case Select():
                if not means_the_same_in_exists(element, self._patterns.replaced - set(self._base.columns)):
                    raise NotCompiled("a sub-query in EXISTS with a variable of what is outside")
                with self._replaced(self._base.columns):
                    found = self._group(element.group, self._alone(self._base))
                return _joined(table, self._projected(element, found, {}))
        raise NotCompiled(str(element))

    def _listed(self, values: Values) -> Table:
        number = self._columns.terms.number_of
        table = np.array([[number(text) for text in row] for row in values.rows], np.int32)
        table = table.reshape(len(values.rows), len(values.names))
        return Table({name: table[:, place] for place, name in enumerate(values.names)}, len(values.rows))

    def _nested(self, group: Group, table: Table) -> Table:
        """A group in a group: with the solutions so far where that cannot change what it means."""
        if is_seedable(group, set(table.columns) - self._patterns.replaced):
            return self._group(group, table)
        return _joined(table, self._group(group, self._alone(table)))

    def _alone(self, table: Table) -> Table:
        """What a group begins with that is evaluated by itself: the variables in whose place a value stands."""
        known = self._patterns.replaced
        columns = {name: column for name, column in table.columns.items() if name in known and name[0] != "#"}
        if not columns:
            return unit()
        return Table(columns, table.rows).take(distinct(list(columns.values()), table.rows)[0])

    def _optional(self, group: Group, table: Table) -> Table:
        if reaches_out(group, set(table.columns) - self._patterns.replaced):
            raise NotCompiled("an OPTIONAL or a BIND in an OPTIONAL with a variable of what is outside")
        mark = f"#{next(self._marks)}"
        marked = table.plus(mark, np.arange(table.rows, dtype=np.int32))
        found = self._group(group, marked)
        missing = np.ones(table.rows, np.bool_)
        missing[found.columns[mark]] = False
        return concatenate([found, marked.take(np.flatnonzero(missing))]).without(mark)

    def _bind(self, bind: Bind, table: Table) -> Table:
        if bind.variable in table.columns:
            raise NotCompiled(f"?{bind.variable} has a value already")
        seen = self._with_exists(bind.expression, table)
        return table.plus(bind.variable, self._expressions.values(bind.expression, seen))

    def _filter(self, condition: Expression, table: Table) -> Table:
        if not table.rows:
            return table
        holds = self._expressions.holds(condition, self._with_exists(condition, table))
        return table if holds.all() else table.take(np.flatnonzero(holds))

    def _ready(self, filters: list[Expression], table: Table, *, even_exists: bool = False) -> Table:
        """Applies, and takes from the list, the filters that nothing further can change."""
        for condition in [one for one in filters if even_exists or not one.exists]:
            used = condition.variables.union(*(group.variables() for _, group in condition.exists))
            if all(table.is_bound(name) for name in used):
                filters.remove(condition)
                table = self._filter(condition, table)
        return table

    def _with_exists(self, expression: Expression, table: Table) -> Table:
        for name, group in expression.exists:
            holds = self._exists(group, table)
            table = table.plus(name, np.where(holds, self._true, self._false).astype(np.int32))
        return table

    def _exists(self, group: Group, table: Table) -> Mask:
        """Which solutions a group has a solution for (SPARQL 1.1 §18.6)."""
        shared = sorted(name for name in group.variables() if name in table.columns)
        if not all(table.is_bound(name) for name in shared):
            raise NotCompiled("EXISTS with a variable that may be unbound")
        first, which = distinct([table.columns[name] for name in shared], table.rows)
        mark = f"#{next(self._marks)}"
        seed = Table({name: table.columns[name][first] for name in shared}, len(first))
        with self._replaced(self._patterns.replaced.union(shared)):
            found = self._group(group, seed.plus(mark, np.arange(len(first), dtype=np.int32)))
        holds = np.zeros(len(first), np.bool_)
        holds[found.columns[mark]] = True
        return holds[which]


def _column(table: Table, name: str) -> Ids:
    found = table.columns.get(name)
    return found if found is not None else np.full(table.rows, UNBOUND, np.int32)


def _joined(table: Table, other: Table) -> Table:
    if not all(table.is_bound(name) and other.is_bound(name) for name in table.columns if name in other.columns):
        raise NotCompiled("a join on a variable that may be unbound")
    return join(table, other)
