"""Validation results as the graph that SHACL describes (SHACL §3.6)."""

from __future__ import annotations

from collections.abc import Sequence

from rdflib import RDF, SH, BNode, Graph, Literal, URIRef

from kg.namespaces import GOV
from kg.shapes.paths import write_path
from kg.shapes.validation_result import Result

__all__ = ["report_graph"]


def report_graph(results: Sequence[Result]) -> Graph:
    """The `sh:ValidationReport`, with `gov:shapeCode` on each result; the same results, the same graph."""
    graph = Graph()
    report = BNode("report")
    graph.add((report, RDF.type, SH.ValidationReport))
    graph.add((report, SH.conforms, Literal(not results)))
    for number, result in enumerate(results):
        node = BNode(f"result{number:08}")
        graph.add((report, SH.result, node))
        _add_result(graph, node, result)
    return graph


def _add_result(graph: Graph, node: BNode, result: Result) -> None:
    graph.add((node, RDF.type, SH.ValidationResult))
    graph.add((node, SH.focusNode, result.focus))
    graph.add((node, SH.resultSeverity, result.result_severity))
    graph.add((node, SH.sourceShape, result.shape))
    graph.add((node, SH.sourceConstraintComponent, result.component))
    graph.add((node, URIRef(GOV.shapeCode), Literal(result.code)))
    if result.constraint is not None:
        graph.add((node, SH.sourceConstraint, result.constraint))
    if result.route is not None:
        graph.add((node, SH.resultPath, write_path(graph, result.route, f"{node}path")))
    elif isinstance(result.path, URIRef):
        graph.add((node, SH.resultPath, result.path))
    if result.value is not None:
        graph.add((node, SH.value, result.value))
    for language, text in result.messages.items():
        graph.add((node, SH.resultMessage, Literal(text, lang=language or None)))
    for number, detail in enumerate(result.details):
        inner = BNode(f"{node}-{number}")
        graph.add((node, SH.detail, inner))
        _add_result(graph, inner, detail)
