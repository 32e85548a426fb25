"""The pool over an engine elsewhere: `kg serve` in front of any SPARQL 1.1 engine that `kg publish` has loaded.

The limits, the fairness and the truth promise are those of our own workers. What an answer rests on is proved: before
the first query that the engine holds all of the release, and behind each answer that it still holds that release.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import httpx

from kg.engine.admission import Admission
from kg.engine.answer import Answer
from kg.engine.desk import Desk
from kg.engine.endpoint import Endpoint, Layout
from kg.engine.foreign import refuse_foreign
from kg.engine.held_release import HeldRelease
from kg.engine.line import Exchange, Line
from kg.engine.oxigraph import graphs_of
from kg.engine.pool import PoolStatus, Running
from kg.engine.store import graph_names
from kg.engine.transport import KeptConnections
from kg.errors import KgError, UnknownGraph
from kg.namespaces import prefixes
from kg.query import Dataset, ParsedQuery
from kg.release import Release
from kg.settings import Settings

__all__ = ["RemotePool"]

LOOK = 1.0
"""Seconds between two looks at whether the engine is there and holds the release."""
_LONG = 4096


class RemotePool:
    """As many queries at a time as the settings say, to an engine that holds one release."""

    def __init__(
        self, release: Release, settings: Settings, tell: Callable[[str, str], object] = lambda event, reason: None
    ) -> None:
        self.settings = settings
        self._tell = tell
        self._release = release
        self._endpoints = Endpoint.each_of(settings)
        base_iri = release.manifest.base_iri
        self._layout = Layout.of(base_iri)
        self._house = prefixes(base_iri)
        self._admission = Admission[Line](queue=settings.queue, per_client=settings.per_client)
        self._desk = Desk(self, self._admission, settings, house=self._house)
        self._graphs: tuple[str, ...] = ()
        self._known: frozenset[str] = frozenset()
        self._tasks: set[asyncio.Task[None]] = set()
        self._trouble: str | None = None
        self._watch: asyncio.Task[None] | None = None
        self._threads = ThreadPoolExecutor(settings.workers + 2, thread_name_prefix="answers")
        self._state = ""
        self._held: HeldRelease
        self._exchange: Exchange

    @property
    def status(self) -> PoolStatus:
        """`workers` are the queries that the engine may be asked at a time: none while it does not answer."""
        wanted = self.settings.workers
        able = wanted if self._watch is not None and self._trouble is None else 0
        return PoolStatus(
            wanted, able, len(self._desk.running), self._admission.waiting, self._trouble, in_memory=False, replaced=0
        )

    @property
    def running(self) -> Mapping[int, Running]:
        """The queries that run now."""
        return self._desk.running

    @property
    def has_spare(self) -> bool:
        return self._admission.has_spare

    async def start(self) -> None:
        """Return when an engine has shown that it holds the release: of several, the first that does.

        Raises:
            KgError: as `HeldRelease.prove_whole`, of the first engine.
        """
        if self._watch is not None:
            return
        self._graphs = await asyncio.to_thread(graph_names, self._release.store_path)
        self._known = frozenset(self._graphs)
        self._held = await self._find()
        self._exchange = Exchange(
            self._held.client, self._held.url, self._threads, self._release.manifest.base_iri, self._house,
            self.settings.result_bytes, lambda: self._state, self._held.prove,
        )  # fmt: skip
        for _ in range(self.settings.workers):
            self._admission.offer(Line(self._exchange))
        self._watch = asyncio.get_running_loop().create_task(self._look())

    async def _find(self) -> HeldRelease:
        refusals: list[KgError] = []
        for endpoint in self._endpoints:
            transport = KeptConnections(self.settings.workers + 2)
            client = httpx.AsyncClient(transport=transport, **endpoint.options())
            held = HeldRelease(self._release, endpoint.url, client)
            try:
                self._state = await held.prove_whole(self._graphs)
            except BaseException as error:
                await client.aclose()
                if not isinstance(error, KgError):
                    raise
                refusals.append(error)
            else:
                return held
        raise refusals[0]

    async def close(self) -> None:
        """Stop all queries, and wait until they are gone."""
        if self._watch is None:
            self._threads.shutdown(wait=False)
            return
        self._watch.cancel()
        await asyncio.wait([self._watch])
        for item in list(self._desk.running.values()):
            item.answer.close()
            await cast(Line, item.answer.grant.item).kill()
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._exchange.client.aclose()
        await asyncio.to_thread(self._threads.shutdown)

    async def answer(  # noqa: PLR0913 - what may be asked of a pool, by name
        self,
        query: ParsedQuery,
        *,
        format: str,
        client: str,
        dataset: Dataset | None = None,
        rows: int = 0,
        seconds: float | None = None,
        zipped: bool = False,
    ) -> Answer:
        """The answer, as `WorkerPool.answer` gives it.

        Raises:
            KgError: beside what `WorkerPool.answer` raises, `EngineUnavailable`, and `RefusedFeature` for functions
                that only one engine has.
        """
        if len(query.text) < _LONG:
            refuse_foreign(query, self._house)
        else:
            await asyncio.to_thread(refuse_foreign, query, self._house)
        asked: dict[str, Any] = {"format": format, "form": query.form.value, **self._dataset(query, dataset)}
        if query.star is not None and len(query.variables) > 1:
            asked["variables"] = query.variables
        if rows:
            asked["rows"] = rows
        if zipped:
            asked["gzip"] = True
        return await self._desk.answer(query, asked, client=client, seconds=seconds)

    def _dataset(self, query: ParsedQuery, dataset: Dataset | None) -> Mapping[str, tuple[str, ...]]:
        """The graphs that a query is over, all by name: engines differ in what they take where none is named."""
        chosen = dataset or query.dataset
        if not chosen:  # names that cannot matter are not sent; a backslash may spell the keyword
            sees_names = "graph" in query.text.lower() or "\\" in query.text
            return {"default": (self._layout.union,), "named": self._graphs if sees_names else ()}
        for graph in graphs_of((*chosen.default, *chosen.named)):
            if graph.value not in self._known:
                raise UnknownGraph(f"there is no graph <{graph.value}> in this release")
        chosen = chosen.without_repeats()
        return {"default": chosen.default, "named": chosen.named}

    def give_back(self, answer: Answer) -> None:
        """A query is over: its place is free when nothing is done for it any longer."""
        self._desk.forget(answer)
        self.spawn(self._free(cast(Line, answer.grant.item), answer.grant.client))

    async def _free(self, line: Line, client: str) -> None:
        await line.kill()
        self._admission.offer(Line(self._exchange))
        self._admission.leave(client)

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Have something done in the background; `close` waits for it."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(LOOK)
            try:
                if await self._held.prove() != self._state:  # the same release again, which queries have seen half of
                    self._state = await self._held.prove_whole(self._graphs)
            except KgError as error:
                if self._trouble != error.message:
                    self._tell("the engine does not answer from this release", error.message)
                self._trouble = error.message
            else:
                self._trouble = None
