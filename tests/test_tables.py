"""Solutions as columns: joins, distinct rows, and what is unbound."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kg.shapes.tables import UNBOUND, Table, concatenate, distinct, join, unit

rows = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=8)


def table(first: str, second: str, pairs: list[tuple[int, int]]) -> Table:
    columns = np.array(pairs, np.int32).reshape(-1, 2)
    return Table({first: columns[:, 0].copy(), second: columns[:, 1].copy()}, len(pairs))


@given(rows, rows)
def test_a_join_has_every_compatible_pair_once(left: list[tuple[int, int]], right: list[tuple[int, int]]) -> None:
    joined = join(table("a", "b", left), table("b", "c", right))
    found = zip(*(joined.columns[name].tolist() for name in "abc"), strict=True)
    assert sorted(found) == sorted((a, b, c) for a, b in left for other, c in right if b == other)


@given(rows)
def test_distinct_rows_and_where_each_row_is(pairs: list[tuple[int, int]]) -> None:
    made = table("a", "b", pairs)
    first, which = distinct([made.columns["a"], made.columns["b"]], made.rows)
    assert sorted(pairs[place] for place in first) == sorted(set(pairs))
    assert [pairs[first[place]] for place in which] == pairs


def test_distinct_tells_unbound_from_bound() -> None:
    column, other = np.array([UNBOUND, 0, UNBOUND], np.int32), np.array([1, 1, 1], np.int32)
    assert len(distinct([other, column], 3)[0]) == 2


def test_tables_with_other_variables_are_put_together() -> None:
    both = concatenate([table("a", "b", [(1, 2)]), table("b", "c", [(3, 4)])])
    assert both.columns["a"].tolist() == [1, UNBOUND]
    assert (both.is_bound("b"), both.is_bound("c"), both.is_bound("x")) == (True, False, False)


def test_joining_with_nothing_changes_nothing() -> None:
    made = table("a", "b", [(1, 2), (1, 2)])
    assert join(unit(), made).columns["a"].tolist() == [1, 1]
    assert join(made, unit()).rows == 2
