"""What hangs together: the components of the network of one shortcut, as nodes of the derived graph.

Weakly connected components are the parties that a chain of relations joins, whichever way they point: a corporate
group, of ownerships. In a strongly connected component each party reaches each other one and is reached by it: the
circles, of ownerships (Tarjan 1972). A party alone is no component.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike
from rdflib import RDF, XSD, URIRef

from kg.columns.columns import Statements
from kg.columns.terms import TermTable
from kg.namespaces import CODE, GOV
from kg.network.arrays import Ints, starts
from kg.network.naming import base_of, digest_of, in_iri_order, words_of
from kg.network.ties import Ties

__all__ = ["METHODS", "component_labels", "components"]

METHODS = {"weakly-connected": "weak", "strongly-connected": "strong"}
"""The notations of the codelist `component-method`, and what scipy calls them."""


def components(terms: TermTable, shortcut: URIRef, ties: Ties) -> Iterator[Statements]:
    """The components of the network that the edges of one shortcut are."""
    parties, ends = in_iri_order(terms, np.concatenate([ties.one, ties.other]))
    one, other = np.split(ends, 2)
    for method, connection in METHODS.items():
        label = component_labels(one, other, len(parties), connection)
        size = np.bincount(label)
        member = np.flatnonzero(size[label] > 1)
        member = member[np.argsort(label[member], kind="stable")]
        first = starts(label[member])
        iris = [f"<{_iri(terms.text(number)[1:-1], shortcut, method)}>" for number in parties[member[first]].tolist()]
        node, sizes = terms.numbers_of(iris), size[label[member[first]]]
        texts = [f'"{number}"^^<{XSD.integer}>' for number in sizes.tolist()]
        for predicate, value in (
            (RDF.type, terms.number(URIRef(GOV.Component))),
            (URIRef(GOV.componentOf), terms.number(shortcut)),
            (URIRef(GOV.componentMethod), terms.number(URIRef(CODE[f"component-method/{method}"]))),
        ):
            yield Statements(terms.number(predicate), node, np.full(len(node), value, np.int32))
        yield Statements(terms.number(URIRef(GOV.componentSize)), node, terms.numbers_of(texts))
        yield Statements(terms.number(URIRef(GOV.componentMember)), np.repeat(node, sizes), parties[member])


def component_labels(one: ArrayLike, other: ArrayLike, n: int, connection: str) -> Ints:
    """For each of the things 0 to `n` - 1 the number of its component in the network of edges `one` → `other`.

    `connection` is `weak` or `strong`. Components are numbered from 0 by their lowest member.
    """
    if not n:
        return np.empty(0, np.int64)
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    ends = (np.asarray(one, np.int64), np.asarray(other, np.int64))
    graph = csr_array((np.ones(len(ends[0]), np.int8), ends), shape=(n, n))
    label = connected_components(graph, connection=connection)[1]
    _, first, number = np.unique(label, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[number]


def _iri(lowest: str, shortcut: URIRef, method: str) -> str:
    """`…/id/component/{lowest member}-{digest}`: the same as long as that party is the first of its component."""
    return f"{base_of(lowest)}/id/component/{words_of(lowest)}{digest_of(lowest, shortcut, method)}"
