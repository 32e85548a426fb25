"""The command line as people use it: a process, its output, its exit code, and never a traceback."""

import subprocess
from pathlib import Path

import pytest

from commands import KG, interrupted, kg


@pytest.mark.parametrize(
    ("arguments", "stdin", "code", "message"),
    [
        (["query", "-", "--project", "demo"], "SELECT * {\n  ?s ?p", 2, "kg: line 2, column "),
        (
            ["query", "-", "--project", "demo"],
            "SELECT * { ?s skos:x ?o }",
            2,
            "add the line: PREFIX skos: <http://www.w3.org/",
        ),
        (
            ["query", "-", "--project", "demo"],
            "SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }",
            2,
            "SERVICE is not",
        ),
        (["query", "-", "--project", "demo"], "DELETE WHERE { ?s ?p ?o }", 2, "by release only"),
        (["query", "who-owns", "--project", "demo"], "", 2, "saved queries: who-owns-what"),
        (["query", "who-owns-what", "--project", "demo", "--param", "x=1"], "", 2, "no parameter 'x'"),
        (["query", "who-owns-what", "--project", "demo", "--param", "x"], "", 2, "is not NAME=VALUE"),
        (
            ["query", "who-owns-what", "--project", "demo", "--format", "ttl"],
            "",
            2,
            "formats: table, json, xml, csv, tsv",
        ),
        (["query", "-", "--endpoint", "file:///etc/passwd"], "ASK {}", 2, "is not an http(s) URL"),
        (["query", "-", "--endpoint", "http://127.0.0.1:9/"], "ASK {}", 1, "cannot be reached"),
        (["build", "nowhere"], "", 2, "make one with `kg new NAME`"),
        (["build", "--fast"], "", 2, "No such option"),
        (["bild"], "", 2, "No such command"),
        (["new", "Not A Name"], "", 2, "lower-case letters"),
        (["new", "demo"], "", 2, "is there already"),
        (["serve", "demo", "--release", "1999"], "", 2, "there is no release 1999"),
        (["validate", "nowhere.ttl"], "", 2, "does not exist"),
        (["fmt", "nowhere.ttl"], "", 2, "does not exist"),
    ],
)
def test_mistake_is_one_clear_message_and_an_exit_code(
    demo_folder: Path, arguments: list[str], stdin: str, code: int, message: str
) -> None:
    result = kg(*arguments, cwd=demo_folder, stdin=stdin)
    assert message in result.stderr
    assert result.returncode == code


def test_setting_that_does_not_exist_is_an_error(demo_folder: Path) -> None:
    result = kg("stats", "demo", cwd=demo_folder, KG_WORKRS="2")
    assert (result.returncode, "there is no setting KG_WORKRS" in result.stderr) == (2, True)


def test_every_command_has_help_with_an_example(demo_folder: Path) -> None:
    names = [
        line.split()[0]
        for line in kg("--help", cwd=demo_folder).stdout.partition("Commands:")[2].splitlines()
        if line.strip()
    ]
    assert {"build", "check", "fmt", "new", "query", "serve", "stats", "validate", "verify"} <= set(names)
    for name in names:
        assert f"kg {name}" in kg(name, "--help", cwd=demo_folder).stdout.partition("\n")[2], name


@pytest.mark.parametrize("encoding", ["ascii", "utf-8"])
def test_a_terminal_without_our_letters_is_no_reason_to_stop(demo_folder: Path, encoding: str) -> None:
    query = 'SELECT ("Övertorneå" AS ?a) {}'
    result = kg("query", "-", "--project", "demo", cwd=demo_folder, stdin=query, PYTHONIOENCODING=f"{encoding}:strict")
    assert (result.returncode, result.stderr) == (0, "1 solution\n")


def test_an_output_that_is_full_is_one_clear_line(demo_folder: Path) -> None:
    with Path("/dev/full").open("w") as full:
        result = subprocess.run(
            [*KG, "stats", "demo"], cwd=demo_folder, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (result.returncode, result.stderr) == (2, "kg: standard output: No space left on device\n")


def test_ctrl_c_is_heard_while_the_engine_works(demo_folder: Path, tmp_path: Path) -> None:
    shapes, data = tmp_path / "shapes.ttl", tmp_path / "data.nt"
    select = "SELECT $this ?value { ?value ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l FILTER(STR(?c) = CONCAT(STR(?f), STR(?i), STR(?l))) }"
    shapes.write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix gov: <https://w3id.org/governance-kg/def/> .\n"
        f'<http://x/s> gov:wholeGraph true ; sh:targetNode gov:WholeGraph ; sh:sparql [ sh:select "{select}" ] .'
    )
    data.write_text("".join(f"<http://x/{number}> <http://x/p> <http://x/o{number}> .\n" for number in range(2000)))
    arguments = ("validate", str(data), "--shapes", str(shapes))
    assert interrupted(*arguments, cwd=demo_folder, after=3) == (130, "stopped")
