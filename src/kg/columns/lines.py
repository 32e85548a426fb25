"""Named graphs as sorted lines of N-Quads, and the triples of their union, piece by piece."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from kg.columns.columns import Triples
from kg.columns.terms import Ids, Mask, TermTable

__all__ = ["Lines", "SortedQuads", "sorted_quads"]


@dataclass(frozen=True, slots=True)
class Lines:
    """A piece of a dataset: `quads` as lines of N-Quads, `triples` of the union as lines of N-Triples."""

    quads: bytes
    triples: bytes
    number: int


@dataclass(frozen=True, slots=True)
class SortedQuads:
    """Quads in the order of their lines (by code point, which is that of the bytes), each once.

    Columns of equal length: numbers of `texts`, which are in order, for subject, predicate and object, and of `graphs`;
    `is_first` marks the quads that stand for their triple in the union.
    """

    texts: list[str]
    graphs: list[str]
    subject: Ids
    predicate: Ids
    object: Ids
    graph: Ids
    is_first: Mask

    def __len__(self) -> int:
        return len(self.subject)

    @property
    def union_size(self) -> int:
        """How many triples the union has."""
        return int(np.count_nonzero(self.is_first))

    def pieces(self, at_once: int) -> Iterator[Lines]:
        """All lines, of `at_once` quads at a time."""
        for begin in range(0, len(self), at_once):
            yield self._lines(slice(begin, begin + at_once))

    def _lines(self, rows: slice) -> Lines:
        texts, ends = self.texts, [f" {graph} .\n" for graph in self.graphs]
        columns = (self.subject[rows], self.predicate[rows], self.object[rows])
        triples = [
            f"{texts[subject]} {texts[predicate]} {texts[value]}"
            for subject, predicate, value in zip(*(column.tolist() for column in columns), strict=True)
        ]
        quads = [triple + ends[graph] for triple, graph in zip(triples, self.graph[rows].tolist(), strict=True)]
        union = [triples[place] for place in np.flatnonzero(self.is_first[rows]).tolist()]
        end = " .\n" if union else ""
        return Lines("".join(quads).encode(), (" .\n".join(union) + end).encode(), len(quads))


def sorted_quads(terms: TermTable, graphs: Mapping[str, Triples], union: Collection[str]) -> SortedQuads:
    """The quads of named graphs, by the IRI of the graph; `union` says which of them are merged into one.

    The table of terms is settled by it.
    """
    texts = terms.texts
    order = np.array(sorted(range(len(texts)), key=texts.__getitem__), np.int32)
    in_order = [texts[number] for number in order.tolist()]
    terms.settle(in_order, order)
    rank = np.empty(len(texts), np.int32)
    rank[order] = np.arange(len(texts), dtype=np.int32)
    names = sorted(graphs, key=lambda name: f"<{name}>")
    table = np.concatenate([np.empty((0, 3), np.int32), *(rank[graphs[name]] for name in names)])
    graph = np.repeat(np.arange(len(names), dtype=np.int32), [len(graphs[name]) for name in names])
    places = np.lexsort((graph, table[:, 2], table[:, 1], table[:, 0]))
    table, graph = table[places], graph[places]
    is_new = _differs(table)
    kept = np.flatnonzero(is_new | _differs(graph[:, None]))
    table, graph = table[kept], graph[kept]
    is_first = np.zeros(len(graph), np.bool_)
    merged = np.flatnonzero(np.array([name in union for name in names], np.bool_)[graph])
    is_first[merged] = _differs(table[merged])
    subject, predicate, value = (np.ascontiguousarray(table[:, place]) for place in range(3))
    return SortedQuads(in_order, [f"<{name}>" for name in names], subject, predicate, value, graph, is_first)


def _differs(table: Triples) -> Mask:
    """Whether each row is another than the one before it."""
    differs = np.ones(len(table), np.bool_)
    differs[1:] = (table[1:] != table[:-1]).any(axis=1)
    return differs
