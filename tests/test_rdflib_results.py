"""Answers of rdflib in the media types of SPARQL 1.1: what another reader reads is what was written."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from pyoxigraph import QueryBoolean, QueryResultsFormat, QuerySolutions, RdfFormat, parse, parse_query_results
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import XSD

from kg.engine.rdflib_results import Row, Solutions, graph_bytes, page, write_boolean, write_solutions
from kg.errors import SourceError
from kg.turtle.terms import from_rdflib

HOSTILE = "<b>&amp;\"'\t\n\r\\ ,;Å😀"
ROWS: tuple[Row, ...] = (
    (URIRef("http://e/a&b"), Literal(HOSTILE)),
    (BNode("b1"), Literal(HOSTILE, lang="sv")),
    (None, Literal("01", datatype=XSD.integer, normalize=False)),
    (Literal(""), None),
    (None, None),
)


def solutions(rows: tuple[Row, ...] = ROWS) -> Solutions:
    return Solutions(("x", "y"), iter(rows))


def written(format: str, rows: tuple[Row, ...] = ROWS) -> bytes:
    pieces: list[bytes] = []
    write_solutions(solutions(rows), format, pieces.append)
    return b"".join(pieces)


@pytest.mark.parametrize("format", ["json", "xml", "tsv"])
def test_another_reader_finds_the_same_terms(format: str) -> None:
    kind = {"json": QueryResultsFormat.JSON, "xml": QueryResultsFormat.XML, "tsv": QueryResultsFormat.TSV}[format]
    read = parse_query_results(written(format), kind)
    assert isinstance(read, QuerySolutions)
    assert [variable.value for variable in read.variables] == ["x", "y"]
    expected = [tuple(None if term is None else from_rdflib(term) for term in row) for row in ROWS]
    assert [(row["x"], row["y"]) for row in read] == expected


def test_csv_has_the_values_and_lines_end_as_the_specification_says() -> None:
    text = written("csv").decode()
    assert text.startswith("x,y\r\nhttp://e/a&b,")
    assert "_:b1," in text
    assert text.endswith(",01\r\n,\r\n,\r\n")


@pytest.mark.parametrize("format", ["json", "xml", "csv", "tsv"])
def test_rows_are_written_one_by_one(format: str) -> None:
    """A sender that has had enough raises, and is heard at once, however many rows there would be."""

    def endless() -> Iterator[Row]:
        while True:
            yield (URIRef("http://e/a"), None)

    class Enough(Exception):
        pass

    sent = 0

    def write(data: bytes) -> None:
        nonlocal sent
        sent += len(data)
        if sent > 1000:
            raise Enough

    with pytest.raises(Enough):
        write_solutions(Solutions(("x", "y"), endless()), format, write)
    assert sent < 1200


@pytest.mark.parametrize("value", [True, False])
def test_booleans(value: bool) -> None:
    for format, kind in (("json", QueryResultsFormat.JSON), ("xml", QueryResultsFormat.XML)):
        pieces: list[bytes] = []
        write_boolean(value, format, pieces.append)
        read = parse_query_results(b"".join(pieces), kind)
        assert isinstance(read, QueryBoolean)
        assert bool(read) is value


def test_a_page_says_whether_it_is_all() -> None:
    assert page(solutions(), 5)["complete"] is True
    cut = page(solutions(), 4)
    assert (cut["complete"], len(cut["results"]["bindings"])) == (False, 4)
    assert json.loads(written("json"))["results"] == page(solutions(), 5)["results"]


@pytest.mark.parametrize(
    ("format", "kind"),
    [
        ("ttl", RdfFormat.TURTLE),
        ("nt", RdfFormat.N_TRIPLES),
        ("rdf", RdfFormat.RDF_XML),
        ("jsonld", RdfFormat.JSON_LD),
    ],
)
def test_graphs(format: str, kind: RdfFormat) -> None:
    graph = Graph()
    graph.add((URIRef("http://e/s"), URIRef("http://e/p"), Literal("01", datatype=XSD.integer, normalize=False)))
    graph.add((URIRef("http://e/s"), URIRef("http://e/p"), Literal(HOSTILE, lang="sv")))
    content = graph_bytes(graph, format, {"e": "http://e/", "f": "http://f/"})
    found = {quad.triple.object for quad in parse(content, kind)}
    assert found == {from_rdflib(value) for value in graph.objects()}
    if format == "ttl":
        assert content.startswith(b"@prefix e: ")
        assert b"@prefix f:" not in content


def test_triples_that_are_none_are_left_out() -> None:
    graph = Graph()
    graph.add((Literal("s"), URIRef("http://e/p"), Literal("o")))
    graph.add((URIRef("http://e/s"), Literal("p"), Literal("o")))
    graph.add((URIRef("http://e/s"), URIRef("http://e/p"), Literal("o")))
    assert graph_bytes(graph, "nt", {}) == b'<http://e/s> <http://e/p> "o" .\n'


def test_what_is_no_term_of_rdf_is_an_error() -> None:
    with pytest.raises(SourceError, match="not a term of RDF"):
        written("tsv", ((URIRef("http://e/a b"), None),))
