"""Columns: the values of many nodes at once, both ways, each triple once."""

from array import array

import numpy as np
import pytest

from kg.columns.columns import Columns, Pairs, Statements, distinct, distinct_pairs, gather, is_among
from kg.columns.terms import TermTable


def ids(*numbers: int) -> np.ndarray:
    return np.array(numbers, np.int32)


def columns() -> Columns:
    """0 -10-> 1, 2; 1 -10-> 2 (twice); 2 -11-> 0; 0 -11-> 2."""
    terms = TermTable()
    for number in range(12):
        terms.number_of(f"<urn:{number}>")
    return Columns(terms, array("i", [1, 10, 2, 0, 10, 2, 0, 10, 1, 2, 11, 0, 0, 11, 2, 1, 10, 2]))


def as_lists(pairs: Pairs) -> tuple[list[int], list[int]]:
    return pairs.owner.tolist(), pairs.value.tolist()


def test_values_of_many_nodes_each_with_its_owner() -> None:
    assert as_lists(columns().values(ids(0, 3, 1, 0), 10)) == ([0, 0, 2, 3, 3], [1, 2, 2, 1, 2])
    assert as_lists(columns().values(ids(2, 1), 10, inverse=True)) == ([0, 0, 1], [0, 1, 0])
    assert as_lists(columns().values(ids(0), 9)) == ([], [])


def test_a_triple_that_is_there_twice_counts_once() -> None:
    assert columns().objects(1, 10) == [2]
    assert columns().size(10) == (3, 2, 2)


def test_statements_of_nodes_both_ways() -> None:
    owner, predicate, value = columns().statements(ids(0, 2))
    assert sorted(zip(owner.tolist(), predicate.tolist(), value.tolist(), strict=True)) == [
        (0, 10, 1),
        (0, 10, 2),
        (0, 11, 2),
        (1, 11, 0),
    ]
    owner, predicate, value = columns().statements(ids(2), inverse=True)
    assert sorted(zip(predicate.tolist(), value.tolist(), strict=True)) == [(10, 0), (10, 1), (11, 0)]


def test_all_triples_are_given_back() -> None:
    assert len(list(columns().triples())) == 5 == len(columns().to_graph())
    assert list(Columns(TermTable(), array("i")).triples()) == []
    assert Columns(TermTable(), array("i")).statements(ids(1))[0].tolist() == []
    assert columns().statements(ids(-1, 2))[0].tolist() == [1]  # what is unbound has none


def test_gathering_pairs_and_sets() -> None:
    assert as_lists(gather(ids(1, 1, 3), ids(7, 8, 9), ids(3, 2, 1))) == ([0, 2, 2], [9, 7, 8])
    twice = [Pairs(np.array([1, 0]), ids(5, 4)), Pairs(np.array([1]), ids(5))]
    assert as_lists(distinct_pairs(twice)) == ([0, 1], [4, 5])
    assert is_among(ids(1, 2, 9), ids(2, 3)).tolist() == [False, True, False]
    assert is_among(ids(1), ids()).tolist() == [False]


def test_nodes_that_have_a_value() -> None:
    assert columns().subjects(10, 2).tolist() == [0, 1]
    assert columns().subjects(9, 2).tolist() == columns().subjects(10, 7).tolist() == []
    assert columns().subjects_with(ids(0, 1)).tolist() == [0, 2]
    assert columns().subjects_with(ids()).tolist() == []


@pytest.mark.parametrize("is_known", [True, False])
def test_more_triples_make_a_graph_of_their_own(*, is_known: bool) -> None:
    few = columns()
    before = set(few.triples()) if is_known else set(columns().triples())
    if is_known:
        few.backward(11), few.size(10), few.statements(ids(0))
    more = few.plus(ids(0, 10, 1, 0, 9, 5, 0, 10, 0, 0, 9, 5).reshape(-1, 3))
    assert set(more.triples()) == before | {(0, 9, 5), (0, 10, 0)}
    assert len(more) == 7
    assert set(few.triples()) == before
    assert more.objects(0, 10) == [0, 1, 2]
    assert more.backward(11)[1].tolist() == [2, 0]
    assert more.size(10) == (4, 2, 3)
    assert len(more.statements(ids(0))[0]) == 5


def test_statements_that_are_lacking_each_once() -> None:
    parts = [Statements(10, ids(5, 0, 5), ids(1, 1, 0)), Statements(9, ids(0), ids(1)), Statements(10, ids(5), ids(1))]
    assert columns().lacking(parts).tolist() == [[5, 10, 0], [5, 10, 1], [0, 9, 1]]
    assert columns().lacking([]).shape == (0, 3)


def test_distinct_values_are_in_order() -> None:
    assert distinct(ids(3, 1, 3, 2)).tolist() == [1, 2, 3]
    assert distinct(ids(1, 2)).tolist() == [1, 2]
    assert distinct(ids(1, 1)).tolist() == [1]
    assert distinct(ids()).tolist() == []
