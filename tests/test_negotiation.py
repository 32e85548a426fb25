"""Media types and languages: what is offered, and what is chosen."""

from __future__ import annotations

import pytest

from kg.errors import NotAcceptable
from kg.negotiation import FORMATS, HTML, choose_format, choose_language, formats_of
from kg.query import Form

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
SELECT = (*formats_of(Form.SELECT), HTML)
GRAPH = (*formats_of(Form.CONSTRUCT), HTML)


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, "application/sparql-results+json"),
        ("", "application/sparql-results+json"),
        ("*/*", "application/sparql-results+json"),
        ("application/*", "application/sparql-results+json"),
        ("application/json", "application/json"),
        ("application/xml", "application/xml"),
        ("application/sparql-results+xml, */*;q=0.5", "application/sparql-results+xml"),
        ("application/sparql-results+json;q=0, */*", "application/sparql-results+xml"),
        ("text/csv;q=0.5, text/tab-separated-values", "text/tab-separated-values; charset=utf-8"),
        ("text/*", "text/csv; charset=utf-8"),
        ("Text/CSV", "text/csv; charset=utf-8"),
        (BROWSER, "text/html; charset=utf-8"),
    ],
)
def test_solutions_by_accept(accept: str | None, expected: str) -> None:
    assert choose_format(accept, None, SELECT).content_type == expected


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("*/*", "text/turtle; charset=utf-8"),
        ("application/rdf+xml", "application/rdf+xml"),
        ("application/ld+json", "application/ld+json"),
        ("application/n-triples", "application/n-triples"),
        ("text/turtle;q=0.2, application/ld+json;q=0.3", "application/ld+json"),
    ],
)
def test_graphs_by_accept(accept: str, expected: str) -> None:
    assert choose_format(accept, None, GRAPH).content_type == expected


@pytest.mark.parametrize("accept", ["image/png", "text/csv;q=0", "application/ld+json", "nonsense"])
def test_nothing_that_is_accepted(accept: str) -> None:
    with pytest.raises(NotAcceptable) as caught:
        choose_format(accept, None, SELECT)
    assert "text/csv" in caught.value.available


def test_ask_has_no_table_formats() -> None:
    for media_type in ("text/csv", "text/tab-separated-values"):
        with pytest.raises(NotAcceptable):
            choose_format(media_type, None, formats_of(Form.ASK))


def test_format_parameter_beats_accept() -> None:
    assert choose_format("text/csv", "xml", SELECT).format.name == "xml"
    assert choose_format(None, "json", GRAPH).format.name == "jsonld"
    with pytest.raises(NotAcceptable, match="'yaml'"):
        choose_format(None, "yaml", SELECT)


def test_names_and_types_are_unique_for_each_form() -> None:
    for form in Form:
        offered = formats_of(form)
        names = [name for item in offered for name in (item.name, *item.names)]
        assert len(names) == len(set(names))
    assert len({item.media_type for item in FORMATS}) == len(FORMATS)


@pytest.mark.parametrize(
    ("accept", "wanted", "expected"),
    [
        (None, None, "sv"),
        ("en", None, "en"),
        ("en", "sv", "sv"),
        ("de, en-GB;q=0.8, sv;q=0.9", None, "sv"),
        ("sv;q=0, en;q=0.1", None, "en"),
        ("fi", "xx", "sv"),
        ("en;q=high", None, "sv"),
    ],
)
def test_language(accept: str | None, wanted: str | None, expected: str) -> None:
    assert choose_language(accept, wanted, ("sv", "en")) == expected
