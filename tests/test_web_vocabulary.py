"""Unknown terms through the worker pool: real workers over a small release."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

import kg.web.vocabulary
from kg.engine.workers import WorkerPool
from kg.query import ParsedQuery, parse_query
from kg.release import Release
from kg.settings import Settings
from kg.vocabulary import Notice, UnknownTerm
from kg.web.vocabulary import Vocabulary
from serving import ALL, BASE, CARTESIAN, make_release

SETTINGS = Settings(workers=1, deadline=20.0, memory=128)
MISSPELT = (UnknownTerm("gov:onws", "gov:owns"),)


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return make_release(tmp_path_factory.mktemp("web-vocabulary"), extra=20000)


def parsed(text: str) -> ParsedQuery:
    return parse_query(ALL + text, base_iri=BASE, max_bytes=65536, max_depth=100)


@contextlib.asynccontextmanager
async def busy(pool: WorkerPool) -> AsyncIterator[None]:
    """The only worker has a query without end."""
    endless = parse_query(CARTESIAN, base_iri=BASE, max_bytes=999, max_depth=9)
    task = asyncio.ensure_future(pool.answer(endless, format="json", client="you"))
    await asyncio.sleep(0.1)
    yield
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A notice may take as long as a busy machine needs for it, where the time is not what is tested."""
    monkeypatch.setattr(kg.web.vocabulary, "_SECONDS", 60.0)


def with_vocabulary(
    release: Release, work: Callable[[Vocabulary, WorkerPool], Awaitable[None]], settings: Settings = SETTINGS
) -> None:
    async def run() -> None:
        pool = WorkerPool(release, settings)
        try:
            await pool.start()
            await work(Vocabulary(release, pool), pool)
        finally:
            await pool.close()

    asyncio.run(run())


@pytest.mark.usefixtures("patient")
def test_unknown_terms_are_told_and_known_ones_are_not(release: Release) -> None:
    async def work(vocabulary: Vocabulary, pool: WorkerPool) -> None:
        assert (await vocabulary.unknown(parsed("ASK { ?s gov:onws ?o }"), client="me")).terms == MISSPELT
        assert await vocabulary.unknown(parsed("ASK { ?s gov:owns organisation:studio }")) == Notice()
        assert await vocabulary.unknown(parsed("ASK { ?s ?p ?o }")) == Notice()

    with_vocabulary(release, work)


@pytest.mark.usefixtures("patient")
def test_what_was_seen_before_is_not_looked_up_again(release: Release) -> None:
    """One worker: while it is busy, only what needs no look-up is told at once."""

    async def work(vocabulary: Vocabulary, pool: WorkerPool) -> None:
        known = parsed("ASK { ?s gov:owns organisation:studio }")
        assert await vocabulary.unknown(known) == Notice()
        async with busy(pool):
            start = time.monotonic()
            assert await vocabulary.unknown(known) == Notice()
            assert time.monotonic() - start < SETTINGS.deadline / 4, "it waits for a worker, half of the deadline"

    with_vocabulary(release, work)


def test_a_pool_that_is_closed_tells_nothing(release: Release) -> None:
    async def work(vocabulary: Vocabulary, pool: WorkerPool) -> None:
        await pool.close()
        assert await vocabulary.unknown(parsed("ASK { ?s gov:onws ?o }")) == Notice()

    with_vocabulary(release, work)


@pytest.mark.usefixtures("patient")
def test_the_terms_are_read_once_for_all_who_ask(release: Release) -> None:
    async def work(vocabulary: Vocabulary, pool: WorkerPool) -> None:
        queries = [parsed(f"ASK {{ ?s{number} gov:onws ?o }}") for number in range(8)]
        told = await asyncio.gather(
            *(vocabulary.unknown(query, client=str(number)) for number, query in enumerate(queries))
        )
        assert {notice.terms for notice in told} == {MISSPELT}

    with_vocabulary(release, work)


@pytest.mark.usefixtures("patient")
def test_who_leaves_does_not_stop_the_reading_for_others(release: Release) -> None:
    async def work(vocabulary: Vocabulary, pool: WorkerPool) -> None:
        for milliseconds in (1, 2, 4, 8, 16):
            fresh = Vocabulary(release, pool)
            leaving, staying = (
                asyncio.ensure_future(fresh.unknown(parsed("ASK { ?s gov:onws ?o }"), client=client))
                for client in ("leaving", "staying")
            )
            await asyncio.sleep(milliseconds / 1000)
            leaving.cancel()
            assert (await staying).terms == MISSPELT

    with_vocabulary(release, work, Settings(workers=2, deadline=20.0, memory=128))


def test_no_reader_waits_long_for_a_notice(release: Release) -> None:
    async def work(vocabulary: Vocabulary, pool: WorkerPool) -> None:
        async with busy(pool):
            for _ in range(4):  # a busy machine is late now and then, what waits too long does so again
                start = time.monotonic()
                assert await vocabulary.unknown(parsed("ASK { ?s gov:onws ?o }"), client="me") == Notice()
                seconds = time.monotonic() - start
                assert seconds > 0.9
                if seconds < 1.5:
                    break
            assert seconds < 1.5
        for _ in range(60):  # when there is a worker again
            if (await vocabulary.unknown(parsed("ASK { ?s gov:onws ?o }"), client="me")).terms == MISSPELT:
                return
        raise AssertionError("nothing is told")

    with_vocabulary(release, work)


@pytest.mark.usefixtures("patient")
def test_of_a_release_whose_terms_cannot_be_read_the_unknown_ones_are_told_alone(release: Release) -> None:
    """Every answer of more than 200 bytes is refused: the lists of terms are, a single unknown term is not."""

    async def work(vocabulary: Vocabulary, pool: WorkerPool) -> None:
        told = await vocabulary.unknown(parsed("ASK { ?s gov:onws ?o }"))
        assert told == Notice((UnknownTerm("gov:onws", None),))

    with_vocabulary(release, work, Settings(workers=1, deadline=20.0, memory=128, result_bytes=200))
