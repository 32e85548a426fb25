"""Query workers: real processes over a small release, attacked in the ways that are known."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kg.engine.process import WorkerProcess
from kg.engine.spawner import Spawner
from kg.engine.staff import start_of
from kg.engine.workers import WorkerPool
from kg.errors import (  # fmt: skip
    DeadlineExceeded,
    EngineError,
    MemoryExceeded,
    QuerySyntaxError,
    QueryTooLarge,
    ResultTooLarge,
)
from kg.query import parse_query
from kg.release import Release
from kg.settings import Settings
from serving import ALL, BASE, CARTESIAN, make_release, nothing_left

SETTINGS = Settings(workers=2, deadline=20.0, memory=128, image=0)


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return make_release(tmp_path_factory.mktemp("workers"), extra=20000)


async def ask(
    pool: WorkerPool,
    text: str,
    *,
    client: str = "me",
    max_depth: int = 100,
    format: str = "json",
    seconds: float | None = None,
) -> bytes:
    query = parse_query(text, base_iri=BASE, max_bytes=1 << 20, max_depth=max_depth)
    answer = await pool.answer(query, format=format, client=client, seconds=seconds)
    try:
        return b"".join([piece async for piece in answer.pieces()])
    finally:
        answer.close()


def with_pool(release: Release, work: Callable[[WorkerPool], Awaitable[None]], settings: Settings = SETTINGS) -> None:
    async def run() -> None:
        pool = WorkerPool(release, settings)
        try:
            await pool.start()
            await full(pool)
            await work(pool)
        finally:
            await pool.close()

    asyncio.run(run())


async def full(pool: WorkerPool) -> None:
    """Wait until all workers live."""
    await until(lambda: pool.status.workers == pool.settings.workers, pool)


async def until(what: Callable[[], object], pool: WorkerPool) -> None:
    """Wait until `what` is true."""
    for _ in range(6000):
        if what():
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"that does not come: {pool.status}")


def workers_of(pool: WorkerPool) -> list[int]:
    """The processes of the workers of a pool; this process may have others, of other tests."""
    return sorted(worker.pid for worker in pool._staff)


def test_an_answer_and_a_long_answer(release: Release) -> None:
    async def work(pool: WorkerPool) -> None:
        assert json.loads(await ask(pool, "ASK { ?s ?p ?o }"))["boolean"] is True
        rows = json.loads(await ask(pool, "SELECT ?s ?o { ?s ?p ?o }"))["results"]["bindings"]
        assert len(rows) == release.manifest.counts["triples"]

    with_pool(release, work)


def test_a_query_without_end_is_killed_while_others_are_answered(release: Release) -> None:
    async def work(pool: WorkerPool) -> None:
        for seconds in (1.0, 2.0, 4.0):  # a machine may stand still until it is over
            start = time.monotonic()
            endless = asyncio.ensure_future(ask(pool, CARTESIAN, seconds=seconds))
            await asyncio.sleep(0.1)
            await ask(pool, "ASK {}", client="other")
            is_answered_meanwhile = not endless.done()
            with pytest.raises(DeadlineExceeded):
                await endless
            assert seconds <= time.monotonic() - start < 10 + seconds, "it had the deadline of the pool, not its own"
            await full(pool)
            await ask(pool, "ASK {}")
            if is_answered_meanwhile:
                return
        raise AssertionError("others have to wait until it is over")

    with_pool(release, work)


def test_planning_without_end_is_killed_too(release: Release) -> None:
    async def work(pool: WorkerPool) -> None:
        path = "/".join(["<http://e/p>"] * 1500)
        with pytest.raises(DeadlineExceeded):
            await ask(pool, f"ASK {{ ?s {path} ?o }}")

    with_pool(release, work, replace(SETTINGS, deadline=0.3))


def test_memory_is_capped(release: Release) -> None:
    async def work(pool: WorkerPool) -> None:
        with pytest.raises(MemoryExceeded):
            await ask(pool, "SELECT ?a ?c ?d ?f { ?a ?b ?c . ?d ?e ?f } ORDER BY ?f")
        await full(pool)
        await ask(pool, "ASK {}")

    with_pool(release, work, replace(SETTINGS, deadline=20.0, memory=64))


def test_a_crash_is_an_error_of_one_query(release: Release) -> None:
    text = "ASK { FILTER(" + "(" * 9000 + "1" + ")" * 9000 + ") }"

    async def work(pool: WorkerPool) -> None:
        bomb = asyncio.ensure_future(ask(pool, text, max_depth=20000))
        assert await ask(pool, "ASK {}", client="other")
        with pytest.raises(QueryTooLarge, match="deeper than the engine"):
            await bomb
        await full(pool)

    with_pool(release, work, replace(SETTINGS, deadline=20.0))


SOME_TIME = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f FILTER (STR(?c) < STR(?f)) }"
"""It takes a second or two over `SOME`, and has no row before its end."""
SOME = 2500


async def kill_what_runs(pool: WorkerPool, *, but: int = 0) -> int:
    """Kill the worker that a query runs on, in the moment in which it runs on another than `but`."""
    async with asyncio.timeout(60):
        while not (busy := [one.pid for one in pool._staff if one.is_busy and one.pid != but]):
            await asyncio.sleep(0)
    os.kill(busy[0], signal.SIGKILL)
    return busy[0]


def test_a_query_whose_worker_was_killed_is_asked_once_more(tmp_path: Path) -> None:
    release = make_release(tmp_path / "release", extra=SOME)

    async def work(pool: WorkerPool) -> None:
        asked = asyncio.ensure_future(ask(pool, SOME_TIME))
        first = await kill_what_runs(pool)
        assert json.loads(await asked)["results"]["bindings"]
        asked = asyncio.ensure_future(ask(pool, CARTESIAN))
        second = await kill_what_runs(pool, but=first)
        await kill_what_runs(pool, but=second)
        with pytest.raises(EngineError, match="unexpectedly"):
            await asked

    with_pool(release, work, replace(SETTINGS, deadline=600.0))


def test_a_query_whose_fork_server_was_killed_waits_for_another(tmp_path: Path) -> None:
    release = make_release(tmp_path / "release", extra=SOME)

    async def work(pool: WorkerPool) -> None:
        asked = [asyncio.ensure_future(ask(pool, SOME_TIME)) for _ in range(2)]
        async with asyncio.timeout(60):
            while pool.status.running < 2:
                await asyncio.sleep(0)
        os.kill(pool._staff._spawner._process.pid, signal.SIGKILL)
        for one in asked:
            assert json.loads(await one)["results"]["bindings"]
        await full(pool)

    with_pool(release, work, replace(SETTINGS, deadline=600.0, workers=3))


def test_a_worker_killed_during_a_query_is_an_error_not_a_part_of_an_answer(release: Release) -> None:
    async def work(pool: WorkerPool) -> None:
        query = parse_query("SELECT * { ?a ?b ?c . ?d ?e ?f }", base_iri=BASE, max_bytes=1000, max_depth=10)
        answer = await pool.answer(query, format="csv", client="me")
        assert answer.head
        assert not answer.is_whole
        for worker in workers_of(pool):
            os.kill(worker, signal.SIGKILL)
        with pytest.raises(EngineError):
            async for _ in answer.pieces():
                pass
        answer.close()
        await full(pool)

    with_pool(release, work)


def test_an_abandoned_query_ends_soon(release: Release) -> None:
    async def work(pool: WorkerPool) -> None:
        before = set(workers_of(pool))
        endless = asyncio.ensure_future(ask(pool, CARTESIAN))
        await asyncio.sleep(0.1)
        endless.cancel()
        await until(lambda: len(before & set(workers_of(pool))) == 1, pool)
        await full(pool)
        assert pool.status.running == 0

    with_pool(release, work, replace(SETTINGS, deadline=30.0))


def test_the_answer_is_capped(release: Release) -> None:
    async def work(pool: WorkerPool) -> None:
        with pytest.raises(ResultTooLarge):
            await ask(pool, "SELECT * { ?s ?p ?o }")
        assert await ask(pool, "ASK {}")

    with_pool(release, work, replace(SETTINGS, result_bytes=200_000))


def test_syntax_errors_have_their_place(release: Release) -> None:
    async def work(pool: WorkerPool) -> None:
        with pytest.raises(QuerySyntaxError, match="gov: is not declared") as caught:
            await ask(pool, "SELECT ?s {\n  ?s gov:owns ?o }")
        assert (caught.value.line, caught.value.column) == (2, 6)
        with pytest.raises(QuerySyntaxError, match="unexpected }") as caught:
            await ask(pool, "SELECT ?s {\n  ?s ?o }")
        assert (caught.value.line, caught.value.column) == (2, 9)

    with_pool(release, work)


@pytest.mark.parametrize(("portions", "in_memory"), [(1, False), (12, False), (12, True)])
def test_workers_cannot_reach_the_network_or_files(tmp_path: Path, portions: int, in_memory: bool) -> None:
    """The static refusal of SERVICE is stepped over here: the confinement alone must hold.

    With many portions the store has more files than are open ahead, so that new descriptors must remain possible.
    """
    release = make_release(tmp_path / "release", extra=6000, portions=portions)
    files = len(list(release.store_path.glob("*.sst")))
    assert (files > 16) == (portions > 1)

    async def run() -> None:
        reached: list[Any] = []
        server = await asyncio.start_server(lambda *ends: reached.append(ends), "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server, confined_worker(release, in_memory=in_memory) as worker:
            for text in (
                f"SELECT * {{ SERVICE <http://127.0.0.1:{port}/> {{ ?s ?p ?o }} }}",
                f"SELECT * {{ SERVICE SILENT <http://localhost:{port}/> {{ ?s ?p ?o }} }}",
                f"SELECT * FROM <http://127.0.0.1:{port}/> {{ ?s ?p ?o }}",
                "SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }",
            ):
                with contextlib.suppress(EngineError):
                    assert b"root" not in await all_of(worker, text)
            assert (await all_of(worker, "SELECT ?s { GRAPH ?g { ?s ?p ?o } }")).count(b"\n") == 6015
            assert (await all_of(worker, "SELECT ?o { ?s ?p ?o } ORDER BY ?o")).count(b"\n") == 6015
            limits = (Path("/proc") / str(worker.pid) / "limits").read_text()
            assert ("Max open files            0 " in limits) == (in_memory or portions == 1)
            assert "Max core file size        0 " in limits
            assert "Seccomp:\t2" in (Path("/proc") / str(worker.pid) / "status").read_text()
        assert not reached

    with nothing_left():
        asyncio.run(run())


@contextlib.asynccontextmanager
async def confined_worker(release: Release, *, in_memory: bool) -> AsyncIterator[WorkerProcess]:
    """A worker without a pool, and so without the refusals of a pool."""
    start = {**start_of(release, SETTINGS), "in_memory": in_memory}
    spawner = await Spawner.start(start, seconds=60)
    try:
        worker = await WorkerProcess.start(spawner, seconds=60)
        try:
            yield worker
        finally:
            await worker.kill()
    finally:
        await spawner.close()


async def all_of(worker: WorkerProcess, text: str) -> bytes:
    """The whole CSV answer of one worker."""
    worker.ask({"format": "csv", "seconds": 60.0}, text)
    async with asyncio.timeout(60):
        answer, is_last = await worker.read()
        while not is_last:
            piece, is_last = await worker.read()
            answer += piece
    return answer


def test_a_worker_imports_nothing_heavy() -> None:
    code = "import kg.engine.worker, sys; print([m for m in ('rdflib', 'fastapi', 'jinja2', 'asyncio') if m in sys.modules])"
    source = str(Path(__file__).resolve().parent.parent / "src")
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": source},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"


def test_prefixed_query_in_turtle(release: Release) -> None:
    async def work(pool: WorkerPool) -> None:
        assert b"organisation:filmpool" in await ask(pool, ALL + "DESCRIBE organisation:filmpool", format="ttl")

    with_pool(release, work)
