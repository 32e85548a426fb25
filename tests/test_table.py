"""Answers as tables of a page; `test_tables` is about those of solutions."""

from __future__ import annotations

import pytest

from kg.namespaces import GOV, prefixes
from kg.results import Boolean, Solutions, Term, Triples
from kg.web.table import TermView, table_of, view_of

BASE = "https://example.org/"
TABLE = prefixes(BASE)
XSD = "http://www.w3.org/2001/XMLSchema#"
TEXTS = {"subject": "subjekt", "predicate": "predikat", "object": "objekt"}
ONE = Term("literal", "1", f"{XSD}integer")
NOUGHT = Term("literal", "0", f"{XSD}integer")
WORD = Term("literal", "one")


def test_solutions_are_rows_of_all_variables() -> None:
    table = table_of(Solutions(("a", "b"), ({"b": ONE}, {"a": WORD, "b": ONE}), is_whole=False), TEXTS)
    assert (table.columns, table.rows) == (("a", "b"), ((None, ONE), (WORD, ONE)))
    assert (table.is_whole, table.triples, table.numeric, table.is_nothing) == (False, False, (False, True), False)


def test_triples_have_columns_in_the_language_of_the_page() -> None:
    table = table_of(Triples(((WORD, WORD, ONE),)), TEXTS)
    assert (table.columns, table.triples) == (("subjekt", "predikat", "objekt"), True)


@pytest.mark.parametrize(
    ("rows", "nothing"),
    [((), True), (({"n": NOUGHT},), True), (({},), True), (({"n": ONE},), False), (({"n": NOUGHT}, {"n": NOUGHT}), False)],
)  # fmt: skip
def test_a_count_of_nothing_is_nothing(rows: tuple[dict[str, Term], ...], nothing: bool) -> None:
    assert table_of(Solutions(("n",), rows), TEXTS).is_nothing == nothing


def test_a_boolean_has_no_rows() -> None:
    assert table_of(Boolean(True), TEXTS).rows == ()


@pytest.mark.parametrize(
    ("term", "view"),
    [
        (Term("uri", f"{GOV}owns"), TermView("gov:owns", title=f"{GOV}owns", describe=f"DESCRIBE <{GOV}owns>")),
        (Term("uri", f"{BASE}x y"), TermView(f"{BASE}x y", title=f"{BASE}x y", describe=f"DESCRIBE <{BASE}x y>")),
        (Term("uri", "http://e/a"), TermView("http://e/a", title="http://e/a", href="http://e/a")),
        (Term("uri", "javascript:alert(1)"), TermView("javascript:alert(1)", title="javascript:alert(1)")),
        (Term("bnode", "0123456789"), TermView("_:01234567", title="_:0123456789", is_blank=True)),
        (Term("literal", "å", None, "sv"), TermView("å", language="sv")),
        (ONE, TermView("1", is_number=True)),
        (Term("literal", "2026-11-01", f"{XSD}date"), TermView("2026-11-01", note="xsd:date")),
        (Term("literal", "x", "urn:t"), TermView("x", note="urn:t")),
    ],
)
def test_how_a_term_is_shown(term: Term, view: TermView) -> None:
    assert view_of(term, table=TABLE, base_iri=BASE) == view
