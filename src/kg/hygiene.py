"""Hygiene: SPARQL queries over the whole graph that return what is wrong with its words (`ontology/checks/*.rq`).

A misspelt property is not a violation of any shape: nothing looks at it. So the words are checked apart, with the place
where they are written and the nearest word that exists.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property

import numpy as np
from pyoxigraph import Literal, Store

from kg.columns.columns import Columns
from kg.columns.store import to_store
from kg.columns.terms import lexical_of
from kg.engine.oxigraph import ROWS, Query, encode, evaluate
from kg.errors import LimitError, RequestError, SourceError
from kg.locations import Place, shown_path
from kg.namespaces import CODE, GOV, shorten
from kg.project import Project
from kg.query import parse_query
from kg.saved_query import read_query_text
from kg.shapes.column_queries import ColumnQueries
from kg.shapes.patterns import NotCompiled
from kg.shapes.query_reader import read_select
from kg.shapes.tables import UNBOUND
from kg.turtle.reader import read_text

__all__ = ["Defect", "find_defects", "solutions"]

Binding = dict[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Defect:
    """What one check found: its terms as they are written, the place, and the nearest term that exists."""

    check: str
    terms: tuple[str, ...]
    place: Place | None
    nearest: str | None

    @property
    def message(self) -> str:
        advice = f"; did you mean {self.nearest}?" if self.nearest else ""
        return f"{self.check}: {' '.join(self.terms)}{advice}"

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" if self.place else self.message


def solutions(store: Store, text: str, project: Project) -> list[Binding]:
    """The solutions of a query, each variable as in the SPARQL 1.1 JSON results; at most a thousand."""
    query = Query(text, ROWS, rows=1000)
    pieces: list[bytes] = []
    encode(evaluate(store, query, project.base_iri), query, pieces.append, project.prefixes)
    found: list[Binding] = json.loads(b"".join(pieces)).get("results", {}).get("bindings", [])
    return found


def find_defects(project: Project, union: Columns) -> Iterator[Defect]:
    """What the hygiene checks of the rulebook and the project find in the union of its published graphs.

    Raises:
        SourceError: a check is not a query, or has what the endpoint refuses.
    """
    asked, known = _Asked(project, union), list[str]()
    for path in project.files("ontology", "*.rq"):
        text = read_query_text(path)
        try:
            parse_query(text, base_iri=project.base_iri, max_bytes=1 << 16, max_depth=100)
        except (RequestError, LimitError) as refusal:
            raise SourceError(str(refusal), path=path, hint=refusal.hint) from None
        for terms in asked.rows(text):
            iris = [text[1:-1] for text in terms if text[0] == "<"]
            words = tuple(
                shorten(text[1:-1], project.prefixes) if text[0] == "<" else lexical_of(text) for text in terms
            )
            nearest = None
            if path.stem.startswith("undefined") and iris:
                known = known or _known_terms(union, project)
                nearest = next(iter(get_close_matches(words[0], known, n=1, cutoff=0.8)), None)
            yield Defect(path.stem, words, _place(project, iris), nearest)


class _Asked:
    """Answers checks: in columns, or where they cannot follow, in a store, which is made for the first of those."""

    def __init__(self, project: Project, union: Columns) -> None:
        self._project, self._union = project, union
        self._columns = ColumnQueries(union)

    @cached_property
    def _store(self) -> Store:
        return to_store(self._union)

    def rows(self, text: str) -> list[tuple[str, ...]]:
        """The solutions in order: of each the terms that are bound, as N-Triples writes them."""
        try:
            query = read_select(text, self._project.prefixes)
            table = self._columns.select(query)
        except NotCompiled:
            return [tuple(map(_text, solution.values())) for solution in solutions(self._store, text, self._project)]
        texts = self._union.terms.texts
        columns = [table.columns[name].tolist() for name in query.names]
        return sorted(tuple(texts[number] for number in row if number != UNBOUND) for row in zip(*columns, strict=True))


def _text(term: dict[str, str]) -> str:
    return f"<{term['value']}>" if term["type"] == "uri" else str(Literal(term["value"]))


def _shown(text: str, project: Project) -> str:
    return shorten(text[1:-1], project.prefixes) if text[0] == "<" else lexical_of(text)


def _known_terms(union: Columns, project: Project) -> list[str]:
    """Every term and code of ours that the graph describes."""
    subjects = np.unique(union.all_columns()[0]).tolist()
    iris = (union.terms.text(number)[1:-1] for number in subjects)
    return sorted(shorten(iri, project.prefixes) for iri in iris if iri.startswith((GOV, CODE)))


def _place(project: Project, iris: list[str]) -> Place | None:
    """The first line of the project's files that has one of the terms, as a prefixed name or whole."""
    for iri in iris:
        pattern = re.compile(rf"(?<![\w:-])(?:{re.escape(shorten(iri, project.prefixes))}(?![\w-])|<{re.escape(iri)}>)")
        for path in project.own_turtle_files("data", "ontology"):
            text = read_text(path)
            if found := pattern.search(text):
                return Place(shown_path(path), text.count("\n", 0, found.start()) + 1)
    return None
