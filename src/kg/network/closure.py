"""The closure of a network of holdings: every owner of everything owned, level by level, as joins of columns.

The strongly connected components of the network are put on levels, owners first. What is owned on a level gets, by one
join, its direct owners and the effective owners of those (shares multiply along chains and add up over paths);
cross-holdings within a component are then solved by `kg.network.cycles`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from kg.network.arrays import Bools, Floats, Ints, Rows, ranges, starts
from kg.network.cycles import capped_fixed_point, strongest_paths

__all__ = ["EDGE", "PAIR", "closure", "merged"]

EDGE = np.dtype([("owner", "i4"), ("owned", "i4"), ("lower", "f8"), ("upper", "f8"), ("row", "i8")])
PAIR = np.dtype(
    {
        "names": ["owner", "owned", "lower", "upper", "strength", "hops", "last", "previous", "cyclic", "direct"],
        "formats": ["i4", "i4", "f8", "f8", "f8", "i4", "i8", "i8", "?", "?"],
    }
)
_SHORTER = 1 - 1e-9
"""What a link costs: of chains that carry the same share, the shorter is the stronger."""


def merged(edges: Rows) -> Rows:
    """Sorted by what is owned and its owner, parallel holdings added up, those that can only be 0 left out."""
    edges = edges[edges["upper"] > 0]
    edges = edges[np.lexsort((edges["row"], edges["upper"], edges["lower"], edges["owner"], edges["owned"]))]
    first = starts(edges["owned"].astype(np.int64) << 32 | edges["owner"])
    whole = edges[first]
    if len(first):
        for bound in ("lower", "upper"):
            whole[bound] = np.minimum(np.add.reduceat(edges[bound], first), 1)
        whole["row"] = np.minimum.reduceat(edges["row"], first)
    return whole


def closure(edges: Rows, n: int, *, at_once: int) -> Rows:
    """All pairs of an owner and what it owns through `edges` (merged), as a table of `PAIR`.

    Parties are 0 to n - 1; `at_once` pairs are joined at one time, which takes about 100 bytes each.
    """
    order = _order(edges, n)
    edges = edges.copy()
    edges["owner"], edges["owned"] = order.rank[edges["owner"]], order.rank[edges["owned"]]
    edges = edges[np.argsort(edges["owned"].astype(np.int64) * n + edges["owner"], kind="stable")]
    state = _State(edges, order.component, _cyclic(edges, order.component), n)
    for first, last in zip(order.levels[:-1], order.levels[1:], strict=True):
        state.add_level(int(first), int(last), at_once)
    pairs = state.pairs[: state.filled]
    back = np.argsort(order.rank).astype(np.int32)
    pairs["owner"], pairs["owned"] = back[pairs["owner"]], back[pairs["owned"]]
    pairs["last"] = edges["row"][pairs["last"]]
    return pairs


@dataclass(frozen=True, slots=True)
class _Order:
    """Parties renumbered so that levels, and components in them, are runs: `component` is by new number."""

    rank: Ints
    component: Ints
    levels: Ints


def _order(edges: Rows, n: int) -> _Order:
    ones = np.ones(len(edges), np.int8)
    graph = csr_array((ones, (edges["owner"], edges["owned"])), shape=(n, n))
    count, component = connected_components(graph, directed=True, connection="strong")
    above, below = component[edges["owner"]], component[edges["owned"]]
    level = _levels(above[above != below], below[above != below], count)
    sequence = np.lexsort((component, level[component]))
    rank = np.empty(n, np.int64)
    rank[sequence] = np.arange(n)
    return _Order(rank, component[sequence], np.append(starts(level[component][sequence]), n))


def _levels(above: Ints, below: Ints, count: int) -> Ints:
    """The length of the longest way down to each component (Kahn 1962, all of a level at once)."""
    level = np.zeros(count, np.int64)
    left = np.bincount(below, minlength=count)
    by_owner = below[np.argsort(above, kind="stable")]
    first = np.concatenate(([0], np.cumsum(np.bincount(above, minlength=count))))
    front, depth = np.flatnonzero(left == 0), 0
    while len(front):
        level[front] = depth
        reached = by_owner[ranges(first[front], first[front + 1] - first[front])]
        np.subtract.at(left, reached, 1)
        front, depth = np.unique(reached[left[reached] == 0]), depth + 1
    return level


def _cyclic(edges: Rows, component: Ints) -> Bools:
    """Whether each party is in a cycle."""
    inner = edges[component[edges["owner"]] == component[edges["owned"]]]
    return np.isin(component, component[inner["owned"]])


class _State:
    """What is known so far: the pairs of all levels above, those of one owned party in a run."""

    def __init__(self, edges: Rows, component: Ints, cyclic: Bools, n: int) -> None:
        self.edges, self.component, self.cyclic, self.n = edges, component, cyclic, n
        self.into = np.searchsorted(edges["owned"], np.arange(n + 1))
        self.first, self.count = np.zeros(n, np.int64), np.zeros(n, np.int64)
        self.pairs, self.filled = np.zeros(max(16, 2 * len(edges)), PAIR), 0

    def add_level(self, first: int, last: int, at_once: int) -> None:
        """The pairs of the parties `first` to `last`, as many whole components at a time as there is room for."""
        edges = self.edges[self.into[first] : self.into[last]]
        cost = np.concatenate(([0], np.cumsum(1 + self.count[edges["owner"]])))
        cost = cost[self.into[first : last + 1] - self.into[first]]
        while first < last:
            stop = first + int(np.searchsorted(cost, cost[0] + at_once, side="right")) - 1
            stop = min(max(stop, first + 1), last)
            while stop < last and self.component[stop] == self.component[stop - 1]:
                stop += 1
            self._add(self._with_cycles(self._joined(first, stop)))
            cost, first = cost[stop - first :], stop

    def _joined(self, first: int, last: int) -> Rows:
        """Direct holdings and those through owners in other components, one row a pair, by owned and owner."""
        begin = self.into[first]
        edges = self.edges[begin : self.into[last]]
        direct = _extended(edges, np.arange(begin, begin + len(edges)))
        direct["cyclic"] = self.cyclic[edges["owner"]]
        outer = np.flatnonzero(self.component[edges["owner"]] != self.component[edges["owned"]])
        above = edges["owner"][outer]
        through = ranges(self.first[above], self.count[above])
        link = np.repeat(outer, self.count[above])
        further = _extended(edges[link], begin + link, self.pairs[through], through)
        return _added_up(np.concatenate((direct, further)), self.n)

    def _with_cycles(self, pairs: Rows) -> Rows:
        """The pairs with those in cycles solved."""
        if not self.cyclic[pairs["owned"]].any():
            return pairs
        whole, at = list[Rows](), self.filled
        runs = starts(self.component[pairs["owned"]])
        cyclic = self.cyclic[pairs["owned"][runs]]
        begin = 0
        for run, end in zip(runs[cyclic], np.append(runs[1:], len(pairs))[cyclic], strict=True):
            block = _solved(pairs[run:end], self._inner(pairs[run:end]), at + int(run) - begin)
            whole += [pairs[begin:run], block]
            at, begin = at + int(run) - begin + len(block), int(end)
        return np.concatenate([*whole, pairs[begin:]])

    def _inner(self, pairs: Rows) -> tuple[Rows, Ints]:
        """The holdings of a component's members in each other, and their numbers."""
        begin, end = self.into[pairs["owned"][0]], self.into[pairs["owned"][-1] + 1]
        edges = self.edges[begin:end]
        inner = np.flatnonzero(self.component[edges["owner"]] == self.component[edges["owned"]])
        return edges[inner], begin + inner

    def _add(self, pairs: Rows) -> None:
        end = self.filled + len(pairs)
        if end > len(self.pairs):
            self.pairs = np.concatenate((self.pairs[: self.filled], np.zeros(2 * end - self.filled, PAIR)))
        self.pairs[self.filled : end] = pairs
        runs = starts(pairs["owned"])
        self.first[pairs["owned"][runs]] = self.filled + runs
        self.count[pairs["owned"][runs]] = np.diff(np.append(runs, len(pairs)))
        self.filled = end


def _extended(edges: Rows, number: Ints, before: Rows | None = None, at: Ints | None = None) -> Rows:
    """One more link: each of `edges` (whose numbers are given) after the pair `before` it, which is row `at`."""
    pairs = np.zeros(len(edges), PAIR)
    if before is not None:
        pairs[:] = before
    first = before is None
    pairs["owner"] = edges["owner"] if before is None else before["owner"]
    pairs["owned"] = edges["owned"]
    for bound in ("lower", "upper"):
        pairs[bound] = edges[bound] if first else pairs[bound] * edges[bound]
    middle = (edges["lower"] + edges["upper"]) / 2 * _SHORTER
    pairs["strength"] = middle if first else pairs["strength"] * middle
    pairs["hops"] += 1
    pairs["last"] = number
    pairs["previous"] = -1 if at is None else at
    pairs["direct"] = first
    return pairs


def _added_up(parts: Rows, n: int) -> Rows:
    """One row for each pair, with the strongest chain of its parts; at most 1 by the definition of the fixed point."""
    key = parts["owned"].astype(np.int64) * n + parts["owner"]
    order = np.lexsort((-parts["strength"], key))
    parts, key = parts[order], key[order]
    first = starts(key)
    whole = parts[first]
    for bound in ("lower", "upper"):
        whole[bound] = np.minimum(np.add.reduceat(parts[bound], first), 1)
    whole["cyclic"] = np.logical_or.reduceat(parts["cyclic"], first)
    whole["direct"] &= np.diff(np.append(first, len(parts))) == 1
    return whole


def _solved(pairs: Rows, inner: tuple[Rows, Ints], at: int) -> Rows:
    """The pairs of one component, which will be rows `at` and on: every member has the same effective owners."""
    members, v = np.unique(pairs["owned"], return_inverse=True)
    owners, o = np.unique(pairs["owner"], return_inverse=True)
    edges, numbers = inner
    size, shape = len(members), (len(members), len(owners))
    above, below = np.searchsorted(members, edges["owner"]), np.searchsorted(members, edges["owned"])
    block = np.zeros(shape, PAIR)
    block[v, o] = pairs
    block["owned"], block["owner"] = members[:, None], owners
    block["cyclic"], block["direct"] = True, False
    same = bool((pairs["lower"] == pairs["upper"]).all() and (edges["lower"] == edges["upper"]).all())
    for bound in ("upper",) if same else ("lower", "upper"):
        among: Floats = np.zeros((size, size))
        among[below, above] = edges[bound]
        block[bound] = capped_fixed_point(among, np.ascontiguousarray(block[bound]))
    if same:
        block["lower"] = block["upper"]
    weight, link = np.zeros((size, size)), np.full((size, size), -1)
    weight[below, above] = (edges["lower"] + edges["upper"]) / 2 * _SHORTER
    link[below, above] = np.arange(len(edges))
    best = strongest_paths(weight, link)
    entry = block.copy()
    for w in range(size):
        strength = best.strength[:, w, None] * entry["strength"][w]
        row, column = np.nonzero(strength > block["strength"])
        last = best.last[row, w]
        block["strength"][row, column] = strength[row, column]
        block["hops"][row, column] = best.hops[row, w] + entry["hops"][w, column]
        block["last"][row, column] = numbers[last]
        block["previous"][row, column] = at + above[last] * shape[1] + column
    return block.reshape(-1)
