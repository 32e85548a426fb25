"""The address of an engine elsewhere, and its failures as errors of ours."""

from __future__ import annotations

import pytest

from kg.engine.endpoint import NOWHERE, Endpoint, first_value, form, refusal, shown
from kg.errors import (
    ConfigurationError,
    DeadlineExceeded,
    EngineError,
    EngineUnavailable,
    KgError,
    QuerySyntaxError,
)
from kg.settings import Settings

STATUSES: list[tuple[int, str, type[KgError], str]] = [
    (400, "error at 1:19: expected one of FILTER, [_]", QuerySyntaxError, ""),
    (400, "Virtuoso 37000 Error SP030: SPARQL compiler, line 1: syntax error at 'y'\n\nSPARQL query:\nSELECT",
     QuerySyntaxError, "syntax error at 'y'"),
    (400, "Virtuoso 37000 Error SP031: SPARQL compiler: Internal error: Built-in function is not implemented",
     EngineError, "cannot evaluate this query (400)"),
    (400, "<html>no</html>", QuerySyntaxError, "does not understand"),
    (401, "who?", EngineError, "credentials"),
    (403, "", EngineError, "credentials"),
    (404, "", EngineError, "(404)"),
    (408, "", DeadlineExceeded, "time limit"),
    (429, "", EngineUnavailable, "busy"),
    (500, "<html>Traceback /home/x</html>", EngineError, "(500)"),
    (500, "Virtuoso S1T00 Error SR171: Transaction timed out", DeadlineExceeded, "time limit"),
    (500, "Query timeout after 5 s", DeadlineExceeded, "time limit"),
    (500, "The estimated execution time 9 (sec) exceeds the limit of 4 (sec).", DeadlineExceeded, "time limit"),
    (502, "", EngineUnavailable, "busy"),
    (503, "The SPARQL operation has been cancelled", DeadlineExceeded, "time limit"),
    (503, "later", EngineUnavailable, "busy"),
    (504, "", DeadlineExceeded, "time limit"),
]  # fmt: skip


@pytest.mark.parametrize(("status", "text", "kind", "message"), STATUSES)
def test_a_refusal_is_an_error_of_ours(status: int, text: str, kind: type[KgError], message: str) -> None:
    error = refusal(status, {}, text)
    assert type(error) is kind
    assert message in error.message
    assert "home" not in error.message
    assert len(STATUSES) == 17


def test_retry_after_is_passed_on_within_reason() -> None:
    for said, meant in (("7", 7), ("999999", 3600), ("tomorrow", 1), ("", 1)):
        error = refusal(503, {"retry-after": said}, "")
        assert isinstance(error, EngineUnavailable)
        assert error.retry_after == meant


@pytest.mark.parametrize(
    "address",
    ["sparql+ftp://example.org/", "sparql+http://", "http:///x", "sparql+http://[::1/", "sparql+http://h:99999/",
     "sparql+http://me:hush@example.org/sparql", "sparql+https://me@example.org/",
     "sparql+http://one.example/ sparql+http://me:hush@two.example/"],
)  # fmt: skip
def test_an_address_that_is_none_or_has_credentials_is_refused_and_not_repeated(address: str) -> None:
    with pytest.raises(ConfigurationError) as found:
        Endpoint.each_of(Settings(engine=address))
    assert "hush" not in str(found.value)


def test_what_is_shown_of_an_address_has_no_secret() -> None:
    assert shown("http://example.org:7001/a?access-token=hush") == "http://example.org:7001/a"


def test_an_address() -> None:
    settings = Settings(engine="sparql+https://example.org:8443/a/sparql?x=y", engine_user="me", engine_password="hush")
    endpoint = Endpoint.of(settings)
    assert endpoint.url == "https://example.org:8443/a/sparql?x=y"
    assert "hush" not in repr(endpoint) + repr(settings)


def test_a_dataset_is_never_left_to_the_engine() -> None:
    assert form("ASK {}", (), ()) == {"query": "ASK {}", "default-graph-uri": [NOWHERE], "named-graph-uri": [NOWHERE]}
    assert form("ASK {}", ("a",), ("b", "c"))["named-graph-uri"] == ["b", "c"]


def test_the_first_value() -> None:
    row = b'{"head":{"vars":["n"]},"results":{"bindings":[{"n":{"type":"literal","value":"5"}}]}}'
    assert first_value(row) == "5"
    assert first_value(b'{"head":{"vars":["n"]},"results":{"bindings":[]}}') is None
    with pytest.raises(EngineError):
        first_value(b"<html>")
