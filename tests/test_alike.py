"""Groups of solutions that are alike, against a comparison one by one."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.shapes.alike import alike_groups
from kg.shapes.tables import UNBOUND, Table

ROW = st.tuples(st.integers(0, 4), st.integers(UNBOUND, 3), st.integers(UNBOUND, 2), st.integers(UNBOUND, 2))
NAMES = ("key", "coded", "one", "two")


def table_of(rows: list[tuple[int, ...]]) -> Table:
    columns = np.array(rows, np.int32).reshape(-1, 4)
    return Table({name: columns[:, place] for place, name in enumerate(NAMES)}, len(rows))


@settings(max_examples=300, deadline=None)
@given(st.lists(ROW, max_size=30))
def test_groups_of_a_kind_are_alike(rows: list[tuple[int, ...]]) -> None:
    alike = alike_groups(table_of(rows), ["key"], NAMES[1:], {"coded"})
    groups: dict[int, list[tuple[int, ...]]] = defaultdict(list)
    for key, *rest in rows:
        groups[key].append(tuple(rest))
    assert sorted(rows[place][0] for place in alike.first) == sorted(groups)
    asked: dict[int, list[tuple[int, ...]]] = defaultdict(list)
    for place, kind in zip(alike.rows, alike.kinds, strict=True):
        asked[kind].append(rows[place][1:])
    assert set(asked) == set(alike.kind)
    for place, kind in zip(alike.first, alike.kind, strict=True):
        assert same(groups[rows[place][0]], asked[kind])


def same(one: list[tuple[int, ...]], other: list[tuple[int, ...]]) -> bool:
    """Whether the groups have the same solutions, if the values of the first variable are renamed in their order."""
    return sorted(renamed(one)) == sorted(renamed(other))


def renamed(group: list[tuple[int, ...]]) -> list[tuple[int, ...]]:
    names = {value: place for place, value in enumerate(sorted({row[0] for row in group} | {UNBOUND}))}
    return [(names[row[0]], *row[1:]) for row in group]


def test_many_groups_of_one_solution_are_one_kind() -> None:
    rows = [(number, number % 100, 1, 2) for number in range(1000)]
    alike = alike_groups(table_of(rows), ["key"], NAMES[1:], {"coded"})
    assert (len(alike.rows), len(alike.first), set(alike.kind.tolist())) == (1, 1000, {0})


def test_a_large_group_is_of_its_own_kind() -> None:
    rows = [(key, 0, 0, 0) for key in range(2) for _ in range(9)]
    alike = alike_groups(table_of(rows), ["key"], NAMES[1:], {"coded"})
    assert (len(alike.rows), alike.kind.tolist()) == (18, [0, 1])
