"""What `kg query` tells beside the answer of a release on disk."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from kg.ask import list_questions, question_text
from kg.project import Project, rulebook_root
from kg.release import Release
from serving import ALL, make_release

START = """
import sys
from pathlib import Path
from kg.ask import ask
from kg.namespaces import prefixes
from kg.release import open_release
release = open_release(Path(sys.argv[1]))
ask(sys.argv[2], release, sys.argv[3], prefixes(release.manifest.base_iri))
"""


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return make_release(tmp_path_factory.mktemp("ask"))


def asked(release: Release, text: str, output: str) -> tuple[str, str]:
    source = str(Path(__file__).resolve().parent.parent / "src")
    done = subprocess.run(
        [sys.executable, "-c", START, str(release.path), ALL + text, output],
        capture_output=True, text=True, env={"PYTHONPATH": source}, check=True,
    )  # fmt: skip
    return done.stdout, done.stderr


@pytest.mark.parametrize(
    ("text", "output", "answer"),
    [
        ("SELECT ?s { ?s gov:onws ?o }", "csv", "s\n"),
        ("ASK { ?s gov:onws ?o }", "table", "no\n"),
        ("CONSTRUCT WHERE { ?s gov:onws ?o }", "nt", ""),
    ],
)
def test_an_unknown_term_is_told_on_standard_error_and_the_answer_stays_as_it_is(
    release: Release, text: str, output: str, answer: str
) -> None:
    assert asked(release, text, output) == (answer, "gov:onws is not in this release; did you mean gov:owns?\n")


def test_of_known_terms_nothing_is_told(release: Release) -> None:
    assert asked(release, "ASK { ?s gov:owns organisation:studio }", "table") == ("yes\n", "")


def test_a_query_file_that_is_a_document_has_its_parameters_wherever_it_is(demo: Project, tmp_path: Path) -> None:
    document = next((rulebook_root() / "queries").rglob("effective-owners.rq"))
    (tmp_path / "mine.rq").write_text(document.read_text())
    text = question_text(str(tmp_path / "mine.rq"), demo, {"organisation": "organisation:example-harbour"})
    assert f"<{demo.base_iri}id/organisation/example-harbour>" in text


def test_a_project_without_saved_queries_says_where_they_go(demo: Project) -> None:
    for path in (demo.root / "queries").rglob("*.rq"):
        path.unlink()
    assert list_questions(demo, "en") == f"no saved queries: put one into {demo.root}/queries/TOPIC/NAME.rq"
