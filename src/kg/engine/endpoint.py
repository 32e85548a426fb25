"""A SPARQL 1.1 endpoint that is asked over HTTP (SPARQL 1.1 Protocol §2.1.2), and what its failures mean to us.

Queries go as forms: every server takes them, and one that is used much never answers a query that is sent directly.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.metadata import version
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import httpx

from kg.errors import (
    ConfigurationError,
    DeadlineExceeded,
    EngineError,
    KgError,
    Overloaded,
    QueryTooLarge,
    RefusedFeature,
    ResultTooLarge,
    UpstreamUnavailable,
)
from kg.query import Dataset

__all__ = ["NOWHERE", "Address", "Endpoint"]

NOWHERE = "urn:x-governance-kg:nowhere"
"""A graph that is nowhere: naming it says that a dataset has no named graphs, which some servers take for all."""
_DATASET = ("default-graph-uri", "named-graph-uri")
_CONNECT = 5.0
"""Seconds that a connection may take to be made."""
_KEEP = 4.0
"""Seconds for which an unused connection is kept: less than servers do, so that none is used that they close."""
_MOST_READ = 4096
"""Bytes that are read of an error message."""
_TIMED_OUT = re.compile(rb"time[sd]?[ -]?out|time ?limit|timeout|estimated execution time|deadline", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Address:
    """Where an endpoint is: its URL, the parameters that go with every query, and which graphs are its default graph.

    Without `default` the endpoint's own dataset is that of the release.
    """

    url: str
    parameters: tuple[tuple[str, str], ...] = ()
    default: tuple[str, ...] = ()

    @classmethod
    def read(cls, engine: str, release: str) -> Address:
        """From `sparql+http://host/path?parameters`; `{version}` in it stands for the version of the `release`.

        Raises:
            ConfigurationError: it is no such address.
        """
        parts = urlsplit(engine.removeprefix("sparql+").replace("{version}", release))
        try:
            usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            usable = False
        fields = parse_qsl(parts.query, keep_blank_values=True)
        if not usable or any(name in ("query", "named-graph-uri") for name, _ in fields):
            raise ConfigurationError(
                "KG_ENGINE is no address of a SPARQL endpoint",
                hint="sparql+http://HOST/PATH, perhaps with ?default-graph-uri=IRI; the named graphs are found there",
            )
        return cls(
            urlunsplit((parts.scheme, parts.netloc, parts.path or "/", "", "")),
            tuple(item for item in fields if item[0] not in _DATASET),
            tuple(value for name, value in fields if name == "default-graph-uri"),
        )

    @property
    def shown(self) -> str:
        """The URL without what may be secret."""
        parts = urlsplit(self.url)
        return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


class Endpoint:
    """Asks one endpoint; `close` it."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self._client = httpx.AsyncClient(
            verify=ssl.create_default_context(),
            trust_env=False,  # a proxy for the world is none for the machine next door
            timeout=httpx.Timeout(None, connect=_CONNECT),
            limits=httpx.Limits(keepalive_expiry=_KEEP),
            headers={"User-Agent": f"governance-kg/{version('governance-kg')}", "Accept-Encoding": "identity"},
        )

    async def close(self) -> None:
        """Close all connections."""
        await self._client.aclose()

    @asynccontextmanager
    async def ask(
        self,
        text: str,
        accept: Iterable[str],
        dataset: Dataset = Dataset(),
        *,
        rows: int = 0,  # noqa: B008 - frozen
    ) -> AsyncIterator[httpx.Response]:
        """The response to a query, its body unread; on the way out the connection is closed unless all was read.

        `accept` are the media types that will do, the best first; `rows` is how many will be used, if not all.

        Raises:
            KgError: the endpoint cannot be reached, or its answer is none.
        """
        wanted = tuple(accept)
        fields = [("query", text), *self.address.parameters, *_dataset_fields(dataset)]
        request = self._client.build_request(
            "POST",
            self.address.url,
            content=urlencode(fields).encode("ascii"),
            headers={"Content-Type": "application/x-www-form-urlencoded", "Accept": ", ".join(wanted)},
        )
        try:
            response = await self._client.send(request, stream=True)
        except httpx.TransportError as error:
            raise _unreachable() from error
        try:
            await _demand_answer(response, wanted, rows)
            yield response
        except httpx.TransportError as error:
            raise UpstreamUnavailable("the query engine behind this endpoint broke off its answer") from error
        finally:
            await response.aclose()


def _unreachable() -> UpstreamUnavailable:
    return UpstreamUnavailable("the query engine behind this endpoint cannot be reached")


def _dataset_fields(dataset: Dataset) -> list[tuple[str, str]]:
    """The parameters of a dataset (SPARQL 1.1 Protocol §2.1.4), said so that no server can take it for more."""
    if not dataset:
        return []
    fields = [("default-graph-uri", iri) for iri in dataset.default or (NOWHERE,)]
    return fields + [("named-graph-uri", iri) for iri in dataset.named or (NOWHERE,)]


async def _demand_answer(response: httpx.Response, wanted: tuple[str, ...], rows: int) -> None:
    if response.status_code != 200:
        raise _refusal(response.status_code, response.headers, await _beginning(response))
    headers = response.headers
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in wanted:
        raise EngineError(f"the query engine answered in {media_type or 'no type'}, which was not asked for")
    if headers.get("content-encoding", "identity").lower() != "identity":
        raise EngineError("the query engine answered in an encoding that was not asked for")
    if "content-length" not in headers and "chunked" not in headers.get("transfer-encoding", "").lower():
        raise EngineError("the query engine does not say where its answers end")
    if "x-sql-state" in headers:  # of Virtuoso: what was found when its time was up
        raise DeadlineExceeded("the query engine stopped the query", hint="use LIMIT, or ask for less")
    cut_at = headers.get("x-sparql-maxrows", "")  # of Virtuoso: sent where an answer reaches that
    if cut_at.isdecimal() and not 0 < rows < int(cut_at):
        raise ResultTooLarge(f"the query engine gives at most {int(cut_at)} rows", hint="use a LIMIT below that")


async def _beginning(response: httpx.Response) -> bytes:
    found = b""
    async for piece in response.aiter_bytes():
        found += piece
        if len(found) >= _MOST_READ:
            break
    return found[:_MOST_READ]


def _refusal(status: int, headers: Mapping[str, str], message: bytes) -> KgError:
    """What an error status means; the query was found to be SPARQL 1.1 before it was sent."""
    if status in (408, 504) or (status in (429, 500, 503) and _TIMED_OUT.search(message)):
        return DeadlineExceeded("the query engine stopped the query", hint="use LIMIT, or ask for less")
    if status == 400:
        said = message.decode("utf-8", "replace").strip().splitlines() or ["no reason given"]
        return RefusedFeature(f"the query engine behind this endpoint does not take this query: {said[0][:200]}")
    if status in (413, 414):
        return QueryTooLarge("the query is longer than the query engine accepts")
    if status in (429, 503):
        after = headers.get("retry-after", "")
        return Overloaded(
            "the query engine is busy",
            retry_after=min(int(after), 3600) if after.isdecimal() else 1,
            hint="try again in a moment",
        )
    if status == 502:
        return _unreachable()
    return EngineError(f"the query engine answered with status {status}")
