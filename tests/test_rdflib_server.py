"""A real server on rdflib over the Norrbotten release: formats, datasets, limits; Oxigraph's server says the same."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from pyoxigraph import (
    BlankNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    parse,
    parse_query_results,
)

from kg.release import Release
from serving import CARTESIAN, children, served, wait_until, workers_of

SOLUTIONS = ("application/sparql-results+json", "application/sparql-results+xml", "text/tab-separated-values")
BOOLEANS = ("application/sparql-results+json", "application/sparql-results+xml")
GRAPHS = ("text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json")
JSON = "application/sparql-results+json"
LABEL = "<http://www.w3.org/2004/02/skos/core#prefLabel>"
SELECT = f"SELECT * {{ ?z a ?c ; {LABEL} ?a }} ORDER BY ?z ?c ?a LIMIT 40"
TRIPLES, QUADS = "?s ?p ?o", "GRAPH ?g { ?s ?p ?o }"


class Server:
    """A running server, its client, and its process."""

    def __init__(self, client: httpx.Client, pid: int) -> None:
        self.client = client
        self.pid = pid

    def ask(self, text: str, accept: str = JSON, **more: str) -> httpx.Response:
        parameters = {name.replace("_", "-"): value for name, value in more.items()}
        return self.client.get("/sparql", params={"query": text, **parameters}, headers={"Accept": accept})

    def count(self, clause: str, pattern: str, **more: str) -> int:
        response = self.ask(f"SELECT (COUNT(*) AS ?n) {clause} {{ {pattern} }}", **more)
        assert response.status_code == 200, response.text
        return int(response.json()["results"]["bindings"][0]["n"]["value"])


@pytest.fixture(scope="module", params=["rdflib", "oxigraph"])
def server(request: pytest.FixtureRequest, norrbotten_release: Release) -> Iterator[Server]:
    with (
        served(norrbotten_release, engine=request.param, deadline=30, workers=2) as (address, process),
        httpx.Client(base_url=address, timeout=30) as client,
    ):
        yield Server(client, process.pid)


@pytest.fixture(scope="module")
def graphs(norrbotten_release: Release) -> dict[str, int]:
    """The named graphs that are in the default graph, and how many triples each has."""
    found: dict[str, int] = {}
    for quad in parse(path=norrbotten_release.path / "dump.nq", format=RdfFormat.N_QUADS):
        name = str(quad.graph_name).strip("<>")
        found[name] = found.get(name, 0) + 1
    return {name: size for name, size in sorted(found.items()) if not name.endswith("/alignments")}


def _solutions(response: httpx.Response) -> tuple[list[str], list[tuple[Any, ...]]]:
    kind = QueryResultsFormat.from_media_type(response.headers["content-type"].partition(";")[0])
    assert kind is not None
    read = parse_query_results(response.content, kind)
    assert isinstance(read, QuerySolutions)
    return [variable.value for variable in read.variables], [tuple(row) for row in read]


def test_select_in_every_format_with_columns_in_the_order_of_the_text(server: Server) -> None:
    first = _solutions(server.ask(SELECT))
    assert first[0] == ["z", "c", "a"]
    assert len(first[1]) == 40
    for accept in SOLUTIONS:
        response = server.ask(SELECT, accept)
        assert response.headers["content-type"].startswith(accept)
        assert _solutions(response) == first
    csv = server.ask(SELECT, "text/csv").text.split("\r\n")
    assert csv[0] == "z,c,a"
    assert len(csv) == 42


@pytest.mark.parametrize("accept", BOOLEANS)
def test_ask_in_every_format(server: Server, accept: str) -> None:
    for text, expected in (("ASK { ?s ?p ?o }", True), ("ASK { <http://e/nobody> ?p ?o }", False)):
        kind = QueryResultsFormat.from_media_type(accept)
        assert kind is not None
        read = parse_query_results(server.ask(text, accept).content, kind)
        assert isinstance(read, QueryBoolean)
        assert bool(read) is expected


@pytest.mark.parametrize("accept", GRAPHS)
def test_construct_and_describe_in_every_format(server: Server, graphs: dict[str, int], accept: str) -> None:
    kind = RdfFormat.from_media_type(accept)
    assert kind is not None
    name, size = next(iter(graphs.items()))
    for text, expected in (
        (f"CONSTRUCT {{ ?s ?p ?o }} {{ GRAPH <{name}> {{ ?s ?p ?o }} }}", size),
        (f"CONSTRUCT {{ _:b {LABEL} ?a }} {{ ?s {LABEL} ?a }}", server.count("", f"?s {LABEL} ?a")),
        ("DESCRIBE <https://w3id.org/governance-kg/def/Party>", None),
    ):
        response = server.ask(text, accept)
        assert response.headers["content-type"].startswith(accept)
        found = {quad.triple for quad in parse(response.content, kind)}
        assert found
        assert expected is None or len(found) == expected
        assert ("_:b" not in text) or all(isinstance(triple.subject, BlankNode) for triple in found)


def test_the_datasets_of_query_and_request(server: Server, graphs: dict[str, int]) -> None:
    one, other = (name for name in list(graphs)[:2])
    size = graphs[one]
    both = server.count("", f"{{ SELECT DISTINCT ?s ?p ?o {{ VALUES ?g {{ <{one}> <{other}> }} {QUADS} }} }}")
    assert server.count(f"FROM <{one}>", TRIPLES) == size
    assert server.count(f"FROM <{one}> FROM <{other}>", TRIPLES) == both
    assert server.count(f"FROM <{one}>", QUADS) == 0
    assert server.count(f"FROM NAMED <{one}>", TRIPLES) == 0
    assert server.count(f"FROM NAMED <{one}>", QUADS) == size
    assert server.count("", TRIPLES, default_graph_uri=one) == size
    assert server.count("", QUADS, default_graph_uri=one) == 0
    assert server.count("", QUADS, named_graph_uri=one) == size
    assert server.count(f"FROM <{one}>", TRIPLES, default_graph_uri=other) == graphs[other]
    for refused in (
        server.ask("ASK {}", default_graph_uri="http://e/x"),
        server.ask("ASK FROM <file:///etc/passwd> {}"),
    ):
        assert refused.status_code == 400
        assert "there is no graph" in refused.json()["detail"]


def test_service_is_refused_and_reaches_nobody(server: Server) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        for silent in ("", "SILENT "):
            assert server.ask(f"SELECT * {{ SERVICE {silent}<{address}> {{ ?s ?p ?o }} }}").status_code == 422
        with pytest.raises(BlockingIOError):
            listener.accept()


def test_a_query_is_killed_at_its_deadline_and_the_next_is_answered(server: Server) -> None:
    before, began = set(workers_of(server.pid)), time.monotonic()
    late = server.ask(CARTESIAN, timeout="2")
    assert (late.status_code, 1.9 < time.monotonic() - began < 15) == (504, True)
    assert server.ask("ASK { ?s ?p ?o }").json()["boolean"] is True
    assert wait_until(lambda: before - set(workers_of(server.pid))), "the worker lives"


def test_the_fork_server_has_one_thread(server: Server) -> None:
    """A process with more may not fork."""
    assert wait_until(lambda: len(children(server.pid)) == 1), "one that loads the release takes over"
    [pid] = children(server.pid)
    assert children(pid)
    assert len(list(Path(f"/proc/{pid}/task").iterdir())) == 1
