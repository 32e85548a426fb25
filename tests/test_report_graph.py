"""The graph of a report: what SHACL §3.6 asks for, and the code of the rule."""

from dataclasses import replace

from rdflib import RDF, SH, BNode, Graph, Literal, URIRef
from rdflib.compare import isomorphic

from kg.shapes.paths import Inverse, Predicate
from kg.shapes.report_graph import report_graph
from kg.shapes.validation_result import Result

RESULT = Result(
    code="X-1",
    severity="info",
    focus=URIRef("urn:a"),
    path=URIRef("urn:p"),
    value=Literal("v"),
    messages={"en": "one", "": "plain"},
    shape=URIRef("urn:shape"),
    component=SH.MaxCountConstraintComponent,
    constraint=URIRef("urn:constraint"),
)
TURTLE = """
@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix gov: <https://w3id.org/governance-kg/def/> .
[] a sh:ValidationReport ; sh:conforms false ; sh:result [ a sh:ValidationResult ;
    sh:focusNode <urn:a> ; sh:resultPath <urn:p> ; sh:value "v" ; sh:resultSeverity sh:Info ; gov:shapeCode "X-1" ;
    sh:sourceShape <urn:shape> ; sh:sourceConstraint <urn:constraint> ;
    sh:sourceConstraintComponent sh:MaxCountConstraintComponent ; sh:resultMessage "one"@en , "plain" ] .
"""


def test_a_report_is_as_shacl_describes_it() -> None:
    assert isomorphic(report_graph([RESULT]), Graph().parse(data=TURTLE))


def test_a_report_conforms_only_without_results() -> None:
    assert list(report_graph([]).objects(None, SH.conforms)) == [Literal(True)]
    assert list(report_graph([RESULT]).objects(None, SH.conforms)) == [Literal(False)]


def test_a_path_that_is_more_than_a_predicate_is_a_node() -> None:
    graph = report_graph([replace(RESULT, path=BNode(), route=Inverse(Predicate(URIRef("urn:p"))))])
    [path] = graph.objects(None, SH.resultPath)
    assert list(graph.predicate_objects(path)) == [(SH.inversePath, URIRef("urn:p"))]


def test_details_are_results_of_results() -> None:
    inner = replace(RESULT, focus=URIRef("urn:b"), details=(replace(RESULT, focus=URIRef("urn:c")),))
    graph = report_graph([replace(RESULT, details=(inner,))])
    chain = [
        [graph.value(detail, SH.focusNode) for detail in graph.objects(node, SH.detail)]
        for focus in ("urn:a", "urn:b", "urn:c")
        for node in graph.subjects(SH.focusNode, URIRef(focus))
    ]
    assert chain == [[URIRef("urn:b")], [URIRef("urn:c")], []]
    assert len(list(graph.objects(None, SH.result))) == 1
    assert len(list(graph.subjects(RDF.type, SH.ValidationResult))) == 3


def test_the_same_results_are_the_same_graph() -> None:
    results = [RESULT, replace(RESULT, focus=URIRef("urn:b"), details=(RESULT,))]
    assert set(report_graph(results)) == set(report_graph(results))
