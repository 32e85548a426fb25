"""The embedded engine over a release's store."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kg.engine.oxigraph import ROWS, Query, encode, evaluate, open_store
from kg.errors import IntegrityError, QuerySyntaxError, RefusedFeature, RequestError, UnknownGraph
from kg.query import parse_query
from kg.release import Release
from serving import ALL, BASE, GRAPH, OTHER, TABLE, make_release


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return make_release(tmp_path_factory.mktemp("oxigraph"), extra=2500)


def answer(release: Release, text: str, format: str = "json", **more: Any) -> bytes:
    parsed = parse_query(text, base_iri=BASE, max_bytes=65536, max_depth=100)
    graphs = (*parsed.dataset.default, *parsed.dataset.named)
    query = Query(text, format, graphs=graphs, star=parsed.star, variables=parsed.variables, **more)
    pieces: list[bytes] = []
    encode(evaluate(open_store(release.store_path), query, BASE), query, pieces.append, TABLE)
    return b"".join(pieces)


def count(release: Release, text: str, **more: Any) -> int:
    return int(json.loads(answer(release, text, **more))["results"]["bindings"][0]["n"]["value"])


COUNT = "SELECT (COUNT(*) AS ?n) {} WHERE {{ {} }}"


def test_the_default_graph_is_the_union_and_named_graphs_are_themselves(release: Release) -> None:
    triples = release.manifest.counts["triples"]
    assert count(release, COUNT.format("", "?s ?p ?o")) == triples
    assert count(release, COUNT.format("", "GRAPH ?g { ?s ?p ?o }")) == triples
    assert count(release, COUNT.format(f"FROM <{OTHER}>", "?s ?p ?o")) == 4
    assert count(release, COUNT.format(f"FROM NAMED <{OTHER}>", "?s ?p ?o")) == 0
    assert count(release, COUNT.format(f"FROM NAMED <{OTHER}>", "GRAPH ?g { ?s ?p ?o }")) == 4


def test_the_dataset_of_the_request_replaces_that_of_the_query(release: Release) -> None:
    text = COUNT.format(f"FROM <{GRAPH}>", "?s ?p ?o")
    assert count(release, text, default=(OTHER,)) == 4
    assert count(release, text, named=(OTHER,)) == 0
    assert count(release, COUNT.format("", "GRAPH ?g { ?s ?p ?o }"), default=(OTHER,)) == 0
    both = {"default": (OTHER,), "named": (GRAPH,)}
    assert count(release, COUNT.format("", "?r ?p ?to . GRAPH ?g { ?x ?y ?to }"), **both) == 1


@pytest.mark.parametrize("graph", ["file:///etc/passwd", "http://127.0.0.1:1/x", f"{BASE}graph/none"])
def test_an_unknown_graph_is_an_error_and_reads_nothing(release: Release, graph: str) -> None:
    for text, dataset in (
        (f"SELECT * FROM <{graph}> {{ ?s ?p ?o }}", {}),
        ("SELECT * { ?s ?p ?o }", {"default": (graph,)}),
    ):
        with pytest.raises(UnknownGraph, match="no graph"):
            answer(release, text, **dataset)
    with pytest.raises(RequestError, match="no absolute IRI"):
        answer(release, "ASK {}", default=("not an iri",))


def test_columns_of_select_star_are_in_the_order_of_the_text(release: Release) -> None:
    text = (
        ALL
        + "SELECT * { ?z a org:Organization ; skos:prefLabel ?a OPTIONAL { ?z skos:note ?m } FILTER(?unused || true) }"
    )
    assert json.loads(answer(release, text))["head"]["vars"] == ["z", "a", "m"]
    assert answer(release, text, "csv").startswith(b"z,a,m\r\n")
    assert json.loads(answer(release, "SELECT * {}"))["head"]["vars"] == []


def test_turtle_declares_the_prefixes_that_it_uses(release: Release) -> None:
    text = answer(release, ALL + "CONSTRUCT { ?o skos:prefLabel ?n } WHERE { ?o skos:prefLabel ?n }", "ttl").decode()
    assert "@prefix skos:" in text
    assert "organisation:filmpool skos:prefLabel" in text
    assert "@prefix bods:" not in text
    assert "@prefix bods:" in answer(release, "CONSTRUCT WHERE { ?s ?p ?o }", "ttl").decode()


@pytest.mark.parametrize(("format", "start"), [("nt", b"<"), ("rdf", b"<?xml"), ("jsonld", b"[")])
def test_the_other_formats_of_graphs(release: Release, format: str, start: bytes) -> None:
    assert answer(release, ALL + "DESCRIBE organisation:filmpool", format).startswith(start)


def test_rows_for_pages_say_whether_they_are_all(release: Release) -> None:
    found = json.loads(answer(release, "SELECT ?s { ?s ?p ?o }", ROWS, rows=3))
    assert (len(found["results"]["bindings"]), found["complete"]) == (3, False)
    found = json.loads(answer(release, ALL + "DESCRIBE organisation:studio", ROWS, rows=9))
    assert (len(found["results"]["bindings"]), found["complete"]) == (2, True)
    assert json.loads(answer(release, "ASK {}", ROWS))["boolean"] is True


def test_foreign_errors_are_ours(release: Release) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        answer(release, "SELECT ?s { ?s }")
    assert caught.value.line == 1
    with pytest.raises(RefusedFeature, match="function"):
        list(evaluate(open_store(release.store_path), Query("SELECT (<http://e/f>(1) AS ?x) {}", "json"), BASE))


def test_a_store_that_is_not_what_the_manifest_says(release: Release, tmp_path: Path) -> None:
    assert len(open_store(release.store_path, release.manifest.counts["quads"])) > 0
    with pytest.raises(IntegrityError, match="quads"):
        open_store(release.store_path, 7)
    with pytest.raises(IntegrityError, match="opened"):
        open_store(tmp_path / "nowhere")


def test_a_store_that_is_cut_short_is_an_integrity_error(tmp_path: Path) -> None:
    release = make_release(tmp_path)
    for path in release.store_path.glob("*.sst"):
        path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(IntegrityError, match="cannot be opened"):
        open_store(release.store_path)
