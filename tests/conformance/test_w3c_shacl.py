"""W3C SHACL tests: Core and SPARQL, each evaluated by the compiled validator, result by result."""

from __future__ import annotations

import pytest
from shacl import SIZES, TESTS, ShaclCase, cases_of, expected, found, needs_suite, read
from w3c import judge

from kg.errors import EngineError
from kg.shapes.evaluate import evaluate

_CASES = [case for part in SIZES for case in cases_of(part)] if TESTS.is_dir() else []


@needs_suite
def test_every_case_of_the_suite_is_run() -> None:
    assert {part: len(cases_of(part)) for part in SIZES} == SIZES


@needs_suite
@pytest.mark.parametrize("case", _CASES, ids=lambda case: case.iri)
def test_validation(case: ShaclCase) -> None:
    manifest = read(case.manifest)
    data = manifest if case.data == case.manifest else read(case.data)
    shapes = data if case.shapes == case.data else read(case.shapes)
    wanted = expected(case, manifest)
    try:
        report = evaluate(data, shapes)
    except EngineError as error:
        judge(case, None if wanted is None else "failure", error)
        return
    assert not report.left_to_pyshacl
    results = found(case, report, shapes)
    is_right = wanted == results
    judge(case, None if is_right else "results", (wanted, results))
