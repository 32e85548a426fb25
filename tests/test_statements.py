"""Where statements begin and end."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.turtle.lexer import TokenError
from kg.turtle.parser import parse_document
from kg.turtle.reader import read_text
from kg.turtle.statements import Kind, first_term, read_head, read_statements, read_words

ROOT = Path(__file__).parents[1]


def pieces(text: str) -> list[tuple[str, str]]:
    return [(found.kind.name, text[found.start : found.end]) for found in read_statements(text, 0)]


def test_each_kind_of_statement_with_the_space_and_the_comments_above_it() -> None:
    assert pieces(
        "@prefix a: <http://a/> .\nPREFIX b: <http://b/>\na:a a:b 1.5.\n# c\na:b a:c [] . # d\n _:e a:f 1 .\n# g"
    ) == [
        ("DIRECTIVE", "@prefix a: <http://a/> ."),
        ("DIRECTIVE", "\nPREFIX b: <http://b/>"),
        ("PLAIN", "\na:a a:b 1.5."),
        ("OTHER", "\n# c\na:b a:c [] . # d"),
        ("OTHER", "\n _:e a:f 1 ."),
        ("OTHER", "\n# g"),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<http://a/b.>a<http://a/c>.", ["<http://a/b.>", "a", "<http://a/c>"]),
        ("a:b.c a:d 1.5, .5e .", None),
        ("a:b a:c 1.5;a:d a:e,a:f .", ["a:b", "a:c", "1.5", ";", "a:d", "a:e", ",", "a:f"]),
        ("a:b a:c \"d. e\"@sv-SE , 'f .'^^a:g .", ["a:b", "a:c", '"d. e"@sv-SE', ",", "'f .'^^a:g"]),
        ('a:b a:c """d"e""\n . """ , "", "\\"" .', ["a:b", "a:c", '"""d"e""\n . """', ",", '""', ",", '"\\""']),
        ("a:b a:c 1.a:d a:e 2 .", ["a:b", "a:c", "1.a:d", "a:e", "2"]),
    ],
)
def test_words_of_a_plain_statement(text: str, words: list[str] | None) -> None:
    [found] = read_statements(text, 0) if words else [None]
    if found is not None and words:
        assert (found.kind, read_words(text, found), first_term(text, found)) == (Kind.PLAIN, words, words[0])


def test_the_head_has_the_prefixes_between_comments() -> None:
    text = "# a\n@prefix a: <http://a/> . # b\nprefix : <http://b/>\n\n# c\na:d a:e a:f ."
    assert dict(read_head(text).prefixes) == {"a": "http://a/", "": "http://b/"}
    assert text[read_head(text).end :] == "\na:d a:e a:f ."


def test_in_our_files_there_are_as_many_as_the_parser_finds() -> None:
    plain = 0
    for path in sorted((ROOT / "data").rglob("*.ttl")):
        text = read_text(path)
        found = [one for one in read_statements(text, read_head(text).end) if text[one.start : one.end].strip()]
        assert len(found) == len(parse_document(text).blocks), path
        plain += sum(one.kind is Kind.PLAIN for one in found)
    assert plain > 1000


def test_what_begins_no_token_is_an_error() -> None:
    with pytest.raises(TokenError) as error:
        list(read_statements("a:b a:c 1 .\na:d << a:e .", 0))
    assert (error.value.line, error.value.column) == (2, 5)
