"""Shapes graphs read into shapes; what is not well-formed is an error that names the shape."""

from __future__ import annotations

import pytest
from rdflib import SH, Graph, URIRef

from kg.shapes.faults import ShapeFault
from kg.shapes.model import Closed, Count, Logic, Qualified, Sparql, ValueTest
from kg.shapes.reader import read_shapes_graph

HEAD = """@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix : <https://example.org/> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""


def graph(text: str) -> Graph:
    return Graph().parse(data=HEAD + text)


def test_a_shape_with_its_targets_path_and_constraints() -> None:
    [shape] = read_shapes_graph(
        graph(
            ':S sh:targetNode :a ; sh:path :p ; sh:minCount 1 ; sh:datatype xsd:date ; sh:severity sh:Info ; sh:message "m"@en .'
        )
    ).roots
    assert (shape.node, shape.severity, [str(text) for text in shape.messages]) == (
        URIRef("https://example.org/S"),
        SH.Info,
        ["m"],
    )
    assert {type(constraint) for constraint in shape.constraints} == {ValueTest, Count}
    assert [target.kind for target in shape.targets] == [SH.targetNode]


def test_only_shapes_with_targets_are_roots_and_others_are_known() -> None:
    shapes = read_shapes_graph(graph(":S sh:targetNode :a ; sh:node :T . :T sh:closed true . :U sh:closed true ."))
    assert [shape.node for shape in shapes.roots] == [URIRef("https://example.org/S")]
    assert [type(constraint) for constraint in shapes.by_node[URIRef("https://example.org/T")].constraints] == [Closed]
    assert URIRef("https://example.org/U") not in shapes.by_node


def test_a_class_that_is_a_shape_has_itself_as_target() -> None:
    shapes = read_shapes_graph(
        graph("owl:Class rdfs:subClassOf rdfs:Class . :S a sh:NodeShape , owl:Class ; sh:nodeKind sh:IRI .")
    )
    assert [(target.kind, target.term) for target in shapes.roots[0].targets] == [
        (SH.targetClass, URIRef("https://example.org/S"))
    ]


def test_siblings_of_a_qualified_shape() -> None:
    shapes = read_shapes_graph(
        graph(
            ":S sh:targetNode :a ; sh:property :P , :Q . :P sh:path :p ; sh:qualifiedValueShape :A ; sh:qualifiedMinCount 1 ; "
            "sh:qualifiedValueShapesDisjoint true . :Q sh:path :p ; sh:qualifiedValueShape :B ; sh:qualifiedMaxCount 1 . :A sh:nodeKind sh:IRI . :B sh:nodeKind sh:IRI ."
        )
    )
    [constraint] = shapes.by_node[URIRef("https://example.org/P")].constraints
    assert isinstance(constraint, Qualified)
    assert constraint.siblings == (URIRef("https://example.org/B"),)


def test_prefixes_of_a_query_and_of_what_it_imports() -> None:
    [shape] = read_shapes_graph(
        graph(
            ':S sh:targetNode :a ; sh:sparql [ sh:prefixes :O ; sh:select "SELECT $this {}" ] . :O owl:imports :I ; '
            'sh:declare [ sh:prefix "x" ; sh:namespace "urn:x:"^^xsd:anyURI ] . :I sh:declare [ sh:prefix "y" ; sh:namespace "urn:y:"^^xsd:anyURI ] .'
        )
    ).roots
    [constraint] = shape.constraints
    assert isinstance(constraint, Sparql)
    assert (constraint.query.prefixes["x"], constraint.query.prefixes["y"]) == ("urn:x:", "urn:y:")


def test_shapes_that_refer_to_themselves_are_left_out_with_those_that_use_them() -> None:
    shapes = read_shapes_graph(
        graph(
            ":S sh:targetNode :a ; sh:node :T . :T sh:not :U . :U sh:node :T . :V sh:targetNode :a ; sh:node :W , :X . :W sh:node :X . :X sh:closed true ."
        )
    )
    assert set(shapes.refused) == {URIRef("https://example.org/S")}
    assert [shape.node for shape in shapes.roots] == [URIRef("https://example.org/V")]
    assert all(isinstance(constraint, Logic) for constraint in shapes.roots[0].constraints)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sh:minCount 1 , 2 ; sh:path :p", "{S} has more than one sh:minCount"),
        ('sh:minCount "one" ; sh:path :p', '{S} has as sh:minCount "one", which is not a whole number'),
        ("sh:path :p , :q", "{S} has more than one sh:path"),
        ("sh:severity 'bad'", "{S} has a severity that is not an IRI"),
        ("sh:equals 'p' ; sh:path :q", '{S} has as sh:equals "p", which is not an IRI'),
        ("sh:maxLength 'long'", '{S} has as sh:maxLength "long", which is not a whole number'),
        ("sh:sparql [ sh:message 'no query' ]", "sh:sparql of {S} has 0 values of sh:select, not one"),
        ("sh:path [ sh:inversePath [] ]", "sh:inversePath of sh:path of {S} is not a property path"),
        ("sh:property [ sh:path 5 ]", "sh:path of sh:property of {S} is not a property path"),
        ("sh:property [ sh:minCount 1 ]", "sh:property of {S} has no sh:path"),
        ("sh:property :T", "{S} has as sh:property <https://example.org/T>, which has no sh:path"),
        ("sh:node :T . :T sh:path :p", "{S} has as sh:node <https://example.org/T>, which has a sh:path"),
        ("sh:nodeKind sh:Iri", "{S} has as sh:nodeKind <http://www.w3.org/ns/shacl#Iri>, which is none of the six"),
        ("sh:in 5", "{S} has as sh:in what is not a list"),
        ("sh:or :T", "{S} has as sh:or what is not a list"),
        ("sh:class 'C'", '{S} has as sh:class "C", which is not an IRI'),
        ("sh:datatype 'C'", '{S} has as sh:datatype "C", which is not an IRI'),
        ("sh:pattern '('", "{S} has as sh:pattern '(', which is not a regular expression"),
        ("sh:entailment :RDFS", "{S} asks for the entailment https://example.org/RDFS, which there is not here"),
    ],
)
def test_what_is_not_well_formed_is_an_error_that_says_where(text: str, message: str) -> None:
    with pytest.raises(ShapeFault) as error:
        read_shapes_graph(graph(f":S sh:targetNode :a ; {text} ."))
    assert str(error.value).startswith(message.format(S="<https://example.org/S>"))
    assert error.value.subject == URIRef("https://example.org/S")
