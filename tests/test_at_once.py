"""Conditions that need no engine: where there is an answer, it is Oxigraph's."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyoxigraph import QuerySolutions, Store

from kg.columns.terms import TermTable
from kg.shapes.at_once import answer_at_once
from kg.shapes.tables import UNBOUND, Table

XSD = "http://www.w3.org/2001/XMLSchema#"
PLAIN = [f'"{date}"^^<{XSD}date>' for date in ("2020-02-29", "2020-03-01", "1999-12-31", "0001-01-01", "9999-01-01")]
ODD = [f'"{date}"^^<{XSD}date>' for date in ("2020-02-30", "2020-03-01Z", "0000-01-01", "-0001-01-01", "12020-01-01")]
IRIS = ["<urn:a>", "<urn:a-1>", "<urn:a/b>", "<urn:b>"]
REST = ['"urn:a"', '"urn:a"@en', f'"2020"^^<{XSD}integer>', f'"2020-02-29T00:00:00"^^<{XSD}dateTime>']
TAGS = [
    '"en"',
    '"EN"',
    '"sv"',
    '""',
    '"en"@en',
    '"a"@en',
    '"a"@EN',
    '"a"@en--ltr',
    '"b"@sv',
    '"b"',
    "<urn:en>",
    f'"1"^^<{XSD}integer>',
]
CONDITIONS = [
    *(f"(?a {sign} ?b)" for sign in ("<", "<=", ">", ">=", "=", "!=")),
    *(f"(COALESCE(?a {sign} ?b, {default}))" for sign in ("<", "<=", ">", ">=") for default in ("true", "false")),
    "coalesce( ?a<?b,true )",
    "(STR(?a) < STR(?b))",
    "(STR(?a) > STR(?b))",
    '(STRSTARTS(STR(?a), "urn:a-"))',
    "(LANG(?a) = ?b)",
    "(isIRI(?a))",
    "(isLiteral(?b))",
]
answered: Counter[str] = Counter()


def rows(texts: list[str]) -> st.SearchStrategy[list[tuple[str, str]]]:
    """Pairs of terms; an empty text is an unbound variable."""
    term = st.sampled_from(texts)
    return st.lists(st.tuples(term, term), min_size=1, max_size=8)


def expected(condition: str, pairs: list[tuple[str, str]]) -> list[bool]:
    values = " ".join(f"({place} {a or 'UNDEF'} {b or 'UNDEF'})" for place, (a, b) in enumerate(pairs))
    found = Store().query(f"SELECT ?n {{ VALUES (?n ?a ?b) {{ {values} }} FILTER ({condition}) }}")
    assert isinstance(found, QuerySolutions)
    holds = {int(solution["n"].value) for solution in found}
    return [place in holds for place in range(len(pairs))]


@pytest.mark.parametrize("condition", CONDITIONS)
@settings(max_examples=60, deadline=None)
@example(pairs=[("<urn:a>", "<urn:b>")])
@example(pairs=[(PLAIN[0], PLAIN[1])])
@example(pairs=[(tagged, tag) for tagged in TAGS for tag in TAGS])
@given(
    pairs=st.one_of(
        rows(["", *PLAIN]),
        rows([*PLAIN, *ODD]),
        rows([*PLAIN[:2], *ODD[:2]]),
        rows(IRIS),
        rows(TAGS),
        rows(["", *PLAIN, *IRIS, *REST, *TAGS]),
    )
)
def test_an_answer_is_that_of_oxigraph(condition: str, pairs: list[tuple[str, str]]) -> None:
    terms = TermTable()
    numbers = [[terms.number_of(text) if text else UNBOUND for text in column] for column in zip(*pairs, strict=True)]
    a, b = (np.array(column, np.int32) for column in numbers)
    answer = answer_at_once(terms, condition, Table({"a": a, "b": b}, len(pairs)))
    if answer is not None:
        answered[condition] += 1
        assert answer.tolist() == expected(condition, pairs)


def test_every_condition_was_answered() -> None:
    assert set(answered) == set(CONDITIONS)


@pytest.mark.parametrize("text", ["?kgExists0", "(?kgExists0)", "!?kgExists0", "(!?kgExists0)"])
def test_whether_a_group_has_solutions_is_known(text: str) -> None:
    terms = TermTable()
    column = np.array([terms.number_of(f'"{truth}"^^<{XSD}boolean>') for truth in ("true", "false", "true")], np.int32)
    answer = answer_at_once(terms, text, Table({"kgExists0": column}, 3))
    assert answer is not None
    assert answer.tolist() == ([False, True, False] if "!" in text else [True, False, True])
    for other in ({}, {"kgExists0": np.array([terms.number_of("<urn:a>")] * 3, np.int32)}):
        assert answer_at_once(terms, text, Table(other, 3)) is None


def test_a_variable_that_no_solution_has_is_unbound() -> None:
    terms = TermTable()
    table = Table({"a": np.array([terms.number_of(PLAIN[0])], np.int32)}, 1)
    answer = answer_at_once(terms, "(COALESCE(?a < ?b, true))", table)
    assert answer is not None
    assert answer.tolist() == [True]
