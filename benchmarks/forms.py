"""The two forms of generated things: Turtle of a project, and N-Triples with what the build derives added.

Added are general types, date bounds and shortcuts, by the rules of `ontology/` for the kinds of relations that are
generated; not effective ownership, which the build alone works out.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import chain
from types import MappingProxyType
from typing import TypeAlias

from statements import AS_OF, BASE, Pair, Thing

from kg.namespaces import GOV, prefixes

__all__ = ["HEADER", "NTriples", "as_of", "turtle"]

Triple: TypeAlias = tuple[str, str, str]

_TABLE = prefixes(BASE)
_USED = (
    "adms amount-kind basis claim cv dcterms directness foaf gov group identifier identifier-scheme interest-type "
    "legal modality oa org organisation organisation-type person post prov relation role seat-type selector skos "
    "source xsd"
)
HEADER = "".join(f"@prefix {name}: <{_TABLE[name]}> .\n" for name in _USED.split()) + "\n"
"""The prefixes of a file of Turtle."""

_GENERAL: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "foaf:Person": ("gov:Party",),
        "gov:GovernanceBody": ("org:Organization", "gov:Party"),
        "gov:JointBody": ("gov:GovernanceBody", "org:Organization", "gov:Party"),
        "gov:PartyGroup": ("gov:UnspecifiedParty", "gov:Party"),
        "org:Organization": ("gov:Party",),
        "org:Post": ("gov:Party",),
        "gov:Funding": ("gov:Relation",),
        "gov:Membership": ("gov:Relation", "org:Membership"),
        "gov:Ownership": ("gov:Relation",),
        "gov:PartOf": ("gov:Relation",),
        "gov:PostHolding": ("gov:Relation",),
        "gov:SeatAllocation": ("gov:Relation",),
    }
)
_ANY = ""
_SHORTCUTS: Mapping[str, tuple[tuple[str, str, str, str, str], ...]] = MappingProxyType(
    {
        "gov:Funding": (("gov:funder", _ANY, "gov:recipient", "gov:funds", "gov:fundedBy"),),
        "gov:Membership": (("org:member", _ANY, "org:organization", "org:memberOf", "org:hasMember"),),
        "gov:Ownership": (("gov:owner", _ANY, "gov:owned", "gov:owns", "gov:ownedBy"),),
        "gov:PartOf": (
            ("gov:part", _ANY, "gov:whole", "gov:partOf", "gov:hasPart"),
            ("gov:part", "organisation:", "gov:whole", "org:subOrganizationOf", "org:hasSubOrganization"),
            ("gov:part", "post:", "gov:whole", "org:postIn", "org:hasPost"),
        ),
        "gov:PostHolding": (("gov:holder", _ANY, "gov:post", "org:holds", "org:heldBy"),),
        "gov:SeatAllocation": (("gov:seatHolder", _ANY, "gov:body", "gov:holdsSeatsIn", "gov:seatsHeldBy"),),
    }
)
"""By kind: from-role, what the name of who plays it begins with, to-role, shortcut, inverse."""
_EXCLUDING = {"role:alternate", "role:observer", "seat-type:alternate", "seat-type:observer"}
_BOUNDS = {
    "gov:validFrom": ("gov:earliestStart", "gov:latestStart"),
    "gov:validTo": ("gov:earliestEnd", "gov:latestEnd"),
}


def turtle(thing: Thing) -> str:
    """One subject and all that is said of it, as `kg fmt` writes it but for long lists."""
    subject, pairs = thing
    parts, last = [subject], ""
    for predicate, term in pairs:
        if predicate == last:
            parts.append(f" , {term}")
        else:
            parts.append(f" ;\n    {predicate} {term}" if last else f" {predicate} {term}")
            last = predicate
    parts.append(" .\n\n")
    return "".join(parts)


class NTriples:
    """N-Triples, a line a statement; names and codes that are written again and again are remembered."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def lines(self, things: Iterable[Thing]) -> Iterator[str]:
        """What is said of `things`, and what follows from it; a shortcut that follows twice is written once."""
        shortcuts: dict[Triple, None] = {}
        for subject, pairs in things:
            start = self._iri(subject)
            for predicate, term in chain(pairs, _general(pairs)):
                yield f"{start} {self._known.get(predicate) or self._remembered(predicate)} {self._term(term)} .\n"
            facts = dict(pairs)
            for predicate, term in _bounds(facts):
                yield f"{start} {self._remembered(predicate)} {self._term(term)} .\n"
            shortcuts.update(dict.fromkeys(_edges(facts)))
        for subject, predicate, term in shortcuts:
            yield f"{self._iri(subject)} {self._remembered(predicate)} {self._term(term)} .\n"

    def _iri(self, name: str) -> str:
        prefix, _, rest = name.partition(":")
        return f"<{_TABLE[prefix]}{rest}>"

    def _remembered(self, name: str) -> str:
        known = self._known.get(name)
        if known is None:
            known = self._known[name] = f"<{_TABLE['rdf']}type>" if name == "a" else self._iri(name)
        return known

    def _term(self, term: str) -> str:
        first = term[0]
        if first == '"':
            words, mark, kind = term.rpartition("^^")
            return f"{words}^^{self._remembered(kind)}" if mark else term
        if first == "<":
            return term
        if first.isdigit() or first == "-":
            return f'"{term}"^^{self._remembered("xsd:decimal" if "." in term else "xsd:integer")}'
        if term in {"true", "false"}:
            return f'"{term}"^^{self._remembered("xsd:boolean")}'
        return self._iri(term)


def as_of() -> str:
    """The line that says of which day the graph is, as the build derives it."""
    return f'<{GOV}> <{GOV.asOf}> "{AS_OF.isoformat()}"^^<{_TABLE["xsd"]}date> .\n'


def _general(pairs: Sequence[Pair]) -> list[Pair]:
    """The classes above those that are stated."""
    stated = [term for predicate, term in pairs if predicate == "a"]
    general = dict.fromkeys(kind for one in stated for kind in _GENERAL.get(one, ()))
    return [("a", kind) for kind in general if kind not in stated]


def _bounds(facts: Mapping[str, str]) -> Iterator[Pair]:
    for given, names in _BOUNDS.items():
        if given in facts:
            for name, day in zip(names, _days(facts[given]), strict=True):
                yield name, f'"{day.isoformat()}"^^xsd:date'


def _edges(facts: Mapping[str, str]) -> Iterator[Triple]:
    """The shortcuts of a relation that is actual and in force."""
    if facts.get("gov:modality") != "modality:actual" or not _EXCLUDING.isdisjoint(facts.values()):
        return
    if "gov:validFrom" in facts and _days(facts["gov:validFrom"])[0] > AS_OF:
        return
    if "gov:validTo" in facts and _days(facts["gov:validTo"])[1] <= AS_OF:
        return
    for role, name, other, shortcut, inverse in _SHORTCUTS[facts["a"]]:
        if facts[role].startswith(name):
            yield facts[role], shortcut, facts[other]
            yield facts[other], inverse, facts[role]


def _days(term: str) -> tuple[date, date]:
    """The first and the last day that a date of any precision can mean."""
    numbers = [int(part) for part in term[1 : term.rindex('"')].split("-")]
    year, month = numbers[0], numbers[1] if len(numbers) > 1 else 0
    if len(numbers) == 3:
        return date(*numbers), date(*numbers)
    last = month or 12
    return date(year, month or 1, 1), date(year, last, calendar.monthrange(year, last)[1])
