"""SPARQL-based constraints and components (SHACL §5, §6): asked of the columns, or else of an Oxigraph store.

A store has no network and no files here: SERVICE is refused before a query is asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias, TypeVar

import numpy as np
from pyoxigraph import Store
from rdflib import SH, Graph
from rdflib.term import Node

from kg.columns.columns import Columns, Index
from kg.columns.terms import IRI, Ids
from kg.errors import EngineError, LimitError, QuerySyntaxError, RequestError
from kg.namespaces import SHAPES
from kg.query import parse_query
from kg.query_errors import explain, widened
from kg.shapes.batches import NONE, Batch, Subject
from kg.shapes.column_queries import ColumnQueries
from kg.shapes.faults import TERMS, fault
from kg.shapes.model import Query, Sparql
from kg.shapes.paths import path_text
from kg.shapes.patterns import Group, NotCompiled, Select
from kg.shapes.prebinding import Prepared, prepare
from kg.shapes.query_reader import read_ask, read_select
from kg.shapes.store_queries import StoreQueries
from kg.shapes.tables import UNBOUND, Table

__all__ = ["SparqlEvaluator"]

_LONGEST = 1 << 16
_ROW = "#row"
_PLACE = re.compile(r"error at (\d+):(\d+): ")
_SENTENCE = re.compile(r"(?:expected|,|one of) ([A-Z]\w*(?: \w+){2,})")
"""The only part of use to anybody in Oxigraph's list of what it expected, where there is one."""

_Structure = TypeVar("_Structure", Select, Group)
Solutions: TypeAlias = tuple[Index, dict[str, Ids]]
"""The indices of the focus nodes, and the variables by name as identifiers of terms."""


@dataclass(frozen=True, slots=True)
class _Question:
    """A query, what it is asked about (a row for each focus node, or for each value node), and what it is given."""

    constraint: Sparql
    prepared: Prepared
    owner: Index
    inputs: Mapping[str, Ids]

    def table(self) -> Table:
        """The inputs that the query uses, and the number of each row."""
        used = {name: column for name, column in self.inputs.items() if name in self.prepared.used}
        return Table({**used, _ROW: np.arange(len(self.owner), dtype=np.int32)}, len(self.owner))


class SparqlEvaluator:
    """Evaluates constraints in SPARQL over `columns`."""

    def __init__(self, columns: Columns, shapes: Graph) -> None:
        self._columns, self._shapes = columns, shapes
        self._in_store = StoreQueries(columns, shapes)

    @cached_property
    def _in_columns(self) -> ColumnQueries:
        return ColumnQueries(self._columns)

    def __call__(self, subject: Subject, constraint: Sparql) -> Iterator[Batch]:
        """The results of a constraint for all focus nodes of its subject.

        Raises:
            EngineError: the query is not SPARQL, or is not allowed in a constraint.
        """
        question = self._question(subject, constraint)
        if constraint.query.is_ask:
            failed = np.ones(len(question.owner), np.bool_)
            failed[self._asked(question)] = False
            wrong = np.flatnonzero(failed)
            bindings = self._given(constraint, len(wrong))
            yield from _batches(subject, constraint, question.owner[wrong], subject.pairs.value[wrong], None, bindings)
            return
        yield from self._results(subject, constraint, *self._selected(question))

    def _given(self, constraint: Sparql, rows: int) -> dict[str, Ids]:
        """The parameters of a component that a constraint gives, which its messages may name (SHACL §6.2.3)."""
        numbers = {name: self._columns.terms.number(term) for name, term in constraint.parameters.items()}
        return {name: np.full(rows, number, np.int32) for name, number in numbers.items()}

    def _question(self, subject: Subject, constraint: Sparql) -> _Question:
        query, shape, terms = constraint.query, subject.shape, self._columns.terms
        constants: dict[str, Node] = {**constraint.parameters, "currentShape": shape.node}
        path = path_text(shape.path) if shape.path is not None else None
        names = {"this", "shapesGraph", *constants, *(("value",) if query.is_ask else ())}
        try:
            parse_query(query.text.replace("$PATH", "?PATH"), base_iri=str(SHAPES), max_bytes=_LONGEST, max_depth=100)
            prepared = prepare(query, names, path)
            Store().query(prepared.text, prefixes=dict(query.prefixes))
        except EngineError as error:
            raise fault(self._shapes, query.node, str(error)) from error
        except SyntaxError as error:
            wrong = _explained(query) or error
            what, hint = f"has a query that is not SPARQL: {wrong}", getattr(wrong, "hint", None)
            raise fault(self._shapes, query.node, what, hint=hint) from error
        except (RequestError, LimitError) as error:
            raise fault(
                self._shapes, query.node, f"has a query that is not SPARQL: {error}", hint=error.hint
            ) from error
        owner = subject.pairs.owner if query.is_ask else np.arange(len(subject.nodes))
        inputs = {"this": subject.nodes[owner]}
        if query.is_ask:
            inputs["value"] = subject.pairs.value
        for name, term in constants.items():
            if name in prepared.used:
                inputs[name] = np.full(len(owner), terms.number(term), np.int32)
        return _Question(constraint, prepared, owner, inputs)

    def _selected(self, question: _Question) -> Solutions:
        """The solutions of a SELECT query, for each focus node that they are about."""
        query, prepared = question.constraint.query, question.prepared
        try:
            select = _read(question, read_select)
            table = self._in_columns.select(select, question.table() if prepared.used else None)
        except NotCompiled:
            self._in_store.refuse_other_forms(prepared)
            return _as_columns(list(self._in_store.select(query, prepared, question.owner, question.inputs)))
        if "this" not in select.names:
            raise fault(self._shapes, query.node, "has a query that does not return $this")
        found = {name: column for name, column in table.columns.items() if name not in (_ROW, "this")}
        if _ROW in table.columns:
            return table.columns[_ROW].astype(np.intp), found
        times = len(question.owner)
        return np.tile(question.owner, table.rows), {name: column.repeat(times) for name, column in found.items()}

    def _asked(self, question: _Question) -> Index:
        """The rows for which an ASK query answers yes."""
        query, prepared = question.constraint.query, question.prepared
        try:
            table = self._in_columns.ask(_read(question, read_ask), question.table())
        except NotCompiled:
            self._in_store.refuse_other_forms(prepared)
            return np.fromiter(self._in_store.ask(query, prepared, question.inputs), np.intp)
        return table.columns[_ROW].astype(np.intp)

    def _results(self, subject: Subject, constraint: Sparql, owner: Index, found: Mapping[str, Ids]) -> Iterator[Batch]:
        """A result for each solution (SHACL §5.3.2)."""
        texts, nothing = self._columns.terms.texts, np.full(len(owner), NONE, np.int32)
        value, path = found.get("value", nothing), found.get("path", nothing)
        if subject.shape.path is None:
            value = np.where(value == NONE, subject.nodes[owner], value)
        path = np.where(self._columns.terms.kinds(np.maximum(path, 0)) == IRI, path, NONE)
        failures = found.get("failure", nothing)
        if any(texts[number].startswith('"true"') for number in failures[failures != UNBOUND].tolist()):
            raise fault(self._shapes, constraint.query.node, "has a query that reports a failure")
        bindings = {**self._given(constraint, len(owner)), **found}
        yield from _batches(subject, constraint, owner, value, path if (path != NONE).any() else None, bindings)


def _explained(query: Query) -> QuerySyntaxError | None:
    """What is wrong with a query, with line and column in its own text; None where that is not known."""
    declared = "".join(f"PREFIX {prefix}: <{iri}> " for prefix, iri in query.prefixes.items())
    parsed = parse_query(f"{declared}\n{query.text}", base_iri=str(SHAPES), max_bytes=2 * _LONGEST, max_depth=100)
    try:
        Store().query(widened(parsed.text))
    except SyntaxError as error:
        if (place := _PLACE.match(str(error))) is None:
            return None
        said = _SENTENCE.search(str(error))
        found = QuerySyntaxError(said[1] if said else "", line=int(place[1]), column=int(place[2]))
        wrong = explain(parsed, found, TERMS)
        is_prefix = wrong.message.startswith("the prefix ")
        hint = "declare it with sh:declare and sh:prefixes" if is_prefix else wrong.hint
        return QuerySyntaxError(wrong.message, line=(wrong.line or 1) - 1, column=wrong.column, hint=hint)
    return None


def _as_columns(solutions: list[tuple[int, dict[str, int]]]) -> Solutions:
    names = {name for _, found in solutions for name in found}
    columns = {name: np.array([found.get(name, UNBOUND) for _, found in solutions], np.int32) for name in names}
    return np.array([place for place, _ in solutions], np.intp), columns


def _read(question: _Question, read: Callable[[str, Mapping[str, str]], _Structure]) -> _Structure:
    """The structure of the question's query.

    Raises:
        NotCompiled: columns cannot follow it.
    """
    if question.prepared.one_at_a_time or "shapesGraph" in question.prepared.used:
        raise NotCompiled("one focus node at a time, or the shapes graph")
    return read(question.prepared.plain, question.constraint.query.prefixes)


def _batches(  # noqa: PLR0913, PLR0917 - the columns of a batch
    subject: Subject,
    constraint: Sparql,
    owner: Index,
    value: Ids,
    path: Ids | None,
    bindings: Mapping[str, Ids],
) -> Iterator[Batch]:
    if not len(owner):
        return
    is_own = constraint.component == SH.SPARQLConstraintComponent
    yield Batch(
        shape=subject.shape,
        component=constraint.component,
        owner=owner,
        focus=subject.nodes[owner],
        value=value,
        path=path,
        asked=constraint,
        constraint=constraint.query.node if is_own else None,
        texts=constraint.query.messages,
        code=constraint.code,
        bindings=bindings,
    )
