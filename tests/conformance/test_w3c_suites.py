"""The suites are read whole, and the list of known failures is what it says."""

from __future__ import annotations

import csv
import re

import pytest
from figures import DOCUMENT, document
from w3c import HERE, RUN, UPDATE, Suite, cases_of, entries, known_failures, needs_suites, read_case

pytestmark = needs_suites
_REASON = re.compile(
    r"Oxigraph: .+|RDF 1\.1: .+|endpoint: .+|entailment regimes not offered|(SERVICE|update) refused by design"
)


@pytest.mark.parametrize("suite", (*RUN, UPDATE), ids=lambda suite: suite.name)
def test_size_of_a_suite(suite: Suite) -> None:
    iris = {case.iri for case in cases_of(suite)}
    assert len(iris) == len(cases_of(suite)) == suite.size


def test_no_test_of_the_w3c_is_left_out_unnamed() -> None:
    taken = {case.iri for suite in (*RUN, UPDATE) for case in cases_of(suite)}
    manifests = ("sparql10/manifest.ttl", "sparql11/manifest-all.ttl")
    left = [read_case(graph, entry) for name in manifests for graph, entry in entries(name) if str(entry) not in taken]
    assert left == []


def test_known_failures_are_tests_that_are_run() -> None:
    run = {case.iri for suite in RUN for case in cases_of(suite)}
    assert set(known_failures()) <= run


def test_known_failures_have_a_reason_each() -> None:
    with (HERE / "expected-failures.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    tests = [row["test"] for row in rows]
    assert tests == sorted(set(tests))
    for row in rows:
        assert _REASON.fullmatch(row["reason"]), row
        assert re.fullmatch(r"answer|form|[245]\d\d", row["seen"]), row


def test_document_is_up_to_date() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == document(), "run `python tests/conformance/figures.py`"
