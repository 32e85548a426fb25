"""Places in tables, against sorting and searching."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.columns.columns import gather
from kg.columns.places import numbered, places


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(0, 40)), st.lists(st.integers(-1, 45)))
def test_where_each_node_is_among_the_keys(keys: list[int], nodes: list[int]) -> None:
    """By searching for few nodes, by a table for many; a node may be unbound, or behind all keys."""
    column = np.array(sorted(keys), np.int32)
    for times in (1, 50):
        asked = np.array(nodes * times, np.int32)
        first, counts = places(column, asked)
        assert counts.tolist() == [keys.count(node) for node in asked.tolist()]
        assert all(
            sorted(keys)[place] == node for place, count, node in zip(first, counts, asked, strict=True) if count
        )
        pairs = gather(column, np.arange(len(column), dtype=np.int32), asked)
        assert column[pairs.value].tolist() == asked[pairs.owner].tolist()
        assert len(pairs) == counts.sum()


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(0, 2000)))
def test_numbered_is_unique_with_the_inverse(values: list[int]) -> None:
    for times in (1, 200):
        column = np.array(values * times, np.int32)
        distinct, which = numbered(column)
        expected, inverse = np.unique(column, return_inverse=True)
        assert (distinct.tolist(), which.tolist()) == (expected.tolist(), inverse.tolist())
