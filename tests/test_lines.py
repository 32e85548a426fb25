"""Sorted lines: those of N-Quads in the order of their bytes, and each triple of the union once."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import kg.columns.lines
from kg.columns.lines import sorted_quads
from kg.columns.terms import TermTable

TERMS = [
    "<urn:a>",
    "<urn:a/b>",
    "<urn:ä>",
    '"a"',
    '"a"@en',
    '"a\\"b"',
    '"a "',
    '"1"^^<urn:t>',
    '"😀"',
    '"\uffff"',
    "_:b",
    "_:b1",
]
GRAPHS = ["urn:g", "urn:g1", "urn:h"]
_SAMPLE = 2
TRIPLES = st.lists(st.tuples(*[st.integers(0, len(TERMS) - 1)] * 3), max_size=20)


@given(st.fixed_dictionaries(dict.fromkeys(GRAPHS, TRIPLES)), st.sets(st.sampled_from(GRAPHS)), st.integers(1, 9))
def test_lines_are_sorted_and_complete(
    graphs: dict[str, list[tuple[int, int, int]]], union: set[str], size: int
) -> None:
    terms = TermTable()
    terms.numbers_of(TERMS)
    named = {name: np.array(triples, np.int32).reshape(-1, 3) for name, triples in graphs.items()}
    quads = sorted_quads(terms, named, union)
    assert named == {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kg.columns.lines, "_BLOCK", 4 * _SAMPLE)
        patch.setattr(kg.columns.lines, "_SAMPLE", _SAMPLE)
        pieces = list(quads.pieces(size))
    written = {
        name: {" ".join(TERMS[number] for number in triple) for triple in triples} for name, triples in graphs.items()
    }
    expected = {f"{triple} <{name}> .\n" for name, triples in written.items() for triple in triples}
    assert b"".join(piece.quads for piece in pieces) == b"".join(sorted(line.encode() for line in expected))
    merged = {f"{triple} .\n" for name in union for triple in written[name]}
    assert b"".join(piece.triples for piece in pieces) == b"".join(sorted(line.encode() for line in merged))
    assert sum(piece.merged for piece in pieces) == len(merged)
    assert sum(piece.number for piece in pieces) == len(expected) <= quads.most
