"""Locations: from a node to the line where it is written."""

from pathlib import Path

import pytest
from rdflib import URIRef

from kg.locations import Locations, shown_path
from kg.turtle.locations import StatementLocations, locate, locate_when_asked
from kg.turtle.reader import read_text

ROOT = Path(__file__).parents[1]


def test_line_of_the_property_else_of_the_subject(tmp_path: Path) -> None:
    file = tmp_path / "a.ttl"
    file.write_text("@prefix : <https://e.org/> .\n\n:a :p 1 ;\n    :q 2 .\n\n:b :p 1 .\n")
    locations = Locations([file])
    node = URIRef("https://e.org/a")
    assert str(locations.place(node, URIRef("https://e.org/q"))) == f"{file}:4"
    assert str(locations.place(node, URIRef("https://e.org/nowhere"))) == f"{file}:3"
    assert str(locations.place(URIRef("https://e.org/b"))) == f"{file}:6"
    assert locations.place(URIRef("https://e.org/c")) is None


def test_property_in_a_second_file_is_found(tmp_path: Path) -> None:
    first, second = tmp_path / "a.ttl", tmp_path / "b.ttl"
    first.write_text("<https://e.org/a> <https://e.org/p> 1 .\n")
    second.write_text("\n<https://e.org/a> <https://e.org/q> 1 .\n")
    place = Locations([first, second]).place(URIRef("https://e.org/a"), URIRef("https://e.org/q"))
    assert str(place) == f"{second}:2"


def test_where_a_term_is_mentioned_first(tmp_path: Path) -> None:
    one, other = tmp_path / "one.ttl", tmp_path / "other.ttl"
    one.write_text("@prefix a: <urn:a:> .\n# a:b\na:c a:d 'a:b' .\n")
    other.write_text("PREFIX a: <urn:a:>\n\n<urn:x> a:d\n  <urn:a:b> .\n<urn:y> a:d a:b , a:x\\-y .\n")
    places = Locations([one, other])
    assert str(places.mention("urn:a:c")) == f"{one}:3"
    assert str(places.mention("urn:a:b")) == f"{other}:4"
    assert str(places.mention("urn:a:x-y")) == f"{other}:5"
    assert places.mention("urn:a:") is None


def test_a_link_to_itself_is_shown_as_it_is(tmp_path: Path) -> None:
    link = tmp_path / "a.ttl"
    link.symlink_to("a.ttl")
    assert shown_path(link) == link


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
