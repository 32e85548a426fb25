"""`kg publish` into real engines."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Store

from engines import VIRTUOSO, Engine, oxigraph, rdflib_endpoint, virtuoso
from kg.engine.endpoint import NOWHERE, Layout
from kg.errors import EngineError, IntegrityError
from kg.publish import INSERTED, SENT
from kg.release import Release, open_release
from serving import BASE, GRAPH, make_release, served

needs_virtuoso = pytest.mark.skipif(VIRTUOSO is None, reason="Virtuoso is not installed")
ENGINES = ["oxigraph", pytest.param("virtuoso", marks=needs_virtuoso)]
LAYOUT = Layout.of(BASE)


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return make_release(tmp_path_factory.mktemp("publish"), extra=3 * INSERTED)


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Engine]]:
    with contextlib.ExitStack() as stack:
        found = {"oxigraph": stack.enter_context(oxigraph(tmp_path_factory.mktemp("oxigraph")))}
        if VIRTUOSO is not None:
            found["virtuoso"] = stack.enter_context(virtuoso(tmp_path_factory.mktemp("virtuoso")))
        yield found


def count(engine: Engine, graph: str) -> int:
    text = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    fields = {"query": text, "default-graph-uri": graph, "named-graph-uri": NOWHERE}
    found = httpx.post(engine.query, data=fields, headers={"Accept": "text/csv"}, timeout=60)
    return int(found.text.splitlines()[1])


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize("by_update", [False, True])
def test_every_graph_is_there_and_no_more(
    engines: dict[str, Engine], release: Release, name: str, by_update: bool
) -> None:
    engine = engines[name]
    engine.change("INSERT DATA { GRAPH <http://e/theirs> { <http://e/a> <http://e/b> 'theirs' } }")
    engine.change(f"INSERT DATA {{ GRAPH <{GRAPH}> {{ <http://e/a> <http://e/b> 'of an earlier release' }} }}")
    assert engine.load(release, by_update=by_update) == release.manifest.counts["quads"]
    store = Store.read_only(str(release.store_path))
    for graph in store.named_graphs():
        assert count(engine, graph.value) == len(list(store.quads_for_pattern(None, None, None, graph)))
    assert count(engine, LAYOUT.union) == release.manifest.counts["triples"]
    assert (count(engine, LAYOUT.state), count(engine, "http://e/theirs")) == (1, 1)


@pytest.mark.parametrize("by_update", [False, True])
def test_more_triples_than_one_request_takes(tmp_path: Path, by_update: bool) -> None:
    release = make_release(tmp_path / "release", extra=SENT + 1 if not by_update else INSERTED + 1)
    with oxigraph(tmp_path / "engine") as engine:
        assert engine.load(release, by_update=by_update) == release.manifest.counts["quads"]


def test_what_an_engine_does_not_keep_is_an_error(tmp_path: Path, engines: dict[str, Engine]) -> None:
    """1 and 1.0 as one: Virtuoso, for one, takes some terms for the same."""
    if "virtuoso" not in engines:
        pytest.skip("Virtuoso is not installed")
    release = with_quads(make_release(tmp_path), Literal("A"), Literal(1), Literal(True))
    with pytest.raises(IntegrityError, match=f"triples in {GRAPH}, not") as found:
        engines["virtuoso"].load(release)
    assert "nothing is served" in (found.value.hint or "")
    assert count(engines["virtuoso"], LAYOUT.state) == 0


def with_quads(release: Release, *objects: Literal | BlankNode) -> Release:
    """The release with a few more triples."""
    store = Store(str(release.store_path))
    for value in objects:
        for graph in (NamedNode(GRAPH), None):
            store.add(Quad(NamedNode(f"{BASE}id/x"), NamedNode(f"{BASE}p"), value, *([graph] if graph else [])))
    store.flush()
    counts = {**release.manifest.counts, "quads": len(store)}
    del store
    manifest = replace(release.manifest, counts=counts)
    (release.path / "manifest.json").write_text(manifest.to_json(), "utf-8")
    return open_release(release.path)


def test_blank_nodes_are_refused_before_anything_is_changed(tmp_path: Path, release: Release) -> None:
    with oxigraph(tmp_path / "engine") as engine:
        engine.load(release)
        odd = with_quads(make_release(tmp_path / "release"), BlankNode("b"))
        with pytest.raises(IntegrityError, match="has blank nodes"):
            engine.load(odd)
        assert count(engine, LAYOUT.union) == release.manifest.counts["triples"]
        assert count(engine, LAYOUT.state) == 1


def test_an_engine_that_does_not_keep_to_the_graphs_of_a_request_is_none_for_us(tmp_path: Path) -> None:
    with (
        rdflib_endpoint(tmp_path / "engine") as engine,
        pytest.raises(EngineError, match="does not keep to the graphs"),
    ):
        engine.load(make_release(tmp_path / "release"), by_update=True)


@needs_virtuoso
def test_a_wrong_password_is_said(engines: dict[str, Engine], release: Release) -> None:
    engine = replace(engines["virtuoso"], password="wrong")
    with pytest.raises(EngineError, match="does not let us in"):
        engine.load(release)


@pytest.mark.parametrize("by_update", [False, True])
def test_an_engine_that_dies_meanwhile_leaves_nothing_that_is_served(
    tmp_path: Path, release: Release, by_update: bool
) -> None:
    with oxigraph(tmp_path / "engine") as engine:
        os.kill(engine.pid, signal.SIGKILL)
        with pytest.raises(EngineError, match="does not answer"):
            engine.load(release, by_update=by_update)


def kg(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("KG_")}
    command = [sys.executable, "-c", "from kg.cli import main; main()", *arguments]
    return subprocess.run(command, env=environment | settings, capture_output=True, text=True, timeout=300, check=False)


@pytest.mark.parametrize("name", ENGINES)
def test_publishing_that_is_killed_leaves_nothing_that_is_served_and_can_be_done_again(
    norrbotten_release: Release, engines: dict[str, Engine], name: str
) -> None:
    engine, release = engines[name], norrbotten_release
    engine.load(release)
    state = Layout.of(release.manifest.base_iri).state
    arguments = ["publish", "--release", release.version, "--to", engine.query, "--update", engine.update]
    environment = os.environ | {"KG_BUILD": str(release.path.parent.parent)}
    if engine.user:
        environment |= {"KG_ENGINE_USER": engine.user, "KG_ENGINE_PASSWORD": engine.password}
    with served(release, engine=engine.engine, workers=2, cache=0, log="warnings") as (url, _):
        question = {"query": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"}
        assert httpx.get(url + "/sparql", params=question, timeout=30).status_code == 200
        with subprocess.Popen([sys.executable, "-c", "from kg.cli import main; main()", *arguments],
                              env=environment, stdout=subprocess.DEVNULL) as publishing:  # fmt: skip
            while count(engine, state):
                assert publishing.poll() is None
            publishing.kill()
        assert publishing.returncode == -signal.SIGKILL
        for _ in range(5):
            assert httpx.get(url + "/sparql", params=question, timeout=30).status_code == 503
        engine.load(release)
        for _ in range(100):  # it is counted again first
            if (answer := httpx.get(url + "/sparql", params=question, timeout=30)).status_code == 200:
                break
            time.sleep(0.05)
        answer = httpx.get(url + "/sparql", params=question | {"format": "csv"}, timeout=30)
        assert answer.text.split() == ["n", str(release.manifest.counts["triples"])]
    engine.change(f"DROP SILENT GRAPH <{state}>")


def test_the_command_publishes_a_release_and_serves_it(norrbotten_release: Release, engines: dict[str, Engine]) -> None:
    engine = engines["oxigraph"]
    build = str(norrbotten_release.path.parent.parent)
    to = ("--release", norrbotten_release.version, "--to", engine.engine)
    options = ("--release", norrbotten_release.version, "--engine", engine.engine)
    unloaded = kg("serve", "--port", "0", *options, KG_BUILD=build)
    assert (unloaded.returncode, f"kg publish {options[0]} {options[1]}" in unloaded.stderr) == (1, True)
    done = kg("publish", *to, "--graph-store", engine.graph_store, KG_BUILD=build)
    quads = f"{norrbotten_release.manifest.counts['quads']:,} quads"
    assert (done.returncode, quads in done.stdout, done.stderr) == (0, True, "")
    missing = kg("publish", *to, KG_BUILD=build)
    assert (missing.returncode, "--graph-store URL or --update URL" in missing.stderr) == (2, True)
    refused = kg("publish", *to, "--update", "ftp://example.org/", KG_BUILD=build)
    assert (refused.returncode, "address of the engine" in refused.stderr) == (2, True)
    secret = kg("publish", "--to", "http://me:word@127.0.0.1:1/", "--update", engine.update, KG_BUILD=build)
    assert (secret.returncode, "word@" in secret.stderr) == (2, False)
    nobody = kg("publish", *to, "--update", "http://127.0.0.1:9/?access-token=word", KG_BUILD=build)
    assert (nobody.returncode, "does not answer" in nobody.stderr, "word" in nobody.stderr) == (1, True, False)
    assert (
        count(engine, f"{norrbotten_release.manifest.base_iri}engine/union")
        == norrbotten_release.manifest.counts["triples"]
    )
