"""Groups of solutions that are alike, so that an aggregate is asked of one of them and the answer is that of all.

What a query finds in a group depends on its solutions alone, and where a variable is only counted, grouped by or
returned, only on which of them have the same value. In a register, most groups are one solution like many others.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import Any

import numpy as np

from kg.columns.columns import Index
from kg.columns.terms import Ids
from kg.shapes.tables import UNBOUND, Table, distinct

__all__ = ["Alike", "alike_groups"]

_LARGEST = 8
"""Solutions of a group that is compared with others; a larger one is asked about itself."""


@dataclass(frozen=True, slots=True)
class Alike:
    """The groups by kind: those of one kind are alike.

    `rows` are the solutions of one group of each kind, `kinds` the kind of each of them. `first` is a solution of each
    group, and `kind` the kind of each group.
    """

    rows: Index
    kinds: Index
    first: Index
    kind: Index


def alike_groups(table: Table, keys: Sequence[str], names: Sequence[str], coded: Set[str]) -> Alike:
    """The groups that `keys` make, compared by the variables `names`; what the `coded` stand for does not matter."""
    first, group = distinct([table.columns[name] for name in keys], table.rows)
    contents: list[Ids] = [
        _renumbered(table.columns[name], group, len(first)) if name in coded else table.columns[name] for name in names
    ]
    sizes = np.bincount(group, minlength=len(first))
    by: list[Any] = [*contents, group]
    order = np.lexsort(by) if (sizes > 1).any() else np.argsort(group)
    begin = np.cumsum(sizes) - sizes
    kind, chosen = np.empty(len(first), np.intp), list[Index]()
    for size in np.flatnonzero(np.bincount(sizes)).tolist():
        groups = np.flatnonzero(sizes == size)
        known = sum(map(len, chosen))
        one_each, like = _kinds(contents, order, begin[groups], size)
        kind[groups] = known + like
        chosen.append(groups[one_each])
    asked = np.concatenate(chosen) if chosen else np.empty(0, np.intp)
    times = sizes[asked]
    within = np.arange(times.sum()) - np.repeat(np.cumsum(times) - times, times)
    rows = order[np.repeat(begin[asked], times) + within]
    return Alike(rows, np.repeat(np.arange(len(asked)), times), first, kind)


def _kinds(contents: Sequence[Ids], order: Index, begin: Index, size: int) -> tuple[Index, Index]:
    """Of groups of one size, one of each kind, and the kind of each."""
    if size > _LARGEST:
        return np.arange(len(begin)), np.arange(len(begin))
    columns = [content[order[begin + place]] for content in contents for place in range(size)]
    return distinct(columns, len(begin))


def _renumbered(column: Ids, group: Index, groups: int) -> Ids:
    """The values numbered anew in each group, in their order."""
    first, which = distinct([group.astype(np.int32), column], len(column))
    begin = np.searchsorted(group[first], np.arange(groups))
    number: Ids = np.where(column == UNBOUND, UNBOUND, which - begin[group]).astype(np.int32)
    return number
