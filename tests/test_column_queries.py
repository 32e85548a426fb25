"""Queries over columns and the same queries over Oxigraph: what columns can follow, they answer alike."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress

import pytest
from pyoxigraph import QuerySolutions, RdfFormat, Store

from generated_queries import HEAD, MORE_DATA, generated_query
from kg.columns.encode import encode_store
from kg.shapes.column_queries import ColumnQueries
from kg.shapes.patterns import NotCompiled
from kg.shapes.query_reader import read_select
from kg.shapes.tables import UNBOUND
from serving import DATA, TABLE

QUERIES = 3000
COMPILED = 900


@pytest.fixture(scope="module")
def store() -> Store:
    made = Store()
    prefixes = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in TABLE.items())
    made.load(prefixes + "".join(DATA.values()) + MORE_DATA, RdfFormat.TURTLE)
    return made


def expected(store: Store, text: str) -> Counter[tuple[str | None, ...]]:
    result = store.query(text)
    assert isinstance(result, QuerySolutions)
    return Counter(tuple(None if term is None else str(term) for term in row) for row in result)


def found(queries: ColumnQueries, text: str) -> Counter[tuple[str | None, ...]]:
    select = read_select(text, {})
    table = queries.select(select)
    texts = queries.texts
    columns = [
        [None if number == UNBOUND else texts[number] for number in table.columns[name].tolist()]
        for name in select.names
    ]
    return Counter(zip(*columns, strict=True))


def test_generated_queries(store: Store) -> None:
    queries, compiled, solutions = ColumnQueries(encode_store(store)), 0, 0
    for number in range(QUERIES):
        text = generated_query(number)
        try:
            answer = found(queries, text)
        except NotCompiled:
            continue
        wanted = expected(store, text)
        assert answer == wanted, f"{number}: {text}"
        compiled, solutions = compiled + 1, solutions + wanted.total()
    assert compiled >= COMPILED
    assert solutions > 5 * compiled


def query_of(body: str) -> str:
    """The query for all variables of a pattern."""
    names = " ".join(
        dict.fromkeys(word for word in body.replace(")", " ").split() if word[0] == "?" and word[1:].isalpha())
    )
    return f"{HEAD}SELECT {names} {{ {body} }}"


@pytest.mark.parametrize(
    "body",
    [
        "?x gov:owns ?y OPTIONAL { ?y skos:prefLabel ?l FILTER (LANG(?l) = LANG(?m)) } ?x skos:prefLabel ?m",
        "?x skos:prefLabel ?m . ?x gov:owns ?y OPTIONAL { ?y skos:prefLabel ?l FILTER (LANG(?l) = LANG(?m)) }",
        "?x skos:prefLabel ?m { ?y skos:prefLabel ?l FILTER (LANG(?l) = LANG(?m)) }",
        "?x skos:prefLabel ?m { ?y skos:prefLabel ?l BIND (STR(?m) AS ?t) }",
        "?x gov:owns ?x",
        "?x gov:owns ?y OPTIONAL { ?y gov:owns ?z } FILTER EXISTS { ?y gov:owns ?x }",
        "?x gov:owns ?y BIND (?y AS ?z) FILTER NOT EXISTS { ?z gov:owns ?x }",
        "?x gov:owns ?y FILTER (?x = ?y)",
        "?x gov:owns ?y FILTER NOT EXISTS { ?y gov:owns ?x FILTER (?x != ?y) }",
        "?x gov:owns|gov:recipient ?y",
        "?x a org:Organization . ?x gov:owns+ ?x . ?x gov:owns* ?y",
        "?x ?p ?y . ?y ?p ?z",
        "?s ?p 'Film'@sv",
        "{ SELECT ?x (COUNT(?y) AS ?n) { ?x gov:owns ?y } GROUP BY ?x HAVING (COUNT(?y) > 1) } ?x skos:prefLabel ?l",
        "?r gov:amount ?a BIND (?a * 2 AS ?b) FILTER (?b > 10)",
        "?x a org:Organization FILTER (EXISTS { ?x gov:owns ?y } || EXISTS { ?x skos:note '' })",
    ],
)
def test_what_is_easily_got_wrong(store: Store, body: str) -> None:
    text = query_of(body)
    assert found(ColumnQueries(encode_store(store)), text) == expected(store, text)


@pytest.mark.parametrize(
    "body",
    [
        "?x skos:prefLabel ?l OPTIONAL { ?x gov:owns ?y BIND (?l AS ?t) }",
        "?x skos:prefLabel ?l OPTIONAL { ?x gov:owns ?y BIND (EXISTS { ?x skos:note ?l } AS ?t) }",
        "?x gov:owns ?y FILTER EXISTS { { ?a skos:note ?n FILTER (?x = ?a) } }",
        "?x gov:owns ?y FILTER EXISTS { ?y skos:prefLabel ?l { ?a skos:note ?n FILTER (?x = ?a) } }",
        "?x gov:owns ?y FILTER NOT EXISTS { ?a gov:owns ?b { ?a skos:note ?n FILTER (?y = ?a) } UNION { ?b gov:owns ?x } }",
        "?x gov:owns ?y FILTER EXISTS { SELECT ?y { ?y gov:owns ?x } }",
        "?x gov:owns ?y FILTER NOT EXISTS { { SELECT ?y { OPTIONAL { ?z skos:note ?y } ?y gov:owns ?n } } }",
        "?x gov:owns ?y FILTER NOT EXISTS { { SELECT ?n { ?n gov:owns ?m FILTER (?n = ?y) } } }",
        "?x gov:owns ?y FILTER EXISTS { { SELECT ?y (COUNT(?n) AS ?k) { ?y gov:owns ?n } GROUP BY ?y } FILTER (?k > 1) }",
        "?x gov:owns ?y OPTIONAL { ?y gov:owns ?z } FILTER EXISTS { ?z gov:owns ?x }",
        "?x gov:owns ?y OPTIONAL { OPTIONAL { ?n skos:note ?y } ?z gov:owns ?y }",
        "?p ?p ?o",
        "?s ?p ?p",
        "?s ?p ?s",
        "?x skos:note 'a\tb'",
        "VALUES ?x { gov:nobody organisation:a } ?x gov:owns* ?y",
        "VALUES ?x { gov:nobody organisation:a } { ?x gov:owns? ?y }",
        "BIND (gov:nobody AS ?x) ?x gov:owns* ?y",
    ],
)
def test_what_is_answered_rightly_or_left(store: Store, body: str) -> None:
    """Columns answer as Oxigraph does, or say that they cannot follow."""
    wanted = expected(store, query_of(body))
    with suppress(NotCompiled):
        assert found(ColumnQueries(encode_store(store)), query_of(body)) == wanted


@pytest.mark.parametrize(
    "select",
    [
        "SELECT ?x (COUNT(?v + 1) AS ?n) { ?x gov:purpose ?v } GROUP BY ?x",
        "SELECT ?x (COUNT(DISTINCT ?v > 3) AS ?n) { ?x gov:amount ?v } GROUP BY ?x",
        "SELECT ?x (COUNT(DISTINCT *) AS ?n) { ?x gov:owns ?v } GROUP BY ?x",
        "SELECT ?x (COUNT(*) AS ?n) { ?x gov:owns ?v } GROUP BY ?x HAVING (EXISTS { ?x skos:note ?z })",
        "SELECT ?x (IF(EXISTS { ?x skos:note ?z }, COUNT(*), 0) AS ?n) { ?x gov:owns ?v } GROUP BY ?x",
        "SELECT ?z (COUNT(?y) AS ?n) { ?x gov:owns ?y OPTIONAL { ?y skos:note ?z } } GROUP BY ?z",
        "SELECT ?x { ?x gov:owns ?y { SELECT DISTINCT ?y { ?y gov:owns ?x } } }",
    ],
)
def test_what_is_easily_got_wrong_beside_patterns(store: Store, select: str) -> None:
    """Columns answer as Oxigraph does, or say that they cannot follow."""
    wanted = expected(store, HEAD + select)
    assert wanted
    with suppress(NotCompiled):
        assert found(ColumnQueries(encode_store(store)), HEAD + select) == wanted


def test_each_way_to_a_value_is_a_solution() -> None:
    """SPARQL 1.1 §18.4: a sequence is a join, in an alternative too; Oxigraph gives one solution of two ways."""
    store = Store()
    store.load(
        "<urn:a> <urn:p> <urn:b>, <urn:c> . <urn:b> <urn:q> <urn:d> . <urn:c> <urn:q> <urn:d> .", RdfFormat.TURTLE
    )
    for path, ends in (
        ("<urn:a> (<urn:p>/<urn:q>)|<urn:r> ?x", {("<urn:d>",): 2}),
        ("?x (<urn:p>/<urn:q>)|<urn:r> <urn:d>", {("<urn:a>",): 2}),
        ("?x <urn:r>|^(<urn:p>/<urn:q>) <urn:a>", {("<urn:d>",): 2}),
        ("?x (<urn:p>/<urn:q>)|<urn:r> ?y", {("<urn:a>",): 2}),
    ):
        assert found(ColumnQueries(encode_store(store)), f"SELECT ?x {{ {path} }}") == ends


@pytest.mark.parametrize(
    "body",
    [
        "?x <urn:p> ?l . ?y <urn:p> ?m FILTER (STR(?x) < STR(?y))",
        "?x <urn:p> ?l . ?y <urn:p> ?m FILTER (STR(?x) > STR(?y))",
        '?x ?p ?o FILTER (REGEX(?o, "a|b"))',
        '?x ?p ?o FILTER (REGEX(?x, "a"))',
        '?x ?p ?o FILTER (REGEX(?o, "A", "i"))',
        '?x ?p ?o FILTER (REGEX(STR(?o), "a"))',
    ],
)
def test_conditions_that_identifiers_or_kinds_answer(body: str) -> None:
    """One IRI is the beginning of another; texts are plain, in a language and of a datatype; an object is an IRI."""
    store = Store()
    store.load(
        '<urn:a> <urn:p> "a", "b"@en, <urn:a> . <urn:a-1> <urn:p> 1 . <urn:a/b> <urn:p> true . <urn:aB> <urn:p> "a"^^<urn:d> .',
        RdfFormat.TURTLE,
    )
    names = " ".join(name for name in ("?x", "?y", "?o", "?l", "?m") if name in body)
    text = f"SELECT {names} {{ {body} }}"
    wanted = expected(store, text)
    assert found(ColumnQueries(encode_store(store)), text) == wanted
    assert wanted or "REGEX(?x" in body


@pytest.mark.parametrize(
    "part", ["GRAPH ?g { ?s ?p ?o }", "MINUS { ?s ?p 1 }", "VALUES ?s { 1 }", "FILTER (?o = RAND())", "?s !(gov:a) ?t"]
)
def test_what_columns_cannot_follow_is_said(part: str) -> None:
    with pytest.raises(NotCompiled):
        read_select(f"{HEAD}SELECT ?s {{ ?s ?p ?o . {part} }}", {})
