"""Cross-holdings: effective shares within one strongly connected component, exactly and not by iterating.

With the shares that its members hold in each other as `m` (a row for what is owned) and what comes in from outside as
`c`, the effective shares are the least fixed point of `x = min(1, c + m x)`. Where the powers of `m` vanish and none
passes 1, that is one linear solution, the sum of the series `c + m c + m² c + …`. Elsewhere it is found from above by
policy iteration (Costan, Gaubert, Goubault, Martel & Putot 2005, A policy iteration algorithm for computing fixed
points): each round holds some shares at 1, solves for the rest, and lets go of those that the others do not carry to 1.
What no share reaches is left out, so the map is concave and positive on the rest, where it has one fixed point only.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kg.network.arrays import Bools, Floats, Ints

__all__ = ["Strongest", "capped_fixed_point", "strongest_paths"]

_ALMOST = 1 - 1e-12


def capped_fixed_point(m: Floats, c: Floats) -> Floats:
    """The least `x ≥ 0` with `x = min(1, c + m x)`; a column of `c` for each owner, shares 0 to 1."""
    whole = np.zeros(len(m), np.bool_) if _is_transient(m) else m.sum(axis=1) >= _ALMOST
    possible = _reachable(m, c)
    base = np.where(whole[:, None], possible, c)
    series: Floats = np.linalg.inv(np.eye(len(m)) - np.where(whole[:, None], 0.0, m)).astype(np.float64)
    x = series @ base
    held = possible & (c + m @ x >= _ALMOST)
    for column in np.flatnonzero((held != (whole[:, None] & possible)).any(axis=0)):
        system = _Column(m, series, c[:, column], whole & possible[:, column], x[:, column])
        x[:, column] = system.solved(held[:, column])
    return np.clip(x, 0.0, 1.0)


class _Column(NamedTuple):
    """The shares of one owner: `x` is the solution with the rows `whole` at 1, and `series` what solves it."""

    m: Floats
    series: Floats
    c: Floats
    whole: Bools
    x: Floats

    def solved(self, held: Bools) -> Floats:
        """The solution, where rows at 1 are among `held`."""
        while True:
            x = self._with(held)
            still = held & (self.c + self.m @ x >= _ALMOST)
            if (still == held).all():
                return x
            held = still

    def _with(self, held: Bools) -> Floats:
        """The solution with the rows `held` at 1: the one there is, changed in a few rows (Woodbury's formula)."""
        capped, freed = np.flatnonzero(held & ~self.whole), np.flatnonzero(self.whole & ~held)
        rows = np.concatenate((capped, freed))
        ways = self.series[:, rows]
        matrix, wanted = ways[rows], 1 - self.x[rows]
        if len(freed):
            matrix[len(capped) :] -= self.m[freed] @ ways
            wanted[len(capped) :] = self.c[freed] + self.m[freed] @ self.x - self.x[freed]
        return self.x + ways @ np.linalg.solve(matrix, wanted)


def _is_transient(m: Floats) -> bool:
    """Whether the powers of a matrix without a row sum above 1 vanish: from each row, some row below 1 is reached."""
    if m.sum(axis=1).max() > 1:
        return False
    leaks = m.sum(axis=1) < _ALMOST
    while True:
        reached = leaks | ((m > 0) @ leaks)
        if (reached == leaks).all():
            return bool(leaks.all())
        leaks = reached


def _reachable(m: Floats, c: Floats) -> Bools:
    """Where a share can arrive at all; elsewhere the least fixed point is 0."""
    links = (m > 0).astype(np.float64)
    reached = c > 0
    while True:
        more = reached | (links @ reached > 0)
        if (more == reached).all():
            return reached
        reached = more


class Strongest(NamedTuple):
    """The strongest path from each member (column) to each other (row): its strength, links and last link (or -1)."""

    strength: Floats
    hops: Ints
    last: Ints


def strongest_paths(weight: Floats, link: Ints) -> Strongest:
    """All strongest paths among the members, by Floyd and Warshall; `link[v, u]` is the number of the link u → v."""
    strength, hops, last = weight.copy(), (weight > 0).astype(np.int64), link.copy()
    for middle in range(len(weight)):
        through = strength[:, middle, None] * strength[middle]
        to, start = np.nonzero(through > strength)
        strength[to, start] = through[to, start]
        hops[to, start] = hops[to, middle] + hops[middle, start]
        last[to, start] = last[to, middle]
    return Strongest(strength, hops, last)
