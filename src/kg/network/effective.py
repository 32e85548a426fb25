"""Effective ownership as triples: what follows from ownerships, as nodes of the derived graph with bounds and chains.

Each interest type is solved apart, and shares of votes apart from shares. Where one direct holding is all there is, its
ownerships carry the bounds themselves; where there are several links or chains, a node of its own does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from rdflib import RDF, XSD, URIRef

from kg.columns.columns import Columns, Statements, distinct
from kg.columns.terms import Ids, TermTable
from kg.namespaces import CODE, GOV
from kg.network.arrays import Floats, Ints
from kg.network.holdings import Holdings, read_holdings, read_links
from kg.network.naming import base_of, digest_of, words_of

if TYPE_CHECKING:
    from kg.network.ownership import EffectiveShares

__all__ = ["effective_ownership"]

_MEASURES = {"share": "effectiveShare", "votingShare": "effectiveVotingShare"}


def effective_ownership(columns: Columns, ownerships: Ids) -> Iterator[Statements]:
    """What follows from `ownerships`, ascending: the relations of the graph that are actual and in force."""
    links = read_links(columns, ownerships)
    for measure, name in _MEASURES.items():
        for holdings in read_holdings(columns, links, measure):
            yield from _derived(columns.terms, holdings, name)


def _derived(terms: TermTable, holdings: Holdings, name: str) -> Iterator[Statements]:
    """The triples of one interest type; scipy is loaded only where something is owned through something."""
    if not np.isin(holdings.owner, holdings.owned).any():
        yield from _direct(terms, holdings, np.flatnonzero(holdings.upper > 0), name)
        return
    from kg.network.ownership import effective_shares

    bounds = holdings.lower, holdings.upper
    shares = effective_shares(holdings.owner, holdings.owned, *bounds, len(holdings.parties))
    yield from _direct(terms, holdings, shares.last[shares.is_direct], name)
    rows = np.flatnonzero(~shares.is_direct & (shares.owner != shares.owned))
    if len(rows):
        yield from _Nodes(terms, holdings, shares, rows, name).statements()


def _direct(terms: TermTable, holdings: Holdings, rows: Ints, name: str) -> Iterator[Statements]:
    relations = holdings.relations_of(rows)
    one = np.full(len(relations), terms.number_of(_integer(1)), np.int32)
    yield Statements(terms.number(URIRef(GOV.hops)), relations.value, one)
    for end, bounds in zip(("Min", "Max"), _decimals(terms, holdings.lower[rows], holdings.upper[rows]), strict=True):
        yield Statements(terms.number(URIRef(GOV[name + end])), relations.value, bounds[relations.owner])


@dataclass(frozen=True, slots=True)
class _Nodes:
    """The effective shares of one interest type that get a node: the `rows` of `shares`."""

    terms: TermTable
    holdings: Holdings
    shares: EffectiveShares
    rows: Ints
    name: str

    def statements(self) -> Iterator[Statements]:
        """The nodes and their chains: the last link, and as the rest of the list the chain before it."""
        terms, shares, rows = self.terms, self.shares, self.rows
        before = shares.previous[rows]
        chained = distinct(np.concatenate([rows, before[before >= 0]]))
        iris = self._iris(chained)
        cell = np.full(len(shares) + 1, terms.number(RDF.nil), np.int32)  # the last one is for no chain before, -1
        cell[chained] = terms.numbers_of([f"<{iri}-chain>" for iri in iris])
        places = np.searchsorted(chained, rows).tolist()
        yield from self._described(terms.numbers_of([f"<{iris[place]}>" for place in places]), cell[rows])
        link = self.holdings.relations[self.holdings.first[shares.last[chained]]]
        yield Statements(terms.number(RDF.first), cell[chained], link)
        yield Statements(terms.number(RDF.rest), cell[chained], cell[shares.previous[chained]])

    def _described(self, node: Ids, cell: Ids) -> Iterator[Statements]:
        terms, shares, rows, parties = self.terms, self.shares, self.rows, self.holdings.parties
        code = [terms.number(URIRef(CODE[f"ownership-method/{name}"])) for name in ("sum-of-chains", "fixed-point")]
        count = shares.hops[rows]
        lengths = np.unique(count)
        hops = terms.numbers_of([_integer(length) for length in lengths.tolist()])[np.searchsorted(lengths, count)]
        lower, upper = _decimals(terms, shares.lower[rows], shares.upper[rows])
        columns = {
            RDF.type: np.full(len(rows), terms.number(URIRef(GOV.EffectiveOwnership)), np.int32),
            GOV.owner: parties[shares.owner[rows]],
            GOV.owned: parties[shares.owned[rows]],
            GOV.ownershipMethod: np.array(code, np.int32)[shares.is_cyclic[rows].astype(np.intp)],
            GOV.hops: hops,
            GOV.chain: cell,
            GOV[f"{self.name}Min"]: lower,
            GOV[f"{self.name}Max"]: upper,
        }
        if self.holdings.interest is not None:
            columns[GOV.interestType] = np.full(len(rows), self.holdings.interest, np.int32)
        for predicate, values in columns.items():
            yield Statements(terms.number(URIRef(predicate)), node, values)

    def _iris(self, rows: Ints) -> list[str]:
        """`…/id/effective-ownership/{owner}-{owned}-{digest}`: the same for the same pair, interest and measure."""
        terms, interest, number = self.terms, self.holdings.interest, self.holdings.parties
        owner, owned = self.shares.owner[rows], self.shares.owned[rows]
        asked = distinct(np.concatenate([owner, owned]))
        place = np.empty(len(number), np.int64)
        place[asked] = np.arange(len(asked))
        parties = [terms.text(party)[1:-1] for party in number[asked].tolist()]
        what = ("" if interest is None else terms.text(interest)[1:-1]), self.name
        words = [words_of(iri) for iri in parties]
        begin = [f"{base_of(iri)}/id/effective-ownership/" for iri in parties]
        return [
            f"{begin[v]}{words[o]}{words[v]}{digest_of(parties[o], parties[v], *what)}"
            for o, v in zip(place[owner].tolist(), place[owned].tolist(), strict=True)
        ]


def _integer(number: int) -> str:
    return f'"{number}"^^<{XSD.integer}>'


def _decimals(terms: TermTable, *shares: Floats) -> Ids:
    """Columns of fractions as percent, to six decimals, in canonical form (XML Schema 1.1 Part 2, §3.3.3)."""
    values, which = np.unique(np.stack(shares), return_inverse=True)
    ending = f'"^^<{XSD.decimal}>'
    texts = [f'"{f"{share * 100:.6f}".rstrip("0").rstrip(".")}{ending}' for share in values.tolist()]
    return terms.numbers_of(texts)[which]
