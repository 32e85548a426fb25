"""Commands that answer questions, as people use them."""

import json
import signal
import subprocess
from pathlib import Path
from urllib.request import urlopen

import pytest

from commands import KG, kg
from serving import free_port


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ("table", "owner         owned\n────────────  ───────────────────\nExample Town  Example Harbour Ltd\n"),
        ("csv", "owner,owned\nExample Town,Example Harbour Ltd\n"),
        ("tsv", '?owner\t?owned\n"Example Town"@en\t"Example Harbour Ltd"@en\n'),
    ],
)
def test_saved_query_by_name(demo_folder: Path, output: str, expected: str) -> None:
    answer = kg("query", "who-owns-what", "--format", output, "--project", "demo", cwd=demo_folder)
    assert answer.stdout.replace("\r\n", "\n") == expected


def test_query_from_standard_input_and_ask(demo_folder: Path) -> None:
    assert kg("query", "-", "--project", "demo", cwd=demo_folder, stdin="ASK { ?s ?p ?o }").stdout == "yes\n"
    turtle = kg(
        "query", "-", "--project", "demo", cwd=demo_folder, stdin="CONSTRUCT { ?s a ?o } { ?s a ?o } LIMIT 1"
    ).stdout
    assert turtle.rstrip().endswith(".")


def test_table_cuts_nothing(demo_folder: Path) -> None:
    long = "x" * 3000
    assert long in kg("query", "-", "--project", "demo", cwd=demo_folder, stdin=f'SELECT ("{long}" AS ?x) {{}}').stdout


def test_query_without_an_argument_lists_the_questions(demo_folder: Path) -> None:
    listed = kg("query", "--project", "demo", cwd=demo_folder, LC_ALL="sv_SE.UTF-8").stdout
    assert listed == "ownership\n  who-owns-what  Vem äger vad?\n"


@pytest.mark.parametrize("name", ["x" * 300, "SELECT * { ?s ?p ?o } #" + "x" * 5000])
def test_a_name_that_no_file_can_have_is_no_file(demo_folder: Path, name: str) -> None:
    result = kg("query", name, "--project", "demo", cwd=demo_folder)
    assert (result.returncode, "no file and no saved query" in result.stderr) == (2, True)
    assert kg("build", name, cwd=demo_folder).returncode == 2
    assert kg("new", "x" * 300, cwd=demo_folder).returncode == 2


def test_a_syntax_error_of_a_query_has_the_place_that_its_writer_sees(demo_folder: Path) -> None:
    result = kg("query", "-", "--project", "demo", cwd=demo_folder, stdin="SELECT ?a {\n ?s FOO ?p }")
    assert (result.returncode, result.stderr) == (2, "kg: line 2, column 5: unexpected FOO\n")


@pytest.mark.parametrize("url", ["http://[::1", "http://a b/", "http://127.0.0.1:1/"])
def test_an_endpoint_that_is_none_is_one_clear_line(demo_folder: Path, url: str) -> None:
    result = kg("query", "-", "--project", "demo", "--endpoint", url, cwd=demo_folder, stdin="ASK {}")
    assert result.returncode in (1, 2)
    assert result.stderr.startswith("kg: ")


def test_serve_builds_answers_and_ends_with_ctrl_c(demo_folder: Path) -> None:
    port = str(free_port())
    process = subprocess.Popen(
        [*KG, "serve", "demo", "--port", port], cwd=demo_folder, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        assert "demo, release" in process.stdout.readline()
        with urlopen(f"http://127.0.0.1:{port}/sparql?query=ASK%7B%3Fs%20%3Fp%20%3Fo%7D") as response:
            assert json.load(response)["boolean"] is True
        taken = kg("serve", "demo", "--port", port, cwd=demo_folder)
        assert (taken.returncode, taken.stderr.count("\n")) == (2, 2)
        assert f"cannot listen at 127.0.0.1:{port}" in taken.stderr
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 0
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
