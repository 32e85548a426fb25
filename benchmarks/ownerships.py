"""Holdings of groups of companies whose effective shares are known: the same seed and size give the same holdings.

Shaped as registers are: few large groups and many small ones, to depth 8, each company owned by one or two above it and
by outsiders; some groups have a cross-holding, some know their shares as ranges only, or not at all. The answers are
made beside the holdings, in exact fractions and from the definition, company by company; a cross-holding changes them
by the formula of Sherman and Morrison. Nobody outside a group is owned, so that its answers are whole.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from random import Random
from typing import Generic, TypeVar

__all__ = ["WHOLE", "Bounds", "Group", "Network", "Rates", "make_network"]

WHOLE = 10000
"""All shares of a company, in hundredths of a percent."""
_DEPTH = 8
_OUTSIDERS = 300
"""Public bodies, 0 and on, that own shares everywhere."""

Bounds = tuple[Fraction, Fraction]
P = TypeVar("P")


@dataclass(slots=True)
class Network:
    """Columns of holdings, shares in hundredths of a percent, and the planted answers by owner and owned.

    Planted are all pairs of every fourth group, but for owners within a circle.
    """

    owner: array[int] = field(default_factory=lambda: array("q"))
    owned: array[int] = field(default_factory=lambda: array("q"))
    lower: array[int] = field(default_factory=lambda: array("q"))
    upper: array[int] = field(default_factory=lambda: array("q"))
    parties: int = _OUTSIDERS
    circles: int = 0
    answers: dict[tuple[int, int], Bounds] = field(default_factory=dict)


def make_network(holdings: int, seed: int) -> Network:
    """At least so many holdings, to the end of a group."""
    network, random, number = Network(), Random(seed), 0

    def party() -> int:
        network.parties += 1
        return network.parties - 1

    def outsider() -> int:
        return random.randrange(_OUTSIDERS) if random.random() < 0.4 else party()

    columns = (network.owner, network.owned, network.lower, network.upper)
    while len(network.owner) < holdings:
        group = Group(random, party, outsider, is_planted=number % 4 == 0)
        group.make()
        for holding in group.holdings:
            for column, value in zip(columns, holding, strict=True):
                column.append(value)
        network.circles += bool(group.circle)
        network.answers.update(group.answers())
        number += 1
    return network


@dataclass(frozen=True, slots=True)
class Rates:
    """Of groups, those that know ranges only; of the others, those with a cross-holding; of shares, those unknown."""

    ranges: float = 0.3
    circles: float = 0.2
    unknown: float = 0.0


class Group(Generic[P]):
    """One group, made from the top down; `party` makes a company, `outsider` gives somebody who owns a part of one.

    `holdings` are owner, owned, lower and upper bound; `circle` is who owns themselves through others. What each owner
    holds in each company is worked out only if `is_planted`, which changes nothing else.
    """

    def __init__(  # noqa: PLR0913 - what a group is made of
        self,
        random: Random,
        party: Callable[[], P],
        outsider: Callable[[], P],
        *,
        is_planted: bool,
        rates: Rates = Rates(),
        most: int = 150,
    ) -> None:
        self._random, self._party, self._outsider, self._most = random, party, outsider, most
        self._has_ranges = random.random() < rates.ranges
        self._has_circle = not self._has_ranges and random.random() < rates.circles
        self._unknown = rates.unknown if self._has_ranges else 0.0
        self._is_planted = is_planted
        self._depths: list[int] = []
        self._above: dict[P, set[P]] = {}
        self._known: dict[P, dict[P, Bounds]] = {}
        self.companies: list[P] = []
        self.holdings: list[tuple[P, P, int, int]] = []
        self.circle: set[P] = set()

    def make(self) -> None:
        """The companies from the top down, then the circle."""
        for number in range(min(self._most, int(self._random.paretovariate(1.1)))):
            parents = self._parents(number)
            company = self._party()
            self.companies.append(company)
            self._depths.append(1 + max((self._depths[parent] for parent in parents), default=0))
            self._above[company] = set()
            self._known[company] = {}
            left = WHOLE if parents or not self._has_circle else WHOLE - 500
            for parent in parents:
                share = left if self._random.random() < 0.4 else self._random.randint(left // 3, left)
                left -= self._hold(self.companies[parent], company, share)
            for _ in range(self._random.randint(1, 3) if left else 0):
                left -= self._hold(self._outsider(), company, self._random.randint(0, left))
            if self._is_planted:
                self._answer(company)
        if self._has_circle:
            self._close()

    def answers(self) -> dict[tuple[P, P], Bounds]:
        """The least and the most that each owner has in each company, but for owners within the circle."""
        pairs = ((o, v, bounds) for v, owners in self._known.items() for o, bounds in owners.items())
        return {(o, v): bounds for o, v, bounds in pairs if o not in self.circle}

    def _parents(self, number: int) -> list[int]:
        """One or two companies of the group that are not too deep."""
        shallow = [parent for parent in range(number) if self._depths[parent] < _DEPTH]
        if not shallow:
            return []
        first = shallow[-1] if self._random.random() < 0.4 else self._random.choice(shallow)
        return list({first, self._random.choice(shallow)}) if self._random.random() < 0.3 else [first]

    def _hold(self, owner: P, company: P, share: int) -> int:
        """A holding of the company, unless it is nothing or there is one; gives what it takes at least."""
        above = self._above[company]
        if not share or owner in above:
            return 0
        lower = upper = share
        if self._unknown and self._random.random() < self._unknown:
            lower, upper = 0, WHOLE
        elif self._has_ranges and self._random.random() < 0.5:
            upper = min(WHOLE, share + 1000)
        self.holdings.append((owner, company, lower, upper))
        above.add(owner)
        if self._is_planted:
            self._known[company][owner] = Fraction(lower, WHOLE), Fraction(upper, WHOLE)
        return lower

    def _answer(self, company: P) -> None:
        """What the direct owners hold, and through them their own owners: `e(v) = min(1, a(o, v) + Σ e(u) a(u, v))`."""
        direct = self._known[company]
        total = dict(direct)
        for owner, share in direct.items():
            for above, bounds in self._known.get(owner, {}).items():
                before = total.get(above, (Fraction(0), Fraction(0)))
                total[above] = before[0] + bounds[0] * share[0], before[1] + bounds[1] * share[1]
        self._known[company] = {
            owner: (min(Fraction(1), low), min(Fraction(1), high)) for owner, (low, high) in total.items()
        }

    def _owners(self) -> dict[P, set[P]]:
        """The companies above each company, directly or through others."""
        found: dict[P, set[P]] = {}
        for company in self.companies:
            direct = [owner for owner in self._above[company] if owner in found]
            found[company] = set(direct).union(*(found[owner] for owner in direct))
        return found

    def _close(self) -> None:
        """The last company takes a part of the first."""
        top, last, owners = self.companies[0], self.companies[-1], self._owners()
        if top not in owners[last]:
            return
        self.circle = {company for company in self.companies if company in owners[last] and top in owners[company]}
        self.circle |= {top, last}
        part = self._random.randint(1, 500)
        self.holdings.append((last, top, part, part))
        if self._is_planted:
            self._plant_circle(top, last, Fraction(part, WHOLE))

    def _plant_circle(self, top: P, last: P, part: Fraction) -> None:
        through = self._known[last][top][0]
        gain = {
            o: share[0] * part / (1 - through * part) for o, share in self._known[last].items() if o not in self.circle
        }
        for company in self.companies:
            owners = self._known[company]
            down = Fraction(1) if company == top else owners.get(top, (Fraction(0),))[0]
            for owner, more in gain.items() if down else ():
                share = owners.get(owner, (Fraction(0),))[0] + more * down
                owners[owner] = share, share
