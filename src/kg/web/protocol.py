"""Requests of the SPARQL 1.1 Protocol (§2.1), read strictly: what is ambiguous or malformed is an error, no guess."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.datastructures import Headers
from starlette.types import Receive, Scope

from kg.errors import MethodNotAllowed, QueryTooLarge, RequestError, UnsupportedMediaType, UpdateRefused
from kg.query import Dataset

__all__ = ["METHODS", "SparqlRequest", "read_request"]

METHODS = ("GET", "HEAD", "POST", "QUERY", "OPTIONS")
_FORM = "application/x-www-form-urlencoded"
_QUERY = "application/sparql-query"
_UPDATE = "application/sparql-update"
_READ_ONLY = "the graph changes by release only"


@dataclass(frozen=True, slots=True)
class SparqlRequest:
    """One protocol request: `query` is `None` if there is none.

    `format`, `language` and `seconds` (`timeout=`, which only shortens the deadline) are ours.
    """

    query: str | None
    dataset: Dataset = Dataset()
    format: str | None = None
    language: str | None = None
    seconds: float | None = None


async def read_request(scope: Scope, receive: Receive, *, max_bytes: int) -> SparqlRequest:
    """Read a request by GET, HEAD, POST of a form, POST of a query, or QUERY of a query.

    Raises:
        MethodNotAllowed: by any other method.
        UnsupportedMediaType: a body that is neither a form nor a query in UTF-8.
        UpdateRefused: it is an update.
        QueryTooLarge: the body is longer than a query of `max_bytes` can need.
        RequestError: several queries, a query in two places, bytes that are not UTF-8.
    """
    url = _pairs(scope["query_string"], "the URL")
    if scope["method"] in ("GET", "HEAD"):
        return _from_pairs(url, url)
    if scope["method"] not in ("POST", "QUERY"):
        raise MethodNotAllowed(f"{scope['method']} is not used with /sparql", allowed=METHODS)
    media_type, charset = _content_type(Headers(scope=scope).get("content-type"))
    if media_type == _UPDATE:
        raise UpdateRefused("SPARQL Update is not offered", hint=_READ_ONLY)
    if media_type not in (_FORM, _QUERY) or charset not in ("", "utf-8", "utf8", "us-ascii"):
        raise UnsupportedMediaType(
            f"a body of type {media_type or 'unknown'}{f' in {charset}' if charset else ''} is not read here",
            hint=f"send a form ({_FORM}) with query=…, or a query ({_QUERY}), in UTF-8",
        )
    if any(name in ("query", "update") for name, _ in url):
        raise RequestError("the query is in the URL of a request that has a body", hint="put it in one of them")
    body = await _body(receive, 3 * max_bytes + 8192 if media_type == _FORM else max_bytes)
    if media_type == _QUERY:
        return _from_pairs([*url, ("query", _text(body, "the body"))], url)
    form = _pairs(body, "the form")
    dataset = [(name, value) for name, value in url if name.endswith("-graph-uri")]
    if dataset and any(name.endswith("-graph-uri") for name, _ in form):
        raise RequestError("the dataset is in the URL and in the form", hint="put it in one of them")
    return _from_pairs([*form, *dataset], url)


def _from_pairs(pairs: Sequence[tuple[str, str]], url: Sequence[tuple[str, str]]) -> SparqlRequest:
    queries = [value for name, value in pairs if name == "query"]
    if any(name == "update" for name, _ in pairs):
        if queries:
            raise RequestError("a query and an update in one request", hint="send one query")
        raise UpdateRefused("SPARQL Update is not offered", hint=_READ_ONLY)
    if len(queries) > 1:
        raise RequestError(f"{len(queries)} queries in one request", hint="send one query")
    own = dict((*pairs, *url))
    return SparqlRequest(
        queries[0] if queries else None,
        Dataset(
            tuple(value for name, value in pairs if name == "default-graph-uri"),
            tuple(value for name, value in pairs if name == "named-graph-uri"),
        ),
        own.get("format"),
        own.get("lang"),
        _seconds(own.get("timeout")),
    )


def _seconds(text: str | None) -> float | None:
    """The value of `timeout=`; empty is none, as of a form that was not filled in."""
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise RequestError(f"timeout={text} is not a number of seconds", hint="write timeout=2.5, or leave it out")
    return seconds


def _pairs(encoded: bytes, where: str) -> list[tuple[str, str]]:
    """Name–value pairs, percent-decoded once."""
    try:
        return parse_qsl(encoded.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=200)
    except UnicodeDecodeError as error:
        raise RequestError(
            f"{where} is not UTF-8: {error}", hint="percent-encode the UTF-8 bytes of the query"
        ) from error
    except ValueError as error:
        raise RequestError(f"{where} has too many fields") from error


def _text(body: bytes, where: str) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RequestError(f"{where} is not UTF-8: {error}", hint="send the query in UTF-8") from error


def _content_type(header: str | None) -> tuple[str, str]:
    media_type, *parameters = (part.strip().lower() for part in (header or "").split(";"))
    charset = next((p.removeprefix("charset=").strip('"') for p in parameters if p.startswith("charset=")), "")
    return media_type, charset


async def _body(receive: Receive, limit: int) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise RequestError("the request ended before its body did")
        body += message.get("body", b"")
        if len(body) > limit:
            raise QueryTooLarge(f"the body has more than {limit} bytes")
        if not message.get("more_body", False):
            return bytes(body)
