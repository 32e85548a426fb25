"""The server process: its start, its end, and what it leaves behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from kg.errors import ConfigurationError, IntegrityError
from kg.release import Release
from kg.settings import Settings
from kg.web.server import serve
from serving import (
    START,
    descendants,
    free_port,
    is_alive,
    make_release,
    nothing_left,
    served,
    wait_until,
    workers_of,
)


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return make_release(tmp_path_factory.mktemp("app"))


def are_gone(pids: list[int]) -> bool:
    return wait_until(lambda: not any(is_alive(pid) for pid in pids))


@pytest.mark.parametrize("busy", [False, True])
def test_killing_the_web_process_leaves_no_worker(release: Release, busy: bool) -> None:
    with served(release, workers=2, deadline=60, image=0) as (url, process):
        assert wait_until(lambda: len(workers_of(process.pid)) == 2)
        workers = descendants(process.pid)
        assert len(workers) == 3, "a fork server and two workers"
        if busy:
            path = "/".join(["<http://e/p>"] * 1500)
            with pytest.raises(httpx.ReadTimeout):
                httpx.get(url + "/sparql", params={"query": f"ASK {{ ?s {path} ?o }}"}, timeout=0.1)
        process.kill()
        assert are_gone(workers)


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_server_and_its_workers(release: Release, sent: signal.Signals) -> None:
    with served(release, workers=2) as (url, process):
        httpx.get(url + "/health/ready")
        workers = descendants(process.pid)
        process.send_signal(sent)
        assert process.wait(30) == (0 if sent == signal.SIGINT else -signal.SIGTERM)
        assert are_gone(workers)


def test_a_port_in_use_is_a_configuration_error_before_anything_starts(release: Release) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        nothing_left(),
        pytest.raises(ConfigurationError, match="cannot listen"),
    ):
        serve(release, Settings(), "127.0.0.1", taken.getsockname()[1])
    with pytest.raises(ConfigurationError, match="cannot listen"):
        serve(release, Settings(), "no.such.host.invalid", 1)


def test_a_release_that_is_not_what_it_says_is_not_served(release: Release) -> None:
    wrong = replace(release, manifest=replace(release.manifest, counts={**release.manifest.counts, "quads": 3}))
    with nothing_left(), pytest.raises(IntegrityError):
        serve(wrong, Settings(), "127.0.0.1", free_port())


def test_the_greeting_comes_when_the_server_answers(release: Release) -> None:
    port = free_port()
    source = str(Path(__file__).resolve().parent.parent / "src")
    environment = {**os.environ, "PYTHONPATH": source, "KG_LOG": "warnings"}
    command = [sys.executable, "-c", START, str(release.path), str(port)]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("Governance in Smalltown, release 2026-11-01-test, 14 triples")
        assert httpx.get(f"http://127.0.0.1:{port}/sparql", params={"query": "ASK {}"}).status_code == 200
        assert f"http://127.0.0.1:{port}/" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    assert errors == ""
