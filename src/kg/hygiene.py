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

from pyoxigraph import DefaultGraph, NamedNode, Store
from rdflib import Graph

from kg.dataset import to_quads
from kg.engine.oxigraph import ROWS, Query, encode, evaluate
from kg.locations import Place, shown_path
from kg.namespaces import CODE, GOV, shorten
from kg.project import Project
from kg.saved_query import read_query_text
from kg.turtle.reader import read_text

__all__ = ["Defect", "find_defects", "solutions", "union_store"]

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


def union_store(union: Graph) -> Store:
    """A graph as the default graph of an Oxigraph store in memory."""
    store = Store()
    store.extend(to_quads(union, DefaultGraph()))
    return store


def solutions(store: Store, text: str, project: Project) -> list[Binding]:
    """The solutions of a query, each variable as in the SPARQL 1.1 JSON results; at most a thousand."""
    query = Query(text, ROWS, rows=1000)
    pieces: list[bytes] = []
    encode(evaluate(store, query, project.base_iri), query, pieces.append, project.prefixes)
    found: list[Binding] = json.loads(b"".join(pieces)).get("results", {}).get("bindings", [])
    return found


def find_defects(project: Project, store: Store) -> Iterator[Defect]:
    """What the hygiene checks of the rulebook and the project find in the union of its published graphs."""
    known: list[str] | None = None
    for path in project.files("ontology", "*.rq"):
        for solution in solutions(store, read_query_text(path), project):
            iris = [term["value"] for term in solution.values() if term["type"] == "uri"]
            words = tuple(
                shorten(term["value"], project.prefixes) if term["type"] == "uri" else term["value"]
                for term in solution.values()
            )
            nearest = None
            if path.stem.startswith("undefined") and iris:
                known = _known_terms(store, project) if known is None else known
                nearest = next(iter(get_close_matches(words[0], known, n=1, cutoff=0.8)), None)
            yield Defect(path.stem, words, _place(project, iris), nearest)


def _known_terms(store: Store, project: Project) -> list[str]:
    """Every term and code of ours that the graph describes."""
    subjects = {quad.subject.value for quad in store if isinstance(quad.subject, NamedNode)}
    return sorted(shorten(iri, project.prefixes) for iri in subjects if iri.startswith((GOV, CODE)))


def _place(project: Project, iris: list[str]) -> Place | None:
    """The first line of the project's files that has one of the terms, as a prefixed name or whole."""
    for iri in iris:
        pattern = re.compile(rf"(?<![\w:-])(?:{re.escape(shorten(iri, project.prefixes))}(?![\w-])|<{re.escape(iri)}>)")
        for layer in ("data", "ontology"):
            for path in sorted((project.root / layer).rglob("*.ttl")):
                for number, line in enumerate(read_text(path).splitlines(), start=1):
                    if pattern.search(line):
                        return Place(shown_path(path), number)
    return None
