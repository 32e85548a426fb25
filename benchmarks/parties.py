"""The parties of a generated graph: public bodies, companies, people, and groups of whom nobody is named."""

from __future__ import annotations

from random import Random

from names import ENDINGS, FAMILY, GIVEN, PLACES, TRADES, organisation_number
from statements import Pair, Statements, text

__all__ = ["CODES", "Parties"]

CODES = {
    "organisation-type:state-agency": ("statlig myndighet", "state agency"),
    "organisation-type:region": ("region", "region"),
    "organisation-type:municipality": ("kommun", "municipality"),
    "organisation-type:limited-company": ("aktiebolag", "limited company"),
    "organisation-type:foundation": ("stiftelse", "foundation"),
    "organisation-type:association": ("ideell förening", "non-profit association"),
    "organisation-type:board": ("styrelse", "board"),
    "role:chair": ("ordförande", "chair"),
    "role:member": ("ledamot", "member"),
    "role:alternate": ("ersättare", "alternate"),
    "role:observer": ("adjungerad", "observer"),
}
"""The codes that parties and relations have, with the labels of the codelists."""
_POPULATION = "group:municipalities"
_MUNICIPALITIES = 290


class Parties(Statements):
    """How many have been made so far, as counters: parties are numbered in the order in which they are made."""

    def __init__(self, random: Random, publics: int) -> None:
        super().__init__(random)
        self.publics = publics
        self.organisations = self.persons = self.unnamed = 0

    def population(self) -> None:
        """All municipalities, from which the groups are drawn of whom nobody is named."""
        kind = ("gov:memberClassification", "organisation-type:municipality")
        names = {"sv": "Kommunerna", "en": "The municipalities"}
        self.party(_POPULATION, ("gov:PartyGroup",), names, (("gov:groupSize", str(_MUNICIPALITIES)), kind))

    def organisation(self, names: dict[str, str], code: str, *classes: str, facts: tuple[Pair, ...] = ()) -> str:
        """An organisation with its identifier; some have a name in a minority language too."""
        number = self.organisations
        self.organisations += 1
        organisation, identifier = f"organisation:o{number}", f"identifier:o{number}"
        for language, word in ENDINGS.get(code, {}).items():
            if self.random.random() < (0.2 if number < self.publics else 0.02):
                names[language] = f"{names['sv'].partition(' ')[0]} {word} {number}"
        facts = (("adms:identifier", identifier), ("org:classification", f"organisation-type:{code}"), *facts)
        self.party(organisation, sorted((*classes, "org:FormalOrganization", "org:Organization")), names, facts)
        scheme = ("gov:identifierScheme", "identifier-scheme:se-organisation-number")
        notation = ("skos:notation", f'"{organisation_number(number)}"')
        self.thing(identifier, (("a", "adms:Identifier"), scheme, notation))
        return organisation

    def company(self) -> str:
        """A company, or now and then a foundation."""
        number, place = self.organisations, self.random.choice(PLACES)
        swedish, english = self.random.choice(TRADES)
        code = "foundation" if number % 17 == 0 else "limited-company"
        ending = ("Stiftelse", "Foundation") if code == "foundation" else ("AB", "Ltd")
        names = {"sv": f"{place} {swedish} {number} {ending[0]}", "en": f"{place} {english} {number} {ending[1]}"}
        facts: list[Pair] = []
        if self.random.random() < 0.25:
            facts.append(("skos:altLabel", text(f"{place[:3].upper()}{number}", "sv")))
        if self.random.random() < 0.2:
            facts.append(("gov:validFrom", self.when(self.random.randint(1900, 1985))))
        return self.organisation(names, code, "legal:LegalEntity", facts=tuple(facts))

    def person(self) -> str:
        """Often a new one, else one of those there are: of the last ones, or one of the few who are everywhere."""
        draw, known = self.random.random(), self.persons
        if known > 50 and draw < 0.35:
            return f"person:p{known - 1 - int(50 * self.random.random() ** 2)}"
        if known > 50 and draw < 0.45:
            return f"person:p{int(known * self.random.random() ** 2.5)}"
        self.persons += 1
        name = f"{self.random.choice(GIVEN)} {self.random.choice(FAMILY)}"
        self.party(f"person:p{known}", ("foaf:Person",), {"sv": name, "en": name}, ())
        return f"person:p{known}"

    def outsider(self) -> str:
        """Who owns a part of a company without belonging to its group; now and then a group of whom nobody is named."""
        draw = self.random.random()
        if draw < 0.4:
            return f"organisation:o{int(self.publics * self.random.random() ** 2)}"
        if draw > 0.42:
            return self.person()
        group, size = f"group:g{self.unnamed}", self.random.randint(2, 40)
        self.unnamed += 1
        facts = (
            ("gov:drawnFrom", _POPULATION),
            ("gov:groupSize", str(size)),
            ("gov:memberClassification", "organisation-type:municipality"),
            ("gov:membersListed", "false"),
        )
        names = {"sv": f"{size} kommuner", "en": f"{size} municipalities"}
        self.party(group, ("gov:PartyGroup",), names, facts)
        return group
