"""Bodies of which it is planted whom they have in common, in bodies and people of their own, who sit nowhere else.

Beside members in force stand those who make no interlock: alternates and observers, who are so by their role or by
their seat, seats that are over, to come, or only offered; and who has sat there before, or sits there twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from random import Random
from types import MappingProxyType

from planting import Interlocked

__all__ = ["CROWD", "WAYS", "Interlocking", "Place", "Way"]

CROWD = 301
"""Bodies of one who sits everywhere: one more than of which the build makes pairs."""
_LARGEST = 12


@dataclass(frozen=True, slots=True)
class Way:
    """How somebody is in a body: role, type of seat, modality, and `when`: `now`, `ended`, `anew` or `to come`."""

    role: str = "member"
    seat: str = "ordinary"
    modality: str = "actual"
    when: str = "now"


_MEMBER = Way()
_ENDED, _ANEW, _SEATLESS = Way(when="ended"), Way(when="anew"), Way(seat="")
_SITTING = {_MEMBER, _ANEW, _SEATLESS}
WAYS: Mapping[str, tuple[Way, ...]] = MappingProxyType(
    {
        "twice": (_MEMBER, _SEATLESS),
        "again": (_ENDED, _ANEW),
        "alternate": (Way(role="alternate", seat="alternate"),),
        "alternate by role": (Way(role="alternate", seat=""),),
        "alternate by seat": (Way(seat="alternate"),),
        "observer by role": (Way(role="observer", seat=""),),
        "observer by seat": (Way(seat="observer"),),
        "ended": (_ENDED,),
        "historical": (Way(modality="historical", when="ended"),),
        "to come": (Way(modality="planned", when="to come"),),
        "offered": (Way(modality="offered"),),
    }
)
"""The memberships of those who are not simply members."""


@dataclass(frozen=True, slots=True)
class Place:
    """One membership, by the name of its relation."""

    relation: str
    member: str
    body: str
    way: Way


class Interlocking:
    """A few bodies with their places; with `crowd` so many, in all of which one person sits."""

    def __init__(self, random: Random, number: int, *, crowd: int = 0) -> None:
        self._random = random
        self.bodies = [f"organisation:i{number}-body{body}" for body in range(crowd or self._size())]
        self.people = [f"person:i{number}-{person}" for person in range(24 if crowd else 2 * len(self.bodies))]
        self.places: list[Place] = []
        for person in self.people:
            self._seat(person)
        if crowd:
            self.people.append(f"person:i{number}-everywhere")
            for body in self.bodies:
                self._place(self.people[-1], body, (_MEMBER,))

    def answers(self) -> Interlocked:
        """What follows; of one in more bodies than pairs are made of, pairs only where others make them."""
        relations: dict[tuple[str, str], list[str]] = {}
        for place in self.places:
            if place.way in _SITTING:
                relations.setdefault((place.member, place.body), []).append(place.relation)
        sits: dict[str, set[str]] = {body: set() for body in self.bodies}
        for person, body in relations:
            sits[body].add(person)
        count = {person: sum(person in members for members in sits.values()) for person in self.people}
        unpaired = {person: number for person, number in count.items() if number >= CROWD}
        pairs = []
        for one, other in combinations(sorted(self.bodies), 2):
            shared = sits[one] & sits[other]
            if shared - unpaired.keys():
                rests = [name for person in shared for body in (one, other) for name in relations[person, body]]
                pairs.append((one, other, sorted(shared), sorted(rests)))
        return Interlocked(self.bodies, self.people, pairs, unpaired)

    def _size(self) -> int:
        return min(_LARGEST, 1 + int(2 * self._random.paretovariate(1.3)))

    def _seat(self, person: str) -> None:
        """In one body, and every other time in some more; in the last one nobody is a member who is one elsewhere."""
        own, *more = self._random.sample(self.bodies, k=min(len(self.bodies), self._random.choice((1, 1, 2, 3, 4))))
        self._place(person, own, (_MEMBER,))
        for body in more:
            is_apart = self.bodies[-1] in {own, body}
            simple = self._random.random() < 0.6 and not is_apart
            names = [name for name in WAYS if not (is_apart and name in {"twice", "again"})]
            self._place(person, body, (_MEMBER,) if simple else WAYS[self._random.choice(names)])

    def _place(self, person: str, body: str, ways: tuple[Way, ...]) -> None:
        for number, way in enumerate(ways):
            slug = f"membership-{person.partition(':')[2]}-{body.partition(':')[2]}" + f"-{number}" * (number > 0)
            self.places.append(Place(f"relation:{slug}", person, body, way))
