"""`kg publish`: a release loaded into a SPARQL 1.1 engine elsewhere, for `kg serve` to stand in front of.

The named graphs keep their IRIs; what the default graph holds goes into a graph of its own, the union (see
`kg.engine.endpoint`). The state, which says which release is there and by which publishing, goes first and comes back
last, when every graph has been counted: a `kg serve` in front answers nothing that was read in between.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from secrets import token_hex
from typing import Any, Protocol

import httpx
from pyoxigraph import BlankNode, DefaultGraph, NamedNode, RdfFormat, Store, Triple, parse, serialize

from kg.engine.endpoint import (
    COUNT,
    COUNT_NAMED,
    Endpoint,
    Layout,
    first_value,
    form,
    refuse_other_graphs,
    shown,
    unavailable,
)
from kg.engine.store import graph_names, open_store
from kg.errors import EngineError, IntegrityError
from kg.progress import Progress
from kg.release import Release

__all__ = ["GraphStoreProtocol", "Loader", "SparqlUpdate", "publish"]

SENT = 50_000
"""Triples of one request by the Graph Store Protocol."""
INSERTED = 500
"""Triples of one INSERT DATA: Virtuoso compiles it like a program, and refuses one of more than 10,000 lines."""
SECONDS = 600.0
"""What one request may take."""


class Loader(Protocol):
    """A way to change the graphs of an engine."""

    def replace(self, graph: str, triples: Iterator[Triple]) -> None:
        """The graph has these triples, and no others."""


@dataclass(frozen=True, slots=True)
class GraphStoreProtocol:
    """The SPARQL 1.1 Graph Store HTTP Protocol at `url`: PUT for the first triples (§5.3), POST for more (§5.5)."""

    client: httpx.Client
    url: str

    def replace(self, graph: str, triples: Iterator[Triple]) -> None:
        method = "PUT"
        for portion in _portions(triples, SENT):
            body = serialize(portion, format=RdfFormat.N_TRIPLES) or b""
            headers = {"Content-Type": "application/n-triples"}
            _send(self.client, method, self.url, params={"graph": graph}, content=body, headers=headers)
            method = "POST"
        if method == "PUT":
            _send(self.client, "DELETE", self.url, params={"graph": graph}, accepts=(404,))


@dataclass(frozen=True, slots=True)
class SparqlUpdate:
    """SPARQL 1.1 Update at `url`, by POST of the update itself (SPARQL 1.1 Protocol §2.2.2)."""

    client: httpx.Client
    url: str

    def replace(self, graph: str, triples: Iterator[Triple]) -> None:
        self._update(f"DROP SILENT GRAPH <{graph}>")
        for portion in _portions(triples, INSERTED):
            data = (serialize(portion, format=RdfFormat.N_TRIPLES) or b"").decode()
            self._update(f"INSERT DATA {{ GRAPH <{graph}> {{\n{data}}} }}")

    def _update(self, text: str) -> None:
        headers = {"Content-Type": "application/sparql-update"}
        _send(self.client, "POST", self.url, content=text.encode(), headers=headers)


def publish(
    release: Release, endpoint: Endpoint, *, graph_store: str | None, update: str | None, progress: Progress
) -> int:
    """Load `release` into the engine whose queries go to `endpoint`, through one of the other two; its quads there.

    Raises:
        IntegrityError: the release has blank nodes, or the engine holds another number of triples than were sent.
        EngineError: the engine refuses, does not answer, or does not keep to the graphs of a request.
    """
    store = open_store(release.store_path, release.manifest.counts["quads"])
    layout = Layout.of(release.manifest.base_iri)
    graphs: dict[str, NamedNode | DefaultGraph] = {name: NamedNode(name) for name in graph_names(release.store_path)}
    if not graphs.keys().isdisjoint((layout.union, layout.state)):
        raise IntegrityError(f"the release has a graph of its own called {layout.union} or {layout.state}")
    graphs[layout.union] = DefaultGraph()
    for name, graph in graphs.items():
        _refuse_blank_nodes(store, graph, name)
    with httpx.Client(**{**endpoint.options(), "timeout": SECONDS}) as client:
        loader: Loader = GraphStoreProtocol(client, graph_store) if graph_store else SparqlUpdate(client, update or "")
        loader.replace(layout.state, iter(()))
        total = 0
        for number, (name, graph) in enumerate(graphs.items(), start=1):
            progress(f"loading {name}", number - 1, len(graphs))
            loader.replace(name, (quad.triple for quad in store.quads_for_pattern(None, None, None, graph)))
            if number == 1:
                for text in (COUNT, COUNT_NAMED):
                    refuse_other_graphs(_ask(client, endpoint.url, text))
            total += _compare(client, endpoint.url, name, _count(store, graph))
        state = f"{release.version} {token_hex(8)}"
        loader.replace(layout.state, _parsed(layout.state_triples(state)))
        if _ask(client, endpoint.url, layout.state_query, layout.state) != state:
            raise IntegrityError("the engine does not show which release it holds, although it was told")
    return total


def _portions(triples: Iterator[Triple], size: int) -> Iterator[list[Triple]]:
    return iter(lambda: list(islice(triples, size)), [])


def _refuse_blank_nodes(store: Store, graph: NamedNode | DefaultGraph, name: str) -> None:
    """A blank node is one and the same in a release; an engine would make several of it, one in each request."""
    for quad in store.quads_for_pattern(None, None, None, graph):
        if isinstance(quad.subject, BlankNode) or isinstance(quad.object, BlankNode):
            raise IntegrityError(
                f"the graph {name} has blank nodes, which an engine elsewhere would not keep as they are",
                hint="give them IRIs (RDF 1.1 Concepts §3.5)",
            )


def _compare(client: httpx.Client, url: str, graph: str, wanted: int) -> int:
    found = int(_ask(client, url, COUNT, graph) or 0)
    if found != wanted:
        raise IntegrityError(
            f"the engine holds {found:,} triples in {graph}, not {wanted:,}",
            hint="it takes some terms for the same that are not, or keeps no more; nothing is served from it",
        )
    return found


def _count(store: Store, graph: NamedNode | DefaultGraph) -> int:
    return sum(1 for _ in store.quads_for_pattern(None, None, None, graph))


def _parsed(text: str) -> Iterator[Triple]:
    return (quad.triple for quad in parse(text, RdfFormat.N_TRIPLES))


def _ask(client: httpx.Client, url: str, text: str, *default: str) -> str | None:
    headers = {"Accept": "application/sparql-results+json"}
    return first_value(_send(client, "POST", url, data=form(text, default), headers=headers).content)


def _send(
    client: httpx.Client, method: str, url: str, *, accepts: tuple[int, ...] = (), **request: Any
) -> httpx.Response:
    try:
        response = client.request(method, url, **request)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise EngineError(
            f"{unavailable(error).message}: {shown(url)}", hint="is it running, and is the address right?"
        ) from error
    if response.is_success or response.status_code in accepts:
        return response
    if response.status_code in (401, 403):
        raise EngineError(
            f"{shown(url)} does not let us in ({response.status_code})",
            hint="set KG_ENGINE_USER and KG_ENGINE_PASSWORD",
        )
    said = " ".join(response.text.split())[:300]
    raise EngineError(f"{method} {shown(url)} was answered with {response.status_code}: {said}")
