"""A prefix of the house with another IRI is told where a build fails."""

from __future__ import annotations

from commands import kg
from kg.project import Project
from kg.rebound import rebound_prefixes


def test_a_prefix_with_another_iri_is_told_with_its_line(demo: Project) -> None:
    file = demo.root / "data" / "more.ttl"
    file.write_text("# ours\nPREFIX gov: <https://w3id.org/governance-kg/deff/>\n@prefix own: <https://e.org/> .\n")
    [(place, text)] = rebound_prefixes(demo)
    assert (place.path.name, place.line) == ("more.ttl", 2)
    assert (
        text
        == "gov: is <https://w3id.org/governance-kg/deff/> here, and <https://w3id.org/governance-kg/def/> elsewhere"
    )


def test_a_failed_build_tells_it_last(demo: Project) -> None:
    file = demo.root / "data" / "example.ttl"
    file.write_text(file.read_text().replace("governance-kg/def/>", "governance-kg/deff/>"))
    result = kg("build", str(demo.root), "--lang", "en", cwd=demo.root)
    assert result.returncode == 1
    assert "hint: gov: is <https://w3id.org/governance-kg/deff/> here" in result.stderr.splitlines()[-2]
