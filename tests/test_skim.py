"""Large files: where subjects and predicates begin lines, without parsing."""

from pathlib import Path

import pytest
from rdflib import URIRef

import kg.locations
from kg.locations import Locations
from kg.turtle.locations import locate
from kg.turtle.reader import read_text, read_triples
from kg.turtle.skim import skim

ROOT = Path(__file__).parents[1]
TURTLE = """\
@prefix : <https://e.org/> .
PREFIX a.b: <https://e.org/b/>
# :no a :T .
:a a :T ;
    :text \"\"\"
  :b no subject \"\"\" ;
    a.b:q 1 .

a.b:c :p 2 ; :q 3 .
<https://e.org/full> :p 4 .
:a :again 5 .
"""


def test_subjects_and_predicates(tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text(TURTLE)
    found = skim(tmp_path / "a.ttl")
    assert found.line("https://e.org/a") == 4
    assert found.line("https://e.org/a", "https://e.org/text") == 5
    assert found.line("https://e.org/b/c") == 9
    assert found.line("https://e.org/full") == 10
    assert found.line("https://e.org/b/c", "https://e.org/q") is None, "it does not begin a line"
    assert found.line("https://e.org/none") is None
    assert found.line("https://e.org/full", "https://e.org/p") is None


def test_n_triples(tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text("<urn:a> <urn:p> <urn:b> .\n<urn:a> <urn:q> <urn:b> .\n<urn:c> <urn:p> <urn:b> .")
    found = skim(tmp_path / "a.ttl")
    assert [found.line(f"urn:{name}") for name in "abc"] == [1, None, 3]


LONG = (
    r"""
@prefix : <https://e.org/> .
:a :text ^^^which is \\" not
:b begins a line,
  :q and this looks like what is said of it \" ;
:c too.^^^ ;
  :q "~~~" ; # a text ^^^ begins nowhere here
  :r <https://e.org/#~~~> .
:d :text ~~~
:e ^^^ :p 1 .
~~~ , "" , "\"" , ~~ , ~^^^~ .
:b :p 1 .
:c :p "\"\"" .
""".lstrip()
    .replace("^^^", '"""')
    .replace("~", "'")
)


def test_lines_of_a_long_text_are_not_looked_at(tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text(LONG)
    assert len(read_triples(tmp_path / "a.ttl")) == 10
    found = skim(tmp_path / "a.ttl")
    lines = {name: found.line(f"https://e.org/{name}") for name in "abcde"}
    assert lines == {"a": 2, "b": 11, "c": 12, "d": 8, "e": None}
    assert found.line("https://e.org/a", "https://e.org/q") == 6


def test_of_canonical_files_it_finds_what_parsing_finds() -> None:
    compared = 0
    for path in sorted((ROOT / "data").rglob("*.ttl")):
        parsed, skimmed = locate(read_text(path)), skim(path)
        for (subject, predicate), line in parsed.predicates.items():
            assert skimmed.line(subject) == parsed.line(subject), subject
            if skimmed.line(subject, predicate) is not None:
                assert skimmed.line(subject, predicate) == line
                compared += 1
    assert compared > 3000


def test_a_large_file_is_skimmed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.ttl").write_text(TURTLE)
    monkeypatch.setattr(kg.locations, "_LARGEST_PARSED", 10)
    place = Locations([tmp_path / "a.ttl"]).place(URIRef("https://e.org/a"), URIRef("https://e.org/b/q"))
    assert place is not None
    assert place.line == 7
