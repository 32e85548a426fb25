"""`make bench`: every benchmark works, and the document says what the figures say. What is measured is not looked at."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).parents[1]
RUN = [sys.executable, str(ROOT / "benchmarks" / "run.py")]
NAMES = {"start", "questions", "servers", "popular", "heavy", "streaming"}
NAMES |= {"fairness", "overrun", "ownership", "validators", "loaders", "build"}
WRONG_BY_NATURE = ("rdflib-endpoint", "all simple paths")
SVG = "{http://www.w3.org/2000/svg}"


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*RUN, *arguments], env={**os.environ, **environment}, capture_output=True, text=True, timeout=1800, check=False
    )


def copies(folder: Path) -> Path:
    """A document of its own for a run, without the figures of the committed one."""
    return Path(shutil.copy(ROOT / "docs" / "benchmarks.md", folder))


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The document of a small run of everything, and what was said meanwhile."""
    document = copies(tmp_path_factory.mktemp("bench"))
    ended = run("--small", "--out", str(document))
    assert ended.returncode == 0, ended.stderr
    return document, ended.stderr


def rows(figures: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, found in json.loads(figures.read_text(encoding="utf-8")).items():
        for row in found["rows"]:
            yield name, row


def test_every_benchmark_runs_or_is_skipped_by_name(small: tuple[Path, str]) -> None:
    document, said = small
    found = json.loads(document.with_suffix(".json").read_text(encoding="utf-8"))
    assert (
        found.keys() | {line.split(":")[1].strip() for line in said.splitlines() if line.startswith("skipped")} == NAMES
    )
    for name, entry in found.items():
        assert entry["date"] and entry["machine"] and entry["versions"]["kg"], name
        assert any(row["who"].startswith("kg") and row["value"] is not None for row in entry["rows"]), name
    assert len(found) >= 6  # those that need nothing but Python packages


def test_no_answer_is_wrong_and_none_is_an_error(small: tuple[Path, str]) -> None:
    document, _ = small
    counted = [
        (name, row) for name, row in rows(document.with_suffix(".json")) if row["measure"] in ("wrong", "errors")
    ]
    assert len(counted) >= 12
    assert [(name, row) for name, row in counted if row["value"] and not row["who"].startswith(WRONG_BY_NATURE)] == []


def test_a_small_run_makes_tables_and_a_picture_of_its_own(small: tuple[Path, str]) -> None:
    document, _ = small
    text = document.read_text(encoding="utf-8")
    assert "| kg, columns | 0 |" in text.replace("**2,000**: ", "")
    assert "| Effective ownership | power iteration (scipy) |" in text
    assert ElementTree.parse(document.with_suffix(".svg")).getroot().tag == f"{SVG}svg"


def test_what_is_not_installed_is_named_in_the_table() -> None:
    ended = run("--small", "--only", "loaders", PATH="/nowhere")
    assert ended.returncode == 0, ended.stderr
    for name in ("Virtuoso", "Jena in memory", "Jena on disk"):
        assert f"| {name} | not installed |" in ended.stdout
    assert "| rdflib | 0 |" in ended.stdout


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The document as it is generated from the committed figures."""
    folder = tmp_path_factory.mktemp("drawn")
    document = copies(folder)
    shutil.copy(ROOT / "docs" / "benchmarks.json", folder)
    ended = run("--draw", "--out", str(document))
    assert ended.returncode == 0, ended.stderr
    return document


def test_the_document_says_what_the_figures_say(drawn: Path) -> None:
    committed = ROOT / "docs" / "benchmarks.md"
    assert drawn.read_text(encoding="utf-8") == committed.read_text(encoding="utf-8"), "run `make docs`"


def texts(picture: Path) -> list[str]:
    return ["".join(text.itertext()).strip() for text in ElementTree.parse(picture).iter(f"{SVG}text")]


def test_the_picture_shows_what_the_figures_say(drawn: Path) -> None:
    committed = ROOT / "docs" / "benchmarks.svg"
    assert texts(committed) == texts(drawn.with_suffix(".svg")), "run `make docs`"
    document = drawn.read_text(encoding="utf-8").partition("<!-- /bench:plot -->")[0]
    lines = [line.strip("|").split("|") for line in document.splitlines() if line.startswith("|")][2:]
    assert len(lines) >= 10
    for label, peers, ratio in lines:
        assert label.strip() in texts(committed)
        assert f"{ratio.strip()} × {peers.strip()}" in texts(committed)
    assert "<dc:date>" not in committed.read_text(encoding="utf-8")


def test_a_place_without_an_end_or_a_benchmark_is_an_error(tmp_path: Path) -> None:
    document = tmp_path / "benchmarks.md"
    document.write_text("<!-- bench:plot -->\n", encoding="utf-8")
    unended = run("--draw", "--out", str(document))
    assert (unended.returncode, "no end or no beginning" in unended.stderr) == (2, True)
    document.write_text("<!-- bench:nothing -->\n<!-- /bench:nothing -->\n", encoding="utf-8")
    unknown = run("--draw", "--out", str(document))
    assert (unknown.returncode, "nothing" in unknown.stderr) == (2, True)
    assert document.read_text(encoding="utf-8").count("\n") == 2
