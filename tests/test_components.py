"""Components and interlocks against networkx and against counting by hand."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import networkx as nx
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import Graph, Literal, URIRef

from kg.namespaces import FOREIGN, GOV
from kg.network.components import interlocks, read_edges, weak_components

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


def test_edges_are_numbered_in_the_order_of_their_iris() -> None:
    graph, owns = Graph(), URIRef(GOV.owns)
    a, b, c = (URIRef(f"https://example.org/{name}") for name in "abc")
    for one, other in ((c, a), (b, c)):
        graph.add((one, owns, other))
    graph.add((a, owns, Literal("a text is no party")))
    edges = read_edges(graph, owns)
    assert edges.names == (a, b, c)
    assert list(zip(edges.one.tolist(), edges.other.tolist(), strict=True)) == [(1, 2), (2, 0)]
    assert len(read_edges(Graph(), owns).one) == 0


def test_no_two_bodies_of_norrbotten_are_said_to_share_a_member(norrbotten_union: Graph) -> None:
    member_of = URIRef(FOREIGN["org"] + "memberOf")
    union = norrbotten_union
    memberships: dict[str, int] = Counter(str(member) for member, _ in union.subject_objects(member_of))
    assert len(memberships) == 6
    assert set(memberships.values()) == {1}
    edges = read_edges(union, member_of)
    assert len(edges.one) == len(memberships)
    assert len(interlocks(edges.one, edges.other).one) == 0
