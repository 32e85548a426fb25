"""From ownerships in RDF to columns, and from effective shares back to triples of the derived graph.

Each interest type is solved apart, and shares of votes apart from shares. A share that is not stated is unknown, 0 to
100 %, never a guess. An unnamed owner (a group, an unknown party) is an owner like any other, so that what it may hold
bounds what any one of those behind it may; a declared absence (`gov:NoParty`) owns nothing. Indirect and beneficial
holdings repeat what somebody holds directly, and are left out (as in rule OWN-29).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from rdflib import RDF, XSD, Graph, Literal, URIRef
from rdflib.term import Node

from kg.namespaces import CODE, GOV

if TYPE_CHECKING:
    from kg.network.ownership import EffectiveShares

__all__ = ["Holding", "effective_ownership", "read_holdings"]

Triple = tuple[Node, Node, Node]

_INDIRECT = (URIRef(GOV.directness), URIRef(CODE["directness/indirect"]))
_BENEFICIAL = (URIRef(GOV.beneficialOwnership), Literal(True))
_WHOLE = Decimal(100)
_MEASURES = {"share": "effectiveShare", "votingShare": "effectiveVotingShare"}
_OWNER, _OWNED, _HOPS = URIRef(GOV.owner), URIRef(GOV.owned), URIRef(GOV.hops)
_INTEREST = URIRef(GOV.interestType)


@dataclass(frozen=True, slots=True)
class Holding:
    """A direct holding: bounds in percent, and the ownerships that state it (one, unless a relation stands twice)."""

    owner: URIRef
    owned: URIRef
    interest: URIRef | None
    lower: Decimal
    upper: Decimal
    relations: tuple[URIRef, ...]


def effective_ownership(graph: Graph, ownerships: Iterable[Node]) -> Iterator[Triple]:
    """What follows from `ownerships`, the relations of `graph` that are actual and in force."""
    relations = sorted({relation for relation in ownerships if isinstance(relation, URIRef)})
    for measure, name in _MEASURES.items():
        by_interest: dict[URIRef | None, list[Holding]] = {}
        for holding in read_holdings(graph, relations, measure):
            by_interest.setdefault(holding.interest, []).append(holding)
        for holdings in by_interest.values():
            yield from _derived(holdings, name)


def read_holdings(graph: Graph, relations: Iterable[URIRef], measure: str) -> list[Holding]:
    """The direct holdings, sorted; `measure` is the family of properties, `share` or `votingShare`.

    Votes are asked for only among interests of which some are stated. Of a pair that stands twice, the bounds are the
    widest: whether it is one holding or two cannot be known (rule REL-36 warns).
    """
    found: dict[tuple[URIRef, URIRef, URIRef | None], Holding] = {}
    stated: set[URIRef | None] = set()
    for relation in relations:
        if _INDIRECT in set(graph.predicate_objects(relation)) or (relation, *_BENEFICIAL) in graph:
            continue
        bounds = _bounds(graph, relation, measure)
        interest = min((iri for iri in graph.objects(relation, _INTEREST) if isinstance(iri, URIRef)), default=None)
        if bounds is not None or measure == "share":
            stated.add(interest)
        lower, upper = bounds or (Decimal(0), _WHOLE)
        for owner, owned in _ends(graph, relation):
            before = found.get((owner, owned, interest))
            found[owner, owned, interest] = Holding(
                owner,
                owned,
                interest,
                min(lower, before.lower) if before else lower,
                max(upper, before.upper) if before else upper,
                (*before.relations, relation) if before else (relation,),
            )
    kept = (holding for holding in found.values() if holding.interest in stated)
    return sorted(kept, key=lambda holding: (holding.owned, holding.owner, holding.interest or ""))


def _ends(graph: Graph, relation: URIRef) -> Iterator[tuple[URIRef, URIRef]]:
    for owner in graph.objects(relation, _OWNER):
        for owned in graph.objects(relation, _OWNED):
            is_nobody = (owner, RDF.type, URIRef(GOV.NoParty)) in graph
            if isinstance(owner, URIRef) and isinstance(owned, URIRef) and owner != owned and not is_nobody:
                yield owner, owned


def _bounds(graph: Graph, relation: URIRef, measure: str) -> tuple[Decimal, Decimal] | None:
    """What a relation states of a share, in percent; None where it states nothing, or nothing possible (OWN-25, 27)."""
    low = _percent(graph, relation, measure, ("Exact", "Min", "MinExclusive"))
    high = _percent(graph, relation, measure, ("Exact", "Max", "MaxExclusive"))
    if low is None and high is None:
        return None
    lower, upper = Decimal(0) if low is None else low, _WHOLE if high is None else high
    return (lower, upper) if 0 <= lower <= upper <= _WHOLE else None


def _percent(graph: Graph, relation: URIRef, measure: str, endings: tuple[str, ...]) -> Decimal | None:
    for ending in endings:
        for value in graph.objects(relation, URIRef(GOV[measure + ending])):
            try:
                number = Decimal(str(value))
            except InvalidOperation:
                continue
            if number.is_finite():
                return number
    return None


def _derived(holdings: list[Holding], name: str) -> Iterator[Triple]:
    """The triples of one interest type; numpy is loaded only where something is owned through something."""
    low, high = URIRef(GOV[f"{name}Min"]), URIRef(GOV[f"{name}Max"])
    if {holding.owner for holding in holdings}.isdisjoint(holding.owned for holding in holdings):
        for holding in holdings:
            yield from _direct(holding, low, high)
        return
    from kg.network.ownership import effective_shares

    parties = sorted({party for holding in holdings for party in (holding.owner, holding.owned)})
    number = {party: at for at, party in enumerate(parties)}
    shares = effective_shares(
        [number[holding.owner] for holding in holdings],
        [number[holding.owned] for holding in holdings],
        [float(holding.lower) / 100 for holding in holdings],
        [float(holding.upper) / 100 for holding in holdings],
        len(parties),
    )
    pairs = _Pairs(holdings, parties, shares, name)
    for row in shares.is_direct.nonzero()[0].tolist():
        yield from _direct(holdings[shares.last[row]], low, high)
    rows = (~shares.is_direct & (shares.owner != shares.owned)).nonzero()[0]
    for row in rows.tolist():
        yield pairs.node(row), low, _decimal(shares.lower[row])
        yield pairs.node(row), high, _decimal(shares.upper[row])
        yield from pairs.described(row)
    before = shares.previous[rows]
    for row in sorted({*rows.tolist(), *before[before >= 0].tolist()}):
        yield from pairs.chained(row)


def _direct(holding: Holding, low: URIRef, high: URIRef) -> Iterator[Triple]:
    for relation in holding.relations:
        yield relation, low, _decimal(float(holding.lower) / 100)
        yield relation, high, _decimal(float(holding.upper) / 100)
        yield relation, _HOPS, Literal(1)


@dataclass(frozen=True, slots=True)
class _Pairs:
    """The effective shares of one interest type, a row for a pair, as nodes."""

    holdings: list[Holding]
    parties: list[URIRef]
    shares: EffectiveShares
    name: str

    def node(self, row: int) -> URIRef:
        """`…/id/effective-ownership/{owner}-{owned}-{digest}`: the same for the same pair, interest and measure."""
        owner, owned = self.parties[self.shares.owner[row]], self.parties[self.shares.owned[row]]
        base = owned.partition("/id/")[0] if "/id/" in owned else owned.rpartition("/")[0]
        what = "\n".join((owner, owned, self.holdings[0].interest or "", self.name))
        ends = (iri.rstrip("/").rpartition("/")[2].lower() for iri in (owner, owned))
        words = [word for end in ends for word in re.split(r"[^a-z0-9]+", end) if word]
        slug = "-".join([*words, hashlib.sha256(what.encode()).hexdigest()[:10]])
        return URIRef(f"{base}/id/effective-ownership/{slug}")

    def described(self, row: int) -> Iterator[Triple]:
        """All but the bounds."""
        node, method = self.node(row), "fixed-point" if self.shares.is_cyclic[row] else "sum-of-chains"
        yield node, RDF.type, URIRef(GOV.EffectiveOwnership)
        yield node, _OWNER, self.parties[self.shares.owner[row]]
        yield node, _OWNED, self.parties[self.shares.owned[row]]
        yield node, URIRef(GOV.ownershipMethod), URIRef(CODE[f"ownership-method/{method}"])
        yield node, _HOPS, Literal(int(self.shares.hops[row]))
        yield node, URIRef(GOV.chain), self.cell(row)
        interest = self.holdings[0].interest
        if interest is not None:
            yield node, _INTEREST, interest

    def cell(self, row: int) -> URIRef:
        return URIRef(f"{self.node(row)}-chain")

    def chained(self, row: int) -> Iterator[Triple]:
        """The last link, and as the rest of the list the chain before it: chains share their cells."""
        before = int(self.shares.previous[row])
        yield self.cell(row), RDF.first, self.holdings[self.shares.last[row]].relations[0]
        yield self.cell(row), RDF.rest, self.cell(before) if before >= 0 else RDF.nil


def _decimal(share: float) -> Literal:
    """A fraction as percent, to six decimals, in canonical form (XML Schema 1.1 Part 2, §3.3.3)."""
    text = f"{share * 100:.6f}".rstrip("0").rstrip(".")
    return Literal(text, datatype=XSD.decimal, normalize=False)
