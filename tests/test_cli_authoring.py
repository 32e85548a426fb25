"""Commands for those who write the files, as people use them."""

import gzip
import json
from pathlib import Path

import pytest

from commands import kg


def test_cite_gives_the_turtle_of_a_span(demo_folder: Path) -> None:
    cited = kg(
        "cite", "demo/data/sources/example.txt", "a council of  31 members", "--project", "demo", cwd=demo_folder
    )
    assert "selector:example-71-94 a oa:TextPositionSelector" in cited.stdout
    missing = kg("cite", "demo/data/sources/example.txt", "a council of 32", "--project", "demo", cwd=demo_folder)
    assert (missing.returncode, "found up to: 'a council of'" in missing.stderr) == (2, True)


def test_broken_file_is_reported_with_its_place(demo_folder: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.ttl"
    broken.write_text("@prefix gov: <https://w3id.org/governance-kg/def/> .\ngov:a gov:b gov:c\ngov:d gov:e gov:f .\n")
    result = kg("validate", str(broken), cwd=demo_folder)
    assert result.returncode == 1
    assert f"{broken}:" in result.stderr


@pytest.mark.parametrize("output", ["text", "json", "jsonl", "ttl", "html"])
def test_validate_any_file_in_every_format(demo_folder: Path, tmp_path: Path, output: str) -> None:
    data, shapes = tmp_path / "data.nt", tmp_path / "shapes.ttl"
    data.write_text('<https://e.org/a> <http://xmlns.com/foaf/0.1/name> "<script>"@en .\n')
    shapes.write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix foaf: <http://xmlns.com/foaf/0.1/> .\n"
        "<https://e.org/S> a sh:NodeShape ; sh:targetSubjectsOf foaf:name ; sh:property <https://e.org/P> .\n"
        '<https://e.org/P> sh:path foaf:name ; sh:maxLength 3 ; sh:message "too long"@en , "för långt"@sv .\n'
    )
    result = kg("validate", str(data), "--shapes", str(shapes), "--format", output, "--lang", "sv", cwd=demo_folder)
    assert result.returncode == 1
    assert "för långt" in result.stdout
    assert "<script>" not in result.stdout or output != "html"
    shapes.write_text(shapes.read_text().replace("maxLength 3", "maxLength 30"))
    assert kg("validate", str(data), "--shapes", str(shapes), "--format", output, cwd=demo_folder).returncode == 0


def test_validate_says_the_same_with_either_engine(demo_folder: Path, tmp_path: Path) -> None:
    data, shapes = tmp_path / "data.nt.gz", tmp_path / "shapes.ttl"
    data.write_bytes(gzip.compress(b"<https://e.org/a> <https://e.org/p> 'x' .\n".replace(b"'", b'"')))
    shapes.write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix : <https://e.org/> .\n"
        ':S sh:targetSubjectsOf :p ; sh:property :P . :P sh:path :p ; sh:minCount 2 ; sh:message "too few" .'
    )
    command = ("validate", str(data), "--shapes", str(shapes), "--format", "jsonl")
    compiled, pyshacl = (kg(*command, "--engine", engine, cwd=demo_folder) for engine in ("compiled", "pyshacl"))
    assert compiled.returncode == pyshacl.returncode == 1
    assert compiled.stdout == pyshacl.stdout
    assert json.loads(compiled.stdout)["messages"] == {"": "too few"}


def test_fmt_changes_once_and_check_tells(demo_folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "a.ttl"
    file.write_text(
        "@prefix gov: <https://w3id.org/governance-kg/def/> . # kept\n\n\ngov:b a gov:c . gov:a a gov:c .\n"
    )
    assert kg("fmt", "--check", str(file), cwd=demo_folder).returncode == 1
    assert kg("fmt", str(file), cwd=demo_folder).stdout == f"formatted {file}\n"
    assert "# kept" in file.read_text()
    assert kg("fmt", "--check", str(file), cwd=demo_folder).returncode == 0


def test_fmt_uses_the_prefixes_of_the_project_that_a_file_is_in(demo_folder: Path) -> None:
    assert kg("fmt", "--check", "demo", cwd=demo_folder).returncode == 0
    nowhere = kg("fmt", cwd=demo_folder)
    assert (nowhere.returncode, "there is no" in nowhere.stderr) == (2, True)


@pytest.mark.parametrize(("locale", "word"), [("sv_SE.UTF-8", "regler"), ("C.UTF-8", "rules")])
def test_messages_are_in_the_language_of_the_environment(demo_folder: Path, locale: str, word: str) -> None:
    assert word in kg("validate", "demo/data/example.ttl", cwd=demo_folder, LC_ALL=locale).stdout


def test_check_finds_wrong_spans_and_copied_words_of_the_texts_in_the_project(demo_folder: Path) -> None:
    assert kg("new", "careless", cwd=demo_folder).returncode == 0
    path = demo_folder / "careless" / "data" / "example.ttl"
    text = path.read_text(encoding="utf-8")
    note = 'gov:seatsTotal 31 ;\n    gov:note "Example Town has a council of 31 members."@en'
    path.write_text(text.replace('oa:end "95"', 'oa:end "94"').replace("gov:seatsTotal 31", note), encoding="utf-8")
    found = kg("check", "careless", cwd=demo_folder)
    assert found.returncode == 1
    assert "characters 54-94 of example.txt are not what claim:" in found.stdout
    assert "gov:note holds words of example.txt" in found.stdout


def test_text_where_a_party_belongs_is_a_violation_with_its_line(demo_folder: Path) -> None:
    assert kg("new", "textual", cwd=demo_folder).returncode == 0
    path = demo_folder / "textual" / "data" / "example.ttl"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("gov:owner organisation:example-town", 'gov:owner "Example Town"'), encoding="utf-8")
    found = kg("check", "textual", cwd=demo_folder)
    assert found.returncode == 1
    assert "IDN-08: Example Town plays a role (gov:owner)" in found.stdout
    assert kg("build", "textual", cwd=demo_folder).returncode == 1
