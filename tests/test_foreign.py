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
    "text",
    [
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
