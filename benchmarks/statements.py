"""Statements of the governance vocabulary: parties and relations, each with the claim that says who says so.

A thing is its subject and its predicates with their terms, all written as Turtle writes them (`gov:owner`,
`organisation:o1`, `"2019"^^xsd:gYear`); `forms.py` writes it out. Nothing derived is said here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from random import Random
from typing import TypeAlias

__all__ = ["AS_OF", "BASE", "LAST_YEAR", "Pair", "Statements", "Thing", "local", "text"]

BASE = "https://w3id.org/governance-kg/bench/"
AS_OF = date(2026, 1, 1)
"""The day of which the graph is."""
LAST_YEAR = AS_OF.year - 1
_CC0 = "<http://creativecommons.org/publicdomain/zero/1.0/>"

Pair: TypeAlias = tuple[str, str]
Thing: TypeAlias = tuple[str, Sequence[Pair]]

_REGISTERS = 5
_SPANS = 1000
"""Places cited in one report."""
_STATED = (("gov:basis", "basis:stated"),)
_INFERRED = (("gov:basis", "basis:inferred"), ("gov:reading", '"Named in the list of members, without a date."@en'))


class Statements:
    """Things are gathered in `things`, and their statements counted in `count`; dates and sources are drawn."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.things: list[Thing] = []
        self.count = self._spans = 0

    def thing(self, subject: str, pairs: Sequence[Pair]) -> None:
        """One thing, as it stands."""
        self.things.append((subject, pairs))
        self.count += len(pairs)

    def registers(self) -> None:
        """The registers from which most is."""
        for number in range(_REGISTERS):
            self._document(f"source:s{number}", f"Register {number}")

    def party(self, subject: str, types: Iterable[str], names: Mapping[str, str], facts: Iterable[Pair]) -> None:
        """A party with its names by language, and one claim about all that needs one, as a register's record is."""
        labels = [("skos:prefLabel", text(name, language)) for language, name in names.items()]
        facts = sorted(facts, key=lambda fact: (fact[0] != "skos:altLabel", fact))
        self.thing(subject, [*(("a", kind) for kind in types), *labels, *facts])
        claimed = {"skos:prefLabel", *(name for name, _ in facts if name in _CLAIMED)}
        about = [("gov:onProperty", name) for name in sorted(claimed)]
        self.thing(
            f"claim:{local(subject)}",
            [
                ("a", "gov:Claim"),
                ("gov:about", subject),
                *_STATED,
                ("gov:confidence", "1.0"),
                *about,
                ("prov:hadPrimarySource", self.register()),
            ],
        )

    def relation(self, kind: str, slug: str, facts: Iterable[Pair], *, modality: str = "actual") -> str:
        """A relation with its claim; gives its name."""
        relation = f"relation:{slug}"
        pairs = [("a", f"gov:{kind}"), *sorted((("gov:modality", f"modality:{modality}"), *facts))]
        self.thing(relation, pairs)
        self.claim(slug, (("gov:asserts", relation),))
        return relation

    def claim(self, slug: str, about: Iterable[Pair]) -> None:
        """A claim of a register's record, now and then of a place in a report."""
        draw = self.random.random()
        basis = _INFERRED if draw < 0.03 else _STATED
        confidence = "0.5" if draw < 0.1 else "0.9" if draw < 0.3 else "1.0"
        pairs = [("a", "gov:Claim"), *about, *basis, ("gov:confidence", confidence)]
        if draw > 0.95:
            pairs += self._place()
        else:
            pairs.append(("prov:hadPrimarySource", self.register()))
        self.thing(f"claim:{slug}", pairs)

    def when(self, year: int) -> str:
        """A date in a year, as precise as registers are."""
        draw = self.random.random()
        if draw < 0.2:
            return f'"{year}"^^xsd:gYear'
        month = 1 + int(draw * 997) % 12
        if draw < 0.3:
            return f'"{year}-{month:02}"^^xsd:gYearMonth'
        return f'"{year}-{month:02}-{1 + int(draw * 9973) % 28:02}"^^xsd:date'

    def period(self, first: int, last: int = LAST_YEAR - 1) -> list[Pair]:
        """Since some year from `first` to `last`, and in force: with no end, or one to come; rarely nothing is said."""
        since = ("gov:validFrom", self.when(self.random.randint(first, last)))
        draw = self.random.random()
        if draw < 0.002:
            return [since]
        if draw < 0.1:
            return [since, ("gov:validTo", f'"{AS_OF.year + 1 + int(draw * 40)}"^^xsd:gYear')]
        return [since, ("gov:openEnded", "true")]

    def ended(self, before: int) -> list[Pair]:
        """A period that was over at the latest in the year before `before`."""
        return [
            ("gov:validFrom", self.when(before - self.random.randint(3, 5))),
            ("gov:validTo", self.when(before - self.random.randint(1, 2))),
        ]

    def planned(self) -> list[Pair]:
        """A period that has not begun."""
        return [("gov:validFrom", self.when(AS_OF.year + self.random.randint(1, 5))), ("gov:openEnded", "true")]

    def register(self) -> str:
        """One of the registers."""
        return f"source:s{int(self.random.random() * _REGISTERS)}"

    def _place(self) -> list[Pair]:
        """A place that nothing else cites, in an annual report that is described when the first place is."""
        report, number = divmod(self._spans, _SPANS)
        self._spans += 1
        if not number:
            self._document(f"source:report-{report}", f"Årsredovisning {report}", length=100 * _SPANS)
        start = 100 * number
        selector = f"selector:report-{report}-{start}-{start + 60}"
        self.thing(
            selector,
            (
                ("a", "oa:TextPositionSelector"),
                ("oa:end", f'"{start + 60}"^^xsd:nonNegativeInteger'),
                ("oa:start", f'"{start}"^^xsd:nonNegativeInteger'),
            ),
        )
        return [
            ("gov:spanDigest", _digest(selector)),
            ("oa:hasSelector", selector),
            ("prov:hadPrimarySource", f"source:report-{report}"),
        ]

    def _document(self, source: str, title: str, length: int = 1_000_000) -> None:
        pairs = (
            ("a", "gov:SourceDocument"),
            ("dcterms:language", '"sv"'),
            ("dcterms:license", _CC0),
            ("dcterms:title", text(title, "sv")),
            ("gov:sourceDigest", _digest(source)),
            ("gov:sourceLength", str(length)),
        )
        self.thing(source, pairs)


_CLAIMED = frozenset(
    (
        "adms:identifier",
        "gov:alternatesTotal",
        "gov:drawnFrom",
        "gov:groupSize",
        "gov:seatsTotal",
        "gov:validFrom",
        "org:classification",
        "skos:altLabel",
    )
)
"""Facts of a party for which rule CLM-77 wants a claim, beside its name."""


def text(words: str, language: str) -> str:
    """A text in a language, as Turtle writes it."""
    return f'"{words}"@{language}'


def local(term: str) -> str:
    """`o1` of `organisation:o1`."""
    return term.partition(":")[2]


def _digest(words: str) -> str:
    return f'"sha256:{hashlib.sha256(words.encode()).hexdigest()}"'
