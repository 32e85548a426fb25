"""A graph as columns of numbers: subject, predicate and object, by predicate in the order of either end.

Whatever looks a thing up looks it up for many nodes at once: `values` gives for an array of nodes all their values of
one predicate, with the index of the node that each value belongs to.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import repeat
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from rdflib import Graph

from kg.columns.terms import Ids, Mask, TermTable

__all__ = ["Columns", "Index", "Pairs", "distinct_pairs", "gather", "is_among"]

Index: TypeAlias = NDArray[np.intp]
Column: TypeAlias = tuple[Ids, Ids]


@dataclass(frozen=True, slots=True)
class Pairs:
    """Values, each with the index of the node that it is a value of; ordered by index, no pair twice."""

    owner: Index
    value: Ids

    def __len__(self) -> int:
        return len(self.owner)


class Columns:
    """The triples of one graph over a table of terms; a triple that is there twice counts once."""

    def __init__(self, terms: TermTable, triples: array[int]) -> None:
        """`triples` holds subject, predicate and object of one triple after the other."""
        self.terms = terms
        table = np.frombuffer(triples, np.int32).reshape(-1, 3) if len(triples) else np.empty((0, 3), np.int32)
        predicates, which, counts = np.unique(table[:, 1], return_inverse=True, return_counts=True)
        narrow = which.astype(np.uint16) if len(predicates) < 1 << 16 else which
        order = np.argsort(narrow, kind="stable")
        self._subject, self._object = table[order, 0], table[order, 2]
        ends = np.cumsum(counts)
        self._slices = {
            int(predicate): slice(int(end - count), int(end))
            for predicate, count, end in zip(predicates, counts, ends, strict=True)
        }
        self._forward: dict[int, Column] = {}
        self._backward: dict[int, Column] = {}
        self._by_node: dict[bool, tuple[Ids, Ids, Ids]] = {}
        self._sizes: dict[int, tuple[int, int, int]] = {}

    def __len__(self) -> int:
        return sum(len(self.forward(predicate)[0]) for predicate in self._slices)

    @property
    def predicates(self) -> list[int]:
        """The predicates of the graph."""
        return list(self._slices)

    def forward(self, predicate: int) -> Column:
        """Subjects and objects of a predicate, in the order of the subjects, then of the objects."""
        if predicate not in self._forward:
            where = self._slices.get(predicate, slice(0, 0))
            self._forward[predicate] = _ordered(self._subject[where], self._object[where])
        return self._forward[predicate]

    def backward(self, predicate: int) -> Column:
        """Objects and subjects of a predicate, in the order of the objects, then of the subjects."""
        if predicate not in self._backward:
            subject, value = self.forward(predicate)
            order = np.argsort(value, kind="stable")
            self._backward[predicate] = value[order], subject[order]
        return self._backward[predicate]

    def values(self, nodes: Ids, predicate: int, *, inverse: bool = False) -> Pairs:
        """The values of `predicate` of each of the nodes, or with `inverse` the nodes whose value each is."""
        keys, found = self.backward(predicate) if inverse else self.forward(predicate)
        return gather(keys, found, nodes)

    def triples(self) -> Iterator[tuple[int, int, int]]:
        """All triples, by predicate."""
        for predicate in self._slices:
            subject, value = self.forward(predicate)
            yield from zip(subject.tolist(), repeat(predicate), value.tolist(), strict=False)

    def to_graph(self) -> Graph:
        """The triples as an rdflib graph."""
        graph, terms = Graph(), self.terms
        for subject, predicate, value in self.triples():
            graph.add((terms.term(subject), terms.term(predicate), terms.term(value)))
        return graph

    def objects(self, node: int, predicate: int) -> list[int]:
        """The values of one node: for the few cases in which one is asked about alone."""
        keys, found = self.forward(predicate)
        first = int(keys.searchsorted(np.int32(node), "left"))
        values: list[int] = found[first : int(keys.searchsorted(np.int32(node), "right"))].tolist()
        return values

    def size(self, predicate: int) -> tuple[int, int, int]:
        """How many triples a predicate has, and roughly how many subjects and objects."""
        if predicate not in self._sizes:
            subject, value = self.forward(predicate)
            sample = np.unique(value[:: max(1, len(value) // 1000)]) if len(value) else value
            spread = len(sample) if len(value) <= 1000 else len(sample) * len(value) // 1000
            subjects = int(np.count_nonzero(np.diff(subject))) + 1 if len(subject) else 0
            self._sizes[predicate] = len(subject), subjects, max(spread, 1)
        return self._sizes[predicate]

    def all_columns(self) -> tuple[Ids, Ids, Ids]:
        """Subjects, predicates and objects of all triples, by predicate."""
        parts = [self.forward(predicate) for predicate in self._slices]
        if not parts:
            return np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.int32)
        link = np.repeat(np.array(self.predicates, np.int32), [len(part[0]) for part in parts])
        return np.concatenate([part[0] for part in parts]), link, np.concatenate([part[1] for part in parts])

    def statements(self, nodes: Ids, *, inverse: bool = False) -> tuple[Index, Ids, Ids]:
        """All triples of the nodes: index of the node, predicate, object; with `inverse`, of the nodes as objects."""
        if inverse not in self._by_node:
            subject, link, value = self.all_columns()
            keys, others = (value, subject) if inverse else (subject, value)
            order = np.argsort(keys, kind="stable")
            self._by_node[inverse] = keys[order], link[order], others[order]
        keys, link, others = self._by_node[inverse]
        pairs = gather(keys, np.arange(len(keys), dtype=np.int32), nodes)
        return pairs.owner, link[pairs.value], others[pairs.value]


def gather(keys: Ids, found: Ids, nodes: Ids) -> Pairs:
    """For each of the nodes, what stands in `found` where `keys`, which is ascending, has the node."""
    first = np.searchsorted(keys, nodes, "left")
    counts = np.searchsorted(keys, nodes, "right") - first
    owner = np.repeat(np.arange(len(nodes)), counts)
    within = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
    return Pairs(owner, found[np.repeat(first, counts) + within])


def distinct_pairs(parts: Iterable[Pairs]) -> Pairs:
    """The pairs of all parts, each once, ordered by index and then by value."""
    kept = list(parts)
    owner = np.concatenate([part.owner for part in kept]) if kept else np.empty(0, np.intp)
    value = np.concatenate([part.value for part in kept]) if kept else np.empty(0, np.int32)
    keys = np.unique((owner.astype(np.int64) << 32) | value)
    return Pairs((keys >> 32).astype(np.intp), (keys & 0xFFFFFFFF).astype(np.int32))


def is_among(values: Ids, known: Ids) -> Mask:
    """Which of `values` are in `known`, which is ascending and has nothing twice."""
    if not len(known):
        return np.zeros(len(values), np.bool_)
    where = np.minimum(np.searchsorted(known, values), len(known) - 1)
    found: Mask = known[where] == values
    return found


def _ordered(subject: Ids, value: Ids) -> Column:
    keys = np.unique((subject.astype(np.int64) << 32) | value)
    return (keys >> 32).astype(np.int32), (keys & 0xFFFFFFFF).astype(np.int32)
