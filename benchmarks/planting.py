"""What a generated project holds, known beforehand: the answers that are written beside it as `planted.json`."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from ownerships import Bounds

__all__ = ["MOST", "Holder", "Interlocked", "Planted", "Seats"]

MOST = 20_000
"""Effective shares that are planted, about; of a large graph, those of every so many groups."""
_SHARES = 0.06
"""Effective shares for each triple, about."""
_BODIES = 2000


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds seats in a body, and how many; `offered` are seats that are only offered, which give no shortcut."""

    party: str
    ordinary: int = 0
    alternate: int = 0
    offered: int = 0


@dataclass(frozen=True, slots=True)
class Seats:
    """The seats of a body."""

    body: str
    total: int
    alternates: int
    holders: list[Holder]


@dataclass(frozen=True, slots=True)
class Interlocked:
    """Bodies and people who have to do with each other and with no others.

    `pairs` are all bodies with members in common: the two, the members, and the memberships that say so; `unpaired` are
    people in too many bodies to make pairs, with how many they are.
    """

    bodies: list[str]
    people: list[str]
    pairs: list[tuple[str, str, list[str], list[str]]]
    unpaired: dict[str, int]


@dataclass(slots=True)
class Planted:
    """Names are as Turtle writes them.

    `ownership` has owner, owned, and the least and the most that the owner has in it, in percent: for each thing owned
    all its owners, but for those of its own circle. `circles` are the companies that own themselves through each
    other, `trees` the first companies of groups without a circle, `violations` codes of rules with their focus nodes.
    """

    every: int
    """Of so many groups and bodies, the answers of one are here."""
    ownership: list[tuple[str, str, float, float]] = field(default_factory=list)
    circles: list[list[str]] = field(default_factory=list)
    trees: list[str] = field(default_factory=list)
    seats: list[Seats] = field(default_factory=list)
    interlocked: list[Interlocked] = field(default_factory=list)
    violations: list[tuple[str, str]] = field(default_factory=list)

    @classmethod
    def of_size(cls, count: int) -> Planted:
        """For a graph of about so many triples."""
        return cls(every=max(1, round(count * _SHARES / MOST)))

    def takes(self, number: int) -> bool:
        """Whether the answers of the group of that number are wanted."""
        return number % self.every == 0 and len(self.ownership) < MOST

    def group(self, top: str, circle: set[str], answers: dict[tuple[str, str], Bounds]) -> None:
        """The answers of a group of companies."""
        self.ownership += [
            (owner, owned, round(float(least * 100), 9), round(float(most * 100), 9))
            for (owner, owned), (least, most) in answers.items()
        ]
        if circle:
            self.circles.append(sorted(circle))
        else:
            self.trees.append(top)

    def body(self, number: int, seats: Seats) -> None:
        """The answers of the body of that number, if they are wanted."""
        if number % self.every == 0 and len(self.seats) < _BODIES:
            self.seats.append(seats)

    def write(self, path: Path) -> None:
        """One value a line, the same for the same answers."""
        lines = []
        for name, values in asdict(self).items():
            items = ",\n  ".join(json.dumps(value, sort_keys=True) for value in values) if name != "every" else ""
            lines.append(f' "{name}": {values}' if name == "every" else f' "{name}": [\n  {items}\n ]')
        path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> Planted:
        """What `write` wrote."""
        found = json.loads(path.read_text(encoding="utf-8"))
        seats = [
            Seats(**{**body, "holders": [Holder(**holder) for holder in body["holders"]]})
            for body in found.pop("seats")
        ]
        together = [
            Interlocked(**{**group, "pairs": [tuple(pair) for pair in group["pairs"]]})
            for group in found.pop("interlocked")
        ]
        pairs = {name: [tuple(item) for item in found.pop(name)] for name in ("ownership", "violations")}
        return cls(**found, **pairs, seats=seats, interlocked=together)
