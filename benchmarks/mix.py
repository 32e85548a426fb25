"""The queries of the load: what pages and dashboards send (`repeated`, `fresh`), and what analysts send (`HEAVY`).

Plain SPARQL 1.1, so that every server can answer. Each text is one line. The things asked about are read out of the
N-Triples file, so that most answers have something in them. A LIMIT is there to make texts differ: it cuts no answer.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations, islice
from pathlib import Path
from random import Random
from typing import TypeVar

from statements import BASE

from kg.namespaces import FOREIGN, GOV

__all__ = ["HEAVY", "KINDS", "STREAM", "Cast", "cast", "fresh", "repeated"]

_HEAD = " ".join(
    f"PREFIX {name}: <{iri}>" for name, iri in {"gov": GOV, **FOREIGN}.items() if name in {"gov", "org", "skos"}
)
_Thing = TypeVar("_Thing")
_SWEDISH = 'FILTER (LANG(?name) = "sv")'


@dataclass(frozen=True, slots=True)
class Cast:
    """What a graph has to ask about, as IRIs without the base, each list in an order of its own.

    `chains` are a company and one of its owners at any distance; `pairs` are two bodies with a member in common.
    """

    organisations: list[str]
    owned: list[str]
    twice_owned: list[str]
    chains: list[tuple[str, str]]
    pairs: list[tuple[str, str]]
    things: list[str]
    numbers: list[str]


def cast(path: Path, seed: int = 1, *, popular: bool = False) -> Cast:
    """Reads the things of a graph out of its N-Triples file; memory goes with the number of things.

    Every thing is asked about as often as any other; or, if `popular`, as often as the graph speaks of it, as the
    readers of a register ask more about a region than about the smallest company.
    """
    owners: dict[str, str] = {}
    bodies: dict[str, list[str]] = {}
    numbers: list[str] = []
    things: dict[str, None] = {}
    degrees: Counter[str] = Counter()
    wanted = {
        f"<{GOV}ownedBy>",
        f"<{FOREIGN['org']}memberOf>",
        f"<{FOREIGN['skos']}notation>",
        f"<{FOREIGN['skos']}prefLabel>",
    }
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            subject, predicate, term = line.split(" ", 2)
            if popular and term.startswith("<"):
                degrees[term[1:-4].removeprefix(BASE)] += 1
            if predicate not in wanted:
                continue
            thing = subject[1:-1].removeprefix(BASE)
            if predicate.endswith("ownedBy>"):
                owners.setdefault(thing, term[1:-4].removeprefix(BASE))
            elif predicate.endswith("memberOf>"):
                bodies.setdefault(thing, []).append(term[1:-4].removeprefix(BASE))
            elif predicate.endswith("notation>"):
                numbers.append(term[1:-4])
            elif thing.startswith("id/"):
                things[thing] = None
    found = _shuffled(owners, bodies, numbers, list(things), Random(seed))
    return _by_popularity(found, degrees, Random(seed)) if popular else found


def _by_popularity(of: Cast, degrees: Counter[str], random: Random) -> Cast:
    """As many things, drawn with their degrees as weights; a pair is as popular as both together."""

    def weight(thing: object) -> int:
        return sum(degrees[part] for part in thing) if isinstance(thing, tuple) else degrees[str(thing)]

    drawn = {}
    for name in Cast.__slots__:
        things = getattr(of, name)
        drawn[name] = random.choices(things, [1 + weight(thing) for thing in things], k=len(things))
    return Cast(**drawn)


def _shuffled(
    owners: dict[str, str], bodies: dict[str, list[str]], numbers: list[str], things: list[str], random: Random
) -> Cast:
    pairs = {tuple(sorted(pair)) for joined in bodies.values() for pair in combinations(joined[:8], 2)}
    found = Cast(
        organisations=[thing for thing in things if thing.startswith("id/organisation/o")],
        owned=list(owners),
        twice_owned=[owned for owned, owner in owners.items() if owner in owners],
        chains=[pair for owned in owners for pair in _ancestors(owned, owners)],
        pairs=[(first, second) for first, second in sorted(pairs)],
        things=things,
        numbers=numbers,
    )
    for name in Cast.__slots__:
        random.shuffle(getattr(found, name))
    return found


def _ancestors(owned: str, owners: dict[str, str]) -> Iterator[tuple[str, str]]:
    seen, owner = {owned}, owners.get(owned)
    while owner is not None and owner not in seen:
        seen.add(owner)
        yield owned, owner
        owner = owners.get(owner)


def _iri(thing: str) -> str:
    return f"<{BASE}{thing}>"


def _label(of: Cast, number: int) -> str:
    thing, limit = _pick(of.organisations, number)
    return f"SELECT ?name {{ {_iri(thing)} skos:prefLabel ?name }} LIMIT {limit}"


def _network(of: Cast, number: int) -> str:
    thing, limit = _pick(of.organisations, number)
    return (
        f"SELECT ?out ?in ?other ?name {{ {{ {_iri(thing)} ?out ?other }} UNION {{ ?other ?in {_iri(thing)} }} "
        f"?other skos:prefLabel ?name {_SWEDISH} }} LIMIT {limit}"
    )


def _direct_owners(of: Cast, number: int) -> str:
    turn, place = divmod(number, 9000)
    thing, limit = _pick(of.owned, place, 1000)
    return (
        f"SELECT ?owner ?name ?share ?since ?until{turn} {{ ?ownership gov:owned {_iri(thing)} ; gov:owner ?owner ; "
        f"gov:shareExact ?share ; gov:earliestStart ?since . ?owner skos:prefLabel ?name "
        f"OPTIONAL {{ ?ownership gov:latestEnd ?until{turn} }} {_SWEDISH} }} ORDER BY DESC(?share) LIMIT {limit}"
    )


def _ultimate_owners(of: Cast, number: int) -> str:
    thing, limit = _pick(of.owned, number)
    return (
        f"SELECT DISTINCT ?owner ?name {{ {_iri(thing)} gov:ownedBy+ ?owner . ?owner skos:prefLabel ?name {_SWEDISH} "
        f"FILTER NOT EXISTS {{ ?owner gov:ownedBy ?above }} }} LIMIT {limit}"
    )


def _effective_share(of: Cast, number: int) -> str:
    thing, limit = _pick(of.twice_owned, number)
    return (
        f"SELECT ?owner (SUM(?upper * ?lower / 100) AS ?share) {{ ?near gov:owned {_iri(thing)} ; gov:owner ?middle ; "
        f"gov:shareExact ?lower . ?far gov:owned ?middle ; gov:owner ?owner ; gov:shareExact ?upper }} "
        f"GROUP BY ?owner LIMIT {limit}"
    )


def _members_of_both(of: Cast, number: int) -> str:
    (first, second), limit = _pick(of.pairs, number)
    return (
        f"SELECT ?member ?name {{ ?member org:memberOf {_iri(first)} , {_iri(second)} ; "
        f"skos:prefLabel ?name {_SWEDISH} }} LIMIT {limit}"
    )


def _describe(of: Cast, number: int) -> str:
    turn, place = divmod(number, len(of.things))
    others = {of.things[place], of.things[place - turn], f"id/nothing/{number}"}
    return f"DESCRIBE {' '.join(sorted(_iri(thing) for thing in others))}"


def _owns_somehow(of: Cast, number: int) -> str:
    """Every third answer is no, or nearly. The name of the variable makes the texts differ."""
    (owned, owner), _ = _pick(of.chains, number)
    if number % 3 == 2:
        owner = of.chains[number % len(of.chains) - 1][1]
    return f"ASK {{ {_iri(owner)} gov:owns+ {_iri(owned)} . {_iri(owned)} org:classification ?kind{number} }}"


def _label_and_owners(of: Cast, number: int) -> str:
    thing, limit = _pick(of.owned, number + len(of.owned) // 2)
    return (
        f"SELECT ?name ?owner ?ownerName {{ {_iri(thing)} skos:prefLabel ?name ; gov:ownedBy ?owner . "
        f'?owner skos:prefLabel ?ownerName FILTER (LANG(?name) = "sv" && LANG(?ownerName) = "sv") }} LIMIT {limit}'
    )


def _by_number(of: Cast, number: int) -> str:
    identifier, limit = _pick(of.numbers, number)
    return (
        f'SELECT ?organisation ?name ?kindName {{ ?identifier skos:notation "{identifier}" . '
        f"?organisation <{FOREIGN['adms']}identifier> ?identifier ; skos:prefLabel ?name ; org:classification ?kind . "
        f'?kind skos:prefLabel ?kindName FILTER (LANG(?name) = "en" && LANG(?kindName) = "en") }} LIMIT {limit}'
    )


KINDS: tuple[Callable[[Cast, int], str], ...] = (
    _label,
    _network,
    _direct_owners,
    _ultimate_owners,
    _effective_share,
    _members_of_both,
    _describe,
    _owns_somehow,
    _label_and_owners,
    _by_number,
)
"""The ten kinds of the light mix; each makes its query number n, different for every n."""


def _pick(things: list[_Thing], number: int, least: int = 100_000) -> tuple[_Thing, int]:
    """A thing, and a LIMIT that is another one each time; Virtuoso sorts no more than 10,000 rows."""
    return things[number % len(things)], least + number


def fresh(of: Cast, n: int, start: int = 0) -> Iterator[str]:
    """`n` queries of different text, the kinds in turn; those from another `start` (the queries before) differ too."""
    for number in range(start, start + n):
        turn, kind = divmod(number, len(KINDS))
        yield f"{_HEAD} {KINDS[kind](of, turn)}"


def repeated(of: Cast, n: int = 300) -> list[str]:
    """The queries that a page asks again and again."""
    return list(islice(fresh(of, n), n))


_FIRST = f"<{BASE}id/organisation/o0>"
_AWARD = "?grant a gov:Funding ; gov:amount ?amount"
HEAVY = {
    "top funders": "SELECT ?funder ?name (SUM(?amount) AS ?total) (COUNT(?grant) AS ?grants) { "
    f"{_AWARD} ; gov:funder ?funder . ?funder skos:prefLabel ?name {_SWEDISH} }} "
    "GROUP BY ?funder ?name ORDER BY DESC(?total) ?funder LIMIT 20",
    "totals a year": f"SELECT ?year (SUM(?amount) AS ?total) (COUNT(*) AS ?grants) {{ {_AWARD} ; "
    "gov:amountDate ?year } GROUP BY ?year ORDER BY ?year",
    "co-membership": "SELECT ?first ?second (COUNT(?person) AS ?shared) { ?person a foaf:Person ; "
    "org:memberOf ?first , ?second FILTER (STR(?first) < STR(?second)) } GROUP BY ?first ?second "
    "ORDER BY DESC(?shared) ?first ?second LIMIT 20",
    "text filter": "SELECT ?organisation ?name { ?organisation a org:Organization ; skos:prefLabel ?name "
    'FILTER (LANG(?name) = "sv" && CONTAINS(LCASE(?name), "älvsby energi")) } ORDER BY ?organisation',
    "table with OPTIONAL": "SELECT ?organisation ?name ?other ?number ?owner ?share ?funder { "
    f"?organisation a <{FOREIGN['legal']}LegalEntity> ; skos:prefLabel ?name {_SWEDISH} "
    f"OPTIONAL {{ ?organisation skos:altLabel ?other }} OPTIONAL {{ ?organisation <{FOREIGN['adms']}identifier> ?id . "
    "?id skos:notation ?number } OPTIONAL { ?ownership gov:owned ?organisation ; gov:owner ?owner ; "
    "gov:shareExact ?share } OPTIONAL { ?organisation gov:fundedBy ?funder } }",
    "CONSTRUCT of a neighbourhood": f"CONSTRUCT {{ ?thing ?p ?o }} {{ {{ {_FIRST} gov:owns|gov:funds ?thing }} "
    f"UNION {{ {_FIRST} gov:owns/gov:owns ?thing }} ?thing ?p ?o }}",
    "COUNT(*)": "SELECT (COUNT(*) AS ?triples) { ?s ?p ?o }",
    "all rows": "SELECT ?s ?p ?o { ?s ?p ?o }",
}
"""The heavy mix by name; every one has the same answer on every server, in any order where it does not say one."""
HEAVY = {name: f"{_HEAD} PREFIX foaf: <{FOREIGN['foaf']}> {text}" for name, text in HEAVY.items()}
STREAM = "SELECT ?s ?p ?o { ?s ?p ?o } LIMIT 1000000"


def main() -> None:
    """Writes lists of queries, one a line: `python benchmarks/mix.py GRAPH.nt REPEATED.txt FRESH.txt [N]`."""
    parser = argparse.ArgumentParser(description="Write the light mix, one query a line.")
    parser.add_argument("graph", type=Path)
    parser.add_argument("repeated", type=Path)
    parser.add_argument("fresh", type=Path)
    parser.add_argument("--number", type=int, default=60_000, help="how many fresh ones")
    parser.add_argument("--popular", action="store_true", help="ask as often about a thing as the graph speaks of it")
    options = parser.parse_args()
    of = cast(options.graph, popular=options.popular)
    options.repeated.write_text("".join(f"{text}\n" for text in repeated(of)), encoding="utf-8")
    with options.fresh.open("w", encoding="utf-8") as stream:
        stream.writelines(f"{text}\n" for text in fresh(of, options.number, start=300))


if __name__ == "__main__":
    main()
