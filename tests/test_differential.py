"""The second opinion: both engines answer the same, except where `differences.csv` says how they differ, and why.

Each row names a query, how the answers differ (the kinds of `differential`), which engine is right by the specification
(`both` where that leaves the answer open), and the cause. A difference that is not listed is a failed test, and so is one
that is listed and does not occur.

All are asked in a process of their own (`asker`). `DIFFERENTIAL_QUERIES=8000` asks that many generated queries, and gives a
minute to those that are listed as slow.
"""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode

from asker import Asker, release_stores, small_stores, suite_quads, suite_stores
from differential import Comparison, Stores, compare, difference, is_empty
from generated_queries import generated_query
from kg.engine import oxigraph
from kg.release import Release
from pinned_queries import PINNED

from comparison import Result, Solutions, Table, Term, by_value, is_same, read_expected  # isort: skip
from w3c import EVALUATION, Case, cases_of, file_of, graphs_asked_for, needs_suites  # isort: skip

LIST = Path(__file__).parent / "differences.csv"
DEEP = int(os.environ.get("DIFFERENTIAL_QUERIES", "0"))
SAMPLE = 500
PATIENCE = 60.0
"""Seconds for one query on rdflib: many times what any needs that is not listed as slow."""
BRIEF = 2.0
"""Seconds for one that is listed as slow: enough to see that it is."""
SLOW = "rdflib: slow"

Row = tuple[str, str]
"""How the answers differ, and which engine is right."""


@cache
def rows() -> list[dict[str, str]]:
    with LIST.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def listed(source: str) -> dict[str, Row]:
    """The listed differences of the queries of one source."""
    return {row["query"]: (row["kind"], row["right"]) for row in rows() if row["query"].startswith(f"{source}/")}


def believed(found: Mapping[str, Comparison], source: str) -> dict[str, Row]:
    """The differences that were found, with the list's opinion of who is right."""
    known = listed(source)
    return {name: (item.kind, known.get(name, ("", "?"))[1]) for name, item in found.items() if item.kind is not None}


def test_the_list_is_sorted_and_every_row_has_a_cause() -> None:
    names = [row["query"] for row in rows()]
    assert names == sorted(set(names))
    for row in rows():
        assert re.fullmatch(r"(saved|w3c|pinned|generated)/\S+", row["query"]), row
        assert re.fullmatch(r"answer|form|order|((oxigraph|rdflib): \w+(, )?)+", row["kind"]), row
        assert row["right"] in ("oxigraph", "rdflib", "neither", "both"), row
        assert re.fullmatch(r"(Oxigraph|rdflib|SPARQL|RDF 1\.1|XSD): \S.+", row["cause"]), row
        assert not (row["right"] == "oxigraph" and row["cause"].startswith("Oxigraph")), row
        assert not (row["right"] == "rdflib" and row["cause"].startswith("rdflib")), row


@pytest.fixture(scope="module")
def asker() -> Iterator[Asker]:
    made = Asker()
    yield made
    made.close()


def test_saved_queries(norrbotten_release: Release, asker: Asker) -> None:
    release = norrbotten_release
    where = (release.path, release.manifest.base_iri, release.manifest.counts["quads"])
    known = listed("saved")
    found = {}
    for query in release.queries:
        name = f"saved/{query.topic}/{query.name}"
        seconds = BRIEF if known.get(name, ("", ""))[0] == SLOW and not DEEP else PATIENCE
        found[name] = asker.compare(release_stores, *where, text=query.text, seconds=seconds)
    assert believed(found, "saved") == known
    assert len(found) == 72
    assert sum(not is_empty(item.oxigraph) for item in found.values()) > 60


@needs_suites
def test_w3c_queries(asker: Asker) -> None:
    """Who is right is not a matter of opinion here: the suite says what the answer is."""
    found: dict[str, Row] = {}
    cases = [case for suite in EVALUATION for case in cases_of(suite)]
    for case in cases:
        if case.dataset.default or case.dataset.named:
            dataset = case.dataset
        else:
            dataset = replace(case.dataset, named=graphs_asked_for(case))
        text = case.text.decode("utf-8")
        item = asker.compare(suite_stores, dataset, text=text, seconds=PATIENCE, lax=case.lax)
        if item.kind is not None:
            stored = frozenset(quad.object for quad in suite_quads(dataset) if isinstance(quad.object, Literal))
            found[f"w3c/{case.iri}"] = (item.kind, _right(case, item, stored))
    assert found == listed("w3c")
    assert len(cases) == 596


def _right(case: Case, item: Comparison, stored: frozenset[Term]) -> str:
    expected = read_expected(file_of(case.result), case.result)
    right = [
        name
        for name, answer in (("oxigraph", item.oxigraph), ("rdflib", item.rdflib))
        if not isinstance(answer, str) and _conforms(case, expected, answer, stored)
    ]
    return {0: "neither", 1: "".join(right), 2: "both"}[len(right)]


def _conforms(case: Case, expected: Result, answer: Result, stored: frozenset[Term]) -> bool:
    if isinstance(expected, Table) and isinstance(answer, Solutions):
        names = expected.header
        cells = (tuple(getattr(row.get(name), "value", "") for name in names) for row in answer.rows)
        return is_same(by_value(expected, but=stored), by_value(Table(names, tuple(cells)), but=stored))
    return difference(expected, answer, case.text.decode("utf-8"), lax=case.lax, stored=stored) is None


def test_pinned_queries(asker: Asker) -> None:
    found = {
        f"pinned/{name}": asker.compare(small_stores, text=text, seconds=PATIENCE) for name, text in PINNED.items()
    }
    assert believed(found, "pinned") == listed("pinned")
    assert set(found) == set(listed("pinned")), "a pinned query has a cause of its own"


def test_generated_queries(asker: Asker) -> None:
    """Those of the list are asked besides, or it could go stale."""
    known = {int(name.removeprefix("generated/")) for name in listed("generated")}
    numbers = sorted({*range(DEEP or SAMPLE), *known})
    found = {
        f"generated/{number}": asker.compare(small_stores, text=generated_query(number), seconds=PATIENCE)
        for number in numbers
    }
    assert believed(found, "generated") == listed("generated")
    answers = [item.oxigraph for item in found.values()]
    assert not [answer for answer in answers if isinstance(answer, str)]
    assert sum(not is_empty(answer) for answer in answers) > len(answers) / 3


def test_a_wrong_answer_is_seen() -> None:
    """The comparison tells apart what must be told apart, or the tests above would pass whatever the engines say."""
    text = "SELECT ?x { ?x ?p ?y } ORDER BY ?x"
    right = compare(small_stores(), text, seconds=PATIENCE)
    assert right.kind is None
    assert isinstance(right.oxigraph, Solutions)
    assert difference(right.oxigraph, replace(right.oxigraph, rows=right.oxigraph.rows[1:]), text) == "answer"
    assert difference(right.oxigraph, replace(right.oxigraph, rows=right.oxigraph.rows[::-1]), text) == "order"
    assert difference(right.oxigraph, replace(right.oxigraph, rows=right.oxigraph.rows[::-1])) is None
    assert difference(right.oxigraph, "EngineError", text) == "rdflib: EngineError"
    integer, long = (NamedNode(f"http://www.w3.org/2001/XMLSchema#{name}") for name in ("integer", "long"))
    one, other = (Solutions(frozenset("x"), ({"x": Literal("1", datatype=kind)},)) for kind in (integer, long))
    assert difference(one, other) == "form"


ENDLESS = (
    "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f FILTER (?c != ?f) ?g ?h ?i . ?j ?k ?l FILTER (?i != ?l) "
    "?m ?o ?p . ?q ?r ?s FILTER (?p != ?s) ?t ?u ?v . ?w ?x ?y FILTER (?v != ?y) }"
)


def test_a_query_without_end_is_stopped_on_rdflib() -> None:
    assert compare(replace(small_stores(), oxigraph=oxigraph.Store()), ENDLESS, seconds=0.2).kind == SLOW


def test_a_query_without_end_is_stopped_on_oxigraph(asker: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("asker.MARGIN", 1.0)
        assert asker.compare(small_stores, text=ENDLESS, seconds=0.1).kind == "oxigraph: slow"
    assert asker.compare(small_stores, text="ASK {}", seconds=PATIENCE).kind is None


def test_a_query_that_ends_its_process_is_seen(asker: Asker) -> None:
    item = asker.compare(_stores_that_end_the_process, text="ASK {}", seconds=PATIENCE)
    assert item.kind == "oxigraph: died"
    assert asker.compare(small_stores, text="ASK {}", seconds=PATIENCE).kind is None


def _stores_that_end_the_process() -> Stores:
    os._exit(1)
