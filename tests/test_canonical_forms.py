"""What a store could answer wrongly, as it writes numbers and dates in their canonical form, is left to pySHACL."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from rdflib import Literal

import kg
from kg.build import project_report
from kg.dataset import derived_graphs
from kg.project import Project
from kg.shapes.report import ValidationReport
from kg.shapes.store_queries import StoreQueries

HEAD = "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix : <https://e.org/> .\n"
ONE_FORM = ':a :p "01"^^xsd:integer . :b :p 2 . :c :p 1.50, "2020-01-01Z"^^xsd:date .\n'
TWO_FORMS = ONE_FORM + ':d :p "1"^^xsd:integer, "+1"^^xsd:integer .\n'
QUERIES = [
    "SELECT $this { ?x :p $this } LIMIT 100",
    "SELECT $this ?value { ?x :p $this . ?x :p ?value } LIMIT 100",
    "SELECT $this { ?x :p $this FILTER(STRLEN(STR($this)) > 1) } LIMIT 100",
    "SELECT $this ?value { ?value :p $this } LIMIT 100",
    "SELECT $this { ?x :p $this FILTER(xsd:string($this) = '01') } LIMIT 100",
]


def reports(folder: Path, data: str, query: str) -> tuple[ValidationReport, ValidationReport]:
    (folder / "data.ttl").write_text(HEAD + data)
    (folder / "shapes.ttl").write_text(
        f'{HEAD}:S sh:targetObjectsOf :p ; sh:sparql [ sh:message "x" ; sh:prefixes :o ; sh:select "{query}" ] .\n'
        ':o sh:declare [ sh:prefix "" ; sh:namespace "https://e.org/"^^xsd:anyURI ],\n'
        '  [ sh:prefix "xsd" ; sh:namespace "http://www.w3.org/2001/XMLSchema#"^^xsd:anyURI ] .\n'
    )
    compiled, pyshacl = (
        kg.validate(folder / "data.ttl", folder / "shapes.ttl", engine=e) for e in ("compiled", "pyshacl")
    )
    return compiled, pyshacl


def found(report: ValidationReport) -> Counter[tuple[str, str]]:
    return Counter(
        (result.focus.n3(), result.value.n3() if result.value is not None else "") for result in report.results
    )


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("data", [ONE_FORM, TWO_FORMS], ids=["one form", "two forms"])
def test_results_are_those_of_pyshacl_whatever_the_forms_of_literals(tmp_path: Path, data: str, query: str) -> None:
    compiled, pyshacl = reports(tmp_path, data, query)
    assert found(compiled) == found(pyshacl)
    assert pyshacl.results
    looks_at_forms = "STR(" in query or "string" in query
    assert bool(compiled.left_to_pyshacl) == (data == TWO_FORMS or looks_at_forms)


def test_values_of_the_store_are_as_they_are_written(tmp_path: Path) -> None:
    compiled, _ = reports(tmp_path, ONE_FORM, QUERIES[1])
    assert {str(result.value) for result in compiled.results if isinstance(result.value, Literal)} >= {"01", "1.50"}


def test_canonical_data_are_left_to_the_store(tmp_path: Path) -> None:
    compiled, pyshacl = reports(tmp_path, ':a :p 1, "2020-01-01"^^xsd:date, true .\n', QUERIES[2])
    assert found(compiled) == found(pyshacl)
    assert not compiled.left_to_pyshacl


def test_no_rule_of_the_rulebook_needs_the_store(norrbotten: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a rule is asked of the store")

    monkeypatch.setattr(StoreQueries, "refuse_other_forms", refuse)
    assert project_report(norrbotten, derived_graphs(norrbotten).union).conforms
