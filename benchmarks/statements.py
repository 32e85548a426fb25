"""Statements of the governance vocabulary, as lines of N-Triples: relations with their claims and their shortcuts."""

from __future__ import annotations

from random import Random

from kg.namespaces import CODE, FOREIGN, GOV

__all__ = ["AS_OF", "BASE", "ID", "Statements", "slug"]

BASE = "https://w3id.org/governance-kg/bench/"
ID = BASE + "id/"
AS_OF = 2026
"""The year in which the graph ends."""
_A = f"<{FOREIGN['rdf']}type>"
_ORG, _SKOS, _XSD = FOREIGN["org"], FOREIGN["skos"], FOREIGN["xsd"]
_DECIMAL, _DATE, _YEAR = f"^^<{_XSD}decimal>", f"^^<{_XSD}date>", f"^^<{_XSD}gYear>"


class Statements:
    """Lines are gathered in `lines`; what no caller says (dates, confidence) is drawn from `random`."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.lines: list[str] = []

    def link(self, subject: str, **links: str) -> None:
        """Links within the `gov:` vocabulary."""
        for name, target in links.items():
            self.say(subject, f"{GOV}{name}", f"<{target}>")

    def say(self, subject: str, predicate: str, term: str) -> None:
        """One statement; `term` is written as N-Triples writes it."""
        self.lines.append(f"<{subject}> <{predicate}> {term} .\n")

    def type(self, subject: str, *classes: str) -> None:
        """The classes of a thing."""
        for kind in classes:
            self.lines.append(f"<{subject}> {_A} <{kind}> .\n")

    def named(self, subject: str, swedish: str, english: str) -> None:
        """Its names."""
        self.say(subject, f"{_SKOS}prefLabel", f'"{swedish}"@sv')
        self.say(subject, f"{_SKOS}prefLabel", f'"{english}"@en')

    def relation(self, kind: str, slug: str, *, ended: bool = False) -> str:
        """A relation with its period and its claim; the roles are the caller's to say."""
        relation = f"{ID}relation/{slug}"
        self.type(relation, GOV.Relation, GOV[kind])
        self.link(relation, modality=CODE["modality/actual"])
        year, month = self.random.randint(1990, AS_OF - 3), self.random.randint(1, 12)
        if self.random.random() < 0.2:
            self.say(relation, GOV.validFrom, f'"{year}"{_YEAR}')
            first, last = f"{year}-01-01", f"{year}-12-31"
        else:
            first = last = f"{year}-{month:02}-{self.random.randint(1, 28):02}"
            self.say(relation, GOV.validFrom, f'"{first}"{_DATE}')
        self.say(relation, GOV.earliestStart, f'"{first}"{_DATE}')
        self.say(relation, GOV.latestStart, f'"{last}"{_DATE}')
        if ended:
            for name in ("validTo", "earliestEnd", "latestEnd"):
                self.say(relation, GOV[name], f'"{year + 2}-06-30"{_DATE}')
        claim = f"{ID}claim/{slug}"
        self.type(claim, GOV.Claim)
        self.link(claim, asserts=relation, basis=CODE["basis/stated"])
        self.say(claim, GOV.confidence, f'"{self.random.choice(("1.0", "1.0", "0.9", "0.5"))}"{_DECIMAL}')
        self.say(claim, f"{FOREIGN['prov']}hadPrimarySource", f"<{ID}source/s{self.random.randrange(5)}>")
        return relation

    def ownership(self, owner: str, owned: str, hundredths: int) -> None:
        """A holding in hundredths of a percent; small ones have often ended, and then give no shortcut."""
        ended = hundredths < 2000 and self.random.random() < 0.3
        relation = self.relation("Ownership", f"ownership-{slug(owner)}-{slug(owned)}", ended=ended)
        self.link(relation, owner=owner, owned=owned, interestType=CODE["interest-type/shareholding"])
        self.say(relation, GOV.shareExact, f'"{hundredths // 100}.{hundredths % 100:02}"{_DECIMAL}')
        if not ended:
            self.link(owner, owns=owned)
            self.link(owned, ownedBy=owner)

    def membership(self, member: str, body: str, role: str) -> None:
        """A member of a body, in a role."""
        relation = self.relation("Membership", f"membership-{slug(member)}-{slug(body)}")
        self.say(relation, f"{_ORG}member", f"<{member}>")
        self.say(relation, f"{_ORG}organization", f"<{body}>")
        self.say(relation, f"{_ORG}role", f"<{CODE}role/{role}>")
        self.say(member, f"{_ORG}memberOf", f"<{body}>")
        self.say(body, f"{_ORG}hasMember", f"<{member}>")

    def grant(self, funder: str, recipient: str, year: int) -> None:
        """One year's grant; the shortcut is the caller's to say, once."""
        relation = self.relation("Funding", f"funding-{slug(funder)}-{slug(recipient)}-{year}")
        self.link(relation, funder=funder, recipient=recipient, amountKind=CODE["amount-kind/awarded"])
        amount = int(self.random.paretovariate(0.9) * 20000) % 10**9
        self.say(relation, GOV.amount, f'"{amount}.00"{_DECIMAL}')
        self.say(relation, GOV.currency, '"SEK"')
        self.say(relation, GOV.amountDate, f'"{year}"{_YEAR}')

    def seats(self, holder: str, body: str) -> None:
        """The seats of a public body in a council."""
        relation = self.relation("SeatAllocation", f"seats-{slug(holder)}-{slug(body)}")
        self.link(relation, seatHolder=holder, body=body, seatType=CODE["seat-type/ordinary"])
        self.say(relation, GOV.seats, f'"{self.random.randint(1, 13)}"^^<{_XSD}integer>')
        self.link(holder, holdsSeatsIn=body)
        self.link(body, seatsHeldBy=holder)


def slug(iri: str) -> str:
    return iri.rpartition("/")[2]
