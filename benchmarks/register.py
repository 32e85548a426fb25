"""A governance graph of any size, group by group, as registers are: the same seed and size give the same statements.

Few large groups of companies and many small ones (ownership to depth 8, a few cycles), few people on many boards, few
funders of much. It conforms to the rules of `shapes/`; what its answers are is planted in `planting.Planted`. Only
counters are kept, so memory does not grow with its size.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from committees import Committees
from interlocking import CROWD, Interlocking
from names import PLACES
from ownerships import WHOLE, Group, Rates
from planting import Holder, Planted, Seats
from statements import LAST_YEAR, Pair, Thing, local

__all__ = ["Register"]

_RATES = Rates(ranges=0.2, circles=0.08, unknown=0.15)
_INTERLOCKINGS = 300
"""Groups of bodies of which interlocks are planted, at most; one in `_APART` triples, or in more of a large graph."""
_APART = 3000
_CROWDED = 50_000
"""Triples of a graph from which on it has one who sits everywhere."""
_TRIPLES = 150
"""Statements about one company of a group with its owners, board and grants, about."""


class Register(Committees):
    """A graph of `count` triples, to the end of a group; `planted` is what is known of it when it is made."""

    def __init__(self, count: int, seed: int) -> None:
        super().__init__(Random(seed), publics=min(311, max(20, count // 2000)))
        self.wanted = count
        self.planted = Planted.of_size(count)
        self.associations = self.groups = self.interlockings = 0

    def blocks(self) -> Iterator[list[Thing]]:
        """The sources and the public sector, then groups of companies, bodies and grants until it is enough."""
        self.registers()
        self.population()
        for _ in range(self.publics):
            self._public_body()
        while self.count < self.wanted:
            yield self._taken()
            self._group()
            if self.random.random() < 0.2:
                self._association()
            if self.count >= (self.interlockings + 1) * max(_APART, self.wanted // _INTERLOCKINGS):
                self._interlocking()
        yield self._taken()

    def _taken(self) -> list[Thing]:
        things, self.things = self.things, []
        return things

    def _public_body(self) -> None:
        number, place = self.organisations, PLACES[self.organisations % len(PLACES)]
        kind, english = ("kommun", "Municipality") if number % 10 > 1 else ("region", "Region")
        code = english.lower()
        if number % 10 == 1:
            kind, english, code = "myndighet", "Agency", "state-agency"
        names = {"sv": f"{place} {kind} {number}", "en": f"{place} {english} {number}"}
        self._funding(self.organisation(names, code, "cv:PublicOrganisation"), rate=1.5)

    def _funding(self, recipient: str, rate: float) -> None:
        """Grants to one recipient: few funders give most of them, and often year after year; some are only possible."""
        funders = {self._funder() for _ in range(int(self.random.expovariate(1 / rate)))} - {recipient}
        for funder in sorted(funders):
            first = self.random.randint(2010, LAST_YEAR)
            is_possible = self.random.random() < 0.03
            for year in range(first, min(LAST_YEAR + 1, first + 1 + int(self.random.expovariate(0.7)))):
                amount = int(self.random.paretovariate(0.9) * 20000) % 10**9
                facts = (
                    ("gov:amount", f"{amount}.00"),
                    ("gov:amountDate", f'"{year}"^^xsd:gYear'),
                    ("gov:amountKind", "amount-kind:applied" if is_possible else "amount-kind:awarded"),
                    ("gov:currency", '"SEK"'),
                    ("gov:funder", funder),
                    ("gov:recipient", recipient),
                )
                slug = f"funding-{local(funder)}-{local(recipient)}-{year}"
                self.relation("Funding", slug, facts, modality="possible" if is_possible else "actual")

    def _funder(self) -> str:
        known = self.publics if self.random.random() < 0.8 else self.organisations
        return f"organisation:o{int(min(known, self.organisations) * self.random.random() ** 3)}"

    def _group(self) -> None:
        """A group of companies with its owners, boards and grants; of some it is planted who owns them in the end."""
        is_planted = self.planted.takes(self.groups)
        self.groups += 1
        most = min(150, max(1, (self.wanted - self.count) // _TRIPLES))
        group = Group(self.random, self.company, self.outsider, is_planted=is_planted, rates=_RATES, most=most)
        group.make()
        since = {company: self.random.randint(1996, 2015) for company in group.companies}
        for owner, owned, lower, upper in group.holdings:
            self._ownership(owner, owned, _share(lower, upper, exclusive=self.random.random() < 0.2), since[owned])
        board: list[str] = []
        for company in group.companies:
            if self.random.random() < 0.1:
                self._former(company, since[company])
            board = self._board(company, board)
            self._funding(company, rate=0.7)
        if is_planted:
            self.planted.group(group.companies[0], group.circle, group.answers())

    def _ownership(self, owner: str, owned: str, share: list[Pair], since: int) -> None:
        facts = (
            ("gov:interestType", "interest-type:shareholding"),
            ("gov:owned", owned),
            ("gov:owner", owner),
            *share,
            *self.period(since),
        )
        self.relation("Ownership", f"ownership-{local(owner)}-{local(owned)}", facts)

    def _former(self, owned: str, before: int) -> None:
        """Who owned a part and does no more: over before the first of the present owners came."""
        owner, share = self.person(), self.random.randint(100, WHOLE)
        facts = (
            ("gov:interestType", "interest-type:shareholding"),
            ("gov:owned", owned),
            ("gov:owner", owner),
            *_share(share, share),
            *self.ended(before),
        )
        modality = "historical" if self.random.random() < 0.5 else "actual"
        self.relation("Ownership", f"ownership-{local(owner)}-{local(owned)}-{before}", facts, modality=modality)

    def _board(self, company: str, previous: list[str]) -> list[str]:
        """The board of about every third company; boards of one group share people. Gives its members."""
        if self.random.random() > 0.35:
            return previous
        body, slug = f"organisation:b-{local(company)}", local(company)
        wanted = 3 + int(self.random.expovariate(0.6))
        alternates = int(self.random.expovariate(1))
        alternates = min(alternates, wanted)
        members = [person for person in previous if self.random.random() < 0.4][:wanted]
        while len(members) < wanted + alternates:
            person = self.person()
            if person not in members:
                members.append(person)
        facts = [("gov:seatsTotal", str(wanted)), ("org:classification", "organisation-type:board")]
        if alternates:
            facts.append(("gov:alternatesTotal", str(alternates)))
        names = {"sv": f"Styrelsen för {slug}", "en": f"Board of {slug}"}
        self.party(body, ("gov:GovernanceBody", "org:Organization"), names, facts)
        self.relation("PartOf", f"part-of-b-{slug}", (("gov:part", body), ("gov:whole", company)))
        for number, person in enumerate(members):
            role = "chair" if not number else "member" if number < wanted else "alternate"
            self._membership(person, body, role, "alternate" if role == "alternate" else "ordinary")
        self._chair(body, members[0])
        return members[:wanted]

    def _membership(self, member: str, body: str, role: str, seat: str = "", modality: str = "actual") -> None:
        facts = [("org:member", member), ("org:organization", body), ("org:role", f"role:{role}")]
        if seat:
            facts.append(("gov:seatType", f"seat-type:{seat}"))
        if modality == "actual":
            facts += self.period(1990)
        self.relation("Membership", f"membership-{local(member)}-{local(body)}", facts, modality=modality)

    def _chair(self, body: str, person: str) -> None:
        slug = local(body)
        post = f"post:chair-{slug}"
        self.party(post, ("org:Post",), {"sv": f"Ordförande i {slug}", "en": f"Chair of {slug}"}, ())
        self.relation("PartOf", f"part-of-chair-{slug}", (("gov:part", post), ("gov:whole", body)))
        facts = (("gov:holder", person), ("gov:post", post), *self.period(1990))
        self.relation("PostHolding", f"post-holding-chair-{slug}", facts)

    def _association(self) -> None:
        """An association of organisations, in whose council public bodies have seats; some were only offered them."""
        number, place, code = self.associations, self.random.choice(PLACES), "association"
        self.associations += 1
        names = {"sv": f"{place} samverkan {number}", "en": f"{place} Cooperation {number}"}
        draws = {int(self.publics * self.random.random() ** 1.5) for _ in range(5)}
        holders = [self._holder(f"organisation:o{holder}", at) for at, holder in enumerate(sorted(draws))]
        total, alternates = sum(holder.ordinary for holder in holders), sum(holder.alternate for holder in holders)
        is_whole = self.random.random() < 0.8
        total += 0 if is_whole else 2
        facts = [("gov:seatsTotal", str(total)), *([("gov:alternatesTotal", str(alternates))] if alternates else [])]
        body = self.organisation(names, code, "gov:JointBody", facts=tuple(facts))
        wanted = min(self.organisations // 4, 3 + int(3 * self.random.paretovariate(1.1)), 400)
        for member in sorted({int((self.organisations - 1) * self.random.random() ** 1.7) for _ in range(wanted)}):
            offered = self.random.random() < 0.02
            self._membership(f"organisation:o{member}", body, "member", modality="offered" if offered else "actual")
        for holder in holders:
            self._seats(holder, body, is_whole=is_whole)
        self.planted.body(number, Seats(body, total, alternates, holders))

    def _interlocking(self) -> None:
        """Bodies and people of whom it is planted who sits with whom; once in a large graph, somebody everywhere."""
        crowd = CROWD if self.interlockings == 1 and self.wanted >= _CROWDED else 0
        made = Interlocking(self.random, self.interlockings, crowd=crowd)
        self.interlockings += 1
        self.committees(made)
        self.planted.interlocked.append(made.answers())

    def _holder(self, party: str, place: int) -> Holder:
        ordinary = self.random.randint(1, 13)
        if place and self.random.random() < 0.1:
            return Holder(party, offered=ordinary)
        return Holder(party, ordinary, alternate=ordinary if self.random.random() < 0.5 else 0)

    def _seats(self, holder: Holder, body: str, *, is_whole: bool) -> None:
        slug = f"seats-{local(holder.party)}-{local(body)}"
        for kind, number, modality in (
            ("ordinary", holder.ordinary, "actual"),
            ("alternate", holder.alternate, "actual"),
            ("ordinary", holder.offered, "offered"),
        ):
            if number:
                facts = [("gov:body", body), ("gov:seatHolder", holder.party), ("gov:seatType", f"seat-type:{kind}")]
                facts.append(("gov:seats", str(number)))
                facts += [("gov:partyListComplete", "true")] if is_whole and modality == "actual" else []
                self.relation("SeatAllocation", f"{slug}-{kind}", facts, modality=modality)


def _share(lower: int, upper: int, *, exclusive: bool = False) -> list[Pair]:
    """Bounds in hundredths of a percent as a register states them: exactly, from and to, or not at all."""
    if lower == upper:
        return [("gov:shareExact", _percent(lower))]
    stated = []
    if lower:
        stated.append(("gov:shareMinExclusive" if exclusive else "gov:shareMin", _percent(lower)))
    if upper < WHOLE:
        stated.append(("gov:shareMax", _percent(upper)))
    return stated


def _percent(hundredths: int) -> str:
    return f"{hundredths // 100}.{hundredths % 100:02}"
