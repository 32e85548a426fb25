"""Graphs into columns: every syntax and every kind of graph gives the same triples."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, Store, parse, serialize
from rdflib import Graph

from kg.columns.encode import encode_files, encode_graph, encode_store, read_part
from kg.errors import SourceError

TURTLE = """@prefix : <https://example.org/> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
:a :p "x\\ty\\"\\\\é"@sv-SE , "01"^^xsd:integer , "z"^^xsd:string , true , :b ; :q [ :r :a ] .
"""
QUADS = list(parse(TURTLE, RdfFormat.TURTLE))
FORMATS = {
    "data.ttl": RdfFormat.TURTLE,
    "data.nt": RdfFormat.N_TRIPLES,
    "data.nq": RdfFormat.N_QUADS,
    "data.trig": RdfFormat.TRIG,
    "data.rdf": RdfFormat.RDF_XML,
    "data.jsonld": RdfFormat.JSON_LD,
}


def texts(columns) -> set[tuple[str, ...]]:
    """The triples, blank nodes without their names."""
    text = columns.terms.text
    return {tuple("_" if text(n)[0] == "_" else text(n) for n in triple) for triple in columns.triples()}


EXPECTED = {
    tuple("_" if str(term)[0] == "_" else str(term) for term in (quad.subject, quad.predicate, quad.object))
    for quad in QUADS
}


@pytest.mark.parametrize("name", FORMATS)
def test_every_syntax(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(serialize(QUADS, format=FORMATS[name]) or b"")
    assert texts(encode_files([path])) == EXPECTED
    packed = tmp_path / f"{name}.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert texts(encode_files([packed])) == EXPECTED


def test_rdflib_graph_and_store(tmp_path: Path) -> None:
    store = Store()
    store.load(TURTLE, RdfFormat.TURTLE)
    (tmp_path / "data.ttl").write_text(TURTLE)
    graph = encode_files([tmp_path / "data.ttl"]).to_graph()
    assert texts(encode_graph(graph)) == EXPECTED
    assert len(encode_store(store)) == len(EXPECTED)
    assert texts(encode_graph(Graph())) == set()


def test_blank_nodes_of_two_files_are_two(tmp_path: Path) -> None:
    for name in ("a.nt", "b.nt"):
        (tmp_path / name).write_text("_:x <urn:p> <urn:o> .\n")
    assert len(encode_files([tmp_path / "a.nt", tmp_path / "b.nt"])) == 2


def test_named_graphs_are_merged(tmp_path: Path) -> None:
    (tmp_path / "a.nq").write_text("<urn:s> <urn:p> <urn:o> <urn:g> .\n<urn:s> <urn:p> <urn:o> .\n")
    assert len(encode_files([tmp_path / "a.nq"])) == 1


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("a.ttl", "<urn:a> <urn:b> <urn:c> .\n<urn:a> <urn:b> .\n", 2),
        ("a.nt", "<urn:a> <urn:b> <urn:c> .\n<urn:a> <urn:b> .\n", 2),
    ],
)
def test_a_broken_file_is_named_with_the_line(tmp_path: Path, name: str, text: str, line: int) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(SourceError) as caught:
        encode_files([tmp_path / name])
    assert (caught.value.path, caught.value.line) == (tmp_path / name, line)


@pytest.mark.parametrize("text", ["<urn:a> <urn:b> <<( <urn:a> <urn:b> <urn:c> )>> .", '<urn:a> <urn:b> "x"@ar--rtl .'])
def test_rdf_12_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.nt").write_text(text)
    with pytest.raises(SourceError, match=r"RDF 1\.2"):
        encode_files([tmp_path / "a.nt"])


def test_what_is_no_rdf_or_not_packed_is_refused(tmp_path: Path) -> None:
    for name in ("a.csv", "b.nt.gz"):
        (tmp_path / name).write_text("a,b\n")
        with pytest.raises(SourceError):
            encode_files([tmp_path / name])


def test_relative_iris_are_of_the_file_where_it_has_an_address(tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text("<> <#p> <urn:o> .")
    address = (tmp_path / "a.ttl").resolve().as_uri()
    assert texts(encode_files([tmp_path / "a.ttl"])) == {(f"<{address}>", f"<{address}#p>", "<urn:o>")}
    with pytest.raises(SourceError, match="relative, and there is no base"):
        read_part(tmp_path / "a.ttl")


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.nt", '<urn:a> <urn:p> "x .\n', "a.nt:1:17: Unexpected end of file"),
        ("a.jsonld", '{"@id": ', "a.jsonld:1:9: Unexpected end of file, a value was expected"),
        (
            "a.jsonld",
            '{"@context": "http://127.0.0.1:9/c"}',
            "a.jsonld: Its @context is at an address, and nothing is fetched",
        ),
    ],
)
def test_errors_name_the_place_once(tmp_path: Path, name: str, text: str, message: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(SourceError) as error:
        encode_files([tmp_path / name])
    assert str(error.value) == f"{tmp_path}/{message}"


def test_a_file_that_is_saved_while_it_is_read_is_not_called_broken(tmp_path: Path) -> None:
    path = tmp_path / "data.ttl"
    path.write_text("".join(f"<https://e.org/{number}> <https://e.org/p> 'some text' .\n" for number in range(60_000)))
    with pytest.raises(SourceError, match="was changed while it was read") as error:
        read_part(path, read=lambda _: path.write_text("<https://e.org/a> <https://e.org/p> 1 ."))
    assert error.value.hint == "run the command again"
