"""Cross-holdings: the least fixed point against plain iteration, the strongest paths against all paths."""

from __future__ import annotations

from itertools import pairwise, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.network.arrays import Floats
from kg.network.cycles import capped_fixed_point, strongest_paths

SHARES = st.sampled_from([0.0, 0.0, 0.0, 0.1, 0.25, 0.5, 0.75, 1.0])


@st.composite
def holdings(draw: st.DrawFn) -> tuple[Floats, Floats]:
    """What the members of a component hold in each other (a row for what is owned), and what comes in from outside."""
    size, owners = draw(st.integers(1, 5)), draw(st.integers(1, 3))
    within = [[0.0 if row == column else draw(SHARES) for column in range(size)] for row in range(size)]
    outside = [[draw(SHARES) for _ in range(owners)] for _ in range(size)]
    return np.array(within), np.array(outside)


def iterated(m: Floats, c: Floats) -> Floats:
    """The least fixed point from below: slow where little leaks out."""
    x = np.zeros_like(c)
    for _ in range(20_000):
        following = np.minimum(1.0, c + m @ x)
        if (following - x).max() < 1e-15:
            break
        x = following
    return x


@settings(deadline=None)
@given(holdings())
def test_the_least_fixed_point_is_that_of_plain_iteration(found: tuple[Floats, Floats]) -> None:
    m, c = found
    assert capped_fixed_point(m, c) == pytest.approx(iterated(m, c), abs=1e-6)


def test_what_nobody_outside_owns_stays_with_nobody() -> None:
    circle = np.array([[0.0, 1.0], [1.0, 0.0]])
    assert capped_fixed_point(circle, np.zeros((2, 1))).tolist() == [[0.0], [0.0]]
    assert capped_fixed_point(circle, np.array([[0.1], [0.0]])).tolist() == [[1.0], [1.0]]


def test_shares_in_a_circle_are_the_sum_of_all_walks() -> None:
    m, c = np.array([[0.0, 0.5], [0.5, 0.0]]), np.array([[0.25], [0.0]])
    assert capped_fixed_point(m, c) == pytest.approx(np.array([[1 / 3], [1 / 6]]))


@given(holdings())
def test_the_strongest_path_is_the_strongest_of_all_paths(found: tuple[Floats, Floats]) -> None:
    weight, size = found[0], len(found[0])
    link = np.where(weight > 0, np.arange(size * size).reshape(size, size), -1)
    strongest = strongest_paths(weight, link)
    for start in range(size):
        for end in range(size):
            if start == end:
                continue
            others = [member for member in range(size) if member not in (start, end)]
            paths = [(start, *way, end) for length in range(size - 1) for way in permutations(others, length)]
            best = max(strength(weight, path) for path in paths)
            assert strongest.strength[end, start] == pytest.approx(best)
            if best > 0:
                told = int(strongest.hops[end, start])
                as_strong = [path for path in paths if strength(weight, path) == pytest.approx(best)]
                assert told in {len(path) - 1 for path in as_strong}
                assert strongest.last[end, start] in {link[end, path[-2]] for path in as_strong}


def strength(weight: Floats, path: tuple[int, ...]) -> float:
    """The product of the shares along a path."""
    return float(np.prod([weight[owned, owner] for owner, owned in pairwise(path)]))
