"""What hangs together: weakly connected components of a network, and bodies that share members."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from rdflib import Graph, URIRef

from kg.network.arrays import Ints

__all__ = ["Edges", "Interlocks", "interlocks", "read_edges", "weak_components"]


@dataclass(frozen=True, slots=True)
class Edges:
    """A network as columns: `one[i]` and `other[i]` are numbers of `names`, which are in IRI order."""

    names: tuple[URIRef, ...]
    one: Ints
    other: Ints


def read_edges(graph: Graph, predicate: URIRef) -> Edges:
    """The edges of a graph by one predicate, such as the shortcuts `gov:owns` and `org:memberOf`, in IRI order."""
    ends = sorted(
        (s, o) for s, o in graph.subject_objects(predicate) if isinstance(s, URIRef) and isinstance(o, URIRef)
    )
    names = sorted({name for pair in ends for name in pair})
    number = {name: at for at, name in enumerate(names)}
    columns = np.array([(number[one], number[other]) for one, other in ends], np.int64).reshape(-1, 2)
    return Edges(tuple(names), columns[:, 0], columns[:, 1])


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
