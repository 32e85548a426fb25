"""The structure of queries as it is read; that the answers are right is in `test_column_queries`."""

from __future__ import annotations

import pytest
from rdflib import URIRef

from kg.shapes.paths import Predicate
from kg.shapes.patterns import (
    Bind,
    Expression,
    Filter,
    Group,
    NotCompiled,
    Optional,
    Select,
    Term,
    Triple,
    Union,
    Values,
)
from kg.shapes.query_reader import read_ask, read_select

PREFIXES = {"": "urn:"}
TRIPLE = Triple(Term("x", True), Predicate(URIRef("urn:p")), Term("y", True))
OTHER = Triple(Term("y", True), Predicate(URIRef("urn:q")), Term("z", True))


def group(body: str) -> Group:
    return read_ask(f"ASK {{ {body} }}", PREFIXES)


def expression(text: str, *variables: str, exists: tuple[tuple[str, Group], ...] = ()) -> Expression:
    return Expression(text, frozenset(variables), exists, PREFIXES)


def test_the_elements_of_a_group_in_their_order() -> None:
    assert group(
        "?x :p ?y . OPTIONAL { ?y :q ?z } { ?x :p ?y } UNION { ?y :q ?z } VALUES ?x { :a } BIND (?y + 1 AS ?n)"
    ).elements == (
        TRIPLE,
        Optional(Group((OTHER,))),
        Union((Group((TRIPLE,)), Group((OTHER,)))),
        Values(("x",), (("<urn:a>",),)),
        Bind(expression("?y + 1", "y"), "n"),
    )


@pytest.mark.parametrize(
    ("text", "conditions"),
    [
        ("(?x = ?y || ?x > 1)", [("(?x = ?y || ?x > 1)", {"x", "y"})]),
        ("(?x = 1 && (?y > 2 || ?z))", [("(?x = 1)", {"x"}), ("((?y > 2 || ?z))", {"y", "z"})]),
        ("REGEX(?x, 'a)')", [("REGEX(?x, 'a)')", {"x"})]),
    ],
)
def test_each_part_of_a_conjunction_is_a_filter(text: str, conditions: list[tuple[str, set[str]]]) -> None:
    assert group(f"FILTER {text}").elements == tuple(Filter(expression(part, *names)) for part, names in conditions)


def test_exists_becomes_a_variable() -> None:
    inner = Group((TRIPLE,))
    assert group("FILTER EXISTS { ?x :p ?y }").elements == (
        Filter(expression("?kgExists0", exists=(("kgExists0", inner),))),
    )
    assert group("FILTER (?z || NOT EXISTS { ?x :p ?y })").elements == (
        Filter(expression("(?z || (!?kgExists0))", "z", exists=(("kgExists0", inner),))),
    )


def test_what_a_select_returns_computes_and_groups_by() -> None:
    text = (
        "PREFIX e: <urn:e/> SELECT DISTINCT ?x (COUNT(?y) AS ?n) (SUM(?z) AS ?s) WHERE { ?x :p ?y . ?y :q ?z } "
        "GROUP BY ?x HAVING (COUNT(?y) > 1) ORDER BY ?n"
    )
    found = read_select(text, PREFIXES)
    assert (found.names, found.is_distinct, found.is_aggregated) == (("x", "n", "s"), True, True)
    assert found.binds == (
        Bind(Expression("COUNT(?y)", frozenset("y"), (), found.prefixes), "n"),
        Bind(Expression("SUM(?z)", frozenset("z"), (), found.prefixes), "s"),
    )
    assert found.clause == "?x (COUNT(?y) AS ?n) (SUM(?z) AS ?s) "
    assert found.aggregation == "GROUP BY ?x HAVING (COUNT(?y) > 1)"
    assert (found.inputs, found.counted, found.keys) == ({"x", "y", "z"}, {"x", "y"}, ("x",))
    assert found.prefixes == {"": "urn:", "e": "urn:e/"}


def test_a_query_in_a_group() -> None:
    [union] = group("{ SELECT ?x { ?x :p ?y } }").elements
    assert isinstance(union, Union)
    [select] = union.groups[0].elements
    assert isinstance(select, Select)
    assert (select.names, select.group, select.is_aggregated) == (("x",), Group((TRIPLE,)), False)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("SELECT * { ?x :p ?y }", r"SELECT \*"),
        ("SELECT ?x { ?x :p ?y } LIMIT 1", "LIMIT"),
        ("SELECT ?x { ?x :p ?y } VALUES ?x { :a }", "VALUES"),
        ("SELECT ?x { ?x :p ?y } }", "what follows the query: }"),
        ("SELECT ?x { GRAPH ?g { ?x :p ?y } }", "GRAPH"),
        ("SELECT ?x { ?x :p ?y MINUS { ?y :q ?z } }", "MINUS"),
        ("SELECT ?x { ?x :p ?y FILTER (RAND() > ?y) }", "RAND"),
        ("SELECT ?x { ?x :p ?y", "an end that is not expected"),
        ("ASK { ?x :p ?y }", "no SELECT"),
    ],
)
def test_what_is_not_read_is_said(text: str, reason: str) -> None:
    with pytest.raises(NotCompiled, match=reason):
        read_select(text, PREFIXES)


@pytest.mark.parametrize(("text", "reason"), [("SELECT ?x { ?x :p ?y }", "no ASK"), ("ASK { } ASK", "what follows")])
def test_what_is_no_ask_is_said(text: str, reason: str) -> None:
    with pytest.raises(NotCompiled, match=reason):
        read_ask(text, PREFIXES)
