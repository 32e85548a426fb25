"""The unknown terms of a query, over a store: what counts as unknown, and which term was meant."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kg.engine.oxigraph import ROWS, Query, evaluate, open_store
from kg.namespaces import CODE, GOV
from kg.query import parse_query
from kg.release import Release
from kg.vocabulary import Notice, Terms, UnknownTerm, absence_query, mentions, notice
from serving import ALL, BASE, GRAPH, OTHER, TABLE, make_release, prefix_lines


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return make_release(tmp_path_factory.mktemp("vocabulary"))


def find(release: Release, text: str) -> list[str]:
    rows: Any = evaluate(open_store(release.store_path), Query(text, ROWS), BASE)
    return [term.value for (term,) in rows]


def tell(release: Release, text: str) -> Notice:
    query = parse_query(text, base_iri=BASE, max_bytes=65536, max_depth=100)
    found = mentions(query, BASE, TABLE)
    absent = find(release, absence_query(found)) if found else []
    return notice(query, found, absent, Terms(*(find(release, item) for item in Terms.queries(BASE))), TABLE)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("gov:Owns", "gov:owns"),
        ("gov:onws", "gov:owns"),
        ("gov:recepient", "gov:recipient"),
        ("gov:Fundng", "gov:Funding"),
        ("org:Organisation", "org:Organization"),
        ("gov:Organisaton", "org:Organization"),
        ("org:owns", "gov:owns"),
        ("skos:prefLable", "skos:prefLabel"),
        ("organisation:filmpol", "organisation:filmpool"),
        ("organisation:Studio", "organisation:studio"),
        (f"<{BASE}graph/peopel>", f"<{GRAPH}>"),
        ("gov:nothing", None),
        ("org:memberOf", None),
        ("organisation:kiruna", None),
    ],
)
def test_an_unknown_term_comes_with_the_one_that_was_meant(release: Release, written: str, meant: str | None) -> None:
    text = ALL + f"SELECT * {{ ?s ?p ?o . OPTIONAL {{ ?a {written} ?b }} FILTER ({written} != ?s) }}"
    told = tell(release, text)
    assert told.terms == (UnknownTerm(written, meant),)
    assert told.mended == (text.replace(written, meant) if meant else None)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?s gov:owns organisation:studio ; a org:Organization ; skos:prefLabel ?name }",
        f"SELECT * FROM <{GRAPH}> FROM NAMED <{OTHER}> {{ GRAPH <{OTHER}> {{ ?s a gov:Funding }} }}",
        "CONSTRUCT { ?s gov:mine [ a gov:Mine ; gov:of { ?x ?y ?z } ] } { ?s gov:owns ?o }".replace(
            "{ ?x ?y ?z }", "?x"
        ),
        "CONSTRUCT { ?s gov:mine ?o } WHERE { ?s gov:owns ?o }",
        'SELECT * { ?s ?p "1"^^gov:mine , "gov:mine" FILTER(?o > "x"^^xsd:nothing && xsd:integer(?o) = 1) } # gov:mine',
        "SELECT * { ?s <http://example.org/elsewhere> <urn:x:y> ; rdf:type ?c FILTER (DATATYPE(?o) = rdf:langString) }",
        "SELECT * { ?s ?p ?o }",
        "DESCRIBE organisation:region",
    ],
)
def test_what_is_there_or_is_not_asked_for_is_not_told(release: Release, text: str) -> None:
    assert tell(release, ALL + prefix_lines("xsd", "rdf") + text) == Notice()


def test_the_template_of_a_construct_ends_where_its_braces_do(release: Release) -> None:
    told = tell(release, ALL + "CONSTRUCT { ?s gov:mine ?o } WHERE { ?s gov:onws ?o }")
    assert [term.written for term in told.terms] == ["gov:onws"]
    short = tell(release, ALL + "CONSTRUCT WHERE { ?s gov:onws ?o }")
    assert [term.written for term in short.terms] == ["gov:onws"]


def test_a_house_prefix_of_another_namespace_is_noticed(release: Release) -> None:
    told = tell(release, "PREFIX gov: <https://w3id.org/governance-kg/def#> ASK { ?s gov:owns ?o }")
    assert told.terms == (UnknownTerm("gov:owns", f"<{GOV.owns}>"),)
    assert told.mended is not None
    assert told.mended.endswith(f"ASK {{ ?s <{GOV.owns}> ?o }}")


def test_a_term_of_an_undeclared_prefix_is_told_by_it_and_written_out_in_the_query(release: Release) -> None:
    told = tell(release, prefix_lines("gov") + "ASK { ?s a gov:Organization }")
    assert told.terms == (UnknownTerm("gov:Organization", "org:Organization"),)
    assert told.mended == prefix_lines("gov") + "ASK { ?s a <http://www.w3.org/ns/org#Organization> }"


def test_relative_iris_are_resolved(release: Release) -> None:
    told = tell(release, f"BASE <{BASE}id/organisation/> DESCRIBE <filmpol>")
    assert told.terms == (UnknownTerm("<filmpol>", "organisation:filmpool"),)


def test_five_terms_are_told_and_a_hundred_looked_up(release: Release) -> None:
    names = " ".join(f"gov:x{number}" for number in range(150))
    text = ALL + f"SELECT * {{ VALUES ?x {{ {names} }} }}"
    query = parse_query(text, base_iri=BASE, max_bytes=65536, max_depth=100)
    assert len({mention.iri for mention in mentions(query, BASE, TABLE)}) == 100
    assert [term.written for term in tell(release, text).terms] == [f"gov:x{number}" for number in range(5)]


def test_an_iri_that_would_end_the_look_up_is_none(release: Release) -> None:
    assert tell(release, r"ASK { ?s ?p <https://w3id.org/governance-kg/def/\u003e\u007d\u0020ASK\u007b> }") == Notice()


def test_terms_in_words() -> None:
    assert str(UnknownTerm("gov:onws", "gov:owns")) == "gov:onws is not in this release; did you mean gov:owns?"
    assert str(UnknownTerm("gov:xyz", None)) == "gov:xyz is not in this release"


def test_of_too_many_things_none_is_offered() -> None:
    things = [f"{BASE}id/organisation/o{number}" for number in range(199_999)]
    things.append(f"{BASE}id/organisation/filmpool")
    vocabulary = [f"{CODE}role/chair"]
    assert Terms(vocabulary, things[1:]).nearest(f"{BASE}id/organisation/filmpol") == things[-1]
    assert Terms(vocabulary, things).nearest(f"{BASE}id/organisation/filmpol") is None
    assert Terms(vocabulary, things).nearest(f"{CODE}role/chiar") == f"{CODE}role/chair"


def test_a_class_is_meant_by_a_class_and_a_property_by_a_property() -> None:
    terms = Terms([f"{CODE}unit/organisation", "http://one.example/Organization"])
    assert terms.nearest(GOV.Organisaton) == "http://one.example/Organization"
    assert terms.nearest(GOV.organisaton) == f"{CODE}unit/organisation"


def test_a_name_that_several_namespaces_have_is_nobodys() -> None:
    terms = Terms(["http://one.example/Body", "http://two.example/Body", "http://one.example/body", GOV.seat])
    assert terms.nearest(GOV.Body) is None
    assert terms.nearest(GOV.body) == "http://one.example/body"
    assert terms.nearest(GOV.Seat) == GOV.seat


def test_the_release_of_the_house_has_all_that_its_saved_queries_name(tmp_path: Path) -> None:
    release = make_release(tmp_path / "saved")
    for query in release.queries:
        assert tell(release, query.text) == Notice(), query.name
