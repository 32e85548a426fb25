"""What pages tell of a misspelt query: the notice beside an answer, and the mended query on a page of an error."""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape

import httpx
import pytest

from kg.query import Dataset, parse_query
from kg.release import Release
from kg.results import Boolean, QueryResult, Solutions, Term, Triples
from kg.vocabulary import Notice, UnknownTerm
from kg.web.pages import Pages
from kg.web.protocol import SparqlRequest
from kg.web.visitor import Visitor
from serving import ALL, BASE, OTHER, TABLE, make_release, served

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
NOTHING = Solutions(("s",), ())
SOMETHING = Solutions(("s",), ({"s": Term("uri", f"{BASE}id/organisation/studio")},))
NUMBER = "http://www.w3.org/2001/XMLSchema#integer"
ZERO = Solutions(("n",), ({"n": Term("literal", "0", NUMBER)},))
ONE = Solutions(("n",), ({"n": Term("literal", "1", NUMBER)},))
WRONG = ALL + "ASK { ?s gov:onws ?o ; gov:xyz '<b>' }"
RIGHT = WRONG.replace("onws", "owns")
TOLD = Notice((UnknownTerm("gov:onws", "gov:owns"), UnknownTerm("gov:xyz", None)), RIGHT)


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return make_release(tmp_path_factory.mktemp("pages"))


@pytest.fixture(scope="module")
def client(release: Release) -> Iterator[httpx.Client]:
    with served(release, workers=1) as (url, _), httpx.Client(base_url=url, headers=BROWSER) as made:
        yield made


def page(
    release: Release, result: QueryResult, notice: Notice | None, language: str = "en", graphs: tuple[str, ...] = ()
) -> str:
    visitor = Visitor(language, language, "127.0.0.1", "http://example.org", "/kg", wants_html=True)
    query = parse_query(WRONG, base_iri=BASE, max_bytes=9999, max_depth=10)
    request = SparqlRequest(WRONG, Dataset(default=graphs))
    response = Pages(release).result(query, result, visitor, seconds=0.01, request=request, notice=notice)
    return bytes(response.body).decode()


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("en", ("gov:onws is not in this release. Did you mean gov:owns?", "gov:xyz is not in", "Run the corrected query")),
        ("sv", ("gov:onws finns inte i den här utgåvan. Menade du gov:owns?", "gov:xyz finns inte", "Kör den rättade frågan")),
    ],
)  # fmt: skip
def test_a_notice_stands_beside_an_empty_answer_in_both_languages(
    release: Release, language: str, texts: tuple[str, ...]
) -> None:
    text = page(release, NOTHING, TOLD, language)
    for part in texts:
        assert part in text


@pytest.mark.parametrize(
    ("result", "finds_nothing"),
    [
        (NOTHING, True),
        (SOMETHING, False),
        (ZERO, True),
        (ONE, False),
        (Boolean(False), True),
        (Boolean(True), False),
        (Triples(()), True),
        (Triples(((Term("bnode", "b"), Term("uri", "a:p"), Term("literal", "0", NUMBER)),)), False),
    ],
)
def test_beside_an_answer_only_what_is_probably_misspelt_is_told(
    release: Release, result: QueryResult, finds_nothing: bool
) -> None:
    text = page(release, result, TOLD)
    assert "gov:onws is not in this release. Did you mean gov:owns?" in text
    assert ("gov:xyz is not in this release." in text) is finds_nothing


def test_without_a_notice_there_is_none(release: Release) -> None:
    for notice in (None, Notice()):
        assert 'class="notice"' not in page(release, NOTHING, notice)
    assert 'class="notice"' not in page(release, SOMETHING, Notice((UnknownTerm("gov:xyz", None),)))


def test_the_link_runs_the_mended_query_over_the_same_dataset(release: Release) -> None:
    text = page(release, NOTHING, TOLD, graphs=(OTHER,))
    link = next(part for part in text.split('href="') if "Run the corrected query" in part.partition("</a>")[0])
    url = httpx.URL("http://example.org" + unescape(link.partition('"')[0]))
    assert url.path == "/kg/sparql"
    assert dict(url.params) == {"query": RIGHT, "format": "html", "lang": "en", "default-graph-uri": OTHER}


def test_a_long_query_gets_no_link(release: Release) -> None:
    long = Notice(TOLD.terms, RIGHT + "#" + "x" * 5000)
    assert "Did you mean gov:owns?" in page(release, NOTHING, long)
    assert "Run the corrected query" not in page(release, NOTHING, long)


def test_terms_of_the_query_are_text(release: Release) -> None:
    text = page(release, NOTHING, Notice((UnknownTerm("<https://w3id.org/governance-kg/def/x>", "<a:b>"),)))
    assert "&lt;https://w3id.org/governance-kg/def/x&gt; is not" in text
    assert "mean &lt;a:b&gt;?" in text


@pytest.mark.parametrize(
    ("text", "place", "marked", "hint", "better"),
    [
        ("SELECT ?s\nWERE { ?s ?p ?o }", "line 2, column 1", "WERE", "did you mean WHERE?", "SELECT ?s\nWHERE { ?s ?p ?o }"),
        ("SELCT ?s { ?s ?p ?o }", "line 1, column 1", "SELCT", "did you mean SELECT?", "SELECT ?s { ?s ?p ?o }"),
        ("ASK { ?s gvo:owns ?o }", "line 1, column 10", "gvo:owns", "did you mean gov:?", f"PREFIX gov: <{TABLE['gov']}>\nASK {{ ?s gov:owns ?o }}"),
    ],
)  # fmt: skip
def test_the_page_of_an_error_offers_the_mended_query(
    client: httpx.Client, text: str, place: str, marked: str, hint: str, better: str
) -> None:
    response = client.get("/sparql", params={"query": text, "lang": "en"})
    assert response.status_code == 400
    assert f"The error is in {place}." in response.text
    assert f">{marked}</mark>" in response.text
    assert hint in response.text
    link = next(
        part for part in response.text.split('href="') if "Run the corrected query" in part.partition("</a>")[0]
    )
    address = unescape(link.partition('"')[0])
    assert httpx.URL(address).params["query"] == better
    assert client.get(address).status_code == 200


def test_where_only_a_line_is_missing_the_button_says_so(client: httpx.Client) -> None:
    text = client.get("/sparql", params={"query": "ASK { ?s gov:owns ?o }", "lang": "en"}).text
    assert "Run the query with that line added" in text
    assert "Run the corrected query" not in text


def test_where_nothing_was_meant_nothing_is_offered(client: httpx.Client) -> None:
    for query in ("SELECT ?s { ?s is ?o }", "ASK { ?s nobody:x ?o }"):
        text = client.get("/sparql", params={"query": query, "lang": "en"}).text
        assert 'class="button"' not in text
