"""W3C tests of the SPARQL 1.1 Graph Store HTTP Protocol, against server processes as `kg serve` starts them.

Each test puts graphs there and then reads them. As it stands, it fails where it begins to write (403). So that reading is
tested all the same, each read is also made of a release that holds what the test has put there until then.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from email import message_from_bytes
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import httpx
import pytest
from comparison import Triples, is_same, read_result
from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, Triple, parse
from rdflib import Graph, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.term import Node
from w3c import GRAPH_STORE, MF, Case, cases_of, judge, manifest_graph, needs_suites, parametrize

from kg.draft import publish_release
from kg.release import Manifest, Release
from serving import served

INDIRECT = GRAPH_STORE[0]
_HT = Namespace("http://www.w3.org/2011/http#")
_CNT = Namespace("http://www.w3.org/2011/content#")
_HTS = "http://www.w3.org/2011/http-statusCodes#"
_STATUSES = {"OK": 200, "Created": 201, "NoContent": 204, "NotFound": 404}
_NEW = "https://example.org/the-graph-that-a-post-has-made"
Content = Mapping[str, frozenset[Triple]]
"""Graphs by their IRIs; the default graph under the empty string."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request of a test, and what the answer to it must be; what a test leaves open is empty."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    statuses: frozenset[int]
    content_type: str
    content: bytes

    @property
    def is_read(self) -> bool:
        return self.method in ("GET", "HEAD")

    @property
    def graph(self) -> str:
        """The IRI of the graph, empty for the default graph."""
        parameter = self.path.partition("?")[2]
        return "" if parameter == "default" else unquote(parameter.removeprefix("graph=")) or _NEW

    def send(self, client: httpx.Client) -> httpx.Response:
        return client.request(self.method, self.path, headers=self.headers, content=self.body or None)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """Of a release that is empty, as the tests begin."""
    with served(_release(tmp_path_factory.mktemp("graph-store"), {})) as (url, _), _client(url) as made:
        yield made


@parametrize(*GRAPH_STORE)
def test_graph_store(case: Case, client: httpx.Client) -> None:
    for request in _requests(case):
        response = request.send(client)
        if (seen := _deviation(request, response)) is not None:
            judge(case, seen, f"{request}\n{response.headers}\n{response.text}")
    judge(case, None)


@parametrize(INDIRECT)
def test_reads_of_a_release_that_holds_what_was_put_there(case: Case, tmp_path: Path) -> None:
    content: Content = {}
    for number, (writes, reads) in enumerate(_steps(_requests(case))):
        for request in writes:
            content = _after(request, content)
        with served(_release(tmp_path / str(number), content)) as (url, _), _client(url) as client:
            for request in reads:
                response = request.send(client)
                assert _deviation(request, response) is None, f"{request}\n{response.headers}\n{response.text}"


@needs_suites
def test_the_reads_are_as_many_as_the_suite_has() -> None:
    reads = [request for case in cases_of(INDIRECT) for request in _requests(case) if request.is_read]
    assert len(reads) == 12
    assert sum(bool(request.content) for request in reads) == 9


@needs_suites
def test_every_write_of_the_suite_is_refused(client: httpx.Client) -> None:
    writes = [request for case in cases_of(INDIRECT) for request in _requests(case) if not request.is_read]
    assert len(writes) == 13
    assert [request.send(client).status_code for request in writes] == [403] * len(writes)


def _client(url: str) -> httpx.Client:
    client = httpx.Client(base_url=url, timeout=30)
    client.headers.clear()
    return client


def _release(folder: Path, content: Content) -> Release:
    quads = [
        Quad(triple.subject, triple.predicate, triple.object, NamedNode(graph) if graph else DefaultGraph())
        for graph, triples in content.items()
        for triple in triples
    ]
    counts = {"quads": len(quads), "triples": len(quads)}
    titles = {"en": "What a test has put there"}
    manifest = Manifest("conformance", "2026-11-01", "https://example.org/", titles, counts, {}, "kg test")
    return publish_release(folder, manifest, {"queries.json": b"[]"}, quads)


def _deviation(request: Request, response: httpx.Response) -> str | None:
    if response.status_code not in request.statuses:
        return str(response.status_code)
    if request.content_type and response.headers["content-type"] != request.content_type:
        return "answer"
    if request.content:
        expected = Triples(_parsed(request.content))
        found = read_result(response.content, response.headers["content-type"].partition(";")[0])
        return None if is_same(expected, found) else "answer"
    return "answer" if request.method == "HEAD" and response.content else None


def _steps(requests: Sequence[Request]) -> Iterator[tuple[list[Request], list[Request]]]:
    """Writes, and the reads that follow them before the next write."""
    writes: list[Request] = []
    reads: list[Request] = []
    for request in requests:
        if reads and not request.is_read:
            yield writes, reads
            writes, reads = [], []
        (reads if request.is_read else writes).append(request)
    if reads:
        yield writes, reads


def _after(request: Request, content: Content) -> Content:
    """What a graph store holds after a write (§5.3 to §5.5)."""
    before = content.get(request.graph, frozenset()) if request.method == "POST" else frozenset()
    others = {graph: triples for graph, triples in content.items() if graph != request.graph}
    return others if request.method == "DELETE" else {**others, request.graph: before | _sent(request)}


def _sent(request: Request) -> frozenset[Triple]:
    content_type = request.headers["content-type"]
    if not content_type.startswith("multipart/"):
        return _parsed(request.body)
    message = message_from_bytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + request.body)
    parts = [part.get_payload(decode=True) for part in message.walk() if not part.is_multipart()]
    assert len(parts) == 2
    return frozenset(triple for part in parts if isinstance(part, bytes) for triple in _parsed(part))


def _parsed(turtle: bytes) -> frozenset[Triple]:
    return frozenset(quad.triple for quad in parse(turtle, RdfFormat.TURTLE, rename_blank_nodes=True))


@cache
def _requests(case: Case) -> tuple[Request, ...]:
    graph = _manifests()
    listed = graph.value(graph.value(URIRef(case.iri), MF.action), _HT.requests)
    assert listed is not None
    return tuple(_request(graph, request) for request in Collection(graph, listed))


@cache
def _manifests() -> Graph:
    graph = Graph()
    for manifest in (manifest for suite in GRAPH_STORE for manifest in suite.manifests):
        graph += manifest_graph(manifest)
    return graph


def _request(graph: Graph, request: Node) -> Request:
    answer = graph.value(request, _HT.resp)
    assert answer is not None
    path = str(graph.value(request, _HT.absolutePath)).replace("$LOCATION$", _NEW)
    assert path.startswith("/gsp")
    return Request(
        str(graph.value(request, _HT.methodName)),
        f"/graph-store{path.removeprefix('/gsp')}",
        _headers(graph, request),
        _body(graph, request),
        frozenset(_STATUSES[str(item).removeprefix(_HTS)] for item in graph.objects(answer, MF.expectedStatus)),
        _headers(graph, answer).get("content-type", ""),
        _body(graph, answer),
    )


def _headers(graph: Graph, message: Node) -> dict[str, str]:
    listed = graph.value(message, _HT.headers)
    headers = Collection(graph, listed) if listed is not None else ()
    return {str(graph.value(item, _HT.fieldName)): str(graph.value(item, _HT.fieldValue)) for item in headers}


def _body(graph: Graph, message: Node) -> bytes:
    body = graph.value(message, _HT.body)
    if body is None:
        return b""
    return str(graph.value(body, _CNT.chars)).encode(str(graph.value(body, _CNT.characterEncoding)))
