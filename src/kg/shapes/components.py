"""Constraint components of SHACL Core, each evaluated once for all focus nodes of a shape (SHACL §4).

An `Evaluator` goes through the constraints of a shape for an array of nodes and yields batches of results.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from rdflib import SH
from rdflib.term import Node

from kg.columns.columns import Columns, Index, Pairs, gather, is_among
from kg.columns.places import numbered
from kg.columns.terms import Ids, Mask, language_of
from kg.shapes.batches import NONE, Batch, Subject
from kg.shapes.literals import comes_before, read_value
from kg.shapes.model import (
    Closed,
    Comparison,
    Constraint,
    Count,
    HasValue,
    Logic,
    Qualified,
    Shape,
    Sparql,
    UniqueLang,
    ValueTest,
)
from kg.shapes.paths import follow
from kg.shapes.value_tests import instances, passes

__all__ = ["Evaluator"]

Sparqls: TypeAlias = Callable[[Subject, Sparql], Iterator[Batch]]


class Evaluator:
    """Shapes over one graph; `sparql` evaluates constraints that are written in SPARQL."""

    def __init__(self, columns: Columns, shapes: Mapping[Node, Shape], sparql: Sparqls) -> None:
        self.columns = columns
        self.shapes = shapes
        self.sparql = sparql
        self.at: tuple[Shape, Constraint] | None = None
        """The constraint that was begun last."""
        self._evaluate: dict[type, Callable[[Subject, Any], Iterator[Batch]]] = {
            ValueTest: self._value_test,
            Count: self._count,
            HasValue: self._has_value,
            UniqueLang: self._unique_lang,
            Comparison: self._comparison,
            Logic: self._logic,
            Qualified: self._qualified,
            Closed: self._closed,
            Sparql: sparql,
        }

    def focus_nodes(self, shape: Shape) -> Ids:
        """The focus nodes that the targets of a shape select (SHACL §2.1.3), each once."""
        columns, found = self.columns, [np.empty(0, np.int32)]
        for target in shape.targets:
            if target.kind == SH.targetNode:
                found.append(columns.terms.numbers([target.term]))
            elif target.kind == SH.targetClass:
                found.append(instances(columns, target.term))
            else:
                side = columns.forward if target.kind == SH.targetSubjectsOf else columns.backward
                found.append(side(columns.terms.number(target.term))[0])
        return numbered(np.concatenate(found))[0]

    def batches(self, shape: Shape, nodes: Ids) -> Iterator[Batch]:
        """The results of validating `nodes`, each of them there once, against a shape."""
        if shape.deactivated or not len(nodes):
            return
        pairs = Pairs(np.arange(len(nodes)), nodes)
        if shape.path is not None:
            pairs = follow(self.columns, shape.path, nodes)
        values, which = numbered(pairs.value)
        subject = Subject(shape, nodes, pairs, values, which)
        for constraint in shape.constraints:
            yield from self.constraint(subject, constraint)

    def constraint(self, subject: Subject, constraint: Constraint) -> Iterator[Batch]:
        """The results of one constraint."""
        self.at = subject.shape, constraint
        yield from self._evaluate[type(constraint)](subject, constraint)

    def conforms(self, shape: Node, nodes: Ids) -> Mask:
        """Which of `nodes`, each of them there once, give no result against a shape (SHACL §3.4.2)."""
        result = np.ones(len(nodes), np.bool_)
        for batch in self.batches(self.shapes[shape], nodes):
            result[batch.owner] = False
        return result

    def against(self, shape: Node, owner: Index, values: Ids, which: Index) -> Iterator[Batch]:
        """The results of `values` against a shape as those of the owners, each of which has the value `which`.

        So are those of a property shape about the value nodes results of the shape that names it (§4.7.2).
        """
        order = np.argsort(which, kind="stable").astype(np.int32)
        keys = which[order].astype(np.int32)
        for batch in self.batches(self.shapes[shape], values):
            spread = gather(keys, order, batch.owner.astype(np.int32))
            yield batch.taken(spread.owner, owner[spread.value])

    def _value_test(self, subject: Subject, constraint: ValueTest) -> Iterator[Batch]:
        yield from subject.failing(constraint, passes(self.columns, constraint, subject.values))

    def _count(self, subject: Subject, constraint: Count) -> Iterator[Batch]:
        counts = np.bincount(subject.pairs.owner, minlength=len(subject.nodes))
        is_least = constraint.component == SH.MinCountConstraintComponent
        wrong = np.flatnonzero(counts < constraint.number if is_least else counts > constraint.number)
        if len(wrong):
            yield subject.batch(constraint, wrong)

    def _has_value(self, subject: Subject, constraint: HasValue) -> Iterator[Batch]:
        has = np.zeros(len(subject.nodes), np.bool_)
        has[subject.pairs.owner[subject.pairs.value == self.columns.terms.number(constraint.term)]] = True
        if not has.all():
            yield subject.batch(constraint, np.flatnonzero(~has))

    def _unique_lang(self, subject: Subject, constraint: UniqueLang) -> Iterator[Batch]:
        texts, languages = self.columns.terms.texts, dict[str, int]()
        found = (languages.setdefault(language_of(texts[number]), len(languages)) for number in subject.values)
        of_value = np.fromiter(found, np.int32, len(subject.values))
        tagged = of_value != languages.get("", NONE)
        keep = np.flatnonzero(tagged[subject.which])
        keys = (subject.pairs.owner[keep].astype(np.int64) << 32) | of_value[subject.which[keep]]
        distinct, counts = np.unique(keys, return_counts=True)
        twice = (distinct[counts > 1] >> 32).astype(np.intp)
        if len(twice):
            yield subject.batch(constraint, twice)

    def _comparison(self, subject: Subject, constraint: Comparison) -> Iterator[Batch]:
        others = self.columns.values(subject.nodes, self.columns.terms.number(constraint.predicate))
        if constraint.component in (SH.LessThanConstraintComponent, SH.LessThanOrEqualsConstraintComponent):
            yield from self._order(subject, constraint, others)
            return
        own, other = _keys(subject.pairs), _keys(others)
        if constraint.component == SH.EqualsConstraintComponent:
            wrong = np.setxor1d(own, other, assume_unique=True)
        else:
            wrong = np.intersect1d(own, other, assume_unique=True)
        if len(wrong):
            owner, value = (wrong >> 32).astype(np.intp), (wrong & 0xFFFFFFFF).astype(np.int32)
            yield subject.batch(constraint, owner, value)

    def _order(self, subject: Subject, constraint: Comparison, others: Pairs) -> Iterator[Batch]:
        """A result for each value that is not less than a value of the other property, once for each such pair."""
        joined = gather(others.owner.astype(np.int32), others.value, subject.pairs.owner.astype(np.int32))
        first = subject.pairs.value[joined.owner]
        texts = self.columns.terms.texts
        read = {number: read_value(texts[number]) for number in np.unique(np.concatenate([first, joined.value]))}
        or_equal = constraint.component == SH.LessThanOrEqualsConstraintComponent
        pairs = zip(first.tolist(), joined.value.tolist(), strict=True)
        wrong = np.fromiter(
            (comes_before(read[one], read[other], or_equal=or_equal) is not True for one, other in pairs),
            np.bool_,
            len(first),
        )
        if wrong.any():
            yield subject.batch(constraint, subject.pairs.owner[joined.owner[wrong]], first[wrong])

    def _logic(self, subject: Subject, constraint: Logic) -> Iterator[Batch]:
        if constraint.component == SH.PropertyConstraintComponent:
            yield from self.against(constraint.shapes[0], subject.pairs.owner, subject.values, subject.which)
            return
        counts = np.zeros(len(subject.values), np.int32)
        for shape in constraint.shapes:
            counts += self.conforms(shape, subject.values)
        passed = {
            SH.NotConstraintComponent: counts == 0,
            SH.OrConstraintComponent: counts > 0,
            SH.XoneConstraintComponent: counts == 1,
        }.get(constraint.component, counts == len(constraint.shapes))
        yield from subject.failing(constraint, passed)

    def _qualified(self, subject: Subject, constraint: Qualified) -> Iterator[Batch]:
        counted = self.conforms(constraint.shape, subject.values)
        for sibling in constraint.siblings:
            counted &= ~self.conforms(sibling, subject.values)
        owners = subject.pairs.owner[counted[subject.which]]
        counts = np.bincount(owners, minlength=len(subject.nodes))
        is_least = constraint.component == SH.QualifiedMinCountConstraintComponent
        wrong = np.flatnonzero(counts < constraint.number if is_least else counts > constraint.number)
        if len(wrong):
            yield subject.batch(constraint, wrong)

    def _closed(self, subject: Subject, constraint: Closed) -> Iterator[Batch]:
        allowed = self.columns.terms.numbers(constraint.allowed)
        of_pair, predicate, value = self.columns.statements(subject.pairs.value)
        wrong = np.flatnonzero(~is_among(predicate, allowed))
        if len(wrong):
            owner = subject.pairs.owner[of_pair[wrong]]
            yield subject.batch(constraint, owner, value[wrong], predicate[wrong])


def _keys(pairs: Pairs) -> NDArray[np.int64]:
    return (pairs.owner.astype(np.int64) << 32) | pairs.value
