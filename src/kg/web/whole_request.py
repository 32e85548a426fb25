"""A request to `/sparql` that has come whole, in one piece, as nearly all do: read without a state for each connection.

Clients repeat the head of a request from one to the next but for its first line, so what a head says is looked up by
its bytes; the parser (llhttp, by httptools) reads one that is new. Whatever is unusual is left to the parser of the
connection: another path, a request in pieces or several at once, other codings of the body, an upgrade.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import httptools

__all__ = ["PATH", "WholeRequest", "read_whole"]

Headers = list[tuple[bytes, bytes]]

PATH = "/sparql"
_FIRST = re.compile(rb'(GET|HEAD|POST|QUERY) /sparql(?:\?([!"$-~]*))? HTTP/1\.1\r\n')
_HANDLED_ELSEWHERE = frozenset((b"transfer-encoding", b"expect", b"upgrade", b"connection"))
_LONGEST, _MOST = 4096, 1024


@dataclass(frozen=True, slots=True)
class WholeRequest:
    """Method, query string, headers with names in lower case, and body; `is_forwarded` where a proxy may speak."""

    method: str
    query_string: bytes
    headers: Headers
    body: bytes
    is_forwarded: bool


@dataclass(frozen=True, slots=True)
class _Head:
    headers: Headers
    length: int
    is_forwarded: bool


def read_whole(data: bytes) -> WholeRequest | None:
    """The request that `data` is; None if it is not one whole, usual request to the endpoint."""
    first = _FIRST.match(data)
    if first is None:
        return None
    end = data.find(b"\r\n\r\n", first.end() - 2) + 2
    if end < 2:
        return None
    head = _HEADS.get(data[first.end() : end]) or _read_head(data[first.end() : end])
    if head is None or head.length != len(data) - end - 2:
        return None
    return WholeRequest(first[1].decode(), first[2] or b"", head.headers, data[end + 2 :], head.is_forwarded)


_HEADS: dict[bytes, _Head] = {}


def _read_head(block: bytes) -> _Head | None:
    """What the lines say; None if the parser of the connection should decide."""
    heard = _Heard()
    parser = httptools.HttpRequestParser(heard)
    try:
        parser.feed_data(b"POST / HTTP/1.1\r\n" + block + b"\r\n")
    except (httptools.HttpParserError, httptools.HttpParserUpgrade):
        return None
    names = [name for name, _ in heard.headers]
    lengths = [value for name, value in heard.headers if name == b"content-length"]
    if (
        not heard.is_complete
        or len(lengths) > 1
        or not _HANDLED_ELSEWHERE.isdisjoint(
            name for name, value in heard.headers if (name, value.lower()) != (b"connection", b"keep-alive")
        )
    ):
        return None
    is_forwarded = any(name.startswith(b"x-forwarded-") for name in names)
    head = _Head(heard.headers, int(lengths[0]) if lengths else 0, is_forwarded)
    if len(block) <= _LONGEST and not lengths:  # a length differs from request to request
        if len(_HEADS) >= _MOST:
            _HEADS.clear()
        _HEADS[block] = head
    return head


class _Heard:
    """What llhttp calls."""

    def __init__(self) -> None:
        self.headers: Headers = []
        self.is_complete = False

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        self.is_complete = True
