"""A governance graph of any size, as N-Triples: the same seed and size give the same bytes.

`python benchmarks/generate.py --triples 100000 --seed 1 OUT.nt`

Shaped as registers are: few large groups of companies and many small ones (ownership to depth 8, a few cycles), few
people on many boards, few funders of much. Terms are those of `docs/model.md`, the derived shortcuts are written as the
build derives them. The graph is made group by group and only counters are kept, so memory does not grow with its size.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from random import Random

from names import FAMILY, GIVEN, PLACES, TRADES
from statements import AS_OF, ID, Statements, slug

from kg.namespaces import CODE, FOREIGN, GOV

__all__ = ["generate", "write"]

_CODES = {
    "organisation-type/state-agency": ("statlig myndighet", "state agency"),
    "organisation-type/region": ("region", "region"),
    "organisation-type/municipality": ("kommun", "municipality"),
    "organisation-type/limited-company": ("aktiebolag", "limited company"),
    "organisation-type/publicly-owned-company": ("offentligägt bolag", "publicly owned company"),
    "organisation-type/foundation": ("stiftelse", "foundation"),
    "organisation-type/association": ("förening", "association"),
    "organisation-type/board": ("styrelse", "board"),
    "role/chair": ("ordförande", "chair"),
    "role/member": ("ledamot", "member"),
    "role/alternate": ("ersättare", "alternate"),
}
_ORG, _SKOS, _ADMS = FOREIGN["org"], FOREIGN["skos"], FOREIGN["adms"]
_DEPTH = 8


def generate(count: int, seed: int) -> Iterator[str]:
    """`count` different triples, each a line of N-Triples; the last group is cut off."""
    made = 0
    for lines in _Register(count, seed).blocks():
        yield from lines[: count - made]
        made += len(lines)
        if made >= count:
            return


def write(path: Path, count: int, seed: int) -> None:
    """Writes the graph into a file."""
    with path.open("w", encoding="utf-8", buffering=1 << 20) as stream:
        stream.writelines(generate(count, seed))


class _Register(Statements):
    """What has been made so far, as counters: parties are numbered in the order in which they are made."""

    def __init__(self, count: int, seed: int) -> None:
        super().__init__(Random(seed))
        self.publics = min(311, max(20, count // 2000))
        self.organisations = self.persons = self.associations = 0

    def blocks(self) -> Iterator[list[str]]:
        """The codes and the public sector, then groups of companies, bodies and grants without end."""
        self._codes()
        for _ in range(self.publics):
            self._public_body()
        while True:
            yield self.lines
            self.lines = []
            self._group()
            if self.random.random() < 0.2:
                self._association()

    def _codes(self) -> None:
        for code, (swedish, english) in _CODES.items():
            self.type(CODE + code, f"{_SKOS}Concept")
            self.named(CODE + code, swedish, english)
        for number in range(5):
            source = f"{ID}source/s{number}"
            self.type(source, GOV.SourceDocument)
            self.named(source, f"Register {number}", f"Register {number}")

    def _organisation(self, swedish: str, english: str, code: str, *classes: str) -> str:
        number = self.organisations
        self.organisations += 1
        organisation, identifier = f"{ID}organisation/o{number}", f"{ID}identifier/o{number}"
        self.type(organisation, f"{_ORG}Organization", f"{_ORG}FormalOrganization", GOV.Party, *classes)
        self.named(organisation, swedish, english)
        self.say(organisation, f"{_ORG}classification", f"<{CODE}organisation-type/{code}>")
        self.say(organisation, f"{_ADMS}identifier", f"<{identifier}>")
        self.type(identifier, f"{_ADMS}Identifier")
        self.say(identifier, f"{_SKOS}notation", f'"556{number // 10000:03}-{number % 10000:04}"')
        return organisation

    def _public_body(self) -> None:
        number, place = self.organisations, PLACES[self.organisations % len(PLACES)]
        kind, english = ("kommun", "Municipality") if number % 10 > 1 else ("region", "Region")
        code = english.lower()
        if number % 10 == 1:
            kind, english, code = "myndighet", "Agency", "state-agency"
        names = f"{place} {kind} {number}", f"{place} {english} {number}"
        body = self._organisation(*names, code, f"{FOREIGN['cv']}PublicOrganisation")
        self._funding(body, rate=1.5)

    def _company(self) -> str:
        number, place = self.organisations, self.random.choice(PLACES)
        swedish, english = self.random.choice(TRADES)
        code = "foundation" if number % 17 == 0 else "limited-company"
        ending = ("Stiftelse", "Foundation") if code == "foundation" else ("AB", "Ltd")
        names = f"{place} {swedish} {number} {ending[0]}", f"{place} {english} {number} {ending[1]}"
        company = self._organisation(*names, code, f"{FOREIGN['legal']}LegalEntity")
        if self.random.random() < 0.25:
            self.say(company, f"{_SKOS}altLabel", f'"{place[:3].upper()}{number}"@sv')
        return company

    def _person(self) -> str:
        """Often a new one, else one of those there are: of the last ones, or one of the few who are everywhere."""
        draw, known = self.random.random(), self.persons
        if known > 50 and draw < 0.35:
            return f"{ID}person/p{known - 1 - int(50 * self.random.random() ** 2)}"
        if known > 50 and draw < 0.45:
            return f"{ID}person/p{int(known * self.random.random() ** 2.5)}"
        self.persons += 1
        person, name = f"{ID}person/p{known}", f"{self.random.choice(GIVEN)} {self.random.choice(FAMILY)}"
        self.type(person, f"{FOREIGN['foaf']}Person", GOV.Party)
        self.named(person, name, name)
        return person

    def _funding(self, recipient: str, rate: float) -> None:
        """Grants to one recipient: few funders give most of them, and often year after year."""
        funders = {self._funder() for _ in range(int(self.random.expovariate(1 / rate)))} - {recipient}
        for funder in sorted(funders):
            first = self.random.randint(2010, AS_OF - 1)
            for year in range(first, min(AS_OF, first + 1 + int(self.random.expovariate(0.7)))):
                self.grant(funder, recipient, year)
            self.link(funder, funds=recipient)
            self.link(recipient, fundedBy=funder)

    def _funder(self) -> str:
        known = self.publics if self.random.random() < 0.8 else self.organisations
        return f"{ID}organisation/o{int(min(known, self.organisations) * self.random.random() ** 3)}"

    def _group(self) -> None:
        """A group of companies, from the top down: each company below one that was made before it."""
        size = min(150, int(self.random.paretovariate(1.1)))
        companies, depths, board = [self._company()], [1], list[str]()
        top = companies[0]
        for number in range(size):
            if number:
                parent = number - 1 if self.random.random() < 0.4 else self.random.randrange(number)
                while depths[parent] >= _DEPTH:
                    parent = self.random.randrange(number)
                companies.append(self._company())
                depths.append(depths[parent] + 1)
                self._owners(companies[number], companies[parent])
            board = self._board(companies[number], board)
            self._funding(companies[number], rate=0.7)
        rest = 10000
        if size > 3 and self.random.random() < 0.05:
            self.ownership(companies[-1], top, 300)
            rest -= 300
        self._split(top, rest, set())

    def _owners(self, company: str, parent: str) -> None:
        share = 10000 if self.random.random() < 0.6 else self.random.randint(5001, 9900)
        self.ownership(parent, company, share)
        if share < 10000:
            self._split(company, 10000 - share, {parent})

    def _split(self, company: str, hundredths: int, known: set[str]) -> None:
        """The rest of the shares, to one to four others: people, and public bodies."""
        others = 1 + min(3, int(self.random.expovariate(1.2)))
        for left in range(others, 0, -1):
            public = self.random.random() < 0.4
            number = int(self.publics * self.random.random() ** 2)
            owner = f"{ID}organisation/o{number}" if public else self._person()
            share = hundredths if left == 1 else max(1, int(hundredths * self.random.uniform(0.2, 0.8)))
            if owner not in known and share:
                known.add(owner)
                self.ownership(owner, company, share)
                hundredths -= share

    def _board(self, company: str, previous: list[str]) -> list[str]:
        """The board of about every third company; boards of one group share people. Gives its members."""
        if self.random.random() > 0.35:
            return previous
        body = f"{ID}organisation/b-{slug(company)}"
        self.type(body, GOV.GovernanceBody, f"{_ORG}Organization", GOV.Party)
        self.named(body, f"Styrelsen för {slug(company)}", f"Board of {slug(company)}")
        self.say(body, f"{_ORG}classification", f"<{CODE}organisation-type/board>")
        part = self.relation("PartOf", f"part-of-b-{slug(company)}")
        self.link(part, part=body, whole=company)
        self.say(body, f"{_ORG}subOrganizationOf", f"<{company}>")
        self.say(company, f"{_ORG}hasSubOrganization", f"<{body}>")
        wanted = 3 + int(self.random.expovariate(0.6))
        members = [person for person in previous if self.random.random() < 0.4][:wanted]
        while len(members) < wanted:
            person = self._person()
            if person not in members:
                members.append(person)
        for person in members:
            self.membership(person, body, "chair" if person == members[0] else "member")
        self._chair(body, members[0])
        return members

    def _chair(self, body: str, person: str) -> None:
        post = f"{ID}post/chair-{slug(body)}"
        self.type(post, f"{_ORG}Post", GOV.Party)
        self.named(post, f"Ordförande i {slug(body)}", f"Chair of {slug(body)}")
        holding = self.relation("PostHolding", f"post-holding-{slug(post)}")
        self.link(holding, holder=person, post=post)
        self.say(post, f"{_ORG}postIn", f"<{body}>")
        self.say(post, f"{_ORG}heldBy", f"<{person}>")
        self.say(person, f"{_ORG}holds", f"<{post}>")

    def _association(self) -> None:
        """An association of organisations, in whose council public bodies have seats."""
        number = self.associations
        self.associations += 1
        place = self.random.choice(PLACES)
        names = f"{place} samverkan {number}", f"{place} Cooperation {number}"
        body = self._organisation(*names, "association", GOV.JointBody, GOV.GovernanceBody)
        wanted = min(self.organisations // 4, 3 + int(3 * self.random.paretovariate(1.1)), 400)
        for member in sorted({int((self.organisations - 1) * self.random.random() ** 1.7) for _ in range(wanted)}):
            self.membership(f"{ID}organisation/o{member}", body, "member")
        for holder in sorted({int(self.publics * self.random.random() ** 1.5) for _ in range(4)}):
            self.seats(f"{ID}organisation/o{holder}", body)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description="Write a governance graph as N-Triples.")
    parser.add_argument("--triples", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    write(options.out, options.triples, options.seed)


if __name__ == "__main__":
    main()
