"""Statements of bodies whose interlocks are planted: the bodies, their people, and a membership for each place."""

from __future__ import annotations

from interlocking import Interlocking, Place
from parties import Parties
from statements import local

__all__ = ["Committees"]

_BREAK = 2020
"""The year between those who have left and those who sit there anew."""


class Committees(Parties):
    """Parties, and bodies in which they sit in every way that there is."""

    def committees(self, made: Interlocking) -> None:
        """All that is said of some bodies and their people."""
        for number, body in enumerate(made.bodies):
            names = {"sv": f"Nämnd {number} av {local(body)}", "en": f"Committee {number} of {local(body)}"}
            self.party(body, ("gov:GovernanceBody", "org:Organization"), names, ())
        for person in made.people:
            self.party(person, ("foaf:Person",), {"sv": local(person), "en": local(person)}, ())
        for place in made.places:
            self._sitting(place)

    def _sitting(self, place: Place) -> None:
        way = place.way
        facts = [("org:member", place.member), ("org:organization", place.body), ("org:role", f"role:{way.role}")]
        if way.seat:
            facts.append(("gov:seatType", f"seat-type:{way.seat}"))
        if way.when == "ended":
            facts += self.ended(_BREAK)
        elif way.when == "to come":
            facts += self.planned()
        elif way.modality == "actual":
            facts += self.period(_BREAK + 1 if way.when == "anew" else 1990)
        self.relation("Membership", local(place.relation), facts, modality=way.modality)
