"""What is wrong with a shapes graph is said of a part that has a name."""

from __future__ import annotations

import pytest
from rdflib import RDF, SH, BNode, Graph, Literal, URIRef
from rdflib.term import Node

from kg.shapes.faults import fault

S = URIRef("https://example.org/S")
SHAPES = Graph().parse(
    data="""@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix : <https://example.org/> .
    :S sh:property _:p ; sh:or ( _:x _:y ) . _:p sh:path ( :a 5 ) ; sh:minCount 5 . :T sh:path () ."""
)


def only(predicate: URIRef) -> Node:
    return next(iter(SHAPES.objects(None, predicate)))


@pytest.mark.parametrize(
    ("node", "name", "subject", "predicate"),
    [
        (S, "<https://example.org/S>", S, None),
        (only(SH.property), "sh:property of <https://example.org/S>", S, SH.property),
        (only(SH["or"]), "sh:or of <https://example.org/S>", S, SH["or"]),
        (Literal(5), "sh:path of sh:property of <https://example.org/S>", S, SH.property),
        (RDF.nil, "sh:path of <https://example.org/T>", URIRef("https://example.org/T"), SH.path),
        (BNode("nowhere"), "nowhere", BNode("nowhere"), None),
    ],
)
def test_a_part_is_named_by_what_refers_to_it(node: Node, name: str, subject: Node, predicate: Node | None) -> None:
    error = fault(SHAPES, node, "is wrong")
    assert (str(error), error.subject, error.predicate) == (f"{name} is wrong", subject, predicate)


def test_a_circle_of_blank_nodes_has_an_end() -> None:
    circle = Graph()
    circle.add((BNode("a"), RDF.rest, BNode("b")))
    circle.add((BNode("b"), RDF.rest, BNode("a")))
    assert str(fault(circle, BNode("a"), "is wrong")).endswith(" is wrong")
