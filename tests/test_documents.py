"""Generated documents are what the code says, and the README's figures are of the graph that is there."""

import re
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, Store
from rdflib import Graph

from documents import ROOT, documents
from kg.ask import question_text
from kg.cli import commands
from kg.dataset import to_quads
from kg.project import Project
from kg.release import Release


@pytest.mark.parametrize(
    ("path", "text"), list(documents()), ids=lambda value: value.name if isinstance(value, Path) else ""
)
def test_document_is_up_to_date(path: Path, text: str) -> None:
    assert path.read_text(encoding="utf-8") == text, "run `make docs`"


README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_queries_of_the_readme_have_answers(norrbotten_union: Graph) -> None:
    store = Store()
    store.extend(to_quads(norrbotten_union, DefaultGraph()))
    blocks = re.findall(r"```sparql\n(.*?)```", README, re.DOTALL)
    assert len(blocks) == 2
    for block in blocks:
        assert len(list(store.query(block))) >= 2, block


def test_commands_of_the_readme_are_there(norrbotten: Project) -> None:
    lines = re.findall(r"^kg query (\S+)([^#\n]*)", README, re.MULTILINE)
    assert len(lines) == 5
    for name, options in lines:
        values = dict(value.split("=", 1) for value in re.findall(r"--param (\S+)", options))
        assert question_text(name, norrbotten, values).startswith("#")
    assert {name for name in re.findall(r"(?:^|`)kg ([a-z]+)", README, re.MULTILINE) if name != "new"} <= set(
        commands.commands
    )
    targets = re.findall(r"(?:^|`)make ([a-z]+)", README, re.MULTILINE)
    assert set(targets) <= set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def test_links_of_the_documents_lead_somewhere() -> None:
    for path in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]:
        for link in re.findall(r"\]\(([^)#]+)", path.read_text(encoding="utf-8")):
            assert link.startswith("https://") or (path.parent / link).exists(), (path, link)


def test_figures_of_the_readme_are_those_of_the_graph(norrbotten_release: Release) -> None:
    counts = norrbotten_release.manifest.counts
    for name in ("organisations", "relations", "claims", "triples"):
        assert f"{counts[name]:,} {name}" in README, f"{counts[name]:,} {name}"
    assert f"`kg query` lists all [{len(list((ROOT / 'queries').rglob('*.rq')))}]" in README
