"""W3C tests of the SPARQL 1.1 Protocol (§2.1), against a server process as `kg serve` starts it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import httpx
import pytest
from host import write_release
from rdflib import Graph, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.term import Node
from w3c import BASE, MF, PROTOCOL, Case, Dataset, judge, manifest_graph, parametrize

from serving import served

_HT = Namespace("http://www.w3.org/2011/http#")
_CNT = Namespace("http://www.w3.org/2011/content#")
_DATA = "http://kasei.us/2009/09/sparql/data/data{}.rdf"
_FILES = {f"{BASE}sparql11/protocol/data{number}.nt": _DATA.format(number) for number in (1, 2, 3)}
_RESULTS = {"application/sparql-results+json", "application/sparql-results+xml"}
_TYPES = {
    "boolean": _RESULTS,
    "tabular": _RESULTS | {"text/csv", "text/tab-separated-values"},
    "RDF": {"text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json"},
}


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request of a test, and what the answer to it must be; what a test leaves open is empty."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    statuses: frozenset[str]
    format: str
    boolean: bool | None


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """The graphs that the tests name; data0.rdf is one that no file is given for, and no query looks into."""
    dataset = Dataset(f"{BASE}sparql11/protocol/", named=tuple(_FILES))
    folder = tmp_path_factory.mktemp("protocol") / "release"
    release = write_release(folder, dataset, names=_FILES, empty=[_DATA.format(0)])
    with served(release, workers=2) as (url, _), httpx.Client(base_url=url, timeout=30) as made:
        made.headers.clear()
        yield made


@parametrize(PROTOCOL)
def test_protocol(case: Case, client: httpx.Client) -> None:
    exchanges = _exchanges(case)
    assert exchanges
    for exchange in exchanges:
        response = client.request(
            exchange.method, exchange.path, headers=exchange.headers, content=exchange.body or None
        )
        if (seen := _deviation(exchange, response)) is not None:
            judge(case, seen, f"{exchange}\n{response.headers}\n{response.text}")
    judge(case, None)


def _deviation(exchange: Exchange, response: httpx.Response) -> str | None:
    if f"{response.status_code // 100}xx" not in exchange.statuses:
        return str(response.status_code)
    media_type = response.headers["content-type"].partition(";")[0]
    if exchange.format and media_type not in _TYPES[exchange.format]:
        return "answer"
    if exchange.boolean is not None and response.json()["boolean"] is not exchange.boolean:
        return "answer"
    return None


def _exchanges(case: Case) -> list[Exchange]:
    graph = manifest_graph("sparql11/protocol/manifest.ttl")
    action = graph.value(URIRef(case.iri), MF.action)
    requests = graph.value(action, _HT.requests)
    assert requests is not None
    return [_exchange(graph, request) for request in Collection(graph, requests)]


def _exchange(graph: Graph, request: Node) -> Exchange:
    answer, body = graph.value(request, _HT.resp), graph.value(request, _HT.body)
    listed = graph.value(request, _HT.headers)
    headers = Collection(graph, listed) if listed is not None else ()
    boolean = graph.value(answer, MF.expectedBoolean)
    content = b""
    if body is not None:
        content = str(graph.value(body, _CNT.chars)).encode(str(graph.value(body, _CNT.characterEncoding)))
    return Exchange(
        str(graph.value(request, _HT.methodName)),
        str(graph.value(request, _HT.absolutePath)),
        {str(graph.value(item, _HT.fieldName)): str(graph.value(item, _HT.fieldValue)) for item in headers},
        content,
        frozenset(str(item)[-3:] for item in graph.objects(answer, MF.expectedStatus)),
        str(graph.value(answer, MF.expectedFormat) or ""),
        None if boolean is None else str(boolean) == "true",
    )
