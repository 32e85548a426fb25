"""What is read of a query before an engine sees it."""

from __future__ import annotations

import pytest

from kg.errors import QuerySyntaxError, QueryTooLarge, RefusedFeature, UpdateRefused
from kg.query import Dataset, Form, ParsedQuery, parse_query
from serving import BASE


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


def test_an_escape_of_no_character_is_none() -> None:
    assert read(r"ASK FROM <http://e/\u00e5\UFFFFFFFF> {}").dataset.default == ("http://e/å\\UFFFFFFFF",)


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
    "text",
    [
        "ASK { FILTER(" + "!" * 16_000 + "true) }",
        "ASK { FILTER(1" + "+1" * 16_000 + ") }",
        "ASK { FILTER(1" + " -1" * 16_000 + ") }",
        "ASK { FILTER(?a" + "||?a" * 16_000 + ") }",
        "ASK { FILTER(?a<" + "!" * 16_000 + "?b>0) }",
        "ASK { FILTER(?a <'x>') FILTER(" + "!" * 16_000 + "true) }",
        "ASK {" + "MINUS{}" * 9_000 + "}",
        "ASK {" + "".join(f"BIND(1 AS ?v{n})" for n in range(3_000)) + "}",
        "ASK { ?s <u:p>" + "|<u:p>" * 9_000 + " ?o }",
    ],
)
def test_what_is_deep_without_brackets_is_limited_too(text: str) -> None:
    with pytest.raises(QueryTooLarge, match="groups, filters and operators; 2000 are accepted"):
        read(text)


def test_many_values_are_not_deep() -> None:
    numbers = " ".join(str(-number) for number in range(5_000))
    iris = " ".join(f"(<https://example.org/id/organisation/a-b-{number}>)" for number in range(1_000))
    listed = numbers.replace(" ", ", ")
    assert read(
        f"ASK {{ VALUES ?a {{ {numbers} }} VALUES (?b) {{ {iris} }} FILTER(?a IN ({listed})) }}", max_bytes=1 << 20
    )


@pytest.mark.parametrize(
    ("text", "line", "column"), [("", 1, 1), ("# only\n", 1, 1), ("\n  SELEC ?s {}", 2, 3), ("}", 1, 1)]
)
def test_a_text_without_a_form(text: str, line: int, column: int) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        read(text)
    assert (caught.value.line, caught.value.column) == (line, column)


def test_the_base_is_that_of_the_prologue() -> None:
    assert read("BASE <http://e/d/> BASE <f/> ASK { ?s ?p <g> }").base == "http://e/d/f/"
    assert read("ASK {}").base == BASE
