"""W3C query syntax tests: a valid query is answered, an invalid one is refused as such."""

from __future__ import annotations

import pytest
from host import Host
from w3c import (
    BASE,
    SYNTAX,
    UPDATE,
    Case,
    Dataset,
    cases_of,
    graphs_asked_for,
    judge,
    needs_suites,
    parametrize,
)

_ANYTHING = Dataset(f"{BASE}sparql11/syntax-query/")


@pytest.fixture(scope="module")
def graphs() -> tuple[str, ...]:
    """The graphs that the queries ask for: a release without them would refuse the queries for that (400)."""
    found = {iri for suite in SYNTAX for case in cases_of(suite) for iri in graphs_asked_for(case)}
    return tuple(sorted(found))


@parametrize(*SYNTAX)
def test_query_syntax(case: Case, host: Host, graphs: tuple[str, ...]) -> None:
    client = host.show(_ANYTHING, graphs)
    response = client.post("/sparql", content=case.text, headers={"Content-Type": "application/sparql-query"})
    seen = str(response.status_code)
    if case.kind.startswith("Negative"):
        refused = seen == "400" and response.json()["type"].endswith("/query-syntax")
        judge(case, None if refused else seen, response.text)
    else:
        judge(case, None if seen == "200" else seen, response.text)


@needs_suites
def test_every_update_of_the_suites_is_refused(host: Host) -> None:
    """Updates are refused by design, before anybody asks whether they are valid."""
    client = host.show(_ANYTHING)
    cases = cases_of(UPDATE)
    assert len(cases) == UPDATE.size
    for case in cases:
        direct = client.post("/sparql", content=case.text, headers={"Content-Type": "application/sparql-update"})
        form = client.post("/sparql", data={"update": case.text})
        as_query = client.post("/sparql", content=case.text, headers={"Content-Type": "application/sparql-query"})
        assert (direct.status_code, form.status_code) == (403, 403), case.iri
        assert as_query.status_code in (400, 403), case.iri
