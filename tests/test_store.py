"""Columns as a store: the same triples, and terms as they were read."""

import pytest
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode
from rdflib import Graph, URIRef
from rdflib.compare import isomorphic

import kg.columns.store
from kg.columns.columns import Columns
from kg.columns.encode import encode_graph, encode_store
from kg.columns.store import oxigraph_term, to_store

TURTLE = """
@prefix : <https://example.org/> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
:a :p "one\\ntwo" , "å \\"b\\" \\\\"@sv , 1 , "\U0001f600" , :b , [ :q _:x ] .
_:x :q _:x .
"""
XSD = "http://www.w3.org/2001/XMLSchema#"


def columns_of(turtle: str) -> Columns:
    return encode_graph(Graph().parse(data=turtle))


@pytest.mark.parametrize("chunk", [1, 2, 1000])
def test_a_store_has_the_triples_of_the_columns_and_no_others(chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kg.columns.store, "_CHUNK", chunk)
    columns = columns_of(TURTLE)
    store = to_store(columns)
    assert {quad.graph_name for quad in store} == {DefaultGraph()}
    assert len(store) == len(columns) == 8
    assert isomorphic(encode_store(store).to_graph(), columns.to_graph())


def test_blank_nodes_keep_their_labels_also_where_the_triples_beside_them_have_none() -> None:
    columns = columns_of(TURTLE)
    terms = [term for quad in to_store(columns) for term in (quad.subject, quad.object)]
    nodes = {f"_:{term.value}" for term in terms if isinstance(term, BlankNode)}
    assert nodes == {text for text in columns.terms.texts if text[0] == "_"}


def test_columns_without_triples_are_an_empty_store() -> None:
    assert len(to_store(columns_of(""))) == 0


def test_an_iri_without_a_scheme_is_kept() -> None:
    graph = Graph()
    graph.add((URIRef("https://example.org/a"), URIRef("https://example.org/p"), URIRef("b")))
    assert [str(quad.object) for quad in to_store(encode_graph(graph))] == ["<b>"]


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("<urn:a>", NamedNode("urn:a")),
        ("_:b0", BlankNode("b0")),
        ('"a"', Literal("a")),
        ('"a"@sv', Literal("a", language="sv")),
        (f'"01"^^<{XSD}integer>', Literal("01", datatype=NamedNode(f"{XSD}integer"))),
        (f'" a  b "^^<{XSD}token>', Literal(" a  b ", datatype=NamedNode(f"{XSD}token"))),
        ('"one\\n\\"two\\" \\\\"', Literal('one\n"two" \\')),
    ],
)
def test_a_text_of_n_triples_is_the_term_that_it_writes(text: str, term: object) -> None:
    assert oxigraph_term(text) == term
