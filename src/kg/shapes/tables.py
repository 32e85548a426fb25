"""Solutions as columns: for each variable an array of identifiers of terms, one for each solution."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from kg.columns.columns import Index, gather
from kg.columns.places import numbered
from kg.columns.terms import Ids

__all__ = ["UNBOUND", "Table", "concatenate", "distinct", "join", "unit"]

UNBOUND = -1


@dataclass(frozen=True, slots=True)
class Table:
    """A multiset of solutions; a variable that some solution leaves unbound has `UNBOUND` there."""

    columns: dict[str, Ids]
    rows: int

    def take(self, which: Index) -> Table:
        """The solutions at the given places, perhaps some several times."""
        return Table({name: column[which] for name, column in self.columns.items()}, len(which))

    def plus(self, name: str, column: Ids) -> Table:
        """With one more variable."""
        return Table({**self.columns, name: column}, self.rows)

    def without(self, name: str) -> Table:
        """Without a variable."""
        return Table({known: column for known, column in self.columns.items() if known != name}, self.rows)

    def is_bound(self, name: str) -> bool:
        """Whether every solution binds a variable."""
        return name in self.columns and (self.rows == 0 or int(self.columns[name].min()) != UNBOUND)


def unit() -> Table:
    """One solution that binds nothing."""
    return Table({}, 1)


def distinct(columns: Sequence[Ids], rows: int) -> tuple[Index, Index]:
    """The places of the first of each distinct row, and for each row which of those it is like."""
    if not columns:
        return np.zeros(min(rows, 1), np.intp), np.zeros(rows, np.intp)
    different, which = numbered(columns[0] - UNBOUND)
    for column in columns[1:]:
        others, other = numbered(column - UNBOUND)
        different, which = numbered(which * len(others) + other)
    first = np.empty(len(different), np.intp)
    first[which[::-1]] = np.arange(rows)[::-1]  # of several rows, the last one that is written stays: the first
    return first, which


def concatenate(tables: Iterable[Table]) -> Table:
    """All solutions of all tables."""
    kept = list(tables)
    names = list(dict.fromkeys(name for table in kept for name in table.columns))
    rows = sum(table.rows for table in kept)
    return Table({name: np.concatenate([_column(table, name) for table in kept]) for name in names}, rows)


def join(left: Table, right: Table) -> Table:
    """The compatible pairs of solutions (SPARQL 1.1 §18.5); shared variables must be bound on both sides."""
    shared = [name for name in left.columns if name in right.columns]
    both = [np.concatenate([left.columns[name], right.columns[name]]) for name in shared]
    _, which = distinct(both, left.rows + right.rows)
    order = np.argsort(which[left.rows :], kind="stable").astype(np.int32)
    keys = which[left.rows :][order].astype(np.int32)
    pairs = gather(keys, order, which[: left.rows].astype(np.int32))
    taken, other = left.take(pairs.owner), right.take(pairs.value.astype(np.intp))
    return Table({**other.columns, **taken.columns}, len(pairs))


def _column(table: Table, name: str) -> Ids:
    found = table.columns.get(name)
    return found if found is not None else np.full(table.rows, UNBOUND, np.int32)
