"""Pre-binding for all focus nodes at once gives what pySHACL gives one by one; what SHACL forbids is refused."""

from __future__ import annotations

from collections import Counter

import pytest
from rdflib import Graph

from kg.errors import EngineError
from kg.shapes.evaluate import evaluate
from kg.shapes.patterns import NotCompiled
from kg.shapes.report import ValidationReport

HEAD = "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix : <https://example.org/> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"
DATA = f"""{HEAD}
:a :p 1 , 2 ; :q :b ; :r "x"@sv . :b :p 3 ; :q :c , :a . :c :q :c ; :r "y" . :d :r "x" . _:e :p 1 ; :q :a .
"""
GRAPH = Graph().parse(data=DATA)
TARGETS = "sh:targetSubjectsOf :p , :q ; sh:targetObjectsOf :p ; sh:targetNode :nobody , 01"


def report(select: str, *, alone: bool, more: str = "a sh:NodeShape") -> ValidationReport:
    shapes = f"""{HEAD} :prefixes sh:declare [ sh:prefix "" ; sh:namespace "https://example.org/"^^xsd:anyURI ] .
        :S {more} ; {TARGETS} ; sh:sparql [ sh:prefixes :prefixes ; sh:select '''{select}''' ] ."""
    return evaluate(GRAPH, Graph().parse(data=shapes), only_pyshacl=alone)


def told(report: ValidationReport) -> Counter[tuple[object, object, object]]:
    return Counter((result.focus, result.path, result.value) for result in report.results)


QUERIES = [
    "SELECT $this ?value { $this :p ?value FILTER (?value > 1) }",
    "SELECT $this { FILTER ($this = :a || !isIRI($this)) }",
    "SELECT $this { FILTER (STRLEN(STR($this)) > 0) OPTIONAL { $this :p ?x } FILTER (!BOUND(?x)) }",
    "SELECT $this ?value { BIND ($this AS ?value) FILTER NOT EXISTS { ?value :q ?other } }",
    "SELECT DISTINCT $this ?value { { $this :q ?value } UNION { ?value :q $this FILTER ($this != ?value) } }",
    "SELECT $this ?value { { SELECT $this ?value { $this :q/:q ?value } } FILTER (?value = $this) }",
    "SELECT $this ?value { ?value :p 1 OPTIONAL { ?value :q ?x FILTER (?x = $this) } FILTER (!BOUND(?x)) }",
    "SELECT $this (COUNT(?x) AS ?n) { $this :q ?x } GROUP BY $this HAVING (COUNT(?x) > 1)",
    "SELECT DISTINCT $this ?path { $this ?path ?x FILTER (isLiteral(?x)) }",
    "SELECT $this ?value { ?value :p 3 { { OPTIONAL { ?x :q ?y . $this :q ?y } } UNION { ?x :p 2 } } FILTER (!BOUND(?x)) }",
    "SELECT $this ?value { ?value :p 3 { FILTER NOT EXISTS { $this :q ?y } ?y :p 2 } UNION { ?y :p 7 } }",
    "SELECT $this (ISIRI($this) AS ?value) { :a :q ?x }",
    "SELECT $this (STR($currentShape) AS ?value) { :a :q ?x }",
    "SELECT $this ?value { :a :q ?value } GROUP BY $this ?value HAVING (isIRI($this))",
    "SELECT $this ?value { ?value :q :a FILTER (BOUND($currentShape)) }",
    "SELECT $this ?value { :a :q ?value }",
]


@pytest.mark.parametrize("select", QUERIES)
def test_all_focus_nodes_at_once(select: str) -> None:
    found = report(select, alone=False)
    assert found.results
    assert told(found) == told(report(select, alone=True))


@pytest.mark.parametrize("select", QUERIES[:-1])
def test_the_store_gives_the_same(select: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise NotCompiled("to see what the store says")

    in_columns = told(report(select, alone=False))
    monkeypatch.setattr("kg.shapes.sparql.read_select", refuse)
    assert told(report(select, alone=False)) == in_columns


def test_what_counts_or_cuts_rows_is_asked_for_one_focus_node_at_a_time() -> None:
    found = report("SELECT $this ?value { $this :q ?value } ORDER BY ?value LIMIT 1", alone=False)
    assert len(found.results) == len({result.focus for result in found.results}) == 4


def test_the_path_of_a_property_shape() -> None:
    select = "SELECT $this ?value { $this $PATH ?value FILTER (isIRI(?value)) }"
    more = "a sh:PropertyShape ; sh:path [ sh:inversePath :q ]"
    found = report(select, alone=False, more=more)
    assert found.results
    assert [(r.focus, r.value) for r in found.results] == [
        (r.focus, r.value) for r in report(select, alone=True, more=more).results
    ]


@pytest.mark.parametrize(
    "select",
    [
        "SELECT $this { $this :p ?x MINUS { $this :q ?x } }",
        "SELECT $this { VALUES ?x { 1 } }",
        "SELECT $this FROM <http://example.org/g> { $this :p ?x }",
        "SELECT $this { SERVICE <http://example.org/> { ?a ?b ?c } }",
        "SELECT $this { BIND (1 AS $this) }",
        "SELECT $this { { SELECT ?x { ?x :p ?y } } }",
        "SELECT $this { { SELECT * { FILTER ($this = :a) } } }",
        "SELECT $this { $this $PATH ?x }",
        "SELECT $this { $this :p }",
        "ASK { $this :p ?x }",
        "SELECT ?x { $this :p ?x }",
    ],
)
def test_what_is_not_allowed_is_an_error(select: str) -> None:
    with pytest.raises(EngineError):
        report(select, alone=False)


def test_each_solution_is_a_result() -> None:
    """SHACL §5.3.2; pySHACL makes one of two that are alike."""
    select = "SELECT $this ?value { { $this :q ?value } UNION { ?value :q $this } }"
    found, alone = told(report(select, alone=False)), told(report(select, alone=True))
    assert set(found) == set(alone)
    assert found.total() > alone.total()


def test_a_query_that_reports_a_failure_is_an_error() -> None:
    with pytest.raises(EngineError, match="reports a failure"):
        report("SELECT $this ?failure { $this :p ?x BIND (true AS ?failure) }", alone=False)


def test_only_an_iri_is_a_path() -> None:
    """SHACL §5.3.2; what else ?path stands for is left out."""
    select = "SELECT $this ?path { $this :r|:q ?path }"
    assert {result.path for result in report(select, alone=False).results} == {
        result.path for result in report(select, alone=True).results
    }


def test_the_inputs_are_no_graph_of_the_data() -> None:
    assert not report("SELECT $this ?value { GRAPH ?g { ?value ?p $this } }", alone=False).results
    assert report("SELECT $this { OPTIONAL { GRAPH $g { ?x ?p $this } } FILTER (!BOUND(?x)) }", alone=False).results
