"""Tokens of Turtle, and places in a text."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.turtle.lexer import Lines, TokenError, read_tokens, unescape_string

TOKENS = [
    ("at", "@prefix"),
    ("name", "a:"),
    ("iri", "<http://a/#\\u00e5>"),
    ("mark", "."),
    ("comment", "# the first; no a:x"),
    ("name", "a:x.y"),
    ("word", "a"),
    ("name", ":b\\,c%20"),
    ("mark", ";"),
    ("name", "a:text"),
    ("string", '"""two\nlines, "quoted" """'),
    ("at", "@sv-SE"),
    ("mark", ","),
    ("string", "'#'"),
    ("mark", "^^"),
    ("iri", "<t>"),
    ("mark", "["),
    ("mark", "("),
    ("integer", "-1"),
    ("decimal", ".5"),
    ("double", "1.e0"),
    ("word", "true"),
    ("mark", ")"),
    ("mark", "]"),
    ("blank", "_:z.1"),
    ("mark", "."),
]


@pytest.mark.parametrize("between", [" ", "\n", "\r\n\t", "  \n"])
def test_tokens_have_their_kind_and_their_place(between: str) -> None:
    text = "".join(written + ("\n" if kind == "comment" else between) for kind, written in TOKENS)
    tokens = list(read_tokens(text))
    assert [(token.kind, token.text) for token in tokens] == TOKENS
    assert all(text[token.start : token.end] == token.text for token in tokens)
    assert [token.text for token in read_tokens(text, tokens[5].start)] == [written for _, written in TOKENS[5:]]


def test_what_is_no_token_is_refused_with_its_place_after_those_before_it() -> None:
    tokens = read_tokens("a:x a\n  << a:s a:p a:o >> .", path=Path("x.ttl"))
    assert [next(tokens).text for _ in range(2)] == ["a:x", "a"]
    with pytest.raises(TokenError, match="x.ttl:2:3") as caught:
        next(tokens)
    assert caught.value.offset == 8


@given(st.text(alphabet="ab\r\n", max_size=20))
def test_positions_and_offsets_are_inverse(text: str) -> None:
    lines = Lines(text)
    assert [lines.offset(*lines.position(offset)) for offset in range(len(text))] == list(range(len(text)))


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=12))
def test_strings_are_unescaped_as_the_strict_parser_does(lexical: str) -> None:
    written = str(pyoxigraph.Literal(lexical))
    assert unescape_string(written) == lexical
