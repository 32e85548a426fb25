"""What follows the pattern of a query, read from its words."""

from __future__ import annotations

import pytest

from kg.shapes.grouping import group_keys, looked_into, without_order
from kg.sparql_lexer import Token, tokens


def words(text: str) -> list[Token]:
    return list(tokens(text))


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("GROUP BY ?a ?b", ("a", "b")),
        ("GROUP BY ?a HAVING (COUNT(?b) > 1)", ("a",)),
        ("GROUP BY ?a (STR(?b) AS ?c)", ()),
        ("HAVING (COUNT(?b) > 1)", ()),
        ("", ()),
    ],
)
def test_what_is_grouped_by(text: str, keys: tuple[str, ...]) -> None:
    assert group_keys(words(text)) == keys


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("?a (COUNT(?b) AS ?n) (COUNT(DISTINCT ?c) AS ?m) GROUP BY ?a", {"n", "m"}),
        ("?a (SUM(?b) AS ?n) GROUP BY ?a HAVING (SUM(?b) > ?most)", {"b", "n", "most"}),
        ("(COUNT(STR(?b)) AS ?n)", {"b", "n"}),
    ],
)
def test_what_a_value_matters_of(text: str, names: set[str]) -> None:
    assert looked_into(words(text)) == names


def test_an_order_is_left_out() -> None:
    assert [word.text for word in without_order(words("GROUP BY ?a ORDER BY ?a"))] == ["GROUP", "BY", "?a"]
    assert len(without_order(words("GROUP BY ?a"))) == 3
