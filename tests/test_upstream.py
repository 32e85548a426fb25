"""Defects of other packages that our design rests on: the day one is mended upstream, its test here fails.

Nothing here runs in the test process that could end it: what may crash or hang runs in a process of its own.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

PREAMBLE = """
import warnings; warnings.simplefilter("ignore")
import logging; logging.disable()
from fastapi import FastAPI
from fastapi.testclient import TestClient
from rdflib import Dataset, URIRef, Literal
from rdflib_endpoint import SparqlEndpoint, SparqlRouter
data = Dataset(default_union=True)
data.add((URIRef("http://e/s"), URIRef("http://e/p"), Literal("x"), URIRef("http://e/g")))
client = TestClient(SparqlEndpoint(graph=data, cors_enabled=True))
"""


def run(code: str, *, timeout: float = 120) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=timeout, check=False)


def endpoint(code: str) -> str:
    """What `code` prints, run with a client of rdflib-endpoint."""
    done = run(PREAMBLE + code)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


# rdflib-endpoint


def test_rdflib_endpoint_passes_a_parsed_query_which_oxrdflib_refuses_so_that_python_evaluates() -> None:
    code = """
import rdflib.plugins.sparql.processor as processor
from rdflib.plugins.stores.memory import Memory
seen = []
evaluate = processor.evalQuery
def spy(*arguments, **more):
    seen.append(1)
    return evaluate(*arguments, **more)
processor.evalQuery = spy
graph = Dataset(store="Oxigraph", default_union=True)
graph.add((URIRef("http://e/s"), URIRef("http://e/p"), Literal("x"), URIRef("http://e/g")))
client = TestClient(SparqlEndpoint(graph=graph))
seen.clear()
client.get("/", params={"query": "SELECT * { ?s ?p ?o }"})
print(len(seen))
"""
    assert int(endpoint(code)) >= 1


def test_rdflib_endpoint_ignores_the_dataset_of_the_request() -> None:
    code = 'print(client.get("/", params={"query": "ASK { ?s ?p ?o }", "default-graph-uri": "http://e/none"}, headers={"Accept": "application/json"}).json()["boolean"])'
    assert endpoint(code) == "True"


def test_rdflib_endpoint_has_no_head_no_406_no_415_no_tsv() -> None:
    code = """
print(client.head("/", params={"query": "ASK {}"}).status_code)
print(client.get("/", params={"query": "SELECT * { ?s ?p ?o }"}, headers={"Accept": "image/png"}).status_code)
print(client.post("/", content="ASK {}", headers={"Content-Type": "image/png"}).status_code)
print(client.get("/", params={"query": "SELECT * { ?s ?p ?o }"}, headers={"Accept": "text/tab-separated-values"}).headers["content-type"])
"""
    assert endpoint(code).split("\n") == ["405", "200", "200", "application/sparql-results+xml"]


def test_rdflib_endpoint_labels_describe_as_solutions() -> None:
    code = """
answer = client.get("/", params={"query": "DESCRIBE <http://e/s>"})
print(answer.headers["content-type"], "rdf:RDF" in answer.text)
"""
    assert endpoint(code) == "application/sparql-results+xml True"


def test_rdflib_endpoint_decodes_a_form_twice() -> None:
    code = """
answer = client.post("/", data={"query": "SELECT ('%41' AS ?x) {}"}, headers={"Accept": "text/csv"})
print(answer.text.split())
"""
    assert endpoint(code) == "['x', 'A']"


def test_rdflib_endpoint_reads_local_files_for_from(tmp_path: Path) -> None:
    secret = tmp_path / "secret.ttl"
    secret.write_text('<http://e/s> <http://e/p> "hidden" .', encoding="utf-8")
    code = f"""
answer = client.get("/", params={{"query": "SELECT ?o FROM <file://{secret}> {{ ?s ?p ?o }}"}}, headers={{"Accept": "text/csv"}})
print("hidden" in answer.text)
"""
    assert endpoint(code) == "True"


def test_rdflib_endpoint_evaluates_on_the_event_loop() -> None:
    code = """
import inspect, rdflib_endpoint.sparql_router as router
source = inspect.getsource(router.SparqlRouter)
print("async def handle_sparql_request" in source, "self.graph.query(parsed_query" in source, "to_thread" in source)
"""
    assert endpoint(code) == "True True False"


def test_rdflib_endpoint_reflects_any_origin_with_credentials() -> None:
    code = """
headers = client.get("/", params={"query": "ASK {}"}, headers={"Origin": "https://evil.example", "Cookie": "a=b"}).headers
print(headers.get("access-control-allow-origin"), headers.get("access-control-allow-credentials"))
"""
    assert endpoint(code) == "https://evil.example true"


def test_rdflib_endpoint_claims_federation_and_loads_its_editor_from_elsewhere() -> None:
    code = """
print("BasicFederatedQuery" in client.get("/", headers={"Accept": "text/turtle"}).text)
print("https://" in client.get("/", headers={"Accept": "text/html"}).text)
"""
    assert endpoint(code).split("\n") == ["True", "True"]


# pyoxigraph


@pytest.mark.parametrize(("opening", "closing", "count"), [("{", "}", 5000), ("(", ")", 9000)])
def test_pyoxigraph_dies_of_nesting(opening: str, closing: str, count: int) -> None:
    inside = opening * count + ("1" if opening == "(" else "") + closing * count
    text = f"ASK {{ FILTER{inside} }}" if opening == "(" else f"ASK {inside}"
    done = run(
        f"import resource; resource.setrlimit(resource.RLIMIT_CORE, (0, 0)); import pyoxigraph; pyoxigraph.Store().query({text!r})"
    )
    assert done.returncode in (-signal.SIGSEGV, -signal.SIGABRT)


def test_pyoxigraph_plans_without_end_and_is_not_stopped_by_a_signal() -> None:
    code = """
import pyoxigraph
print("begun", flush=True)
pyoxigraph.Store().query("ASK { ?s " + "/".join(["<http://e/p>"] * 1500) + " ?o }")
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        clock = (~process.pid << 3) | 2  # of all threads of a process, clock_getcpuclockid(3)
        begun = time.clock_gettime(clock)
        while time.clock_gettime(clock) < begun + 0.2:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(1.5)
        process.kill()


def test_pyoxigraph_has_no_deadline_and_no_switch_for_service() -> None:
    import pyoxigraph

    signature = str(pyoxigraph.Store.query.__text_signature__)
    assert not [word for word in ("timeout", "cancel", "service", "deadline", "memory") if word in signature]


def test_pyoxigraph_service_reaches_a_socket() -> None:
    code = """
import pyoxigraph, socket, threading
listener = socket.create_server(("127.0.0.1", 0))
reached = threading.Event()
def accept():
    listener.accept()[0].close()
    reached.set()
threading.Thread(target=accept, daemon=True).start()
try:
    bool(pyoxigraph.Store().query(f"ASK {{ SERVICE <http://127.0.0.1:{listener.getsockname()[1]}/> {{ ?s ?p ?o }} }}"))
except OSError:
    pass
print(reached.wait(60))
"""
    assert run(code).stdout.strip() == "True"


def test_pyoxigraph_union_flag_ignores_from() -> None:
    from pyoxigraph import Literal, NamedNode, Quad, Store

    store = Store()
    for graph in ("http://e/a", "http://e/b"):
        store.add(Quad(NamedNode(graph), NamedNode("http://e/p"), Literal("x"), NamedNode(graph)))
    text = "SELECT * FROM <http://e/a> { ?s ?p ?o }"
    assert len(list(store.query(text))) == 1
    assert len(list(store.query(text, use_default_graph_as_union=True))) == 2


def test_pyoxigraph_orders_the_columns_of_select_star_by_name() -> None:
    from pyoxigraph import QuerySolutions, Store

    result = Store().query("SELECT * { ?z ?b ?a }")
    assert isinstance(result, QuerySolutions)
    assert [variable.value for variable in result.variables] == ["a", "b", "z"]


def test_pyoxigraph_loses_prefixes_and_normalises_literals() -> None:
    from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store

    store = Store()
    store.add(
        Quad(
            NamedNode("http://e/s"),
            NamedNode("http://e/p"),
            Literal("01", datatype=NamedNode("http://www.w3.org/2001/XMLSchema#integer")),
        )
    )
    text = store.query("PREFIX e: <http://e/> CONSTRUCT WHERE { ?s ?p ?o }").serialize(format=RdfFormat.TURTLE)
    assert text is not None
    assert b"@prefix" not in text
    assert b"01" not in text


def test_pyoxigraph_places_syntax_errors_up_to_a_keyword_too_far() -> None:
    from pyoxigraph import Store

    with pytest.raises(SyntaxError, match="1:27"):
        Store().query("SELECT ?x WHERE { ?x ?p }  ")


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs /proc")
def test_pyoxigraph_aborts_when_memory_ends() -> None:
    code = """
import pyoxigraph, resource
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
store = pyoxigraph.Store()
p = pyoxigraph.NamedNode("http://e/p")
store.extend(pyoxigraph.Quad(pyoxigraph.NamedNode(f"http://e/{n}"), p, pyoxigraph.Literal(f"value {n}")) for n in range(3000))
base = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (base + (64 << 20),) * 2)
try:
    list(store.query("SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?f"))
except MemoryError:
    print("an exception")
"""
    done = run(code)
    assert done.returncode == -signal.SIGABRT
    assert "memory allocation" in done.stderr
