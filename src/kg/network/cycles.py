"""Cross-holdings: effective shares within one strongly connected component, exactly and not by iterating.

With the shares that its members hold in each other as `m` (a row for what is owned) and what comes in from outside as
`c`, the effective shares are the least fixed point of `x = min(1, c + m x)`. Where `m` is a transient matrix and no
share passes 1, that is one linear solution, the sum of the series `c + m c + m² c + …`. Elsewhere it is found from
above by policy iteration (Costan, Gaubert, Goubault, Martel & Putot 2005, A policy iteration algorithm for computing
fixed points): all that may be capped is, and each round frees what the others do not carry to 1. What no share reaches
is left out, so the map is concave and positive on the rest, where its fixed point is the only one.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kg.network.columns import Bools, Floats, Ints

__all__ = ["Strongest", "capped_fixed_point", "strongest_paths"]

_ALMOST = 1 - 1e-12


def capped_fixed_point(m: Floats, c: Floats) -> Floats:
    """The least `x ≥ 0` with `x = min(1, c + m x)`; a column of `c` for each owner, shares 0 to 1."""
    x = np.full_like(c, np.inf)
    if _is_transient(m):
        x[:] = np.linalg.solve(np.eye(len(m)) - m, c)
    over = np.flatnonzero(x.max(axis=0) > 1)
    if len(over):
        x[:, over] = _from_above(m, c[:, over])
    return np.clip(x, 0.0, 1.0)


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


def _from_above(m: Floats, c: Floats) -> Floats:
    possible = _reachable(m, c)
    x = possible.astype(np.float64)
    free = np.zeros_like(possible)
    while True:
        freed = free | (possible & (c + m @ x < _ALMOST))
        if (freed == free).all():
            return x
        free = freed
        for pattern in np.unique(free, axis=1).T:
            columns = np.flatnonzero((free == pattern[:, None]).all(axis=0))
            rows = np.flatnonzero(pattern)
            capped = (possible[:, columns] & ~pattern[:, None]).astype(np.float64)
            known = c[np.ix_(rows, columns)] + m[rows] @ capped
            x[np.ix_(rows, columns)] = np.linalg.solve(np.eye(len(rows)) - m[np.ix_(rows, rows)], known)


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
        better = through > strength
        hops = np.where(better, hops[:, middle, None] + hops[middle], hops)
        last = np.where(better, last[:, middle, None], last)
        strength = np.where(better, through, strength)
    return Strongest(strength, hops, last)
