"""`/graph-store` over HTTP: a real server with real workers (SPARQL 1.1 Graph Store HTTP Protocol §4.2, §5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import quote

import httpx
import pytest
from pyoxigraph import CanonicalizationAlgorithm, Dataset, DefaultGraph, Quad, RdfFormat, Store, Triple, parse

from kg.release import Release
from serving import BASE, GRAPH, OTHER, make_release, served

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
FORMATS = {
    "ttl": "text/turtle; charset=utf-8",
    "nt": "application/n-triples",
    "rdf": "application/rdf+xml",
    "jsonld": "application/ld+json",
}
EXTRA = f"{BASE}graph/extra"


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return make_release(tmp_path_factory.mktemp("graph-store"), extra=20000)


@pytest.fixture(scope="module")
def client(release: Release) -> Iterator[httpx.Client]:
    with served(release, workers=2) as (url, _), httpx.Client(base_url=url, timeout=30) as made:
        yield made


@pytest.fixture(scope="module")
def narrow(release: Release) -> Iterator[httpx.Client]:
    """A server whose answers may have 100 kB."""
    with served(release, workers=1, result_bytes=100_000) as (url, _), httpx.Client(base_url=url, timeout=30) as made:
        yield made


@pytest.fixture(scope="module")
def norrbotten_client(norrbotten_release: Release) -> Iterator[httpx.Client]:
    with served(norrbotten_release, workers=2) as (url, _), httpx.Client(base_url=url, timeout=30) as made:
        yield made


def read(client: httpx.Client, query: str, accept: str = "*/*", method: str = "GET") -> httpx.Response:
    return client.request(method, f"/graph-store?{query}", headers={"Accept": accept})


def canonical(triples: Iterable[Triple]) -> set[Quad]:
    """A graph whatever its blank nodes are called (RDFC-1.0)."""
    dataset = Dataset(Quad(*triple) for triple in triples)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return set(dataset)


def graph_in(response: httpx.Response) -> set[Quad]:
    assert response.status_code == 200, response.text
    rdf = RdfFormat.from_media_type(response.headers["content-type"].partition(";")[0])
    assert rdf is not None
    return canonical(quad.triple for quad in parse(response.content, rdf))


# what is read


@pytest.mark.parametrize("name", FORMATS)
def test_every_graph_is_that_of_the_dump(
    norrbotten_release: Release, norrbotten_client: httpx.Client, name: str
) -> None:
    """Literals are compared in the engine's form, which is not always that of the dump: see `docs/conformance.md`."""
    written = list(parse(path=norrbotten_release.path / "dump.nq", format=RdfFormat.N_QUADS))
    store = Store()
    store.extend(written)
    graphs: dict[str, list[Triple]] = {}
    for quad in store:
        graphs.setdefault(quad.graph_name.value, []).append(quad.triple)
    assert len(graphs) > 20
    assert sum(map(len, graphs.values())) == len(written)
    for graph, triples in graphs.items():
        response = read(norrbotten_client, f"graph={quote(graph, safe='')}&format={name}")
        assert response.headers["content-type"] == FORMATS[name]
        assert graph_in(response) == canonical(triples), graph
    union = {triple for graph, triples in graphs.items() if not graph.endswith("/alignments") for triple in triples}
    assert len(union) == norrbotten_release.manifest.counts["triples"]
    assert graph_in(read(norrbotten_client, f"default&format={name}")) == canonical(union)


def test_the_path_may_end_in_a_slash(client: httpx.Client) -> None:
    assert len(graph_in(client.get(f"/graph-store/?graph={OTHER}"))) == 4
    assert client.get("/graph-store//").status_code == client.get("/graph-store/people").status_code == 404


def test_a_long_graph_is_streamed_whole(client: httpx.Client) -> None:
    response = read(client, f"graph={EXTRA}")
    assert "content-length" not in response.headers
    assert len(graph_in(response)) == 20000


def test_an_iri_is_percent_decoded_once_and_a_plus_is_a_plus(client: httpx.Client) -> None:
    assert len(graph_in(read(client, f"graph={quote(GRAPH, safe='')}"))) == 10
    assert len(graph_in(read(client, f"graph={GRAPH}"))) == 10
    twice = read(client, f"graph={quote(GRAPH.replace('graph', '%67raph'), safe='')}")
    assert (twice.status_code, "%67raph" in twice.json()["detail"]) == (404, True)
    plus = read(client, f"graph={GRAPH}+1")
    assert f"<{GRAPH}+1>" in plus.json()["detail"]


# in which form


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        *((content_type, content_type) for content_type in FORMATS.values()),
        ("*/*", "text/turtle; charset=utf-8"),
        ("application/xml", "application/xml"),
        ("application/json", "application/json"),
        ("text/turtle;q=0.5, application/ld+json", "application/ld+json"),
    ],
)
def test_media_types(client: httpx.Client, accept: str, content_type: str) -> None:
    response = read(client, f"graph={OTHER}", accept)
    assert response.headers["content-type"] == content_type
    assert "Accept" in response.headers["vary"]
    assert response.headers["access-control-allow-origin"] == "*"


def test_without_accept_a_program_gets_turtle(client: httpx.Client) -> None:
    request = client.build_request("GET", f"/graph-store?graph={OTHER}")
    del request.headers["accept"]
    assert client.send(request).headers["content-type"] == "text/turtle; charset=utf-8"


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        (BROWSER, "text/turtle; charset=utf-8"),
        ("text/html, application/rdf+xml;q=0.9, */*;q=0.1", "application/rdf+xml"),
        ("text/html, application/xml;q=0.9", "application/xml"),
    ],
)
def test_a_browser_gets_turtle_unless_it_names_another_form(
    client: httpx.Client, accept: str, content_type: str
) -> None:
    response = read(client, f"graph={OTHER}", accept)
    assert response.headers["content-type"] == content_type


def test_a_graph_is_saved_under_its_name(client: httpx.Client) -> None:
    assert read(client, "default").headers["content-disposition"] == 'attachment; filename="default.ttl"'
    response = read(client, f"graph={GRAPH}&format=jsonld", BROWSER)
    assert response.headers["content-disposition"] == 'attachment; filename="people.jsonld"'


# asked otherwise than by GET


@pytest.mark.parametrize("query", ["default", f"graph={GRAPH}", f"graph={BASE}nothing", "", "default&format=csv"])
def test_head_has_the_headers_of_get_and_no_body(client: httpx.Client, query: str) -> None:
    got, head = read(client, query), read(client, query, method="HEAD")
    of_this_message = {"date", "transfer-encoding", "x-request-id", "server-timing"}
    assert (head.status_code, head.content) == (got.status_code, b"")
    assert {name: value for name, value in head.headers.items() if name not in of_this_message} == {
        name: value for name, value in got.headers.items() if name not in of_this_message
    }


@pytest.mark.parametrize("query", ["", "?default", f"?graph={GRAPH}"])
def test_options(client: httpx.Client, query: str) -> None:
    response = client.options(f"/graph-store{query}", headers={"Origin": "https://example.org"})
    assert (response.status_code, response.content) == (204, b"")
    assert response.headers["allow"] == response.headers["access-control-allow-methods"] == "GET, HEAD, OPTIONS"
    assert response.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in response.headers


@pytest.mark.parametrize("method", ["PUT", "POST", "PATCH", "DELETE"])
@pytest.mark.parametrize("query", ["", "?default", f"?graph={OTHER}", f"?graph={BASE}new"])
def test_what_would_change_a_graph_is_refused(client: httpx.Client, method: str, query: str) -> None:
    body = b"<a:s> <a:p> <a:o> .\n" * 100_000
    response = client.request(method, f"/graph-store{query}", content=body, headers={"Content-Type": "text/turtle"})
    assert (response.status_code, response.headers["content-type"]) == (403, "application/problem+json")
    assert response.json()["type"].endswith("/update-refused")
    assert response.json()["hint"] == "the graph changes by release only"
    assert len(graph_in(read(client, f"graph={OTHER}"))) == 4
    assert read(client, f"graph={BASE}new").status_code == 404


@pytest.mark.parametrize("method", ["QUERY", "TRACE", "LOCK"])
def test_other_methods_are_not_allowed(client: httpx.Client, method: str) -> None:
    response = read(client, "default", method=method)
    assert (response.status_code, response.headers["allow"]) == (405, "GET, HEAD, OPTIONS")


# asked wrongly


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 400),
        ("format=ttl", 400),
        (f"default&graph={GRAPH}", 400),
        ("default&default", 400),
        (f"graph={GRAPH}&graph={OTHER}", 400),
        ("default=true", 400),
        ("graph=", 400),
        ("graph", 400),
        ("graph=people", 400),
        ("graph=/graph/people", 400),
        ("graph=no%20iri", 400),
        ("graph=https://example.org/%25zz", 400),
        ("graph=https://example.org/%FF", 400),
        (f"graph={GRAPH}s", 404),
        ("graph=file:///etc/passwd", 404),
        ("default&format=csv", 406),
        (f"graph={GRAPH}&format=html", 406),
    ],
)
def test_malformed_requests(client: httpx.Client, query: str, status: int) -> None:
    response = read(client, query)
    assert (response.status_code, response.headers["content-type"]) == (status, "application/problem+json")
    assert response.json()["status"] == status
    assert response.headers["access-control-allow-origin"] == "*"


def test_a_graph_that_is_not_there_is_named_and_the_way_to_those_that_are(client: httpx.Client) -> None:
    problem = read(client, f"graph={GRAPH}s").json()
    assert f"<{GRAPH}s>" in problem["detail"]
    assert "/sparql" in problem["hint"]
    assert OTHER in client.get("/sparql", headers={"Accept": "text/turtle"}).text


def test_bytes_that_are_no_text_are_said_to_be_none(client: httpx.Client) -> None:
    for query in ("graph=https://example.org/%FF", "default&%C3%28=1"):
        assert "not UTF-8" in read(client, query).json()["detail"]


@pytest.mark.parametrize("accept", ["image/png", "text/csv", "text/html"])
def test_not_acceptable_lists_the_formats_of_a_graph(client: httpx.Client, accept: str) -> None:
    response = client.get("/graph-store?default", headers={"Accept": accept})
    assert response.status_code == 406
    if accept != "text/html":  # an HTML page says it in prose
        assert response.json()["available"] == [value.partition(";")[0] for value in FORMATS.values()]
    assert "text/turtle, application/n-triples, application/rdf+xml, application/ld+json" in response.text


def test_problems_are_pages_for_a_browser_in_its_language(client: httpx.Client) -> None:
    page = read(client, f"graph={BASE}nothing&lang=sv", BROWSER)
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert 'lang="sv"' in page.text
    assert read(client, "lang=sv").json()["title"] == "Begäran går inte att förstå"


# what does not fit


def test_a_graph_that_is_too_large_is_broken_off_and_never_cut(narrow: httpx.Client) -> None:
    assert len(graph_in(read(narrow, f"graph={GRAPH}"))) == 10
    with pytest.raises(httpx.RemoteProtocolError, match="incomplete"):
        read(narrow, f"graph={EXTRA}")
    assert read(narrow, f"graph={GRAPH}").status_code == 200


def test_openapi_describes_the_graph_store(client: httpx.Client) -> None:
    operations = client.get("/openapi.json").json()["paths"]["/graph-store"]
    assert set(operations) == {"get", "head"}
    assert {item["name"] for item in operations["get"]["parameters"]} == {"default", "graph", "format"}
    responses = operations["get"]["responses"]
    assert {value.partition(";")[0] for value in FORMATS.values()} <= set(responses["200"]["content"])
    assert {"304", "400", "404", "406", "429", "503", "504", "507"} <= set(responses)
    assert not {"401", "403", "405", "413", "415", "422"} & set(responses)


def test_the_default_graph_is_what_sparql_finds_in_it(client: httpx.Client, release: Release) -> None:
    stored = Store.read_only(str(release.store_path)).quads_for_pattern(None, None, None, DefaultGraph())
    assert graph_in(read(client, "default")) == canonical(quad.triple for quad in stored)
