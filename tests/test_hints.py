"""What is told of a shapes graph in which something asks for nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from rdflib import SH, Graph

from kg.columns.encode import encode_graph
from kg.dataset import read_shapes
from kg.locations import Locations
from kg.project import Project
from kg.shapes.evaluate import Validation
from kg.shapes.hints import NO_FOCUS_NODE, NO_TARGET, hints_of

HEAD = "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix : <https://example.org/> .\n"


@pytest.mark.parametrize(
    ("text", "hints"),
    [
        ("sh:property [ sh:path :p ; sh:minCount 1 ]", []),
        ("sh:closed true ; sh:ignoredProperties ( sh:path )", []),
        ("sh:minCout 1", ["sh:minCout is not a term of SHACL; did you mean sh:minCount?"]),
        ("a sh:NodeShap", ["sh:NodeShap is not a term of SHACL; did you mean sh:NodeShape?"]),
        ("sh:severity sh:Warn", ["sh:Warn is not a term of SHACL, and asks for nothing"]),
        ("sh:shape :A , :B", ["sh:shape is not a term of SHACL (2 times), and asks for nothing"]),
        ("sh:rule [ ]", ["sh:rule belongs to the Advanced Features of SHACL, which are not evaluated"]),
        ("sh:target [ ]", ["sh:target belongs to the Advanced Features of SHACL, which are not evaluated"]),
        ("sh:minCount 1", ["sh:minCount asks for nothing at a shape without sh:path"]),
        ("sh:node :T", ["Nothing is said of the shape <https://example.org/T>, so that everything conforms"]),
        (
            "sh:or ( :T :S )",
            ["Nothing is said of the shape <https://example.org/T>, so that everything conforms"],
        ),
        (
            "owl:imports :a , :b , :c",
            ["owl:imports is not followed: give the file of <https://example.org/a> and 2 more with the other shapes"],
        ),
        (
            "owl:imports :other , :S",
            ["owl:imports is not followed: give the file of <https://example.org/other> with the other shapes"],
        ),
    ],
)
def test_hints(text: str, hints: list[str]) -> None:
    assert [hint.text for hint in hints_of(Graph().parse(data=f"{HEAD} :S sh:targetNode :a ; {text} ."))] == hints


def test_the_rulebook_gives_no_hint(norrbotten: Project) -> None:
    shapes = read_shapes(norrbotten)
    assert len(shapes) > 1000
    assert hints_of(shapes) == []


def validation(target: str, *, path: Path | None = None, constraint: str = "sh:nodeKind sh:IRI") -> Validation:
    shapes = f"{HEAD}:S a sh:NodeShape ;\n  {target}\n  {constraint} ."
    if path is not None:
        path.write_text(shapes)
    data = encode_graph(Graph().parse(data=f"{HEAD} :a a :C ; :p :b ."))
    return Validation(data, Graph().parse(data=shapes), shape_files=Locations([path] if path else []))


def test_shapes_without_a_focus_node_or_a_target() -> None:
    assert validation("sh:targetClass :C ;").hints == ()
    assert validation("sh:targetClass :D ;").hints == (NO_FOCUS_NODE,)
    assert validation("sh:targetClass :D ; sh:targetSubjectsOf :p ;").hints == ()
    assert validation("").hints == (NO_TARGET,)
    assert validation("").report().hints == (NO_TARGET,)
    assert '"hints": [\n    "No shape has a target' in validation("").report().to_json()


def test_a_shape_that_goes_to_pyshacl_has_focus_nodes_too() -> None:
    assert validation("sh:targetClass :C ;", constraint="sh:node :S").hints == ()


def test_a_hint_says_where(tmp_path: Path) -> None:
    path = tmp_path / "shapes.ttl"
    found = validation("sh:targetClass :C ;", path=path, constraint="sh:nodKind <http://www.w3.org/ns/shacl#Iri>").hints
    assert found == (
        f"{path}:4: sh:Iri is not a term of SHACL; did you mean sh:IRI?",
        f"{path}:4: sh:nodKind is not a term of SHACL; did you mean sh:nodeKind?",
    )
    assert SH.nodeKind
