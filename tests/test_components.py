"""Components against networkx, and as triples that one pattern of SPARQL asks for."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import RDF, Graph, Literal, URIRef

from kg.columns.columns import Columns
from kg.columns.encode import encode_graph
from kg.namespaces import CODE, GOV
from kg.network.components import METHODS, component_labels, components
from kg.network.ties import Ties

PAIRS = st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=15)
CIRCLE = "https://example.org/id/organisation/"


@pytest.mark.parametrize("connection", METHODS.values())
@settings(max_examples=100, deadline=None)
@given(PAIRS)
def test_components_are_those_of_networkx(connection: str, edges: list[tuple[int, int]]) -> None:
    graph = nx.DiGraph(edges)
    graph.add_nodes_from(range(12))
    label = component_labels([one for one, _ in edges], [other for _, other in edges], 12, connection).tolist()
    found = {frozenset(np.flatnonzero(np.array(label) == number).tolist()) for number in set(label)}
    of_networkx = nx.weakly_connected_components if connection == "weak" else nx.strongly_connected_components
    assert found == {frozenset(part) for part in of_networkx(graph)}


def test_components_are_numbered_by_their_lowest_member() -> None:
    assert component_labels([4, 3], [0, 3], 5, "weak").tolist() == [0, 1, 2, 3, 0]
    assert component_labels([], [], 0, "weak").tolist() == []


def derived(*edges: str) -> Graph:
    """The components of the network of `gov:owns` with edges such as "a b"."""
    columns = encode_graph(Graph())
    ends = [[columns.terms.number(URIRef(CIRCLE + name)) for name in edge.split()] for edge in edges]
    one, other = np.array(ends, np.int32).reshape(-1, 2).T
    parts = components(columns.terms, URIRef(GOV.owns), Ties(one, one, other))
    return Columns(columns.terms, columns.lacking(parts)).to_graph()


def parts(graph: Graph, method: str) -> list[tuple[str, list[str]]]:
    """The components of a method: the words of the IRI, and the members."""
    nodes = graph.subjects(URIRef(GOV.componentMethod), URIRef(CODE[f"component-method/{method}"]))
    return sorted(
        (
            str(node).partition("/id/component/")[2].rpartition("-")[0],
            sorted(str(party).removeprefix(CIRCLE) for party in graph.objects(node, URIRef(GOV.componentMember))),
        )
        for node in nodes
    )


def test_a_group_and_the_circle_in_it() -> None:
    graph = derived("b c", "c b", "c a", "x y", "own own")
    assert parts(graph, "weakly-connected") == [("a", ["a", "b", "c"]), ("x", ["x", "y"])]
    assert parts(graph, "strongly-connected") == [("b", ["b", "c"])]
    nodes = set(graph.subjects(RDF.type, URIRef(GOV.Component)))
    assert len(nodes) == 3
    assert {(node, URIRef(GOV.componentOf), URIRef(GOV.owns)) for node in nodes} <= set(graph)
    assert sorted(graph.objects(None, URIRef(GOV.componentSize))) == [Literal(2), Literal(2), Literal(3)]


def test_no_ties_no_components() -> None:
    assert len(derived()) == 0
