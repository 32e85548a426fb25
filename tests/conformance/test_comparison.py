"""The comparison of results can tell a wrong answer from a right one."""

from __future__ import annotations

import random

import pytest
from comparison import Row, Solutions, Table, Term, Triples, by_value, is_same, read_result
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Triple

P = NamedNode("http://example.org/p")
ONE, TWO = Literal("1"), Literal("2")
XSD = "http://www.w3.org/2001/XMLSchema#"
INTEGER, BOOLEAN = NamedNode(f"{XSD}integer"), NamedNode(f"{XSD}boolean")


def solutions(*rows: Row) -> Solutions:
    return Solutions(frozenset("xy"), rows)


def blank(name: str) -> BlankNode:
    return BlankNode(name)


_TERMS = st.one_of(st.sampled_from("abc").map(BlankNode), st.sampled_from("12").map(Literal), st.just(P))
_ROWS = st.lists(st.dictionaries(st.sampled_from("xy"), _TERMS), max_size=5)


@given(_ROWS, st.permutations("abc"), st.randoms())
def test_names_of_blank_nodes_and_order_do_not_count(rows: list[Row], names: list[str], chance: random.Random) -> None:
    def renamed(term: Term) -> Term:
        return BlankNode("n" + names["abc".index(term.value)]) if isinstance(term, BlankNode) else term

    found: list[Row] = [{name: renamed(term) for name, term in row.items()} for row in rows]
    assert is_same(solutions(*rows), solutions(*found), ordered=True)
    chance.shuffle(found)
    assert is_same(solutions(*rows), solutions(*found))


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        (solutions({"x": ONE}), solutions({"x": TWO})),
        (solutions({"x": ONE}), solutions({"y": ONE})),
        (solutions({"x": ONE}), solutions()),
        (solutions({"x": ONE}), solutions({"x": ONE}, {"x": ONE})),
        (solutions({"x": ONE}), Solutions(frozenset("x"), ({"x": ONE},))),
        (solutions({"x": blank("a"), "y": blank("a")}), solutions({"x": blank("a"), "y": blank("b")})),
        (solutions({"x": blank("a"), "y": blank("b")}), solutions({"x": blank("a"), "y": blank("a")})),
        (
            solutions({"x": blank("a"), "y": ONE}, {"x": blank("a"), "y": TWO}),
            solutions({"x": blank("a"), "y": ONE}, {"x": blank("b"), "y": TWO}),
        ),
        (Triples(frozenset({Triple(blank("a"), P, ONE)})), Triples(frozenset({Triple(blank("a"), P, TWO)}))),
        (
            Triples(frozenset({Triple(blank("a"), P, blank("a"))})),
            Triples(frozenset({Triple(blank("a"), P, blank("b"))})),
        ),
        (Table(("x",), (("1",),)), Table(("x",), (("1",), ("1",)))),
        (Table(("x",), (("1",),)), Table(("y",), (("1",),))),
        (True, False),
        (True, solutions()),
    ],
)
def test_wrong_answers_differ(expected: Solutions, found: Solutions) -> None:
    assert is_same(expected, expected)
    assert not is_same(expected, found)


def test_order_counts_where_the_query_has_one() -> None:
    assert not is_same(solutions({"x": ONE}, {"x": TWO}), solutions({"x": TWO}, {"x": ONE}), ordered=True)


@pytest.mark.parametrize(("times", "same"), [(0, False), (1, True), (2, True), (3, False)])
def test_reduced_leaves_the_cardinality_open(times: int, same: bool) -> None:
    expected = solutions({"x": ONE}, {"x": ONE}, {"x": TWO})
    assert is_same(expected, solutions(*[{"x": ONE}] * times, {"x": TWO}), lax=True) is same


def test_lexical_forms_count_unless_values_are_compared() -> None:
    expected = solutions({"x": Literal("01", datatype=INTEGER), "y": Literal("1", datatype=BOOLEAN)})
    found = solutions({"x": Literal("1", datatype=INTEGER), "y": Literal("true", datatype=BOOLEAN)})
    assert not is_same(expected, found)
    assert is_same(by_value(expected), by_value(found))
    stored = frozenset({Literal("01", datatype=INTEGER)})
    assert not is_same(by_value(expected, but=stored), by_value(found, but=stored))


def test_what_is_no_result_is_no_result() -> None:
    with pytest.raises(ValueError, match="no result format"):
        read_result(b"{}", "application/problem+json")
