"""The W3C SHACL test suite: its manifests read into cases, each with the results that the W3C expects.

The suite is not part of this repository. `KG_CONFORMANCE` names a folder with a copy of the `data-shapes-test-suite` of
w3c/data-shapes as its `shacl`; where that is not there, every test is skipped, and says so.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyoxigraph
import pytest
from rdflib import RDF, SH, BNode, Graph, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.term import Node
from w3c import ROOT

from kg.shapes.paths import read_path
from kg.shapes.report import ValidationReport
from kg.turtle.terms import to_rdflib

TESTS = Path(os.environ.get("KG_CONFORMANCE", ROOT.parent / "shared" / "conformance")) / "shacl" / "tests"
SIZES = {"core": 98, "sparql": 22}
MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
SHT = Namespace("http://www.w3.org/ns/shacl-test#")

needs_suite = pytest.mark.skipif(not TESTS.is_dir(), reason=f"KG_CONFORMANCE: the W3C SHACL tests are not at {TESTS}")


@dataclass(frozen=True, slots=True)
class ShaclCase:
    """One test: the files of its graphs, and the file and node of what is expected."""

    iri: str
    data: Path
    shapes: Path
    manifest: Path

    @property
    def is_shared(self) -> bool:
        """Whether the graphs and what is expected are one file, so that blank nodes can be compared by name."""
        return self.data == self.shapes == self.manifest


def read(path: Path) -> Graph:
    """A Turtle file as it is written: `rdflib` alone would make another literal of an ill-formed one."""
    graph = Graph()
    for quad in pyoxigraph.parse(path=str(path), format=pyoxigraph.RdfFormat.TURTLE, base_iri=path.as_uri()):
        graph.add((to_rdflib(quad.subject), to_rdflib(quad.predicate), to_rdflib(quad.object)))
    return graph


def entries(manifest: Path) -> Iterator[ShaclCase]:
    """The tests of a manifest and of those that it includes, in their order."""
    graph = read(manifest)
    for included in graph.objects(None, MF.include):
        yield from entries(_file(included))
    for listed in graph.objects(None, MF.entries):
        for entry in Collection(graph, listed):
            action = graph.value(entry, MF.action)
            data, shapes = graph.value(action, SHT.dataGraph), graph.value(action, SHT.shapesGraph)
            yield ShaclCase(str(entry).removeprefix(TESTS.as_uri()), _file(data), _file(shapes), manifest)


@cache
def cases_of(part: str) -> tuple[ShaclCase, ...]:
    """The tests of SHACL Core or of SHACL-SPARQL."""
    return tuple(entries(TESTS / part / "manifest.ttl"))


def _file(iri: Node | None) -> Path:
    return Path(str(iri).removeprefix("file://"))


def expected(case: ShaclCase, graph: Graph) -> Counter[tuple[object, ...]] | None:
    """The results that the W3C expects, None where it expects a failure."""
    entry = next(item for item in graph.subjects(MF.action) if str(item).endswith(case.iri))
    report = graph.value(entry, MF.result)
    if report == SHT.Failure:
        return None
    results = list(graph.objects(report, SH.result))
    assert graph.value(report, SH.conforms).toPython() is (not results)
    assert all((result, RDF.type, SH.ValidationResult) in graph for result in results)
    return Counter(
        (
            graph.value(result, SH.focusNode),
            _path(graph, graph.value(result, SH.resultPath)),
            _known(case, graph.value(result, SH.value)),
            graph.value(result, SH.resultSeverity),
            _known(case, graph.value(result, SH.sourceShape)),
            graph.value(result, SH.sourceConstraintComponent),
            graph.value(result, SH.sourceConstraint),
        )
        for result in results
    )


def found(case: ShaclCase, report: ValidationReport, shapes: Graph) -> Counter[tuple[object, ...]]:
    """The results of a report, as `expected` gives them."""
    return Counter(
        (
            result.focus,
            _path(shapes, result.path),
            _known(case, result.value),
            result.severity_iri,
            _known(case, result.shape),
            result.component,
            result.constraint,
        )
        for result in report.results
    )


def _path(graph: Graph, node: Node | None) -> object:
    return read_path(graph, node) if node is not None else None


def _known(case: ShaclCase, node: Node | None) -> Node | None:
    return URIRef("urn:blank") if isinstance(node, BNode) and not case.is_shared else node
