"""Columns as an Oxigraph store in memory: for queries that columns cannot follow."""

from __future__ import annotations

from itertools import islice
from typing import Any

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, RdfFormat, Store

from kg.columns.columns import Columns
from kg.columns.terms import to_term
from kg.turtle.terms import from_rdflib

__all__ = ["oxigraph_term", "to_store"]

_CHUNK = 200_000


def to_store(columns: Columns) -> Store:
    """The triples as the default graph of a store."""
    store, texts = Store(), columns.terms.texts
    triples = columns.triples()
    while chunk := list(islice(triples, _CHUNK)):
        lines, quads = list[str](), list[Quad]()
        for subject, predicate, value in chunk:
            one, link, other = texts[subject], texts[predicate], texts[value]
            if one[0] == "_" or other[0] == "_":  # a loaded file's blank nodes would get new labels
                quads.append(Quad(oxigraph_term(one), oxigraph_term(link), oxigraph_term(other), DefaultGraph()))
            else:
                lines.append(f"{one} {link} {other} .\n")
        if lines:
            store.bulk_load(input="".join(lines).encode(), format=RdfFormat.N_TRIPLES, lenient=True)
        store.extend(quads)
    return store


def oxigraph_term(text: str) -> Any:
    """The term of a text of N-Triples, for Oxigraph."""
    if text[0] == "<":
        return NamedNode(text[1:-1])
    return BlankNode(text[2:]) if text[0] == "_" else from_rdflib(to_term(text))
