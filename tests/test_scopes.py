"""What a group may be given from outside; that the answers are right is in `test_column_queries`."""

import pytest

from kg.shapes.patterns import Group
from kg.shapes.query_reader import read_ask
from kg.shapes.scopes import is_seedable, reaches_out


def group(body: str) -> Group:
    return read_ask(f"PREFIX : <https://example.org/> ASK {{ {body} }}", {})


@pytest.mark.parametrize(
    "body",
    [
        "?a :p ?out",
        "?a :p ?out FILTER (?out > 1)",
        "FILTER (?out > 1) ?a :p ?out",
        "?a :p ?b FILTER (?b > 1)",
        "?a :p ?out BIND (?out + 1 AS ?b)",
        "{ ?a :p ?out } UNION { ?a :q ?out } FILTER (?out > 1)",
        "VALUES ?out { :a } FILTER (?out = :a)",
        "{ SELECT ?out { ?out :p ?b } }",
        "?a :p ?out FILTER EXISTS { ?out :q ?b }",
    ],
)
def test_a_group_may_be_given_what_it_binds_itself(body: str) -> None:
    assert is_seedable(group(body), {"out"})


@pytest.mark.parametrize(
    "body",
    [
        "?a :p ?b FILTER (?out > 1)",
        "?a :p ?b BIND (?out + 1 AS ?c)",
        "BIND (?out + 1 AS ?c) ?a :p ?out",
        "?a :p ?b BIND (?b + 1 AS ?out)",
        "?a :p ?b BIND (EXISTS { ?b :q ?c } AS ?d)",
        "?a :p ?b OPTIONAL { ?b :q ?c }",
        "{ ?a :p ?out } UNION { ?a :q ?b } FILTER (?out > 1)",
        "{ ?a :p ?b FILTER (?out > 1) } UNION { ?a :q ?out }",
        "?a :p ?b FILTER EXISTS { ?out :q ?b }",
        "{ SELECT ?out { ?out :p ?b } } FILTER (?out = :a)",
    ],
)
def test_a_group_that_looks_at_what_it_may_not_bind_is_evaluated_by_itself(body: str) -> None:
    assert not is_seedable(group(body), {"out"})
    assert is_seedable(group(body), set()) == ("OPTIONAL" not in body and "BIND (EXISTS" not in body)


@pytest.mark.parametrize(
    ("body", "reaches"),
    [
        ("?a :p ?b OPTIONAL { ?b :q ?out }", True),
        ("?a :p ?out OPTIONAL { ?a :q ?out }", False),
        ("?a :p ?b OPTIONAL { ?b :q ?c }", False),
        ("VALUES ?out { :a } OPTIONAL { ?b :q ?out }", False),
        ("{ ?a :p ?out } UNION { ?a :q ?out } OPTIONAL { ?b :q ?out }", False),
        ("{ ?a :p ?out } UNION { ?a :q ?b } OPTIONAL { ?b :q ?out }", True),
        ("?a :p ?b OPTIONAL { ?b :q ?c FILTER (?out > 1) }", True),
        ("?a :p ?out", False),
    ],
)
def test_an_optional_that_reaches_past_its_group_is_not_well_designed(body: str, reaches: bool) -> None:
    assert reaches_out(group(body), {"out"}) == reaches
