"""A network of holdings whose effective shares are known: the same seed and size give the same holdings.

Shaped as in `generate.py`: groups of companies to depth 8, each company owned by one or two above it and by outsiders;
some groups have a cross-holding, some know their shares as ranges only. The answers are made beside the holdings, in
exact fractions and from the definition, company by company; a cross-holding changes them by the formula of Sherman and
Morrison. Planted are all pairs of every fourth group, but for owners within a circle.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from fractions import Fraction
from random import Random

__all__ = ["Network", "make_network"]

_DEPTH = 8
_OUTSIDERS = 300
"""Public bodies, 0 and on, that own shares everywhere."""
_WHOLE = 10000

Bounds = tuple[Fraction, Fraction]


@dataclass(slots=True)
class Network:
    """Columns of holdings, shares in hundredths of a percent, and the planted answers by owner and owned."""

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
    while len(network.owner) < holdings:
        _Group(network, random, is_planted=number % 4 == 0).make()
        number += 1
    return network


class _Group:
    """One group: `known[company]` is what each of its owners holds in it, lower and upper bound."""

    def __init__(self, network: Network, random: Random, *, is_planted: bool) -> None:
        self.network, self.random, self.is_planted = network, random, is_planted
        self.companies: list[int] = []
        self.depths: list[int] = []
        self.known: dict[int, dict[int, Bounds]] = {}
        self.has_ranges = random.random() < 0.3
        self.has_circle = not self.has_ranges and random.random() < 0.2

    def make(self) -> None:
        """The companies from the top down, then the circle."""
        for number in range(min(150, int(self.random.paretovariate(1.1)))):
            parents = self._parents(number)
            self.companies.append(self._party())
            self.depths.append(1 + max((self.depths[parent] for parent in parents), default=0))
            left = _WHOLE if parents or not self.has_circle else _WHOLE - 500
            for parent in parents:
                share = left if self.random.random() < 0.4 else self.random.randint(left // 3, left)
                left -= self._hold(self.companies[parent], number, share)
            for _ in range(self.random.randint(1, 3) if left else 0):
                outsider = self.random.randrange(_OUTSIDERS) if self.random.random() < 0.4 else self._party()
                left -= self._hold(outsider, number, self.random.randint(0, left))
            self._answer(number)
        inside = self._circle() if self.has_circle else set()
        if self.is_planted:
            pairs = ((o, v, bounds) for v, owners in self.known.items() for o, bounds in owners.items())
            self.network.answers.update({(o, v): bounds for o, v, bounds in pairs if o not in inside})

    def _party(self) -> int:
        self.network.parties += 1
        return self.network.parties - 1

    def _parents(self, number: int) -> list[int]:
        """One or two companies of the group that are not too deep."""
        shallow = [parent for parent in range(number) if self.depths[parent] < _DEPTH]
        if not shallow:
            return []
        first = shallow[-1] if self.random.random() < 0.4 else self.random.choice(shallow)
        return list({first, self.random.choice(shallow)}) if self.random.random() < 0.3 else [first]

    def _hold(self, owner: int, number: int, share: int) -> int:
        """A holding of the company `number`, unless it is nothing or there is one; gives what it takes at least."""
        company, network = self.companies[number], self.network
        owners = self.known.setdefault(company, {})
        if not share or owner in owners:
            return 0
        upper = min(_WHOLE, share + 1000) if self.has_ranges and self.random.random() < 0.5 else share
        for column, value in zip(
            (network.owner, network.owned, network.lower, network.upper), (owner, company, share, upper), strict=True
        ):
            column.append(value)
        owners[owner] = Fraction(share, _WHOLE), Fraction(upper, _WHOLE)
        return share

    def _answer(self, number: int) -> None:
        """What the direct owners hold, and through them their own owners: `e(v) = min(1, a(o, v) + Σ e(u) a(u, v))`."""
        direct = self.known.setdefault(self.companies[number], {})
        total = dict(direct)
        for owner, share in direct.items():
            for above, bounds in self.known.get(owner, {}).items():
                before = total.get(above, (Fraction(0), Fraction(0)))
                total[above] = before[0] + bounds[0] * share[0], before[1] + bounds[1] * share[1]
        self.known[self.companies[number]] = {
            owner: (min(Fraction(1), low), min(Fraction(1), high)) for owner, (low, high) in total.items()
        }

    def _circle(self) -> set[int]:
        """The last company takes a part of the first; gives the parties in the circle."""
        top, last = self.companies[0], self.companies[-1]
        if last == top or top not in self.known[last]:
            return set()
        inside = {top, *(company for company in self.companies if company in self.known[last]), last}
        inside &= {top, *(company for company in self.companies if top in self.known[company])}
        part, through = Fraction(self.random.randint(1, 500), _WHOLE), self.known[last][top][0]
        self._hold_back(last, int(part * _WHOLE))
        self.network.circles += 1
        gain = {o: share[0] * part / (1 - through * part) for o, share in self.known[last].items() if o not in inside}
        for company in self.companies:
            owners = self.known[company]
            down = Fraction(1) if company == top else owners.get(top, (Fraction(0),))[0]
            for owner, more in gain.items() if down else ():
                share = owners.get(owner, (Fraction(0),))[0] + more * down
                owners[owner] = share, share
        return inside

    def _hold_back(self, last: int, share: int) -> None:
        network = self.network
        for column, value in zip(
            (network.owner, network.owned, network.lower, network.upper),
            (last, self.companies[0], share, share),
            strict=True,
        ):
            column.append(value)
