"""The planted answers of a generated project beside those of its release: `python benchmarks/planted.py DIR`.

Effective owners with their shares, circles of owners, seats and interlocks are asked of the release with SPARQL; a
project that has planted violations is validated, and must have those and no others. Prints how many answers were
planted, found and wrong; exit 1 when one is wrong.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from planting import Interlocked, Planted, Seats
from pyoxigraph import Literal, NamedNode, QueryBoolean, QuerySolutions, Store

from kg.build import build_project
from kg.engine.store import open_store
from kg.errors import ConfigurationError
from kg.namespaces import shorten
from kg.project import Project, load_project
from kg.release import Release, find_release

__all__ = ["Tally", "compare"]

_TOLERANCE = 2e-6
"""Percent: shares are stored to six decimals."""


@dataclass(slots=True)
class Tally:
    """How many answers of a kind were planted and how many were found; `wrong` says of each that differs how."""

    name: str
    planted: int = 0
    found: int = 0
    wrong: list[str] = field(default_factory=list)

    def count(self, name: str, planted: object, found: object) -> None:
        """One answer."""
        self.planted += planted is not None
        self.found += found is not None
        if planted != found:
            self.wrong.append(f"{name}: planted {planted}, found {found}")


def compare(folder: Path) -> list[Tally]:
    """The answers of the project in `folder`, which is built if it has not been.

    Raises:
        SourceError, ConfigurationError: as `build_project` does.
    """
    planted, project = Planted.read(folder / "planted.json"), load_project(folder)
    release = None if planted.violations else _built(folder)
    tallies = [Tally("violations")]  # of which a release has none
    if release is None:
        tallies[0], release = _violations(planted, project, folder / "build")
    if release is not None:
        asked = _Asked(open_store(release.store_path), project)
        tallies += [_ownership(planted, asked), _circles(planted, asked), _seats(planted.seats, asked)]
        tallies.append(_interlocks(planted.interlocked, asked))
    return tallies


def _built(folder: Path) -> Release | None:
    try:
        return find_release(folder / "build", None)
    except ConfigurationError:
        return None


def _violations(planted: Planted, project: Project, build: Path) -> tuple[Tally, Release | None]:
    """The violations of a build, which publishes nothing when there are any."""
    built, tally = build_project(project, build), Tally("violations")
    results = [result for result in built.report.results if result.severity == "violation"]
    found = {(result.code, shorten(str(result.focus), project.prefixes)) for result in results}
    expected = set(planted.violations)
    for code, focus in sorted(expected | found):
        tally.count(f"{code} {focus}", (code, focus) in expected or None, (code, focus) in found or None)
    return tally, built.release


class _Asked:
    """A release that is asked in SPARQL; terms are written as in the planted answers."""

    def __init__(self, store: Store, project: Project) -> None:
        self._store, self._table = store, project.prefixes
        self._head = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in self._table.items())

    def rows(self, query: str) -> Iterator[tuple[str, ...]]:
        """The solutions of a SELECT; what is unbound is empty."""
        solutions = self._store.query(self._head + query)
        assert isinstance(solutions, QuerySolutions)
        yield from (tuple(map(self._text, solution)) for solution in solutions)

    def is_so(self, query: str) -> bool:
        """The answer of an ASK."""
        answer = self._store.query(self._head + query)
        assert isinstance(answer, QueryBoolean)
        return bool(answer)

    def _text(self, term: object) -> str:
        if isinstance(term, NamedNode):
            return shorten(term.value, self._table)
        return term.value if isinstance(term, Literal) else ""


def _ownership(planted: Planted, asked: _Asked) -> Tally:
    """Of each thing owned all owners, but for those of its own circle, of which nothing is planted."""
    tally = Tally("effective shares")
    circle_of = {company: set(circle) for circle in planted.circles for company in circle}
    for owned, answers in groupby(sorted(planted.ownership, key=itemgetter(1)), itemgetter(1)):
        query = f"""SELECT ?owner ?least ?most {{ ?holding gov:owned {owned} ; gov:owner ?owner ;
            gov:effectiveShareMin ?least ; gov:effectiveShareMax ?most }}"""
        found: dict[str, list[tuple[float, float]]] = {}
        for owner, least, most in asked.rows(query):
            found.setdefault(owner, []).append((float(least), float(most)))
        expected = {owner: (least, most) for owner, _, least, most in answers}
        # Within a circle, and around it through the circle itself, nothing is planted for its own companies.
        within = set().union(*(circle_of[company] for company in circle_of.keys() & {owned, *found}))
        for owner in sorted(expected.keys() | found.keys() - within):
            want, got = expected.get(owner), found.get(owner)
            is_right = want and got and len(got) == 1 and all(map(_is_near, want, got[0]))
            tally.count(f"{owner} in {owned}", want, want if is_right else got)
    return tally


def _is_near(one: float, other: float) -> bool:
    return abs(one - other) <= _TOLERANCE


def _circles(planted: Planted, asked: _Asked) -> Tally:
    """The companies that own themselves through each other, by paths and as components; groups in which nobody does."""
    tally = Tally("circles")
    strong = "gov:componentOf gov:owns ; gov:componentMethod component-method:strongly-connected"
    for circle in planted.circles:
        top = circle[0]
        for how, pattern in (
            ("by paths", f"{top} gov:owns+ ?m . ?m gov:owns+ {top}"),
            ("as a component", f"?component gov:componentMember {top} , ?m ; {strong}"),
        ):
            members = sorted(member for (member,) in asked.rows(f"SELECT DISTINCT ?m {{ {pattern} }}"))
            tally.count(f"the circle of {top} {how}", circle, members or None)
    for top in planted.trees:
        if asked.is_so(f"ASK {{ {top} gov:owns+ {top} }}"):
            tally.count(f"the group below {top}", None, "a circle")
        if asked.is_so(f"ASK {{ ?component gov:componentMember {top} ; {strong} }}"):
            tally.count(f"the component of {top}", None, "a circle")
    return tally


def _seats(bodies: Iterable[Seats], asked: _Asked) -> Tally:
    """Who has how many seats of a body, who is offered any, whom the shortcut names; and how many there are."""
    tally = Tally("seats")
    for body in bodies:
        name, held = body.body, [holder for holder in body.holders if not holder.offered]
        query = f"""SELECT ?holder ?modality ?type (SUM(?n) AS ?seats) {{ ?allocation a gov:SeatAllocation ;
            gov:body {name} ; gov:seatHolder ?holder ; gov:modality ?modality ; gov:seatType ?type ; gov:seats ?n }}
            GROUP BY ?holder ?modality ?type"""
        found = {(holder, modality, kind): int(seats) for holder, modality, kind, seats in asked.rows(query)}
        expected = {
            (holder.party, f"modality:{modality}", f"seat-type:{kind}"): number
            for holder in body.holders
            for modality, kind, number in (
                ("actual", "ordinary", holder.ordinary),
                ("actual", "alternate", holder.alternate),
                ("offered", "ordinary", holder.offered),
            )
            if number
        }
        for key in sorted(expected.keys() | found.keys()):
            tally.count(f"{name}: {' '.join(key)}", expected.get(key), found.get(key))
        rows = asked.rows(f"SELECT ?n ?m {{ {name} gov:seatsTotal ?n OPTIONAL {{ {name} gov:alternatesTotal ?m }} }}")
        totals = [(int(total), int(alternates or 0)) for total, alternates in rows]
        tally.count(f"{name}: all seats, alternates", [(body.total, body.alternates)], totals or None)
        short = sorted(holder for (holder,) in asked.rows(f"SELECT ?holder {{ ?holder gov:holdsSeatsIn {name} }}"))
        tally.count(f"{name}: seats held by", sorted(holder.party for holder in held), short or None)
    return tally


def _interlocks(groups: Iterable[Interlocked], asked: _Asked) -> Tally:
    """Of each body all that share members with it, of each pair by whom and why; who sits in too many bodies."""
    tally = Tally("interlocks")
    for group in groups:
        for body in group.bodies:
            others = sorted(other for pair in group.pairs if body in pair[:2] for other in set(pair[:2]) - {body})
            rows = asked.rows(f"SELECT ?other {{ {body} gov:interlockedWith ?other }}")
            tally.count(f"{body} beside", others, sorted(other for (other,) in rows))
            query = f"SELECT ?other {{ ?node gov:interlockedBody {body} , ?other FILTER (?other != {body}) }}"
            tally.count(f"{body} in nodes with", others, sorted(other for (other,) in asked.rows(query)))
        for one, other, members, relations in group.pairs:
            pair = f"?node gov:interlockedBody {one} , {other} ."
            expected = {"sharedMember": members, "sharedMemberCount": [str(len(members))], "restsOn": relations}
            for name, values in expected.items():
                rows = asked.rows(f"SELECT ?value {{ {pair} ?node gov:{name} ?value }}")
                tally.count(f"{one} and {other}: {name}", values, sorted(value for (value,) in rows))
        for person in group.people:
            rows = asked.rows(f"SELECT ?number {{ {person} gov:unpairedBodies ?number }}")
            expected_number = [str(group.unpaired[person])] if person in group.unpaired else []
            tally.count(f"{person}: bodies without pairs", expected_number, [number for (number,) in rows])
    return tally


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("project", type=Path)
    tallies = compare(parser.parse_args().project)
    print("| | planted | found | wrong |\n|---|---|---|---|")
    for tally in tallies:
        print(f"| {tally.name} | {tally.planted:,} | {tally.found:,} | {len(tally.wrong):,} |")
    for tally in tallies:
        for line in tally.wrong[:10]:
            print(line, file=sys.stderr)
    sys.exit(any(tally.wrong for tally in tallies))


if __name__ == "__main__":
    main()
