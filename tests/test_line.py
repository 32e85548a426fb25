"""One query to an engine elsewhere, without a pool around it."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from engines import Peer, peer
from kg.engine.line import ROOM, Exchange, Line
from kg.errors import EngineError, EngineUnavailable
from serving import BASE, make_release


def with_lines(
    folder: Path, work: Callable[[Peer, Callable[[], Line], ThreadPoolExecutor], Awaitable[None]], proof: bool = True
) -> None:
    """`work` with a peer, a maker of lines to it, and the threads that they use; fails if a thread does not end."""

    async def prove(before: str) -> None:
        assert before == "state"
        if not proof:
            raise EngineUnavailable("another release")

    async def run() -> None:
        threads = ThreadPoolExecutor(2)
        with peer(make_release(folder)) as engine:
            async with httpx.AsyncClient(trust_env=False) as client:
                url = engine.engine.removeprefix("sparql+")
                exchange = Exchange(client, url, threads, BASE, {}, 1 << 30, lambda: "state", prove)
                await work(engine, lambda: Line(exchange), threads)
            async with asyncio.timeout(60):
                await asyncio.to_thread(threads.shutdown)

    asyncio.run(run())


class Searches:
    """What is imported but was not before, by name."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        self.names.append(name)


def test_a_query_imports_nothing_that_is_not_there(tmp_path: Path) -> None:
    """httpcore does so for each lock, where `sniffio` is not installed: five milliseconds become ten."""
    searches = Searches()

    async def work(engine: Peer, line_of: Callable[[], Line], threads: ThreadPoolExecutor) -> None:
        for _ in range(2):
            searches.names.clear()
            line = line_of()
            line.ask(OPTIONS, "SELECT ?x {} # behave: well")
            while not (await line.read())[1]:
                pass

    sys.meta_path.insert(0, searches)
    try:
        with_lines(tmp_path, work)
    finally:
        sys.meta_path.remove(searches)
    assert searches.names == []


OPTIONS = {"format": "json", "form": "SELECT", "default": ("http://e/g",), "named": ()}


def test_a_line_that_nobody_reads_holds_a_bounded_number_of_pieces_and_can_be_killed(tmp_path: Path) -> None:
    async def work(engine: Peer, line_of: Callable[[], Line], threads: ThreadPoolExecutor) -> None:
        lines = [line_of() for _ in range(2)]
        for line in lines:
            line.ask(OPTIONS, "SELECT ?x {} # behave: huge")
        start = time.monotonic()
        while any(len(line._frames) < ROOM for line in lines):
            assert time.monotonic() - start < 120
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.3)
        assert [len(line._frames) for line in lines] == [ROOM, ROOM]
        for line in lines:
            await line.kill()
        threads.submit(int).result(60)  # a thread is free again

    with_lines(tmp_path, work)


def test_a_killed_line_ends_in_an_error(tmp_path: Path) -> None:
    async def work(engine: Peer, line_of: Callable[[], Line], threads: ThreadPoolExecutor) -> None:
        line = line_of()
        line.ask(OPTIONS, "SELECT ?x {} # behave: silent")
        await asyncio.sleep(0.2)
        await line.kill()
        with pytest.raises(EngineError, match="was stopped"):
            await line.read()
        assert (line.is_alive, line.is_busy) == (False, False)

    with_lines(tmp_path, work)


def test_the_last_piece_waits_for_the_proof(tmp_path: Path) -> None:
    async def work(engine: Peer, line_of: Callable[[], Line], threads: ThreadPoolExecutor) -> None:
        line = line_of()
        line.ask(OPTIONS, "SELECT ?x {} # behave: well")
        pieces = [await line.read()]
        with pytest.raises(EngineUnavailable, match="another release"):
            while True:
                pieces.append(await line.read())
        assert len(pieces) > 3
        assert not any(is_last for _, is_last in pieces)

    with_lines(tmp_path, work, proof=False)


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("SELECT ?x { ?x a <thing> } # behave: well", f"BASE <{BASE}>\nSELECT ?x {{ ?x a <thing> }} # behave: well"),
        ("SELECT ?x { ?x a <http://e/x> } # behave: well", "SELECT ?x { ?x a <http://e/x> } # behave: well"),
        (
            "BASE <http://e/> SELECT ?x { ?x a <x> } # behave: well",
            "BASE <http://e/> SELECT ?x { ?x a <x> } # behave: well",
        ),
    ],
)
def test_relative_iris_are_those_of_the_project_on_every_engine(tmp_path: Path, text: str, sent: str) -> None:
    async def work(engine: Peer, line_of: Callable[[], Line], threads: ThreadPoolExecutor) -> None:
        line = line_of()
        line.ask(OPTIONS, text)
        while not (await line.read())[1]:
            pass
        assert line.rows == 20_000
        headers, fields = engine.asked[0]
        assert fields["query"] == [sent]
        assert fields["default-graph-uri"] == ["http://e/g"]
        assert headers["Accept"] == "application/sparql-results+json"

    with_lines(tmp_path, work)
