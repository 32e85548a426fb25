"""What files hold commands no terminal, wherever it is quoted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from commands import kg
from kg.printable import printable

HEAD = "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix : <https://e.org/> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
WRITTEN = "\\u001B[31m \\u0007 \\u009B2J \\u202E"
COMMANDS = "\x1b\x07\x9b\u202e"


def test_commands_are_shown_and_text_is_left_alone() -> None:
    assert printable("\x1b[2J\x00\x9b\u202e\u2066") == "\\u001B[2J\\u0000\\u009B\\u202E\\u2066"
    assert printable("åäö\tπ\n 你好 🏛 \u200d\u00ad") == "åäö\tπ\n 你好 🏛 \u200d\u00ad"


@pytest.mark.parametrize("form", ["text", "json", "jsonl", "ttl"])
def test_results_command_no_terminal(tmp_path: Path, form: str) -> None:
    (tmp_path / "data.ttl").write_text(f'{HEAD}:x :p "{WRITTEN}" ; skos:prefLabel "{WRITTEN}"@en .')
    (tmp_path / "shapes.ttl").write_text(
        f'{HEAD}:S sh:targetSubjectsOf :p ; sh:property [ sh:path :p ; sh:nodeKind sh:IRI ; sh:message "{WRITTEN} {{$value}}" ] .'
    )
    told = kg("validate", "data.ttl", "--shapes", "shapes.ttl", "--format", form, cwd=tmp_path)
    assert told.returncode == 1
    assert not set(COMMANDS) & set(told.stdout + told.stderr)
    assert "202e" in told.stdout.lower()
    if form == "json":
        [result] = json.loads(told.stdout)["results"]
        assert set(COMMANDS) <= set(result["value"])


@pytest.mark.parametrize("name", ["data.ttl", "data.nt"])
def test_errors_command_no_terminal(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(f"<https://e.org/x> {COMMANDS} <https://e.org/p> .", encoding="utf-8")
    told = kg("validate", name, cwd=tmp_path)
    assert told.returncode == 1
    assert not set(COMMANDS) & set(told.stdout + told.stderr)
