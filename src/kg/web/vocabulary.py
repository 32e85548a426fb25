"""The unknown terms of a query, looked up in a release through the worker pool."""

from __future__ import annotations

import asyncio

from kg.engine.pool import Pool
from kg.errors import ClientBusy, KgError, Overloaded
from kg.namespaces import prefixes
from kg.query import ParsedQuery, parse_query
from kg.release import Release
from kg.vocabulary import Notice, Terms, absence_query, mentions, notice

__all__ = ["Vocabulary"]

_SECONDS = 1.0
"""What a notice may cost the reader of an answer."""
_REMEMBERED = 10_000


class Vocabulary:
    """What one release has: IRIs that were seen in it, and its terms, which are read when first a name is unknown."""

    def __init__(self, release: Release, pool: Pool) -> None:
        self._pool = pool
        self._base_iri = release.manifest.base_iri
        self._house = prefixes(self._base_iri)
        self._present: set[str] = set()
        self._terms: Terms | None = None
        self._loading: asyncio.Task[None] | None = None
        self._seeking = asyncio.Lock()

    async def unknown(self, query: ParsedQuery, *, client: str = "") -> Notice:
        """What to tell of a query beside its answer; nothing if that cannot be found out within a second.

        The query is one of `parse_query`, with its prefixes. If its terms are known, that costs one look-up, or none
        if they were seen before.
        """
        try:
            async with asyncio.timeout(_SECONDS):
                return await self._unknown(query, client)
        except (KgError, TimeoutError):
            return Notice()

    async def _unknown(self, query: ParsedQuery, client: str) -> Notice:
        async with self._seeking:
            found = await asyncio.to_thread(mentions, query, self._base_iri, self._house)
        doubtful = [mention for mention in found if mention.iri not in self._present]
        if not doubtful:
            return Notice()
        absent = set(await self._find(absence_query(doubtful), client))
        if len(self._present) > _REMEMBERED:
            self._present.clear()
        self._present.update(mention.iri for mention in doubtful if mention.iri not in absent)
        if not absent:
            return Notice()
        terms = await self._known_terms()
        async with self._seeking:
            return await asyncio.to_thread(notice, query, found, absent, terms, self._house)

    async def _known_terms(self) -> Terms:
        """The terms, read once for all who wait; what was begun goes on when they wait no longer."""
        if self._terms is None:
            if self._loading is None or self._loading.done():
                self._loading = self._pool.spawn(self._load())
            await asyncio.shield(self._loading)
        return self._terms or Terms(())

    async def _load(self) -> None:
        """A release that is too large to be read in time is not read again; one that was asked at a bad moment is."""
        columns: list[list[str]] = []
        for text in Terms.queries(self._base_iri):
            try:
                columns.append(await self._find(text, ""))
            except (Overloaded, ClientBusy):
                return
            except KgError:
                columns.append([])
        self._terms = await asyncio.to_thread(Terms, *columns)

    async def _find(self, text: str, client: str) -> list[str]:
        """The IRIs in the one column of an answer (SPARQL 1.1 Query Results CSV and TSV Formats §4)."""
        query = parse_query(text, base_iri=self._base_iri, max_bytes=1 << 20, max_depth=10)
        answer = await self._pool.answer(query, format="tsv", client=client)
        try:
            body = b"".join([piece async for piece in answer.pieces()])
        finally:
            answer.close()
        return [line[1:-1] for line in body.decode().splitlines()[1:]]
