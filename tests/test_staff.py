"""The staff of a release: real workers, which are killed and come back, and move into memory."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kg.engine.admission import Admission
from kg.engine.process import WorkerProcess
from kg.engine.staff import Staff, start_of
from kg.errors import IntegrityError
from kg.release import Release
from kg.settings import Settings
from serving import make_release, nothing_left

SETTINGS = Settings(workers=2, deadline=1.0, memory=128, image=0)


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return make_release(tmp_path_factory.mktemp("staff"), extra=2000)


def staff_of(release: Release, settings: Settings, troubles: list[tuple[str, str]]) -> Staff:
    admission = Admission[WorkerProcess](queue=9, per_client=9)
    return Staff(release, settings, admission, lambda event, reason: troubles.append((event, reason)))


def with_staff(
    release: Release,
    work: Callable[[Staff, list[tuple[str, str]]], Awaitable[None]],
    settings: Settings = SETTINGS,
) -> None:
    """Does some work with a staff that is complete; afterwards no process is left."""

    async def run() -> None:
        troubles: list[tuple[str, str]] = []
        staff = staff_of(release, settings, troubles)
        await staff.start()
        try:
            await until(lambda: len(staff) == settings.workers)
            await work(staff, troubles)
        finally:
            await staff.close()

    with nothing_left():
        asyncio.run(run())


async def until(what: Callable[[], object]) -> None:
    """Wait until `what` is true."""
    for _ in range(6000):
        if what():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("that does not come")


def pids(staff: Staff) -> set[int]:
    return {worker.pid for worker in staff}


def kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def test_workers_that_are_killed_are_replaced_and_counted(release: Release) -> None:
    async def work(staff: Staff, _: list[tuple[str, str]]) -> None:
        before = pids(staff)
        for pid in before:
            kill(pid)
        await until(lambda: len(staff) == 2 and not pids(staff) & before)
        assert staff.replaced == 2
        assert all(worker.is_usable for worker in staff)

    with_staff(release, work)


def test_workers_that_end_unasked_are_not_replaced_without_pause(release: Release) -> None:
    async def work(staff: Staff, _: list[tuple[str, str]]) -> None:
        end = time.monotonic() + 1.0
        while time.monotonic() < end:
            for pid in pids(staff):
                kill(pid)
            await asyncio.sleep(0.005)
        await until(lambda: staff.replaced >= 2)
        assert staff.replaced <= 14
        await until(lambda: len(staff) == 2)

    with_staff(release, work)


def test_a_release_that_is_small_enough_moves_into_memory_and_nobody_counts_that_as_replaced(release: Release) -> None:
    async def work(staff: Staff, troubles: list[tuple[str, str]]) -> None:
        def has_moved() -> bool:
            return len(staff) == 2 and all(worker.spawner and worker.spawner.in_memory for worker in staff)

        await until(has_moved)
        assert (staff.in_memory, staff.replaced, troubles) == (True, 0, [])
        kill(pids(staff).pop())
        await until(lambda: staff.replaced == 1 and has_moved())

    with_staff(release, work, replace(SETTINGS, image=64))


def test_a_worker_that_is_taken_back_is_offered_again_or_ends(release: Release) -> None:
    async def work(staff: Staff, _: list[tuple[str, str]]) -> None:
        fit, worn = staff
        worn.is_worn = True
        for worker in (fit, worn):
            assert staff._admission.withdraw(worker)
            staff.take_back(worker)
        assert staff._admission.withdraw(fit)
        await until(lambda: worn not in staff and len(staff) == 2)
        assert fit in staff

    with_staff(release, work)


def test_a_trouble_is_told_once_and_is_over_when_a_worker_starts_again(tmp_path: Path) -> None:
    release = make_release(tmp_path)
    hidden = release.store_path.with_name("hidden")

    async def work(staff: Staff, troubles: list[tuple[str, str]]) -> None:
        release.store_path.rename(hidden)
        os.kill(staff._spawner._process.pid, signal.SIGKILL)
        await until(lambda: staff.trouble)
        await asyncio.sleep(0.5)
        assert [event for event, _ in troubles] == ["a query worker cannot be started"]
        assert staff.trouble == ": ".join(troubles[0])
        hidden.rename(release.store_path)
        await until(lambda: len(staff) == 2 and staff.trouble is None)

    with_staff(release, work)


def test_a_release_whose_store_was_cut_is_not_served(release: Release) -> None:
    counts = {**release.manifest.counts, "quads": 5}
    wrong = replace(release, manifest=replace(release.manifest, counts=counts))

    async def run() -> None:
        with pytest.raises(IntegrityError, match="not 5"):
            await staff_of(wrong, SETTINGS, []).start()

    with nothing_left():
        asyncio.run(run())


@pytest.mark.parametrize(("engine", "in_memory"), [("oxigraph", False), ("rdflib", True)])
def test_a_fork_server_is_told_the_limits_of_all_workers_of_the_machine(
    release: Release, engine: str, in_memory: bool
) -> None:
    told = start_of(release, Settings(workers=3, processes=2, memory=128, engine=engine))
    assert (told["workers"], told["memory"], told["in_memory"]) == (6, 128 << 20, in_memory)
    assert (told["store"], told["quads"]) == (str(release.store_path), release.manifest.counts["quads"])
