"""From ownerships in the columns of a graph to direct holdings, the columns that effective ownership is solved in.

Shares of votes are read apart from shares. A share that is not stated is unknown, 0 to 100 %, never a guess. An unnamed
owner (a group, an unknown party) is an owner like any other, so that what it may hold bounds what any one of those
behind it may; a declared absence (`gov:NoParty`) owns nothing. Indirect and beneficial holdings repeat what somebody
holds directly, and are left out (as in rule OWN-29).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

import numpy as np
from rdflib import RDF, Literal, URIRef

from kg.columns.columns import Columns, Pairs, distinct, gather, is_among
from kg.columns.terms import IRI, Ids, Mask, TermTable, lexical_of
from kg.namespaces import CODE, GOV
from kg.network.arrays import Floats, Ints, ranges, starts
from kg.network.naming import in_iri_order

__all__ = ["Holdings", "Links", "read_holdings", "read_links"]

_LEFT_OUT = (
    (URIRef(GOV.directness), URIRef(CODE["directness/indirect"])),
    (URIRef(GOV.beneficialOwnership), Literal(True)),
)


@dataclass(frozen=True, slots=True)
class Links:
    """What ownerships join: one row for each owner and thing owned of each ownership.

    `at` is the position of the ownership in `relations`, `owner` and `owned` those of the ends in `parties`. Of each of
    the relations, `interest` is the position of its type in `interests`, or -1. Parties and interest types are in the
    order of their IRIs, so that nothing depends on the order in which data were read.
    """

    relations: Ids
    interest: Ints
    interests: Ids
    parties: Ids
    at: Ints
    owner: Ints
    owned: Ints


@dataclass(frozen=True, slots=True)
class Holdings:
    """The direct holdings of one interest type, by owned and owner, each pair once; bounds are from 0 to 1.

    The ownerships that state the holding `i` are `relations[first[i]:first[i + 1]]`: one, unless it stands twice.
    """

    interest: int | None
    parties: Ids
    owner: Ints
    owned: Ints
    lower: Floats
    upper: Floats
    relations: Ids
    first: Ints

    def __len__(self) -> int:
        return len(self.owner)

    def relations_of(self, rows: Ints) -> Pairs:
        """The ownerships of some holdings, each with the index of its holding in `rows`."""
        counts = np.diff(self.first)[rows]
        return Pairs(np.repeat(np.arange(len(rows)), counts), self.relations[ranges(self.first[rows], counts)])


def read_links(columns: Columns, ownerships: Ids) -> Links:
    """What `ownerships` join, which are ascending: the relations of the graph that are actual and in force."""
    terms = columns.terms
    relations = ownerships[terms.kinds(ownerships) == IRI]
    for predicate, value in _LEFT_OUT:
        relations = relations[~is_among(relations, columns.subjects(terms.number(predicate), terms.number(value)))]
    owner, owned = (columns.values(relations, terms.number(URIRef(role))) for role in (GOV.owner, GOV.owned))
    pairs = gather(owned.owner, np.arange(len(owned), dtype=np.int32), owner.owner)
    at, one, other = owner.owner[pairs.owner], owner.value[pairs.owner], owned.value[pairs.value]
    nobody = columns.subjects(terms.number(RDF.type), terms.number(URIRef(GOV.NoParty)))
    kept = (terms.kinds(one) == IRI) & (terms.kinds(other) == IRI) & (one != other) & ~is_among(one, nobody)
    parties, ends = in_iri_order(terms, np.concatenate([one[kept], other[kept]]))
    interests, interest = _interests(columns, relations)
    return Links(relations, interest, interests, parties, at[kept], *np.split(ends, 2))


def read_holdings(columns: Columns, links: Links, measure: str) -> Iterator[Holdings]:
    """The direct holdings, one interest type after the other; `measure` is `share` or `votingShare`.

    Votes are asked for only among interests of which some are stated. Of a pair that stands twice, the bounds are the
    widest: whether it is one holding or two cannot be known (rule REL-36 warns).
    """
    lower, upper, stated = _bounds(columns, links.relations, measure)
    interest = links.interest[links.at]
    for asked in distinct(links.interest if measure == "share" else links.interest[stated]).tolist():
        rows = np.flatnonzero(interest == asked)
        if len(rows):
            yield _merged(columns.terms, links, rows, lower, upper)


def _order(terms: TermTable, links: Links, rows: Ints) -> Ints:
    """By owned and owner; of a pair that stands twice, by the IRIs of the ownerships."""
    pair = links.owned[rows] * len(links.parties) + links.owner[rows]
    order = np.argsort(pair, kind="stable")
    again = np.flatnonzero(np.diff(pair[order]) == 0)
    if not len(again):
        return order
    several = order[distinct(np.concatenate([again, again + 1]))]
    tie = np.zeros(len(rows), np.int64)
    tie[several] = in_iri_order(terms, links.relations[links.at[rows[several]]])[1]
    return np.lexsort((tie, pair))


def _merged(terms: TermTable, links: Links, rows: Ints, lower: Floats, upper: Floats) -> Holdings:
    """The holdings of `rows`, which are of one interest type."""
    rows = rows[_order(terms, links, rows)]
    owner, owned, at = links.owner[rows], links.owned[rows], links.at[rows]
    first = starts(owned * len(links.parties) + owner)
    interest = int(links.interest[at[0]])
    return Holdings(
        int(links.interests[interest]) if interest >= 0 else None,
        links.parties,
        owner[first],
        owned[first],
        np.minimum.reduceat(lower[at], first) / 100,
        np.maximum.reduceat(upper[at], first) / 100,
        links.relations[at],
        np.append(first, len(rows)),
    )


def _interests(columns: Columns, relations: Ids) -> tuple[Ids, Ints]:
    """The interest types in the order of their IRIs, and which each of the relations has: the first, or -1."""
    terms = columns.terms
    pairs = columns.values(relations, terms.number(URIRef(GOV.interestType)))
    is_iri = terms.kinds(pairs.value) == IRI
    interests, which = in_iri_order(terms, pairs.value[is_iri])
    least = np.full(len(relations), len(interests))
    np.minimum.at(least, pairs.owner[is_iri], which)
    return interests, np.where(least == len(interests), -1, least)


def _bounds(columns: Columns, relations: Ids, measure: str) -> tuple[Floats, Floats, Mask]:
    """What relations state of a share, in percent, and whether they state anything possible (OWN-25, OWN-27)."""
    low = _percent(columns, relations, [measure + end for end in ("Exact", "Min", "MinExclusive")], np.fmin)
    high = _percent(columns, relations, [measure + end for end in ("Exact", "Max", "MaxExclusive")], np.fmax)
    stated = ~(np.isnan(low) & np.isnan(high))
    lower, upper = np.where(np.isnan(low), 0.0, low), np.where(np.isnan(high), 100.0, high)
    stated &= (lower >= 0) & (lower <= upper) & (upper <= 100)
    return np.where(stated, lower, 0.0), np.where(stated, upper, 100.0), stated


def _percent(columns: Columns, relations: Ids, names: list[str], widest: np.ufunc) -> Floats:
    """The number of the first of the properties that has one; of several numbers of one property, the widest."""
    found = np.full(len(relations), np.nan)
    for name in names:
        pairs = columns.values(relations, columns.terms.number(URIRef(GOV[name])))
        texts = columns.terms.texts
        values, which = np.unique(pairs.value, return_inverse=True)
        numbers = np.fromiter((_number(texts[value]) for value in values.tolist()), np.float64, len(values))
        here = np.full(len(relations), np.nan)
        widest.at(here, pairs.owner, numbers[which])
        found = np.where(np.isnan(found), here, found)
    return found


def _number(text: str) -> float:
    """The number that a literal writes, whatever its datatype; NaN where there is none."""
    try:
        number = Decimal(lexical_of(text) if text[0] == '"' else "")
    except InvalidOperation:
        return float("nan")
    return float(number) if number.is_finite() else float("nan")
