"""The query workers of a release: hired, replaced when they end, and moved into memory.

Workers are forked from a fork server (`kg.engine.spawner`). The first one works from disk, so that a release is served
at once; where the release is small enough to be held in memory, a second fork server loads it meanwhile, and its
workers take over one by one.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

from kg.engine.admission import Admission
from kg.engine.isolation import prove_isolation
from kg.engine.process import WorkerProcess
from kg.engine.spawner import Spawner
from kg.errors import KgError
from kg.namespaces import prefixes
from kg.release import Release
from kg.settings import Settings

__all__ = ["Staff", "start_of"]

START_SECONDS = 20.0
LOAD_SECONDS = 3600.0
RELOAD, RELOAD_AT_LAST = 1.0, 300.0
"""Seconds between two attempts to load a release into memory, twice as long after each one that failed: a machine
without memory should do something else."""
UNASKED = 0.2
"""Seconds until a worker that ended before it was asked anything is replaced: the next one may end so too."""
_BYTES_A_QUAD = 500
"""Of a store in memory."""


def start_of(release: Release, settings: Settings) -> dict[str, Any]:
    """What `kg.engine.fork_server` reads first: the release and its limits."""
    return {
        "engine": settings.engine,
        "store": str(release.store_path),
        "quads": release.manifest.counts["quads"],
        "base_iri": release.manifest.base_iri,
        "prefixes": prefixes(release.manifest.base_iri),
        "workers": settings.workers * settings.web_processes,
        "memory": settings.memory << 20,
        "result_bytes": settings.result_bytes,
        "in_memory": settings.engine != "oxigraph",
    }


class Staff:
    """As many workers as the settings say, offered to `admission`; `tell` is called with each new trouble and why."""

    def __init__(
        self,
        release: Release,
        settings: Settings,
        admission: Admission[WorkerProcess],
        tell: Callable[[str, str], object],
    ) -> None:
        self.is_open = False
        self.replaced = 0
        self.trouble: str | None = None
        self._settings = settings
        self._tell = tell
        self._admission = admission
        self._start = start_of(release, settings)
        self._spawner: Spawner
        self._workers: set[WorkerProcess] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._hires: set[asyncio.Task[None]] = set()
        self._told: dict[str, str] = {}
        self._reviving = asyncio.Lock()
        self._loading: asyncio.Task[None] | None = None
        self._loaded_at = float("-inf")

    def __len__(self) -> int:
        return len(self._workers)

    def __iter__(self) -> Iterator[WorkerProcess]:
        return iter(self._workers)

    @property
    def in_memory(self) -> bool:
        """Whether a worker holds the release in memory."""
        return any(worker.spawner.in_memory for worker in self._workers if worker.spawner)

    async def start(self) -> None:
        """Return when one worker is ready and has shown that it cannot reach the network; the others follow.

        Raises:
            IntegrityError: the store is not what the manifest says.
            EngineError: a worker cannot be started, or SERVICE can reach a socket.
        """
        self._spawner = await Spawner.start(self._start, seconds=LOAD_SECONDS)
        try:
            first = await WorkerProcess.start(self._spawner, seconds=START_SECONDS)
            await prove_isolation(first)
        except BaseException:
            await self._spawner.close()
            raise
        self.is_open = True
        self._enlist(first)
        for _ in range(self._settings.workers - 1):
            self._hires.add(self.spawn(self._hire()))
        self._load_later()

    async def close(self) -> None:
        """Kill all workers and wait until they are gone."""
        self.is_open = False
        for hire in self._hires:
            hire.cancel()
        await asyncio.gather(*(worker.kill() for worker in list(self._workers)))
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._spawner.close()

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Have something done in the background; `close` waits for it."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(self._hires.discard)
        return task

    def take_back(self, worker: WorkerProcess) -> None:
        """A worker is asked no more: offer it again, unless it is dead, worn, still at work, or of an earlier kind."""
        is_fit = worker.is_usable and not (worker.is_busy or worker.is_worn or worker.is_doomed)
        if is_fit and worker.spawner is self._spawner:
            self._admission.offer(worker)
        elif worker.is_alive:
            self.spawn(worker.kill())

    async def _hire(self, after: float = 0.0) -> None:
        pause = 0.1
        await asyncio.sleep(after)
        while self.is_open:
            try:
                if not self._spawner.is_alive:
                    await self._revive()
                self._enlist(await WorkerProcess.start(self._spawner, seconds=START_SECONDS))
            except (KgError, OSError) as error:
                self._complain("a query worker cannot be started", error)
                await asyncio.sleep(pause)
                pause = min(2 * pause, 5.0)
            else:
                self.trouble = None
                self._told.clear()
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
        if self.is_open:
            is_ours = worker.spawner is self._spawner
            self.replaced += is_ours
            self.spawn(worker.kill())
            self._hires.add(self.spawn(self._hire(UNASKED if is_ours and not worker.was_asked else 0.0)))

    def _complain(self, event: str, error: Exception) -> None:
        self.trouble = f"{event}: {error}"
        if self._told.get(event) != str(error):
            self._told[event] = str(error)
            self._tell(event, str(error))

    async def _revive(self) -> None:
        """Another fork server in place of one that died."""
        async with self._reviving:
            if not self._spawner.is_alive and self.is_open:
                await self._spawner.close()
                self._spawner = await Spawner.start(self._start, seconds=LOAD_SECONDS)
                self._load_later()

    def _load_later(self) -> None:
        """See to it that the release gets into memory, if it belongs there."""
        fits = not self._start["in_memory"] and _fits(self._start["quads"], self._settings)
        if fits and (self._loading is None or self._loading.done()):
            self._loading = self.spawn(self._load())
            self._hires.add(self._loading)

    async def _load(self) -> None:
        """Try to load the release into memory until it is there, not too often."""
        now, pause = asyncio.get_running_loop().time, RELOAD
        while self.is_open and not self._spawner.in_memory:
            await asyncio.sleep(self._loaded_at + pause - now())
            self._loaded_at = now()
            try:
                loaded = await Spawner.start({**self._start, "in_memory": True}, seconds=LOAD_SECONDS)
            except (KgError, OSError) as error:
                self._complain("the release stays on disk", error)
                pause = min(2 * pause, RELOAD_AT_LAST)
            else:
                await self._move_to(loaded)

    async def _move_to(self, loaded: Spawner) -> None:
        """Have workers that are forked from `loaded` take over from the present ones."""
        unwanted = loaded
        try:
            async with self._reviving:
                unwanted, self._spawner = self._spawner, loaded
            while old := [worker for worker in self._workers if worker.spawner is unwanted]:
                idle = next((worker for worker in old if self._admission.withdraw(worker)), None)
                if idle is not None:
                    await idle.kill()
                await asyncio.sleep(0.02)
        finally:
            await unwanted.close()


def _fits(quads: int, settings: Settings) -> bool:
    """Whether so many quads may be held in memory: within the setting, and a quarter of the machine for all of us."""
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return quads * _BYTES_A_QUAD <= min(settings.image << 20, machine // 4 // settings.web_processes)
