"""The pool of query workers: a query goes in, an answer comes out in pieces, or a true error.

No untrusted query runs in the web process. A query has a deadline from its arrival; at the deadline its worker is
killed, wherever it is (parsing, planning, evaluating, writing), and another worker takes its place (`kg.engine.staff`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, cast

from kg.engine.admission import Admission
from kg.engine.answer import Answer
from kg.engine.desk import Desk
from kg.engine.pool import PoolStatus, Running
from kg.engine.process import WorkerProcess
from kg.engine.staff import Staff
from kg.namespaces import prefixes
from kg.query import Dataset, ParsedQuery
from kg.release import Release
from kg.settings import Settings

__all__ = ["WorkerPool"]


class WorkerPool:
    """As many workers as the settings say, over one release; `tell` is called with each new trouble and its reason."""

    def __init__(
        self, release: Release, settings: Settings, tell: Callable[[str, str], object] = lambda event, reason: None
    ) -> None:
        self.settings = settings
        self._admission = Admission[WorkerProcess](
            queue=settings.queue, per_client=settings.per_client, reserve=int(settings.workers > 1)
        )
        self._staff = Staff(release, settings, self._admission, tell)
        self._desk = Desk(self, self._admission, settings, house=prefixes(release.manifest.base_iri))

    @property
    def status(self) -> PoolStatus:
        staff, running = self._staff, sum(worker.is_busy for worker in self._staff)
        return PoolStatus(
            self.settings.workers, len(staff), running, self._admission.waiting, staff.trouble, staff.in_memory,
            staff.replaced,
        )  # fmt: skip

    @property
    def running(self) -> Mapping[int, Running]:
        """The queries that run now."""
        return self._desk.running

    @property
    def has_spare(self) -> bool:
        return self._admission.has_spare

    async def start(self) -> None:
        """Return when one worker is ready and has shown that it cannot reach the network; the others follow.

        Raises:
            KgError: as `Staff.start`.
        """
        if not self._staff.is_open:
            await self._staff.start()

    async def close(self) -> None:
        """Kill all workers and wait until they are gone."""
        if self._staff.is_open:
            self._desk.close()
            await self._staff.close()

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
        """The answer, when its first piece (64 kB, or less after 250 ms) or its end is here.

        `seconds` may only shorten the deadline; `zipped` asks for gzip.

        Raises:
            KgError: `Overloaded`, `ClientBusy`, `DeadlineExceeded`, and whatever the query itself is at fault for.
        """
        asked: dict[str, Any] = {"format": format}
        if dataset or query.dataset.has_repeats:  # the engine would count the triples of a graph for each mention
            chosen = (dataset or query.dataset).without_repeats()
            asked |= {"default": chosen.default, "named": chosen.named}
        elif query.dataset:
            asked["graphs"] = (*query.dataset.default, *query.dataset.named)
        if query.star is not None and len(query.variables) > 1:
            asked |= {"star": query.star, "variables": query.variables}
        if rows:
            asked["rows"] = rows
        if zipped:
            asked["gzip"] = True
        return await self._desk.answer(query, asked, client=client, seconds=seconds)

    def give_back(self, answer: Answer) -> None:
        """A query is over: its worker is free."""
        self._desk.forget(answer)
        self._staff.take_back(cast(WorkerProcess, answer.grant.item))
        self._admission.leave(answer.grant.client)

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Have something done in the background; `close` waits for it."""
        return self._staff.spawn(work)
