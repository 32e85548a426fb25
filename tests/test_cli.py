"""The command line as people use it: a process, its output, its exit code, and never a traceback."""

import gzip
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest

KG = [sys.executable, "-c", "from kg.cli import main; main()"]


def kg(*arguments: str, cwd: Path, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    result = subprocess.run(
        [*KG, *arguments],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        timeout=120,
        check=False,
    )
    assert "Traceback" not in result.stderr
    return result


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working directory with a fresh project `demo`, built."""
    folder = tmp_path_factory.mktemp("cli")
    assert kg("new", "demo", cwd=folder).returncode == 0
    built = kg("build", "demo", cwd=folder)
    assert built.returncode == 0, built.stderr
    return folder


def test_new_build_check_stats_verify(folder: Path) -> None:
    assert kg("check", "demo", cwd=folder).stdout.startswith("passed: 2 Turtle files")
    counts = json.loads(kg("stats", "demo", "--json", cwd=folder).stdout)["totals"]
    assert (counts["relations"], counts["sources"]) == (2, 1)
    assert "files are as they were built" in kg("verify", "demo", cwd=folder).stdout


def test_verify_sources_proves_digests_and_coverage(folder: Path) -> None:
    verified = kg("verify", "demo", "--sources", "demo/data/sources", cwd=folder)
    assert verified.returncode == 0
    assert "0 wrong digests" in verified.stdout
    assert "2 sentences and list items, 100.0 % covered" in verified.stdout


def test_cite_gives_the_turtle_of_a_span(folder: Path) -> None:
    cited = kg("cite", "demo/data/sources/example.txt", "a council of  31 members", "--project", "demo", cwd=folder)
    assert "selector:example-71-94 a oa:TextPositionSelector" in cited.stdout
    missing = kg("cite", "demo/data/sources/example.txt", "a council of 32", "--project", "demo", cwd=folder)
    assert (missing.returncode, "found up to: 'a council of'" in missing.stderr) == (2, True)


def test_changed_source_text_is_found(folder: Path) -> None:
    verified = kg("verify", "demo", "--sources", str(folder / "nowhere"), cwd=folder)
    assert (verified.returncode, verified.stderr) == (1, f"kg: {folder / 'nowhere'}: there is no such folder\n")


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ("table", "owner         owned\n────────────  ───────────────────\nExample Town  Example Harbour Ltd\n"),
        ("csv", "owner,owned\nExample Town,Example Harbour Ltd\n"),
        ("tsv", '?owner\t?owned\n"Example Town"@en\t"Example Harbour Ltd"@en\n'),
    ],
)
def test_saved_query_by_name(folder: Path, output: str, expected: str) -> None:
    answer = kg("query", "who-owns-what", "--format", output, "--project", "demo", cwd=folder)
    assert answer.stdout.replace("\r\n", "\n") == expected


def test_query_from_standard_input_and_ask(folder: Path) -> None:
    assert kg("query", "-", "--project", "demo", cwd=folder, stdin="ASK { ?s ?p ?o }").stdout == "yes\n"
    turtle = kg("query", "-", "--project", "demo", cwd=folder, stdin="CONSTRUCT { ?s a ?o } { ?s a ?o } LIMIT 1").stdout
    assert turtle.rstrip().endswith(".")


def test_table_cuts_nothing(folder: Path) -> None:
    long = "x" * 3000
    assert long in kg("query", "-", "--project", "demo", cwd=folder, stdin=f'SELECT ("{long}" AS ?x) {{}}').stdout


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
    folder: Path, arguments: list[str], stdin: str, code: int, message: str
) -> None:
    result = kg(*arguments, cwd=folder, stdin=stdin)
    assert message in result.stderr
    assert result.returncode == code


def test_setting_that_does_not_exist_is_an_error(folder: Path) -> None:
    result = kg("stats", "demo", cwd=folder, KG_WORKRS="2")
    assert (result.returncode, "there is no setting KG_WORKRS" in result.stderr) == (2, True)


def test_broken_file_is_reported_with_its_place(folder: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.ttl"
    broken.write_text("@prefix gov: <https://w3id.org/governance-kg/def/> .\ngov:a gov:b gov:c\ngov:d gov:e gov:f .\n")
    result = kg("validate", str(broken), cwd=folder)
    assert result.returncode == 1
    assert f"{broken}:" in result.stderr


@pytest.mark.parametrize("output", ["text", "json", "jsonl", "ttl", "html"])
def test_validate_any_file_in_every_format(folder: Path, tmp_path: Path, output: str) -> None:
    data, shapes = tmp_path / "data.nt", tmp_path / "shapes.ttl"
    data.write_text('<https://e.org/a> <http://xmlns.com/foaf/0.1/name> "<script>"@en .\n')
    shapes.write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix foaf: <http://xmlns.com/foaf/0.1/> .\n"
        "<https://e.org/S> a sh:NodeShape ; sh:targetSubjectsOf foaf:name ; sh:property <https://e.org/P> .\n"
        '<https://e.org/P> sh:path foaf:name ; sh:maxLength 3 ; sh:message "too long"@en , "för långt"@sv .\n'
    )
    result = kg("validate", str(data), "--shapes", str(shapes), "--format", output, "--lang", "sv", cwd=folder)
    assert result.returncode == 1
    assert "för långt" in result.stdout
    assert "<script>" not in result.stdout or output != "html"
    shapes.write_text(shapes.read_text().replace("maxLength 3", "maxLength 30"))
    assert kg("validate", str(data), "--shapes", str(shapes), "--format", output, cwd=folder).returncode == 0


def test_validate_says_the_same_with_either_engine(folder: Path, tmp_path: Path) -> None:
    data, shapes = tmp_path / "data.nt.gz", tmp_path / "shapes.ttl"
    data.write_bytes(gzip.compress(b"<https://e.org/a> <https://e.org/p> 'x' .\n".replace(b"'", b'"')))
    shapes.write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix : <https://e.org/> .\n"
        ':S sh:targetSubjectsOf :p ; sh:property :P . :P sh:path :p ; sh:minCount 2 ; sh:message "too few" .'
    )
    command = ("validate", str(data), "--shapes", str(shapes), "--format", "jsonl")
    compiled, pyshacl = (kg(*command, "--engine", engine, cwd=folder) for engine in ("compiled", "pyshacl"))
    assert compiled.returncode == pyshacl.returncode == 1
    assert compiled.stdout == pyshacl.stdout
    assert json.loads(compiled.stdout)["messages"] == {"": "too few"}


def test_fmt_changes_once_and_check_tells(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "a.ttl"
    file.write_text(
        "@prefix gov: <https://w3id.org/governance-kg/def/> . # kept\n\n\ngov:b a gov:c . gov:a a gov:c .\n"
    )
    assert kg("fmt", "--check", str(file), cwd=folder).returncode == 1
    assert kg("fmt", str(file), cwd=folder).stdout == f"formatted {file}\n"
    assert "# kept" in file.read_text()
    assert kg("fmt", "--check", str(file), cwd=folder).returncode == 0


def test_serve_builds_answers_and_ends_with_ctrl_c(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    process = subprocess.Popen([*KG, "serve", "demo", "--port", port], cwd=folder, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert "demo, release" in process.stdout.readline()
        with urlopen(f"http://127.0.0.1:{port}/sparql?query=ASK%7B%3Fs%20%3Fp%20%3Fo%7D") as response:
            assert json.load(response)["boolean"] is True
        taken = kg("serve", "demo", "--port", port, cwd=folder)
        assert (taken.returncode, taken.stderr.count("\n")) == (2, 2)
        assert f"cannot listen at 127.0.0.1:{port}" in taken.stderr
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == 0
    finally:
        process.kill()
        process.wait()
        process.stdout.close()  # type: ignore[union-attr]


def test_fmt_uses_the_prefixes_of_the_project_that_a_file_is_in(folder: Path) -> None:
    assert kg("fmt", "--check", "demo", cwd=folder).returncode == 0
    nowhere = kg("fmt", cwd=folder)
    assert (nowhere.returncode, "there is no" in nowhere.stderr) == (2, True)


@pytest.mark.parametrize(("locale", "word"), [("sv_SE.UTF-8", "regler"), ("C.UTF-8", "rules")])
def test_messages_are_in_the_language_of_the_environment(folder: Path, locale: str, word: str) -> None:
    assert word in kg("validate", "demo/data/example.ttl", cwd=folder, LC_ALL=locale).stdout


def test_query_without_an_argument_lists_the_questions(folder: Path) -> None:
    listed = kg("query", "--project", "demo", cwd=folder, LC_ALL="sv_SE.UTF-8").stdout
    assert listed == "ownership\n  who-owns-what  Vem äger vad?\n"


def test_check_finds_wrong_spans_and_copied_words_of_the_texts_in_the_project(folder: Path) -> None:
    assert kg("new", "careless", cwd=folder).returncode == 0
    path = folder / "careless" / "data" / "example.ttl"
    text = path.read_text(encoding="utf-8")
    note = 'gov:seatsTotal 31 ;\n    gov:note "Example Town has a council of 31 members."@en'
    path.write_text(text.replace('oa:end "95"', 'oa:end "94"').replace("gov:seatsTotal 31", note), encoding="utf-8")
    found = kg("check", "careless", cwd=folder)
    assert found.returncode == 1
    assert "characters 54-94 of example.txt are not what claim:" in found.stdout
    assert "gov:note holds words of example.txt" in found.stdout


def test_text_where_a_party_belongs_is_a_violation_with_its_line(folder: Path) -> None:
    assert kg("new", "textual", cwd=folder).returncode == 0
    path = folder / "textual" / "data" / "example.ttl"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("gov:owner organisation:example-town", 'gov:owner "Example Town"'), encoding="utf-8")
    found = kg("check", "textual", cwd=folder)
    assert found.returncode == 1
    assert "IDN-08: Example Town plays a role (gov:owner)" in found.stdout
    assert kg("build", "textual", cwd=folder).returncode == 1


def test_every_command_has_help_with_an_example(folder: Path) -> None:
    names = [
        line.split()[0]
        for line in kg("--help", cwd=folder).stdout.partition("Commands:")[2].splitlines()
        if line.strip()
    ]
    assert {"build", "check", "fmt", "new", "query", "serve", "stats", "validate", "verify"} <= set(names)
    for name in names:
        assert f"kg {name}" in kg(name, "--help", cwd=folder).stdout.partition("\n")[2], name


@pytest.mark.parametrize("name", ["x" * 300, "SELECT * { ?s ?p ?o } #" + "x" * 5000])
def test_a_name_that_no_file_can_have_is_no_file(folder: Path, name: str) -> None:
    result = kg("query", name, "--project", "demo", cwd=folder)
    assert (result.returncode, "no file and no saved query" in result.stderr) == (2, True)
    assert kg("build", name, cwd=folder).returncode == 2
    assert kg("new", "x" * 300, cwd=folder).returncode == 2


def test_a_syntax_error_of_a_query_has_the_place_that_its_writer_sees(folder: Path) -> None:
    result = kg("query", "-", "--project", "demo", cwd=folder, stdin="SELECT ?a {\n ?s FOO ?p }")
    assert (result.returncode, result.stderr) == (2, "kg: line 2, column 5: unexpected FOO\n")


@pytest.mark.parametrize("encoding", ["ascii", "utf-8"])
def test_a_terminal_without_our_letters_is_no_reason_to_stop(folder: Path, encoding: str) -> None:
    query = 'SELECT ("Övertorneå" AS ?a) {}'
    result = kg("query", "-", "--project", "demo", cwd=folder, stdin=query, PYTHONIOENCODING=f"{encoding}:strict")
    assert (result.returncode, result.stderr) == (0, "1 solution\n")


@pytest.mark.parametrize("url", ["http://[::1", "http://a b/", "http://127.0.0.1:1/"])
def test_an_endpoint_that_is_none_is_one_clear_line(folder: Path, url: str) -> None:
    result = kg("query", "-", "--project", "demo", "--endpoint", url, cwd=folder, stdin="ASK {}")
    assert result.returncode in (1, 2)
    assert result.stderr.startswith("kg: ")


def test_an_output_that_is_full_is_one_clear_line(folder: Path) -> None:
    with Path("/dev/full").open("w") as full:
        result = subprocess.run(
            [*KG, "stats", "demo"], cwd=folder, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (result.returncode, result.stderr) == (2, "kg: standard output: No space left on device\n")


def test_ctrl_c_is_heard_while_the_engine_works(folder: Path, tmp_path: Path) -> None:
    shapes, data = tmp_path / "shapes.ttl", tmp_path / "data.nt"
    select = "SELECT $this ?value { ?value ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l FILTER(STR(?c) = CONCAT(STR(?f), STR(?i), STR(?l))) }"
    shapes.write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix gov: <https://w3id.org/governance-kg/def/> .\n"
        f'<http://x/s> gov:wholeGraph true ; sh:targetNode gov:WholeGraph ; sh:sparql [ sh:select "{select}" ] .'
    )
    data.write_text("".join(f"<http://x/{number}> <http://x/p> <http://x/o{number}> .\n" for number in range(2000)))
    command = [*KG, "validate", str(data), "--shapes", str(shapes)]
    with subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True) as process:
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(4)
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 130
        assert process.stderr is not None
        assert process.stderr.read().strip() == "stopped"


def test_releases_go_into_the_project_wherever_the_command_is_given(folder: Path, tmp_path: Path) -> None:
    stats = kg("stats", str(folder / "demo"), cwd=tmp_path)
    assert stats.returncode == 0
    assert list(tmp_path.iterdir()) == []
    assert (folder / "demo" / "build" / "current").exists()
