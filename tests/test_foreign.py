"""What only one engine has is refused before a query leaves for an engine elsewhere."""

from __future__ import annotations

import pytest

from kg.engine.foreign import refuse_foreign
from kg.errors import QuerySyntaxError, RefusedFeature
from kg.namespaces import prefixes
from kg.plain_query import read_plain
from kg.query import ParsedQuery, parse_query
from kg.release import Release

BASE = "https://example.org/kg/small/"
HOUSE = prefixes(BASE)


def parsed(text: str) -> ParsedQuery:
    plain = read_plain(text, base_iri=BASE, max_bytes=100_000, max_depth=100)
    return plain or parse_query(text, base_iri=BASE, max_bytes=100_000, max_depth=100)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT (<bif:upper>('x') AS ?x) {}",
        "PREFIX b: <bif:> SELECT (b:upper('x') AS ?x) {}",
        "PREFIX b: <BIF:> SELECT (b:upper('x') AS ?x) {}",
        "PREFIX s: <sql:> SELECT ?x { ?x s:thing 1 }",
        "BASE <sql:x> SELECT ?x { ?x a <sql:y> }",
        "SELECT (<LONG::SPARQL_EVAL>('ASK {}') AS ?x) {}",
        r"SELECT (<\u0062if:upper>('x') AS ?x) {}",
        "SELECT (<http://www.w3.org/2005/xpath-functions/#document>('http://127.0.0.1:9/') AS ?x) {}",
        "PREFIX x: <http://www.w3.org/2005/xpath-functions/#> ASK { FILTER x:document (?x) }",
        "PREFIX e: <http://e/> SELECT (e:median(DISTINCT ?x) AS ?m) { ?x ?y ?z }",
        "SELECT (<http://www.w3.org/2001/XMLSchema#x::y>(1) AS ?x) {}",
    ],
)
def test_functions_of_one_engine_are_refused(text: str) -> None:
    with pytest.raises(RefusedFeature, match="line 1, column"):
        refuse_foreign(parsed(text), HOUSE)


@pytest.mark.parametrize(
    "text", ["SELECT (bif:upper('x') AS ?x) {}", "SELECT ?x { ?x a foaf:Person }", "ASK { ?s :p 1 }"]
)
def test_prefixes_that_are_not_declared_are_refused(text: str) -> None:
    with pytest.raises(QuerySyntaxError, match="is not declared"):
        refuse_foreign(parsed(text), HOUSE)


@pytest.mark.parametrize(
    ("text", "word", "hint"),
    [
        ("ASK { ?s ?p ?o OPTION (TABLE_OPTION 'loop') }", "OPTION", None),
        ("SELECT * { QUAD MAP <x> { ?s ?p ?o } }", "QUAD", None),
        ("ASK { FILTR (1) }", "FILTR", "FILTER"),
    ],
)
def test_words_that_sparql_does_not_have_are_refused(text: str, word: str, hint: str | None) -> None:
    with pytest.raises(QuerySyntaxError, match=f"unexpected {word}") as found:
        refuse_foreign(parsed(text), HOUSE)
    assert (found.value.line, found.value.column) == (1, text.index(word) + 1)
    assert (hint or "") in (found.value.hint or "")


@pytest.mark.parametrize(
    "text",
    [
        r"SELECT * { \u0053ERVICE <http://e/> { ?s ?p ?o } }",
        "SELECT * { ?s ?p 1 #\\u000A SERVICE <http://e/> { ?a ?b ?c }\n}",
        r"SELECT * { ?s ?p '\u0027 . SERVICE <http://e/> { ?a ?b \u0027' }",
        r'ASK { ?s ?p "\\\u0022 . SERVICE <http://e/> { } #" }',
        "ASK {} # \\U0000000A DROP ALL",
        r"SELECT ?s FRO\u004D <http://e/> { ?s ?p ?o }",
    ],
)
def test_escapes_that_may_be_read_as_code_are_refused(text: str) -> None:
    """By the letter of §19.2 each of these has SERVICE, FROM or an update in it, or a string that goes on."""
    with pytest.raises(RefusedFeature, match="escape"):
        refuse_foreign(parsed(text), HOUSE)


def test_a_call_that_passes_for_an_iri_is_refused() -> None:
    with pytest.raises(RefusedFeature, match="comparison"):
        refuse_foreign(parsed("PREFIX d: <http://e/> ASK { ?x ?p ?y FILTER(?x<d:f(?y)&&?y>3) }"), HOUSE)


@pytest.mark.parametrize(
    "text",
    [
        r"ASK { ?s <http://e/\u00e5> 'a\u0041\u00e5', '\\u0041', '\UFFFFFFFF' }",
        "PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> ASK { FILTER(xsd:integer('1') = 1) }",
        "ASK { ?s ?p <http://e/of_(it)> FILTER(?s != <http://e/of_(it)>) }",
        "ASK { _:a <p> 'bif:upper' }  # bif:x",
        "PREFIX : <http://e/> SELECT ?x { ?x :a/:b [ :c 1 ] }",
        "PREFIX a: <http://e/sql:> ASK { ?s a:bif:x <http://e/bif:y> }",
        'ASK { ?s ?p "x"^^<http://e/t>, "y"@sv-SE, 1.5e3, true FILTER(?s<?p&&?p>?s) }',
    ],
)
def test_what_sparql_has_passes(text: str) -> None:
    refuse_foreign(parsed(text), HOUSE)


def test_every_saved_query_passes(norrbotten_release: Release) -> None:
    for query in norrbotten_release.queries:
        refuse_foreign(parsed(query.text), prefixes(norrbotten_release.manifest.base_iri))
    assert len(norrbotten_release.queries) > 50
