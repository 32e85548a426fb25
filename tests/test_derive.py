"""Derivation: one generic rule for every kind of relation."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, note, settings
from rdflib import XSD, Graph, Literal, URIRef

from generated_relations import relation_graphs
from kg.columns.columns import Columns
from kg.columns.encode import encode_graph
from kg.columns.terms import text_of
from kg.dataset import Graphs
from kg.derive import Bounds, date_bounds, derive, with_derived
from kg.namespaces import GOV
from kg.project import Project
from kg.registry import read_registry
from slow_derivation import slow_derivation

AS_OF = date(2026, 11, 1)
REGISTRY = """
PREFIX gov: <https://w3id.org/governance-kg/def/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX org: <http://www.w3.org/ns/org#>
PREFIX seat-type: <https://w3id.org/governance-kg/code/seat-type/>
gov:Ownership a gov:RelationKind ; rdfs:subClassOf gov:Relation ; gov:fromRole gov:owner ; gov:toRole gov:owned ;
    gov:shortcut gov:owns ; gov:inverseShortcut gov:ownedBy ; gov:symmetric false ; gov:selfAllowed false ;
    gov:formsComponents true .
gov:Collaboration a gov:RelationKind ; gov:participantRole gov:participant ; gov:shortcut gov:collaboratesWith ;
    gov:symmetric true ; gov:selfAllowed true ; gov:formsComponents true .
gov:PartOf a gov:RelationKind ; gov:fromRole gov:part ; gov:toRole gov:whole ; gov:shortcut org:subOrganizationOf ;
    gov:inverseShortcut org:hasSubOrganization ; gov:acyclic true .
gov:UnitOf a gov:ShortcutRule ; gov:ofKind gov:PartOf ; gov:subjectRole gov:part ; gov:objectRole gov:whole ;
    gov:shortcut org:unitOf ; gov:subjectType org:OrganizationalUnit ; gov:formsComponents true .
gov:Membership a gov:RelationKind ; gov:fromRole org:member ; gov:toRole org:organization ; gov:shortcut org:memberOf ;
    gov:shortcutExcludes seat-type:alternate ; gov:formsInterlocks true .
gov:PostIn a gov:ShortcutRule ; gov:ofKind gov:Membership ; gov:subjectRole org:organization ; gov:objectRole org:member ;
    gov:shortcut gov:hasParty ; gov:objectType gov:Party .
gov:Appointment a gov:RelationKind ; gov:fromRole gov:appointer ; gov:toRole gov:appointee ; gov:shortcut gov:appoints ;
    gov:selfAllowed true ; gov:formsInterlocks true .
# A kind that this tool has never heard of.
<https://example.org/Blessing> a gov:RelationKind ; gov:fromRole <https://example.org/blesser> ;
    gov:toRole <https://example.org/blessed> ; gov:shortcut <https://example.org/blesses> .
"""


def derived(data: str, as_of: date = AS_OF) -> set[tuple[str, str, str]]:
    graph = Graph()
    graph.parse(data=REGISTRY, format="turtle")
    graph.parse(
        data="PREFIX gov: <https://w3id.org/governance-kg/def/>\nPREFIX org: <http://www.w3.org/ns/org#>\n"
        "PREFIX modality: <https://w3id.org/governance-kg/code/modality/>\nPREFIX seat-type: <https://w3id.org/governance-kg/code/seat-type/>\n"
        "PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>\nPREFIX : <https://example.org/>\n" + data,
        format="turtle",
    )
    columns = encode_graph(graph)
    triples = Columns(columns.terms, derive(columns, read_registry(columns), as_of)).to_graph()
    return {tuple(str(term).rsplit("/", 1)[-1].rsplit("#", 1)[-1] for term in triple) for triple in triples}


def test_actual_relation_gives_shortcut_and_inverse() -> None:
    edges = derived(":r a gov:Ownership ; gov:owner :a ; gov:owned :b ; gov:modality modality:actual .")
    assert ("a", "owns", "b") in edges
    assert ("b", "ownedBy", "a") in edges


@pytest.mark.parametrize("modality", ["offered", "possible", "intended", "planned", "historical"])
def test_other_modalities_give_no_shortcut(modality: str) -> None:
    edges = derived(f":r a gov:Ownership ; gov:owner :a ; gov:owned :b ; gov:modality modality:{modality} .")
    assert not {edge for edge in edges if edge[1] in {"owns", "ownedBy"}}


@pytest.mark.parametrize(
    ("period", "in_force"),
    [
        ("gov:validFrom '2026-11-01'^^xsd:date", True),
        ("gov:validFrom '2026-11-02'^^xsd:date", False),
        ("gov:validTo '2026-11-01'^^xsd:date", False),
        ("gov:validTo '2026-11-02'^^xsd:date", True),
        ("gov:validFrom '2026'^^xsd:gYear", True),
        ("gov:validTo '2026-10'^^xsd:gYearMonth", False),
        ("gov:validTo '2026'^^xsd:gYear", True),
    ],
)
def test_period_is_half_open_and_imprecise_dates_count_while_they_may_hold(period: str, in_force: bool) -> None:
    edges = derived(f":r a gov:Ownership ; gov:owner :a ; gov:owned :b ; gov:modality modality:actual ; {period} .")
    assert (("a", "owns", "b") in edges) is in_force


def test_symmetric_relation_joins_every_pair_but_none_with_itself() -> None:
    edges = derived(":r a gov:Collaboration ; gov:participant :a , :b , :c ; gov:modality modality:actual .")
    pairs = {(s, o) for s, p, o in edges if p == "collaboratesWith"}
    assert pairs == {(s, o) for s in "abc" for o in "abc" if s != o}


def test_extra_shortcut_only_for_its_subject_type() -> None:
    edges = derived(
        ":u a org:OrganizationalUnit . :r1 a gov:PartOf ; gov:part :u ; gov:whole :w ; gov:modality modality:actual ."
        ":r2 a gov:PartOf ; gov:part :v ; gov:whole :w ; gov:modality modality:actual ."
    )
    assert ("u", "unitOf", "w") in edges
    assert ("v", "unitOf", "w") not in edges
    assert ("v", "subOrganizationOf", "w") in edges


def test_text_in_a_role_gives_no_shortcut() -> None:
    edges = derived(":r a gov:Ownership ; gov:owner 'Council' ; gov:owned :b ; gov:modality modality:actual .")
    assert not {edge for edge in edges if edge[1] in {"owns", "ownedBy"}}


def test_alternate_is_not_a_member() -> None:
    edges = derived(
        ":r a gov:Membership ; org:member :a ; org:organization :b ; gov:modality modality:actual ; gov:seatType seat-type:alternate ."
        ":s a gov:Membership ; org:member :c ; org:organization :b ; gov:modality modality:actual ; gov:seatType seat-type:ordinary ."
    )
    assert {(s, o) for s, p, o in edges if p == "memberOf"} == {("c", "b")}


def test_an_alternate_makes_no_interlock() -> None:
    seats = " ".join(
        f":{member}-{body} a gov:Membership ; org:member :{member} ; org:organization :{body} ; "
        f"gov:modality modality:actual ; gov:seatType seat-type:{seat} ."
        for member, seat in (("a", "alternate"), ("c", "ordinary"))
        for body in ("x", "y")
    )
    edges = derived(seats)
    assert {(s, o) for s, p, o in edges if p == "interlockedWith"} == {("x", "y"), ("y", "x")}
    assert {o for s, p, o in edges if p == "sharedMember"} == {"c"}


def test_new_kind_of_relation_needs_no_code() -> None:
    edges = derived(":r a :Blessing ; :blesser :a ; :blessed :b ; gov:modality modality:actual .")
    assert ("a", "blesses", "b") in edges


def test_types_follow_the_class_tree() -> None:
    assert ("r", "type", "Relation") in derived(":r a gov:Ownership .")


@pytest.mark.parametrize(
    ("text", "datatype", "expected"),
    [
        ("2024-02-29", XSD.date, Bounds(date(2024, 2, 29), date(2024, 2, 29))),
        ("2024-02", XSD.gYearMonth, Bounds(date(2024, 2, 1), date(2024, 2, 29))),
        ("2019", XSD.gYear, Bounds(date(2019, 1, 1), date(2019, 12, 31))),
        ("2023-02-30", XSD.date, None),
        ("2019-13", XSD.gYearMonth, None),
        ("soon", XSD.string, None),
        ("2020-01-01Z", XSD.date, Bounds(date(2020, 1, 1), date(2020, 1, 1))),
        ("2020-01+14:00", XSD.gYearMonth, Bounds(date(2020, 1, 1), date(2020, 1, 31))),
        ("2019-05:00", XSD.gYear, Bounds(date(2019, 1, 1), date(2019, 12, 31))),
        (" 2019 ", XSD.gYear, Bounds(date(2019, 1, 1), date(2019, 12, 31))),
        ("20190101", XSD.date, None),
        ("2019-W01-1", XSD.date, None),
        ("2019-05-07", XSD.gYearMonth, None),
        ("2019-5", XSD.gYearMonth, None),
        ("19", XSD.gYear, None),
        ("+2019", XSD.gYear, None),
        ("2_019", XSD.gYear, None),
        ("-0044", XSD.gYear, None),
    ],
)
def test_date_bounds_by_precision(text: str, datatype: URIRef, expected: Bounds | None) -> None:
    assert date_bounds(text_of(Literal(text, datatype=datatype, normalize=False))) == expected


def test_date_bounds_become_triples() -> None:
    edges = derived(":r a gov:Ownership ; gov:validFrom '2015-08'^^xsd:gYearMonth .")
    assert ("r", "earliestStart", "2015-08-01") in edges
    assert ("r", "latestStart", "2015-08-31") in edges


def test_as_of_is_part_of_what_is_derived() -> None:
    columns = with_derived(encode_graph(Graph()), AS_OF)
    assert set(columns.to_graph()) == {(URIRef(str(GOV)), URIRef(GOV.asOf), Literal("2026-11-01", datatype=XSD.date))}


def unlike(graph: Graph) -> tuple[set[str], set[str]]:
    """What only the columns derive from a graph, and what only the slow derivation does beyond the graph."""
    columns = encode_graph(graph)
    text = columns.terms.text
    triples = derive(columns, read_registry(columns), AS_OF)
    found = [" ".join(map(text, triple)) for triple in triples.tolist()]
    assert len(set(found)) == len(found)
    expected = {" ".join(map(text_of, triple)) for triple in slow_derivation(graph, AS_OF) - set(graph)}
    return set(found) - expected, expected - set(found)


@settings(max_examples=150, deadline=None)
@given(relation_graphs(Graph().parse(data=REGISTRY, format="turtle")))
def test_small_graphs_give_what_the_slow_derivation_gives(graph: Graph) -> None:
    note("\n".join(sorted(" ".join(map(text_of, triple)) for triple in graph)))
    assert unlike(graph) == (set(), set())


def test_norrbotten_gives_what_the_slow_derivation_gives(norrbotten: Project, norrbotten_graphs: Graphs) -> None:
    terms, name = norrbotten_graphs.union.terms, norrbotten.graph_iri("derived")
    rest = [norrbotten_graphs.named[graph] for graph in norrbotten_graphs.published - {name}]
    graph = Columns(terms, np.concatenate(rest)).to_graph()
    derived = Columns(terms, norrbotten_graphs.named[name]).to_graph()
    assert set(derived) == slow_derivation(graph, norrbotten.as_of)
    assert len(derived) == len(norrbotten_graphs.named[name])


def test_what_is_there_already_is_not_derived_again() -> None:
    graph = Graph().parse(data=REGISTRY, format="turtle")
    once = with_derived(encode_graph(graph), AS_OF)
    assert len(once) > len(graph)
    assert derive(once, read_registry(once), AS_OF).shape == (0, 3)


def test_a_shortcut_asks_for_the_type_of_the_broader_class_too() -> None:
    edges = derived(
        "<https://example.org/Bureau> <http://www.w3.org/2000/01/rdf-schema#subClassOf> org:OrganizationalUnit ."
        ":u a <https://example.org/Bureau> . :r1 a gov:PartOf ; gov:part :u ; gov:whole :w ; gov:modality modality:actual ."
    )
    assert ("u", "unitOf", "w") in edges
    assert ("u", "type", "OrganizationalUnit") in edges
