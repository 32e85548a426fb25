"""Effective ownership against exact arithmetic: chains, several paths, ranges, cycles."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.network.ownership import EffectiveShares, chains, effective_shares, share_blocks, ultimate_owners

Holding = tuple[int, int, Fraction, Fraction]
"""Owner, owned, lower and upper bound."""
PARTIES = 6


def solved(holdings: list[Holding], n: int = PARTIES) -> EffectiveShares:
    owner, owned, lower, upper = ([row[column] for row in holdings] for column in range(4))
    return effective_shares(owner, owned, [float(x) for x in lower], [float(x) for x in upper], n)


def table(shares: EffectiveShares) -> dict[tuple[int, int], tuple[float, float]]:
    pairs = zip(shares.owner.tolist(), shares.owned.tolist(), strict=True)
    found = dict(zip(pairs, zip(shares.lower.tolist(), shares.upper.tolist(), strict=True), strict=True))
    assert len(found) == len(shares)
    return found


def hundredths() -> st.SearchStrategy[Fraction]:
    return st.integers(0, 20).map(lambda twentieths: Fraction(twentieths, 20))


def bounds() -> st.SearchStrategy[tuple[Fraction, Fraction]]:
    ranges = st.tuples(hundredths(), hundredths()).map(lambda pair: (min(pair), max(pair)))
    return ranges.filter(lambda pair: pair[1] > 0)


def networks(*, acyclic: bool) -> st.SearchStrategy[list[Holding]]:
    """Holdings among a few parties, at most one a pair, in any order."""
    ends = st.tuples(st.integers(0, PARTIES - 1), st.integers(0, PARTIES - 1))
    if acyclic:
        ends = ends.filter(lambda pair: pair[0] != pair[1]).map(lambda pair: (min(pair), max(pair)))
    one = st.tuples(ends, bounds()).map(lambda row: (*row[0], *row[1]))
    return st.lists(one, max_size=14, unique_by=lambda row: row[:2])


def simple_paths(holdings: list[Holding], owner: int, owned: int, seen: frozenset[int]) -> Iterator[list[Holding]]:
    for holding in holdings:
        if holding[0] == owner and holding[1] not in seen:
            if holding[1] == owned:
                yield [holding]
            for rest in simple_paths(holdings, holding[1], owned, seen | {holding[1]}):
                yield [holding, *rest]


def product(path: list[Holding], bound: int) -> Fraction:
    result = Fraction(1)
    for holding in path:
        result *= holding[bound]
    return result


def capped_sum(holdings: list[Holding], owner: int, owned: int, bound: int) -> Fraction:
    """What all chains of a network without cycles carry; no party holds more than the whole of what is between."""
    parts = (
        (Fraction(1) if row[0] == owner else capped_sum(holdings, owner, row[0], bound)) * row[bound]
        for row in holdings
        if row[1] == owned
    )
    return min(Fraction(1), sum(parts, Fraction(0)))


@settings(max_examples=300, deadline=None)
@given(networks(acyclic=True))
def test_without_cycles_it_is_the_sum_over_all_chains_of_the_products(holdings: list[Holding]) -> None:
    shares = table(solved(holdings))
    for owner in range(PARTIES):
        for owned in range(PARTIES):
            paths = list(simple_paths(holdings, owner, owned, frozenset({owner})))
            assert ((owner, owned) in shares) == bool(paths)
            for bound in (2, 3) if paths else ():
                total = sum((product(path, bound) for path in paths), Fraction(0))
                capped = capped_sum(holdings, owner, owned, bound)
                assert capped <= total
                assert shares[owner, owned][bound - 2] == pytest.approx(float(capped), abs=1e-12)


def iterated(holdings: list[Holding], owner: int, bound: int, start: list[Fraction], rounds: int) -> list[Fraction]:
    """`e(v) ← min(1, a(owner, v) + Σ e(u) a(u, v))`, `rounds` times, in exact arithmetic."""
    share = start
    for _ in range(rounds):
        sums = [Fraction(0)] * PARTIES
        for row in holdings:
            sums[row[1]] += ((row[0] == owner) + share[row[0]]) * row[bound]
        share = [min(Fraction(1), total) for total in sums]
    return share


def reached(holdings: list[Holding], owner: int, bound: int) -> list[Fraction]:
    """1 for whatever a share of the owner can come to, 0 elsewhere."""
    found: set[int] = set()
    for _ in range(PARTIES):
        found |= {row[1] for row in holdings if row[bound] and (row[0] == owner or row[0] in found)}
    return [Fraction(party in found) for party in range(PARTIES)]


@settings(max_examples=300, deadline=None)
@given(networks(acyclic=False), st.integers(0, PARTIES - 1))
def test_with_cycles_it_lies_between_the_iterations_from_below_and_from_above(
    holdings: list[Holding], owner: int
) -> None:
    shares = table(solved(holdings))
    for bound in (2, 3):
        below = iterated(holdings, owner, bound, [Fraction(0)] * PARTIES, 60)
        above = iterated(holdings, owner, bound, reached(holdings, owner, bound), 60)
        for owned in range(PARTIES):
            share = shares.get((owner, owned), (0.0, 0.0))[bound - 2]
            assert float(below[owned]) - 1e-9 <= share <= float(above[owned]) + 1e-9


@settings(max_examples=100, deadline=None)
@given(networks(acyclic=False))
def test_both_bounds_satisfy_the_equation_of_the_fixed_point(holdings: list[Holding]) -> None:
    shares = table(solved(holdings))
    for owner in range(PARTIES):
        for bound in (2, 3):
            share = [shares.get((owner, owned), (0.0, 0.0))[bound - 2] for owned in range(PARTIES)]
            for owned in range(PARTIES):
                into = [row for row in holdings if row[1] == owned]
                total = sum(((row[0] == owner) + share[row[0]]) * float(row[bound]) for row in into)
                assert share[owned] == pytest.approx(min(1.0, total), abs=1e-9)


@settings(max_examples=200, deadline=None)
@given(networks(acyclic=False), st.data())
def test_a_wider_range_never_narrows_a_result(holdings: list[Holding], data: st.DataObject) -> None:
    wider = [
        (
            *row[:2],
            data.draw(st.sampled_from([row[2], row[2] / 2, Fraction(0)])),
            data.draw(st.sampled_from([row[3], (row[3] + 1) / 2, Fraction(1)])),
        )
        for row in holdings
    ]
    before, after = table(solved(holdings)), table(solved(wider))
    assert set(before) == set(after)
    for pair, (lower, upper) in before.items():
        assert after[pair][0] <= lower + 1e-9
        assert after[pair][1] >= upper - 1e-9


@settings(max_examples=100, deadline=None)
@given(networks(acyclic=False).flatmap(lambda rows: st.tuples(st.just(rows), st.permutations(rows))))
def test_result_does_not_depend_on_the_order_of_the_rows(orders: tuple[list[Holding], list[Holding]]) -> None:
    one, other = (solved(rows) for rows in orders)
    assert table(one) == table(other)
    ways = [
        [[rows[link][:2] for link in chain] for chain in chains(shares, np.arange(len(shares)))]
        for rows, shares in zip(orders, (one, other), strict=True)
    ]
    assert ways[0] == ways[1]


@settings(max_examples=100, deadline=None)
@given(networks(acyclic=False))
def test_chain_is_a_strongest_simple_path_and_hops_its_length(holdings: list[Holding]) -> None:
    shares = solved(holdings)
    found = chains(shares, np.arange(len(shares)))
    for at, chain in enumerate(found):
        owner, owned = int(shares.owner[at]), int(shares.owned[at])
        links = [holdings[link] for link in chain]
        assert [links[0][0], *(link[1] for link in links)] == [*(link[0] for link in links), owned]
        assert links[0][0] == owner
        assert len(links) == shares.hops[at]
        paths = list(simple_paths(holdings, owner, owned, frozenset({owner}) - {owned}))
        middles = [
            (product([(a, b, (low + high) / 2, high) for a, b, low, high in path], 2), -len(path)) for path in paths
        ]
        own = (product([(a, b, (low + high) / 2, high) for a, b, low, high in links], 2), -len(links))
        assert own == max(middles)


@settings(max_examples=100, deadline=None)
@given(networks(acyclic=False))
def test_pieces_of_any_size_give_the_same(holdings: list[Holding]) -> None:
    columns = [np.array([float(row[column]) for row in holdings]) for column in range(4)]
    pieces = share_blocks(*columns, PARTIES, 1)
    assert {pair: share for piece in pieces for pair, share in table(piece).items()} == table(solved(holdings))


def test_planted_answers_of_a_generated_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(Path(__file__).parents[1] / "benchmarks")
    from ownerships import make_network

    network = make_network(4000, seed=7)
    lower, upper = (np.array(column) / 10000 for column in (network.lower, network.upper))
    shares = table(effective_shares(network.owner, network.owned, lower, upper, network.parties))
    assert network.circles >= 10
    assert len(network.answers) >= 2000
    for pair, bounds in network.answers.items():
        assert shares[pair] == pytest.approx([float(bound) for bound in bounds], abs=1e-9), pair


HALF, THIRD, WHOLE, NOTHING = Fraction(1, 2), Fraction(1, 3), Fraction(1), Fraction(0)


def exact(owner: int, owned: int, share: Fraction) -> Holding:
    return owner, owned, share, share


@pytest.mark.parametrize(
    ("holdings", "expected"),
    [
        ([exact(0, 1, Fraction(6, 10)), exact(1, 2, Fraction(6, 10))], Fraction(36, 100)),
        ([exact(0, 1, HALF), exact(1, 2, HALF), exact(0, 2, Fraction(1, 10))], Fraction(35, 100)),
        ([exact(0, 1, HALF), exact(0, 3, HALF), exact(1, 2, HALF), exact(3, 2, HALF)], HALF),
        # 2 holds a third of 1, which holds half of 2: 1/2 · 1/2 of the series 1 + 1/6 + 1/36 …
        ([exact(0, 1, HALF), exact(1, 2, HALF), exact(2, 1, THIRD)], HALF * HALF / (1 - HALF * THIRD)),
        # What holds itself whole: a company whose shares are all its own but one hundredth.
        ([exact(0, 2, Fraction(1, 100)), exact(2, 2, Fraction(99, 100))], WHOLE),
        # A circle that carries more than the whole, and one that carries exactly the whole.
        ([exact(0, 1, HALF), exact(1, 2, WHOLE), exact(2, 1, WHOLE)], WHOLE),
        ([exact(0, 1, Fraction(1, 10)), exact(1, 2, Fraction(9, 10)), exact(2, 1, WHOLE)], Fraction(9, 10)),
        # A circle of wholes beside, of which the owner has nothing.
        ([exact(0, 2, HALF), exact(3, 4, WHOLE), exact(4, 3, WHOLE), exact(3, 2, HALF)], HALF),
        # Parallel holdings add up.
        ([exact(0, 2, Fraction(1, 10)), exact(0, 2, Fraction(2, 10))], Fraction(3, 10)),
    ],
)  # fmt: skip
def test_known_share(holdings: list[Holding], expected: Fraction) -> None:
    lower, upper = table(solved(holdings))[0, 2]
    assert lower == upper == pytest.approx(float(expected), abs=1e-12)


def test_unknown_share_stays_unknown_and_a_known_one_bounds_it() -> None:
    unknown = (NOTHING, WHOLE)
    shares = table(solved([(0, 1, *unknown), (1, 2, *unknown), (1, 3, HALF, HALF)]))
    assert shares[0, 2] == (0.0, 1.0)
    assert shares[0, 3] == (0.0, 0.5)


def test_holding_of_nothing_is_no_holding() -> None:
    assert len(solved([exact(0, 1, NOTHING), exact(1, 2, HALF)])) == 1


def test_no_holdings_give_no_shares() -> None:
    assert len(solved([])) == 0


def test_flags_say_what_is_direct_only_and_what_passes_through_a_cycle() -> None:
    shares = solved([exact(0, 1, HALF), exact(1, 2, HALF), exact(2, 1, THIRD), exact(2, 3, HALF), exact(4, 5, HALF)])
    pairs = list(zip(shares.owner.tolist(), shares.owned.tolist(), strict=True))
    assert {pair for pair, is_direct in zip(pairs, shares.is_direct, strict=True) if is_direct} == {(4, 5)}
    assert {pair for pair, is_cyclic in zip(pairs, shares.is_cyclic, strict=True) if not is_cyclic} == {(4, 5)}


def test_ultimate_owners_at_a_threshold_certain_and_possible() -> None:
    shares = solved(
        [(0, 1, HALF, WHOLE), exact(1, 2, HALF), exact(3, 2, HALF), exact(4, 4, HALF), exact(4, 2, Fraction(1, 10))]
    )

    def owners(least: float, *, strict: bool = False, possible: bool = False) -> set[int]:
        rows = ultimate_owners(shares, least, strict=strict, possible=possible)
        return {int(shares.owner[row]) for row in rows if shares.owned[row] == 2}

    assert owners(0.5) == {3}
    assert owners(0.5, possible=True) == {0, 3}
    assert owners(0.5, strict=True) == set()
    assert owners(0.25) == {0, 3}
    assert owners(0.25, strict=True) == {3}
    assert owners(0.1) == {0, 3, 4}, "who owns only itself has nobody above"


@pytest.mark.parametrize(
    ("holding", "message"),
    [
        ((0, 1, 0.6, 0.5), "a share is not within"),
        ((0, 1, -0.1, 0.5), "a share is not within"),
        ((0, 1, 0.5, 1.1), "a share is not within"),
        ((0, 1, float("nan"), 1.0), "a share is not within"),
        ((0, 2, 0.5, 0.5), "a party is not within 0 to 1"),
        ((-1, 1, 0.5, 0.5), "a party is not within 0 to 1"),
    ],
)
def test_impossible_input_is_refused(holding: tuple[int, int, float, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        effective_shares(*([value] for value in holding), 2)


def test_long_chain_and_large_circle() -> None:
    n, part = 300, Fraction(99, 100)
    links = [exact(i, i + 1, part) for i in range(n - 1)]
    chain = solved(links, n)
    assert len(chain) == n * (n - 1) // 2
    assert table(chain)[0, n - 1][0] == pytest.approx(0.99 ** (n - 1))
    circle = solved([*links, exact(n - 1, 0, part), exact(n, 0, Fraction(1, 100))], n + 1)
    assert len(circle) == n * n + n
    assert table(circle)[n, n - 1][0] == pytest.approx(0.01 * 0.99 ** (n - 1) / (1 - 0.99**n))
    assert circle.hops[np.flatnonzero((circle.owner == n) & (circle.owned == n - 1))[0]] == n
