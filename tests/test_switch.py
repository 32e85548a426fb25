"""Releases are switched while the server is asked: no error, no answer of two releases, nothing left behind."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from kg.release import Manifest
from serving import descendants, end, free_port, wait_for, wait_until, workers_of

ROWS = 4000
QUERY = "SELECT ?row ?release { ?row <http://e/release> ?release }"
SWITCHES = 10
START = """
import sys
from pathlib import Path
from kg.release import open_release
from kg.settings import Settings
from kg.web.server import serve
current = Path(sys.argv[1]) / "current"
serve(open_release(current), Settings(workers=2, log="warnings"), "127.0.0.1", int(sys.argv[2]), follow=current)
"""


def write_release(build: Path, name: str) -> Path:
    """A release whose every row says which one it is."""
    path = build / "release" / name
    path.mkdir(parents=True)
    store = Store(str(path / "store"))
    mark = Literal(name)
    for number in range(ROWS):
        row, release = NamedNode(f"http://e/{number}"), NamedNode("http://e/release")
        store.extend([Quad(row, release, mark), Quad(row, release, mark, NamedNode("http://e/graph"))])
    store.flush()
    counts = {"quads": len(store), "triples": ROWS}
    del store
    manifest = Manifest(name, "2026-11-01", "http://e/", {"en": name}, counts, {}, "kg test")
    (path / "manifest.json").write_text(manifest.to_json(), encoding="utf-8")
    (path / "queries.json").write_text("[]", encoding="utf-8")
    return path


def point(build: Path, name: str) -> None:
    """What `publish_release` does at its end."""
    link = build / ".current"
    link.symlink_to(Path("release") / name)
    link.replace(build / "current")


@contextmanager
def following(build: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KG_")}
    process = subprocess.Popen([sys.executable, "-c", START, str(build), str(port)], env=environment)
    try:
        wait_for(port, process)
        yield f"http://127.0.0.1:{port}", process
    finally:
        end(process)


@pytest.fixture
def build(tmp_path: Path) -> Path:
    for name in ("alpha", "beta"):
        write_release(tmp_path, name)
    point(tmp_path, "alpha")
    return tmp_path


def release_of(url: str) -> str:
    return str(httpx.get(f"{url}/health/ready", timeout=30).json()["release"])


def until(url: str, name: str) -> bool:
    return wait_until(lambda: release_of(url) == name)


def ask_on(url: str, stop: threading.Event, seen: list[tuple[str, str]], troubles: list[str]) -> None:
    """Ask over and over, now and then with the tag of the last answer: each must be of one release from end to end."""
    tag = ""
    with httpx.Client(base_url=url, timeout=60) as client:
        for turn in range(10**6):
            if stop.is_set():
                return
            headers = {"Accept": "text/csv"} | ({"If-None-Match": tag} if turn % 3 == 2 else {})
            try:
                answer = client.get("/sparql", params={"query": QUERY}, headers=headers)
            except httpx.HTTPError as error:
                troubles.append(repr(error))
                continue
            if answer.status_code == 304:
                continue
            names = {line.rpartition(",")[2] for line in answer.text.split()[1:]}
            if answer.status_code != 200 or len(names) != 1 or answer.text.count("\n") != ROWS + 1:
                troubles.append(f"{answer.status_code}, {names}, {answer.text.count(chr(10))} lines")
                continue
            tag = answer.headers["etag"]
            seen.append((tag, names.pop()))


def test_ten_switches_under_load(build: Path) -> None:
    with following(build) as (url, process):
        stop, seen, troubles = threading.Event(), list[tuple[str, str]](), list[str]()
        clients = [threading.Thread(target=ask_on, args=(url, stop, seen, troubles)) for _ in range(3)]
        for client in clients:
            client.start()
        for number in range(SWITCHES):
            name = ("beta", "alpha")[number % 2]
            point(build, name)
            assert until(url, name)
        stop.set()
        for client in clients:
            client.join()
        assert troubles == []
        assert len(set(seen)) == 2, "each tag belongs to one release"
        assert {name for _, name in seen} == {"alpha", "beta"}
        is_settled = wait_until(lambda: len(workers_of(process.pid)) == 2 and len(descendants(process.pid)) == 3)
        assert is_settled, "one fork server with two workers is left"


def test_a_release_that_cannot_be_served_is_not_switched_to(build: Path) -> None:
    broken = write_release(build, "broken")
    (broken / "store" / "CURRENT").unlink()
    with following(build) as (url, _):
        point(build, "broken")
        time.sleep(3)
        assert release_of(url) == "alpha"
        assert httpx.get(f"{url}/sparql", params={"query": "ASK {}"}).status_code == 200
        point(build, "beta")
        assert until(url, "beta")
