"""A worker that is about to be killed for one client is not lent to another."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from pathlib import Path

from kg.engine.desk import TRIAL
from kg.engine.workers import WorkerPool
from kg.errors import Overloaded
from kg.query import parse_query
from kg.settings import Settings
from serving import BASE, CARTESIAN, make_release

SETTINGS = Settings(workers=2, deadline=20.0, memory=128)


async def ask(pool: WorkerPool, text: str, client: str) -> bytes:
    query = parse_query(text, base_iri=BASE, max_bytes=65536, max_depth=100)
    answer = await pool.answer(query, format="json", client=client)
    try:
        return b"".join([piece async for piece in answer.pieces()])
    finally:
        answer.close()


def test_an_answer_that_comes_in_the_moment_its_trial_ends_costs_nobody_theirs(tmp_path: Path) -> None:
    """The loop is held up, so that it finds the end of the trial and the whole answer at the same time."""
    release = make_release(tmp_path / "release", extra=500)

    async def run() -> None:
        pool = WorkerPool(release, SETTINGS)
        await pool.start()
        try:
            while pool.status.workers < 2 or not pool.status.in_memory:
                await asyncio.sleep(0.02)
            endless = asyncio.ensure_future(ask(pool, CARTESIAN, "endless"))
            await asyncio.sleep(2 * TRIAL)
            on_trial = asyncio.ensure_future(ask(pool, "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f }", "on trial"))
            small = asyncio.ensure_future(ask(pool, "ASK {}", "small"))
            asyncio.get_running_loop().call_later(0.01, time.sleep, 0.4)
            assert json.loads(await small)["boolean"] is True
            with contextlib.suppress(Overloaded):
                await on_trial
            endless.cancel()
        finally:
            await pool.close()

    asyncio.run(run())
