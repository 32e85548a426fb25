"""What the web layer asks of whatever evaluates queries: workers of ours, or an engine elsewhere."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from kg.engine.answer import Answer
from kg.query import Dataset, ParsedQuery
from kg.settings import Settings

__all__ = ["Pool", "PoolStatus", "Running"]


@dataclass(frozen=True, slots=True)
class PoolStatus:
    """How the pool is: `workers` that live, of those `wanted`; queries that run and that wait; the latest trouble.

    `in_memory` says that the release is held in memory; `replaced` counts the workers that had to be replaced.
    """

    wanted: int
    workers: int
    running: int
    waiting: int
    trouble: str | None
    in_memory: bool
    replaced: int


@dataclass(frozen=True, slots=True)
class Running:
    """A query that runs: its number, when it began (in the time of the loop), whose it is, its text, its answer."""

    number: int
    began: float
    client: str
    text: str
    answer: Answer


class Pool(Protocol):
    """Answers queries over one release; documented in `kg.engine.workers.WorkerPool`."""

    settings: Settings

    @property
    def status(self) -> PoolStatus:
        """How it is."""

    @property
    def running(self) -> Mapping[int, Running]:
        """The queries that run now, by number."""

    async def start(self) -> None:
        """Return when queries can be answered."""

    async def close(self) -> None:
        """Stop all queries, and wait until they are gone."""

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
        """The answer, when its first piece or its end is here."""

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Have something done in the background; `close` waits for it."""
