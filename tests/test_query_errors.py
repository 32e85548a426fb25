"""Errors of a query where its writer made them, with the real parser; `test_suggestions` has those of misspelt words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kg.engine.oxigraph import check_syntax
from kg.engine.syntax import syntax_error
from kg.errors import QuerySyntaxError
from kg.query import ParsedQuery, parse_query
from kg.query_errors import explain, widened
from serving import ALL, BASE, TABLE, prefix_lines


def read(text: str) -> ParsedQuery:
    return parse_query(text, base_iri=BASE, max_bytes=65536, max_depth=100)


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("SELECT * WHERE { ?s ?p ", 1, 23, "ends before"),
        ("SELECT *\nWHERE {\n ?s ?p ?o . FILTER(?x >) }", 3, 24, "unexpected )"),
        ("ASK {?s ?p ?o} ASK {}", 1, 16, "unexpected ASK"),
        ("SELECT ?x WHERE { ?x ?p }", 1, 25, "unexpected }"),
        ('SELECT ?s WHERE { ?s ?p "åäö" .\n ?s ?p  ¤ }', 2, 9, "unexpected ¤"),
        ("SELECT ?s ?o WHERE {?s ?p ?o} GROUP BY ?s", 1, 41, "unbound"),
        ("SELECT ?s WHERE { ?s\n gov:owns ?o }", 2, 2, "gov: is not declared"),
    ],
)
def test_syntax_errors_are_placed_in_the_text_as_written(text: str, line: int, column: int, message: str) -> None:
    query = read(text)
    with pytest.raises(QuerySyntaxError) as caught:
        check_syntax(widened(text), BASE)
    told = explain(query, caught.value, TABLE)
    assert (told.line, abs(told.column - column) <= 1) == (line, True)
    assert message in told.message


def test_an_undeclared_house_prefix_comes_with_its_line() -> None:
    told = explain(read("ASK { ?s gov:owns ?o }"), QuerySyntaxError("", line=1, column=1), TABLE)
    assert told.hint == "add the line: PREFIX gov: <https://w3id.org/governance-kg/def/>"
    told = explain(read("ASK { ?s nobody:owns ?o }"), QuerySyntaxError("", line=1, column=1), TABLE)
    assert told.hint == "add a line: PREFIX nobody: <…>"


@pytest.mark.parametrize(
    "text",
    [
        'SELECT * { ?s gov:owns "x"^^<a:b> , "y"@sv ; a org:Organization . # end\n}',
        'SELECT (COALESCE(?a,1) AS ?x) (CONCAT("a",?b) AS ?y) (BNODE() AS ?z) {BIND(true AS ?c)FILTER(?a<?b&&!BOUND(?c))}',
    ],
)
def test_widening_changes_no_meaning(text: str) -> None:
    check_syntax(widened(ALL + text), BASE)


def test_the_word_before_the_place_that_an_engine_reports_is_looked_at_too() -> None:
    query = read("SELECT ?s { ?s ?p ?o FLITER (?o > 1) }")
    wide = widened(query.text)
    for terminal, told in (("FLITER", True), ("(", True), ("> ", False)):
        error = explain(query, QuerySyntaxError("", line=1, column=wide.index(terminal) + 1), TABLE)
        assert (error.column == 22, error.hint == "did you mean FILTER?") == (told, told), terminal


def test_the_declared_prefixes_are_read_from_the_text_where_nobody_has_read_them() -> None:
    text = prefix_lines("gov") + "ASK { ?s gov:owns ?o . FLITER (?o > 1) }"
    query = replace(read(text), prefixes={})
    error = syntax_error(query, BASE, TABLE)
    assert error is not None
    assert (error.message, error.line, error.hint) == ("unexpected FLITER", 2, "did you mean FILTER?")


def test_what_an_engine_says_in_words_is_kept() -> None:
    query = read("SELECT ?s { ?s ?p ?o FLITER (?o > 1) }")
    reported = QuerySyntaxError("The variable is unbound", line=1, column=widened(query.text).index("FLITER") + 1)
    error = explain(query, reported, TABLE)
    assert (error.message, error.column, error.hint) == ("The variable is unbound", 22, None)
