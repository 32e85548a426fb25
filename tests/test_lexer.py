"""Tokens of Turtle, and places in a text."""

from __future__ import annotations

import pyoxigraph
from hypothesis import given
from hypothesis import strategies as st

from kg.turtle.lexer import Lines, read_tokens, unescape_string

TEXT = """\
@prefix a: <http://a/> .
@base <http://b/> .

# the first
a:x a a:T ;
    a:text \"\"\"two
lines\"\"\" ;
    a:list ( 1
      [ a:inner 2 ] ) ;
    a:last 3 .
<y> a a:T . a:x a:again 1 .
_:z a a:T .
PREFIX a: <http://other/>
a:x a a:T .
"""


def test_tokens_and_the_space_between_them_are_the_whole_text() -> None:
    tokens = list(read_tokens(TEXT))
    assert all(TEXT[token.start : token.end] == token.text for token in tokens)
    ends = [0, *(token.end for token in tokens)]
    starts = [*(token.start for token in tokens), len(TEXT)]
    gaps = "".join(TEXT[end:start] for end, start in zip(ends, starts, strict=True))
    assert gaps.strip() == ""
    assert len(tokens) == 46


@given(st.text(alphabet="ab\r\n", max_size=20))
def test_positions_and_offsets_are_inverse(text: str) -> None:
    lines = Lines(text)
    assert [lines.offset(*lines.position(offset)) for offset in range(len(text))] == list(range(len(text)))


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=12))
def test_strings_are_unescaped_as_the_strict_parser_does(lexical: str) -> None:
    written = str(pyoxigraph.Literal(lexical))
    assert unescape_string(written) == lexical
