"""Where subjects and predicates stand in a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.errors import SourceError
from kg.turtle import parse_triples
from kg.turtle.locations import StatementLocations, first_mention, locate, locate_when_asked
from kg.turtle.reader import read_text

ROOT = Path(__file__).parents[1]

S = "<http://a/s> <http://a/p> "
LOCATED = """\
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


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_subjects_and_predicates_are_found_by_line(end: str) -> None:
    found = locate(LOCATED.replace("\n", end))
    assert dict(found.items()) == {"http://a/x": 5, "http://b/y": 11, "http://other/x": 14}
    assert found.line("http://a/x", "http://a/text") == 6
    assert found.line("http://a/x", "http://a/last") == 10
    assert found.line("http://a/x", "http://a/again") == 11


def test_what_is_not_there_has_no_line() -> None:
    found = locate(LOCATED)
    assert found.line("http://a/x") == 5
    assert found.line("http://a/x", "http://a/none") is None
    assert found.line("http://a/none", "http://a/text") is None
    assert found.line("http://a/x", "http://a/inner") is None


def test_brackets_nested_too_deep_are_refused_with_their_place() -> None:
    text = f"{S}{'( ' * 70}{')' * 70} ."
    assert len(parse_triples(text)) == 140 - 1
    with pytest.raises(SourceError, match="nested deeper than 64") as caught:
        locate(text, path=Path("x.ttl"))
    assert (caught.value.line, caught.value.column) == (1, len(S) + 2 * 64 + 1)


def test_statement_by_statement_it_finds_what_parsing_the_whole_finds() -> None:
    compared = 0
    for path in sorted(ROOT.joinpath("data").rglob("*.ttl")) + sorted(ROOT.joinpath("shapes").rglob("*.ttl")):
        text = read_text(path)
        whole, found = locate(text), locate_when_asked(text)
        assert isinstance(found, StatementLocations), path
        assert list(found.statements) == list(whole.subjects)
        for subject, predicate in list(whole.predicates)[:: 1 + len(whole.predicates) // 50]:
            assert found.line(subject) == whole.line(subject)
            assert found.line(subject, predicate) == whole.line(subject, predicate), (subject, predicate)
            compared += 1
    assert compared > 1000


@pytest.mark.parametrize(
    "text",
    [
        "@prefix : <http://a/> .\n:a :p 1 .\n@prefix : <http://b/> .\n:a :q 2 .",
        "@base <http://a/> .\n<a> <p> 1 .\n<a> <p> 2 .",
        "@prefix : <http://a/> . :a :p 1 . # one\n# two\n:a\n:q [\n:r 2 ] ; :s 3 . :b :p 4 .\r\n\r\n:a :t :b.",
    ],
)
def test_places_are_the_same_however_a_file_is_written(text: str) -> None:
    whole, found = locate(text), locate_when_asked(text)
    for subject, predicate in whole.predicates:
        assert found.line(subject) == whole.line(subject)
        assert found.line(subject, predicate) == whole.line(subject, predicate)
    assert found.line("http://none/") is None


def test_the_line_where_an_iri_stands_first_however_it_is_written() -> None:
    text = LOCATED + "<http://b/o> a:p <http://other/x-y>, a:x\\-y, <\\u0062> ."
    found = {iri: first_mention(text, iri) for iri in ("http://a/text", "http://other/x", "http://other/x-y")}
    assert found == {"http://a/text": 6, "http://other/x": 14, "http://other/x-y": 15}
    assert first_mention(text, "http://a/") is None, "declarations aside"
    assert first_mention("PREFIX a: <http://a/> a:x a:p a:y .", "http://a/y") == 1
