"""Batches of results as results for people: terms, messages in every language, labels, and where a node is written."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
from rdflib import SKOS, BNode, Literal, URIRef
from rdflib.term import Node

from kg.columns.columns import Columns
from kg.locations import Place
from kg.namespaces import GOV, shorten
from kg.shapes.batches import NONE, Batch
from kg.shapes.default_messages import default_messages
from kg.shapes.faults import TERMS
from kg.shapes.validation_result import SEVERITIES, Result, in_language

__all__ = ["WHOLE_GRAPH", "Locate", "results_of"]

Locate = Callable[[Node, Node | None], Place | None]
"""From a focus node and a path to where they are written."""

WHOLE_GRAPH = URIRef(GOV.WholeGraph)
"""The focus node of rules over the whole graph, which return the node at fault as `?value`."""

_SEVERITY_NAMES = {iri: name for name, iri in SEVERITIES.items()}
_PLACEHOLDER = re.compile(r"\{[$?](\w+)\}")


Explain = Callable[[Batch], Iterator[Batch]]
"""From a batch to the results that explain its own: the owner of each is the index of the result that it explains."""

_PART = 1000


def results_of(batch: Batch, columns: Columns, locate: Locate, explain: Explain) -> Iterator[Result]:
    """The results of a batch, in its order; they are explained part by part, so that memory stays bounded."""
    if len(batch) <= _PART:
        yield from _Builder(batch, columns, locate, explain).results()
        return
    for start in range(0, len(batch), _PART):
        which = np.arange(start, min(start + _PART, len(batch)))
        yield from _Builder(batch.taken(which, batch.owner[which]), columns, locate, explain).results()


class _Builder:
    """What all results of a batch have in common."""

    def __init__(self, batch: Batch, columns: Columns, locate: Locate, explain: Explain) -> None:
        self._batch, self._columns, self._locate, self._explain = batch, columns, locate, explain
        shape = batch.shape
        self._code = batch.code or shape.code or "SHACL"
        self._severity = _SEVERITY_NAMES.get(shape.severity, "violation")
        self._texts: Sequence[Literal] = batch.texts or shape.messages
        self._is_fixed = not any(_PLACEHOLDER.search(text) for text in self._texts)
        self._fixed = {text.language or "": str(text) for text in self._texts} or default_messages(batch)
        self._templates = [(text.language or "", _PLACEHOLDER.split(text)) for text in self._texts]
        self._labels: dict[int, Mapping[str, str]] = {}
        self._words: dict[tuple[int, str], str] = {}
        self._details: dict[int, list[Result]] = defaultdict(list)
        for detail in explain(batch):
            for place, result in zip(detail.owner.tolist(), results_of(detail, columns, locate, explain), strict=True):
                self._details[place].append(result)

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
            messages=self._fixed if self._is_fixed else self._messages(place, focus, at, value),
            shape=batch.shape.node,
            component=batch.component,
            labels=self._names(focus),
            place=self._locate(node, at),
            constraint=batch.constraint,
            severity_iri=batch.shape.severity,
            route=batch.shape.path if path == NONE else None,
            details=tuple(self._details.get(place, ())),
        )

    def _only_value(self, focus: int, path: int) -> int:
        """The one value of a property, which a rule over the whole graph does not return; none if there are several."""
        found = self._columns.objects(focus, path) if path != NONE else []
        return found[0] if len(found) == 1 else NONE

    def _messages(self, place: int, focus: int, path: Node | None, value: int) -> dict[str, str]:
        values = {"this": focus}
        if isinstance(path, URIRef):
            values["path"] = self._columns.terms.number(path)
        if value != NONE:
            values["value"] = value
        for name, column in self._batch.bindings.items():
            if (number := int(column[place])) != NONE:
                values[name] = number
        return {language: self._filled(pieces, values, language) for language, pieces in self._templates}

    def _filled(self, pieces: list[str], values: Mapping[str, int], language: str) -> str:
        """A message template, which is text, name, text, name … text, with the names filled in."""
        filled = list(pieces)
        for place in range(1, len(pieces), 2):
            number = values.get(pieces[place])
            filled[place] = self._shown(number, language) if number is not None else f"{{?{pieces[place]}}}"
        return "".join(filled)

    def _shown(self, number: int, language: str) -> str:
        """What a term is called in a language, or else the term as it is written."""
        shown = self._words.get((number, language))
        if shown is None:
            term = self._columns.terms.term(number)
            written = shorten(str(term), TERMS) if isinstance(term, URIRef) else str(term)
            if isinstance(term, BNode):
                written = "[]"  # its name is that of one run
            shown = self._words[number, language] = in_language(self._names(number), language) or written
        return shown

    def _names(self, number: int) -> Mapping[str, str]:
        found = self._labels.get(number)
        if found is None:
            terms = self._columns.terms
            labels = self._columns.objects(number, terms.number(SKOS.prefLabel))
            texts = sorted(term for term in map(terms.term, labels) if isinstance(term, Literal))
            found = self._labels[number] = {text.language or "": str(text) for text in texts}
        return found
