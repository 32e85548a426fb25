"""Violations that are known beforehand, each in parties of its own, so that it gives just the results that are planted.

A recipe says the things of one violation, with a name that no other has, and gives the codes and focus nodes that the
validation must find.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import cycle, islice
from random import Random
from typing import TypeAlias

from faulty import TYPES, Faulty
from names import organisation_number
from statements import Pair, Thing, text

__all__ = ["RECIPES", "violations"]

Expected: TypeAlias = list[tuple[str, str]]
"""Codes of rules with focus nodes."""
Recipe: TypeAlias = Callable[[Faulty, str], Expected]

_FREE = 300_000_000
"""Organisation numbers from here on are free."""


def violations(count: int) -> list[tuple[list[Thing], Expected]]:
    """So many violations, the recipes in turn: the things of each, and what is found in them."""
    made = []
    for number, recipe in enumerate(islice(cycle(RECIPES), count)):
        faulty = Faulty(Random(0))
        expected = recipe(faulty, f"v{number}")
        made.append((faulty.things, expected))
    return made


def _exact(percent: float) -> Pair:
    return "gov:shareExact", f"{percent:.1f}"


def _no_swedish_name(faulty: Faulty, slug: str) -> Expected:
    return [("NAM-01", faulty.organisation(slug, en="Nameless"))]


def _no_english_name(faulty: Faulty, slug: str) -> Expected:
    return [("NAM-02", faulty.organisation(slug, sv="Namnlös"))]


def _no_break_space(faulty: Faulty, slug: str) -> Expected:
    return [("NAM-06", faulty.organisation(slug, sv="Två\u00a0ord", en="Two words"))]


def _same_identifier(faulty: Faulty, slug: str) -> Expected:
    notation = organisation_number(_FREE + int(slug[1:]))
    first, _ = (faulty.identified(f"{slug}-{letter}", ("skos:notation", f'"{notation}"')) for letter in "ab")
    return [("IDN-09", first)]


def _identifier_pattern(faulty: Faulty, slug: str) -> Expected:
    letters = "".join("abcdefghij"[int(digit)] for digit in slug[1:])
    faulty.identified(slug, ("skos:notation", f'"{letters}"'))
    return [("IDN-10", f"identifier:{slug}")]


def _no_notation(faulty: Faulty, slug: str) -> Expected:
    faulty.identified(slug)
    return [("IDN-14", f"identifier:{slug}")]


def _undescribed(faulty: Faulty, slug: str) -> Expected:
    ends = f"organisation:{slug}-nobody", faulty.organisation(slug)
    return [("IDN-08", faulty.ownership(slug, _exact(10), ends=ends))]


def _no_owner(faulty: Faulty, slug: str) -> Expected:
    owned = ("gov:owned", faulty.organisation(slug))
    return [("REL-19", faulty.relation("Ownership", f"ownership-{slug}", (owned, _exact(10))))]


def _self_owned(faulty: Faulty, slug: str) -> Expected:
    company = faulty.organisation(slug)
    return [("REL-21", faulty.ownership(slug, _exact(10), ends=(company, company)))]


def _majority_circle(faulty: Faulty, slug: str) -> Expected:
    one, two = faulty.organisation(f"{slug}-a"), faulty.organisation(f"{slug}-b")
    found = (
        faulty.ownership(f"{slug}-1", _exact(60), ends=(one, two)),
        faulty.ownership(f"{slug}-2", _exact(55), ends=(two, one)),
    )
    return [("REL-22", relation) for relation in found]


def _no_claim(faulty: Faulty, slug: str) -> Expected:
    ends = ("gov:owned", faulty.organisation(f"{slug}-b")), ("gov:owner", faulty.organisation(f"{slug}-a"))
    relation = f"relation:ownership-{slug}"
    faulty.thing(relation, (("a", "gov:Ownership"), ("gov:modality", "modality:actual"), *ends, _exact(10)))
    return [("REL-63", relation)]


def _negative_share(faulty: Faulty, slug: str) -> Expected:
    return [("OWN-25", faulty.ownership(slug, _exact(-5)))]


def _exact_and_least(faulty: Faulty, slug: str) -> Expected:
    return [("OWN-26", faulty.ownership(slug, _exact(20), ("gov:shareMin", "10.0")))]


def _least_above_most(faulty: Faulty, slug: str) -> Expected:
    return [("OWN-27", faulty.ownership(slug, ("gov:shareMax", "40.0"), ("gov:shareMin", "60.0")))]


def _least_twice(faulty: Faulty, slug: str) -> Expected:
    return [("OWN-28", faulty.ownership(slug, ("gov:shareMin", "20.0"), ("gov:shareMinExclusive", "25.0")))]


def _more_than_whole(faulty: Faulty, slug: str) -> Expected:
    owned = faulty.organisation(slug)
    for letter in "ab":
        faulty.ownership(f"{slug}-{letter}", _exact(60), ends=(faulty.organisation(f"{slug}-{letter}"), owned))
    return [("OWN-29", owned)]


def _no_chain(faulty: Faulty, slug: str) -> Expected:
    return [("OWN-32", faulty.ownership(slug, _exact(10), ("gov:directness", "directness:indirect")))]


def _beneficial_company(faulty: Faulty, slug: str) -> Expected:
    return [("OWN-33", faulty.ownership(slug, _exact(10), ("gov:beneficialOwnership", "true")))]


def _ends_before_start(faulty: Faulty, slug: str) -> Expected:
    dates = ("gov:validFrom", '"2015"^^xsd:gYear'), ("gov:validTo", '"2010-06"^^xsd:gYearMonth')
    return [("TIM-34", faulty.ownership(slug, _exact(10), *dates))]


def _before_birth(faulty: Faulty, slug: str) -> Expected:
    born = ("gov:validFrom", '"2015-01-01"^^xsd:date')
    ends = faulty.organisation(f"{slug}-a"), faulty.organisation(f"{slug}-b", born)
    dates = ("gov:openEnded", "true"), ("gov:validFrom", '"2012"^^xsd:gYear')
    return [("TIM-35", faulty.ownership(slug, _exact(10), *dates, ends=ends))]


def _date_is_text(faulty: Faulty, slug: str) -> Expected:
    return [("TIM-37", faulty.ownership(slug, _exact(10), ("gov:openEnded", "true"), ("gov:validFrom", '"2012"')))]


def _from_the_future(faulty: Faulty, slug: str) -> Expected:
    dates = ("gov:openEnded", "true"), ("gov:validFrom", '"2040"^^xsd:gYear')
    return [("TIM-38", faulty.ownership(slug, _exact(10), *dates))]


def _too_many_seats(faulty: Faulty, slug: str) -> Expected:
    body = faulty.organisation(slug, ("gov:seatsTotal", "5"))
    facts = ("gov:body", body), ("gov:seatHolder", faulty.organisation(f"{slug}-a")), ("gov:seats", "7")
    faulty.relation("SeatAllocation", f"seats-{slug}", (*facts, ("gov:seatType", "seat-type:ordinary")))
    return [("SEA-43", body)]


def _too_many_members(faulty: Faulty, slug: str) -> Expected:
    body = faulty.organisation(slug, ("gov:seatsTotal", "2"))
    for letter in "abc":
        facts = ("org:member", faulty.organisation(f"{slug}-{letter}")), ("org:organization", body)
        faulty.relation("Membership", f"membership-{slug}-{letter}", (*facts, ("gov:seatType", "seat-type:ordinary")))
    return [("SEA-46", body)]


def _no_currency(faulty: Faulty, slug: str) -> Expected:
    return [("MON-50", faulty.grant(slug, ("gov:amount", "100.0")))]


def _unknown_currency(faulty: Faulty, slug: str) -> Expected:
    return [("MON-51", faulty.grant(slug, ("gov:amount", "100.0"), ("gov:currency", '"SKR"')))]


def _negative_amount(faulty: Faulty, slug: str) -> Expected:
    return [("MON-52", faulty.grant(slug, ("gov:amount", "-100.0"), ("gov:currency", '"SEK"')))]


def _no_population(faulty: Faulty, slug: str) -> Expected:
    facts = ("gov:groupSize", "12"), ("gov:memberClassification", "organisation-type:municipality")
    group, names = f"group:{slug}", {"sv": "Tolv kommuner", "en": "Twelve municipalities"}
    faulty.party(group, ("gov:PartyGroup",), names, facts)
    faulty.ownership(slug, _exact(10), ends=(group, faulty.organisation(slug)))
    return [("UNN-58", group)]


def _beyond_the_source(faulty: Faulty, slug: str) -> Expected:
    return [("CLM-65", faulty.cited(slug, 1_000_001, ("gov:spanDigest", f'"sha256:{"0" * 64}"')))]


def _no_digest(faulty: Faulty, slug: str) -> Expected:
    faulty.cited(slug, 60)
    return [("CLM-66", f"claim:{slug}-cited")]


def _unclaimed_seats(faulty: Faulty, slug: str) -> Expected:
    body, pairs = faulty.organisation(slug), [("a", kind) for kind in TYPES]
    labels = [("skos:prefLabel", text(f"{word} {slug}", tag)) for tag, word in (("sv", "Rådet"), ("en", "Council"))]
    faulty.things[0] = (body, [*pairs, *labels, ("gov:seatsTotal", "5")])
    return [("CLM-77", body)]


def _telephone(faulty: Faulty, slug: str) -> Expected:
    person, names = f"person:{slug}", {"sv": "Någon Alm", "en": "Någon Alm"}
    faulty.party(person, ("foaf:Person",), names, (("foaf:phone", "<tel:+46700000000>"),))
    return [("HYG-72", person)]


RECIPES: tuple[Recipe, ...] = (
    _more_than_whole, _majority_circle, _ends_before_start, _no_claim, _no_swedish_name, _no_english_name,
    _too_many_members, _same_identifier, _no_currency, _beyond_the_source, _too_many_seats, _unclaimed_seats,
    _no_population, _negative_share, _exact_and_least, _least_above_most, _least_twice, _no_chain,
    _beneficial_company, _before_birth, _date_is_text, _from_the_future, _unknown_currency, _negative_amount,
    _no_digest, _telephone, _no_break_space, _identifier_pattern, _no_notation, _undescribed, _no_owner,
    _self_owned,
)  # fmt: skip
"""In an order in which the first dozen are of many kinds."""
