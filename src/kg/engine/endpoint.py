"""A SPARQL 1.1 engine elsewhere: its address, what `kg publish` keeps in it, and its failures as errors of ours.

Every named graph of a release is there under its own IRI. Two graphs are added: the *union*, which holds what the
default graph of the release holds, and the *state*, which says which release that is. Engines differ in what a query
without FROM sees, so each query names its dataset (SPARQL 1.1 Protocol §2.1.4), and sees on all of them the same.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx

from kg.engine.engines import SPARQL
from kg.engine.oxigraph import syntax_error_of
from kg.errors import ConfigurationError, DeadlineExceeded, EngineError, EngineUnavailable, KgError, QuerySyntaxError
from kg.results import Solutions, read_results
from kg.settings import Settings

__all__ = [
    "COUNT",
    "COUNT_NAMED",
    "Endpoint",
    "Layout",
    "beginning",
    "first_value",
    "form",
    "refusal",
    "refuse_other_graphs",
    "shown",
    "stopped",
    "unavailable",
]

NOWHERE = "urn:governance-kg:nothing"
"""A graph that nobody has, for an empty default graph or no named graphs; without a name, engines would take all."""
COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
COUNT_NAMED = "SELECT (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } }"
CONNECT = 5.0
"""Seconds in which an engine must take a connection."""
_HAS_VERSION = "http://purl.org/dc/terms/hasVersion"
_STOPPED = re.compile(r"time[d -]?\s?out|time limit|exceeds the limit|has been cancell?ed", re.IGNORECASE)
_LACKS = re.compile(r"not (?:yet )?(?:implemented|supported)", re.IGNORECASE)
_REPORT = re.compile(r"(?:Virtuoso \w+ Error \w+: (?:SPARQL compiler, line \d+: )?)?(.*)")
_SHOWN = 300
_SHORT = 65536


class _Credentials(httpx.Auth):
    """A name and a password, sent only when the engine asks for them, in the way it asks (RFC 7616, RFC 7617)."""

    def __init__(self, user: str, password: str) -> None:
        self._user = user
        self._password = password
        self._asked: httpx.Auth | None = None

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        if self._asked is None:
            response = yield request
            if response.status_code != 401:
                return
            is_digest = response.headers.get("www-authenticate", "").lower().startswith("digest")
            self._asked = (httpx.DigestAuth if is_digest else httpx.BasicAuth)(self._user, self._password)
        yield from self._asked.auth_flow(request)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The engine whose query endpoint is at `url`, and who asks it."""

    url: str
    user: str = ""
    password: str = field(default="", repr=False)

    @classmethod
    def of(cls, settings: Settings, url: str | None = None) -> Endpoint:
        """The engine at `url`, without one that of `KG_ENGINE`.

        Raises:
            ConfigurationError: that is no such address, or has credentials in it.
        """
        address = (url or settings.engine).removeprefix(SPARQL)
        try:
            parts = urlsplit(address)
            is_usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            is_usable = False
        if not is_usable:
            raise ConfigurationError("the address of the engine is not http://HOST[:PORT]/PATH")
        if parts.username is not None or parts.password is not None:
            raise ConfigurationError(
                "there are credentials in the address of the engine, where logs would show them",
                hint="set KG_ENGINE_USER and KG_ENGINE_PASSWORD",
            )
        return cls(address, settings.engine_user, settings.engine_password)

    @classmethod
    def each_of(cls, settings: Settings) -> tuple[Endpoint, ...]:
        """The engines of `KG_ENGINE`, which may name several.

        Raises:
            ConfigurationError: as `of`.
        """
        return tuple(cls.of(settings, address) for address in settings.engine.split())

    def options(self) -> dict[str, Any]:
        """What a client of httpx needs; proxies of the environment are not asked."""
        return {
            "auth": _Credentials(self.user, self.password) if self.user else None,
            "headers": {"Accept-Encoding": "identity", "User-Agent": "governance-kg"},
            "timeout": httpx.Timeout(None, connect=CONNECT),
            "trust_env": False,
        }


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a release is in an engine."""

    union: str
    state: str
    release: str

    @classmethod
    def of(cls, base_iri: str) -> Layout:
        """That of the project with this base IRI."""
        return cls(f"{base_iri}engine/union", f"{base_iri}engine/state", f"{base_iri}engine/release")

    @property
    def state_query(self) -> str:
        """Asks which release the engine holds, and by which publishing."""
        return f"SELECT ?version WHERE {{ <{self.release}> <{_HAS_VERSION}> ?version }}"

    def state_triples(self, state: str) -> str:
        """What the state says when that version is there by that publishing, as N-Triples."""
        return f'<{self.release}> <{_HAS_VERSION}> "{state}" .\n'


def shown(url: str) -> str:
    """An address for messages and logs: without its query, where QLever, for one, wants a secret."""
    return url.partition("?")[0]


async def beginning(response: httpx.Response) -> bytes:
    """The body as far as somebody reads it who expects a short one."""
    found = b""
    async for chunk in response.aiter_bytes():
        found += chunk
        if len(found) > _SHORT:
            break
    return found


def form(text: str, default: Iterable[str], named: Iterable[str] = ()) -> dict[str, Any]:
    """The fields of a query by POST (SPARQL 1.1 Protocol §2.1.2) over the dataset of these graphs."""
    return {"query": text, "default-graph-uri": list(default) or [NOWHERE], "named-graph-uri": list(named) or [NOWHERE]}


def refuse_other_graphs(found: str | None) -> None:
    """Nothing, if a count over graphs that nobody has found nothing.

    Raises:
        EngineError: it found something, so that each answer could be of other graphs than were asked for.
    """
    if found != "0":
        raise EngineError(
            "the engine does not keep to the graphs that a request names (default-graph-uri, named-graph-uri)",
            hint="nothing true can be served from it; SPARQL 1.1 Protocol, section 2.1.4, says what it should do",
        )


def first_value(body: bytes) -> str | None:
    """The value in the first row of a JSON result with one column; None if there is no row.

    Raises:
        EngineError: it is none.
    """
    try:
        result = read_results(body)
    except ValueError as error:
        raise EngineError(f"the engine does not answer with SPARQL results: {error}") from error
    if not isinstance(result, Solutions) or not result.rows:
        return None
    return next((term.value for term in result.rows[0].values()), None)


def unavailable(error: httpx.HTTPError | httpx.InvalidURL) -> EngineUnavailable:
    """The engine could not be reached, or hung up before it had answered."""
    return EngineUnavailable(f"the SPARQL engine behind this server does not answer ({type(error).__name__})")


def stopped(text: str) -> DeadlineExceeded | None:
    """What an engine says when it has stopped a query at a time limit of its own; None if that is not what it says."""
    if not _STOPPED.search(text):
        return None
    return DeadlineExceeded("the engine stopped the query at its time limit", hint="use LIMIT, or ask for less")


def refusal(status: int, headers: Mapping[str, str], text: str) -> KgError:
    """An answer of the engine that is not 200, as an error of ours; its pages and traces are shown to nobody."""
    report = "" if text.lstrip().startswith("<") else _report(text)
    if status == 400 and not _LACKS.search(report):
        return syntax_error_of(report) if report else QuerySyntaxError("the engine does not understand the query")
    if status in (401, 403):
        return EngineError("the SPARQL engine behind this server refuses the credentials of this server")
    if (late := stopped(text)) is not None or status in (408, 504):
        return late or DeadlineExceeded("the engine stopped the query at its time limit")
    if status in (429, 502, 503):
        after = headers.get("retry-after", "")
        busy = "the SPARQL engine behind this server is busy"
        return EngineUnavailable(busy, retry_after=min(int(after), 3600) if after.isdecimal() else 1)
    return EngineError(f"the engine cannot evaluate this query ({status}): {report}".removesuffix(": "))


def _report(text: str) -> str:
    """The first paragraph of what an engine says, without its name and the query."""
    first = " ".join(text.strip().split("\n\n")[0].split("\n"))
    match = _REPORT.fullmatch(first)
    return (match[1] if match else first)[:_SHOWN]
