"""What a group sees of the solutions around it, over generated groups in groups: in columns as in Oxigraph."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from pyoxigraph import QuerySolutions, RdfFormat, Store
from rdflib import Graph

from generated_groups import HEAD, TURTLE, GroupWriter
from kg.columns.encode import encode_store
from kg.shapes.column_queries import ColumnQueries
from kg.shapes.evaluate import evaluate
from kg.shapes.patterns import Group, NotCompiled
from kg.shapes.query_reader import read_ask, read_select
from kg.shapes.scopes import is_seedable, reaches_out
from kg.shapes.tables import UNBOUND

QUERIES, COMPILED = 6000, 3000
RULES, ASKED = 500, 300
FOCUS = (":a", ":b", ":c", ":d", ":q", ":nobody", '"five"', '"x"@en', "1")
SHAPES = """@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix : <https://example.org/> .
:prefixes sh:declare [ sh:prefix "" ; sh:namespace "https://example.org/" ] .
:S a sh:PropertyShape ; sh:path :none ; sh:targetNode {focus} ; sh:sparql [ sh:prefixes :prefixes ; sh:select '''{select}''' ] ."""


@pytest.fixture(scope="module")
def store() -> Store:
    made = Store()
    made.load(TURTLE, RdfFormat.TURTLE)
    return made


def answer(store: Store, text: str) -> Counter[tuple[str | None, ...]] | None:
    """What Oxigraph answers; None if a variable is bound twice, which is no SPARQL."""
    try:
        result = store.query(HEAD + text)
    except SyntaxError:
        return None
    assert isinstance(result, QuerySolutions)
    return Counter(tuple(None if term is None else str(term) for term in row) for row in result)


def test_generated_groups(store: Store) -> None:
    queries, compiled = ColumnQueries(encode_store(store)), 0
    for number in range(QUERIES):
        body = GroupWriter(number).group()
        names = sorted(set(re.findall(r"\?\w+", body))) or ["?x"]
        wanted = answer(store, f"SELECT {' '.join(names)} {body}")
        if wanted is None:
            continue
        try:
            table = queries.select(read_select(f"{HEAD}SELECT {' '.join(names)} {body}", {}))
        except NotCompiled:
            continue
        columns = [
            [None if n == UNBOUND else queries.texts[n] for n in table.columns[name[1:]].tolist()] for name in names
        ]
        assert Counter(zip(*columns, strict=True)) == wanted, f"{number}: {body}"
        compiled += 1
    assert compiled >= COMPILED


@pytest.mark.parametrize("in_columns", [True, False])
def test_generated_rules(store: Store, in_columns: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """All focus nodes at once, in columns or in a store, find what each alone finds, written where `$this` stands."""

    def refuse(*_: object) -> None:
        raise NotCompiled("to see what the store says")

    if not in_columns:
        monkeypatch.setattr("kg.shapes.sparql.read_select", refuse)
    data, asked = encode_store(store), 0
    for number in range(RULES):
        body = GroupWriter(number, this=True).group()
        name = (re.findall(r"\?\w+", body) or ["?x"])[-1]
        alone = re.sub(r"(SELECT (?:DISTINCT )?|GROUP BY )\$this ", r"\1", f"SELECT ({name} AS ?value) {body}")
        answers = {focus: answer(store, alone.replace("$this", focus)) for focus in FOCUS}
        if "$this" not in body or None in answers.values():
            continue
        shapes = SHAPES.format(focus=" , ".join(FOCUS), select=f"SELECT $this ({name} AS ?value) {body}")
        wanted = {focus: found.total() for focus, found in answers.items() if found}
        report = evaluate(data, Graph().parse(data=shapes, format="turtle"))
        focus_of = {result.focus.n3().replace("<https://example.org/", ":").strip(">") for result in report.results}
        assert len(report.results) == sum(wanted.values()), f"{number}: {body}"
        assert len(focus_of) == len(wanted), f"{number}: {body}"
        asked += 1
    assert asked >= ASKED


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
