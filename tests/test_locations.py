"""Locations: from a node to the line where it is written."""

from pathlib import Path

from rdflib import URIRef

from kg.locations import Locations, shown_path


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


def test_a_file_that_is_nested_deep_is_skimmed(tmp_path: Path) -> None:
    path = tmp_path / "deep.ttl"
    deep = "[ <urn:p> " * 100 + "1" + " ]" * 100
    path.write_text(f"<urn:a>\n    <urn:p> {deep} .\n\n<urn:b>\n    <urn:q> 1 .\n")
    locations = Locations([path])
    assert [locations.place(URIRef(f"urn:{name}")).line for name in "ab"] == [1, 4]
