"""What hangs together: weakly connected components of a network, and bodies that share members."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from kg.network.columns import Ints

__all__ = ["Interlocks", "interlocks", "weak_components"]


def weak_components(one: ArrayLike, other: ArrayLike, n: int) -> Ints:
    """For each of the things 0 to `n` - 1 the number of its component, whichever way the edges point.

    Components are numbered from 0 by their lowest member.
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    ends = (np.asarray(one, np.int64), np.asarray(other, np.int64))
    graph = csr_array((np.ones(len(ends[0]), np.int8), ends), shape=(n, n))
    label = connected_components(graph, directed=False)[1]
    _, first, number = np.unique(label, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[number]


@dataclass(frozen=True, slots=True)
class Interlocks:
    """Pairs of bodies (`one` < `other`) and how many members they share; columns of equal length, by pair."""

    one: Ints
    other: Ints
    shared: Ints


def interlocks(member: ArrayLike, body: ArrayLike, *, at_least: int = 1) -> Interlocks:
    """The bodies that share members (interlocking directorates), from memberships, one a row; repeated rows count once.

    A member of `k` bodies gives k (k - 1) / 2 pairs: the product of the incidence matrix with its transpose.
    """
    from scipy.sparse import csr_array, triu

    members, bodies = np.asarray(member, np.int64), np.asarray(body, np.int64)
    if not len(members):
        return Interlocks(*(np.zeros(0, np.int64) for _ in range(3)))
    names, column = np.unique(bodies, return_inverse=True)
    people, row = np.unique(members, return_inverse=True)
    incidence = csr_array((np.ones(len(row), np.int64), (row, column)), shape=(len(people), len(names)))
    incidence.data[:] = 1
    together = triu(incidence.T @ incidence, k=1).tocoo()
    enough = together.data >= at_least
    one, other, shared = together.row[enough], together.col[enough], together.data[enough]
    order = np.lexsort((other, one))
    return Interlocks(names[one[order]], names[other[order]], shared[order])
