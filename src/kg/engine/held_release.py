"""A release as an engine elsewhere holds it: this one, all of it, and no answer is cut without a word."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import httpx

from kg.engine.endpoint import (
    COUNT,
    COUNT_NAMED,
    Layout,
    beginning,
    first_value,
    form,
    refusal,
    refuse_other_graphs,
    shown,
    unavailable,
)
from kg.engine.virtuoso import ROWS_QUERY, is_virtuoso, refuse_row_limit
from kg.errors import EngineError, EngineUnavailable, IntegrityError
from kg.release import Release

__all__ = ["HeldRelease"]

PROOF = 5.0
"""Seconds in which the engine must say which release it holds."""
COUNTING = 3600.0
"""Seconds that it may take to count a graph."""


@dataclass(frozen=True, slots=True)
class HeldRelease:
    """The release that the engine at `url` should hold, and a client to ask it with."""

    release: Release
    url: str
    client: httpx.AsyncClient

    async def prove(self, before: str | None = None) -> str:
        """The version and the publishing, if the engine holds the release now, and has done so since it said `before`.

        Raises:
            EngineUnavailable: it does not answer, holds another release or none, or was loaded anew.
        """
        layout = self._layout
        try:
            async with asyncio.timeout(PROOF):
                found = await self._value(layout.state_query, layout.state)
        except TimeoutError:
            raise EngineUnavailable("the SPARQL engine behind this server does not answer") from None
        if found is None or found.partition(" ")[0] != self.release.version:
            raise EngineUnavailable("the SPARQL engine behind this server does not hold this release")
        if before not in (None, found):
            raise EngineUnavailable("the SPARQL engine behind this server was loaded anew")
        return found

    async def prove_whole(self, graphs: Iterable[str]) -> str:
        """As `prove`, if the engine holds all of the release, with these named graphs, and would cut no answer.

        Raises:
            EngineUnavailable: it does not answer, or holds another release or none.
            IntegrityError: it holds another number of triples.
            EngineError: it would cut answers without saying so, or does not keep to the graphs of a request.
        """
        try:
            state = await self.prove()
            await self._refuse_cuts()
            await self._count(tuple(graphs))
            return await self.prove(state)
        except EngineUnavailable as error:
            raise EngineUnavailable(f"{error.message}: {shown(self.url)}", hint=self._advice) from error

    @property
    def _layout(self) -> Layout:
        return Layout.of(self.release.manifest.base_iri)

    @property
    def _advice(self) -> str:
        return (
            f"is the engine running? If so, load it: kg publish --release {self.release.version} "
            f"--to {shown(self.url)} --graph-store URL"
        )

    async def _refuse_cuts(self) -> None:
        layout = self._layout
        headers, _ = await self._ask(layout.state_query, (layout.state,))
        if is_virtuoso(headers):
            refuse_row_limit(await self._value(ROWS_QUERY, layout.state))

    async def _count(self, graphs: tuple[str, ...]) -> None:
        try:
            async with asyncio.timeout(COUNTING):
                for text in (COUNT, COUNT_NAMED):
                    refuse_other_graphs(await self._value(text))
                union = int(await self._value(COUNT, self._layout.union) or 0)
                named = [int(await self._value(COUNT, graph) or 0) for graph in graphs]
                together = int(await self._value(COUNT_NAMED, named=graphs) or 0)
        except TimeoutError:
            raise EngineUnavailable("the SPARQL engine behind this server does not count its triples") from None
        wanted = self.release.manifest.counts
        if union + sum(named) != wanted["quads"]:
            message = f"the engine holds {union + sum(named):,} quads of the release, not {wanted['quads']:,}"
            raise IntegrityError(message, hint=self._advice)
        if together != sum(named):
            raise EngineError(f"in GRAPH the engine finds {together:,} of the {sum(named):,} triples of named graphs")

    async def _value(self, text: str, *default: str, named: tuple[str, ...] = ()) -> str | None:
        return first_value((await self._ask(text, default, named))[1])

    async def _ask(
        self, text: str, default: tuple[str, ...], named: tuple[str, ...] = ()
    ) -> tuple[Mapping[str, str], bytes]:
        """The head and the body of the answer, which is short."""
        headers = {"Accept": "application/sparql-results+json"}
        fields = form(text, default, named)
        try:
            async with self.client.stream("POST", self.url, data=fields, headers=headers) as response:
                body = await beginning(response)
        except httpx.HTTPError as error:
            raise unavailable(error) from error
        if response.status_code != 200:
            refused = refusal(response.status_code, response.headers, body.decode("utf-8", "replace"))
            raise refused if isinstance(refused, EngineError) else EngineError(refused.message)
        return response.headers, body
