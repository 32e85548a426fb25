"""The authoring side: a project's files as one `rdflib.Dataset`, a named graph for each file of `data/`.

`…/graph/ontology`, `…/graph/codelists` and `…/graph/alignments` hold the vocabulary, `…/graph/derived` what follows
from the relations, `…/graph/catalog` what the project says of itself. What is published as the default graph is the
union of all but the alignments: an outside vocabulary's classes are there for those who ask for them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pyoxigraph import DefaultGraph, NamedNode, Quad
from rdflib import DCTERMS, RDF, VOID, XSD, Dataset, Graph, Literal, URIRef

from kg.columns.columns import Columns
from kg.columns.encode import encode_graph
from kg.derive import derive
from kg.errors import SourceError
from kg.namespaces import GOV
from kg.project import Project
from kg.registry import read_registry
from kg.turtle.reader import read_triples
from kg.turtle.terms import from_rdflib, to_rdflib

__all__ = [
    "Progress",
    "authoring_union",
    "derived_dataset",
    "published_graphs",
    "read_dataset",
    "read_graph",
    "read_shapes",
]

Progress = Callable[[str], None]


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


def read_dataset(project: Project, progress: Progress = lambda _: None) -> Dataset:
    """All files of a project, each in its named graph, before anything is derived.

    Raises:
        SourceError: a file is not Turtle, or there is nothing in `data/`.
    """
    dataset = Dataset()
    for path in project.files("ontology", "*.ttl"):
        _read(path, dataset, project.graph_iri(_ontology_part(path)), project)
    files = list(project.files("data", "*.ttl"))
    if not files:
        raise SourceError("there is no Turtle file", path=project.root / "data", hint="`kg new demo` shows a first one")
    for path in files:
        progress(f"reading {path.name}")
        _read(path, dataset, project.data_graph(path), project)
    _describe(dataset.graph(URIRef(project.graph_iri("catalog"))), project)
    return dataset


def _read(path: Path, dataset: Dataset, graph: str, project: Project) -> None:
    read_graph([path], dataset.graph(URIRef(graph)), prefixes=project.prefixes)


def derived_dataset(project: Project, progress: Progress = lambda _: None) -> Dataset:
    """All files of a project and what follows from them: what a release holds."""
    dataset = read_dataset(project, progress)
    columns = encode_graph(authoring_union(dataset, project))
    progress("deriving")
    derived = Columns(columns.terms, derive(columns, read_registry(columns), project.as_of))
    target = dataset.graph(URIRef(project.graph_iri("derived")))
    for triple in derived.to_graph():
        target.add(triple)
    return dataset


def authoring_union(dataset: Dataset, project: Project) -> Graph:
    """The graphs that are published as the default graph, merged into one graph in memory."""
    union = Graph()
    for graph in published_graphs(dataset, project):
        for triple in graph:
            union.add(triple)
    return union


def published_graphs(dataset: Dataset, project: Project) -> list[Graph]:
    """The named graphs whose union is the default graph, in IRI order."""
    left_out = {dataset.default_graph.identifier, URIRef(project.graph_iri("alignments"))}
    graphs = [graph for graph in dataset.graphs() if graph.identifier not in left_out]
    return sorted(graphs, key=lambda graph: str(graph.identifier))


def to_quads(graph: Graph, name: NamedNode | DefaultGraph) -> Iterator[Quad]:
    """The triples of a graph as Oxigraph's quads in the graph `name`, lexical forms kept."""
    for subject, predicate, value in graph:
        node: Any = from_rdflib(subject)
        link: Any = from_rdflib(predicate)
        yield Quad(node, link, from_rdflib(value), name)


def _ontology_part(path: Path) -> str:
    return path.parent.name if path.parent.name in {"codelists", "alignments"} else "ontology"


def _describe(graph: Graph, project: Project) -> None:
    dataset = URIRef(project.base_iri)
    graph.add((dataset, RDF.type, VOID.Dataset))
    for language, title in project.titles.items():
        graph.add((dataset, DCTERMS.title, Literal(title, lang=language)))
    graph.add((dataset, DCTERMS.license, URIRef(project.licence)))
    graph.add((dataset, URIRef(GOV.asOf), Literal(project.as_of.isoformat(), datatype=XSD.date)))
    graph.add((dataset, VOID.uriSpace, Literal(f"{project.base_iri}id/")))
