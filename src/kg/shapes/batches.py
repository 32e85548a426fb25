"""Batches of results: arrays of focus nodes, values and paths as identifiers of terms, until somebody reads them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from rdflib import Literal, URIRef
from rdflib.term import Node

from kg.columns.columns import Index, Pairs
from kg.columns.terms import Ids, Mask
from kg.shapes.model import Constraint, Shape

__all__ = ["NONE", "Batch", "Subject"]

NONE = -1
"""The identifier that stands where a result has no value."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Results of one constraint: `owner` is the index of the node that was asked about.

    `path` is there where it is another than the shape's. `asked` is the constraint that gave the results, None where
    pySHACL has found them; then their `details` are known already. `constraint`, `texts` (its messages), `code` and
    `bindings` (its variables, `NONE` where one has no value) are those of a constraint in SPARQL.
    """

    shape: Shape
    component: URIRef
    owner: Index
    focus: Ids
    value: Ids
    path: Ids | None = None
    asked: Constraint | None = None
    constraint: Node | None = None
    texts: Sequence[Literal] = ()
    code: str = ""
    bindings: Mapping[str, Ids] = field(default_factory=dict)
    details: Sequence[Batch] = ()

    def __len__(self) -> int:
        return len(self.owner)

    def taken(self, which: Index, owner: Index) -> Batch:
        """The results `which` of the batch, some perhaps twice, as those of other owners."""
        return replace(
            self,
            owner=owner,
            focus=self.focus[which],
            value=self.value[which],
            path=self.path[which] if self.path is not None else None,
            bindings={name: column[which] for name, column in self.bindings.items()},
        )


@dataclass(frozen=True, slots=True)
class Subject:
    """A shape, the focus nodes that it is asked about, and their value nodes; each value also once."""

    shape: Shape
    nodes: Ids
    pairs: Pairs
    values: Ids
    which: Index

    def batch(self, asked: Constraint, owner: Index, value: Ids | None = None, path: Ids | None = None) -> Batch:
        """Results of a constraint of the shape."""
        kept = value if value is not None else np.full(len(owner), NONE, np.int32)
        return Batch(self.shape, asked.component, owner, self.nodes[owner], kept, path, asked)

    def failing(self, asked: Constraint, passed: Mask) -> Iterator[Batch]:
        """A result for each value node of each focus node that is not among those that `passed`."""
        wrong = np.flatnonzero(~passed[self.which])
        if len(wrong):
            yield self.batch(asked, self.pairs.owner[wrong], self.pairs.value[wrong])
