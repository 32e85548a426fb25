"""Queries that group: over columns, where groups that are alike are asked about once, and in Oxigraph."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, QuerySolutions, Store

from kg.columns.encode import encode_store
from kg.shapes.column_queries import ColumnQueries
from kg.shapes.query_reader import read_select
from kg.shapes.tables import UNBOUND

EX = "https://example.org/"
QUERIES = [
    "SELECT ?s (COUNT(DISTINCT ?o) AS ?n) { ?s <p> ?o } GROUP BY ?s HAVING (COUNT(DISTINCT ?o) != 1)",
    "SELECT (COUNT(DISTINCT ?o) AS ?n) ?s { ?s <p> ?o OPTIONAL { ?s <q> ?x } } GROUP BY ?s ?x",
    "SELECT ?s ?p (COUNT(?o) AS ?n) (COUNT(DISTINCT ?o) AS ?m) { ?s ?p ?o } GROUP BY ?s ?p",
    "SELECT ?s (COUNT(?x) AS ?n) { ?s <p> ?o OPTIONAL { ?s <q> ?x } } GROUP BY ?s",
    "SELECT ?s (SUM(?o) AS ?n) { ?s <q> ?o } GROUP BY ?s HAVING (SUM(?o) > 3)",
    "SELECT ?s ?least (SUM(?o) AS ?n) { ?s <q> ?o ; <r> ?least } GROUP BY ?s ?least HAVING (SUM(?o) < ?least)",
    "SELECT ?s (MIN(?o) AS ?n) (MAX(?o) AS ?m) { ?s <q> ?o } GROUP BY ?s",
    "SELECT (COUNT(?s) AS ?n) { ?s <p> ?o } GROUP BY ?o",
    "SELECT (COUNT(*) AS ?n) { ?s <p> ?o }",
    "SELECT ?s ?o { ?s <p> ?o } GROUP BY ?s ?o",
]
seen = 0

things = st.integers(0, 3).map(lambda number: NamedNode(f"{EX}{number}"))
numbers = st.integers(0, 4).map(Literal)
triples = st.one_of(
    st.tuples(things, st.just(NamedNode(f"{EX}p")), things),
    st.tuples(things, st.sampled_from([NamedNode(f"{EX}q"), NamedNode(f"{EX}r")]), numbers),
)


@pytest.mark.parametrize("query", QUERIES, ids=range(len(QUERIES)))
@settings(max_examples=60, deadline=None)
@given(facts=st.lists(triples, max_size=16))
def test_the_answers_are_those_of_oxigraph(
    query: str, facts: list[tuple[NamedNode, NamedNode, NamedNode | Literal]]
) -> None:
    global seen  # noqa: PLW0603 - counted over all examples
    for name in "pqr":
        query = query.replace(f"<{name}>", f"<{EX}{name}>")
    store = Store()
    store.extend(Quad(*fact) for fact in facts)
    expected = store.query(query)
    assert isinstance(expected, QuerySolutions)
    names = [variable.value for variable in expected.variables]
    columns = encode_store(store)
    table = ColumnQueries(columns).select(read_select(query, {}))
    found = zip(*(table.columns[name].tolist() for name in names), strict=True)
    texts = columns.terms.texts
    rows = sorted(tuple("" if number == UNBOUND else texts[number] for number in row) for row in found)
    assert rows == sorted(tuple(str(term) if term is not None else "" for term in row) for row in expected)
    seen += len(rows)


def test_there_were_answers() -> None:
    assert seen > 500
