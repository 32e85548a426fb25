"""Batches of results as results for people: terms, messages in every language, labels, and where a node is written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
from rdflib import SH, SKOS, Literal, URIRef
from rdflib.term import Node

from kg.locations import Place
from kg.namespaces import GOV, prefixes, shorten
from kg.shapes.columns import Columns
from kg.shapes.components import NONE, Batch
from kg.shapes.paths import path_text
from kg.shapes.report import SEVERITIES, Result, in_language

__all__ = ["WHOLE_GRAPH", "Locate", "results_of"]

Locate = Callable[[Node, Node | None], Place | None]
"""From a focus node and a path to where they are written."""

WHOLE_GRAPH = URIRef(GOV.WholeGraph)
"""The focus node of rules over the whole graph, which return the node at fault as `?value`."""

_TERMS = {prefix: iri for prefix, iri in prefixes("urn:nobody:").items() if not iri.startswith("urn:")}
_SEVERITY_NAMES = {iri: name for name, iri in SEVERITIES.items()}
_PLACEHOLDER = re.compile(r"\{[$?](\w+)\}")


def results_of(batch: Batch, columns: Columns, locate: Locate) -> Iterator[Result]:
    """The results of a batch, in its order."""
    yield from _Builder(batch, columns, locate).results()


class _Builder:
    """What all results of a batch have in common."""

    def __init__(self, batch: Batch, columns: Columns, locate: Locate) -> None:
        self._batch, self._columns, self._locate = batch, columns, locate
        shape = batch.shape
        self._code = batch.code or shape.code or "SHACL"
        self._severity = _SEVERITY_NAMES.get(shape.severity, "violation")
        self._texts: Sequence[Literal] = batch.texts or shape.messages
        self._is_fixed = not any(_PLACEHOLDER.search(text) for text in self._texts)
        self._fixed = {text.language or "": str(text) for text in self._texts} or {"": _default_message(batch)}
        self._labels: dict[int, Mapping[str, str]] = {}

    def results(self) -> Iterator[Result]:
        batch, terms = self._batch, self._columns.terms
        whole = terms.number(WHOLE_GRAPH)
        values = batch.value.tolist()
        paths = batch.path.tolist() if batch.path is not None else [NONE] * len(batch)
        for place, (focus, value, path) in enumerate(zip(batch.focus.tolist(), values, paths, strict=True)):
            if focus == whole and value not in (NONE, whole):
                yield self._result(place, value, self._only_value(value, path), path)
            else:
                yield self._result(place, focus, value, path)

    def _result(self, place: int, focus: int, value: int, path: int) -> Result:
        batch, terms = self._batch, self._columns.terms
        node = terms.term(focus)
        at = terms.term(path) if path != NONE else batch.shape.path_node
        term = terms.term(value) if value != NONE else None
        return Result(
            code=self._code,
            severity=self._severity,
            focus=node,
            path=at,
            value=term,
            messages=self._fixed if self._is_fixed else self._messages(place, node, at, term),
            shape=batch.shape.node,
            component=batch.component,
            labels=self._names(focus),
            place=self._locate(node, at),
            constraint=batch.constraint,
            severity_iri=batch.shape.severity,
            route=batch.shape.path if path == NONE else None,
        )

    def _only_value(self, focus: int, path: int) -> int:
        """The one value of a property, which a rule over the whole graph does not return; none if there are several."""
        if path == NONE:
            return NONE
        found = self._columns.values(np.array([focus], np.int32), path).value
        return int(found[0]) if len(found) == 1 else NONE

    def _messages(self, place: int, focus: Node, path: Node | None, value: Node | None) -> dict[str, str]:
        known = {"this": focus, "path": path, "value": value}
        bound = self._batch.bindings[place] if self._batch.bindings else {}
        values = {name: term for name, term in known.items() if term is not None}
        values.update((name, self._columns.terms.term(number)) for name, number in bound.items())
        return {text.language or "": self._filled(text, values) for text in self._texts}

    def _filled(self, text: Literal, values: Mapping[str, Node]) -> str:
        def fill(match: re.Match[str]) -> str:
            node = values.get(match[1])
            if node is None:
                return match[0]
            if name := in_language(self._names(self._columns.terms.number(node)), text.language or ""):
                return name
            return shorten(str(node), _TERMS) if isinstance(node, URIRef) else str(node)

        return _PLACEHOLDER.sub(fill, str(text))

    def _names(self, number: int) -> Mapping[str, str]:
        found = self._labels.get(number)
        if found is None:
            terms = self._columns.terms
            labels = self._columns.values(np.array([number], np.int32), terms.number(SKOS.prefLabel)).value
            texts = sorted(term for term in map(terms.term, labels.tolist()) if isinstance(term, Literal))
            found = self._labels[number] = {text.language or "": str(text) for text in texts}
        return found


def _default_message(batch: Batch) -> str:
    """What a result says whose shape has no message: the constraint component's name, in words."""
    name = batch.component.removeprefix(str(SH)).removesuffix("ConstraintComponent")
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()
    path = f" of {path_text(batch.shape.path)}" if batch.shape.path is not None else ""
    return f"The constraint '{words}'{path} does not hold"
