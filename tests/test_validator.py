"""The compiled validator and pySHACL say the same: on generated graphs, on the examples, on the Norrbotten graph."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from rdflib import SH, XSD, Graph, Literal

from generated_shapes import EX, cases
from kg.dataset import derived_graphs, read_shapes
from kg.errors import EngineError
from kg.project import load_project
from kg.shapes.evaluate import evaluate
from kg.shapes.report import ValidationReport
from kg.shapes.validation_result import Result

ROOT = Path(__file__).parents[1]
COMPONENTS = 22
seen: Counter[str] = Counter()


def told(report: ValidationReport) -> Counter[tuple[object, ...]]:
    return Counter(map(_told, report.results))


def _told(result: Result) -> tuple[object, ...]:
    return (
        result.focus,
        result.route or result.path,
        result.value,
        result.severity_iri,
        result.shape,
        result.component,
        result.constraint,
        result.code,
        tuple(sorted(result.labels.items())),
        _details(result),
    )


def _details(result: Result) -> frozenset[tuple[object, int]]:
    """Why a value does not conform to a node shape; of the other components, pySHACL tells nothing."""
    if result.component != SH.NodeConstraintComponent:
        return frozenset()
    seen.update({"details": len(result.details)})
    return frozenset(Counter(map(_told, result.details)).items())


@settings(max_examples=500, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(cases())
def test_generated_graphs(case: tuple[Graph, Graph]) -> None:
    data, shapes = case
    compiled = evaluate(data, shapes)
    assert not compiled.left_to_pyshacl
    assert told(compiled) == told(evaluate(data, shapes, only_pyshacl=True))
    seen.update({"all": 1}, **{str(result.component): 1 for result in compiled.results})


def test_generated_graphs_break_most_constraint_components() -> None:
    if not seen:
        pytest.skip("test_generated_graphs was not run")
    assert seen.pop("all") >= 500
    assert seen.pop("details") >= 200
    assert len(seen) >= COMPONENTS, sorted(seen)


def test_norrbotten() -> None:
    project = load_project(ROOT)
    union = derived_graphs(project).union.to_graph()
    shapes = read_shapes(project)
    compiled = evaluate(union, shapes)
    assert not compiled.left_to_pyshacl
    assert compiled.results
    assert told(compiled) == told(evaluate(union, shapes, only_pyshacl=True))


HEAD = "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix : <https://example.org/> .\n"


def shapes_of(constraint: str) -> Graph:
    return Graph().parse(data=f"{HEAD} :S a sh:PropertyShape ; sh:targetNode :a ; sh:path :p ; {constraint} .")


@pytest.mark.parametrize(
    ("value", "constraint"),
    [
        ('"abc"@en', 'sh:minInclusive "abc"'),
        ('"300"^^xsd:byte', 'sh:maxExclusive "2020-01-31T10:00:00Z"^^xsd:dateTime'),
        (":b ; :q :c", "sh:lessThan :q"),
        ("[]", "sh:minLength 0"),
    ],
)
def test_pyshacl_passes_what_shacl_does_not(value: str, constraint: str) -> None:
    """A value that `<` cannot compare gives a result (SHACL §4.3, §4.5.3), and so does a blank node's length (§4.4.1)."""
    data = Graph().parse(data=f"{HEAD} :a :p {value} .")
    [result] = evaluate(data, shapes_of(constraint)).results
    assert result.focus == EX.a
    assert evaluate(data, shapes_of(constraint), only_pyshacl=True).results == ()


def test_pyshacl_takes_another_literal_for_true() -> None:
    """SHACL §4.4.5 asks for the term `true`; so does `uniqueLang-002` of the W3C suite."""
    data = Graph().parse(data=f'{HEAD} :a :p "x"@en , "y"@en .')
    shapes = shapes_of("sh:name 'S'")
    shapes.add((EX.S, SH.uniqueLang, Literal("1", datatype=XSD.boolean, normalize=False)))
    assert evaluate(data, shapes).results == ()
    assert len(evaluate(data, shapes, only_pyshacl=True).results) == 1


def test_pyshacl_gives_up_where_a_blank_node_is_compared() -> None:
    data = Graph().parse(data=f"{HEAD} :a :p [] ; :q 1 .")
    assert len(evaluate(data, shapes_of("sh:lessThan :q")).results) == 1
    with pytest.raises(EngineError, match="BlankNode"):
        evaluate(data, shapes_of("sh:lessThan :q"), only_pyshacl=True)


def test_pyshacl_does_not_turn_the_inverse_of_a_sequence_round() -> None:
    """SPARQL 1.1 §9.3: `^(:p/:q)` is `^:q/^:p`. It does not turn the inverse of an inverse round either."""
    data = Graph().parse(data=f"{HEAD} :b :p :y . :y :q :a .")
    shapes = Graph().parse(data=f"{HEAD} :S sh:targetNode :a ; sh:path [ sh:inversePath ( :p :q ) ] ; sh:maxCount 0 .")
    assert [result.focus for result in evaluate(data, shapes).results] == [EX.a]
    assert [row.x for row in data.query(f"SELECT ?x {{ <{EX.a}> ^(<{EX.p}>/<{EX.q}>) ?x }}")] == [EX.b]
    assert evaluate(data, shapes, only_pyshacl=True).results == ()


def test_a_shape_that_refers_to_itself_goes_to_pyshacl_and_the_report_says_so() -> None:
    shapes = Graph().parse(
        data=f"{HEAD} :S a sh:NodeShape ; sh:targetNode :a ; sh:property :P . :P sh:path :p ; sh:node :S ; sh:maxCount 1 ."
    )
    data = Graph().parse(data=f"{HEAD} :a :p :b , :c .")
    report = evaluate(data, shapes)
    assert report.left_to_pyshacl == ((EX.S, "it refers to itself"),)
    [result] = report.results
    assert (result.focus, result.component) == (EX.a, SH.MaxCountConstraintComponent)
    assert '"left_to_pyshacl": [\n    {\n      "shape": "https://example.org/S"' in report.to_json()


@pytest.mark.parametrize("severity", ["sh:Info", "sh:Warning", ":own"])
@pytest.mark.parametrize("only_pyshacl", [False, True])
def test_a_result_of_any_severity_is_one(severity: str, only_pyshacl: bool) -> None:
    """SHACL §3.4.2: a node conforms to a shape if it has no result there; so also where pySHACL evaluates."""
    data = Graph().parse(data=f"{HEAD} :a :p :b .")
    shapes = Graph().parse(
        data=f"""{HEAD} :S a sh:NodeShape ; sh:targetNode :a ; sh:node :T ; sh:not :T . :T a sh:NodeShape ; sh:severity {severity} ; sh:class :C .
        :R a sh:NodeShape ; sh:targetNode :a ; sh:property [ sh:path :p ; sh:node :R ] ; sh:node :T ."""
    )
    report = evaluate(data, shapes, only_pyshacl=only_pyshacl)
    found = {(str(result.shape)[-1], result.component) for result in report.results}
    assert ("S", SH.NodeConstraintComponent) in found
    assert ("R", SH.NodeConstraintComponent) in found
    assert ("S", SH.NotConstraintComponent) not in found
