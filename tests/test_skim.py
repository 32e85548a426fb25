"""Large files: where subjects and predicates begin lines, without parsing."""

from pathlib import Path

import pytest
from rdflib import URIRef

import kg.locations
from kg.locations import Locations
from kg.turtle.locations import locate
from kg.turtle.reader import read_text
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
