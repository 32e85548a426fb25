"""The closure of a network: direct holdings as they are merged, and the rows that tell how each share comes about."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.network.arrays import Rows
from kg.network.closure import EDGE, closure, merged

PARTIES = 7
FIELDS = ("owner", "owned", "lower", "upper", "strength", "hops", "last", "cyclic", "direct")
parts = st.integers(1, 20).map(lambda twentieths: twentieths / 20)
ends = st.tuples(st.integers(0, PARTIES - 1), st.integers(0, PARTIES - 1))
holdings = st.lists(st.tuples(ends, parts, parts), max_size=20)


def edges_of(rows: list[tuple[int, int, float, float]]) -> Rows:
    return np.array([(*row, number) for number, row in enumerate(rows)], EDGE)


def network(found: list[tuple[tuple[int, int], float, float]]) -> Rows:
    return edges_of([(*pair, min(bounds), max(bounds)) for pair, *bounds in found])


def pairs_of(edges: Rows, at_once: int) -> Rows:
    return closure(merged(edges), PARTIES, at_once=at_once)


# Merging


def test_holdings_are_in_the_order_of_what_is_owned_and_then_of_the_owner() -> None:
    edges = merged(edges_of([(2, 3, 0.1, 0.1), (1, 3, 0.1, 0.1), (3, 1, 0.1, 0.1), (0, 3, 0.1, 0.1)]))
    assert edges[["owned", "owner", "row"]].tolist() == [(1, 3, 2), (3, 0, 3), (3, 1, 1), (3, 2, 0)]


def test_parallel_holdings_are_added_up_to_the_whole_and_named_by_the_first_row() -> None:
    rows = [(0, 1, 0.5, 0.75), (0, 1, 0.25, 0.5), (1, 0, 1.0, 1.0), (0, 1, 0.0, 0.25)]
    assert merged(edges_of(rows)).tolist() == [(1, 0, 1.0, 1.0, 2), (0, 1, 0.75, 1.0, 0)]
    assert merged(edges_of(rows[::-1])).tolist() == [(1, 0, 1.0, 1.0, 1), (0, 1, 0.75, 1.0, 0)]


def test_a_holding_that_can_only_be_nothing_is_left_out_and_one_that_may_be_something_is_not() -> None:
    assert merged(edges_of([(0, 1, 0.0, 0.0), (0, 2, 0.0, 0.1)])).tolist() == [(0, 2, 0.0, 0.1, 1)]
    assert len(merged(edges_of([]))) == len(merged(edges_of([(0, 1, 0.0, 0.0)]))) == 0


# Closure


def test_levels_follow_the_longest_way_down() -> None:
    """3 is owned by 0 at once, and through 1 and 2: all of that is known before what 3 owns is looked at."""
    links = [(0, 3), (0, 1), (1, 2), (2, 3), (3, 4)]
    pairs = pairs_of(edges_of([(*link, 0.5, 0.5) for link in links]), 1000)
    shares = {(int(row["owner"]), int(row["owned"])): float(row["lower"]) for row in pairs}
    assert shares == {
        **dict.fromkeys(links, 0.5),
        (0, 2): 0.25,
        (1, 3): 0.25,
        (2, 4): 0.25,
        (0, 3): 0.625,
        (1, 4): 0.125,
        (0, 4): 0.3125,
    }


def test_parties_without_holdings_have_no_rows() -> None:
    assert len(closure(merged(edges_of([])), 3, at_once=10)) == 0
    assert len(closure(merged(edges_of([])), 0, at_once=10)) == 0
    assert pairs_of(edges_of([(5, 2, 0.5, 0.5)]), 10)[["owner", "owned"]].tolist() == [(5, 2)]


def test_what_holds_itself_is_a_cycle_of_one() -> None:
    [pair] = pairs_of(edges_of([(0, 0, 0.5, 0.5)]), 10)
    assert (pair["owner"], pair["owned"], pair["lower"], pair["cyclic"], pair["direct"]) == (0, 0, 1.0, True, False)


@settings(max_examples=200, deadline=None)
@given(holdings, st.integers(1, 12))
def test_however_little_is_joined_at_one_time_the_rows_are_the_same(
    found: list[tuple[tuple[int, int], float, float]], at_once: int
) -> None:
    one, other = (np.sort(pairs_of(network(found), size), order=["owned", "owner"]) for size in (10_000, at_once))
    for name in FIELDS:
        assert one[name].tolist() == other[name].tolist()


@settings(max_examples=200, deadline=None)
@given(holdings, st.integers(1, 12))
def test_the_row_before_is_the_same_chain_without_its_last_link(
    found: list[tuple[tuple[int, int], float, float]], at_once: int
) -> None:
    edges = network(found)
    pairs = pairs_of(edges, at_once)
    assert len({(int(row["owner"]), int(row["owned"])) for row in pairs}) == len(pairs)
    for pair in pairs:
        last = edges[pair["last"]]
        assert last["owned"] == pair["owned"]
        if pair["previous"] == -1:
            assert (last["owner"], pair["hops"]) == (pair["owner"], 1)
            continue
        before = pairs[pair["previous"]]
        assert (before["owner"], before["owned"]) == (pair["owner"], last["owner"])
        assert before["hops"] == pair["hops"] - 1


@settings(max_examples=200, deadline=None)
@given(holdings)
def test_what_is_owned_is_what_can_be_reached(found: list[tuple[tuple[int, int], float, float]]) -> None:
    reached = {pair for pair, *_ in found}
    for middle in range(PARTIES):
        reached |= {(a, d) for a, b in reached if b == middle for c, d in reached if c == middle}
    pairs = pairs_of(network(found), 5)
    assert {(int(row["owner"]), int(row["owned"])) for row in pairs} == reached
    on_cycle = {party for party, other in reached if party == other}
    for row in pairs:
        owner, owned = int(row["owner"]), int(row["owned"])
        middles = {owner, owned, *(m for m in range(PARTIES) if (owner, m) in reached and (m, owned) in reached)}
        assert bool(row["cyclic"]) == bool(middles & on_cycle)
        assert bool(row["direct"]) == (middles == {owner, owned} and not middles & on_cycle)
