"""Queries that a store answers: each solution is of its focus node, and the store is afterwards what it was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
import pytest
from pyoxigraph import RdfFormat, Store
from rdflib import Graph, URIRef

from kg.columns.columns import Columns
from kg.columns.encode import encode_store
from kg.columns.terms import Ids
from kg.errors import EngineError
from kg.shapes.model import Query
from kg.shapes.prebinding import prepare
from kg.shapes.store_queries import StoreQueries

XSD = "http://www.w3.org/2001/XMLSchema#"
TURTLE = '@prefix : <urn:> . :a :p :b , :c , 1 . :b :p "x"@sv , "back\\\\slash\\n" . _:e :p :a .'
NODES = ["<urn:a>", "<urn:b>", "<urn:nobody>"]
ONE = [f'"1"^^<{XSD}integer>', f'"01"^^<{XSD}integer>', f'"1"^^<{XSD}int>', f'"1.0"^^<{XSD}decimal>', '"1"']


@pytest.fixture
def columns() -> Columns:
    store = Store()
    store.load(TURTLE, RdfFormat.TURTLE)
    return encode_store(store)


def query(text: str) -> Query:
    return Query(URIRef("urn:query"), text, {"": "urn:"}, (), is_ask="ASK" in text)


def selected(
    columns: Columns, text: str, nodes: Sequence[str], more: Mapping[str, Ids] = MappingProxyType({})
) -> list[tuple[str, ...]]:
    """The solutions, each as its focus node and its other values in the order of their names."""
    asked, owner = query(text), np.arange(len(nodes)) + 10
    inputs = {"this": columns.terms.numbers_of(nodes), **more}
    found = StoreQueries(columns, Graph()).select(asked, prepare(asked, {*inputs}, None), owner, inputs)
    texts = columns.terms.texts
    return sorted((nodes[place - 10], *(texts[number] for _, number in sorted(of.items()))) for place, of in found)


def asked(columns: Columns, text: str, pairs: Sequence[tuple[str, str]]) -> list[int]:
    one = query(text)
    inputs = {
        name: columns.terms.numbers_of(part)
        for name, part in zip(("this", "value"), zip(*pairs, strict=True), strict=True)
    }
    return list(StoreQueries(columns, Graph()).ask(one, prepare(one, {"this", "value"}, None), inputs))


def test_a_solution_is_of_the_focus_node_that_it_is_about(columns: Columns) -> None:
    assert selected(columns, "SELECT $this ?v { $this :p ?v FILTER (isIRI(?v)) }", NODES) == [
        ("<urn:a>", "<urn:b>"),
        ("<urn:a>", "<urn:c>"),
    ]
    assert selected(columns, "SELECT $this { FILTER NOT EXISTS { $this :p ?v } }", NODES) == [("<urn:nobody>",)]


def test_a_query_that_does_not_ask_about_its_focus_node_is_answered_for_each_of_them_once(columns: Columns) -> None:
    assert selected(columns, "SELECT $this ?v { :a :p ?v FILTER (?v = :b) }", NODES) == [(n, "<urn:b>") for n in NODES]
    assert selected(columns, "SELECT $this ?v { :a :p ?v FILTER (?v = :b) }", []) == []
    shape = {"currentShape": columns.terms.numbers_of(["<urn:s>"] * 3)}
    text = "SELECT $this ?v { ?v :p :b FILTER (BOUND($currentShape)) }"
    assert selected(columns, text, NODES, shape) == [(n, "<urn:a>") for n in NODES]


def test_literals_that_are_the_same_to_a_store_are_focus_nodes_of_their_own(columns: Columns) -> None:
    for text in ("SELECT $this { FILTER (isLiteral($this)) }", "SELECT DISTINCT $this { FILTER ($this >= 1 || true) }"):
        assert selected(columns, text, ONE) == sorted((node,) for node in ONE)
    assert selected(columns, "SELECT $this ?v { ?v :p $this }", ONE) == sorted((n, "<urn:a>") for n in ONE[:3])


def test_literals_with_marks_that_are_escaped_are_found(columns: Columns) -> None:
    nodes = ['"x"@sv', '"back\\\\slash\\n"', f'"a \\"b\\" \\\\ c"^^<{XSD}token>', '"2020-01-01+00:00"^^<urn:date>']
    assert selected(columns, "SELECT $this { FILTER (isLiteral($this)) }", nodes) == sorted((node,) for node in nodes)


def test_what_is_cut_is_cut_for_each_focus_node(columns: Columns) -> None:
    found = selected(columns, "SELECT $this ?v { $this :p ?v } ORDER BY ?v LIMIT 1", ["<urn:a>", "<urn:b>"])
    assert [node for node, _ in found] == ["<urn:a>", "<urn:b>"]


def test_an_ask_query_is_asked_of_each_row(columns: Columns) -> None:
    pairs = [("<urn:a>", "<urn:b>"), ("<urn:b>", "<urn:a>"), ("<urn:a>", ONE[1]), ("<urn:a>", "<urn:b>")]
    assert asked(columns, "ASK { $this :p $value }", pairs) == [0, 2, 3]
    assert asked(columns, "ASK { ?x :p $value }", pairs) == [0, 1, 2, 3]
    assert asked(columns, "ASK { $this :p 'x'@sv }", pairs) == [1]
    assert asked(columns, "ASK { :a :p 1 }", pairs) == [0, 1, 2, 3]
    assert asked(columns, "ASK { :a :p 2 }", pairs) == []


def test_a_blank_node_is_the_node_of_the_graph(columns: Columns) -> None:
    blank = next(text for text in columns.terms.texts if text.startswith("_:"))
    assert selected(columns, "SELECT $this ?v { $this :p ?v }", [blank]) == [(blank, "<urn:a>")]


def test_inputs_and_the_shapes_graph_are_in_the_store_only_while_a_query_is_asked(columns: Columns) -> None:
    shapes = Graph().parse(data="<urn:s> <urn:in> <urn:shapes> .")
    queries = StoreQueries(columns, shapes)
    before = set(queries.store)
    one = query("SELECT $this ?s { GRAPH $shapesGraph { ?s :in ?g } }")
    prepared = prepare(one, {"this", "shapesGraph"}, None)
    inputs = {"this": columns.terms.numbers_of(NODES)}
    found = list(queries.select(one, prepared, np.arange(3), inputs))
    assert [(place, columns.terms.text(of["s"])) for place, of in found] == [(n, "<urn:s>") for n in range(3)]
    assert set(queries.store) == before
    everything = query("SELECT $this ?g ?s { GRAPH ?g { ?s ?p ?o } }")
    assert list(queries.select(everything, prepare(everything, {"this"}, None), np.arange(3), inputs)) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("CONSTRUCT { ?x :q 1 } WHERE { ?x :p :b }", "<urn:query> has a query that is no SELECT"),
        ("SELECT ?v { $this :p ?v }", "<urn:query> has a query that does not return .this"),
        ("SELECT ?v { :a :p ?v }", "<urn:query> has a query that does not return .this"),
    ],
)
def test_a_query_of_another_form_is_an_error_and_leaves_the_store_as_it_was(
    columns: Columns, text: str, message: str
) -> None:
    queries, one = StoreQueries(columns, Graph()), query(text)
    before, inputs = set(queries.store), {"this": columns.terms.numbers_of(NODES)}
    with pytest.raises(EngineError, match=message):
        list(queries.select(one, prepare(one, {"this"}, None), np.arange(3), inputs))
    assert set(queries.store) == before
