"""Terminals of SPARQL: what is code and what only looks like it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.sparql_lexer import Kind, depth, is_ambiguous, position, tokens


def kinds(text: str) -> list[tuple[str, str]]:
    return [(token.kind.value, token.text) for token in tokens(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<http://e/#x>", [("iri", "<http://e/#x>")]),
        ("?a<?b", [("variable", "?a"), ("sign", "<"), ("variable", "?b")]),
        ("'it\\'s' # no", [("string", "'it\\'s'")]),
        ('"""a "quoted" {"""', [("string", '"""a "quoted" {"""')]),
        ("ex:a.b. _:b1", [("prefixed", "ex:a.b"), ("sign", "."), ("blank", "_:b1")]),
        ("organisation:filmpool-nord", [("prefixed", "organisation:filmpool-nord")]),
        ("service:x SERVICE", [("prefixed", "service:x"), ("word", "SERVICE")]),
        ("'a'@sv-SE 1.5e3 :", [("string", "'a'"), ("language", "@sv-SE"), ("number", "1.5e3"), ("prefixed", ":")]),
        ("ex:a\\(b %", [("prefixed", "ex:a\\(b"), ("sign", "%")]),
        ('"""a" \'b\n""', [("string", '""'), ("string", '"a"'), ("sign", "'b"), ("string", '""')]),
        (
            "a.b-c:d a.b.:c",
            [("prefixed", "a.b-c:d"), ("word", "a"), ("sign", "."), ("word", "b"), ("sign", "."), ("prefixed", ":c")],
        ),
    ],
)
def test_terminals(text: str, expected: list[tuple[str, str]]) -> None:
    assert kinds(text) == expected


@given(st.text(alphabet="?ab:<>'\"{}()#\\ \n.@1_", max_size=40))
def test_terminals_cover_the_text_in_order(text: str) -> None:
    end = 0
    for token in tokens(text):
        assert text[token.start : token.end] == token.text
        gap = text[end : token.start]
        assert not gap.strip() or gap.lstrip().startswith("#")
        end = token.end


@pytest.mark.parametrize("unit", ["a.", "a-", "\\'", '""\n\\"', "''\n\\'", "<a", "_:a.", "%"])
def test_the_time_is_linear_in_the_text(unit: str) -> None:
    def seconds(length: int) -> float:
        text = "SELECT * { '" + unit * (length // len(unit))
        started = time.process_time()
        assert list(tokens(text))
        return time.process_time() - started

    seconds(1000)  # compiles the patterns
    assert min(seconds(64_000) for _ in range(3)) < 20 * min(seconds(8_000) for _ in range(3)) + 0.2


def test_brackets_in_strings_comments_and_iris_are_no_nesting() -> None:
    assert depth(tuple(tokens("{ ?s <http://e/{> '{{{' # {{{\n }"))) == 2
    assert depth(tuple(tokens("{[(())]}"))) == 4


def test_parentheses_that_an_iri_may_hide_are_nesting() -> None:
    assert depth(tuple(tokens("FILTER(?a<((((((?b))))))>0)"))) > 6


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FILTER(?a<'x>')", True),
        ("FILTER(?a <x#>''')", True),
        ("FILTER(true <'>')", True),
        ("FILTER(EXISTS { ?s ?p ?o } <'>')", True),
        ("?s <http://e/o'brien> ?o", False),
        ("FILTER(?a = <http://e/o'brien>)", False),
        ("VALUES (?a ?b) { (<http://e/a> <http://e/b>) }", False),
    ],
)
def test_a_less_than_that_may_begin_an_iri_is_noticed(text: str, expected: bool) -> None:
    assert is_ambiguous(tuple(tokens(text))) is expected


def test_positions_count_from_one() -> None:
    assert [position("ab\ncd", index) for index in (0, 1, 3, 4)] == [(1, 1), (1, 2), (2, 1), (2, 2)]


def test_kinds_are_named_as_in_the_pattern() -> None:
    assert {token.kind for token in tokens("<a:> 'x' _:b c:d ?e @f 1 g !")} == set(Kind)
