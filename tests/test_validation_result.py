"""A result as people and programs read it; results that an evaluation gives are in `test_evaluate` and `test_details`."""

from dataclasses import replace
from pathlib import Path

import pytest
from rdflib import SH, XSD, BNode, Literal, URIRef
from rdflib.term import Node

from kg.locations import Place
from kg.namespaces import prefixes
from kg.shapes.paths import Inverse, Predicate
from kg.shapes.validation_result import Result, in_language, shown_node

PREFIXES = prefixes("https://example.org/")
ORGANISATION = "https://example.org/id/organisation/"
RESULT = Result(
    code="NAM-01",
    severity="warning",
    focus=URIRef(ORGANISATION + "a"),
    path=URIRef("http://www.w3.org/2004/02/skos/core#prefLabel"),
    value=Literal("B", lang="sv"),
    messages={"en": "one label", "sv": "en benämning"},
    shape=BNode("shape"),
    component=SH.MaxCountConstraintComponent,
    labels={"sv": "A"},
    place=Place(Path("data.ttl"), 4),
)


def test_text_has_place_label_path_and_value_in_the_language_of_the_reader() -> None:
    assert RESULT.to_text(PREFIXES, "sv").splitlines() == [
        "data.ttl:4: warning NAM-01: en benämning",
        "    A (organisation:a)",
        '    skos:prefLabel = "B"@sv',
    ]


def test_text_leaves_out_what_there_is_not() -> None:
    bare = replace(RESULT, path=None, value=RESULT.focus, place=None, labels={}, messages={})
    assert bare.to_text(PREFIXES).splitlines() == ["warning NAM-01: NAM-01", "    organisation:a"]
    assert bare.about(PREFIXES) == ["organisation:a"]
    assert RESULT.about(PREFIXES) == ["organisation:a", 'skos:prefLabel "B"@sv']


def test_json_has_every_field() -> None:
    found = replace(RESULT, details=(replace(RESULT, place=None, path=None, value=None),)).to_json()
    [detail] = found.pop("details")
    assert found == {
        "code": "NAM-01",
        "severity": "warning",
        "focus": ORGANISATION + "a",
        "labels": {"sv": "A"},
        "path": "http://www.w3.org/2004/02/skos/core#prefLabel",
        "value": "B",
        "messages": {"en": "one label", "sv": "en benämning"},
        "shape": "shape",
        "component": str(SH.MaxCountConstraintComponent),
        "file": "data.ttl",
        "line": 4,
    }
    assert [detail[name] for name in ("file", "line", "path", "value", "details")] == [None, None, None, None, []]


def test_a_path_that_is_more_than_a_predicate_is_written_as_sparql_does() -> None:
    member = URIRef("http://www.w3.org/ns/org#memberOf")
    result = replace(RESULT, path=BNode(), route=Inverse(Predicate(member)))
    assert result.shown_path(PREFIXES) == "^org:memberOf"
    assert result.to_json()["path"] == f"^<{member}>"


def test_results_are_in_the_order_of_severity_then_code_then_focus() -> None:
    graver, later = replace(RESULT, severity="violation", code="Z"), replace(RESULT, focus=URIRef(ORGANISATION + "b"))
    assert sorted([later, RESULT, graver], key=Result.sort_key) == [graver, RESULT, later]


def test_a_severity_of_ones_own_is_that_of_the_report() -> None:
    assert RESULT.result_severity == SH.Warning
    assert replace(RESULT, severity_iri=URIRef("urn:grave")).result_severity == URIRef("urn:grave")


@pytest.mark.parametrize(("language", "text"), [("sv", "ett"), ("en", "one"), ("fr", "one")])
def test_texts_are_in_the_language_or_in_english(language: str, text: str) -> None:
    assert in_language({"sv": "ett", "en": "one"}, language) == text


def test_texts_are_in_any_language_rather_than_none() -> None:
    assert (in_language({"sv": "ett"}, "en"), in_language({}, "en")) == ("ett", "")


@pytest.mark.parametrize(
    ("node", "text"),
    [
        (URIRef(ORGANISATION + "a"), "organisation:a"),
        (Literal('a "b"'), '"a \\"b\\""'),
        (Literal("å", lang="sv"), '"å"@sv'),
        (Literal("1", datatype=XSD.integer), '"1"^^xsd:integer'),
        (BNode("b"), "[]"),
    ],
)
def test_nodes_are_shown_as_files_write_them(node: Node, text: str) -> None:
    assert shown_node(node, PREFIXES) == text
