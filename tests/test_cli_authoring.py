"""Commands for those who write the files, as people use them."""

import gzip
import json
import shutil
from pathlib import Path

import pytest

from commands import interrupted, kg


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


SHAPE = (
    "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix : <https://e.org/> .\n"
    ":S a sh:NodeShape ; sh:targetSubjectsOf :p ; {constraint} ."
)


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("data.nt", "--shapes", "good.ttl"), 0, ""),
        (("data.nt", "--shapes", "bad.ttl"), 1, ""),
        (("data.nt", "--shapes", "misspelt.ttl"), 0, "hint: misspelt.ttl:2: sh:minCout is not a term of SHACL"),
        (("data.nt", "--shapes", "data.nt"), 1, "kg: data.nt: No shape has a target"),
        (("data.nt", "--shapes", "path.ttl"), 1, "kg: path.ttl:2: sh:path of sh:property of <https://e.org/S> is not"),
        (("good.ttl", "--shapes", "good.ttl"), 0, "hint: No shape has a focus node"),
        ((".", "--shapes", "good.ttl"), 0, "hint: No shape has a focus node"),
        (("data.nt", "--shapes", "empty"), 2, "there is no Turtle file in empty"),
        (("https://e.org/data.ttl",), 2, "is an address, and nothing is fetched"),
        (("data.nt", "--shapes", "https://e.org/shapes.ttl"), 2, "is an address, and nothing is fetched"),
        (("nowhere.ttl",), 2, "does not exist"),
        ((), 2, "Missing argument"),
    ],
)
def test_validate_and_what_can_go_wrong(tmp_path: Path, arguments: tuple[str, ...], code: int, told: str) -> None:
    (tmp_path / "data.nt").write_text("<https://e.org/a> <https://e.org/p> <https://e.org/b> .\n")
    for name, constraint in {
        "good": "sh:nodeKind sh:IRI",
        "bad": "sh:nodeKind sh:Literal",
        "misspelt": "sh:minCout 1",
        "path": "sh:property [ sh:path [] ]",
    }.items():
        (tmp_path / f"{name}.ttl").write_text(SHAPE.format(constraint=constraint))
    (tmp_path / "empty").mkdir()
    result = kg("validate", *arguments, cwd=tmp_path)
    assert result.returncode == code, result.stderr
    assert told in result.stderr
    assert told or not result.stderr


@pytest.mark.parametrize(
    "constraint",
    [
        'sh:property [ sh:path :p ; sh:pattern "^(?=a)(a+)+$" ]',
        'sh:sparql [ sh:select "SELECT $this { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER (?c < ?f && ?f < ?i && ?i < ?c) }" ]',
    ],
    ids=["in a regular expression", "in columns"],
)
def test_ctrl_c_ends_a_long_validation(tmp_path: Path, constraint: str) -> None:
    lines = (f'<https://e.org/a> <https://e.org/p> "{"a" * 40}{number}" .' for number in range(5000))
    (tmp_path / "data.nt").write_text("\n".join(lines))
    (tmp_path / "shapes.ttl").write_text(SHAPE.format(constraint=constraint))
    arguments = ("validate", "data.nt", "--shapes", "shapes.ttl")
    assert interrupted(*arguments, cwd=tmp_path, after=2.5) == (130, "stopped")


def test_ctrl_c_ends_a_long_check(tmp_path: Path) -> None:
    kg("new", "demo", cwd=tmp_path)
    head = "@prefix org: <http://www.w3.org/ns/org#> .\n\n"
    lines = "\n".join(f"<https://e.org/{number}> a org:Organization ." for number in range(500_000))
    for name in "abc":
        (tmp_path / "demo" / "data" / f"{name}.ttl").write_text(head + lines)
    assert interrupted("check", "demo", cwd=tmp_path, after=1.5) == (130, "stopped")


def test_check_finds_the_same_with_several_processes(tmp_path: Path) -> None:
    kg("new", "demo", cwd=tmp_path)
    data = tmp_path / "demo" / "data"
    (data / "large.ttl").write_text('<https://e.org/a> <https://e.org/b> 2, 1, "' + "x" * 5_000_000 + '" .\n')
    (data / "wrong.ttl").write_text("<https://e.org/a> <https://e.org/b> 1.\n")
    one = kg("check", "demo", "--jobs", "1", cwd=tmp_path)
    assert (one.returncode, one.stdout.count("not in canonical form")) == (1, 2)
    assert kg("check", "demo", "--jobs", "2", cwd=tmp_path).stdout == one.stdout
    (data / "broken.ttl").write_text("<https://e.org/a> <https://e.org/b> 1\n")
    broken = kg("check", "demo", cwd=tmp_path).stdout
    assert "demo/data/broken.ttl:1:38: violation [syntax] The file ends in the middle" in broken
    assert '(End the last statement with " .")' in broken


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


def test_validate_reads_files_as_those_of_the_project_that_they_are_in(demo_folder: Path, tmp_path: Path) -> None:
    shutil.copytree(demo_folder / "demo", tmp_path / "demo")
    (tmp_path / "demo" / "shapes").mkdir()
    (tmp_path / "demo" / "shapes" / "own.ttl").write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix gov: <https://w3id.org/governance-kg/def/> .\n"
        'gov:Own sh:targetClass gov:Ownership ; sh:not [ sh:class gov:Ownership ] ; sh:message "own"@en .'
    )
    for given in ("demo", "demo/data", "demo/data/example.ttl"):
        result = kg("validate", given, "--lang", "en", cwd=tmp_path)
        assert "violation SHACL: own\n    relation:ownership-example-town-example-harbour" in result.stdout, given
