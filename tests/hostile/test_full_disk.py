"""A disk without space, or no place for the log: what is served goes on being served."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import httpx
import pytest
from test_damaged_releases import KG, ask, environment, version

from kg.build import build_project
from kg.new import create_project
from kg.project import Project, load_project
from kg.release import Release, open_release, verify_release
from serving import START, free_port, make_release, served, wait_for, wait_until

MEBIBYTES = 12


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", f"size={MEBIBYTES}m", "tmpfs", str(folder)]
    done = subprocess.run(mounting, capture_output=True, check=False) if os.geteuid() == 0 else None
    if done is None or done.returncode != 0:
        pytest.skip("a small disk cannot be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def build(project: Project, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [*KG, "build", str(project.root)]
    return subprocess.run(command, env=environment(folder), capture_output=True, text=True, timeout=300, check=False)


def test_a_build_onto_a_full_disk_leaves_the_served_release_as_it_is(disk: Path, tmp_path: Path) -> None:
    project = load_project(create_project(tmp_path, "demo", "https://example.org/demo/", date(2026, 11, 1)))
    first = build_project(project, disk).release
    assert first is not None
    with served(open_release(disk / "current"), follow=disk / "current", workers=1, processes=1) as (url, _):
        count = ask(url)
        filler = disk / "filler"
        fill(filler, leaving=1 << 20)
        title = project.root / "kg.toml"
        title.write_text(title.read_text(encoding="utf-8").replace("2026-11-01", "2026-11-02"), encoding="utf-8")
        failed = build(project, disk)
        assert failed.returncode == 2, failed
        assert "Traceback" not in failed.stderr
        message = failed.stderr.splitlines()[-1]
        assert "No space left" in failed.stderr, message
        assert (ask(url), version(url)) == (count, first.version)
        assert verify_release(open_release(disk / "current")) > 0
        assert [path.name for path in (disk / "release").iterdir()] == [first.version], "something half is left"
        filler.unlink()
        done = build(project, disk)
        assert done.returncode == 0, done
        assert wait_until(lambda: version(url) != first.version)
        ask(url)


def fill(path: Path, *, leaving: int) -> None:
    """Write a file until so many bytes of its disk are left."""
    status = os.statvfs(path.parent)
    with path.open("wb") as stream:
        for _ in range((status.f_bavail * status.f_frsize - leaving) >> 16):
            stream.write(bytes(1 << 16))


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return make_release(tmp_path_factory.mktemp("log"))


def test_a_log_on_a_full_disk_stops_nothing(release: Release) -> None:
    with Path("/dev/full").open("wb") as full, served(release, stderr=full, workers=1, processes=1) as (url, process):
        ask_much(url)
        assert process.poll() is None


def test_a_server_without_standard_error_serves(release: Release) -> None:
    port = free_port()
    command = ["sh", "-c", 'exec "$@" 2>&-', "sh", sys.executable, "-c", START, str(release.path), str(port)]
    with subprocess.Popen(command, env=environment(release.path) | {"KG_WORKERS": "1", "KG_PROCESSES": "1"}) as process:
        try:
            wait_for(port, process)
            ask_much(f"http://127.0.0.1:{port}")
            assert process.poll() is None
        finally:
            process.terminate()


def ask_much(url: str) -> None:
    """More than the journal holds before it writes, with errors among it."""
    with httpx.Client(base_url=url, timeout=60) as client:
        for number in range(1200):
            text = "SELEC" if number % 100 == 0 else "ASK {}"
            assert client.get("/sparql", params={"query": text}).status_code == (400 if text == "SELEC" else 200)
