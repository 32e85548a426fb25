"""Named graphs as sorted lines of N-Quads, and the triples of their union, piece by piece.

Each graph is put into the order of its subjects, a run; the runs are merged a block at a time, when its lines are
wanted. So what is sorted is never there as a whole.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from kg.columns.columns import Triples, distinct
from kg.columns.terms import Ids, Mask, TermTable

__all__ = ["Lines", "SortedQuads", "sorted_quads"]

_BLOCK = 1_000_000
"""Quads that are merged at one time, about: less than 100 MB of memory."""
_SAMPLE = 1000
"""Of so many subjects of a run one is looked at to find where blocks begin."""


@dataclass(frozen=True, slots=True)
class Lines:
    """A piece of a dataset: `quads` as lines of N-Quads, `triples` of the union as lines of N-Triples; how many."""

    quads: bytes
    triples: bytes
    number: int
    merged: int


@dataclass(frozen=True, slots=True)
class _Run:
    """The triples of one graph by subject: columns of numbers of texts that are in order, of shape (3, n)."""

    columns: Ids
    in_union: bool

    def between(self, first: int, last: int) -> Ids:
        """Those whose subject is from `first` on and before `last`."""
        begin, end = self.columns[0].searchsorted(np.array([first, last], np.int32))
        return self.columns[:, begin:end]


@dataclass(frozen=True, slots=True)
class _Block:
    """Quads in the order of their lines, each once; `is_first` marks those that stand for their triple in the union."""

    columns: Ids
    graph: Ids
    is_first: Mask


@dataclass(frozen=True, slots=True)
class SortedQuads:
    """Quads in the order of their lines (by code point, which is that of the bytes), each once.

    `texts` are in order, and so are `graphs`, each of which has one of `runs`.
    """

    texts: list[str]
    graphs: list[str]
    runs: list[_Run]

    @property
    def most(self) -> int:
        """How many quads there are; fewer, if a graph has one twice."""
        return sum(run.columns.shape[1] for run in self.runs)

    def pieces(self, at_once: int) -> Iterator[Lines]:
        """All lines, of at most `at_once` quads at a time."""
        for first, last in pairwise(self._bounds()):
            block = self._merged(first, last)
            for begin in range(0, len(block.graph), at_once):
                yield self._lines(block, slice(begin, begin + at_once))

    def _bounds(self) -> list[int]:
        """Subjects at which blocks begin, and the end."""
        sample = np.sort(np.concatenate([np.empty(0, np.int32), *(run.columns[0, ::_SAMPLE] for run in self.runs)]))
        inner = distinct(sample[_BLOCK // _SAMPLE :: _BLOCK // _SAMPLE])
        return [0, *inner.tolist(), len(self.texts)]

    def _merged(self, first: int, last: int) -> _Block:
        parts = [run.between(first, last) for run in self.runs]
        columns = np.concatenate([np.empty((3, 0), np.int32), *parts], axis=1)
        graph = np.repeat(np.arange(len(parts), dtype=np.int32), [part.shape[1] for part in parts])
        places = np.lexsort((graph, *columns[::-1]))
        columns, graph = columns[:, places], graph[places]
        kept = np.flatnonzero(_differs(columns) | _differs(graph[None]))
        columns, graph = columns[:, kept], graph[kept]
        is_first = np.zeros(len(graph), np.bool_)
        merged = np.flatnonzero(np.array([run.in_union for run in self.runs], np.bool_)[graph])
        is_first[merged] = _differs(columns[:, merged])
        return _Block(columns, graph, is_first)

    def _lines(self, block: _Block, rows: slice) -> Lines:
        texts, ends = self.texts, [f" {graph} .\n" for graph in self.graphs]
        triples = [
            f"{texts[subject]} {texts[predicate]} {texts[value]}"
            for subject, predicate, value in zip(*block.columns[:, rows].tolist(), strict=True)
        ]
        quads = [triple + ends[graph] for triple, graph in zip(triples, block.graph[rows].tolist(), strict=True)]
        union = [triples[place] for place in np.flatnonzero(block.is_first[rows]).tolist()]
        end = " .\n" if union else ""
        return Lines("".join(quads).encode(), (" .\n".join(union) + end).encode(), len(quads), len(union))


def sorted_quads(terms: TermTable, graphs: dict[str, Triples], union: Collection[str]) -> SortedQuads:
    """The quads of named graphs, by the IRI of the graph; `union` says which of them are merged into one.

    The table of terms is settled by it, and `graphs` is emptied, so that no graph is there twice.
    """
    texts = terms.texts
    order = np.array(sorted(range(len(texts)), key=texts.__getitem__), np.int32)
    in_order = [texts[number] for number in order.tolist()]
    terms.settle(in_order, order)
    rank = np.empty(len(texts), np.int32)
    rank[order] = np.arange(len(texts), dtype=np.int32)
    names = sorted(graphs, key=lambda name: f"<{name}>")
    runs = [_Run(_by_subject(graphs.pop(name), rank), name in union) for name in names]
    return SortedQuads(in_order, [f"<{name}>" for name in names], runs)


def _by_subject(triples: Triples, rank: Ids) -> Ids:
    order = np.argsort(rank[triples[:, 0]], kind="stable")
    columns = np.empty((3, len(triples)), np.int32)
    for place in range(3):
        columns[place] = rank[triples[order, place]]
    return columns


def _differs(columns: Ids) -> Mask:
    """Whether each row is another than the one before it."""
    differs = np.ones(columns.shape[1], np.bool_)
    differs[1:] = (columns[:, 1:] != columns[:, :-1]).any(axis=0)
    return differs
