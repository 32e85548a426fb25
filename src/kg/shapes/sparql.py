"""SPARQL-based constraints and components (SHACL §5, §6), asked of an Oxigraph store in memory.

A store has no network and no files here: SERVICE is refused before a query is asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, QuerySolutions, RdfFormat, Store
from rdflib import SH, Graph
from rdflib.term import Node

from kg.dataset import to_quads
from kg.errors import EngineError, LimitError, RequestError
from kg.namespaces import SHAPES
from kg.query import parse_query
from kg.shapes.columns import Columns
from kg.shapes.components import NONE, Batch, Subject
from kg.shapes.model import Sparql
from kg.shapes.paths import path_text
from kg.shapes.prebinding import INPUTS, Prepared, input_iri, prepare
from kg.shapes.terms import Ids, to_term
from kg.turtle.terms import OxigraphTerm, from_rdflib, to_rdflib

__all__ = ["SparqlEvaluator"]

_LONGEST = 1 << 16
_INPUTS = NamedNode(INPUTS)
_SHAPES_GRAPH = NamedNode(SHAPES)


@dataclass(frozen=True, slots=True)
class _Rows:
    """What is asked about: an index of focus node for each row, and the value of each where there is one."""

    owner: np.ndarray[Any, np.dtype[np.intp]]
    value: Ids | None = None


class SparqlEvaluator:
    """Evaluates constraints in SPARQL over `columns`; the store is made when the first one is met."""

    def __init__(self, columns: Columns, shapes: Graph) -> None:
        self._columns = columns
        self._shapes = shapes

    @cached_property
    def store(self) -> Store:
        """The data graph as the default graph."""
        store = Store()
        texts = self._columns.terms.texts
        lines: list[str] = []
        quads: list[Quad] = []
        for subject, predicate, value in self._columns.triples():
            one, link, other = texts[subject], texts[predicate], texts[value]
            if one[0] == "_" or other[0] == "_":  # a loaded file's blank nodes would get new labels
                quads.append(Quad(_term(one), _term(link), _term(other), DefaultGraph()))
            else:
                lines.append(f"{one} {link} {other} .\n")
        if lines:
            store.bulk_load(input="".join(lines).encode(), format=RdfFormat.N_TRIPLES, lenient=True)
        store.extend(quads)
        return store

    def __call__(self, subject: Subject, constraint: Sparql) -> Iterator[Batch]:
        """The results of a constraint for all focus nodes of its subject.

        Raises:
            EngineError: the query is not SPARQL, or is not allowed in a constraint.
        """
        query, shape = constraint.query, subject.shape
        constants: dict[str, Node] = {**constraint.parameters, "currentShape": shape.node}
        names = {"this", "shapesGraph", *constants, *(("value",) if query.is_ask else ())}
        path = path_text(shape.path) if shape.path is not None else None
        try:
            parse_query(query.text.replace("$PATH", "?PATH"), base_iri=str(SHAPES), max_bytes=_LONGEST, max_depth=100)
            prepared = prepare(query, names, path)
        except (RequestError, LimitError) as error:
            raise EngineError(f"the query of {query.node} is not SPARQL: {error}") from error
        if query.is_ask:
            yield from self._ask(subject, constraint, prepared, constants)
        else:
            yield from self._select(subject, constraint, prepared, constants)

    def _select(
        self, subject: Subject, constraint: Sparql, prepared: Prepared, constants: Mapping[str, Node]
    ) -> Iterator[Batch]:
        every = _Rows(np.arange(len(subject.nodes)))
        asked = [_Rows(every.owner[i : i + 1]) for i in every.owner] if prepared.one_at_a_time else [every]
        index = {int(number): place for place, number in enumerate(subject.nodes)}
        for rows in asked:
            owners: list[int] = []
            found: list[dict[str, Node]] = []
            for solution in self._solutions(subject, constraint, prepared, constants, rows):
                bindings: dict[str, Node] = {name: to_rdflib(term) for name, term in solution.items()}
                this = bindings.get("this")
                if this is None:
                    places = rows.owner.tolist()
                else:
                    places = [place] if (place := index.get(self._columns.terms.number(this))) is not None else []
                owners.extend(places)
                found.extend(bindings for _ in places)
            if owners:
                yield self._batch(subject, constraint, owners, found)

    def _batch(self, subject: Subject, constraint: Sparql, owners: list[int], found: list[dict[str, Node]]) -> Batch:
        terms = self._columns.terms
        owner = np.array(owners, np.intp)
        focus = subject.nodes[owner]
        own = focus if subject.shape.path is None else np.full(len(owner), NONE, np.int32)
        values = [terms.number(bindings["value"]) if "value" in bindings else NONE for bindings in found]
        paths = [terms.number(bindings["path"]) if "path" in bindings else NONE for bindings in found]
        value, path = np.array(values, np.int32), np.array(paths, np.int32)
        has_component = constraint.component != SH.SPARQLConstraintComponent
        for place, bindings in enumerate(found):
            if bindings.get("failure") is not None and str(bindings["failure"]) == "true":
                raise EngineError(f"the query of {constraint.query.node} reports a failure")
            found[place] = {**constraint.parameters, **bindings}
        return Batch(
            shape=subject.shape,
            component=constraint.component,
            owner=owner,
            focus=focus,
            value=np.where(value == NONE, own, value),
            path=path if (path != NONE).any() else None,
            constraint=None if has_component else constraint.query.node,
            texts=constraint.query.messages,
            code=constraint.code,
            bindings=found,
        )

    def _ask(
        self, subject: Subject, constraint: Sparql, prepared: Prepared, constants: Mapping[str, Node]
    ) -> Iterator[Batch]:
        """A result for each value node for which the query answers no (SHACL §6.2.3)."""
        pairs, terms = subject.pairs, self._columns.terms
        rows = _Rows(pairs.owner, pairs.value)
        wants_this, wants_value = "this" in prepared.used, "value" in prepared.used
        passed: set[tuple[int, int]] = set()
        for solution in self._solutions(subject, constraint, prepared, constants, rows):
            this = terms.number_of(str(solution["this"])) if wants_this else NONE
            passed.add((this, terms.number_of(str(solution["value"])) if wants_value else NONE))
        wrong = [
            place
            for place, (owner, value) in enumerate(zip(pairs.owner.tolist(), pairs.value.tolist(), strict=True))
            if (int(subject.nodes[owner]) if wants_this else NONE, value if wants_value else NONE) not in passed
        ]
        if wrong:
            owner = pairs.owner[wrong]
            yield Batch(
                shape=subject.shape,
                component=constraint.component,
                owner=owner,
                focus=subject.nodes[owner],
                value=pairs.value[wrong],
                texts=constraint.query.messages,
                bindings=[dict(constraint.parameters)] * len(wrong),
            )

    def _solutions(
        self, subject: Subject, constraint: Sparql, prepared: Prepared, constants: Mapping[str, Node], rows: _Rows
    ) -> Iterator[dict[str, OxigraphTerm]]:
        """The solutions of a query; its inputs are in the store while it is asked."""
        inputs = list(self._inputs(subject, prepared, constants, rows))
        self.store.extend(inputs)
        if "shapesGraph" in prepared.used:
            self.store.extend(to_quads(self._shapes, _SHAPES_GRAPH))
        try:
            result = self.store.query(prepared.text, prefixes=dict(constraint.query.prefixes))
            if not isinstance(result, QuerySolutions):
                raise EngineError(f"the query of {constraint.query.node} is no SELECT")
            names = [variable.value for variable in result.variables]
            for solution in result:
                yield {name: term for name in names if (term := solution[name]) is not None}
        except SyntaxError as error:
            raise EngineError(f"the query of {constraint.query.node} is not SPARQL: {error}") from error
        finally:
            if inputs:
                self.store.remove_graph(_INPUTS)
            if "shapesGraph" in prepared.used:
                self.store.remove_graph(_SHAPES_GRAPH)

    def _inputs(
        self, subject: Subject, prepared: Prepared, constants: Mapping[str, Node], rows: _Rows
    ) -> Iterator[Quad]:
        if not prepared.used:
            return
        texts = self._columns.terms.texts
        fixed = {name: from_rdflib(term) for name, term in constants.items() if name in prepared.used}
        if "shapesGraph" in prepared.used:
            fixed["shapesGraph"] = _SHAPES_GRAPH
        for number, owner in enumerate(rows.owner):
            row = NamedNode(f"{INPUTS}:{number}")
            for name, value in fixed.items():
                yield Quad(row, NamedNode(input_iri(name)), value, _INPUTS)
            if "this" in prepared.used:
                yield Quad(row, NamedNode(input_iri("this")), _term(texts[subject.nodes[owner]]), _INPUTS)
            if "value" in prepared.used and rows.value is not None:
                yield Quad(row, NamedNode(input_iri("value")), _term(texts[rows.value[number]]), _INPUTS)


def _term(text: str) -> Any:
    if text[0] == "<":
        return NamedNode(text[1:-1])
    return BlankNode(text[2:]) if text[0] == "_" else from_rdflib(to_term(text))
