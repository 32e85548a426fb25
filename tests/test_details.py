"""Why a value does not conform to a shape (`sh:detail`); `test_validator` compares with pySHACL, which tells it of `sh:node`."""

from __future__ import annotations

import json

import pytest
from rdflib import RDF, SH, Graph

from kg.shapes.evaluate import evaluate
from kg.shapes.validation_result import Result

HEAD = "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix : <https://example.org/> ."
DATA = f'{HEAD} :a :p 1 , "x" , :b . :b :q 1 , 2 . :c :p :b .'
NEEDS_Q = ":NeedsQ a sh:NodeShape ; sh:property :Q . :Q sh:path :q ; sh:maxCount 1 . :IsIri sh:nodeKind sh:IRI ."
TERMS = {"": "https://example.org/", "sh": str(SH)}


def results(constraint: str) -> list[Result]:
    shapes = f"{HEAD} :S a sh:PropertyShape ; sh:targetNode :a ; sh:path :p ; {constraint} . {NEEDS_Q}"
    return list(evaluate(Graph().parse(data=DATA), Graph().parse(data=shapes)).results)


def explained(constraint: str) -> list[tuple[str, list[str]]]:
    """The value of each result, and the components of its details."""
    return [
        (str(one.value), sorted(detail.component.removeprefix(str(SH))[:-19] for detail in one.details))
        for one in results(constraint)
    ]


@pytest.mark.parametrize(
    ("constraint", "expected"),
    [
        ("sh:node :NeedsQ", [("https://example.org/b", ["MaxCount"])]),
        ("sh:and ( :NeedsQ :IsIri )", [("1", ["NodeKind"]), ("https://example.org/b", ["MaxCount"]), ("x", ["NodeKind"])]),
        ("sh:or ( :NeedsQ [ sh:nodeKind sh:Literal ] )", [("https://example.org/b", ["MaxCount", "NodeKind"])]),
        ("sh:xone ( :NeedsQ [ sh:nodeKind sh:Literal ] )", [
            ("1", []), ("https://example.org/b", ["MaxCount", "NodeKind"]), ("x", []),
        ]),
        ("sh:not :IsIri", [("https://example.org/b", [])]),
        ("sh:qualifiedValueShape :IsIri ; sh:qualifiedMinCount 2", [("None", ["NodeKind", "NodeKind"])]),
        ("sh:qualifiedValueShape :IsIri ; sh:qualifiedMaxCount 0", [("None", [])]),
        ("sh:maxCount 1", [("None", [])]),
    ],
)  # fmt: skip
def test_details_of(constraint: str, expected: list[tuple[str, list[str]]]) -> None:
    assert explained(constraint) == expected


def test_each_focus_node_has_the_details_of_its_value_and_details_have_details() -> None:
    shapes = Graph().parse(
        data=f"{HEAD} :S sh:targetSubjectsOf :p ; sh:property [ sh:path :p ; sh:node [ sh:node :NeedsQ ] ] . {NEEDS_Q}"
    )
    found = evaluate(Graph().parse(data=DATA), shapes).results
    assert [(str(one.focus)[-1], str(one.value)[-1]) for one in found] == [("a", "b"), ("c", "b")]
    for one in found:
        [inner] = one.details
        [last] = inner.details
        assert (str(inner.focus)[-1], str(last.focus)[-1], last.component) == ("b", "b", SH.MaxCountConstraintComponent)


def test_more_results_than_are_explained_at_a_time() -> None:
    data = f"{HEAD} " + " ".join(f":s{number} :p :v{number} . :v{number} :q {number} , -1 ." for number in range(2500))
    shapes = f"{HEAD} :S sh:targetSubjectsOf :p ; sh:property [ sh:path :p ; sh:node :NeedsQ ] . {NEEDS_Q}"
    found = evaluate(Graph().parse(data=data), Graph().parse(data=shapes)).results
    assert len(found) == 2500
    assert all([detail.focus for detail in one.details] == [one.value] for one in found)


def test_every_format_has_the_details() -> None:
    [result] = results("sh:node :NeedsQ")
    report = evaluate(
        Graph().parse(data=DATA),
        Graph().parse(
            data=f"{HEAD} :S a sh:PropertyShape ; sh:targetNode :a ; sh:path :p ; sh:node :NeedsQ . {NEEDS_Q}"
        ),
    )
    assert result.to_text(TERMS).splitlines() == [
        "violation SHACL: The value must conform to <https://example.org/NeedsQ>",
        "    :a",
        "    :p = :b",
        "    violation SHACL: There must be at most 1 value",
        "        :b",
        "        :q",
    ]
    [inner] = json.loads(report.to_json())["results"][0]["details"]
    assert (inner["focus"], inner["path"]) == ("https://example.org/b", "https://example.org/q")
    graph = report.to_graph()
    [detail] = graph.objects(None, SH.detail)
    assert (detail, RDF.type, SH.ValidationResult) in graph
    assert len(list(graph.objects(None, SH.result))) == 1
    assert "<li>There must be at most 1 value: <code>:b :q</code></li>" in report.to_html(TERMS)


def test_text_shows_ten_details_and_how_many_more_there_are() -> None:
    data = f"{HEAD} :a :p {' , '.join(map(str, range(15)))} ."
    shapes = f"{HEAD} :S sh:targetNode :a ; sh:path :p ; sh:qualifiedValueShape [ sh:nodeKind sh:IRI ] ; sh:qualifiedMinCount 1 ."
    [result] = evaluate(Graph().parse(data=data), Graph().parse(data=shapes)).results
    assert len(result.details) == 15
    assert result.to_text(TERMS).count("must be of the kind sh:IRI") == 10
    assert result.to_text(TERMS).endswith("\n    … and 5 more")
    assert result.to_text(TERMS, "sv").endswith("\n    … och 5 till")
