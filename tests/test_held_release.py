"""What an answer of an engine elsewhere rests on: real engines that hold too little, too much, or something else."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from engines import Engine, oxigraph, peer
from kg.engine.held_release import HeldRelease
from kg.engine.store import graph_names
from kg.errors import EngineError, EngineUnavailable, IntegrityError, KgError
from kg.release import Release
from serving import BASE, OTHER, make_release


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return make_release(tmp_path_factory.mktemp("held"))


def prove(release: Release, url: str, *, whole: bool = True) -> None:
    async def run() -> None:
        async with httpx.AsyncClient(timeout=20) as client:
            held = HeldRelease(release, url, client)
            await (held.prove_whole(graph_names(release.store_path)) if whole else held.prove())

    asyncio.run(run())


@pytest.fixture
def engine(tmp_path: Path, release: Release) -> Iterator[Engine]:
    with oxigraph(tmp_path) as engine:
        engine.load(release)
        yield engine


def test_an_engine_that_holds_all_of_the_release(engine: Engine, release: Release) -> None:
    prove(release, engine.query)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (f"CLEAR GRAPH <{BASE}engine/state>", EngineUnavailable, "does not hold this release"),
        (f"DELETE WHERE {{ GRAPH <{OTHER}> {{ ?s ?p ?o }} }}", IntegrityError, "quads of the release, not"),
        (f"INSERT DATA {{ GRAPH <{BASE}engine/union> {{ <http://e/a> <http://e/a> 1 }} }}", IntegrityError, "not"),
    ],
)
def test_an_engine_that_holds_something_else(
    engine: Engine, release: Release, change: str, error: type[KgError], message: str
) -> None:
    engine.change(change)
    with pytest.raises(error, match=message) as found:
        prove(release, engine.query)
    assert f"kg publish --release {release.version} --to {engine.query}" in (found.value.hint or "")


def test_while_it_is_asked_only_the_version_matters(engine: Engine, release: Release) -> None:
    engine.change(f"CLEAR GRAPH <{OTHER}>")
    prove(release, engine.query, whole=False)
    engine.change(f"CLEAR GRAPH <{BASE}engine/state>")
    with pytest.raises(EngineUnavailable, match="does not hold this release"):
        prove(release, engine.query, whole=False)


def test_a_virtuoso_that_cuts_graphs_without_saying_so(release: Release) -> None:
    with peer(release) as engine:
        engine.name = "Virtuoso/07.20.3229 (Linux)"
        with pytest.raises(EngineError, match="after 10000 rows") as found:
            prove(release, f"http://127.0.0.1:{engine.server_port}/sparql")
    assert "ResultSetMaxRows" in (found.value.hint or "")


def test_an_engine_that_asks_for_credentials(release: Release) -> None:
    with peer(release, "Basic no") as engine, pytest.raises(EngineError, match="refuses the credentials"):
        prove(release, f"http://127.0.0.1:{engine.server_port}/sparql")


def test_no_engine_at_all(release: Release) -> None:
    with pytest.raises(EngineUnavailable, match=r"does not answer .*: http://127\.0\.0\.1:9/query") as found:
        prove(release, "http://127.0.0.1:9/query")
    assert "is the engine running?" in (found.value.hint or "")
