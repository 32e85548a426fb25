"""Small random graphs of relations, for hypothesis: everything that derivation looks at, in right and in wrong forms."""

from __future__ import annotations

from hypothesis import strategies as st
from rdflib import RDF, RDFS, XSD, BNode, Graph, Literal, Namespace, URIRef

from kg.namespaces import CODE, FOREIGN, GOV

G, C, ORG = Namespace(str(GOV)), Namespace(str(CODE)), Namespace(FOREIGN["org"])
EX = Namespace("https://example.org/id/organisation/")
REL = Namespace("https://example.org/id/relation/")
# Of "a" and "a-b" the order is another in N-Triples, where ">" follows the first.
PARTIES = [EX.a, EX["a-b"], EX.c, EX["Bolaget-Övre.2/"], URIRef("https://example.com/d"), URIRef("urn:e")]
PLAYERS = [*PARTIES * 3, BNode("x"), Literal("Council")]
DATES = [
    Literal("2026-11-01", datatype=XSD.date),
    Literal("2026-11-02", datatype=XSD.date),
    Literal("2027-01-31", datatype=XSD.date),
    Literal("2023-02-30", datatype=XSD.date, normalize=False),
    Literal("2026-11", datatype=XSD.gYearMonth, normalize=False),
    Literal("2026-10", datatype=XSD.gYearMonth, normalize=False),
    Literal("2026-13", datatype=XSD.gYearMonth, normalize=False),
    Literal("2026", datatype=XSD.gYear, normalize=False),
    Literal("2025", datatype=XSD.gYear, normalize=False),
    Literal("2026-11-01"),
    EX.c,
]
SHARES = [
    *(Literal(text, datatype=XSD.decimal, normalize=False) for text in ("0", "20.0", "33.333333", "50.0", "50.00")),
    *(Literal(text, datatype=XSD.decimal, normalize=False) for text in ("75.5", "100", "100.1", "-1", "NaN", "half")),
    Literal("40"),
    Literal("60", datatype=XSD.integer),
    EX.c,
]
TYPES = [G.Party, G.NoParty, G.PartyGroup, ORG.OrganizationalUnit, ORG.Organization]
ROLES = {
    G.Ownership: (G.owner, G.owned),
    G.Collaboration: (G.participant, G.participant),
    G.PartOf: (G.part, G.whole),
    G.Membership: (ORG.member, ORG.organization),
    G.Appointment: (G.appointer, G.appointee),
}
SOMETIMES = {
    G.validFrom: DATES,
    G.validTo: DATES[1:],
    G.seatType: [C["seat-type/alternate"], C["seat-type/ordinary"]],
    G.interestType: [C["interest-type/shareholding"], C["interest-type/voting-rights"], Literal("shares")],
    G.directness: [C["directness/indirect"], C["directness/direct"], C["directness/direct"]],
    G.beneficialOwnership: [Literal(True), Literal(False), Literal(False)],
    **dict.fromkeys([G.shareMin, G.shareMax, G.shareMinExclusive, G.shareMaxExclusive, G.votingShareExact], SHARES),
    G.votingShareMin: SHARES,
}


@st.composite
def relation_graphs(draw: st.DrawFn, registry: Graph) -> Graph:
    """The registry, a class tree, and up to twelve relations, half of them ownerships."""
    graph = Graph()
    for triple in registry:
        graph.add(triple)
    classes = st.sampled_from([*TYPES, G.Ownership, G.Relation, BNode("class")])
    for pair in draw(st.lists(st.tuples(classes, classes), max_size=5)):
        graph.add((pair[0], RDFS.subClassOf, pair[1]))
    for thing, kind in draw(st.lists(st.tuples(st.sampled_from(PLAYERS[:-1]), classes), max_size=5)):
        graph.add((thing, RDF.type, kind))
    for number in range(draw(st.integers(0, 12))):
        relation = draw(st.sampled_from([REL[f"r{number}"]] * 9 + [BNode(f"r{number}")]))
        kind = draw(st.sampled_from([G.Ownership] * 4 + list(ROLES)))
        graph.add((relation, RDF.type, kind))
        graph.add((relation, G.modality, draw(st.sampled_from([C["modality/actual"]] * 6 + [C["modality/planned"]]))))
        for role in ROLES[kind]:
            for player in draw(st.lists(st.sampled_from(PLAYERS), min_size=1, max_size=2)):
                graph.add((relation, role, player))
        if draw(st.booleans()):
            graph.add((relation, G.shareExact, draw(st.sampled_from(SHARES))))
        for predicate in draw(st.lists(st.sampled_from(list(SOMETIMES)), max_size=2)):
            graph.add((relation, predicate, draw(st.sampled_from(SOMETIMES[predicate]))))
    for owner, owned in draw(st.lists(st.tuples(*[st.sampled_from(PARTIES)] * 2), max_size=2)):
        graph.add((owner, draw(st.sampled_from([G.owns, G.ownedBy])), owned))
    return graph
