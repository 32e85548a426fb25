"""Plain queries: what is read in a hurry is what is read with care, and whatever might be more is left to that."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.plain_query import read_plain
from kg.query import ParsedQuery, parse_query

BASE = "https://example.org/"
LIMITS = {"base_iri": BASE, "max_bytes": 10_000, "max_depth": 20}
QUERIES = sorted((Path(__file__).parents[1] / "queries").rglob("*.rq"))
PIECES = [
    "SELECT", "ASK", "CONSTRUCT", "DESCRIBE", "select", "PREFIX a: <b:> ", "BASE <c:> ", "# x\n", "?s", " * ", "DISTINCT",
    "(COUNT(*) AS ?n)", " { ", " } ", "?s ?p ?o", "FROM <g:>", "FROM", "SERVICE", "serviceSILENT", "NOW()", "'FROM'", "\\u0046",
    "(", ")", "[", "]", " ", "\n", "GRAPH ?g", "<a:b>", "a:from", "STRUUID()", "INSERT",
]  # fmt: skip


def same(plain: ParsedQuery, text: str) -> bool:
    """Whether a full reading finds no more in a text; `variables` and prefixes are not read where nothing needs them."""
    careful = parse_query(text, **LIMITS)
    return replace(careful, prefixes={}, variables=(), base=BASE) == plain


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_what_is_plain_is_read_as_with_care_or_with_care_alone(text: str) -> None:
    if (plain := read_plain(text, **LIMITS)) is not None:
        assert same(plain, text)


def test_most_saved_queries_are_plain() -> None:
    texts = [path.read_text(encoding="utf-8").partition("\n\n")[2] for path in QUERIES]
    plain = [text for text in texts if (found := read_plain(text, **LIMITS)) and same(found, text)]
    assert len(plain) > len(texts) / 2 > 20


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?s ?p ?o }",
        "SELECT ?s FROM <g:> { ?s ?p ?o }",
        "ASK { SERVICE <s:> { } }",
        "ASK { FILTER(NOW() > 1) }",
        "SELECT ?s { ?s ?p '\\u0053ERVICE' }",
        "INSERT DATA { }",
        "",
        "ASK " + "{" * 30 + "}" * 30,
        "ASK { FILTER(" + "!" * 2000 + "true) }",
        "ASK { } #" + "x" * 5000,
    ],
)
def test_what_may_be_more_is_not_plain(text: str) -> None:
    assert read_plain(text, **LIMITS) is None
