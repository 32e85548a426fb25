"""A graph as columns of numbers: subject, predicate and object, by predicate in the order of either end.

Whatever looks a thing up looks it up for many nodes at once: `values` gives for an array of nodes all their values of
one predicate, with the index of the node that each value belongs to.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import repeat
from typing import Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray
from rdflib import Graph

from kg.columns.places import places
from kg.columns.terms import Ids, Mask, TermTable

__all__ = ["Columns", "Index", "Pairs", "Statements", "Triples", "distinct", "distinct_pairs", "gather", "is_among"]

Index: TypeAlias = NDArray[np.intp]
Column: TypeAlias = tuple[Ids, Ids]
Triples: TypeAlias = NDArray[np.int32]
"""Subject, predicate and object of one triple a row: shape (n, 3)."""
_Number = TypeVar("_Number", bound="np.integer[Any]")


@dataclass(frozen=True, slots=True)
class Pairs:
    """Values, each with the index of the node that it is a value of; ordered by index, no pair twice."""

    owner: Index
    value: Ids

    def __len__(self) -> int:
        return len(self.owner)


@dataclass(frozen=True, slots=True)
class Statements:
    """Triples of one predicate, in any order."""

    predicate: int
    subject: Ids
    value: Ids


class Columns:
    """The triples of one graph over a table of terms; a triple that is there twice counts once."""

    def __init__(self, terms: TermTable, triples: array[int] | Triples) -> None:
        """`triples` holds subject, predicate and object of one triple after the other."""
        self.terms = terms
        self._given = _by_predicate(np.asarray(triples, np.int32).reshape(-1, 3))
        self._ordered: set[int] = set()
        self._backward: dict[int, Column] = {}
        self._sizes: dict[int, tuple[int, int, int]] = {}

    def plus(self, triples: Triples) -> Columns:
        """These triples and `triples` over the same table of terms; predicates without new ones stay as they are."""
        more = Columns(self.terms, triples)
        both, fresh = Columns(self.terms, triples[:0]), more._given
        both._given = self._given | {
            predicate: (np.concatenate([subject, before[0]]), np.concatenate([value, before[1]]))
            for predicate, (subject, value) in fresh.items()
            for before in [self._given.get(predicate, (subject[:0], value[:0]))]
        }
        both._ordered = self._ordered - fresh.keys()
        both._backward = {known: column for known, column in self._backward.items() if known not in fresh}
        both._sizes = {known: size for known, size in self._sizes.items() if known not in fresh}
        return both

    def __len__(self) -> int:
        return sum(len(self.forward(predicate)[0]) for predicate in self._given)

    @property
    def predicates(self) -> list[int]:
        """The predicates of the graph."""
        return list(self._given)

    def forward(self, predicate: int) -> Column:
        """Subjects and objects of a predicate, in the order of the subjects, then of the objects."""
        if predicate not in self._given:
            return np.empty(0, np.int32), np.empty(0, np.int32)
        if predicate not in self._ordered:
            self._given[predicate] = _halves(distinct(_keys(*self._given[predicate])))
            self._ordered.add(predicate)
        return self._given[predicate]

    def backward(self, predicate: int) -> Column:
        """Objects and subjects of a predicate, in the order of the objects, then of the subjects."""
        if predicate not in self._backward:
            subject, value = self.forward(predicate)
            self._backward[predicate] = _halves(np.sort(_keys(value, subject)))
        return self._backward[predicate]

    def values(self, nodes: Ids, predicate: int, *, inverse: bool = False) -> Pairs:
        """The values of `predicate` of each of the nodes, or with `inverse` the nodes whose value each is."""
        keys, found = self.backward(predicate) if inverse else self.forward(predicate)
        return gather(keys, found, nodes)

    def subjects(self, predicate: int, value: int) -> Ids:
        """The nodes that have the value, ascending."""
        keys, found = self.backward(predicate)
        return found[keys.searchsorted(np.int32(value), "left") : keys.searchsorted(np.int32(value), "right")]

    def subjects_with(self, values: Ids) -> Ids:
        """The nodes that have one of the values, of whatever predicate; ascending."""
        is_meant = np.zeros(len(self.terms), np.bool_)
        is_meant[values] = True
        return distinct(np.concatenate([values[:0], *(part[0][is_meant[part[1]]] for part in self._given.values())]))

    def lacking(self, parts: Iterable[Statements]) -> Triples:
        """The triples of all parts that are not among these, each once, by predicate."""
        found: dict[int, list[NDArray[np.int64]]] = {}
        for part in parts:
            found.setdefault(part.predicate, []).append(_keys(part.subject, part.value))
        fresh = {predicate: distinct(np.concatenate(keys)) for predicate, keys in found.items()}
        for predicate in fresh.keys() & self._given.keys():
            fresh[predicate] = fresh[predicate][~is_among(fresh[predicate], _keys(*self.forward(predicate)))]
        triples, end = np.empty((sum(map(len, fresh.values())), 3), np.int32), 0
        for predicate, keys in fresh.items():
            block, end = triples[end : end + len(keys)], end + len(keys)
            block[:, 1] = predicate
            block[:, 0], block[:, 2] = _halves(keys)
        return triples

    def triples(self) -> Iterator[tuple[int, int, int]]:
        """All triples, by predicate."""
        for predicate in self._given:
            subject, value = self.forward(predicate)
            yield from zip(subject.tolist(), repeat(predicate), value.tolist(), strict=False)

    def to_graph(self, subjects: Ids | None = None) -> Graph:
        """The triples, or those of some subjects, as an rdflib graph."""
        graph, terms = Graph(), self.terms
        is_meant = np.ones(len(terms), np.bool_)
        if subjects is not None:
            is_meant[:] = False
            is_meant[subjects] = True
        for predicate in self._given:
            kept = is_meant[self.forward(predicate)[0]]
            for subject, value in zip(*(column[kept].tolist() for column in self.forward(predicate)), strict=True):
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
        parts = [self.forward(predicate) for predicate in self._given]
        if not parts:
            return np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.int32)
        link = np.repeat(np.array(self.predicates, np.int32), [len(part[0]) for part in parts])
        return np.concatenate([part[0] for part in parts]), link, np.concatenate([part[1] for part in parts])

    def statements(self, nodes: Ids, *, inverse: bool = False) -> tuple[Index, Ids, Ids]:
        """All triples of the nodes: index of the node, predicate, object; with `inverse`, of the nodes as objects."""
        none, is_asked = np.empty(0, np.int32), np.zeros(max(len(self.terms), nodes.max(initial=0) + 1), np.bool_)
        is_asked[nodes[nodes >= 0]] = True
        parts = [(none, none, none)]
        for predicate in self._given:
            subject, value = self.forward(predicate)
            keys, others = (value, subject) if inverse else (subject, value)
            rows = np.flatnonzero(is_asked[keys])
            parts.append((keys[rows], np.full(len(rows), predicate, np.int32), others[rows]))
        keys, link, others = (np.concatenate(column) for column in zip(*parts, strict=True))
        order = np.argsort(keys, kind="stable").astype(np.int32)
        pairs = gather(keys[order], order, nodes)
        return pairs.owner, link[pairs.value], others[pairs.value]


def gather(keys: Index | Ids, found: Ids, nodes: Index | Ids) -> Pairs:
    """For each of the nodes, what stands in `found` where `keys`, which is ascending, has the node."""
    first, counts = places(keys, nodes)
    owner = np.repeat(np.arange(len(nodes)), counts)
    within = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
    return Pairs(owner, found[np.repeat(first, counts) + within])


def distinct(values: NDArray[_Number]) -> NDArray[_Number]:
    """The values ascending, each once: numpy's `unique` hashes them first, which takes 15 times as long for many."""
    if np.all(values[1:] > values[:-1]):
        return values
    ordered = np.sort(values)
    is_first: Mask = np.append(True, ordered[1:] != ordered[:-1])
    kept: NDArray[_Number] = ordered[is_first]
    return kept


def distinct_pairs(parts: Iterable[Pairs]) -> Pairs:
    """The pairs of all parts, each once, ordered by index and then by value."""
    kept = [_keys(part.owner, part.value) for part in parts]
    owner, value = _halves(distinct(np.concatenate(kept)) if kept else np.empty(0, np.int64))
    return Pairs(owner.astype(np.intp), value)


def is_among(values: NDArray[_Number], known: NDArray[_Number]) -> Mask:
    """Which of `values` are in `known`, which is ascending and has nothing twice."""
    if not len(known):
        return np.zeros(len(values), np.bool_)
    where = np.minimum(np.searchsorted(known, values), len(known) - 1)
    found: Mask = known[where] == values
    return found


def _by_predicate(triples: Triples) -> dict[int, Column]:
    """Subjects and objects by predicate, predicates ascending."""
    counts = np.bincount(triples[:, 1], minlength=1)
    predicates = np.flatnonzero(counts)
    rank = np.zeros(len(counts), np.uint16 if len(predicates) < 1 << 16 else np.intp)
    rank[predicates] = np.arange(len(predicates))
    order, ends = np.argsort(rank[triples[:, 1]], kind="stable"), np.cumsum(counts[predicates])
    rows = {
        predicate: order[end - count : end]
        for predicate, count, end in zip(predicates.tolist(), counts[predicates].tolist(), ends.tolist(), strict=True)
    }
    return {predicate: (triples[own, 0], triples[own, 2]) for predicate, own in rows.items()}


def _keys(high: Index | Ids, low: Ids) -> NDArray[np.int64]:
    """A pair of numbers as one, in the same order."""
    return (high.astype(np.int64) << 32) | low


def _halves(keys: NDArray[np.int64]) -> Column:
    return (keys >> 32).astype(np.int32), keys.astype(np.int32)
