"""The words of SPARQL, and where they may stand, against the engine and against queries that are right."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from kg.engine.oxigraph import check_syntax
from kg.errors import QuerySyntaxError
from kg.sparql_lexer import Kind, Token, tokens
from kg.sparql_words import FUNCTIONS, KEYWORDS, expected_starts, expected_words, is_known
from serving import BASE

QUERIES = sorted((Path(__file__).parents[1] / "queries").rglob("*.rq"))


def words(found: tuple[Token, ...]) -> Iterator[tuple[int, bool]]:
    """Where the words of a query are, but `a`; whether each is one that the query may begin with."""
    is_start = True
    for index, token in enumerate(found):
        if token.kind is Kind.WORD and token.text != "a":
            yield index, is_start
            is_start = is_start and token.is_word("PREFIX", "BASE")


def test_the_words_are_those_of_the_specification() -> None:
    assert len(FUNCTIONS) == 59
    assert len(KEYWORDS) == 53
    assert not FUNCTIONS & KEYWORDS
    assert all(is_known(word) and is_known(word.lower()) for word in FUNCTIONS | KEYWORDS)
    assert not is_known("SELCT")


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_every_function_is_one_that_the_engine_reads(name: str) -> None:
    for arguments in ("", "?a", "?a, ?b", "?a, ?b, ?c"):
        try:
            check_syntax(f"SELECT ({name}({arguments}) AS ?x) {{}}", BASE)
        except QuerySyntaxError:
            continue
        return
    pytest.fail(f"{name} takes nothing")


def test_right_words_stand_where_they_may() -> None:
    """Every word of every saved query is among those that are expected at its place."""
    seen = 0
    for path in QUERIES:
        found = tuple(tokens(path.read_text(encoding="utf-8")))
        for index, is_start in words(found):
            expected = (expected_starts if is_start else expected_words)(found, index)
            assert found[index].text.upper() in {word.upper() for word in expected}, f"{path.name}: {found[index]}"
            seen += 1
    assert seen > 1000


@pytest.mark.parametrize(
    ("text", "word", "expected", "not_expected"),
    [
        ("SELECT X ?s", "X", {"DISTINCT", "REDUCED"}, {"WHERE", "FILTER", "COUNT"}),
        ("SELECT ?s X { }", "X", {"WHERE"}, {"OPTIONAL", "LIMIT", "FILTER"}),
        ("SELECT ?s { ?s ?p ?o X { } }", "X", {"OPTIONAL", "MINUS"}, {"LIMIT", "UNION", "GROUP"}),
        ("SELECT ?s { { } X { } }", "X", {"UNION", "OPTIONAL"}, {"FILTER", "BIND"}),
        ("SELECT ?s { ?s ?p ?o } X 10", "X", {"LIMIT", "OFFSET"}, {"GROUP", "WHERE", "FILTER"}),
        ("SELECT ?s { } ORDER X ?s", "X", {"BY"}, {"ASC"}),
        ("SELECT ?s { FILTER (X(?o)) }", "X", {"REGEX", "isIRI"}, {"IN", "AS", "BIND"}),
        ("SELECT ?s { FILTER (?o X (1)) }", "X", {"IN"}, {"REGEX", "BIND"}),
        ("SELECT ?s { FILTER NOT X { } }", "X", {"EXISTS"}, {"IN", "UNION"}),
    ],
)
def test_what_is_expected_depends_on_the_neighbours(
    text: str, word: str, expected: set[str], not_expected: set[str]
) -> None:
    found = tuple(tokens(text))
    at = next(index for index, token in enumerate(found) if token.text == word)
    assert expected <= expected_words(found, at)
    assert not not_expected & expected_words(found, at)


def test_no_word_of_an_update_begins_a_query() -> None:
    found = tuple(tokens("X ?s"))
    assert expected_starts(found, 0) == {"SELECT", "DESCRIBE"}
    assert not any(re.match("INSERT|DELETE|LOAD", word) for word in expected_starts(tuple(tokens("X")), 0))
