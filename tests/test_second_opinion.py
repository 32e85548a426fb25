"""pySHACL beside our own: asked about the wanted shapes and no others, and its results are those of the shapes."""

from __future__ import annotations

import pytest
from rdflib import SH, Graph, Literal, URIRef

from kg.columns.encode import encode_graph
from kg.errors import EngineError
from kg.shapes.batches import NONE, Batch
from kg.shapes.evaluate import evaluate
from kg.shapes.second_opinion import ask_pyshacl, only_targets_of

HEAD = """@prefix : <urn:> . @prefix sh: <http://www.w3.org/ns/shacl#> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix gov: <https://w3id.org/governance-kg/def/> . :prefixes sh:declare [ sh:prefix "" ; sh:namespace "urn:"^^xsd:anyURI ] .
"""
DATA = Graph().parse(data=f'{HEAD} :a a :C ; :p 1 ; :q :b . :b :p "x y" , :a .')
OTHER = ":W a sh:NodeShape ; sh:targetNode :a ; sh:nodeKind sh:Literal ."
ABOUT_A = {
    "its node": "sh:targetNode :a",
    "its class": "sh:targetClass :C",
    "subjects of its properties": "sh:targetSubjectsOf :q",
    "objects of others": "sh:targetObjectsOf :p",
    "a class that is a shape": "a rdfs:Class , sh:NodeShape",
    "a class below rdfs:Class": "a :Meta , sh:NodeShape . :Meta rdfs:subClassOf rdfs:Class",
    "a class two steps below it": "a :M2 . :M2 rdfs:subClassOf :Meta . :Meta rdfs:subClassOf rdfs:Class",
    "a class of OWL": "a owl:Class . owl:Class rdfs:subClassOf rdfs:Class",
}
"""Ways of saying that a shape :C is about :a."""


def graph(turtle: str) -> Graph:
    return Graph().parse(data=HEAD + turtle)


def batches(turtle: str) -> tuple[list[Batch], list[str]]:
    """What pySHACL says of the data, and the terms by number."""
    columns = encode_graph(DATA)
    return list(ask_pyshacl(DATA, graph(turtle), columns)), columns.terms.texts


def sources(shapes: Graph) -> set[str]:
    return {str(result.shape) for result in evaluate(DATA, shapes, only_pyshacl=True).results}


@pytest.mark.parametrize("target", ABOUT_A.values(), ids=ABOUT_A)
def test_only_the_wanted_shapes_are_evaluated_whatever_their_target(target: str) -> None:
    shapes = graph(f"{OTHER} :C {target} . :C sh:property :P . :P sh:path :p ; sh:maxCount 0 .")
    both = {str(result.shape) for result in evaluate(DATA, shapes).results}
    assert both == {"urn:P", "urn:W"}
    for wanted, found in ((["C"], {"urn:P"}), (["W"], {"urn:W"}), (["C", "W"], both), ([], set[str]())):
        assert sources(only_targets_of(shapes, [URIRef(f"urn:{name}") for name in wanted])) == found


def test_a_class_of_owl_is_no_class_of_rdfs_unless_the_shapes_graph_says_so() -> None:
    """SHACL §2.1.3.3; pySHACL thinks otherwise, and is asked here because another shape refers to itself."""
    loop = ":S a sh:NodeShape ; sh:targetNode :b ; sh:property [ sh:path :p ; sh:node :S ] ; sh:nodeKind sh:IRI ."
    shapes = graph(f"{loop} :C a owl:Class , sh:NodeShape ; sh:nodeKind sh:Literal .")
    report = evaluate(DATA, shapes)
    assert [str(shape) for shape, _ in report.left_to_pyshacl] == ["urn:S"]
    assert "urn:C" not in {str(result.shape) for result in report.results}


def test_a_class_that_is_a_shape_and_refers_to_itself_is_evaluated() -> None:
    shapes = graph(""":C a :M2 ; sh:property [ sh:path :q ; sh:node :C ; sh:class :C ] .
        :M2 rdfs:subClassOf :Meta . :Meta rdfs:subClassOf rdfs:Class .""")
    report = evaluate(DATA, shapes)
    assert [str(shape) for shape, _ in report.left_to_pyshacl] == ["urn:C"]
    assert {str(result.focus) for result in report.results} == {"urn:a"}


def test_a_copy_keeps_what_is_no_target() -> None:
    shapes = graph(":S sh:targetNode :a ; sh:node :T ; sh:maxCount 1 . :T a sh:NodeShape ; sh:targetNode :b .")
    left = set(shapes) - set(only_targets_of(shapes, [URIRef("urn:S")]))
    assert left == {(URIRef("urn:T"), SH.targetNode, URIRef("urn:b"))}


def test_a_result_is_that_of_its_shape() -> None:
    [batch], texts = batches(""":S a sh:NodeShape ; sh:targetNode :b ; sh:property :P .
        :P sh:path :p ; sh:nodeKind sh:Literal ; sh:severity sh:Warning ; sh:message "nej"@sv , "no"@en ; gov:shapeCode "X-1" .""")
    assert [texts[number] for number in (*batch.focus, *batch.value)] == ["<urn:b>", "<urn:a>"]
    assert (batch.shape.node, batch.shape.code, batch.shape.severity) == (URIRef("urn:P"), "X-1", SH.Warning)
    assert batch.shape.messages == (Literal("no", "en"), Literal("nej", "sv"))
    assert batch.component == SH.NodeKindConstraintComponent
    assert batch.path is None, "it is the shape's"


def test_the_values_of_a_message_are_read_back_from_it() -> None:
    query = (
        "SELECT $this ?value ?path ?word { $this ?path ?value BIND (STR(?value) AS ?word) FILTER (isLiteral(?value)) }"
    )
    [batch], texts = batches(f""":S a sh:NodeShape ; sh:targetNode :b ; sh:sparql [ sh:prefixes :prefixes ;
        sh:message "{{?path}} av {{$this}}: ({{?word}})"@sv ; gov:shapeCode "X-2" ; sh:select "{query}" ] .""")
    told = {name: texts[int(column[0])] for name, column in batch.bindings.items()}
    assert told == {"path": "<urn:p>", "this": "<urn:b>", "word": '"x y"'}
    assert [texts[number] for number in batch.value] == ['"x y"']
    assert batch.path is not None
    assert [texts[number] for number in batch.path] == ["<urn:p>"]
    assert batch.code == "X-2"


def test_a_result_without_a_value_has_none_and_details_have_batches_of_their_own() -> None:
    [batch], texts = batches(""":S a sh:NodeShape ; sh:targetNode :a ; sh:property [ sh:path :q ; sh:node :T ] .
        :T a sh:NodeShape ; sh:property [ sh:path :r ; sh:minCount 1 ] .""")
    [detail] = batch.details
    assert [texts[number] for number in (*batch.focus, *batch.value, *detail.focus)] == [
        "<urn:a>",
        "<urn:b>",
        "<urn:b>",
    ]
    assert (detail.component, detail.value.tolist()) == (SH.MinCountConstraintComponent, [NONE])


def test_the_shapes_graph_stays_as_it_is() -> None:
    shapes = graph(f"{OTHER}")
    before = set(shapes)
    assert list(ask_pyshacl(DATA, shapes, encode_graph(DATA)))
    assert set(shapes) == before


def test_what_pyshacl_cannot_evaluate_is_an_error_with_its_reason() -> None:
    with pytest.raises(EngineError, match="the shapes cannot be evaluated: ") as caught:
        batches(':S a sh:PropertyShape ; sh:targetNode :a ; sh:path :p ; sh:minCount "many" .')
    assert caught.value.hint == "check the shapes with `kg check`"
