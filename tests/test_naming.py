"""The IRIs of derived nodes."""

import hashlib

import numpy as np
import pytest
from rdflib import URIRef

from kg.columns.terms import TermTable
from kg.network.naming import base_of, digest_of, in_iri_order, words_of


@pytest.mark.parametrize(
    ("iri", "base", "words"),
    [
        ("https://example.org/kg/id/organisation/filmpool-nord", "https://example.org/kg", "filmpool-nord-"),
        ("https://example.org/Bolaget_AB.2/", "https://example.org/Bolaget_AB.2", "bolaget-ab-2-"),
        ("https://example.org/id/organisation/Ö", "https://example.org", ""),
        ("urn:e", "", "urn-e-"),
    ],
)
def test_base_and_words(iri: str, base: str, words: str) -> None:
    assert (base_of(iri), words_of(iri)) == (base, words)


def test_a_digest_tells_texts_and_their_order_apart() -> None:
    assert digest_of("a", "b") == hashlib.sha256(b"a\nb").hexdigest()[:10]
    assert len({digest_of("a", "b"), digest_of("b", "a"), digest_of("a")}) == 3


def test_order_is_that_of_the_iris_and_not_of_the_lines() -> None:
    terms = TermTable()
    a, longer, b = (terms.number(URIRef(f"https://example.org/{name}")) for name in ("a", "a-b", "b"))
    known, place = in_iri_order(terms, np.array([b, longer, a, b], np.int32))
    assert known.tolist() == [a, longer, b]  # ">" follows "-" in N-Triples
    assert place.tolist() == [2, 1, 0, 2]
