"""A release that is not what was built is not served: not at the start, and not when it is to be the next."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import httpx
import pytest

from kg.build import build_project
from kg.new import create_project
from kg.project import Project, load_project
from kg.release import Release, open_release
from serving import free_port, served, wait_until

KG = [sys.executable, "-c", "from kg.cli import main; main()"]
QUERY = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    folder = tmp_path_factory.mktemp("damaged")
    return load_project(create_project(folder, "demo", "https://example.org/demo/", date(2026, 11, 1)))


@pytest.fixture(scope="module")
def sound(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Release:
    release = build_project(project, tmp_path_factory.mktemp("sound")).release
    assert release is not None
    return release


def cut(pattern: str, share: float) -> Callable[[Path], None]:
    """Leave only the first part of every file of that name."""

    def damage(folder: Path) -> None:
        for path in some(folder, pattern):
            content = path.read_bytes()
            path.write_bytes(content[: int(len(content) * share)])

    return damage


def change(pattern: str, place: int = 0) -> Callable[[Path], None]:
    """Turn over a byte in the middle of one of the files of that name: how they are numbered is up to the threads."""

    def damage(folder: Path) -> None:
        path = some(folder, pattern)[place]
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 0xFF
        path.write_bytes(content)

    return damage


def remove(pattern: str) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        for path in some(folder, pattern):
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    return damage


def write(name: str, content: bytes) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        (folder / name).write_bytes(content)

    return damage


def some(folder: Path, pattern: str) -> list[Path]:
    found = sorted(folder.glob(pattern))
    assert found
    return found


DAMAGES = {
    "a MANIFEST of nothing": cut("store/MANIFEST-*", 0),
    "half a MANIFEST": cut("store/MANIFEST-*", 0.5),
    "no CURRENT": remove("store/CURRENT"),
    "no tables": remove("store/*.sst"),
    "a byte of the first table": change("store/*.sst"),
    "a byte of the last table": change("store/*.sst", -1),
    "a byte of the dump": change("dump.nq"),
    "no store": remove("store"),
    "half a manifest.json": cut("manifest.json", 0.5),
    "a manifest.json that counts wrong": write(
        "manifest.json", b'{"version":"1","as_of":"1","base_iri":"a:b","titles":{"en":"x"},"counts":{"quads":7},"files":{},"tool":""}'
    ),
    "no manifest.json": remove("manifest.json"),
    "half of queries.json": cut("queries.json", 0.5),
}  # fmt: skip


def damaged(sound: Release, build: Path, damage: Callable[[Path], None], name: str = "damaged") -> Path:
    folder = build / "release" / name
    shutil.copytree(sound.path, folder)
    damage(folder)
    return folder


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_release_is_refused_at_the_start_in_one_line(
    project: Project, sound: Release, tmp_path: Path, name: str
) -> None:
    damaged(sound, tmp_path, DAMAGES[name])
    port = free_port()
    command = [*KG, "serve", str(project.root), "--release", "damaged", "--port", str(port), "--workers", "1"]
    with subprocess.Popen(
        command, env=environment(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            said, errors = process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            process.terminate()
            process.communicate()
            pytest.fail("the server started")
    assert process.returncode in (1, 2), errors
    message, *hints = errors.splitlines()
    assert message.startswith("kg: ")
    assert len(hints) <= 1, errors
    assert said == ""


def environment(build: Path) -> dict[str, str]:
    found = {name: value for name, value in os.environ.items() if not name.startswith("KG_")}
    source = str(Path(__file__).parents[2] / "src")
    return found | {"KG_BUILD": str(build), "PYTHONPATH": source}


@contextmanager
def following(sound: Release, build: Path) -> Iterator[tuple[str, Path]]:
    """A server over the link `build/current`, and the file of what it says."""
    shutil.copytree(sound.path, build / "release" / sound.version)
    point(build, sound.version)
    log = build / "log"
    with (
        log.open("wb") as stream,
        served(open_release(build / "current"), follow=build / "current", stderr=stream, workers=1, processes=1) as (
            url,
            _,
        ),
    ):
        yield url, log


def point(build: Path, name: str) -> None:
    """What a build does at its end."""
    link = build / ".current"
    link.symlink_to(Path("release") / name)
    link.replace(build / "current")


def test_a_damaged_release_is_refused_as_the_next_and_the_present_one_goes_on(sound: Release, tmp_path: Path) -> None:
    with following(sound, tmp_path) as (url, log):
        count = ask(url)
        names = ["a MANIFEST of nothing", "half a manifest.json", "no store"]
        for turn, name in enumerate(names, start=1):
            damaged(sound, tmp_path, DAMAGES[name], name)
            point(tmp_path, name)
            assert wait_until(lambda: log.read_text().count("cannot be served") == turn, seconds=60), name  # noqa: B023 - called at once
            assert (ask(url), version(url)) == (count, sound.version)
        point(tmp_path, "nowhere")
        time.sleep(1.2)
        assert (ask(url), version(url)) == (count, sound.version)
        assert "Traceback" not in log.read_text()
        sound_copy = damaged(sound, tmp_path, lambda _: None, "sound")
        point(tmp_path, "sound")
        assert wait_until(lambda: "the release was switched" in log.read_text(), seconds=60)
        assert ask(url) == count
        assert sound_copy.is_dir()


def ask(url: str) -> str:
    response = httpx.get(f"{url}/sparql", params={"query": QUERY}, headers={"Accept": "text/csv"}, timeout=60)
    assert response.status_code == 200
    return response.text


def version(url: str) -> str:
    return str(httpx.get(f"{url}/health/ready", timeout=60).json()["release"])
