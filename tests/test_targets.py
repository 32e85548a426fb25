"""Which shapes have targets: those that declare one, and classes that are shapes (SHACL §2.1.3)."""

from __future__ import annotations

import pytest
from rdflib import Graph

from kg.shapes.evaluate import evaluate

HEAD = """@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix : <https://example.org/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
"""
DATA = ":a a :C . :b a :D . :D rdfs:subClassOf :C ."


def found(shapes: str, *, alone: bool = False) -> set[str]:
    """The focus nodes that lack a value."""
    data, graph = Graph().parse(data=HEAD + DATA), Graph().parse(data=HEAD + shapes)
    return {str(result.focus)[-1] for result in evaluate(data, graph, only_pyshacl=alone).results}


@pytest.mark.parametrize(
    ("shapes", "focus"),
    [
        (":C a rdfs:Class , sh:NodeShape ; sh:property :P .", "ab"),
        (":C a rdfs:Class ; sh:property :P .", "ab"),
        (":D a rdfs:Class ; sh:property :P .", "b"),
        (":C a :Kind ; sh:property :P . :Kind rdfs:subClassOf rdfs:Class .", "ab"),
        (":C a rdfs:Class , :Shape ; sh:property :P . :Shape rdfs:subClassOf sh:NodeShape .", "ab"),
        (":C a rdfs:Class ; rdfs:label 'no shape' .", ""),
        (":C a sh:NodeShape ; sh:property :P .", ""),
        (":S sh:targetNode :a ; sh:property :P .", "a"),
    ],
)
def test_focus_nodes(shapes: str, focus: str) -> None:
    shapes += " :P sh:path :p ; sh:minCount 1 ."
    assert found(shapes) == set(focus)
    assert found(shapes, alone=True) == set(focus)


def test_a_class_of_owl_is_one_of_rdfs_only_if_the_shapes_say_so() -> None:
    """SHACL §2.1.3.3 and the definition of its instances; pySHACL knows it without being told."""
    shapes = ":C a owl:Class , sh:NodeShape ; sh:property [ sh:path :p ; sh:minCount 1 ] ."
    assert found(shapes) == set()
    assert found(f"{shapes} owl:Class rdfs:subClassOf rdfs:Class .") == found(shapes, alone=True) == {"a", "b"}


def test_a_class_with_any_parameter_is_a_shape() -> None:
    """SHACL §2.1: the subject of a parameter is a shape; pySHACL takes it for one only if it has properties."""
    shapes = ":C a rdfs:Class ; sh:nodeKind sh:Literal ."
    assert found(shapes) == {"a", "b"}
    assert found(shapes, alone=True) == set()
