"""Requests read without a connection's parser: the usual ones, as the parser reads them, and no others."""

from __future__ import annotations

from dataclasses import dataclass, field

import httptools
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.web.whole_request import WholeRequest, read_whole

HOST = b"Host: x\r\n"
USUAL = {
    "get": (b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\n" + HOST + b"\r\n", "GET", b"query=ASK%7B%7D", b""),
    "no query": (b"GET /sparql HTTP/1.1\r\n" + HOST + b"\r\n", "GET", b"", b""),
    "an empty query": (b"HEAD /sparql? HTTP/1.1\r\n" + HOST + b"\r\n", "HEAD", b"", b""),
    "post": (b"POST /sparql HTTP/1.1\r\nContent-Length: 5\r\n\r\nASK{}", "POST", b"", b"ASK{}"),
    "query": (b"QUERY /sparql?a HTTP/1.1\r\nContent-Length: 4\r\n\r\n\r\n\r\n", "QUERY", b"a", b"\r\n\r\n"),
    "kept alive": (b"GET /sparql?a=b HTTP/1.1\r\nConnection: Keep-Alive\r\n\r\n", "GET", b"a=b", b""),
    "no headers": (b"GET /sparql HTTP/1.1\r\n\r\n", "GET", b"", b""),
}
UNUSUAL = {
    "another path": b"GET /sparqls HTTP/1.1\r\n" + HOST + b"\r\n",
    "a path below": b"GET /sparql/ HTTP/1.1\r\n" + HOST + b"\r\n",
    "another method": b"DELETE /sparql HTTP/1.1\r\n" + HOST + b"\r\n",
    "another version": b"GET /sparql HTTP/1.0\r\n" + HOST + b"\r\n",
    "a fragment": b"GET /sparql?a#b HTTP/1.1\r\n" + HOST + b"\r\n",
    "a space": b"GET /sparql?a b HTTP/1.1\r\n" + HOST + b"\r\n",
    "raw letters": "GET /sparql?query=å HTTP/1.1\r\nHost: x\r\n\r\n".encode(),
    "a part": b"GET /sparql HTTP/1.1\r\n" + HOST,
    "half a line end": b"GET /sparql HTTP/1.1\r\n" + HOST + b"\r",
    "two": 2 * (b"GET /sparql HTTP/1.1\r\n" + HOST + b"\r\n"),
    "one and a bit": b"GET /sparql HTTP/1.1\r\n" + HOST + b"\r\nG",
    "less of a body": b"POST /sparql HTTP/1.1\r\nContent-Length: 6\r\n\r\nASK{}",
    "more of a body": b"POST /sparql HTTP/1.1\r\nContent-Length: 4\r\n\r\nASK{}",
    "two lengths": b"POST /sparql HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nASK{}",
    "chunks": b"POST /sparql HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunks and a length": b"POST /sparql HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    "an expectation": b"POST /sparql HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nASK{}",
    "the last": b"GET /sparql HTTP/1.1\r\nConnection: close\r\n\r\n",
    "an upgrade": b"GET /sparql HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n",
    "an upgrade without connection": b"GET /sparql HTTP/1.1\r\nUpgrade: h2c\r\n\r\n",
    "a folded line": b"GET /sparql HTTP/1.1\r\nA: b\r\n c\r\n\r\n",
    "a space in a name": b"GET /sparql HTTP/1.1\r\nA : b\r\n\r\n",
    "a bare line feed": b"GET /sparql HTTP/1.1\r\nA: b\n\r\n\r\n",
    "a line without colon": b"GET /sparql HTTP/1.1\r\nA\r\n\r\n",
    "a sign before a length": b"POST /sparql HTTP/1.1\r\nContent-Length: +5\r\n\r\nASK{}",
    "nothing": b"",
}


def test_there_are_examples_of_both_kinds() -> None:
    assert (len(USUAL), len(UNUSUAL)) == (7, 26)


@pytest.mark.parametrize("name", USUAL)
def test_a_usual_request_is_read(name: str) -> None:
    data, method, query_string, body = USUAL[name]
    for _ in range(2):  # its head is new, then known
        found = read_whole(data)
        assert found is not None
        assert (found.method, found.query_string, found.body) == (method, query_string, body)
        assert not found.is_forwarded


@pytest.mark.parametrize("name", UNUSUAL)
def test_an_unusual_request_is_left_to_the_parser(name: str) -> None:
    assert read_whole(UNUSUAL[name]) is None
    assert read_whole(UNUSUAL[name]) is None


def test_names_are_in_lower_case_and_values_as_they_came() -> None:
    found = read_whole(b"GET /sparql HTTP/1.1\r\nACCEPT:  Text/CSV\r\nx-b: \r\n\r\n")
    assert found is not None
    assert found.headers == [(b"accept", b"Text/CSV"), (b"x-b", b"")]


@pytest.mark.parametrize("name", ["X-Forwarded-For", "x-forwarded-proto"])
def test_what_a_proxy_says_is_pointed_out(name: str) -> None:
    found = read_whole(f"GET /sparql HTTP/1.1\r\n{name}: y\r\n\r\n".encode())
    assert found is not None
    assert found.is_forwarded


@dataclass
class Parsed:
    """What llhttp makes of a request."""

    url: bytes = b""
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""
    complete: int = 0

    def on_url(self, url: bytes) -> None:
        self.url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.lower(), value))

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        self.complete += 1


LINES = st.sampled_from(
    [b"Host: x", b"Accept: */*", b"Content-Length: 3", b"content-length:3", b"Content-Length: 03", b"Connection: close",
     b"Connection: keep-alive, x", b"Transfer-Encoding: identity", b"A: b\r\n c", b"A\t: b", b": b", b"A: \x00", b"A: \x80",
     b"Accept:*/*", b"X-Forwarded-For: y", b"Content-Length: 3, 3", b"A: b\rc", b"Expect: x", b"", b"Upgrade: a"]
)  # fmt: skip
TARGETS = st.sampled_from([b"/sparql", b"/sparql?", b"/sparql?a=%20", b"/sparql?\x7f", b'/sparql?"<>', b"/sparql?a?b"])
METHODS = st.sampled_from([b"GET", b"POST", b"HEAD", b"QUERY", b"PUT"])


@given(METHODS, TARGETS, st.lists(LINES, max_size=4), st.sampled_from([b"", b"abc", b"\r\n\r", b"GET"]))
@settings(derandomize=True, max_examples=2000, deadline=None)
def test_what_is_read_is_what_the_parser_reads(method: bytes, target: bytes, lines: list[bytes], body: bytes) -> None:
    data = b"\r\n".join([method + b" " + target + b" HTTP/1.1", *lines, b"", body])
    found = read_whole(data)
    if found is None:
        return
    heard = Parsed()
    parser = httptools.HttpRequestParser(heard)
    parser.feed_data(data)
    assert heard.complete == 1
    expected = WholeRequest(
        parser.get_method().decode(),
        httptools.parse_url(heard.url).query or b"",
        heard.headers,
        heard.body,
        any(name.startswith(b"x-forwarded-") for name, _ in heard.headers),
    )
    assert found == expected
