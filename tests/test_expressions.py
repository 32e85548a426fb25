"""Expressions over columns: each solution has the value that it has in a store, however few questions are asked."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import QuerySolutions, Store

import kg.shapes.expressions
from kg.columns.terms import TermTable
from kg.shapes.expressions import Expressions, number_of
from kg.shapes.patterns import Expression, NotCompiled
from kg.shapes.tables import UNBOUND, Table, unit

XSD = "http://www.w3.org/2001/XMLSchema#"
ONE, TWO, DAY = f'"1"^^<{XSD}integer>', f'"2.5"^^<{XSD}decimal>', f'"2026-11-01"^^<{XSD}date>'
TERMS = [
    "",
    "<urn:a>",
    '"a"',
    '"b\\"\\n\\\\"@sv',
    '""',
    ONE,
    TWO,
    DAY,
    f'"no"^^<{XSD}integer>',
    f'"true"^^<{XSD}boolean>',
]
"""The empty text is an unbound variable."""
CONDITIONS = [
    "(?a = ?b)",
    "(?a < ?b)",
    "(?a)",
    "(!BOUND(?a) || ?a != 1)",
    "(?a + ?b > 3)",
    '(REGEX(?a, "A", "i"))',
    '( regex(?a,"[ab]\\"?") )',
    '(REGEX(STR(?a), "^u"))',
    '(LANG(?a) = "sv")',
    "(COALESCE(?a / 0, ?b, true))",
    "(?a IN (1, 'a', ?b))",
    "(?b)",
    "(true)",
    "(1 / 0)",
    "(?c = ?c)",
]
VALUES = [
    "?a",
    "?a + ?b",
    "STR(?a)",
    "IF(?a = 1, ?b, ?a)",
    "CONCAT(?a, STR(?b))",
    "?c",
    "STRLEN(STR(?a)) * 2",
    "'x'@sv",
]


def expression(text: str) -> Expression:
    return Expression(text, frozenset(), prefixes={"xsd": XSD})


def table_of(terms: TermTable, rows: Sequence[tuple[str, str]]) -> Table:
    columns = {
        name: np.array([terms.number_of(row[at]) if row[at] else UNBOUND for row in rows], np.int32)
        for at, name in enumerate("ab")
    }
    return Table(columns, len(rows))


def one_by_one(query: str, rows: Sequence[tuple[str, str]]) -> list[list[str | None]]:
    """What a store answers to a query for each of the rows."""
    found = []
    for a, b in rows:
        values = f"VALUES (?a ?b) {{ ({a or 'UNDEF'} {b or 'UNDEF'}) }}"
        result = Store().query(query.replace("VALUES", values))
        assert isinstance(result, QuerySolutions)
        found.append([None if solution[0] is None else str(solution[0]) for solution in result])
    return found


some_rows = st.lists(st.tuples(st.sampled_from(TERMS), st.sampled_from(TERMS)), max_size=9)


@pytest.mark.parametrize("condition", CONDITIONS)
@settings(max_examples=30, deadline=None)
@given(rows=some_rows, chunk=st.sampled_from([1, 2, 20_000]))
def test_a_condition_holds_where_it_holds_for_the_row_alone(
    condition: str, rows: list[tuple[str, str]], chunk: int
) -> None:
    expected = one_by_one(f"SELECT (1 AS ?n) {{ VALUES FILTER ({condition}) }}", rows)
    terms = TermTable()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(kg.shapes.expressions, "CHUNK", chunk)
        found = Expressions(terms).holds(expression(condition), table_of(terms, rows))
    assert found.tolist() == [bool(solutions) for solutions in expected]


@pytest.mark.parametrize("text", VALUES)
@settings(max_examples=30, deadline=None)
@given(rows=some_rows, chunk=st.sampled_from([1, 2, 20_000]))
def test_a_value_is_that_of_the_row_alone(text: str, rows: list[tuple[str, str]], chunk: int) -> None:
    expected = one_by_one(f"SELECT ({text} AS ?n) {{ VALUES }}".replace("(?a AS ?n)", "?a"), rows)
    terms = TermTable()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(kg.shapes.expressions, "CHUNK", chunk)
        found = Expressions(terms).values(expression(text), table_of(terms, rows)).tolist()
    assert [None if number == UNBOUND else terms.texts[number] for number in found] == [one for (one,) in expected]


def test_of_no_variables_there_is_one_value_for_all_rows() -> None:
    terms = TermTable()
    assert Expressions(terms).holds(expression("(1 < 2)"), unit()).tolist() == [True]
    assert Expressions(terms).holds(expression("(1 < 2)"), Table({}, 3)).tolist() == [True] * 3
    assert Expressions(terms).holds(expression("(1 < 2)"), Table({}, 0)).tolist() == []
    assert Expressions(terms).values(expression("1 / 0"), Table({}, 2)).tolist() == [UNBOUND] * 2


def test_prefixes_are_those_of_the_expression() -> None:
    terms = TermTable()
    table = table_of(terms, [('"7"', ""), ('"x"', "")])
    found = Expressions(terms).values(expression("xsd:integer(?a)"), table).tolist()
    assert [terms.texts[number] if number != UNBOUND else None for number in found] == [f'"7"^^<{XSD}integer>', None]


def test_equal_rows_are_asked_about_once(monkeypatch: pytest.MonkeyPatch) -> None:
    terms = TermTable()
    expressions, asked = Expressions(terms), list[str]()
    ask = expressions.ask
    monkeypatch.setattr(expressions, "ask", lambda text, prefixes: asked.append(text) or ask(text, prefixes))
    table = table_of(terms, [(ONE, ONE), (TWO, ONE), (ONE, TWO), (ONE, ONE)] * 100)
    assert expressions.holds(expression("(?a + 1 > 2)"), table).tolist() == [False, True, False, False] * 100
    assert [text.count(ONE) for text in asked] == [1], "?b is not in it"


@pytest.mark.parametrize("text", ["(?a = 1)", "(LANG(?a) = 'sv')"])
def test_a_blank_node_and_what_is_no_expression_are_left_to_a_store(text: str) -> None:
    terms = TermTable()
    with pytest.raises(NotCompiled, match="a blank node in an expression"):
        Expressions(terms).holds(expression(text), table_of(terms, [("_:b", ""), (ONE, "")]))
    with pytest.raises(NotCompiled, match="an expression: "):
        Expressions(terms).holds(expression(text[:-1]), table_of(terms, [(ONE, "")]))


def test_rows_are_written_as_values_with_identifiers_where_they_are_wanted() -> None:
    terms = TermTable()
    table = table_of(terms, [(ONE, '"a"@sv'), ("", ""), (TWO, "_:b")])
    write, rows = Expressions(terms).values_block, np.arange(3)
    number = [terms.number_of(text) for text in ('"a"@sv', "_:b")]
    assert write({"a": None, "b": None}, table, rows, frozenset("b")) == (
        f"VALUES (?a ?b) {{ ({ONE} {number[0]}) (UNDEF UNDEF) ({TWO} {number[1]}) }}"
    )
    assert write({"kgRow": None, "x": ("STR", "a")}, table, rows[:2]) == 'VALUES (?kgRow ?x) { (0 "1") (1 UNDEF) }'
    assert write({}, table, rows[:2]) == "VALUES () { () () }"


def test_the_number_of_an_integer() -> None:
    assert [number_of(text) for text in (f'"12"^^<{XSD}integer>', f'"-1"^^<{XSD}integer>', None)] == [12, -1, 0]
