"""What is wrong in a Turtle file, where, and how to mend it, as the strict parser stops."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kg.errors import SourceError
from kg.turtle import parse_triples

S = "<http://a/s> <http://a/p> "
A = "@prefix a: <http://a/> .\n"
TABLE = {"org": "http://www.w3.org/ns/org#", "skos": "http://www.w3.org/2004/02/skos/core#"}


def refusal(text: str) -> SourceError:
    with pytest.raises(SourceError) as caught:
        parse_triples(text, path=Path("x.ttl"), prefixes=TABLE)
    return caught.value


ERRORS = [
    (f"{A}a:x org:y 1 .", 2, 5, "prefix org: is not declared", "@prefix org: <http://www.w3.org/ns/org#> ."),
    (f"{A}a:x skso:y 1 .", 2, 5, "prefix skso: is not declared", "Did you mean skos:"),
    (f"{A}a:x zzzz:y 1 .", 2, 5, "prefix zzzz: is not declared", "@prefix zzzz:"),
    ("@prefix abc: <http://a/> .\nabd:x abc:y 1 .", 2, 1, "prefix abd:", "Did you mean abc:"),
    (f"{A}a:x a:y a:z\n", 2, 12, "ends in the middle of a statement", '" ."'),
    (f"{A}a:x a:y a:z # note\n\n", 2, 12, "ends in the middle of a statement", '" ."'),
    (f"{A}a:x a:y a:z\na:q a:y 1 .", 2, 12, 'Expected ".", ";" or "," before a:q', 'End the statement with " ."'),
    (f"{A}a:x a:y 1\n  a:z 2 .", 2, 10, "before a:z", 'Write ";"'),
    ("@prefix a: <http://a/>\na:x a:y 1 .", 1, 23, "before a:x", '" ."'),
    (f"{A}a:x a:y [ a:z ( 1", 2, 15, 'The "(" is never closed', '")"'),
    (f"{A}a:x a:y [ a:z 1", 2, 9, 'The "[" is never closed', '"]"'),
    (f"{A}a:x a:y [ a:z 1 .", 2, 17, 'Expected "]" or ";", found . (the [ of line 2 is open)', '"]"'),
    (f"{A}a:x a:y ( 1 2 .", 2, 15, "Expected a value", 'Close the "(" of line 2'),
    (f'{A}a:x a:y "open .\na:x a:y 1 .', 2, 9, "does not end on its line", '"""'),
    (f'{A}a:x a:y "open .\na:x a:y "x" .', 2, 9, "does not end on its line", '"""'),
    (f'{A}a:x a:y """open .\na:x a:y 1 .', 2, 9, "is never closed", '"""'),
    (f"{A}a:x a:y '''open .", 2, 9, "is never closed", "'''"),
    (f"{A}a:x a:y <http://a/z .\n", 2, 9, "The IRI that begins here is never closed", ">"),
    (f"{A}a:x a:y <http://a/z\n. <http://a/x> a:y 1 .", 2, 9, "does not end on its line", ">"),
    ("<http://a/b c> <http://a/> 1 .", 1, 12, "cannot hold a space", "%20"),
    ("<http://a/b|c> <http://a/> 1 .", 1, 12, "cannot hold |", "%7C"),
    ("<x> <http://a/> 1 .", 1, 1, "The IRI <x> is relative", "whole IRI"),
    (f'"x" {S}', 1, 1, 'Expected a subject (an IRI, a name, "[" or "("), found "x"', "only be a value"),
    ("limited <http://a/> 1 .", 1, 1, "Expected a subject", "needs a prefix"),
    ("@prefx a: <http://a/> .", 1, 1, "found @prefx", "@prefix and @base"),
    ("{ <http://a/> <http://a/> 1 }", 1, 1, "found {", "no named graphs"),
    ("PREFIX a: <http://a/> .", 1, 23, "found .", "without a dot"),
    ("<http://a/> .", 1, 13, "Expected a predicate", "missing"),
    ('<http://a/> "p" 1 .', 1, 13, "Expected a predicate", "only be a value"),
    (f"{S}.", 1, 27, "Expected a value", "missing"),
    (f"{S}1 , , 2 .", 1, 31, "found ,", "one too many"),
    (f"{S}True .", 1, 27, "found True", "true and false"),
    (f'{S}"say "hi" now" .', 1, 33, "found hi", '\\"'),
    (f'{S}"x"@s_v .', 1, 31, "language tag is not valid", "@sv"),
    (f'{S}"a\\qb" .', 1, 29, "The escape \\q is not valid", "\\\\"),
    (f'{S}"a\\uD800b" .', 1, 29, "The escape \\uD800 is not valid", "\\u"),
    (f"{A}a:x/y a:y 1 .", 2, 4, "/ cannot stand here", "\\/"),
    (f"{A}a:x a:y 1 .\n\0", 3, 1, "The character U+0000 cannot stand here", None),
    (f"{A}a:x%2 a:y 1 .", 2, 2, "% stands before", "%25"),
    ("@prefix a <http://a/> .", 1, 9, "prefix line is not complete", "@prefix name: <IRI> ."),
    ("@base a:x .", 1, 7, "base line is not complete", "@base <IRI> ."),
    ("\ufeff<http://a/> <http://a/> 1 .", 1, 1, "byte order mark", "without BOM"),
    ("\ufeff", 1, 1, "byte order mark", "without BOM"),
    ("\ufeff# one", 1, 1, "byte order mark", "without BOM"),
    ("# one\n\ufeff<http://a/> <http://a/> 1 .", 2, 1, "byte order mark", "without BOM"),
    (f"{S}<<( <http://a/> <http://a/> 1 )>> .", 1, 27, "not Turtle 1.1", "RDF 1.2"),
    (f'{S}"x"@ar--rtl .', 1, 33, "not Turtle 1.1", "RDF 1.2"),
    (f'{A}a:x a:y "å😀" , org:z .', 2, 16, "prefix org:", "@prefix"),
    (f"{A}# c\r\n\r\n\ta:x org:y 1 .", 4, 6, "prefix org:", "@prefix"),
    (f"{S}1e .", 1, 27, "double exponent", None),
]


@pytest.mark.parametrize(("text", "line", "column", "message", "hint"), ERRORS)
def test_an_error_says_what_is_wrong_where_and_how_to_mend_it(
    text: str, line: int, column: int, message: str, hint: str | None
) -> None:
    error = refusal(text)
    assert (error.line, error.column, error.path) == (line, column, Path("x.ttl"))
    assert message in error.message
    assert error.hint is None if hint is None else hint in str(error.hint)


@pytest.mark.parametrize("text", [error[0] for error in ERRORS if not error[0].startswith(("\ufeff", "limited"))])
def test_an_error_below_other_statements_is_explained_as_one_above_them(text: str) -> None:
    above = '@prefix abc: <http://abc/> .\n<http://p/a> <http://p/b> 1 , "x. " .\n# c\n<http://p/a> <http://p/b> [] .\n'
    one, other = refusal(text), refusal(above * 3 + text)
    assert other.line is not None
    assert (other.line - 12, other.column) == (one.line, one.column)
    texts = [f"{error.message} {error.hint}".replace("   |", "|") for error in (one, other)]
    assert len({tuple(re.sub(r"\d+ ?\||line \d+", "", text).split()) for text in texts}) == 1


def test_a_text_that_is_never_closed_before_much_more_has_a_place() -> None:
    error = refusal(f'{S}1 .\n{S}""" .\n' + f"{S}'x' .\n" * 600_000)
    assert (error.line, error.column) == (2, 27)
    assert error.message.startswith("The text that begins here is never closed\n")


def test_a_text_longer_than_the_parser_can_hold_is_an_error() -> None:
    error = refusal(S + "1 .\n" + S + '"' + "a" * (17 << 20) + '" .')
    assert error.message.startswith("A text or a comment is longer than 16 MiB\n")
    assert (error.line, error.column) == (2, 27)
