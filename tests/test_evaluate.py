"""Evaluation: what pySHACL finds, in every language of the shape, with code and place."""

import time
from pathlib import Path

import pytest
from pyshacl import validate
from rdflib import SH, SKOS, Graph, URIRef

import kg
from kg.errors import EngineError
from kg.locations import Place
from kg.shapes.evaluate import evaluate
from kg.shapes.report import ValidationReport

DATA = """
@prefix : <https://example.org/id/organisation/> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix org: <http://www.w3.org/ns/org#> .
:a a org:Organization ; skos:prefLabel "A"@sv , "B"@sv .
:c a org:Organization ; skos:prefLabel "C"@sv ; org:subOrganizationOf :c .
"""
SHAPES = """
@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix gov: <https://w3id.org/governance-kg/def/> .
@prefix shape: <https://w3id.org/governance-kg/shapes/> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix org: <http://www.w3.org/ns/org#> .
shape:Label a sh:NodeShape ; sh:targetClass org:Organization ; sh:property shape:Label-one .
shape:Label-one sh:path skos:prefLabel ; sh:maxCount 1 ; sh:severity sh:Warning ; gov:shapeCode "NAM-01" ;
    sh:message "one label"@en , "en benämning"@sv .
shape:Self a sh:NodeShape ; sh:targetNode gov:WholeGraph ; sh:sparql shape:Self-loop ; gov:wholeGraph true .
shape:Self-loop a sh:SPARQLConstraint ; gov:shapeCode "REL-21" ;
    sh:message "{?value} is part of itself"@en , "{?value} är del av sig själv"@sv ;
    sh:select "SELECT $this ?value WHERE { ?value <http://www.w3.org/ns/org#subOrganizationOf> ?value }" .
"""


def graph(text: str) -> Graph:
    result = Graph()
    result.parse(data=text, format="turtle")
    return result


@pytest.fixture(scope="module")
def report() -> ValidationReport:
    return evaluate(graph(DATA), graph(SHAPES), locate=lambda focus, _: Place(Path("data.ttl"), 4) if focus else None)


def test_results_carry_code_severity_and_both_languages(report: ValidationReport) -> None:
    loop, label = report.results
    assert (loop.code, loop.severity, label.code, label.severity) == ("REL-21", "violation", "NAM-01", "warning")
    assert dict(label.messages) == {"en": "one label", "sv": "en benämning"}
    assert (loop.place, label.path) == (Place(Path("data.ttl"), 4), SKOS.prefLabel)
    assert report.rules == 2
    assert not report.conforms
    assert report.counts() == {"violation": 1, "warning": 1, "info": 0}


def test_rule_over_the_whole_graph_names_the_node_at_fault(report: ValidationReport) -> None:
    assert report.results[0].focus == URIRef("https://example.org/id/organisation/c")
    assert dict(report.results[0].messages) == {"en": "C is part of itself", "sv": "C är del av sig själv"}


def test_warning_alone_conforms_for_publishing() -> None:
    report = evaluate(graph(DATA.replace("org:subOrganizationOf :c", "org:identifier 'x'")), graph(SHAPES))
    assert report.counts() == {"violation": 0, "warning": 1, "info": 0}
    assert report.conforms


def test_graphs_are_not_changed() -> None:
    data, shapes = graph(DATA), graph(SHAPES)
    before = (len(data), len(shapes))
    evaluate(data, shapes)
    assert (len(data), len(shapes)) == before


def test_broken_shape_is_an_engine_error() -> None:
    with pytest.raises(EngineError, match="is not SPARQL"):
        evaluate(graph(DATA), graph(SHAPES.replace("SELECT $this", "SELEKT $this")))


def test_pyshacl_drops_the_language_of_sparql_messages() -> None:
    """The reason why messages are read from the shapes; the day it fails, `evaluate` can become simpler."""
    _, results, _ = validate(graph(DATA), shacl_graph=graph(SHAPES), inplace=True)
    assert isinstance(results, Graph)
    [loop] = list(results.subjects(SH.sourceConstraint))
    assert {message.language for message in results.objects(loop, SH.resultMessage)} == {None}


def test_a_severity_of_ones_own_is_taken_as_a_violation() -> None:
    own = evaluate(graph(DATA), graph(SHAPES.replace("sh:severity sh:Warning", "sh:severity gov:Grave")))
    assert next(result for result in own.results if result.code == "NAM-01").severity == "violation"


def test_no_rule_can_load_a_graph(tmp_path: Path) -> None:
    import rdflib.plugins.sparql

    assert evaluate(graph(DATA), graph(SHAPES), only_pyshacl=True).results
    assert not rdflib.plugins.sparql.SPARQL_LOAD_GRAPHS


def test_a_blank_node_is_placed_where_a_named_node_has_it(tmp_path: Path) -> None:
    data, shapes = tmp_path / "data.ttl", tmp_path / "shapes.ttl"
    data.write_text(
        "@prefix : <https://e.org/> .\n:x :p 1 ;\n  :q [ a :C ;\n :p ( [ a :C ] ) ] .\n[] a :C ; :p _:a .\n_:a :p _:a ."
    )
    shapes.write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix : <https://e.org/> .\n"
        ":S sh:targetClass :C ; sh:targetSubjectsOf :p ; sh:nodeKind sh:IRI ; sh:message '{$this}, not an IRI'@en ."
    )
    results = kg.validate(data, shapes).results
    assert sorted(str(result.place) for result in results) == [f"{data}:3", f"{data}:3", "None", "None"]
    assert {result.to_text({}).split(": ")[-1] for result in results} == {"[], not an IRI\n    []"}


def test_places_in_a_long_list_are_found_in_steps_as_many_as_its_members() -> None:
    asked: list[object] = []
    data = graph("@prefix : <https://e.org/> . :x :q (" + "[ a :C ] " * 12000 + ") .")
    shapes = graph(
        "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix : <https://e.org/> . :S sh:targetClass :C ; sh:nodeKind sh:IRI ."
    )

    def locate(focus: object, _path: object) -> None:
        asked.append(focus)

    start = time.process_time()
    assert len(evaluate(data, shapes, locate=locate).results) == 12000
    assert set(asked) == {URIRef("https://e.org/x")}
    assert time.process_time() - start < 15
