"""`/sparql` over HTTP: a real server with real workers (SPARQL 1.1 Protocol §2)."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from urllib.parse import quote, urlencode

import httpx
import pytest

from serving import (
    ALL,
    BASE,
    CARTESIAN,
    GRAPH,
    HOSTILE,
    OTHER,
    make_release,
    served,
    stop_on_the_way,
    wait_until,
    workers_of,
)

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "Accept-Language": "en"}
NAMES = ALL + "SELECT ?o ?name { ?o skos:prefLabel ?name } ORDER BY ?name"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    release = make_release(tmp_path_factory.mktemp("sparql"), extra=20000)
    with served(release, workers=3, deadline=20.0, memory=128) as (url, process):
        yield url, process.pid


@pytest.fixture
def client(server: tuple[str, int]) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server[0], timeout=30) as made:
        yield made


def query(client: httpx.Client, text: str, accept: str = "*/*", **parameters: str) -> httpx.Response:
    return client.get("/sparql", params={"query": text, **parameters}, headers={"Accept": accept})


# what comes back


@pytest.mark.parametrize(
    ("accept", "content_type", "start"),
    [
        ("*/*", "application/sparql-results+json", b'{"head"'),
        ("application/sparql-results+json", "application/sparql-results+json", b'{"head"'),
        ("application/json", "application/json", b'{"head"'),
        ("application/sparql-results+xml", "application/sparql-results+xml", b"<?xml"),
        ("text/csv", "text/csv; charset=utf-8", b"o,name\r\n"),
        ("text/tab-separated-values", "text/tab-separated-values; charset=utf-8", b"?o\t?name\n"),
    ],
)
def test_media_types_of_solutions(client: httpx.Client, accept: str, content_type: str, start: bytes) -> None:
    response = query(client, NAMES, accept)
    assert (response.status_code, response.headers["content-type"]) == (200, content_type)
    assert response.content.startswith(start)
    assert "Accept" in response.headers["vary"]
    assert int(response.headers["content-length"]) == len(response.content)


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning")  # in rdflib's JSON-LD parser
@pytest.mark.parametrize(
    "text", ["CONSTRUCT { ?o skos:prefLabel ?n } WHERE { ?o skos:prefLabel ?n }", "DESCRIBE organisation:region"]
)
@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ("*/*", "text/turtle; charset=utf-8"),
        ("application/n-triples", "application/n-triples"),
        ("application/rdf+xml", "application/rdf+xml"),
        ("application/ld+json", "application/ld+json"),
    ],
)
def test_media_types_of_graphs(client: httpx.Client, text: str, accept: str, content_type: str) -> None:
    from rdflib import Graph

    response = query(client, ALL + text, accept)
    assert (response.status_code, response.headers["content-type"]) == (200, content_type)
    assert len(Graph().parse(data=response.content, format=content_type.partition(";")[0])) == 4


@pytest.mark.parametrize(
    ("accept", "body"),
    [("*/*", b'{"head":{},"boolean":true}'), ("application/sparql-results+xml", b"<boolean>true</boolean>")],
)
def test_ask(client: httpx.Client, accept: str, body: bytes) -> None:
    assert body in query(client, "ASK { ?s ?p ?o }", accept).content


def test_format_parameter(client: httpx.Client) -> None:
    assert query(client, NAMES, format="csv").headers["content-type"].startswith("text/csv")
    assert (
        query(client, "ASK {}", "text/html", format="xml").headers["content-type"] == "application/sparql-results+xml"
    )


@pytest.mark.parametrize(
    ("text", "accept"),
    [("ASK {}", "text/csv"), (NAMES, "text/turtle"), ("DESCRIBE <a:b>", "text/csv"), (NAMES, "image/png")],
)
def test_not_acceptable_lists_what_there_is(client: httpx.Client, text: str, accept: str) -> None:
    response = query(client, text, accept)
    assert (response.status_code, response.headers["content-type"]) == (406, "application/problem+json")
    assert response.json()["available"]


def test_long_answers_are_streamed_whole(client: httpx.Client) -> None:
    response = query(client, "SELECT ?s ?o { ?s ?p ?o }", "text/csv")
    assert "content-length" not in response.headers
    assert len(response.text.splitlines()) > 20000


def test_columns_are_in_the_order_of_the_text(client: httpx.Client) -> None:
    assert query(client, ALL + "SELECT * { ?z a org:Organization ; skos:prefLabel ?a }", "text/csv").text.startswith(
        "z,a\r\n"
    )


# how it is asked


def test_post_of_a_form_is_decoded_once(client: httpx.Client) -> None:
    text = 'SELECT ("100%25 + å & b=c" AS ?x) {}'
    response = client.post(
        "/sparql", content=urlencode({"query": text}), headers={"Content-Type": FORM, "Accept": "text/csv"}
    )
    assert response.text == "x\r\n100%25 + å & b=c\r\n"


@pytest.mark.parametrize("method", ["POST", "QUERY"])
def test_a_query_as_the_body(client: httpx.Client, method: str) -> None:
    headers = {"Content-Type": "application/sparql-query; charset=UTF-8", "Accept": "text/csv"}
    response = client.request(
        method,
        "/sparql",
        params={"default-graph-uri": OTHER},
        content="SELECT (COUNT(*) AS ?n) { ?s ?p 'Film'@sv }",
        headers=headers,
    )
    assert (response.status_code, response.text) == (200, "n\r\n1\r\n")


def test_head_has_the_headers_of_get(client: httpx.Client) -> None:
    got = query(client, NAMES)
    head = client.head("/sparql", params={"query": NAMES}, headers={"Accept": "*/*"})
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-type", "content-length", "vary"):
        assert head.headers[name] == got.headers[name]
    assert client.head("/sparql", params={"query": "SELECT ?s ?o { ?s ?p ?o }"}).status_code == 200
    assert client.head("/sparql").headers["content-type"].startswith("text/turtle")


def test_options_and_other_methods(client: httpx.Client) -> None:
    response = client.options("/sparql", headers={"Origin": "https://example.org"})
    assert response.status_code == 204
    assert response.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in response.headers
    assert "QUERY" in response.headers["allow"]
    for method in ("PUT", "DELETE", "PATCH"):
        response = client.request(method, "/sparql", params={"query": "ASK {}"})
        assert response.status_code == 405
        assert "GET" in response.headers["allow"]


def test_the_dataset_of_the_request(client: httpx.Client) -> None:
    count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    assert query(client, count, "text/csv", **{"default-graph-uri": OTHER}).text == "n\r\n4\r\n"
    assert query(client, count, "text/csv", **{"named-graph-uri": OTHER}).text == "n\r\n0\r\n"
    named = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
    assert query(client, named, "text/csv", **{"named-graph-uri": OTHER}).text == "n\r\n4\r\n"
    two = client.get(
        "/sparql",
        params=[("query", count), ("default-graph-uri", OTHER), ("default-graph-uri", GRAPH)],
        headers={"Accept": "text/csv"},
    )
    assert two.text == "n\r\n14\r\n"


@pytest.mark.parametrize(
    ("method", "url", "content_type", "body", "status"),
    [
        ("POST", "/sparql", FORM, b"", 400),
        ("POST", "/sparql", FORM, b"query=ASK%20%7B%7D&query=ASK%20%7B%7D", 400),
        ("GET", "/sparql?query=ASK%20%7B%7D&query=ASK%20%7B%7D", None, None, 400),
        ("GET", "/sparql?query=", None, None, 400),
        ("GET", "/sparql?query=ASK%20%7B%20%3Fs%20%3Fp%20%22%FF%22%20%7D", None, None, 400),
        ("POST", "/sparql", FORM, b"query=%FF", 400),
        ("POST", "/sparql", "application/sparql-query", b"ASK { ?s ?p '\xff' }", 400),
        ("POST", "/sparql?query=ASK%20%7B%7D", "application/sparql-query", b"ASK {}", 400),
        ("POST", "/sparql", "application/sparql-query; charset=utf-16", "ASK {}".encode("utf-16"), 415),
        ("POST", "/sparql", "text/plain", b"ASK {}", 415),
        ("POST", "/sparql", None, b"query=ASK%20%7B%7D", 415),
        ("POST", "/sparql", "application/sparql-update", b"DROP ALL", 403),
        ("POST", "/sparql", FORM, b"update=DROP%20ALL", 403),
        ("GET", "/sparql?update=DROP%20ALL", None, None, 403),
        ("POST", "/sparql", FORM, b"query=DROP%20ALL", 403),
        ("POST", "/sparql", FORM, b"query=ASK%20%7B%7D&update=DROP%20ALL", 400),
        ("POST", "/sparql", "application/sparql-query", b"ASK {} #" + b"x" * 70000, 413),
        ("POST", "/sparql", FORM, b"query=" + b"x" * 300000, 413),
        ("GET", "/sparql?query=ASK%20" + "%7B" * 300 + "%7D" * 300, None, None, 413),
        ("GET", "/sparql?query=ASK%20%7B%7D&default-graph-uri=no%20iri", None, None, 400),
        ("GET", "/sparql?query=SELECT%20%28%3Ca%3Ab%3E%281%29%20AS%20%3Fx%29%20%7B%7D", None, None, 422),
    ],
)  # fmt: skip
def test_malformed_requests(
    client: httpx.Client, method: str, url: str, content_type: str | None, body: bytes | None, status: int
) -> None:
    headers = {"Content-Type": content_type} if content_type else {}
    response = client.request(method, url, content=body, headers=headers)
    assert (response.status_code, response.headers["content-type"]) == (status, "application/problem+json")
    assert response.json()["status"] == status
    assert response.json()["type"].startswith("https://")


def test_syntax_errors_have_line_and_column(client: httpx.Client) -> None:
    problem = query(client, "SELECT ?s\nWHERE {\n  ?s gov:owns ?o\n}").json()
    assert (problem["status"], problem["line"], problem["column"]) == (400, 3, 6)
    assert problem["hint"] == "add the line: PREFIX gov: <https://w3id.org/governance-kg/def/>"


def test_the_language_of_problems(client: httpx.Client) -> None:
    assert query(client, "SELEC").json()["title"] == "The query is not valid SPARQL"
    assert query(client, "SELEC", lang="sv").json()["title"] == "Frågan är inte giltig SPARQL"


# what it may not do


def test_service_is_refused_and_reaches_nothing(client: httpx.Client) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        port = listener.getsockname()[1]
        for text in (
            f"SELECT * {{ SERVICE <http://127.0.0.1:{port}/> {{ ?s ?p ?o }} }}",
            f"ASK {{ {{ SERVICE SILENT <http://localhost:{port}/> {{ }} }} }}",
        ):
            assert query(client, text).status_code == 422
        for text in (
            f"SELECT * FROM <http://127.0.0.1:{port}/> {{ ?s ?p ?o }}",
            f"SELECT * FROM NAMED <http://127.0.0.1:{port}/> {{ ?s ?p ?o }}",
        ):
            assert query(client, text).status_code == 400
        assert query(client, "ASK {}", **{"default-graph-uri": f"http://127.0.0.1:{port}/"}).status_code == 400
        with pytest.raises(BlockingIOError):
            listener.accept()


def test_from_clause_never_reads_a_file(client: httpx.Client) -> None:
    response = query(client, "SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }")
    assert response.status_code == 400
    assert "root:" not in response.text
    assert "file:///etc/passwd" in response.json()["detail"]


def test_a_cartesian_query_is_stopped_while_others_are_answered(client: httpx.Client, server: tuple[str, int]) -> None:
    outcome: list[tuple[int, float]] = []

    def attack() -> None:
        start = time.monotonic()
        asked = {"query": CARTESIAN, "timeout": "1.5"}
        status = httpx.get(server[0] + "/sparql", params=asked, timeout=30).status_code
        outcome.append((status, time.monotonic() - start))

    assert wait_until(lambda: client.get("/health/ready").json()["workers"]["workers"] == 3)
    attacker = threading.Thread(target=attack)
    attacker.start()
    time.sleep(0.2)
    answered = 0
    while attacker.is_alive():
        assert query(client, f"{NAMES} # {answered}").status_code == 200
        answered += attacker.is_alive()
        time.sleep(0.05)
    assert outcome[0][0] == 504
    assert 1.4 < outcome[0][1] < 15, "it had the deadline of the server, not its own"
    assert answered >= 2, "others have to wait until it is over"


def test_memory_exhaustion_is_507_and_others_go_on(client: httpx.Client) -> None:
    response = query(client, "SELECT ?a ?c ?d ?f { ?a ?b ?c . ?d ?e ?f } ORDER BY ?f")
    assert response.status_code == 507, response.text
    assert query(client, "ASK {}").status_code == 200


def test_braces_that_crash_an_engine_leave_the_server_answering(client: httpx.Client) -> None:
    for opening, closing in (("{", "}"), ("(", ")"), ("[", "]")):
        text = f"ASK {{ ?s ?p {opening * 9000}{closing * 9000} }}"
        assert client.post("/sparql", data={"query": text}).status_code == 413
    assert query(client, "ASK {}").status_code == 200


def test_a_failure_after_the_status_breaks_the_connection(client: httpx.Client) -> None:
    """Endless rows: 200 goes out with the first of them, the deadline comes later."""
    endless = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    stop_on_the_way(lambda seconds: query(client, endless, "text/csv", timeout=str(seconds)))
    assert query(client, "ASK {}").status_code == 200


def test_http_1_0_gets_a_status_instead_of_a_broken_end(server: tuple[str, int]) -> None:
    host, _, port = server[0].removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), 30) as connection:
        text = quote("SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }")
        connection.sendall(f"GET /sparql?query={text}&timeout=1.5 HTTP/1.0\r\nAccept: text/csv\r\n\r\n".encode())
        received = b""
        while piece := connection.recv(65536):
            received += piece
    assert received.split(b" ")[1] in (
        b"504",
        b"507",
    )  # whichever of the deadline and the largest whole answer comes first


def test_a_client_that_hangs_up_frees_its_worker(client: httpx.Client, server: tuple[str, int]) -> None:
    for _ in range(6):
        with pytest.raises(httpx.ReadTimeout):
            httpx.get(server[0] + "/sparql", params={"query": CARTESIAN}, timeout=0.15)
    start = time.monotonic()
    assert query(client, "ASK {}").status_code == 200
    assert wait_until(lambda: busy(client) == 0)
    assert time.monotonic() - start < 15, "they ended at their deadline"
    assert wait_until(lambda: len(workers_of(server[1])) <= 3)


def busy(client: httpx.Client) -> int:
    """How many queries run or wait."""
    workers = client.get("/health/ready").json()["workers"]
    return int(workers["running"] + workers["waiting"])


def test_clients_that_do_not_read_lose_their_answers_at_the_deadline(
    client: httpx.Client, server: tuple[str, int]
) -> None:
    host, _, port = server[0].removeprefix("http://").partition(":")
    text = quote("SELECT * { ?a ?b ?c . ?d ?e ?f }")
    with contextlib.ExitStack() as stack:
        for _ in range(3):
            connection = stack.enter_context(socket.create_connection((host, int(port)), 30))
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.sendall(f"GET /sparql?query={text}&timeout=3 HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        start = time.monotonic()
        assert wait_until(lambda: busy(client) > 0)
        assert wait_until(lambda: busy(client) == 0)
        assert time.monotonic() - start < 15, "they ended at the deadline of the server"
        assert query(client, "ASK {}").status_code == 200


DOUBLED = "BIND('aaaaaaaaaaaaaaaa' AS ?x0) " + " ".join(
    f"BIND(CONCAT(?x{number}, ?x{number}) AS ?x{number + 1})" for number in range(19)
)


def test_a_literal_of_megabytes_is_whole_for_a_program_and_too_large_for_a_page(client: httpx.Client) -> None:
    text = f"SELECT ?x19 {{ {DOUBLED} }}"
    assert len(query(client, text, "text/csv").content) == len("x19\r\n") + (8 << 20) + 2
    page = client.get("/sparql", params={"query": text}, headers=BROWSER)
    assert page.status_code == 507
    assert "more than 4194304 bytes" in page.text


# pages


def test_a_browser_gets_a_table_in_which_a_hostile_literal_is_text(client: httpx.Client) -> None:
    response = client.get("/sparql", params={"query": ALL + "SELECT ?z ?note { ?z skos:note ?note }"}, headers=BROWSER)
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert HOSTILE not in response.text
    assert "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;" in response.text
    assert "<table>" in response.text
    assert ">organisation:region</a>" in response.text
    assert quote(f"DESCRIBE <{BASE}id/organisation/region>", safe="").replace("%20", "+") in response.text
    for name in ("json", "xml", "csv", "tsv"):
        assert f"format={name}" in response.text
    assert "<script" not in response.text


def test_pages_for_ask_describe_nothing_and_too_much(client: httpx.Client) -> None:
    def page(text: str, lang: str = "sv") -> str:
        return client.get("/sparql", params={"query": ALL + text, "lang": lang}, headers=BROWSER).text

    assert ">Ja</p>" in page("ASK {}")
    assert ">No</p>" in page("ASK { FILTER(false) }", "en")
    assert "subjekt" in page("DESCRIBE organisation:region")
    assert "Inget svar" in page("SELECT * { ?s gov:nothing ?o }")
    assert "first 100 rows" in page("SELECT * { ?s ?p ?o }", "en")


def test_links_of_hostile_iris_are_not_made(client: httpx.Client) -> None:
    text = "SELECT (IRI('javascript:alert(1)') AS ?x) (IRI('https://e.org/\"onclick=') AS ?y) {}"
    page = client.get("/sparql", params={"query": text}, headers=BROWSER).text
    assert 'href="javascript:' not in page
    assert '"onclick=' not in page


def test_an_error_page_shows_the_place_and_offers_the_prefix(client: httpx.Client) -> None:
    text = "SELECT ?s\nWHERE { ?s gov:owns ?o }"
    response = client.get("/sparql", params={"query": text, "lang": "sv"}, headers=BROWSER)
    assert response.status_code == 400
    assert "rad 2, kolumn 12" in response.text
    assert ">gov:owns</mark>" in response.text
    assert "Kör frågan med den raden tillagd" in response.text
    assert "WHERE { ?s gov:owns ?o }</textarea>" in response.text


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning")  # in rdflib's JSON-LD parser
def test_without_a_query_a_browser_gets_the_form_and_a_program_the_description(client: httpx.Client) -> None:
    from rdflib import RDF, Graph, Literal, Namespace, URIRef

    assert "<textarea" in client.get("/sparql", headers=BROWSER).text
    sd = Namespace("http://www.w3.org/ns/sparql-service-description#")
    for accept in ("text/turtle", "application/rdf+xml", "application/n-triples", "application/ld+json"):
        response = client.get("/sparql", headers={"Accept": accept})
        assert response.headers["content-type"].partition(";")[0] == accept
        graph = Graph().parse(data=response.text, format=accept)
        service = graph.value(predicate=RDF.type, object=sd.Service)
        assert graph.value(service, sd.endpoint) == URIRef(f"{str(client.base_url).rstrip(chr(47))}/sparql")
        assert (service, sd.feature, sd.BasicFederatedQuery) not in graph
        assert (None, sd.name, URIRef(OTHER)) in graph
        assert (None, URIRef("http://rdfs.org/ns/void#triples"), Literal(4)) in graph
    assert client.get("/sparql", headers={"Accept": "image/png"}).status_code == 406
