"""Health, over HTTP."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from kg.release import Release
from serving import make_release, served, wait_until, workers_of


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return make_release(tmp_path_factory.mktemp("health"))


@pytest.fixture(scope="module")
def server(release: Release) -> Iterator[tuple[str, int]]:
    with served(release, workers=2) as (url, process):
        yield url, process.pid


def test_live(server: tuple[str, int]) -> None:
    assert httpx.get(server[0] + "/health/live").json() == {"status": "live"}


def test_ready_names_the_release_its_counts_and_the_workers(server: tuple[str, int], release: Release) -> None:
    response = httpx.get(server[0] + "/health/ready")
    assert response.status_code == 200
    body = response.json()
    assert (body["status"], body["release"], body["asOf"]) == ("ready", release.version, "2026-11-01")
    assert body["counts"] == dict(release.manifest.counts)
    assert body["workers"]["wanted"] == 2
    assert response.headers["cache-control"] == "no-store"


def test_not_ready_when_no_worker_can_be_started(tmp_path: Path) -> None:
    import shutil

    release = make_release(tmp_path / "release")
    log = tmp_path / "log"
    settings = {"workers": 1, "image": 0, "log": "warnings"}  # from memory, workers could be started
    with log.open("wb") as stream, served(release, stderr=stream, **settings) as (url, process):
        shutil.move(release.store_path, tmp_path / "gone")
        for worker in workers_of(process.pid):
            os.kill(worker, signal.SIGKILL)
        # Before the first attempt to replace it, no trouble is known.
        assert wait_until(lambda: httpx.get(url + "/health/ready").json()["workers"]["trouble"])
        response = httpx.get(url + "/health/ready")
        assert response.status_code == 503
        assert response.json()["status"] == "unavailable"
        assert response.json()["workers"]["trouble"] is True
        assert wait_until(log.read_text)
        time.sleep(1)
        said = [json.loads(line) for line in log.read_text().splitlines()]
        told = [line["reason"] for line in said if line["event"] == "a query worker cannot be started"]
        assert told, said
        assert len(told) == len(set(told)), "once, not for each attempt"
        shutil.move(tmp_path / "gone", release.store_path)
        recovers = wait_until(lambda: httpx.get(url + "/health/ready").status_code == 200)
        assert recovers, "the server does not recover"
