"""The authoring side: a project's files as named graphs in columns, a graph for each file of `data/`.

`…/graph/ontology`, `…/graph/codelists` and `…/graph/alignments` hold the vocabulary, `…/graph/derived` what follows
from the relations, `…/graph/catalog` what the project says of itself. What is published as the default graph is the
union of all but the alignments: an outside vocabulary's classes are there for those who ask for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pyoxigraph import DefaultGraph, NamedNode, Quad
from rdflib import DCTERMS, RDF, VOID, XSD, Dataset, Graph, Literal, URIRef

from kg.columns.columns import Columns, Triples
from kg.columns.lines import SortedQuads, sorted_quads
from kg.columns.parsed import NOWHERE, Parsed, read_parts
from kg.columns.terms import TermTable, text_of
from kg.derive import derive
from kg.errors import SourceError
from kg.namespaces import GOV
from kg.progress import Progress, quiet
from kg.project import Project
from kg.registry import read_registry
from kg.turtle.reader import read_triples
from kg.turtle.terms import from_rdflib, to_rdflib

__all__ = ["Graphs", "derived_graphs", "read_graph", "read_graphs", "read_shapes", "to_quads"]


def read_graph(paths: Iterable[Path], into: Graph | None = None, *, prefixes: Mapping[str, str] | None = None) -> Graph:
    """The Turtle files at `paths` as one graph, lexical forms as written; errors quote lines from `prefixes`.

    Raises:
        SourceError: a file is not Turtle; with file, line and column.
    """
    graph = into if into is not None else Graph()
    for path in paths:
        for triple in read_triples(path, prefixes=prefixes):
            graph.add((to_rdflib(triple.subject), to_rdflib(triple.predicate), to_rdflib(triple.object)))
    return graph


def read_shapes(project: Project) -> Graph:
    """The shapes of the rulebook and of the project."""
    return read_graph(project.files("shapes", "*.ttl"), prefixes=project.prefixes)


@dataclass(frozen=True, slots=True)
class Graphs:
    """The named graphs of a project, by IRI, as columns over one table of terms, and `union`, the default graph."""

    named: dict[str, Triples]
    union: Columns
    published: frozenset[str]

    def sorted_quads(self) -> SortedQuads:
        """All quads in the order of their lines; it takes them, and leaves the union."""
        return sorted_quads(self.union.terms, self.named, self.published)

    def dataset(self) -> Dataset:
        """The same as an rdflib dataset of named graphs."""
        dataset, term = Dataset(), self.union.terms.term
        for name, triples in self.named.items():
            graph = dataset.graph(URIRef(name))
            for subject, predicate, value in triples.tolist():
                graph.add((term(subject), term(predicate), term(value)))
        return dataset


def read_graphs(project: Project, parsed: Parsed = NOWHERE, jobs: int = 1, progress: Progress = quiet) -> Graphs:
    """All files of a project, each in its named graph, before anything is derived.

    Raises:
        SourceError: a file is not RDF, or there is nothing in `data/`.
    """
    data = list(project.files("data", "*.ttl"))
    if not data:
        raise SourceError("there is no Turtle file", path=project.root / "data", hint="`kg new demo` shows a first one")
    ontology = list(project.files("ontology", "*.ttl"))
    names = [project.graph_iri(_ontology_part(path)) for path in ontology] + [project.data_graph(path) for path in data]
    parts = read_parts(
        [*ontology, *data], parsed, project.prefixes, jobs, lambda done, whole: progress("reading", done, whole)
    )
    terms = TermTable()
    tables: dict[str, list[Triples]] = {}
    for number, (name, part) in enumerate(zip(names, parts, strict=True)):
        tables.setdefault(name, []).append(part.numbered(terms, f"f{number}"))
    catalog = np.array(
        [terms.numbers_of([text_of(term) for term in triple]) for triple in _described(project)], np.int32
    )
    tables[project.graph_iri("catalog")] = [catalog]
    named = {name: np.concatenate(parts) for name, parts in tables.items()}
    published = frozenset(named) - {project.graph_iri("alignments")}
    table = np.concatenate([named[name] for name in sorted(published)])
    return Graphs(named, Columns(terms, table), published)


def derived_graphs(project: Project, parsed: Parsed = NOWHERE, jobs: int = 1, progress: Progress = quiet) -> Graphs:
    """All files of a project and what follows from them: what a release holds."""
    graphs = read_graphs(project, parsed, jobs, progress)
    progress("deriving")
    derived = derive(graphs.union, read_registry(graphs.union), project.as_of)
    name = project.graph_iri("derived")
    return Graphs({**graphs.named, name: derived}, graphs.union.plus(derived), graphs.published | {name})


def to_quads(graph: Graph, name: NamedNode | DefaultGraph) -> Iterator[Quad]:
    """The triples of a graph as Oxigraph's quads in the graph `name`, lexical forms kept."""
    for subject, predicate, value in graph:
        node: Any = from_rdflib(subject)
        link: Any = from_rdflib(predicate)
        yield Quad(node, link, from_rdflib(value), name)


def _ontology_part(path: Path) -> str:
    return path.parent.name if path.parent.name in {"codelists", "alignments"} else "ontology"


def _described(project: Project) -> Graph:
    """What a project says of itself."""
    graph, dataset = Graph(), URIRef(project.base_iri)
    graph.add((dataset, RDF.type, VOID.Dataset))
    for language, title in project.titles.items():
        graph.add((dataset, DCTERMS.title, Literal(title, lang=language)))
    graph.add((dataset, DCTERMS.license, URIRef(project.licence)))
    graph.add((dataset, URIRef(GOV.asOf), Literal(project.as_of.isoformat(), datatype=XSD.date)))
    graph.add((dataset, VOID.uriSpace, Literal(f"{project.base_iri}id/")))
    return graph
