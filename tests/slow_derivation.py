"""Derivation as it was before it was done in columns: over an rdflib graph, one relation after the other, 10⁴ at most.

`test_derive.py` holds `kg.derive` to it. It shares no code with that but the table of a network's effective shares, which
`test_ownership.py` holds to exact arithmetic. Of what is in the graph already, only types are left out here.
"""

from __future__ import annotations

import calendar
import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import combinations

import networkx as nx
from rdflib import RDF, RDFS, XSD, Graph, Literal, URIRef
from rdflib.term import Node

from kg.namespaces import CODE, GOV
from kg.network.ownership import EffectiveShares, effective_shares

Triple = tuple[Node, Node, Node]
BOUNDS = (
    (URIRef(GOV.validFrom), URIRef(GOV.earliestStart), URIRef(GOV.latestStart)),
    (URIRef(GOV.validTo), URIRef(GOV.earliestEnd), URIRef(GOV.latestEnd)),
)
INDIRECT = (URIRef(GOV.directness), URIRef(CODE["directness/indirect"]))
BENEFICIAL = (URIRef(GOV.beneficialOwnership), Literal(True))
WHOLE = Decimal(100)
MEASURES = {"share": "effectiveShare", "votingShare": "effectiveVotingShare"}
OWNER, OWNED, HOPS, INTEREST = (URIRef(GOV[name]) for name in ("owner", "owned", "hops", "interestType"))


def slow_derivation(graph: Graph, as_of: date) -> set[Triple]:
    """What follows from `graph` (data and ontology)."""
    derived: set[Triple] = {(URIRef(str(GOV)), URIRef(GOV.asOf), Literal(as_of.isoformat(), datatype=XSD.date))}
    derived.update([*bound_triples(graph), *general_types(graph)])
    stated, graph = graph, graph + Graph()
    for triple in general_types(stated):
        graph.add(triple)
    seats: dict[tuple[URIRef, URIRef], set[Node]] = {}
    for kind in graph.subjects(RDF.type, URIRef(GOV.RelationKind)):
        in_force = [r for r in graph.subjects(RDF.type, kind) if gives_shortcuts(graph, r, kind, as_of)]
        for relation in in_force:
            for rule in rules(graph, kind):
                derived.update(edges(graph, relation, rule))
        for rule in rules(graph, kind):
            ties = [tie for relation in in_force for tie in named_ties(graph, relation, rule)]
            if rule.forms_components:
                derived.update(components(ties, rule.shortcut))
            if rule.forms_interlocks:
                for relation, member, body in ties:
                    seats.setdefault((member, body), set()).add(relation)
        if kind == URIRef(GOV.Ownership):
            derived.update(effective_ownership(graph, in_force))
    derived.update(interlocks(seats))
    return derived


def general_types(graph: Graph) -> Iterator[Triple]:
    for kind in set(graph.subjects(RDFS.subClassOf)):
        general = {parent for parent in graph.transitive_objects(kind, RDFS.subClassOf) if isinstance(parent, URIRef)}
        for thing in graph.subjects(RDF.type, kind):
            for parent in general:
                if (thing, RDF.type, parent) not in graph:
                    yield thing, RDF.type, parent


def date_bounds(value: Node) -> tuple[date, date] | None:
    text = str(value)
    try:
        match value.datatype if isinstance(value, Literal) else None:
            case XSD.date:
                return date.fromisoformat(text), date.fromisoformat(text)
            case XSD.gYearMonth:
                year, month = int(text[:4]), int(text[5:7])
                return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])
            case XSD.gYear:
                return date(int(text), 1, 1), date(int(text), 12, 31)
    except ValueError:
        pass
    return None


def bound_triples(graph: Graph) -> Iterator[Triple]:
    for given, *bounds in BOUNDS:
        for subject, value in graph.subject_objects(given):
            for predicate, day in zip(bounds, date_bounds(value) or (), strict=False):
                yield subject, predicate, Literal(day.isoformat(), datatype=XSD.date)


def gives_shortcuts(graph: Graph, relation: Node, kind: Node, as_of: date) -> bool:
    if (relation, URIRef(GOV.modality), URIRef(CODE["modality/actual"])) not in graph:
        return False
    starts, ends = ([date_bounds(value) for value in graph.objects(relation, given)] for given, _, _ in BOUNDS)
    in_force = all(bounds[0] <= as_of for bounds in starts if bounds) and all(
        bounds[1] > as_of for bounds in ends if bounds
    )
    return in_force and not any(
        (relation, None, value) in graph for value in graph.objects(kind, URIRef(GOV.shortcutExcludes))
    )


@dataclass(frozen=True)
class Rule:
    subject_role: Node
    object_role: Node
    shortcut: Node
    inverse: Node | None
    subject_type: Node | None
    object_type: Node | None
    self_allowed: bool
    forms_components: bool
    forms_interlocks: bool


def rules(graph: Graph, kind: Node) -> Iterator[Rule]:
    def flag(name: str, node: Node = kind) -> bool:
        return graph.value(node, URIRef(GOV[name])) == Literal(True)

    def rule(node: Node, *roles: str) -> Rule:
        names = (*roles, "shortcut", "inverseShortcut", "subjectType", "objectType")
        values = [graph.value(node, URIRef(GOV[name])) for name in names]
        flags = flag("selfAllowed"), flag("formsComponents", node), flag("formsInterlocks", node)
        return Rule(*values, *flags)

    if (kind, URIRef(GOV.shortcut), None) in graph:
        yield rule(kind, *(["participantRole"] * 2 if flag("symmetric") else ["fromRole", "toRole"]))
    for own in graph.subjects(URIRef(GOV.ofKind), kind):
        yield rule(own, "subjectRole", "objectRole")


def edges(graph: Graph, relation: Node, rule: Rule) -> Iterator[Triple]:
    for subject, target in pairs(graph, relation, rule):
        yield subject, rule.shortcut, target
        if rule.inverse is not None:
            yield target, rule.inverse, subject


def pairs(graph: Graph, relation: Node, rule: Rule) -> Iterator[tuple[Node, Node]]:
    targets = list(players(graph, relation, rule.object_role, rule.object_type))
    for subject in players(graph, relation, rule.subject_role, rule.subject_type):
        for target in targets:
            if subject != target or (rule.subject_role != rule.object_role and rule.self_allowed):
                yield subject, target


def named_ties(graph: Graph, relation: Node, rule: Rule) -> Iterator[tuple[Node, URIRef, URIRef]]:
    for pair in pairs(graph, relation, rule):
        if not any((end, RDF.type, URIRef(GOV.NoParty)) in graph for end in pair):
            one, other = pair
            if isinstance(one, URIRef) and isinstance(other, URIRef):
                yield relation, one, other


def slug(*iris: URIRef, also: Iterable[str] = ()) -> str:
    words = [word for iri in iris for word in re.split(r"[^a-z0-9]+", iri.rstrip("/").rpartition("/")[2].lower())]
    digest = hashlib.sha256("\n".join([*iris, *also]).encode()).hexdigest()[:10]
    return "-".join([*filter(None, words), digest])


def below(iri: URIRef) -> str:
    return iri.partition("/id/")[0] if "/id/" in iri else iri.rpartition("/")[0]


def components(ties: list[tuple[Node, URIRef, URIRef]], shortcut: Node) -> Iterator[Triple]:
    network = nx.DiGraph((one, other) for _, one, other in ties)
    for method, parts in (
        ("weakly-connected", nx.weakly_connected_components(network)),
        ("strongly-connected", nx.strongly_connected_components(network)),
    ):
        for part in parts:
            if len(part) > 1:
                lowest = min(part)
                node = URIRef(f"{below(lowest)}/id/component/{slug(lowest, also=[str(shortcut), method])}")
                yield node, RDF.type, URIRef(GOV.Component)
                yield node, URIRef(GOV.componentOf), shortcut
                yield node, URIRef(GOV.componentMethod), URIRef(CODE[f"component-method/{method}"])
                yield node, URIRef(GOV.componentSize), Literal(len(part))
                for party in part:
                    yield node, URIRef(GOV.componentMember), party


def interlocks(seats: dict[tuple[URIRef, URIRef], set[Node]]) -> Iterator[Triple]:
    for one, other in combinations(sorted({body for _, body in seats}), 2):
        shared = sorted(member for member, body in seats if body == one and (member, other) in seats)
        if shared:
            node = URIRef(f"{below(one)}/id/interlock/{slug(one, other)}")
            yield node, RDF.type, URIRef(GOV.Interlock)
            yield node, URIRef(GOV.sharedMemberCount), Literal(len(shared))
            yield one, URIRef(GOV.interlockedWith), other
            yield other, URIRef(GOV.interlockedWith), one
            for body in (one, other):
                yield node, URIRef(GOV.interlockedBody), body
            for member in shared:
                yield node, URIRef(GOV.sharedMember), member
                for relation in seats[member, one] | seats[member, other]:
                    yield node, URIRef(GOV.restsOn), relation


def players(graph: Graph, relation: Node, role: Node, kind: Node | None) -> Iterator[Node]:
    for node in graph.objects(relation, role):
        if not isinstance(node, Literal) and (kind is None or (node, RDF.type, kind) in graph):
            yield node


@dataclass(frozen=True)
class Holding:
    owner: URIRef
    owned: URIRef
    interest: URIRef | None
    lower: Decimal
    upper: Decimal
    relations: tuple[URIRef, ...]


def effective_ownership(graph: Graph, ownerships: Iterable[Node]) -> Iterator[Triple]:
    relations = sorted({relation for relation in ownerships if isinstance(relation, URIRef)})
    for measure, name in MEASURES.items():
        by_interest: dict[URIRef | None, list[Holding]] = {}
        for holding in read_holdings(graph, relations, measure):
            by_interest.setdefault(holding.interest, []).append(holding)
        for holdings in by_interest.values():
            yield from of_one_interest(holdings, name)


def read_holdings(graph: Graph, relations: Iterable[URIRef], measure: str) -> list[Holding]:
    found: dict[tuple[URIRef, URIRef, URIRef | None], Holding] = {}
    stated: set[URIRef | None] = set()
    for relation in relations:
        if (relation, *INDIRECT) in graph or (relation, *BENEFICIAL) in graph:
            continue
        bounds = percent_bounds(graph, relation, measure)
        interest = min((iri for iri in graph.objects(relation, INTEREST) if isinstance(iri, URIRef)), default=None)
        if bounds is not None or measure == "share":
            stated.add(interest)
        lower, upper = bounds or (Decimal(0), WHOLE)
        for owner, owned in ends(graph, relation):
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


def ends(graph: Graph, relation: URIRef) -> Iterator[tuple[URIRef, URIRef]]:
    for owner in graph.objects(relation, OWNER):
        for owned in graph.objects(relation, OWNED):
            is_nobody = (owner, RDF.type, URIRef(GOV.NoParty)) in graph
            if isinstance(owner, URIRef) and isinstance(owned, URIRef) and owner != owned and not is_nobody:
                yield owner, owned


def percent_bounds(graph: Graph, relation: URIRef, measure: str) -> tuple[Decimal, Decimal] | None:
    lows = percents(graph, relation, measure, ("Exact", "Min", "MinExclusive"))
    highs = percents(graph, relation, measure, ("Exact", "Max", "MaxExclusive"))
    if not lows and not highs:
        return None
    lower, upper = min(lows, default=Decimal(0)), max(highs, default=WHOLE)
    return (lower, upper) if 0 <= lower <= upper <= WHOLE else None


def percents(graph: Graph, relation: URIRef, measure: str, endings: tuple[str, ...]) -> list[Decimal]:
    """The numbers of the first of the properties that has any."""
    for ending in endings:
        numbers = []
        for value in graph.objects(relation, URIRef(GOV[measure + ending])):
            try:
                numbers.append(Decimal(str(value)))
            except InvalidOperation:
                continue
        if finite := [number for number in numbers if number.is_finite()]:
            return finite
    return []


def of_one_interest(holdings: list[Holding], name: str) -> Iterator[Triple]:
    low, high = URIRef(GOV[f"{name}Min"]), URIRef(GOV[f"{name}Max"])
    if {holding.owner for holding in holdings}.isdisjoint(holding.owned for holding in holdings):
        for holding in holdings:
            if holding.upper:
                yield from direct(holding, low, high)
        return
    parties = sorted({party for holding in holdings for party in (holding.owner, holding.owned)})
    number = {party: at for at, party in enumerate(parties)}
    shares = effective_shares(
        [number[holding.owner] for holding in holdings],
        [number[holding.owned] for holding in holdings],
        [float(holding.lower) / 100 for holding in holdings],
        [float(holding.upper) / 100 for holding in holdings],
        len(parties),
    )
    pairs = Nodes(holdings, parties, shares, name)
    for row in shares.is_direct.nonzero()[0].tolist():
        yield from direct(holdings[shares.last[row]], low, high)
    rows = (~shares.is_direct & (shares.owner != shares.owned)).nonzero()[0]
    for row in rows.tolist():
        yield pairs.node(row), low, decimal(shares.lower[row])
        yield pairs.node(row), high, decimal(shares.upper[row])
        yield from pairs.described(row)
    before = shares.previous[rows]
    for row in sorted({*rows.tolist(), *before[before >= 0].tolist()}):
        yield from pairs.chained(row)


def direct(holding: Holding, low: URIRef, high: URIRef) -> Iterator[Triple]:
    for relation in holding.relations:
        yield relation, low, decimal(float(holding.lower) / 100)
        yield relation, high, decimal(float(holding.upper) / 100)
        yield relation, HOPS, Literal(1)


@dataclass(frozen=True)
class Nodes:
    holdings: list[Holding]
    parties: list[URIRef]
    shares: EffectiveShares
    name: str

    def node(self, row: int) -> URIRef:
        owner, owned = self.parties[self.shares.owner[row]], self.parties[self.shares.owned[row]]
        base = owned.partition("/id/")[0] if "/id/" in owned else owned.rpartition("/")[0]
        what = "\n".join((owner, owned, self.holdings[0].interest or "", self.name))
        ends = (iri.rstrip("/").rpartition("/")[2].lower() for iri in (owner, owned))
        words = [word for end in ends for word in re.split(r"[^a-z0-9]+", end) if word]
        slug = "-".join([*words, hashlib.sha256(what.encode()).hexdigest()[:10]])
        return URIRef(f"{base}/id/effective-ownership/{slug}")

    def described(self, row: int) -> Iterator[Triple]:
        node, method = self.node(row), "fixed-point" if self.shares.is_cyclic[row] else "sum-of-chains"
        yield node, RDF.type, URIRef(GOV.EffectiveOwnership)
        yield node, OWNER, self.parties[self.shares.owner[row]]
        yield node, OWNED, self.parties[self.shares.owned[row]]
        yield node, URIRef(GOV.ownershipMethod), URIRef(CODE[f"ownership-method/{method}"])
        yield node, HOPS, Literal(int(self.shares.hops[row]))
        yield node, URIRef(GOV.chain), self.cell(row)
        interest = self.holdings[0].interest
        if interest is not None:
            yield node, INTEREST, interest

    def cell(self, row: int) -> URIRef:
        return URIRef(f"{self.node(row)}-chain")

    def chained(self, row: int) -> Iterator[Triple]:
        before = int(self.shares.previous[row])
        yield self.cell(row), RDF.first, self.holdings[self.shares.last[row]].relations[0]
        yield self.cell(row), RDF.rest, self.cell(before) if before >= 0 else RDF.nil


def decimal(share: float) -> Literal:
    text = f"{share * 100:.6f}".rstrip("0").rstrip(".")
    return Literal(text, datatype=XSD.decimal, normalize=False)
