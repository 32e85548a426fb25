"""Evaluation of shapes over a graph: compiled, with pySHACL for what cannot be compiled, or pySHACL alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from rdflib import BNode, Graph, URIRef
from rdflib.term import Node

from kg.columns.columns import Columns
from kg.columns.encode import encode_graph
from kg.columns.terms import BLANK
from kg.errors import SourceError
from kg.locations import Locations, Place
from kg.namespaces import GOV, shorten
from kg.shapes.batches import Batch
from kg.shapes.components import Evaluator
from kg.shapes.details import details_of
from kg.shapes.faults import TERMS, ShapeFault, fault
from kg.shapes.hints import NO_FOCUS_NODE, NO_TARGET, hints_of
from kg.shapes.model import Shapes
from kg.shapes.reader import read_shapes_graph
from kg.shapes.report import ValidationReport
from kg.shapes.results import Locate, results_of
from kg.shapes.second_opinion import ask_pyshacl, only_targets_of
from kg.shapes.sparql import SparqlEvaluator
from kg.shapes.store_queries import OtherForms
from kg.shapes.targets import targeted
from kg.shapes.time_limit import OutOfTime
from kg.shapes.validation_result import Result

__all__ = ["Locate", "Validation", "evaluate"]

_CODE = URIRef(GOV.shapeCode)
_TOO_DEEP, _TOO_DEEP_HINT = "the shapes or their paths are nested too deep", "give the inner ones a name of their own"
_SHOWN = 60
"""Characters of a value in an error."""


def _nowhere(_focus: Node, _path: Node | None) -> None:
    return None


def evaluate(
    data: Graph | Columns, shapes: Graph, *, locate: Locate = _nowhere, only_pyshacl: bool = False
) -> ValidationReport:
    """Validates `data` (which must hold the ontology too, for class hierarchies and the registry) against `shapes`.

    `locate` tells where a focus node is written. Neither graph is changed. With `only_pyshacl`, nothing is compiled:
    the second opinion.

    Raises:
        EngineError: a shape could not be evaluated.
    """
    columns = data if isinstance(data, Columns) else encode_graph(data)
    validation = Validation(columns, shapes, locate=locate, only_pyshacl=only_pyshacl)
    return validation.report()


@dataclass(frozen=True)
class Validation:
    """One validation: its results one after the other, or all of them as a report."""

    columns: Columns
    shapes_graph: Graph
    locate: Locate = _nowhere
    only_pyshacl: bool = False
    shape_files: Locations = field(default_factory=lambda: Locations(()))
    """The Turtle files of the shapes graph, for where something is wrong with it."""
    notes: tuple[str, ...] = ()
    """What was not read."""

    @cached_property
    def shapes(self) -> Shapes:
        """The shapes of the shapes graph.

        Raises:
            ShapeFault: a shape is not well-formed; `SourceError` where the file is known.
        """
        with self._placed():
            return read_shapes_graph(self.shapes_graph)

    @cached_property
    def rules(self) -> int:
        """How many rules are asked: those that have a code of their own, or else the shapes that have a target."""
        return len({str(code) for code in self.shapes_graph.objects(None, _CODE)}) or len(targeted(self.shapes_graph))

    @cached_property
    def hints(self) -> tuple[str, ...]:
        """What was not read, and what in the shapes asks for nothing, with its place where the file is known."""
        found = list(self.notes)
        for hint in hints_of(self.shapes_graph):
            place = self.shape_files.mention(str(hint.term))
            found.append(f"{place}: {hint.text}" if place else hint.text)
        if not targeted(self.shapes_graph):
            found.append(NO_TARGET)
        elif not self.only_pyshacl and not self._has_focus_node():
            found.append(NO_FOCUS_NODE)
        return tuple(found)

    def _has_focus_node(self) -> bool:
        rest = [self.shapes.by_node[node] for node in self.shapes.refused]
        return any(len(self._evaluator.focus_nodes(shape)) for shape in (*self.shapes.roots, *rest))

    @contextmanager
    def _placed(self) -> Iterator[None]:
        """Inside, what is wrong with a shape is an error of its file, where that is known."""
        try:
            yield
        except ShapeFault as error:
            raise self._with_place(error) from error.__cause__
        except RecursionError:
            raise ShapeFault(_TOO_DEEP, subject=BNode(), predicate=None, hint=_TOO_DEEP_HINT) from None

    def _with_place(self, error: ShapeFault) -> ShapeFault | SourceError:
        place = self.shape_files.place(error.subject, error.predicate)
        if place is None:
            return error
        return SourceError(error.message, path=place.path, line=place.line, hint=error.hint)

    @property
    def left_to_pyshacl(self) -> tuple[tuple[Node, str], ...]:
        """The shapes that are not compiled, each with the reason; all of them are known when all results are."""
        if self.only_pyshacl:
            return ()
        return tuple(sorted(self.shapes.refused.items(), key=lambda item: str(item[0])))

    def report(self) -> ValidationReport:
        """All results, in a stable order."""
        results = list(self.results())
        return ValidationReport.of(results, self.rules, self.left_to_pyshacl, self.hints)

    def results(self, progress: Callable[[int, int], None] = lambda _done, _all: None) -> Iterator[Result]:
        """The results as they are found, shape by shape; `progress` is told how many shapes of how many are done.

        Raises:
            EngineError: a shape could not be evaluated.
        """
        with self._placed():
            try:
                for batch in self.batches(progress):
                    yield from results_of(batch, self.columns, self._place, self._explain)
            except OutOfTime as late:
                raise self.overdue(late) from None

    def overdue(self, late: OutOfTime) -> ShapeFault | SourceError:
        """The error that a shape took too long: which, and of which value, as far as that is known."""
        value = f", over the value {late.value[:_SHOWN]!a}{'…' * (len(late.value) > _SHOWN)}" if late.value else ""
        hint = "give more time, or mend the shape" + (" or the value" if value else "")
        at = self._evaluator.at
        if at is None or self.only_pyshacl:
            return ShapeFault(
                f"{late}, in the shapes that pySHACL evaluates", subject=BNode(), predicate=None, hint=hint
            )
        shape, constraint = at
        name = shorten(str(constraint.component), TERMS)
        return self._with_place(fault(self.shapes_graph, shape.node, f"was {late}, at {name}{value}", hint=hint))

    def _place(self, focus: Node, path: Node | None) -> Place | None:
        """Where a node is written; of a blank node, which no file is searched for, where a node with an IRI has it."""
        passed: dict[Node, None] = {}
        while isinstance(focus, BNode) and focus not in passed and (above := self._owners.get(focus)):
            passed[focus] = None
            focus, path = above
        if path is not None:  # so that the next one below has one step to go
            self._owners.update(dict.fromkeys(passed, (focus, path)))
        return self.locate(focus, path)

    @cached_property
    def _owners(self) -> dict[Node, tuple[Node, Node]]:
        """A subject and predicate of each blank node that is a value, or of what it is a part of."""
        subjects, predicates, values = self.columns.all_columns()
        terms = self.columns.terms
        blank = np.flatnonzero(terms.kinds(values) == BLANK)
        rows = zip(values[blank].tolist(), subjects[blank].tolist(), predicates[blank].tolist(), strict=True)
        return {terms.term(value): (terms.term(subject), terms.term(predicate)) for value, subject, predicate in rows}

    def _explain(self, batch: Batch) -> Iterator[Batch]:
        return iter(batch.details) if batch.asked is None else details_of(self._evaluator, batch)

    @cached_property
    def _evaluator(self) -> Evaluator:
        return Evaluator(self.columns, self.shapes.by_node, SparqlEvaluator(self.columns, self.shapes_graph))

    def batches(self, progress: Callable[[int, int], None] = lambda _done, _all: None) -> Iterator[Batch]:
        """As `results`, in the form of columns: a batch for each constraint that finds something."""
        if self.only_pyshacl:
            yield from ask_pyshacl(self.columns.to_graph(), self.shapes_graph, self.columns)
            return
        evaluator = self._evaluator
        for number, shape in enumerate(self.shapes.roots):
            progress(number, len(self.shapes.roots))
            try:
                found = list(evaluator.batches(shape, evaluator.focus_nodes(shape)))
            except OtherForms as reason:
                self.shapes.refused[shape.node] = str(reason)
            else:
                yield from found
        if self.shapes.refused:
            rest = only_targets_of(self.shapes_graph, self.shapes.refused)
            yield from ask_pyshacl(self.columns.to_graph(), rest, self.columns)
        progress(len(self.shapes.roots), len(self.shapes.roots))
