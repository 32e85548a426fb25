"""Ownerships in the columns of a graph to direct holdings: which count, in what order, with what bounds."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from rdflib import Graph, URIRef

from kg.columns.columns import Columns
from kg.columns.encode import encode_graph
from kg.namespaces import GOV
from kg.network.holdings import Holdings, read_holdings, read_links

PREFIXES = """
PREFIX : <https://example.org/>
PREFIX directness: <https://w3id.org/governance-kg/code/directness/>
PREFIX gov: <https://w3id.org/governance-kg/def/>
PREFIX interest-type: <https://w3id.org/governance-kg/code/interest-type/>
"""
Row = tuple[str, str, float, float, list[str]]
"""Owner, owned, bounds in percent, and the ownerships that state the holding."""


def read(statements: str, measure: str = "share") -> dict[str | None, list[Row]]:
    """The holdings of all ownerships of a graph, by interest type."""
    columns = encode_graph(Graph().parse(data=PREFIXES + statements, format="turtle"))
    ownerships = np.unique(columns.forward(columns.terms.number(URIRef(GOV.owner)))[0])
    parts = list(read_holdings(columns, read_links(columns, ownerships), measure))
    found = {name(columns, part.interest): list(rows(columns, part)) for part in parts}
    assert len(found) == len(parts)
    return found


def name(columns: Columns, term: int | None) -> str | None:
    return None if term is None else str(columns.terms.term(term)).rpartition("/")[2]


def rows(columns: Columns, part: Holdings) -> Iterator[Row]:
    for row in range(len(part)):
        ends = (name(columns, int(part.parties[end[row]])) for end in (part.owner, part.owned))
        relations = part.relations_of(np.array([row])).value.tolist()
        bounds = (round(float(bound[row]) * 100, 6) for bound in (part.lower, part.upper))
        yield (*ends, *bounds, [name(columns, relation) for relation in relations])


def test_each_owner_and_thing_owned_is_a_holding_in_the_order_of_their_iris() -> None:
    found = read(":r gov:owner :b , :a , :a-b ; gov:owned :d , :c ; gov:shareExact 20.0 .")
    assert found == {None: [(owner, owned, 20, 20, ["r"]) for owned in "cd" for owner in ("a", "a-b", "b")]}


@pytest.mark.parametrize(
    ("qualities", "bounds"),
    [
        ("", (0, 100)),
        ("gov:shareExact 30.0", (30, 30)),
        ("gov:shareExact 'thirty' ; gov:shareMin 20.0", (20, 100)),
        ("gov:shareMinExclusive 20.0 ; gov:shareMax 40.0", (20, 40)),
        ("gov:shareMin 30.0 ; gov:shareMinExclusive 20.0", (30, 100)),
        ("gov:shareExact 30.0 , 35.0 , 32.5", (30, 35)),
        ("gov:shareExact 130.0", (0, 100)),
        ("gov:shareMin 40.0 ; gov:shareMax 30.0", (0, 100)),
        ("gov:shareExact <urn:30>", (0, 100)),
    ],
)
def test_bounds_are_those_of_the_first_property_that_has_a_number(qualities: str, bounds: tuple[float, float]) -> None:
    found = read(f":r gov:owner :a ; gov:owned :b{' ; ' * bool(qualities)}{qualities} .")
    assert found == {None: [("a", "b", *bounds, ["r"])]}


def test_pair_that_stands_twice_has_the_widest_bounds_and_its_ownerships_in_order() -> None:
    found = read(
        ":s gov:owner :a ; gov:owned :b ; gov:shareExact 30.0 . :t gov:owner :a ; gov:owned :c ; gov:shareExact 9.0 ."
        ":s-1 gov:owner :a ; gov:owned :b ; gov:shareExact 20.0 . :r gov:owner :a ; gov:owned :b ; gov:shareExact 25.0 ."
    )
    assert found == {None: [("a", "b", 20, 30, ["r", "s", "s-1"]), ("a", "c", 9, 9, ["t"])]}


def test_what_is_no_direct_holding_of_somebody_is_left_out() -> None:
    found = read(
        ":r gov:owner :a , 'A' , [] , :b , :nobody ; gov:owned :b , 'B' . :nobody a gov:NoParty ."
        "[] gov:owner :a ; gov:owned :c . :s gov:owner :a ; gov:owned :d ; gov:beneficialOwnership true ."
        ":t gov:owner :a ; gov:owned :e ; gov:directness directness:indirect ."
    )
    assert found == {None: [("a", "b", 0, 100, ["r"])]}


def test_votes_are_read_among_interest_types_of_which_some_are_stated() -> None:
    statements = (
        ":r gov:owner :a ; gov:owned :b ; gov:shareExact 10.0 ; gov:interestType interest-type:two , interest-type:one ."
        ":s gov:owner :a ; gov:owned :c ; gov:shareExact 10.0 ; gov:interestType interest-type:two ."
        ":t gov:owner :a ; gov:owned :d ; gov:votingShareMin 50.0 ; gov:interestType interest-type:two ."
    )
    assert read(statements, "votingShare") == {"two": [("a", "c", 0, 100, ["s"]), ("a", "d", 50, 100, ["t"])]}
    assert read(statements).keys() == {"one", "two"}
    assert read("") == read("", "votingShare") == {}
