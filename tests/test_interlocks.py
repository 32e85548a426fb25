"""Interlocks against counting by hand, and what becomes of those who sit everywhere."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import RDF, Graph, Literal, URIRef

from kg.columns.columns import Columns
from kg.columns.encode import encode_graph
from kg.dataset import Graphs
from kg.namespaces import FOREIGN, GOV
from kg.network.interlocks import interlocks, shared_places
from kg.network.ties import Ties

PAIRS = st.sets(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=25)
ID = "https://example.org/id/"


@settings(max_examples=200, deadline=None)
@given(PAIRS, st.integers(1, 12))
def test_shared_places_are_those_counted_by_hand(places: set[tuple[int, int]], most: int) -> None:
    bodies: dict[int, set[int]] = {}
    members: dict[int, set[int]] = {}
    for member, body in places:
        bodies.setdefault(member, set()).add(body)
        members.setdefault(body, set()).add(member)
    crowded = {member for member, own in bodies.items() if len(own) > most}
    shared = {pair: members[pair[0]] & members[pair[1]] for pair in combinations(sorted(members), 2)}
    expected = {pair: both for pair, both in shared.items() if both - crowded}
    ordered = np.array(sorted(places), np.int64).reshape(-1, 2)
    member, body = ordered.T
    found = shared_places(member, body, most)
    pairs = list(zip(found.one.tolist(), found.other.tolist(), strict=True))
    assert pairs == sorted(expected)
    rows = {pair: set() for pair in pairs}  # type: dict[tuple[int, int], set[int]]
    for pair, at_one, at_other in zip(found.pair, found.at_one, found.at_other, strict=True):
        assert member[at_one] == member[at_other]
        assert (body[at_one], body[at_other]) == pairs[pair]
        rows[pairs[pair]].add(int(member[at_one]))
    assert rows == expected
    assert len(found.pair) == sum(map(len, expected.values()))
    unpaired = dict(zip(found.unpaired.tolist(), found.bodies.tolist(), strict=True))
    assert unpaired == {member: len(bodies[member]) for member in crowded}


def derived(*memberships: str, most: int = 300) -> Graph:
    """What follows from memberships such as "r1 anna board"."""
    columns = encode_graph(Graph())
    number = columns.terms.number
    rows = [
        (number(URIRef(f"{ID}relation/{relation}")), number(URIRef(ID + member)), number(URIRef(ID + body)))
        for relation, member, body in map(str.split, memberships)
    ]
    ties = Ties(*np.array(rows, np.int32).reshape(-1, 3).T)
    return Columns(columns.terms, columns.lacking(interlocks(columns.terms, ties, most))).to_graph()


def values(graph: Graph, node: URIRef, name: str) -> list[str]:
    return sorted(str(value).removeprefix(ID) for value in graph.objects(node, URIRef(GOV[name])))


def test_an_interlock_says_who_and_by_which_memberships() -> None:
    graph = derived(
        "r1 anna museum", "r2 anna theatre", "r3 bo museum", "r4 bo theatre", "r5 bo theatre", "r6 cia museum"
    )
    [node] = graph.subjects(RDF.type, URIRef(GOV.Interlock))
    assert isinstance(node, URIRef)
    assert node.startswith(f"{ID}interlock/museum-theatre-")
    assert values(graph, node, "interlockedBody") == ["museum", "theatre"]
    assert values(graph, node, "sharedMember") == ["anna", "bo"]
    assert list(graph.objects(node, URIRef(GOV.sharedMemberCount))) == [Literal(2)]
    assert values(graph, node, "restsOn") == [f"relation/r{n}" for n in range(1, 6)]
    assert values(graph, URIRef(ID + "museum"), "interlockedWith") == ["theatre"]
    assert values(graph, URIRef(ID + "theatre"), "interlockedWith") == ["museum"]


def test_who_sits_everywhere_makes_no_pairs_but_is_counted_in_those_of_others() -> None:
    everywhere = [f"h{n} agent body{n}" for n in range(4)]
    graph = derived(*everywhere, "r1 anna body0", "r2 anna body3", most=3)
    [node] = graph.subjects(RDF.type, URIRef(GOV.Interlock))
    assert isinstance(node, URIRef)
    assert values(graph, node, "interlockedBody") == ["body0", "body3"]
    assert values(graph, node, "sharedMember") == ["agent", "anna"]
    assert list(graph.subject_objects(URIRef(GOV.unpairedBodies))) == [(URIRef(ID + "agent"), Literal(4))]
    assert len(set(derived(*everywhere, most=4).subjects(RDF.type, URIRef(GOV.Interlock)))) == 6


def test_no_ties_no_interlocks() -> None:
    assert len(derived()) == 0


def test_no_two_bodies_of_norrbotten_are_said_to_share_a_member(norrbotten_graphs: Graphs) -> None:
    columns = norrbotten_graphs.union
    member, _ = columns.forward(columns.terms.number(URIRef(FOREIGN["org"] + "memberOf")))
    assert len(member) == 6
    assert len(set(member.tolist())) == 6
    kind = columns.terms.number(URIRef(GOV.Interlock))
    assert len(columns.subjects(columns.terms.number(RDF.type), kind)) == 0
