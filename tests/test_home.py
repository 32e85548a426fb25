"""The home page and what all pages share, over HTTP."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import httpx
import pytest

from kg.web.texts import LANGUAGES, TEXTS
from serving import FRONT, make_release, served

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    release = make_release(tmp_path_factory.mktemp("home"))
    with served(release, workers=1) as (url, _), httpx.Client(base_url=url, headers=BROWSER) as made:
        yield made


class Page(HTMLParser):
    """Addresses and ids of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.ids: list[str] = []
        self.references: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "a":
            self.links.append(found["href"])
        elif tag == "link" and found.get("rel") in ("stylesheet", "icon"):
            self.loaded.append(found["href"])
        elif "src" in found:
            self.loaded.append(found["src"])
        if "id" in found:
            self.ids.append(found["id"])
        self.references += [found[name] for name in ("for", "aria-labelledby", "aria-describedby") if name in found]


def test_both_languages_have_the_same_texts() -> None:
    assert set(TEXTS) == set(LANGUAGES) == {"sv", "en"}
    assert set(TEXTS["sv"]) == set(TEXTS["en"])
    for key, text in TEXTS["sv"].items():
        assert re.findall(r"\{\w+\}", text) == re.findall(r"\{\w+\}", TEXTS["en"][key])


@pytest.mark.parametrize(
    ("path", "accept_language", "language", "title"),
    [
        ("/", "", "sv", "Styrning i Småland"),
        ("/", "en-GB,en;q=0.9", "en", "Governance in Smalltown"),
        ("/", "de,sv;q=0.5", "sv", "Styrning i Småland"),
        ("/?lang=en", "sv", "en", "Governance in Smalltown"),
    ],
)
def test_languages(client: httpx.Client, path: str, accept_language: str, language: str, title: str) -> None:
    response = client.get(path, headers={"Accept-Language": accept_language})
    assert response.headers["content-language"] == language
    assert "Accept-Language" in response.headers["vary"]
    assert f'<html lang="{language}">' in response.text
    assert f"<h1>{title}</h1>" in response.text
    for code in ("sv", "en"):
        assert f'hreflang="{code}" href="{str(client.base_url).rstrip("/")}/?lang={code}"' in response.text


def test_numbers_release_and_date(client: httpx.Client) -> None:
    text = client.get("/?lang=sv").text
    for name in ("organisationer", "relationer", "belagda påståenden", "källor", "tripplar"):
        assert f"<dt>{name}</dt>" in text
    assert "2026-11-01-test" in text
    assert '<time datetime="2026-11-01">' in text


def test_five_questions_lead_to_their_answers(client: httpx.Client) -> None:
    for language in ("sv", "en"):
        page = Page(client.get(f"/?lang={language}").text)
        links = [link for link in page.links if "query=" in link]
        assert len(links) == len(FRONT) == 5
        for link, (_, sv, en, _) in zip(links, FRONT, strict=True):
            answer = client.get(link)
            assert answer.status_code == 200
            assert f"<h1>{sv if language == 'sv' else en}</h1>" in answer.text
            assert "# title" not in answer.text


def test_questions_ask_for_labels_in_the_language_of_the_page(client: httpx.Client) -> None:
    for language, there, elsewhere in (("sv", "Region Nord", "Film Pool"), ("en", "Film Pool", "Region Nord")):
        link = [link for link in Page(client.get(f"/?lang={language}").text).links if "query=" in link][1]
        text = client.get(link).text
        assert there in text
        assert elsewhere not in text


def test_the_form_works_as_a_browser_without_scripts_sends_it(client: httpx.Client) -> None:
    text = client.get("/?lang=en").text
    query = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", text, re.DOTALL)
    assert query is not None
    from html import unescape

    answer = client.get(
        "/sparql", params={"query": unescape(query[1]).replace("\n", "\r\n"), "format": "html", "lang": "en"}
    )
    assert answer.status_code == 200
    assert "Film Pool" in answer.text
    downloaded = client.get("/sparql", params={"query": unescape(query[1]), "format": "csv"})
    assert downloaded.headers["content-type"].startswith("text/csv")


@pytest.mark.parametrize("path", ["/", "/sparql", "/sparql?query=ASK%20%7B%7D", "/sparql?query=SELEC", "/nowhere"])
def test_pages_are_sound_and_load_nothing_from_elsewhere(client: httpx.Client, path: str) -> None:
    response = client.get(path)
    assert "<script" not in response.text
    assert " style=" not in response.text
    page = Page(response.text)
    assert len(page.ids) == len(set(page.ids))
    assert set(page.references) <= set(page.ids)
    assert page.loaded
    for address in page.loaded:
        assert address.startswith("/static/")
        assert client.get(address).status_code == 200
    assert '<a class="skip" href="#main">' in response.text
    assert len(response.content) < 60_000


@pytest.mark.parametrize("path", ["/", "/sparql", "/nowhere", "/health/live", "/openapi.json", "/static/style.css"])
def test_security_headers(client: httpx.Client, path: str) -> None:
    headers = client.get(path).headers
    assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


def test_what_is_not_there_is_a_page_for_browsers_and_a_problem_for_programs(client: httpx.Client) -> None:
    page = client.get("/nowhere?lang=sv")
    assert (page.status_code, "Sidan finns inte" in page.text) == (404, True)
    problem = client.get("/nowhere", headers={"Accept": "application/json"})
    assert (problem.status_code, problem.headers["content-type"]) == (404, "application/problem+json")
    assert client.post("/").status_code == 405
    assert "GET" in client.post("/").headers["allow"]
    assert client.head("/").status_code == 200
    for path in ("/docs", "/redoc"):
        assert client.get(path).status_code == 404


def test_openapi_describes_the_endpoint_as_it_is(client: httpx.Client) -> None:
    document = client.get("/openapi.json").json()
    assert {"/", "/sparql", "/health/live", "/health/ready"} <= set(document["paths"])
    responses = document["paths"]["/sparql"]["get"]["responses"]
    assert {"200", "304", "400", "403", "406", "413", "422", "429", "503", "504", "507"} <= set(responses)
    assert not {"401", "404", "405", "415"} & set(responses)
    assert "415" in document["paths"]["/sparql"]["post"]["responses"]
    assert set(document["paths"]["/"]["get"]["responses"]) == {"200"}
    assert "text/turtle" in responses["200"]["content"]
