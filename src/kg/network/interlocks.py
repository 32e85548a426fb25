"""Interlocks: bodies in which the same party sits, as nodes of the derived graph (Mizruchi 1996).

Of a party in `k` bodies follow k (k - 1) / 2 pairs. One that sits in more than `MOST_BODIES`, such as an agent who
lends a name to thousands of companies, makes no pairs of its own; it is counted in the pairs that others make, and
carries the number of its bodies, so that a query can tell that there would be more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from rdflib import RDF, XSD, URIRef

from kg.columns.columns import Statements
from kg.columns.terms import Ids, TermTable
from kg.namespaces import GOV
from kg.network.arrays import Ints, ranges, starts
from kg.network.naming import base_of, digest_of, in_iri_order, words_of
from kg.network.ties import Ties

__all__ = ["MOST_BODIES", "Places", "SharedPlaces", "interlocks", "read_places", "shared_places"]

MOST_BODIES = 300
"""In more bodies than that a party makes no pairs of them: 300 bodies are 44,850 pairs."""


@dataclass(frozen=True, slots=True)
class Places:
    """Who sits where, each place once, ordered by member and then by body; both in IRI order.

    `member[i]` and `body[i]` are numbers of `parties`; the relations from `first[i]` to `first[i + 1]` of `relations`
    say so.
    """

    parties: Ids
    member: Ints
    body: Ints
    relations: Ids
    first: Ints


@dataclass(frozen=True, slots=True)
class SharedPlaces:
    """Pairs of bodies, `one` < `other`, in their order, and one row for each member that both of a pair have.

    Of row `i`, `pair[i]` is the pair, `at_one[i]` and `at_other[i]` are the member's places in its bodies. `unpaired`
    are the members who make no pairs of their own, and `bodies` in how many bodies each of them sits.
    """

    one: Ints
    other: Ints
    pair: Ints
    at_one: Ints
    at_other: Ints
    unpaired: Ints
    bodies: Ints


def interlocks(terms: TermTable, ties: Ties, most: int = MOST_BODIES) -> Iterator[Statements]:
    """The interlocks of `ties`, each from a member to a body."""
    places = read_places(terms, ties)
    shared = shared_places(places.member, places.body, most)
    parties = [terms.text(number)[1:-1] for number in places.parties.tolist()]
    pairs = zip(shared.one.tolist(), shared.other.tolist(), strict=True)
    iris = [_iri(parties[one], parties[other]) for one, other in pairs]
    node, one, other = terms.numbers_of(iris), places.parties[shared.one], places.parties[shared.other]
    count = _integers(terms, np.bincount(shared.pair, minlength=len(node)))
    kind = np.full(len(node), terms.number(URIRef(GOV.Interlock)), np.int32)
    seats, pair = np.concatenate([shared.at_one, shared.at_other]), np.tile(shared.pair, 2)
    counts = np.diff(places.first)[seats]
    relations = places.relations[ranges(places.first[seats], counts)]
    unpaired = places.parties[shared.unpaired]
    yield Statements(terms.number(RDF.type), node, kind)
    for name, subject, value in (
        ("interlockedBody", np.tile(node, 2), np.concatenate([one, other])),
        ("interlockedWith", np.concatenate([one, other]), np.concatenate([other, one])),
        ("restsOn", node[np.repeat(pair, counts)], relations),
        ("sharedMember", node[shared.pair], places.parties[places.member[shared.at_one]]),
        ("sharedMemberCount", node, count),
        ("unpairedBodies", unpaired, _integers(terms, shared.bodies)),
    ):
        yield Statements(terms.number(URIRef(GOV[name])), subject, value)


def read_places(terms: TermTable, ties: Ties) -> Places:
    """Who sits where, and which relations say so; two relations of one member and body are one place."""
    parties, ends = in_iri_order(terms, np.concatenate([ties.one, ties.other]))
    member, body = np.split(ends, 2)
    order = np.lexsort((body, member))
    first = starts(member[order] * len(parties) + body[order])
    kept = order[first]
    return Places(parties, member[kept], body[kept], ties.relation[order], np.append(first, len(order)))


def shared_places(member: Ints, body: Ints, most: int = MOST_BODIES) -> SharedPlaces:
    """The bodies that share members, from places, each once, ordered by member and then by body."""
    begin = starts(member)
    number = np.diff(np.append(begin, len(member)))  # of bodies, of each member
    is_paired = np.repeat(number <= most, number)
    after = np.repeat(begin + number, number) - np.arange(len(member)) - 1
    after[~is_paired] = 0
    at_one = np.repeat(np.arange(len(member)), after)
    at_other = ranges(np.arange(1, len(member) + 1), after)
    order = np.lexsort((body[at_other], body[at_one]))
    at_one, at_other = at_one[order], at_other[order]
    width = int(body.max(initial=0)) + 1
    key = body[at_one] * width + body[at_other]
    first = starts(key)
    pair = np.repeat(np.arange(len(first)), np.diff(np.append(first, len(key))))
    one, other = body[at_one[first]], body[at_other[first]]
    rows = [(pair, at_one, at_other)]
    crowded = np.flatnonzero(number > most)
    for begins, bodies in zip(begin[crowded].tolist(), number[crowded].tolist(), strict=True):
        place = np.full(width, -1)
        place[body[begins : begins + bodies]] = np.arange(begins, begins + bodies)
        both = np.flatnonzero((place[one] >= 0) & (place[other] >= 0))
        rows.append((both, place[one[both]], place[other[both]]))
    pair, at_one, at_other = (np.concatenate(column) for column in zip(*rows, strict=True))
    return SharedPlaces(one, other, pair, at_one, at_other, member[begin[crowded]], number[crowded])


def _integers(terms: TermTable, numbers: Ints) -> Ids:
    values, which = np.unique(numbers, return_inverse=True)
    return terms.numbers_of([f'"{value}"^^<{XSD.integer}>' for value in values.tolist()])[which]


def _iri(one: str, other: str) -> str:
    """`…/id/interlock/{one}-{other}-{digest}`: the same for the same two bodies."""
    return f"<{base_of(one)}/id/interlock/{words_of(one)}{words_of(other)}{digest_of(one, other)}>"
