"""Ownerships in RDF to effective ownership in RDF, by way of the derivation."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from rdflib import RDF, BNode, Graph, URIRef
from rdflib.collection import Collection

from kg.columns.encode import encode_graph
from kg.derive import with_derived
from kg.namespaces import CODE, GOV, shorten
from kg.saved_query import read_saved_query

PREFIXES = """
PREFIX : <https://example.org/id/organisation/>
PREFIX relation: <https://example.org/id/relation/>
PREFIX directness: <https://w3id.org/governance-kg/code/directness/>
PREFIX gov: <https://w3id.org/governance-kg/def/>
PREFIX interest-type: <https://w3id.org/governance-kg/code/interest-type/>
PREFIX modality: <https://w3id.org/governance-kg/code/modality/>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
gov:Ownership a gov:RelationKind ; gov:fromRole gov:owner ; gov:toRole gov:owned ; gov:shortcut gov:owns ; gov:inverseShortcut gov:ownedBy .
"""
TABLE = {"": "https://example.org/id/organisation/", "relation": "https://example.org/id/relation/", "gov": str(GOV)}
ONE_PATTERN = """
PREFIX gov: <https://w3id.org/governance-kg/def/>
SELECT ?owner ?owned ?least ?most WHERE {
  ?holding gov:owner ?owner ; gov:owned ?owned ; gov:effectiveShareMin ?least ; gov:effectiveShareMax ?most .
}
"""


def ownership(owner: str, owned: str, qualities: str = "", *, modality: str = "actual", name: str = "") -> str:
    return (
        f"relation:{name or f'{owner}-{owned}'} a gov:Ownership ; gov:owner :{owner} ; gov:owned :{owned} ; "
        f"gov:modality modality:{modality} {'; ' + qualities if qualities else ''} .\n"
    )


def share(percent: str) -> str:
    return f"gov:shareExact {percent}"


def together(*statements: str) -> Graph:
    """The data and what derives from them."""
    graph = Graph()
    graph.parse(data=PREFIXES + "".join(statements), format="turtle")
    return with_derived(encode_graph(graph), date(2026, 11, 1)).to_graph()


def answers(graph: Graph) -> dict[str, tuple[str, str]]:
    """What one pattern of SPARQL finds, which asks nothing of how many links there are."""
    rows = [[shorten(str(term), TABLE) for term in row] for row in graph.query(ONE_PATTERN)]
    rows = [[field.strip(":<>") for field in row] for row in rows]
    found = {f"{owner}-{owned}": (least, most) for owner, owned, least, most in rows}
    assert len(found) == len(rows)
    return found


def nodes(graph: Graph) -> list[URIRef]:
    return sorted(node for node in graph.subjects(RDF.type, URIRef(GOV.EffectiveOwnership)) if isinstance(node, URIRef))


def chain(graph: Graph, node: URIRef) -> list[str]:
    begin = graph.value(node, URIRef(GOV.chain))
    assert begin is not None
    return [str(link).rpartition("/")[2] for link in Collection(graph, begin)]


def test_share_through_another_has_its_own_node_with_chain_links_and_method() -> None:
    graph = together(ownership("a", "b", share("60.0")), ownership("b", "c", "gov:shareMin 50.0 ; gov:shareMax 60.0"))
    assert answers(graph) == {"a-b": ("60", "60"), "b-c": ("50", "60"), "a-c": ("30", "36")}
    [node] = nodes(graph)
    assert str(node).startswith("https://example.org/id/effective-ownership/a-c-")
    assert chain(graph, node) == ["b-c", "a-b"]
    assert graph.value(node, URIRef(GOV.hops)).toPython() == 2
    assert graph.value(node, URIRef(GOV.ownershipMethod)) == URIRef(CODE["ownership-method/sum-of-chains"])
    assert not [term for triple in graph for term in triple if isinstance(term, BNode)]


def test_several_paths_give_one_node_with_the_strongest_chain() -> None:
    graph = together(
        ownership("a", "b", share("50.0")),
        ownership("b", "c", share("50.0")),
        ownership("a", "c", share("10.0")),
    )
    assert answers(graph) == {"a-b": ("50", "50"), "b-c": ("50", "50"), "a-c": ("35", "35")}
    assert [chain(graph, node) for node in nodes(graph)] == [["b-c", "a-b"]]


def test_cross_holding_is_a_fixed_point_and_nobody_is_said_to_own_itself() -> None:
    graph = together(
        ownership("a", "b", share("60.0")), ownership("b", "c", share("50.0")), ownership("c", "b", share("20.0"))
    )
    assert answers(graph) == {
        "a-b": ("66.666667", "66.666667"),
        "a-c": ("33.333333", "33.333333"),
        "b-c": ("55.555556", "55.555556"),
        "c-b": ("22.222222", "22.222222"),
    }
    methods = {graph.value(node, URIRef(GOV.ownershipMethod)) for node in nodes(graph)}
    assert methods == {URIRef(CODE["ownership-method/fixed-point"])}


def test_share_that_is_not_stated_is_unknown_and_not_invented() -> None:
    graph = together(ownership("a", "b"), ownership("b", "c"), ownership("b", "d", share("50.0")))
    assert answers(graph) == {
        "a-b": ("0", "100"),
        "b-c": ("0", "100"),
        "b-d": ("50", "50"),
        "a-c": ("0", "100"),
        "a-d": ("0", "50"),
    }


@pytest.mark.parametrize(
    "qualities", ["gov:shareExact 140.0", "gov:shareExact 'half'", "gov:shareMin 9.0 ; gov:shareMax 3.0"]
)
def test_share_that_cannot_be_is_unknown_as_well(qualities: str) -> None:
    assert answers(together(ownership("a", "b", qualities))) == {"a-b": ("0", "100")}


def test_exclusive_bounds_count_as_bounds() -> None:
    graph = together(ownership("a", "b", "gov:shareMinExclusive 25.0 ; gov:shareMaxExclusive 50.0"))
    assert answers(graph) == {"a-b": ("25", "50")}


def test_unnamed_owner_is_an_owner_and_a_declared_absence_is_none() -> None:
    graph = together(
        ":g a gov:PartyGroup . :n a gov:NoParty . ",
        ownership("g", "b", share("40.0")),
        ownership("b", "c", share("50.0")),
        ownership("n", "c"),
    )
    assert answers(graph) == {"g-b": ("40", "40"), "b-c": ("50", "50"), "g-c": ("20", "20")}


@pytest.mark.parametrize(
    "second",
    [
        ownership("b", "c", share("50.0"), modality="planned"),
        ownership("b", "c", share("50.0") + " ; gov:validTo '2026-11-01'^^xsd:date"),
        ownership("b", "c", share("50.0") + " ; gov:validFrom '2026-11-02'^^xsd:date"),
        ownership("b", "c", share("50.0") + " ; gov:directness directness:indirect"),
        ownership("b", "c", share("50.0") + " ; gov:beneficialOwnership true"),
    ],
)
def test_only_what_is_actual_in_force_and_held_directly_counts(second: str) -> None:
    assert answers(together(ownership("a", "b", share("60.0")), second)) == {"a-b": ("60", "60")}


def test_interest_types_are_kept_apart() -> None:
    shares, profit = (
        "gov:interestType interest-type:shareholding",
        "gov:interestType interest-type:rights-to-profit-or-income",
    )
    graph = together(
        ownership("a", "b", f"{share('60.0')} ; {shares}", name="one"),
        ownership("b", "c", f"{share('50.0')} ; {shares}", name="two"),
        ownership("b", "d", f"{share('50.0')} ; {profit}", name="three"),
    )
    assert "a-d" not in answers(graph)
    assert [graph.value(node, URIRef(GOV.interestType)) for node in nodes(graph)] == [
        URIRef(CODE["interest-type/shareholding"])
    ]


@pytest.mark.parametrize("others", ["", ownership("b", "c", share("50"))])
def test_a_holding_of_nothing_is_no_holding_whatever_else_there_is(others: str) -> None:
    found = answers(together(ownership("a", "b", share("0")), others))
    assert "a-b" not in found
    assert ("b-c" in found) == bool(others)


def test_votes_are_kept_apart_from_shares_and_an_unstated_vote_is_unknown() -> None:
    graph = together(
        ownership("a", "b", share("60.0") + " ; gov:votingShareExact 80.0"),
        ownership("b", "c", share("50.0") + " ; gov:votingShareExact 50.0"),
        ownership("b", "d", share("50.0")),
    )
    assert answers(graph)["a-c"] == ("30", "30")
    votes = {
        str(graph.value(node, URIRef(GOV.owned))).rpartition("/")[2]: (
            str(graph.value(node, URIRef(GOV.effectiveVotingShareMin))),
            str(graph.value(node, URIRef(GOV.effectiveVotingShareMax))),
        )
        for node in nodes(graph)
        if (node, URIRef(GOV.effectiveVotingShareMin), None) in graph
    }
    assert votes == {"c": ("40", "40"), "d": ("0", "80")}


def test_relation_that_stands_twice_is_not_counted_twice() -> None:
    graph = together(
        ownership("a", "b", share("60.0"), name="one"),
        ownership("a", "b", share("40.0"), name="two"),
        ownership("a", "b", share("50.0"), name="zwei"),
        ownership("b", "c", share("50.0")),
    )
    [node] = nodes(graph)
    bounds = [str(graph.value(node, URIRef(GOV[f"effectiveShare{end}"]))) for end in ("Min", "Max")]
    assert bounds == ["20", "30"]


def test_same_data_in_any_order_give_the_same_triples() -> None:
    statements = [ownership(a, b, share("30.0")) for a, b in ("ab", "bc", "cb", "ac", "cd", "bd")]
    assert set(together(*statements)) == set(together(*reversed(statements)))


def test_scipy_is_loaded_only_where_something_is_owned_through_something() -> None:
    program = "import sys; import kg.derive, kg.build; print(sorted({'scipy'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_saved_query_finds_ultimate_owners_through_others_certain_and_possible() -> None:
    root = Path(__file__).parents[1] / "queries"
    query = read_saved_query(root / "ownership" / "ultimate-owners.rq", root)
    graph = together(
        "PREFIX skos: <http://www.w3.org/2004/02/skos/core#>\n",
        "".join(f":{name} skos:prefLabel '{name.upper()}'@sv . " for name in "abcdeg"),
        ":g a gov:PartyGroup ; gov:groupSize 12 . ",
        ownership("a", "b", share("80.0")),
        ownership("b", "c", share("60.0")),
        ownership("d", "c", "gov:shareMin 20.0 ; gov:shareMax 30.0"),
        ownership("e", "c", share("5.0")),
        ownership("g", "c"),
    )
    rows = graph.query(query.bind({"organisation": "https://example.org/id/organisation/c", "percent": "25"}, {}))
    found = [tuple("" if term is None else str(term) for term in row) for row in rows]
    assert [row[1:] for row in found] == [
        ("A", "", "true", "48", "48", "2"),
        ("D", "", "false", "20", "30", "1"),
        ("G", "12", "false", "0", "100", "1"),
    ], "b is owned by a, and e has too little"
