"""W3C query evaluation tests: each dataset a release of its own, each query over HTTP, in every lossless format."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

import httpx
from comparison import Result, Table, Term, Triples, by_value, is_same, read_expected, read_result
from host import Host, read_data
from pyoxigraph import Literal
from w3c import EVALUATION, Case, Dataset, file_of, graphs_asked_for, judge, parametrize

_SOLUTIONS = ("application/sparql-results+json", "application/sparql-results+xml", "text/tab-separated-values")
_BOOLEAN = ("application/sparql-results+json", "application/sparql-results+xml")
_GRAPH = ("text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json")


def _dataset(case: Case) -> Dataset:
    """The dataset of the test; where it has none, the graphs that its query asks for."""
    if case.dataset.default or case.dataset.named:
        return case.dataset
    return replace(case.dataset, named=graphs_asked_for(case))


@parametrize(*EVALUATION, key=_dataset)
def test_query_evaluation(case: Case, host: Host) -> None:
    client = host.show(_dataset(case))
    expected = read_expected(file_of(case.result), case.result)
    for media_type in _formats(expected):
        headers = {"Content-Type": "application/sparql-query", "Accept": media_type}
        response = client.post("/sparql", content=case.text, headers=headers)
        if (seen := _deviation(case, expected, response, media_type)) is not None:
            judge(case, seen, f"{media_type}\nexpected {expected}\ngot {response.text}")
    judge(case, None)


def _formats(expected: Result) -> tuple[str, ...]:
    match expected:
        case Table():
            return ("text/csv",)
        case Triples():
            return _GRAPH
        case bool():
            return _BOOLEAN
        case _:
            return _SOLUTIONS


def _deviation(case: Case, expected: Result, response: httpx.Response, media_type: str) -> str | None:
    """`answer` for a wrong one, `form` for one that is right but for the lexical forms of literals in the data.

    A number that the query computed is compared by its value: the specification gives it no lexical form.
    """
    if response.status_code != 200:
        return str(response.status_code)
    if response.headers["content-type"].partition(";")[0] != media_type:
        return "answer"
    found = read_result(response.content, media_type)
    ordered = _is_ordered(case.text.decode("utf-8"))
    stored = _literals(_dataset(case))
    if is_same(by_value(expected, but=stored), by_value(found, but=stored), ordered=ordered, lax=case.lax):
        return None
    if is_same(by_value(expected), by_value(found), ordered=ordered, lax=case.lax):
        return "form"
    return "answer"


@cache
def _literals(dataset: Dataset) -> frozenset[Term]:
    """The literals in the data, as the files have them."""
    return frozenset(
        quad.object
        for iri in (*dataset.default, *dataset.named)
        for quad in read_data(iri)
        if isinstance(quad.object, Literal)
    )


def _is_ordered(query: str) -> bool:
    """Whether the query itself, and not only a subquery, has ORDER BY."""
    return re.search(r"\bORDER\s+BY\b", query.rpartition("}")[2], re.IGNORECASE) is not None
