"""The IRIs of derived nodes: words of the parties that a node is about, and a digest of all that makes it itself."""

from __future__ import annotations

import re
from hashlib import sha256

import numpy as np

from kg.columns.terms import Ids, TermTable
from kg.network.arrays import Ints

__all__ = ["base_of", "digest_of", "in_iri_order", "words_of"]

_NO_WORD = re.compile(r"[^a-z0-9]+")


def in_iri_order(terms: TermTable, numbers: Ids) -> tuple[Ids, Ints]:
    """The IRIs among terms, each once, in the order of their texts, and at which position each of `numbers` is."""
    known, which = np.unique(numbers, return_inverse=True)
    iris = [terms.texts[number][1:-1] for number in known.tolist()]
    order = np.array(sorted(range(len(iris)), key=iris.__getitem__), np.int64)
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return known[order], rank[which]


def base_of(iri: str) -> str:
    """The IRI below which the things of a project are, of one of them."""
    return iri.partition("/id/")[0] if "/id/" in iri else iri.rpartition("/")[0]


def words_of(iri: str) -> str:
    """The words of the last part of an IRI, a hyphen after each."""
    name = iri.rstrip("/").rpartition("/")[2].lower()
    return "".join(f"{word}-" for word in _NO_WORD.split(name) if word)


def digest_of(*texts: str) -> str:
    """Ten hexadecimal digits for texts in an order: two nodes that are about other things have other IRIs."""
    return sha256("\n".join(texts).encode()).hexdigest()[:10]
