"""Effective ownership: what a party holds in another through everything between them.

Shares multiply along chains and add up over paths. For one owner, the effective share `e` in each thing `v` is the
least fixed point of `e(v) = min(1, a(owner, v) + Σ e(u) · a(u, v))` over the owners `u` of `v`, where `a` are direct
shares: without cycles the sum over all chains of their products, with cycles the limit of the same sum over all walks
(Brioschi, Buzzacchi & Colombo 1989, Risk capital financing and the separation of ownership and control in business
groups), and never more than the whole, at no step. Lower and upper bounds are solved apart; both are monotone, so a
wider range of a share never narrows a result.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from kg.network.arrays import Bools, Floats, Ints, Rows, starts
from kg.network.closure import EDGE, PAIR, closure, merged
from kg.network.components import component_labels

__all__ = ["EffectiveShares", "chains", "effective_shares", "share_blocks", "ultimate_owners"]


@dataclass(frozen=True, slots=True)
class EffectiveShares:
    """One row for each owner and thing owned, directly or through others: columns of equal length.

    `lower` and `upper` are shares from 0 to 1. `hops` counts the links of the strongest chain (greatest product of the
    shares' mid-points; of equals, the shortest), `last` is the input row of its last link and `previous` the row here
    of the chain before that link, or -1. `is_cyclic`: a walk from owner to owned passes through a cycle. `is_direct`:
    one direct holding is all there is.
    """

    owner: Ints
    owned: Ints
    lower: Floats
    upper: Floats
    hops: Ints
    is_cyclic: Bools
    is_direct: Bools
    last: Ints
    previous: Ints

    def __len__(self) -> int:
        return len(self.owner)


def effective_shares(owner: ArrayLike, owned: ArrayLike, lower: ArrayLike, upper: ArrayLike, n: int) -> EffectiveShares:
    """All effective shares of a network of direct holdings, one a row, among parties numbered 0 to `n` - 1.

    Shares are given and returned as fractions; parallel holdings add up. The result does not depend on the order of the
    rows, but for `last`, which names them.

    Raises:
        ValueError: a share is not within 0 ≤ lower ≤ upper ≤ 1, or a party not within 0 to n - 1.
    """
    none = _shares(np.zeros(0, PAIR), np.zeros(0, np.int64))
    blocks = [none, *share_blocks(owner, owned, lower, upper, n)]
    offsets = np.cumsum([0, *map(len, blocks)])
    columns = {field.name: [getattr(block, field.name) for block in blocks] for field in fields(EffectiveShares)}
    columns["previous"] = [
        np.where(part < 0, part, part + offset) for part, offset in zip(columns["previous"], offsets, strict=False)
    ]
    return EffectiveShares(**{name: np.concatenate(parts) for name, parts in columns.items()})


def share_blocks(  # noqa: PLR0913, PLR0917 - the columns of one table, its size, and the size of a piece
    owner: ArrayLike, owned: ArrayLike, lower: ArrayLike, upper: ArrayLike, n: int, block: int = 50_000
) -> Iterator[EffectiveShares]:
    """The same, `block` holdings at a time; only a weakly connected component that is larger needs more memory.

    Raises:
        ValueError: as `effective_shares`.
    """
    edges = _edges(owner, owned, lower, upper, n)
    component = component_labels(edges["owner"], edges["owned"], n, "weak")[edges["owned"]]
    edges = edges[np.argsort(component, kind="stable")]
    for first, last in _batches(np.sort(component), block):
        batch = edges[first:last]
        parties, ends = np.unique(np.concatenate((batch["owner"], batch["owned"])), return_inverse=True)
        local = batch.copy()
        local["owner"], local["owned"] = np.split(ends, 2)
        local = local[np.lexsort((local["owner"], local["owned"]))]
        yield _shares(closure(local, len(parties), at_once=40 * block), parties)


def _edges(owner: ArrayLike, owned: ArrayLike, lower: ArrayLike, upper: ArrayLike, n: int) -> Rows:
    edges = np.zeros(len(np.asarray(owner)), EDGE)
    edges["owner"], edges["owned"] = np.asarray(owner, np.int64), np.asarray(owned, np.int64)
    edges["lower"], edges["upper"] = np.asarray(lower, np.float64), np.asarray(upper, np.float64)
    edges["row"] = np.arange(len(edges))
    if not ((edges["lower"] >= 0) & (edges["lower"] <= edges["upper"]) & (edges["upper"] <= 1)).all():
        raise ValueError("a share is not within 0 ≤ lower ≤ upper ≤ 1")
    ends = np.concatenate((np.zeros(0, np.int32), edges["owner"], edges["owned"]))
    if len(ends) and not 0 <= ends.min() <= ends.max() < n:
        raise ValueError(f"a party is not within 0 to {n - 1}")
    return merged(edges)


def _batches(component: Ints, block: int) -> Iterator[tuple[int, int]]:
    """Runs of whole components, of `block` rows at most where a component is not larger."""
    borders, first = [*starts(component).tolist(), len(component)], 0
    for here, after in pairwise(borders):
        if after - first > block and here > first:
            yield first, here
            first = here
    if first < len(component):
        yield first, len(component)


def _shares(pairs: Rows, parties: Ints) -> EffectiveShares:
    return EffectiveShares(
        owner=parties[pairs["owner"]].astype(np.int64),
        owned=parties[pairs["owned"]].astype(np.int64),
        lower=pairs["lower"].copy(),
        upper=pairs["upper"].copy(),
        hops=pairs["hops"].astype(np.int64),
        is_cyclic=pairs["cyclic"].copy(),
        is_direct=pairs["direct"].copy(),
        last=pairs["last"].copy(),
        previous=pairs["previous"].copy(),
    )


def chains(shares: EffectiveShares, rows: Ints) -> list[list[int]]:
    """The strongest chain of each of `rows`: input rows, the owner's own holding first."""
    last, previous = shares.last.tolist(), shares.previous.tolist()
    found = []
    for row in rows.tolist():
        chain, at = [], row
        while at >= 0:
            chain.append(last[at])
            at = previous[at]
        found.append(chain[::-1])
    return found


def ultimate_owners(shares: EffectiveShares, least: float, *, strict: bool = False, possible: bool = False) -> Ints:
    """The rows whose owner nobody else owns and whose share is at least `least` (more than, if `strict`).

    By the lower bound, which is certain; by the upper bound, if `possible`.
    """
    by_others = shares.owned[shares.owned != shares.owner]
    share = shares.upper if possible else shares.lower
    enough = share > least if strict else share >= least
    return np.flatnonzero(enough & ~np.isin(shares.owner, by_others))
