"""The pool of query workers: a query goes in, an answer comes out in pieces, or a true error.

No untrusted query runs in the web process. A query has a deadline from its arrival; at the deadline its worker is
killed, wherever it is (parsing, planning, evaluating, writing), and another worker takes its place.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import asdict, dataclass
from typing import Any

from kg.engine.admission import Admission
from kg.engine.answer import Answer
from kg.engine.isolation import prove_isolation
from kg.engine.oxigraph import Query
from kg.engine.process import WorkerProcess
from kg.errors import KgError, Overloaded, QuerySyntaxError
from kg.namespaces import prefixes
from kg.query import Dataset, ParsedQuery, explain, widened
from kg.release import Release
from kg.settings import Settings

__all__ = ["PoolStatus", "WorkerPool"]

START_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class PoolStatus:
    """How the pool is: `workers` that live, of those `wanted`; queries that run and that wait; the latest trouble."""

    wanted: int
    workers: int
    running: int
    waiting: int
    trouble: str | None


class WorkerPool:
    """As many workers as the settings say, over one release."""

    def __init__(self, release: Release, settings: Settings) -> None:
        self.settings = settings
        self._base_iri = release.manifest.base_iri
        self._prefixes = prefixes(self._base_iri)
        self._start = {
            "store": str(release.store_path),
            "quads": release.manifest.counts["quads"],
            "base_iri": self._base_iri,
            "prefixes": self._prefixes,
            "memory": settings.memory << 20,
            "result_bytes": settings.result_bytes,
        }
        self._admission = Admission[WorkerProcess](queue=settings.queue, per_client=settings.per_client)
        self._workers: set[WorkerProcess] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._hires: set[asyncio.Task[None]] = set()
        self._trouble: str | None = None
        self._is_open = False

    @property
    def status(self) -> PoolStatus:
        running = sum(worker.is_busy for worker in self._workers)
        return PoolStatus(self.settings.workers, len(self._workers), running, self._admission.waiting, self._trouble)

    async def start(self) -> None:
        """Return when one worker is ready and has shown that it cannot reach the network; the others follow.

        Raises:
            IntegrityError: the store is not what the manifest says.
            EngineError: a worker cannot be started, or SERVICE can reach a socket.
        """
        if self._is_open:
            return
        first = await WorkerProcess.start(self._start, seconds=START_SECONDS)
        await prove_isolation(first)
        self._is_open = True
        self._enlist(first)
        for _ in range(self.settings.workers - 1):
            self._hires.add(self.spawn(self._hire()))

    async def close(self) -> None:
        """Kill all workers and wait until they are gone."""
        self._is_open = False
        for hire in self._hires:
            hire.cancel()
        await asyncio.gather(*(worker.kill() for worker in list(self._workers)))
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def answer(
        self, query: ParsedQuery, *, format: str, client: str, dataset: Dataset | None = None, rows: int = 0
    ) -> Answer:
        """The answer, when its first piece (64 kB, or less after 250 ms) or its end is here.

        Raises:
            KgError: `Overloaded`, `ClientBusy`, `DeadlineExceeded`, and whatever the query itself is at fault for.
        """
        deadline = asyncio.get_running_loop().time() + self.settings.deadline
        question = Query(
            query.text,
            format,
            default=dataset.default if dataset else (),
            named=dataset.named if dataset else (),
            graphs=() if dataset else (*query.dataset.default, *query.dataset.named),
            star=query.star if len(query.variables) > 1 else None,
            variables=query.variables,
            rows=rows,
        )
        try:
            return await self._ask(asdict(question), client, deadline)
        except QuerySyntaxError as error:
            raise await self._explained(query, error, client, deadline) from error

    async def _explained(
        self, query: ParsedQuery, error: QuerySyntaxError, client: str, deadline: float
    ) -> QuerySyntaxError:
        try:
            text = await asyncio.to_thread(widened, query.text)
            await self._ask({"check": True, "text": text}, client, deadline)
        except QuerySyntaxError as placed:
            return await asyncio.to_thread(explain, query, placed, self._prefixes)
        return error

    async def _ask(self, question: dict[str, Any], client: str, deadline: float) -> Answer:
        worker = await self._admit(client, deadline)
        answer = Answer(self, worker, client, deadline=deadline, seconds=self.settings.deadline)
        try:
            await answer.ask({**question, "seconds": self.settings.deadline})
        except BaseException:
            answer.close()
            raise
        return answer

    async def _admit(self, client: str, deadline: float) -> WorkerProcess:
        """A live worker; half of the deadline may be spent waiting for it."""
        now = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout_at(max(now, deadline - self.settings.deadline / 2)):
                while not (worker := await self._admission.take(client)).is_alive:
                    self._admission.leave(client)
        except TimeoutError:
            raise Overloaded("all query workers are busy", hint="try again in a moment") from None
        return worker

    def give_back(self, worker: WorkerProcess, client: str) -> None:
        """A query of `client` is over: use the worker again, unless it is dead, worn, or still at work."""
        if worker.is_alive and not worker.is_busy and not worker.is_worn:
            self._admission.offer(worker)
        elif worker.is_alive:
            self.spawn(worker.kill())
        self._admission.leave(client)

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Have something done in the background; `close` waits for it."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(self._hires.discard)
        return task

    async def _hire(self) -> None:
        pause = 0.1
        while self._is_open:
            try:
                self._enlist(await WorkerProcess.start(self._start, seconds=START_SECONDS))
            except (KgError, OSError) as error:
                self._trouble = str(error)
                await asyncio.sleep(pause)
                pause = min(2 * pause, 5.0)
            else:
                self._trouble = None
                return

    def _enlist(self, worker: WorkerProcess) -> None:
        self._workers.add(worker)
        worker.watch(self._replace)
        if worker.is_alive:
            self._admission.offer(worker)
        else:
            self._replace(worker)

    def _replace(self, worker: WorkerProcess) -> None:
        self._workers.discard(worker)
        self._admission.withdraw(worker)
        if self._is_open:
            self.spawn(worker.kill())
            self._hires.add(self.spawn(self._hire()))
