"""Validation of files: what is said of files and shapes that are not what they should be."""

from __future__ import annotations

import gzip
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from rdflib import RDF, Graph

import kg
from kg.errors import ConfigurationError, KgError, SourceError
from kg.project import Project
from kg.shapes.files import validation_of_files

HEAD = "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix : <https://example.org/> .\n"
DATA = f"{HEAD}:a a :C ; :p 1 .\n"
GOOD = f"{HEAD}:S a sh:NodeShape ;\n  sh:targetClass :C ;\n  sh:property [ sh:path :p ; sh:minCount 1 ] .\n"


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize(
    ("shapes", "line", "message"),
    [
        (HEAD, None, "No shape has a target"),
        ("", None, "No shape has a target"),
        (DATA, None, "No shape has a target"),
        (GOOD.replace("sh:path :p", "sh:path ( :p )"), 4, "a list of fewer than two paths"),
        (GOOD.replace("sh:path :p", 'sh:path "p"'), 4, "is not a property path"),
        (GOOD.replace("sh:path :p", "sh:path [ sh:inversePath :p ; sh:zeroOrMorePath :q ]"), 4, "is two paths at once"),
        (GOOD.replace("sh:path :p ;", ""), 4, "sh:property of <https://example.org/S> has no sh:path"),
        (
            GOOD.replace("sh:minCount 1", "sh:minCount 'many'"),
            4,
            'has as sh:minCount "many", which is not a whole number',
        ),
        (GOOD.replace("targetClass :C ;", "targetClass :C ; sh:in 5 ;"), 3, "has as sh:in what is not a list"),
        (
            GOOD.replace("sh:property", "sh:sparql [ sh:select 'SELECT $this { $this ?p' ] ; sh:property"),
            4,
            "is not SPARQL: line 1, column 24: the query ends before it is complete",
        ),
        (
            GOOD.replace("sh:property", "sh:sparql [ sh:select 'SELECT $this { $this eg:p ?v }' ] ; sh:property"),
            4,
            "is not SPARQL: line 1, column 22: the prefix eg: is not declared",
        ),
        (
            GOOD.replace(
                "sh:property", "sh:sparql [ sh:select 'SELECT $this (COUNT(?v) AS ?n) { $this ?p ?v }' ] ; sh:property"
            ),
            4,
            "The SELECT contains a variable that is unbound",
        ),
        (GOOD.replace("@prefix sh: ", "@prefix s: "), 2, "The prefix sh: is not declared"),
    ],
)
def test_shapes_at_fault(tmp_path: Path, norrbotten: Project, shapes: str, line: int | None, message: str) -> None:
    data, path = write(tmp_path, "data.ttl", DATA), write(tmp_path, "shapes.ttl", shapes)
    with pytest.raises(SourceError) as error:
        list(validation_of_files([data], [path], norrbotten).results())
    assert (error.value.path, error.value.line) == (path, line)
    assert message in str(error.value)


def test_misspelt_targets_are_named_where_no_shape_has_a_target(tmp_path: Path, norrbotten: Project) -> None:
    data = write(tmp_path, "data.ttl", DATA)
    shapes = write(tmp_path, "shapes.ttl", GOOD.replace("targetClass", "targetClas"))
    with pytest.raises(SourceError) as error:
        validation_of_files([data], [shapes], norrbotten)
    assert "did you mean sh:targetClass?" in str(error.value.hint)


@pytest.mark.parametrize("name", ["zero.ttl", "zero.nt", "zero.nq", "zero.trig", "zero.rdf", "zero.ttl.gz"])
def test_an_empty_file_is_an_empty_graph(tmp_path: Path, name: str) -> None:
    report = kg.validate(write(tmp_path, name, b""), write(tmp_path, "shapes.ttl", GOOD))
    assert (report.conforms, len(report.hints)) == (True, 1)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("zero.jsonld", b""),
        ("binary.ttl", b"\xb2\x00\xff"),
        ("binary.nt", b"\xb2\x00\xff"),
        ("binary.rdf", b"\xb2\x00\xff"),
        ("binary.jsonld", b"\xb2\x00\xff"),
        ("picture.png", b"\x89PNG"),
        ("cut.ttl.gz", gzip.compress(GOOD.encode())[:60]),
        ("no.ttl.gz", b"no gzip"),
        ("file.rdf", b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, name: str, content: bytes) -> None:
    with pytest.raises(SourceError) as error:
        kg.validate(write(tmp_path, name, content), write(tmp_path, "shapes.ttl", GOOD))
    assert error.value.path == tmp_path / name
    assert "root:" not in str(error.value)


def test_a_folder_stands_for_its_turtle_files(tmp_path: Path, norrbotten: Project) -> None:
    (tmp_path / "data" / "empty").mkdir(parents=True)
    write(tmp_path / "data", "data.ttl", DATA)
    shapes = write(tmp_path, "shapes.ttl", GOOD)
    assert not list(validation_of_files([tmp_path / "data"], [shapes], norrbotten).hints)
    with pytest.raises(ConfigurationError, match="no Turtle file in .*empty"):
        validation_of_files([tmp_path / "data" / "empty"], [shapes], norrbotten)
    with pytest.raises(ConfigurationError, match="no Turtle file in .*empty"):
        kg.validate(tmp_path / "data", tmp_path / "data" / "empty")


def test_what_a_folder_has_in_another_syntax_is_told(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    for name in ("a.ttl", "b.TTL", "c.ttl~"):
        write(tmp_path / "data", name, DATA)
    other = write(tmp_path / "data", "d.nt", f"<https://example.org/d> <{RDF.type}> <https://example.org/C> .\n")
    shapes = write(tmp_path, "shapes.ttl", GOOD)
    report = kg.validate(tmp_path / "data", shapes)
    assert report.conforms
    assert [hint.partition(" is not read: ")[0] for hint in report.hints] == [
        str(tmp_path / "data" / "b.TTL"),
        str(other),
    ]
    both = kg.validate([tmp_path / "data", other], shapes)
    assert [len(both.hints), len(both.results)] == [1, 1]


@contextmanager
def listening() -> Iterator[tuple[int, socket.socket]]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        yield server.getsockname()[1], server


def test_a_remote_context_is_not_fetched(tmp_path: Path) -> None:
    with listening() as (port, server):
        text = f'{{"@context": "http://127.0.0.1:{port}/c.jsonld", "@id": "https://example.org/a", "p": 1}}'
        with pytest.raises(KgError):
            kg.validate(write(tmp_path, "data.jsonld", text), Graph().parse(data=GOOD))
        with pytest.raises(TimeoutError):
            server.accept()


def test_what_is_imported_is_not_fetched(tmp_path: Path) -> None:
    with listening() as (port, server):
        text = f"{GOOD}<https://example.org/> <http://www.w3.org/2002/07/owl#imports> <http://127.0.0.1:{port}/s.ttl> ."
        shapes = write(tmp_path, "shapes.ttl", text)
        for engine in ("compiled", "pyshacl"):
            report = kg.validate(write(tmp_path, "data.ttl", DATA), shapes, engine=engine)
            [hint] = report.hints
            assert hint.startswith(
                f"{shapes}:5: owl:imports is not followed: give the file of <http://127.0.0.1:{port}/"
            )
        with pytest.raises(TimeoutError):
            server.accept()


def test_a_deactivated_shape_and_a_severity_of_ones_own(tmp_path: Path) -> None:
    data = write(tmp_path, "data.ttl", DATA)
    wrong = GOOD.replace("sh:minCount 1", "sh:maxCount 0 ; sh:severity :Grave")
    [result] = kg.validate(data, write(tmp_path, "shapes.ttl", wrong)).results
    assert (result.severity, str(result.severity_iri)) == ("violation", "https://example.org/Grave")
    off = wrong.replace("sh:targetClass", "sh:deactivated true ; sh:targetClass")
    assert kg.validate(data, write(tmp_path, "off.ttl", off)).results == ()


def test_pyshacl_is_asked_alone_about_shapes_that_cannot_be_compiled(tmp_path: Path) -> None:
    """An entailment is refused (SHACL §1.5), which pySHACL does not."""
    data, shapes = write(tmp_path, "data.ttl", DATA), GOOD.replace("sh:minCount 1", "sh:node [ sh:nodeKind sh:IRI ]")
    path = write(tmp_path, "shapes.ttl", f"{shapes}:S sh:entailment :RDFS .\n")
    with pytest.raises(SourceError, match="asks for the entailment") as error:
        kg.validate(data, path)
    assert error.value.line == 5
    [result] = kg.validate(data, path, engine="pyshacl").results
    assert len(result.details) == 1


@pytest.mark.parametrize(
    "constraint",
    [
        "sh:path " + "[ sh:zeroOrMorePath " * 3000 + ":p" + " ]" * 3000,
        "sh:path :p ; " + "sh:not [ " * 3000 + "sh:nodeKind sh:IRI" + " ]" * 3000,
        'sh:path :p ; sh:pattern "' + "(" * 5000 + "a" + ")" * 5000 + '"',
    ],
)
def test_shapes_that_are_nested_without_end_are_an_error(tmp_path: Path, constraint: str) -> None:
    shapes = write(tmp_path, "shapes.ttl", f"{HEAD}:S sh:targetClass :C ; sh:property [ {constraint} ] .\n")
    with pytest.raises(KgError, match="nested too deep"):
        kg.validate(write(tmp_path, "data.ttl", DATA), shapes)


def test_a_number_of_a_million_digits_takes_no_time_without_end(tmp_path: Path) -> None:
    data = write(tmp_path, "data.ttl", f"{HEAD}:a a :C ; :p {'9' * 10**6} .\n")
    shapes = write(tmp_path, "shapes.ttl", GOOD.replace("sh:minCount 1", "sh:maxInclusive 5"))
    [result] = kg.validate(data, shapes, timeout=60).results
    assert result.place is not None
