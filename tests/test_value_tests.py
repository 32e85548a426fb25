"""Constraints that look at each value alone: which terms pass."""

from __future__ import annotations

import numpy as np
import pytest
from rdflib import RDF, RDFS, SH, XSD, BNode, Graph, Literal, Namespace, URIRef
from rdflib.term import Node

from kg.columns.encode import encode_graph
from kg.shapes.model import ValueTest
from kg.shapes.value_tests import instances, passes

EX = Namespace("https://example.org/")
TERMS: dict[str, Node] = {
    "iri": EX.a,
    "blank": BNode("b"),
    "text": Literal("abc"),
    "english": Literal("abc", lang="en-gb"),
    "one": Literal("1", datatype=XSD.integer, normalize=False),
    "ill": Literal("one", datatype=XSD.integer, normalize=False),
    "date": Literal("2020-02-30", datatype=XSD.date, normalize=False),
}
GRAPH = Graph()
for term in TERMS.values():
    GRAPH.add((EX.s, EX.p, term))
GRAPH.add((EX.D, RDFS.subClassOf, EX.C))
GRAPH.add((EX.a, RDF.type, EX.D))


@pytest.mark.parametrize(
    ("component", "arguments", "passed"),
    [
        ("Class", [EX.C], {"iri"}),
        ("Class", [EX.E], set()),
        ("In", [Literal("abc"), EX.a], {"text", "iri"}),
        ("In", [], set()),
        ("NodeKind", [SH.BlankNodeOrIRI], {"blank", "iri"}),
        ("NodeKind", [SH.Literal], {"text", "english", "one", "ill", "date"}),
        ("Datatype", [XSD.integer], {"one"}),
        ("Datatype", [XSD.date], set()),
        ("Datatype", [RDF.langString], {"english"}),
        ("MinLength", [Literal(3)], {"iri", "text", "english", "ill", "date"}),
        ("MaxLength", [Literal(3)], {"text", "english", "one", "ill"}),
        ("MinInclusive", [Literal(1)], {"one"}),
        ("MinExclusive", [Literal(1)], set()),
        ("MaxInclusive", [Literal("abc")], {"text"}),
        ("MaxExclusive", [Literal(1.5)], {"one"}),
        ("Pattern", [Literal("^a.c")], {"text", "english"}),
        ("LanguageIn", [Literal("EN"), Literal("sv")], {"english"}),
        ("LanguageIn", [Literal("en-g")], set()),
        ("LanguageIn", [Literal("*")], {"english"}),
        ("Pattern", [Literal("^abc$")], {"text", "english"}),
        ("Pattern", [Literal(r"^\p{Ll}+$")], {"text", "english", "ill"}),
    ],
)
def test_what_passes(component: str, arguments: list[Node], passed: set[str]) -> None:
    columns = encode_graph(GRAPH)
    test = ValueTest(URIRef(f"{SH}{component}ConstraintComponent"), tuple(arguments))
    names = dict(zip((columns.terms.number(term) for term in TERMS.values()), TERMS, strict=True))
    values = np.array(sorted(names), np.int32)
    mask = passes(columns, test, values)
    assert {names[number] for number in values[mask].tolist()} == passed


def test_instances_are_those_of_the_classes_below_too() -> None:
    columns = encode_graph(GRAPH)
    assert [columns.terms.term(number) for number in instances(columns, EX.C).tolist()] == [EX.a]
