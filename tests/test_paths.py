"""Property paths: what they reach is what SPARQL's do, from all nodes at once; read, shown and written again."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import DefaultGraph, QuerySolutions, Store
from rdflib import RDF, BNode, Graph
from rdflib.term import Node

from generated_shapes import EX, NODES, PREDICATES
from kg.columns.encode import encode_graph
from kg.dataset import to_quads
from kg.errors import EngineError
from kg.shapes.paths import (
    Alternative,
    Inverse,
    Path,
    Predicate,
    Repeated,
    Sequence,
    follow,
    path_text,
    read_path,
    write_path,
)

predicates = st.sampled_from(PREDICATES).map(Predicate)
paths = st.recursive(
    predicates,
    lambda inner: st.one_of(
        inner.map(Inverse),
        st.tuples(inner, inner).map(Sequence),
        st.tuples(inner, inner).map(Alternative),
        st.tuples(inner, st.sampled_from("*+?")).map(lambda pair: Repeated(*pair)),
    ),
    max_leaves=4,
)
graphs = st.lists(st.tuples(st.sampled_from(NODES), st.sampled_from(PREDICATES), st.sampled_from(NODES)), max_size=12)


@settings(max_examples=300, derandomize=True, deadline=None)
@given(graphs, paths)
def test_paths_reach_what_those_of_sparql_reach(triples: list[tuple[Node, Node, Node]], path: Path) -> None:
    graph = Graph()
    for triple in triples:
        graph.add(triple)
    for node in NODES:  # Oxigraph knows no path of length zero from a node that is not in the graph
        graph.add((node, RDF.type, EX.C))
    columns, store = encode_graph(graph), Store()
    store.extend(to_quads(graph, DefaultGraph()))
    pairs = follow(columns, path, columns.terms.numbers(NODES))
    found: dict[str, list[str]] = {text: [] for text in columns.terms.texts}
    nodes = columns.terms.numbers(NODES).tolist()
    for owner, value in zip(pairs.owner.tolist(), pairs.value.tolist(), strict=True):
        found[columns.terms.text(nodes[owner])].append(columns.terms.text(value))
    for node in NODES:
        result = store.query(f"SELECT DISTINCT ?v {{ <{node}> {path_text(path)} ?v }}")
        assert isinstance(result, QuerySolutions)
        assert sorted(found[f"<{node}>"]) == sorted(str(row["v"]) for row in result)


@given(paths)
def test_a_path_is_read_as_it_was_written(path: Path) -> None:
    graph = Graph()
    node = write_path(graph, path, "p")
    if isinstance(path, Predicate):
        assert node == path.iri
    assert read_path(graph, node) == path


def test_paths_are_shown_with_prefixes() -> None:
    path = Sequence((Inverse(Predicate(EX.p)), Repeated(Alternative((Predicate(EX.q), Predicate(EX.r))), "*")))
    assert path_text(path, {"ex": str(EX)}) == "(^ex:p)/((ex:q|ex:r)*)"


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "()",
        "( :p )",
        "[ sh:alternativePath ( :p ) ]",
        "[ sh:alternativePath :p ]",
        '"p"',
        "[ sh:inversePath [] ]",
        "[ sh:inversePath :p ; sh:zeroOrMorePath :q ]",
    ],
)
def test_what_is_no_path_is_refused(text: str) -> None:
    graph = Graph().parse(data=f"@prefix : <{EX}> . @prefix sh: <http://www.w3.org/ns/shacl#> . :s sh:path {text} .")
    with pytest.raises(EngineError):
        read_path(graph, next(iter(graph.objects(EX.s))))


def test_a_path_that_contains_itself_is_refused() -> None:
    graph = Graph()
    graph.add((BNode("a"), RDF.first, BNode("a")))
    graph.add((BNode("a"), RDF.rest, RDF.nil))
    with pytest.raises(EngineError, match="contains itself"):
        read_path(graph, BNode("a"))
