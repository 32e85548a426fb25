"""The second opinion over a release: the same questions as in `test_oxigraph`, and functions written in Python."""

from __future__ import annotations

import gc
import json
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
import rdflib
from pyoxigraph import Literal as OxigraphLiteral
from pyoxigraph import NamedNode, Quad, RdfFormat, Store, serialize
from rdflib import RDF, Graph, Literal, Namespace
from rdflib.plugins.sparql import CUSTOM_EVALS
from rdflib_endpoint.dataset_ext import DatasetExt

from kg.engine.engines import engine_named
from kg.engine.oxigraph import ROWS, Query
from kg.engine.rdflib_dataset import RdflibStore, fill
from kg.engine.rdflib_engine import check_syntax, encode, evaluate, open_store
from kg.errors import EngineError, QuerySyntaxError, QueryTooLarge, RequestError, ResultTooLarge, UnknownGraph
from kg.query import parse_query
from kg.release import Release
from serving import ALL, BASE, CARTESIAN, GRAPH, OTHER, TABLE, make_release, served

EXAMPLE = Namespace("http://e/")


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    made = make_release(tmp_path_factory.mktemp("rdflib"), extra=40)
    quads = [quad for quad in Store.read_only(str(made.store_path)) if isinstance(quad.graph_name, NamedNode)]
    (made.path / "dump.nq").write_bytes(serialize(quads, format=RdfFormat.N_QUADS) or b"")
    return made


@pytest.fixture(scope="module")
def store(release: Release) -> RdflibStore:
    return open_store(release.store_path, release.manifest.counts["quads"], functions=(register,))


def register(dataset: DatasetExt) -> None:
    """What a program that embeds the engine may offer to queries."""

    @dataset.extension_function(namespace=EXAMPLE)
    def backwards(text: str) -> str:
        return text[::-1]

    @dataset.graph_function(namespace=EXAMPLE)
    def noted(text: str) -> Graph:
        graph = Graph()
        graph.add((EXAMPLE.note, EXAMPLE.says, Literal(text)))
        return graph


def answer(store: RdflibStore, text: str, format: str = "json", **more: Any) -> bytes:
    parsed = parse_query(text, base_iri=BASE, max_bytes=65536, max_depth=100)
    graphs = (*parsed.dataset.default, *parsed.dataset.named)
    query = Query(text, format, graphs=graphs, star=parsed.star, variables=parsed.variables, **more)
    pieces: list[bytes] = []
    encode(evaluate(store, query, BASE), query, pieces.append, TABLE)
    return b"".join(pieces)


def count(store: RdflibStore, text: str, **more: Any) -> int:
    return int(json.loads(answer(store, text, **more))["results"]["bindings"][0]["n"]["value"])


COUNT = "SELECT (COUNT(*) AS ?n) {} WHERE {{ {} }}"


def test_a_worker_finds_it_by_name() -> None:
    engine = engine_named("rdflib")
    assert engine.evaluate is evaluate
    assert engine.load_store is engine.open_store


def test_the_default_graph_is_the_union_and_named_graphs_are_themselves(release: Release, store: RdflibStore) -> None:
    triples = release.manifest.counts["triples"]
    assert count(store, COUNT.format("", "?s ?p ?o")) == triples
    assert count(store, COUNT.format("", "GRAPH ?g { ?s ?p ?o }")) == triples
    assert count(store, COUNT.format(f"FROM <{OTHER}>", "?s ?p ?o")) == 4
    assert count(store, COUNT.format(f"FROM NAMED <{OTHER}>", "?s ?p ?o")) == 0
    assert count(store, COUNT.format(f"FROM NAMED <{OTHER}>", "GRAPH ?g { ?s ?p ?o }")) == 4
    assert count(store, COUNT.format(f"FROM <{OTHER}> FROM <{GRAPH}>", "?s ?p ?o")) == triples - 40


def test_the_dataset_of_the_request_replaces_that_of_the_query(store: RdflibStore) -> None:
    text = COUNT.format(f"FROM <{GRAPH}>", "?s ?p ?o")
    assert count(store, text, default=(OTHER,)) == 4
    assert count(store, text, named=(OTHER,)) == 0
    assert count(store, COUNT.format("", "GRAPH ?g { ?s ?p ?o }"), default=(OTHER,)) == 0
    both = {"default": (OTHER,), "named": (GRAPH,)}
    assert count(store, COUNT.format("", "?r ?p ?to . GRAPH ?g { ?x ?y ?to }"), **both) == 1


@pytest.mark.parametrize("scheme", ["file", "http"])
def test_an_unknown_graph_is_an_error_and_reads_nothing(store: RdflibStore, tmp_path: Path, scheme: str) -> None:
    """Neither a file nor a socket, also where the query was not read before."""
    secret = tmp_path / "secret.ttl"
    secret.write_text('<http://e/s> <http://e/p> "hidden" .', encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        graph = f"file://{secret}" if scheme == "file" else f"http://127.0.0.1:{listener.getsockname()[1]}/x"
        for text, dataset in (
            (f"SELECT * FROM <{graph}> {{ ?s ?p ?o }}", {}),
            (f"SELECT * FROM NAMED <{graph}> {{ GRAPH ?g {{ ?s ?p ?o }} }}", {}),
            ("SELECT * { ?s ?p ?o }", {"default": (graph,)}),
        ):
            with pytest.raises(UnknownGraph, match="no graph"):
                answer(store, text, **dataset)
            with pytest.raises(UnknownGraph, match="no graph"):
                evaluate(store, Query(text, "json", **dataset), BASE)
        with pytest.raises(BlockingIOError):
            listener.accept()
    assert rdflib.plugins.sparql.SPARQL_LOAD_GRAPHS is False
    with pytest.raises(RequestError, match="no absolute IRI"):
        answer(store, "ASK {}", default=("not an iri",))


def test_columns_of_select_star_are_in_the_order_of_the_text(store: RdflibStore) -> None:
    text = ALL + "SELECT * { ?z a org:Organization ; skos:prefLabel ?a OPTIONAL { ?z skos:note ?m } }"
    assert json.loads(answer(store, text))["head"]["vars"] == ["z", "a", "m"]
    assert answer(store, text, "csv").startswith(b"z,a,m\r\n")
    assert json.loads(answer(store, "SELECT ?b ?a ?b { ?a ?p ?b }"))["head"]["vars"] == ["b", "a"]
    assert json.loads(answer(store, "SELECT * {}"))["head"]["vars"] == []


def test_turtle_declares_the_prefixes_that_it_uses(store: RdflibStore) -> None:
    text = answer(store, ALL + "CONSTRUCT { ?o skos:prefLabel ?n } WHERE { ?o skos:prefLabel ?n }", "ttl").decode()
    assert "@prefix skos:" in text
    assert "organisation:filmpool skos:prefLabel" in text
    assert "@prefix bods:" not in text


@pytest.mark.parametrize(("format", "start"), [("nt", b"<"), ("rdf", b"<?xml"), ("jsonld", b"[")])
def test_the_other_formats_of_graphs(store: RdflibStore, format: str, start: bytes) -> None:
    assert answer(store, ALL + "DESCRIBE organisation:filmpool", format).startswith(start)


def test_rows_for_pages_say_whether_they_are_all(store: RdflibStore) -> None:
    found = json.loads(answer(store, "SELECT ?s { ?s ?p ?o }", ROWS, rows=3))
    assert (len(found["results"]["bindings"]), found["complete"]) == (3, False)
    found = json.loads(answer(store, ALL + "DESCRIBE organisation:studio", ROWS, rows=9))
    assert (len(found["results"]["bindings"]), found["complete"]) == (2, True)
    assert found["head"]["vars"] == ["subject", "predicate", "object"]
    assert json.loads(answer(store, "ASK {}", ROWS))["boolean"] is True


def test_literals_of_data_and_query_keep_their_lexical_forms() -> None:
    """rdflib would make 1 of 01 in the query, and find nothing; what others see of rdflib stays as it was."""
    integer = NamedNode("http://www.w3.org/2001/XMLSchema#integer")
    store = fill([Quad(NamedNode("http://e/s"), NamedNode("http://e/p"), OxigraphLiteral("01", datatype=integer))])
    text = f"SELECT ?s (STRDT('02', <{integer.value}>) AS ?n) {{ ?s ?p '01'^^<{integer.value}> }}"
    assert json.loads(answer(store, text))["results"]["bindings"][0]["n"]["value"] == "02"
    assert rdflib.NORMALIZE_LITERALS is True


def test_foreign_errors_are_ours(store: RdflibStore) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        answer(store, "SELECT ?s {\n ?s }")
    assert (caught.value.line, caught.value.column) == (2, 2)
    with pytest.raises(QuerySyntaxError) as caught:
        check_syntax("SELECT ?s WHERE { ?s ?p ?o } LIMT 5", BASE)
    assert (caught.value.line, caught.value.column) == (1, 30)
    with pytest.raises(QuerySyntaxError, match="nope"):
        check_syntax("ASK { nope:x ?p ?o }", BASE)
    with pytest.raises(QueryTooLarge, match="nested"):
        check_syntax("ASK " + "{" * 400 + "}" * 400, BASE)
    with pytest.raises(EngineError, match="rdflib cannot evaluate"):
        answer(store, "SELECT (SUM(?o) AS ?n) { ?s a ?o }")
    with pytest.raises(EngineError, match="no RDF"):
        answer(store, "SELECT (IRI('a b') AS ?n) {}", "tsv")


def test_what_the_sender_raises_comes_through(store: RdflibStore) -> None:
    def write(data: bytes) -> None:
        raise ResultTooLarge("enough")

    for text, format in (("SELECT * { ?s ?p ?o }", "json"), ("CONSTRUCT WHERE { ?s ?p ?o }", "nt"), ("ASK {}", "xml")):
        query = Query(text, format)
        with pytest.raises(ResultTooLarge, match="enough"):
            encode(evaluate(store, query, BASE), query, write, {})


@pytest.mark.parametrize("clause", ["", f"FROM <{GRAPH}> "])
def test_functions_in_python_are_there_with_and_without_from(store: RdflibStore, clause: str) -> None:
    text = f"SELECT ?n {clause}WHERE {{ <{BASE}id/organisation/studio> ?p ?o FILTER (LANG(?o) = 'sv') BIND (<http://e/backwards>(?o) AS ?n) }}"
    assert json.loads(answer(store, text))["results"]["bindings"] == [{"n": {"type": "literal", "value": "noidutS"}}]


def test_graphs_that_functions_make_are_gone_with_the_answer(store: RdflibStore) -> None:
    made = "BIND (<http://e/noted>('x') AS ?g) GRAPH ?g { ?s <http://e/says> ?n }"
    for text, part in ((f"SELECT ?n {{ {made} }}", b'"value":"x"'), (f"ASK {{ {made} }}", b'"boolean": true')):
        assert part in answer(store, text)
        assert b'"boolean": false' in answer(store, "ASK { GRAPH ?g { ?s <http://e/says> ?n } }")


def test_a_dataset_that_is_collected_during_a_query_does_not_disturb_it(
    store: RdflibStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """rdflib walks through all functions for each part of a query; those of an earlier FROM must not vanish meanwhile."""

    def collect(context: object, part: object) -> None:
        gc.collect()
        raise NotImplementedError

    text = COUNT.format(f"FROM <{OTHER}>", "?s ?p ?o")
    registered = len(CUSTOM_EVALS)
    gc.disable()
    try:
        assert count(store, text) == 4
        monkeypatch.setitem(CUSTOM_EVALS, "collect", collect)
        assert count(store, COUNT.format("", "?s ?p ?o")) > 4
        assert count(store, text) == 4
    finally:
        gc.enable()
    monkeypatch.delitem(CUSTOM_EVALS, "collect")
    for _ in range(9):
        assert count(store, text) == 4
        gc.collect()
    assert len(CUSTOM_EVALS) <= registered + 4, "functions of datasets that are no more are forgotten"


PACKAGE = """
from rdflib import Namespace

def register(dataset):
    @dataset.extension_function(namespace=Namespace("http://e/"))
    def doubled(number: int) -> int:
        return 2 * number
"""


def test_a_server_answers_with_it_behind_the_same_limits(
    release: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The functions are those of an installed package."""
    (tmp_path / "doubling.py").write_text(PACKAGE, encoding="utf-8")
    about = tmp_path / "doubling-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: doubling\nVersion: 1\n", encoding="utf-8")
    (about / "entry_points.txt").write_text("[kg.functions]\ndoubling = doubling:register\n", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    def ask(text: str, **more: str) -> httpx.Response:
        return httpx.get(f"{address}/sparql", params={"query": text, **more}, timeout=40)

    with served(release, engine="rdflib", deadline=20, workers=1) as (address, _):
        assert b'"value":"42"' in ask("SELECT ?n { BIND (<http://e/doubled>(21) AS ?n) }").content
        assert ask(CARTESIAN, timeout="1").status_code == 504
        refused = ask("SELECT ?s { ?s ?p ?o } LIMT 5")
        assert (refused.status_code, refused.json()["line"], refused.json()["column"]) == (400, 1, 24)
        assert ask("ASK FROM <file:///etc/passwd> {}").status_code == 400
        assert ask("ASK { ?s ?p ?o }").json()["boolean"] is True


CONFINED = """
import json, sys
from pathlib import Path
from kg.engine.confinement import Memory, confine
from kg.engine.engines import engine_named
from kg.engine.oxigraph import Query
from kg.errors import KgError
engine = engine_named("rdflib")
path = Path(sys.argv[1])
store = engine.load_store(path, None)
confine(Memory(256 << 20), path, is_in_memory=True)
for text, format in json.loads(sys.stdin.read()):
    pieces = []
    try:
        query = Query(text, format, rows=1)
        engine.encode(engine.evaluate(store, query, "http://e/"), query, pieces.append, {})
        print(format, b'"bindings": []' not in b"".join(pieces) and sum(map(len, pieces)) > 0)
    except KgError as error:
        print(format, type(error).__name__)
"""


def test_a_confined_worker_needs_no_file_and_reaches_no_socket(release: Release) -> None:
    formats = {"SELECT * { ?s ?p ?o }": ("json", "xml", "csv", "tsv"), "ASK {}": ("json", "xml")}
    formats["CONSTRUCT WHERE { ?s ?p ?o }"] = ("ttl", "nt", "rdf", "jsonld")
    formats["DESCRIBE ?s { ?s a ?o }"] = ("ttl",)
    asked = [(text, format) for text, names in formats.items() for format in names]
    for kind in ("HTML", "XMLLiteral"):
        one, other = (f"'{text}'^^<{RDF[kind]}>" for text in ("<p></p>", "<p ></p>"))
        asked.append((f"SELECT * {{ ?s ?p ?o FILTER ({one} = {other}) }} LIMIT 1", "rows"))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        port = listener.getsockname()[1]
        asked.append((f"SELECT * {{ SERVICE <http://127.0.0.1:{port}/> {{ ?s ?p ?o }} }}", "json"))
        done = subprocess.run(
            [sys.executable, "-c", CONFINED, str(release.store_path)],
            input=json.dumps(asked),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        with pytest.raises(BlockingIOError):
            listener.accept()
    assert done.stdout.split("\n") == [f"{format} True" for _, format in asked[:-1]] + ["json EngineError", ""], done
    assert done.stderr == ""


NOISY = """
from kg.engine.oxigraph import Query
from kg.engine.rdflib_dataset import fill
from kg.engine.rdflib_engine import encode, evaluate
query = Query("SELECT (IRI('a b') AS ?n) ('x'^^<http://www.w3.org/2001/XMLSchema#boolean> AS ?m) { GRAPH ?g {} }", "json")
encode(evaluate(fill([], ["http://e/g"]), query, "http://e/"), query, lambda _: None, {})
print("done")
"""


def test_what_a_query_makes_rdflib_warn_of_is_not_written_anywhere() -> None:
    """A worker's standard error is a file of limited size."""
    done = subprocess.run(
        [sys.executable, "-c", NOISY],
        capture_output=True,
        text=True,
        check=True,
    )
    assert (done.stdout, done.stderr) == ("done\n", "")
