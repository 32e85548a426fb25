"""Batches of results are taken from and given to other owners."""

from __future__ import annotations

import numpy as np
from rdflib import SH, URIRef

from kg.columns.columns import Pairs
from kg.shapes.batches import NONE, Subject
from kg.shapes.model import Count, Shape, ValueTest

SHAPE = Shape(URIRef("urn:s"), None, None, (), (), SH.Violation, (), "", deactivated=False)


def subject() -> Subject:
    """Node 10 has the values 5 and 7, node 11 the value 7."""
    pairs = Pairs(np.array([0, 0, 1]), np.array([5, 7, 7], np.int32))
    return Subject(SHAPE, np.array([10, 11], np.int32), pairs, np.array([5, 7], np.int32), np.array([0, 1, 1]))


def test_a_result_for_each_value_of_each_node_that_failed() -> None:
    test = ValueTest(SH.NodeKindConstraintComponent, (SH.IRI,))
    [batch] = subject().failing(test, np.array([True, False]))
    assert (batch.owner.tolist(), batch.focus.tolist(), batch.value.tolist()) == ([0, 1], [10, 11], [7, 7])
    assert (batch.asked, batch.component, len(batch)) == (test, test.component, 2)
    assert list(subject().failing(test, np.array([True, True]))) == []


def test_results_of_other_owners() -> None:
    batch = subject().batch(Count(SH.MinCountConstraintComponent, 1), np.array([0, 1]), path=np.array([3, 4], np.int32))
    assert batch.value.tolist() == [NONE, NONE]
    taken = batch.taken(np.array([1, 1, 0]), np.array([8, 9, 8]))
    assert (taken.owner.tolist(), taken.focus.tolist()) == ([8, 9, 8], [11, 11, 10])
    assert taken.path is not None
    assert taken.path.tolist() == [4, 4, 3]
