"""What is read of a query before an engine sees it."""

from __future__ import annotations

import pytest

from kg.engine.oxigraph import check_syntax
from kg.errors import QuerySyntaxError, QueryTooLarge, RefusedFeature, UpdateRefused
from kg.query import Dataset, Form, ParsedQuery, explain, parse_query, widened
from serving import ALL, BASE, TABLE


def read(text: str, *, max_bytes: int = 65536, max_depth: int = 100) -> ParsedQuery:
    return parse_query(text, base_iri=BASE, max_bytes=max_bytes, max_depth=max_depth)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("select * {}", Form.SELECT),
        ("# ASK\nBASE <http://e/> PREFIX a: <x#> prefix : <y>\nAsk {}", Form.ASK),
        ("CONSTRUCT WHERE { ?s ?p ?o }", Form.CONSTRUCT),
        ("DESCRIBE <http://e/insert>", Form.DESCRIBE),
    ],
)
def test_form(text: str, form: Form) -> None:
    assert read(text).form is form


def test_prefixes_are_resolved_against_the_base() -> None:
    assert read("BASE <http://e/d/> PREFIX a: <x#> PREFIX b: </y/> ASK {}").prefixes == {
        "a": "http://e/d/x#",
        "b": "http://e/y/",
    }


def test_dataset_of_from_clauses() -> None:
    text = "PREFIX g: <http://e/g/> SELECT * FROM g:a FROM <http://e/b> FROM NAMED <c> WHERE { ?s ?p 'FROM <x>' }"
    assert read(text).dataset == Dataset(("http://e/g/a", "http://e/b"), (f"{BASE}c",))


def test_star_and_variables_in_the_order_of_the_text() -> None:
    query = read("SELECT DISTINCT * { ?z ?b $a . ?z ?a ?c }")
    assert query.star is not None
    assert query.text[query.star] == "*"
    assert query.variables == ("z", "b", "a", "c")
    assert read("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").star is None
    assert read("SELECT ?a { { SELECT * { ?a ?b ?c } } }").star is None


def test_volatile_functions_are_noticed() -> None:
    assert read("SELECT (now() AS ?n) {}").is_volatile
    assert not read("SELECT ?now { ?now ?p 'NOW()' }").is_volatile


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICE <http://e/> { ?s ?p ?o } }",
        "SELECT * { SERVICE SILENT ?x { ?s ?p ?o } }",
        "ASK { { OPTIONAL { service silent<http://e/>{} } } }",
        "ASK { FILTER EXISTS { SERVICE <http://e/> {} } }",
        "SELECT * { { SELECT * { SERVICE <http://e/> {} } } }",
        "ASK { FILTER(?a<'x>') SERVICE <http://e/> {} FILTER(''='') }",
        "ASK { FILTER(?a <?b#>'''\n) SERVICE SILENT <http://e/> {} FILTER(\"'''\" != '') }",
        "ASK { FILTER(true <'>') SERVICE <http://e/> {} FILTER(''='') }",
        "ASK { FILTER(EXISTS { ?s ?p ?o } <'>') SERVICE <http://e/> {} FILTER(''='') }",
        "ASK { ?s <http://e/'> ?o FILTER(?a<'x>') SERVICE <http://e/> {} FILTER(''='') }",
    ],
)
def test_service_is_refused_wherever_it_hides(text: str) -> None:
    with pytest.raises(RefusedFeature, match="SERVICE"):
        read(text)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ?service { ?service a <http://e/SERVICE> ; <http://e/p> 'SERVICE <x>' } # SERVICE",
        "PREFIX service: <http://e/> SELECT * { service:SERVICE ?p service:x }",
        "SELECT * { ?s ?p 'x'@service . _:service ?p ?o }",
    ],
)
def test_the_word_service_is_no_service(text: str) -> None:
    assert read(text).form is Form.SELECT


@pytest.mark.parametrize("word", ["INSERT", "delete", "LOAD", "Clear", "DROP", "ADD", "MOVE", "COPY", "CREATE", "WITH"])
def test_updates_are_refused_by_name(word: str) -> None:
    with pytest.raises(UpdateRefused, match=word.upper()):
        read(f"PREFIX a: <http://e/> {word} DATA {{ <a:a> <a:b> <a:c> }}")


def test_size_and_nesting_are_limited() -> None:
    with pytest.raises(QueryTooLarge, match="bytes"):
        read("ASK { ?s ?p 'ååå' }", max_bytes=21)
    with pytest.raises(QueryTooLarge, match="101 brackets"):
        read("ASK" + "{" * 101 + "}" * 101)
    with pytest.raises(QueryTooLarge):
        read("ASK { FILTER(?a<" + "(" * 200 + "?b" + ")" * 200 + ">1) }")
    assert read("ASK" + "{" * 100 + "}" * 100)


@pytest.mark.parametrize(
    ("text", "line", "column"), [("", 1, 1), ("# only\n", 1, 1), ("\n  SELEC ?s {}", 2, 3), ("}", 1, 1)]
)
def test_a_text_without_a_form(text: str, line: int, column: int) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        read(text)
    assert (caught.value.line, caught.value.column) == (line, column)


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


def test_the_base_is_that_of_the_prologue() -> None:
    assert read("BASE <http://e/d/> BASE <f/> ASK { ?s ?p <g> }").base == "http://e/d/f/"
    assert read("ASK {}").base == BASE
