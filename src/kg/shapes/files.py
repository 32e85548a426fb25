"""Validation of files: any RDF syntax that the parser reads, against the rulebook or against shapes of one's own."""

from __future__ import annotations

from pathlib import Path

from pyoxigraph import RdfFormat, parse
from rdflib import Graph

from kg.dataset import read_graph, read_shapes
from kg.derive import derive
from kg.errors import SourceError
from kg.locations import Locations
from kg.namespaces import FOREIGN
from kg.project import Project
from kg.registry import read_registry
from kg.shapes.evaluate import evaluate
from kg.shapes.report import ValidationReport
from kg.turtle.terms import to_rdflib

__all__ = ["read_rdf", "validate_files"]


def validate_files(files: list[Path], shapes: list[Path], project: Project) -> ValidationReport:
    """The report on `files` together.

    Without `shapes`, the rulebook is asked, over the files, the ontology and what derives from them; with `shapes`,
    those alone, over the files as they are.

    Raises:
        SourceError: a file is of no known syntax, or broken.
    """
    data = Graph()
    for path in files:
        read_rdf(path, data)
    place = Locations([path for path in files if path.suffix == ".ttl"]).place
    if shapes:
        own = Graph()
        for path in shapes:
            for file in sorted(path.rglob("*.ttl")) if path.is_dir() else [path]:
                read_rdf(file, own)
        return evaluate(data, own, locate=place)
    vocabulary = [path for path in project.files("ontology", "*.ttl") if path.parent.name != "alignments"]
    read_graph(vocabulary, into=data)
    for triple in derive(data, read_registry(data), project.as_of):
        data.add(triple)
    return evaluate(data, read_shapes(project), locate=place)


def read_rdf(path: Path, into: Graph) -> None:
    """Adds the triples of a file, of whatever RDF syntax its name says; named graphs are merged.

    Raises:
        SourceError: unknown syntax, or a syntax error with its line.
    """
    if path.suffix == ".ttl":
        read_graph([path], into=into, prefixes=FOREIGN)
        return
    kind = RdfFormat.from_extension(path.suffix.removeprefix("."))
    if kind is None:
        raise SourceError("not a known RDF syntax", path=path, hint="known: .ttl .nt .nq .trig .rdf .jsonld")
    try:
        for quad in parse(path=str(path), format=kind):
            into.add((to_rdflib(quad.subject), to_rdflib(quad.predicate), to_rdflib(quad.object)))
    except (SyntaxError, ValueError) as error:
        raise SourceError(str(error), path=path, line=getattr(error, "lineno", None)) from None
