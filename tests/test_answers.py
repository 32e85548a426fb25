"""Every saved query gives the answer that a reader of the sources gives.

`tests/answers/{topic}/{query}.csv` was written by reading the source text, and holds the solutions in their order: IRIs as
prefixed names, literals without datatype or language, an empty field for an unbound variable. An answer that is a graph is
a sorted N-Triples file. `{query}--{case}` is the answer for other values of the parameters; `CASES` says which.
"""

from __future__ import annotations

import csv
import difflib
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, QueryBoolean, QuerySolutions, QueryTriples, Store
from rdflib import Dataset, Graph

from kg.build import read_queries
from kg.dataset import to_quads
from kg.namespaces import shorten
from kg.project import load_project
from kg.query import Form, parse_query
from kg.saved_query import SavedQuery
from kg.sparql_lexer import Kind, tokens

ROOT = Path(__file__).parents[1]
ANSWERS = Path(__file__).parent / "answers"
NUMBER_OF_QUERIES = 72
TOPICS = {"ownership", "membership", "funding", "power", "network", "time", "provenance"}
FRONT_PAGE = ["who-owns", "offered-a-place", "structural-funds", "who-funds-what", "everything-about"]
LANGUAGE = "language"

PROJECT = load_project(ROOT)
QUERIES = {query.name: query for query in read_queries(PROJECT)}

CASES: Mapping[str, Mapping[str, str]] = {
    "who-owns--companies-of-the-region": {"organisation": "group:region-norrbottens-bolag"},
    "who-owns--in-english": {"language": "en"},
    "what-an-organisation-owns--unnamed-municipalities": {"organisation": "group:filmpool-nord-owners"},
    "effective-owners--companies-of-the-region": {
        "organisation": "group:region-norrbottens-bolag",
        "percent": "100",
    },
    "effective-owners--more-than-there-is": {"percent": "100.5"},
    "ultimate-owners--in-english": {"language": "en"},
    "ultimate-owners--any-share-of-the-companies-of-the-region": {
        "organisation": "group:region-norrbottens-bolag",
        "percent": "0",
    },
    "same-group--companies-of-the-region": {"organisation": "group:region-norrbottens-bolag"},
    "possible-owners--companies-of-the-region": {"organisation": "group:region-norrbottens-bolag"},
    "is-owner--possible-owner": {"owner": "organisation:lulea-kommun"},
    "is-owner--other-thing": {"owned": "organisation:samernas-bibliotek"},
    "offered-a-place--dance-council": {"body": "organisation:regionala-dansradet"},
    "members-of-a-body--regional-forum": {"body": "organisation:regionalt-forum"},
    "is-member--of-the-dance-council": {
        "party": "organisation:dans-i-nord",
        "body": "organisation:regionala-dansradet",
    },
    "seats-by-principal--regional-forum": {"body": "organisation:regionalt-forum"},
    "where-a-party-sits--sametinget": {"party": "organisation:sametinget"},
    "who-meets-whom--dans-i-nord": {"party": "organisation:dans-i-nord"},
    "funders-of--literature": {"recipient": "organisation:resurscentrum-for-litteratur"},
    "funded-by--kulturradet": {"funder": "organisation:kulturradet"},
    "co-funders--umea": {"funder": "organisation:umea-kommun"},
    "who-has-a-power--opinion": {"power": "power:opinion"},
    "what-an-organisation-runs--sametinget": {"organisation": "organisation:sametinget"},
    "advocacy-issues--region-vasterbotten": {"advocate": "organisation:region-vasterbotten"},
    "everything-about--sametinget": {"thing": "organisation:sametinget"},
    "ego-network--kulturradet": {"thing": "organisation:kulturradet"},
    "several-roles--at-least-six": {"minimum": "6"},
    "what-connects--kulturradet-and-region": {
        "one": "organisation:kulturradet",
        "other": "organisation:region-norrbotten",
    },
    "located-in--kiruna": {"place": "place:kiruna"},
    "parts-of--archive-centre": {"organisation": "organisation:arkivcentrum-norrbotten"},
    "begun-by--in-august-2015": {"day": "2015-08-10"},
    "unknown-starts--seats": {"kind": "gov:SeatAllocation"},
    "not-yet-so--possible": {"modality": "modality:possible"},
    "inferred-facts--stockholm-office-funder": {"thing": "organisation:region-vasternorrland"},
    "doubtful-readings--below-0-5": {"below": "0.5"},
    "facts-at-a-place--formal-decisions": {"position": "11600"},
    "facts-at-a-place--whole-municipality-list": {"position": "0", "source": "source:scb-municipalities"},
    "names-of--region": {"thing": "organisation:region-norrbotten"},
    "as-data--kulturradet": {"thing": "organisation:kulturradet"},
}


@pytest.fixture(scope="module")
def store(norrbotten_dataset: Dataset, norrbotten_union: Graph) -> Store:
    """The dataset as it is served: a named graph for each file, and their union as the default graph."""
    store = Store()
    for graph in norrbotten_dataset.graphs():
        if len(graph):
            store.extend(to_quads(graph, NamedNode(str(graph.identifier))))
    store.extend(to_quads(norrbotten_union, DefaultGraph()))
    return store


def answer(store: Store, query: SavedQuery, values: Mapping[str, str]) -> list[str]:
    """The lines of the file that would hold the answer."""
    result = store.query(query.bind(values, PROJECT.prefixes))
    if isinstance(result, QueryTriples):
        return sorted({f"{triple.subject} {triple.predicate} {triple.object} ." for triple in result})
    if isinstance(result, QueryBoolean):
        return ["boolean", str(bool(result)).lower()]
    assert isinstance(result, QuerySolutions)
    rows = [[written(term) for term in solution] for solution in result]
    return [line(row) for row in ([variable.value for variable in result.variables], *rows)]


def written(term: object) -> str:
    """A term as the answers write it; `1.0` and `1` are the same decimal."""
    if isinstance(term, NamedNode):
        return shorten(term.value, PROJECT.prefixes)
    if isinstance(term, Literal) and term.datatype.value.endswith("#decimal"):
        return f"{Decimal(term.value).normalize():f}"
    return "" if term is None else term.value


def line(row: list[str]) -> str:
    """Fields as one line; what a field holds cannot be taken for a border between fields."""
    return " | ".join(field.replace("|", "\\|") for field in row)


def expected(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8")
    return text.splitlines() if path.suffix == ".nt" else [line(row) for row in csv.reader(text.splitlines())]


def answer_path(query: SavedQuery, case: str = "") -> Path:
    suffix = ".nt" if form(query).gives_graph else ".csv"
    return ANSWERS / query.topic / f"{query.name}{case and '--' + case}{suffix}"


def form(query: SavedQuery) -> Form:
    return parse_query(query.text, base_iri=PROJECT.base_iri, max_bytes=100_000, max_depth=20).form


def assert_same(found: list[str], wanted: list[str], path: Path) -> None:
    difference = "\n".join(difflib.unified_diff(wanted, found, "the text says", "the query answers", lineterm="", n=1))
    if difference:
        pytest.fail(f"{path.relative_to(ROOT)}\n{difference}", pytrace=False)


def expected_paths() -> Iterator[Path]:
    yield from (answer_path(query) for query in QUERIES.values())
    for name in CASES:
        query, _, case = name.partition("--")
        yield answer_path(QUERIES[query], case)


@pytest.mark.parametrize("query", QUERIES.values(), ids=lambda query: f"{query.topic}/{query.name}")
def test_query_answers_what_the_text_says(store: Store, query: SavedQuery) -> None:
    path = answer_path(query)
    assert_same(answer(store, query, {}), expected(path), path)


@pytest.mark.parametrize("name", CASES)
def test_query_answers_for_other_values(store: Store, name: str) -> None:
    query, _, case = name.partition("--")
    path = answer_path(QUERIES[query], case)
    assert_same(answer(store, QUERIES[query], CASES[name]), expected(path), path)


@pytest.mark.parametrize(
    "query",
    [query for query in QUERIES.values() if LANGUAGE in {parameter.name for parameter in query.parameters}],
    ids=lambda query: f"{query.topic}/{query.name}",
)
def test_answer_has_as_many_solutions_in_english_as_in_swedish(store: Store, query: SavedQuery) -> None:
    assert len(answer(store, query, {LANGUAGE: "en"})) == len(answer(store, query, {LANGUAGE: "sv"}))


def test_number_of_queries_is_known() -> None:
    assert len(QUERIES) == NUMBER_OF_QUERIES


def test_every_topic_has_at_least_five_queries() -> None:
    topics = Counter(query.topic for query in QUERIES.values())
    assert set(topics) == TOPICS
    assert min(topics.values()) >= 5, topics


def test_every_query_has_its_answer_and_every_answer_its_query() -> None:
    assert sorted(expected_paths()) == sorted(path for path in ANSWERS.rglob("*") if path.is_file())


@pytest.mark.parametrize("query", QUERIES.values(), ids=lambda query: f"{query.topic}/{query.name}")
def test_answer_with_the_default_values_is_not_empty(query: SavedQuery) -> None:
    lines = expected(answer_path(query))
    assert len(lines) > (0 if form(query).gives_graph else 1)


def test_every_parameter_but_the_language_is_tried_with_another_value() -> None:
    tried = {(name.partition("--")[0], parameter) for name, values in CASES.items() for parameter in values}
    parameters = {(query.name, parameter.name) for query in QUERIES.values() for parameter in query.parameters}
    assert {item for item in parameters - tried if item[1] != LANGUAGE} == set()


@pytest.mark.parametrize("query", QUERIES.values(), ids=lambda query: f"{query.topic}/{query.name}")
def test_query_declares_the_prefixes_that_it_uses_and_no_others(query: SavedQuery) -> None:
    declared = [
        (match["prefix"], match["iri"])
        for match in re.finditer(r"^PREFIX (?P<prefix>\S+): <(?P<iri>\S+)>$", query.text, re.M)
    ]
    used = Counter(token.text.partition(":")[0] for token in tokens(query.text) if token.kind is Kind.PREFIXED)
    assert declared == sorted((prefix, PROJECT.prefixes[prefix]) for prefix in used)
    assert [prefix for prefix, uses in used.items() if uses == 1] == [], "declared, but not used"


@pytest.mark.parametrize("query", QUERIES.values(), ids=lambda query: f"{query.topic}/{query.name}")
def test_query_runs_anywhere_and_always_gives_the_same_order(query: SavedQuery) -> None:
    parsed = parse_query(query.text, base_iri=PROJECT.base_iri, max_bytes=100_000, max_depth=20)
    words = {token.text.upper() for token in tokens(query.text) if token.kind is Kind.WORD}
    assert not parsed.dataset, "a query is about the dataset it is sent to"
    assert not parsed.is_volatile
    assert parsed.star is None, "columns are named"
    assert (parsed.form is Form.SELECT) == ({"ORDER", "BY"} <= words)


@pytest.mark.parametrize("query", QUERIES.values(), ids=lambda query: f"{query.topic}/{query.name}")
def test_head_of_the_query_is_complete(query: SavedQuery) -> None:
    assert all(query.titles[language].endswith("?") for language in ("sv", "en"))
    assert set(query.descriptions) in ({"sv", "en"}, set())
    assert query.keywords
    assert all(set(parameter.labels) == {"sv", "en"} for parameter in query.parameters)


def test_front_page_shows_five_queries_in_their_order() -> None:
    front = [query for query in QUERIES.values() if query.front is not None]
    assert [query.name for query in sorted(front, key=lambda query: query.front or 0)] == FRONT_PAGE
    assert sorted(query.front or 0 for query in front) == [1, 2, 3, 4, 5]
