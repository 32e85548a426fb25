"""The OpenAPI document against the server that gives it: requests made from it, and from its opposite, are answered as it says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from http.client import responses as statuses

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from serving import GRAPH, TABLE, make_release, served

OPERATIONS = {
    ("GET", "/"): 20,
    ("GET", "/health/live"): 5,
    ("GET", "/health/ready"): 5,
    ("GET", "/metrics"): 10,
    ("GET", "/admin/queries"): 10,
    ("DELETE", "/admin/queries/{number}"): 20,
    ("GET", "/sparql"): 60,
    ("HEAD", "/sparql"): 30,
    ("POST", "/sparql"): 60,
    ("GET", "/graph-store"): 50,
    ("HEAD", "/graph-store"): 20,
}
"""Operations, and how many requests are made of each."""
CONFORMS = [
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
TOKEN = "a secret"
QUERIES = (
    "SELECT * { ?s ?p ?o } LIMIT 3",
    "ASK {}",
    f"CONSTRUCT WHERE {{ GRAPH <{GRAPH}> {{ ?s ?p ?o }} }}",
    f"DESCRIBE <{TABLE['organisation']}filmpool>",
    "DROP ALL",
    "SELECT * { SERVICE <http://e/> { ?s ?p ?o } }",
    "ASK " + "{" * 200 + "}" * 200,
    "SELECT (NOW() AS ?n) {}",
)
ACCEPTS = (
    "*/*",
    "text/html",
    "application/json",
    "text/xml",
    "text/turtle;q=0.5, text/csv",
    "image/png",
    "application/openmetrics-text",
)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    release = make_release(tmp_path_factory.mktemp("openapi"), extra=20)
    with served(release, workers=2, processes=1, admin_token=TOKEN, log="warnings") as (address, _):
        yield address


@pytest.fixture(scope="module")
def schema(url: str) -> BaseSchema:
    return schemathesis.openapi.from_dict(httpx.get(f"{url}/openapi.json").json())


def test_all_operations_are_asked(schema: BaseSchema) -> None:
    assert {(made.ok().method.upper(), made.ok().path) for made in schema.get_all_operations()} == set(OPERATIONS)


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_it_is_answered_as_the_document_says(url: str, schema: BaseSchema, method: str, path: str) -> None:
    operation = schema[path][method]
    cases = operation.as_strategy() | operation.as_strategy(GenerationMode.NEGATIVE)
    met: Counter[int] = Counter()

    @settings(
        max_examples=OPERATIONS[method, path],
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases, query=st.none() | st.sampled_from(QUERIES), accept=st.sampled_from(ACCEPTS), knows=st.booleans())
    def ask(case: Case, query: str | None, accept: str, knows: bool) -> None:
        headers = {"Accept": accept}
        if knows and path.startswith("/admin"):
            headers["Authorization"] = f"Bearer {TOKEN}"
        if query is not None and path == "/sparql":
            put(case, query)
        response = case.call(base_url=url, headers=headers)
        met[response.status_code] += 1
        assert response.status_code in statuses
        may_be_late = "timeout" in (case.query or {})
        case.validate_response(response, checks=CONFORMS if may_be_late else [not_a_server_error, *CONFORMS])

    ask()
    assert sum(met.values()) >= min(OPERATIONS[method, path], 2)
    assert path.startswith("/admin") or met[200], met


def put(case: Case, query: str) -> None:
    """Ask this in place of what was made."""
    if case.method in ("GET", "HEAD"):
        case.query = {"query": query}
    elif case.media_type == "application/sparql-query":
        case.body = query
    else:
        case.body = {"query": query}
