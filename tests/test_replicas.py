"""`deploy/replicas.conf` for real: two servers of one release behind nginx, one of which dies under load."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from kg.release import Release
from serving import free_port, make_release, served
from test_deploy import DEPLOY, configuration, needs_nginx, replaced, running_nginx

SECONDS = 4.0
"""Of load; one of the servers dies after a quarter."""
DEADLINE = 5.0
HUNG = 14.0
"""Of load where a server hangs, and how long a visitor waits: nginx asks the other when it has waited a while."""
CLIENTS, LEAST = 6, 25
"""And how many questions each asks at least after the stop, however long that takes."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A proxy, the servers behind it, and the process of the first."""

    proxy: str
    servers: tuple[str, str]
    pid: int


@contextlib.contextmanager
def proxied(folder: Path, servers: tuple[str, str]) -> Iterator[str]:
    """nginx.conf with the block of replicas.conf, in front of these servers."""
    port = free_port()
    folder.mkdir()
    path = configuration(folder, servers[0], port)
    block = (DEPLOY / "replicas.conf").read_text("utf-8")
    for number, server in enumerate(servers):
        block = replaced(block, f"server 127.0.0.1:800{number} ", f"server {server.removeprefix('http://')} ")
    text, count = re.subn(r"^upstream kg \{.*?^\}\n", block, (folder / "kg.conf").read_text("utf-8"), flags=re.M | re.S)
    assert count == 1
    text = replaced(text, "proxy_read_timeout    15s;", f"proxy_read_timeout {DEADLINE + 1:g}s;")
    (folder / "kg.conf").write_text(text, "utf-8")
    with running_nginx(folder, path, port) as url:
        yield url


@pytest.fixture
def pair(release: Release, tmp_path: Path) -> Iterator[Pair]:
    settings = {"workers": 2, "per_client": 8, "deadline": DEADLINE, "log": "warnings"}
    with (
        served(release, **settings) as (one, process),
        served(release, **settings) as (two, _),
        proxied(tmp_path / "nginx", (one, two)) as proxy,
    ):
        yield Pair(proxy, (one, two), process.pid)


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return make_release(tmp_path_factory.mktemp("replicas"), extra=2000)


def question(number: int) -> dict[str, str]:
    return {"query": f"SELECT ?s {{ ?s ?p 'number {number % 2000}' }} # {number}"}


def ask(client: httpx.Client, url: str, number: int) -> httpx.Response:
    """By GET and by POST in turn."""
    if number % 2:
        return client.post(url + "/sparql", data=question(number))
    return client.get(url + "/sparql", params=question(number))


@needs_nginx
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGSTOP])
def test_one_of_two_servers_is_stopped_under_load_and_nobody_notices(pair: Pair, number: signal.Signals) -> None:
    """Killed, told to end, or hung: it takes connections then, and says nothing."""
    seconds = HUNG if number is signal.SIGSTOP else SECONDS
    began = time.monotonic()
    stopped = [2 * seconds]

    def visitor(first: int) -> tuple[list[str], list[float]]:
        """What was wrong, and when each answer came."""
        wrong: list[str] = []
        answered: list[float] = []
        with httpx.Client(timeout=HUNG) as client:
            while time.monotonic() < began + seconds or (not wrong and sum(at > stopped[0] for at in answered) < LEAST):
                asked = first + CLIENTS * (len(answered) + len(wrong))
                try:
                    answer = ask(client, pair.proxy, asked)
                except httpx.HTTPError as error:
                    wrong.append(f"{asked}: {error!r}")
                    continue
                if answer.status_code == 200 and f'measure/m{asked % 2000}"' in answer.text:
                    answered.append(time.monotonic() - began)
                else:
                    wrong.append(f"{asked}: {answer.status_code} {answer.text[:200]}")
        return wrong, answered

    with ThreadPoolExecutor(CLIENTS) as threads:
        visits = [threads.submit(visitor, first) for first in range(CLIENTS)]
        time.sleep(seconds / 4)
        os.kill(pair.pid, number)
        stopped[0] = time.monotonic() - began
        try:
            found = [visit.result() for visit in visits]
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pair.pid, signal.SIGCONT)
    assert [wrong for visit, _ in found for wrong in visit] == []
    assert all(sum(at > stopped[0] for at in answered) >= LEAST for _, answered in found)
    print(f"{number.name}: {sum(len(answered) for _, answered in found)} answers, none failed")


@needs_nginx
def test_both_give_the_same_answers_and_the_same_etags(pair: Pair) -> None:
    with httpx.Client() as client:
        for number in range(10):
            one, two, behind = (ask(client, url, number) for url in (*pair.servers, pair.proxy))
            assert one.content == two.content == behind.content
            assert one.headers["etag"] == two.headers["etag"] == behind.headers["etag"]
        etag = {"If-None-Match": one.headers["etag"]}
        for url in pair.servers:
            assert client.post(url + "/sparql", data=question(9), headers=etag).status_code == 304
