"""A report in each form; what an evaluation reports is in `test_evaluate`."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from rdflib import SH, BNode, Graph, Literal, URIRef

from kg.locations import Place
from kg.namespaces import prefixes
from kg.shapes.report import ValidationReport, summary
from kg.shapes.validation_result import Result

PREFIXES = prefixes("https://example.org/")
LABEL = Result(
    code="NAM-01",
    severity="warning",
    focus=URIRef("https://example.org/id/organisation/a"),
    path=URIRef("http://www.w3.org/2004/02/skos/core#prefLabel"),
    value=Literal("<b>"),
    messages={"en": "one label", "sv": "en benämning"},
    shape=URIRef("urn:shape"),
    component=SH.MaxCountConstraintComponent,
)
LOOP = replace(
    LABEL,
    code="REL-21",
    severity="violation",
    focus=URIRef("https://example.org/id/organisation/c"),
    messages={"en": "C is part of itself", "sv": "C är del av sig själv"},
    labels={"sv": "C"},
    place=Place(Path("data.ttl"), 4),
    path=None,
    value=None,
)
REPORT = ValidationReport.of([LABEL, LOOP], 2, left_to_pyshacl=((BNode("s"), "it recurses"),), hints=("a hint",))


def test_results_are_sorted_counted_and_a_violation_does_not_conform() -> None:
    assert REPORT.results == (LOOP, LABEL)
    assert REPORT.counts() == {"violation": 1, "warning": 1, "info": 0}
    assert not REPORT.conforms
    assert ValidationReport.of([LABEL], 2).conforms, "a warning does not stop a release"


def test_text_is_in_the_readers_language_and_ends_with_the_counts() -> None:
    text = REPORT.to_text(PREFIXES, "sv")
    assert "data.ttl:4: violation REL-21: C är del av sig själv\n    C (organisation:c)" in text
    assert text.endswith("2 regler: 1 brott, 1 varningar, 0 upplysningar")
    assert REPORT.to_text(PREFIXES).endswith("2 rules: 1 violation, 1 warning, 0 info")


@pytest.mark.parametrize(
    ("rules", "counts", "language", "text"),
    [
        (1, {}, "en", "1 rule: 0 violations, 0 warnings, 0 info"),
        (1, {"violation": 2}, "sv", "1 regel: 2 brott, 0 varningar, 0 upplysningar"),
        (3, {"warning": 1, "info": 1}, "en", "3 rules: 0 violations, 1 warning, 1 info"),
    ],
)
def test_summary(rules: int, counts: dict[str, int], language: str, text: str) -> None:
    assert summary(rules, counts, language) == text


def test_json_has_every_field() -> None:
    document = json.loads(REPORT.to_json())
    assert document.pop("results") == [LOOP.to_json(), LABEL.to_json()]
    assert document == {
        "conforms": False,
        "rules": 2,
        "counts": {"violation": 1, "warning": 1, "info": 0},
        "left_to_pyshacl": [{"shape": "s", "reason": "it recurses"}],
        "hints": ["a hint"],
    }


def test_turtle_is_a_standard_report_and_always_the_same() -> None:
    text = REPORT.to_turtle(PREFIXES)
    assert len(set(Graph().parse(data=text).subjects(None, SH.ValidationResult))) == 2
    assert "organisation:c" in text
    assert ValidationReport.of([LOOP, LABEL], 2).to_turtle(PREFIXES) == text


def test_html_has_the_results_and_no_markup_of_values() -> None:
    page = REPORT.to_html(PREFIXES, "sv")
    assert '<html lang="sv">' in page
    assert "C är del av sig själv" in page
    assert "<code>organisation:c</code>" in page
    assert "<b>" not in page


def test_the_page_of_a_report_is_in_one_language() -> None:
    assert "<td>violation</td>" in REPORT.to_html(PREFIXES)
    swedish = REPORT.to_html(PREFIXES, "sv")
    assert "<td>brott</td>" in swedish
    assert not any(f"<td>{severity}</td>" in swedish for severity in ("violation", "warning", "info"))
