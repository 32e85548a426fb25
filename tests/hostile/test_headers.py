"""Headers of any names and values: what is answered is HTTP, never an error of the server, and nobody else notices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress

import h11
import pytest
from corpus import LIVE
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from target import Target, attacked, must_be_answered
from wire import Client, connect, read_response, request

from serving import make_release

EXAMPLES = 150
PATIENCE = 30.0
FRAMING = {"connection", "content-length", "expect", "host", "transfer-encoding", "upgrade"}
"""They say where a request ends and what becomes of the connection: `requests.toml` has what can be wrong with them."""
QUERY = "ASK { ?s ?p ?o }"
REQUESTS = {
    "GET /sparql?query=ASK%20%7B%20%3Fs%20%3Fp%20%3Fo%20%7D": b"",
    "GET /sparql": b"",
    "GET /sparql?query=SELECT%20*%20%7B%20%3Fs%20%3Fp%20%3Fo%20%7D&format=html": b"",
    "POST /sparql": b"query=ASK%7B%7D",
    "QUERY /sparql": QUERY.encode(),
    "OPTIONS /sparql": b"",
    "GET /graph-store?default": b"",
    "GET /": b"",
    "GET /metrics": b"",
    "GET /nowhere": b"",
}
PIECES = (
    "text/csv", "application/sparql-results+json", "text/turtle", "text/html", "*/*", "application/*", "text/", "/", "*",
    "application/sparql-query", "application/x-www-form-urlencoded", "multipart/form-data; boundary=", "charset=utf-8",
    "charset=utf-16", "version=1.0.0", "gzip", "identity", "br", "x-gzip", "W/", '"', "@tag", '"abc"', "sv", "en-GB", "Bearer",
    ";", ";q=", "=", "0", "0.5", "1", "-1", "1e9", "nan", "9" * 300, ",", " ", "\t", ", ", "%", "\\", "\x7f", "\xe5", "\xff", "\x00",
)  # fmt: skip
KNOWN = (
    "Accept", "Accept-Encoding", "Accept-Language", "If-None-Match", "If-Modified-Since", "Content-Type", "Authorization",
    "Range", "Cookie", "Origin", "X-Forwarded-For", "X-Forwarded-Proto", "Content-Encoding", "TE", "Trailer",
)  # fmt: skip
NAMES = st.sampled_from(KNOWN) | st.text("!#$%&'*+-.^_`|~aZ09", min_size=1, max_size=12).filter(
    lambda name: name.lower() not in FRAMING
)
ODD_NAMES = NAMES | st.text(st.characters(max_codepoint=255, exclude_characters="\r\n"), max_size=6)
VALUES = st.lists(st.sampled_from(PIECES), max_size=12).map("".join) | st.text(
    st.characters(max_codepoint=255, exclude_characters="\r\n"), max_size=40
)


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    with attacked(make_release(tmp_path_factory.mktemp("headers"), extra=50), workers=2, deadline=20) as made:
        yield made


def test_any_headers(target: Target) -> None:
    met: Counter[int] = Counter()
    with connect(target.url) as connection:
        connection.sendall(request(QUERY, method="GET"))
        tag = read_response(connection.makefile("rb")).headers["etag"]

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(line=st.sampled_from(list(REQUESTS)), headers=st.lists(st.tuples(ODD_NAMES, VALUES), max_size=8))
    @example(line=next(iter(REQUESTS)), headers=[("If-None-Match", "@tag")])
    @example(line=next(iter(REQUESTS)), headers=[("Accept", "image/png")])
    @example(line="POST /sparql", headers=[("Content-Type", "image/png")])
    def ask(line: str, headers: list[tuple[str, str]]) -> None:
        body = REQUESTS[line]
        lines = [f"{line} HTTP/1.1", "Host: x", *(f"{name}: {value.replace('@tag', tag)}" for name, value in headers)]
        if line.startswith("POST") and all(name != "Content-Type" for name, _ in headers):
            lines.append("Content-Type: application/x-www-form-urlencoded")
        if body:
            lines.append(f"Content-Length: {len(body)}")
        found = statuses(said(target.url, "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body + LIVE))
        met.update(found[:1])
        assert all(status < 500 for status in found), found
        assert len(found) == 2 or found[0] in (400, 431), found
        must_be_answered(other)

    with Client(target.url, "203.0.113.2") as other:
        ask()
        target.must_be_well(other)
    assert sum(met.values()) >= EXAMPLES
    assert {200, 304, 400, 406, 415} <= set(met)


def said(url: str, data: bytes) -> bytes:
    """All that the server says to these bytes, until it hangs up."""
    heard = b""
    with connect(url, seconds=PATIENCE) as connection:
        with suppress(ConnectionError):
            connection.sendall(data)
        with suppress(ConnectionError):
            while piece := connection.recv(1 << 16):
                heard += piece
    return heard


def statuses(heard: bytes) -> list[int]:
    """Of the responses that it consists of, which are whole and well-formed, as h11 has it."""
    found = []
    while heard:
        connection = h11.Connection(h11.CLIENT)
        connection.send(h11.Request(method="GET", target="/", headers=[("Host", "x")]))
        connection.send(h11.EndOfMessage())
        connection.receive_data(heard)
        response = connection.next_event()
        assert isinstance(response, h11.Response), heard[:200]
        while not isinstance(event := connection.next_event(), h11.EndOfMessage):
            assert isinstance(event, h11.Data), heard[-200:]
        found.append(response.status_code)
        heard = connection.trailing_data[0]
    return found
