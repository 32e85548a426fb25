"""Components and interlocks against networkx and against counting by hand."""

from __future__ import annotations

from itertools import combinations

import networkx as nx
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.network.components import interlocks, weak_components

PAIRS = st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=15)


@settings(max_examples=100, deadline=None)
@given(PAIRS)
def test_weak_components_are_those_of_networkx(edges: list[tuple[int, int]]) -> None:
    graph = nx.Graph(edges)
    graph.add_nodes_from(range(12))
    label = weak_components([one for one, _ in edges], [other for _, other in edges], 12).tolist()
    found = {frozenset(np.flatnonzero(np.array(label) == number).tolist()) for number in set(label)}
    assert found == {frozenset(part) for part in nx.connected_components(graph)}


def test_components_are_numbered_by_their_lowest_member() -> None:
    assert weak_components([4, 3], [0, 3], 5).tolist() == [0, 1, 2, 3, 0]


@settings(max_examples=100, deadline=None)
@given(PAIRS, st.integers(1, 3))
def test_interlocks_count_each_shared_member_once(memberships: list[tuple[int, int]], at_least: int) -> None:
    boards: dict[int, set[int]] = {}
    for member, body in memberships:
        boards.setdefault(body, set()).add(member)
    expected = [
        (one, other, len(boards[one] & boards[other]))
        for one, other in combinations(sorted(boards), 2)
        if len(boards[one] & boards[other]) >= at_least
    ]
    found = interlocks([m for m, _ in memberships], [b for _, b in memberships], at_least=at_least)
    assert list(zip(found.one.tolist(), found.other.tolist(), found.shared.tolist(), strict=True)) == expected


def test_interlocks_say_nothing_of_a_board_that_stands_alone() -> None:
    assert len(interlocks([1, 2], [7, 8]).one) == 0
    assert len(interlocks([], []).one) == 0
