"""What explains a result: the results of the shapes that a value does not conform to, as `sh:detail` (SHACL §3.6.2).

They are asked for when a result is read, about the values at fault only, so that they cost nothing where there is none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from rdflib import SH
from rdflib.term import Node

from kg.columns.columns import Pairs
from kg.columns.places import numbered
from kg.columns.terms import Ids, Mask
from kg.shapes.batches import Batch
from kg.shapes.components import Evaluator
from kg.shapes.model import Logic, Qualified
from kg.shapes.paths import follow

__all__ = ["details_of"]


def details_of(evaluator: Evaluator, batch: Batch) -> Iterator[Batch]:
    """The results that explain those of a batch; the owner of each is the index of the result that it explains.

    A value that conforms where it must not (`sh:not`, `sh:qualifiedMaxCount`, `sh:xone` with two shapes) has none.
    """
    everyone = np.arange(len(batch))
    match batch.asked:
        case Logic(SH.XoneConstraintComponent, shapes):
            unlike = np.flatnonzero(~_conforming(evaluator, shapes, batch.value))
            yield from _against(evaluator, shapes, Pairs(everyone[unlike], batch.value[unlike]))
        case Logic(component, shapes) if component != SH.NotConstraintComponent:
            yield from _against(evaluator, shapes, Pairs(everyone, batch.value))
        case Qualified(SH.QualifiedMinCountConstraintComponent, _, shape, _) if batch.shape.path is not None:
            yield from _against(evaluator, (shape,), follow(evaluator.columns, batch.shape.path, batch.focus))


def _conforming(evaluator: Evaluator, shapes: Sequence[Node], values: Ids) -> Mask:
    """Which of the values conform to one of the shapes."""
    distinct, which = numbered(values)
    found = np.zeros(len(distinct), np.bool_)
    for shape in shapes:
        found |= evaluator.conforms(shape, distinct)
    return found[which]


def _against(evaluator: Evaluator, shapes: Sequence[Node], pairs: Pairs) -> Iterator[Batch]:
    """The results of the values against the shapes, as those of their owners."""
    values, which = numbered(pairs.value)
    for shape in shapes:
        yield from evaluator.against(shape, pairs.owner, values, which)
