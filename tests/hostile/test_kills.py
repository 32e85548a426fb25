"""Processes of the server are killed while it is asked: what claims to be whole is whole, and nothing is left behind."""

from __future__ import annotations

import contextlib
import gzip
import os
import random
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from processes import Family, Process, wait_until
from target import Target, attacked
from wire import Client, Cut

from kg.release import Release
from serving import CARTESIAN, make_release, served

DEADLINE = 2.0
QUERY = "SELECT ?s ?o { ?s ?p ?o } ORDER BY ?s ?o"
WORKERS = 3


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return make_release(tmp_path_factory.mktemp("kills"), extra=5000)


@pytest.fixture(scope="module")
def target(release: Release) -> Iterator[Target]:
    with attacked(release, workers=WORKERS, deadline=DEADLINE, cache=0) as made:
        yield made


@pytest.fixture
def other(target: Target) -> Iterator[Client]:
    with Client(target.url, "203.0.113.2") as client:
        yield client
        target.must_be_well(client)


@dataclass(slots=True)
class Load:
    """Clients that ask for a large answer over and over; `wrong` are those that claimed to be whole, and were not."""

    url: str
    reference: bytes
    whole: int = 0
    failed: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def ask_on(self, number: int) -> None:
        coding = {"Accept-Encoding": "gzip"} if number % 2 else {}
        while not self.stop.is_set():
            with Client(self.url, f"203.0.113.{10 + number}") as client, contextlib.suppress(ConnectionError):
                try:
                    found = client.ask(QUERY, headers={"Accept": "text/csv", **coding})
                except Cut as cut:
                    self.failed.append(f"broken after {cut.status}")
                    continue
                if found.status != 200:
                    self.failed.append(str(found.status))
                elif (gzip.decompress(found.body) if coding else found.body) == self.reference:
                    self.whole += 1
                else:
                    self.wrong.append(f"{len(found.body)} bytes")


@contextlib.contextmanager
def load(url: str, clients: int = 3) -> Iterator[Load]:
    with Client(url, "203.0.113.9") as client:
        reference = client.ask(QUERY, headers={"Accept": "text/csv"}).body
    assert reference.count(b"\n") == 5015
    made = Load(url, reference)
    threads = [threading.Thread(target=made.ask_on, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    try:
        yield made
    finally:
        made.stop.set()
        for thread in threads:
            thread.join()


def kill(process: Process, sent: signal.Signals = signal.SIGKILL) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(process.pid, sent)


def test_killed_workers_are_replaced_and_no_answer_ends_falsely(target: Target, other: Client) -> None:
    chance = random.Random(1)
    with load(target.url) as asked:
        for _ in range(25):
            workers = target.family.workers
            if workers:
                kill(chance.choice(workers))
            time.sleep(chance.uniform(0.02, 0.15))
        assert wait_until(lambda: asked.whole > 10, seconds=10)
    assert asked.wrong == []
    assert asked.failed, "no kill met a query"
    assert set(asked.failed) <= {"500", "broken after 200"}


def test_a_killed_fork_server_is_replaced(target: Target, other: Client) -> None:
    with load(target.url) as asked:
        for _ in range(3):
            (fork_server,) = target.family.fork_servers
            kill(fork_server)
            assert wait_until(fork_server.has_ended, seconds=1)
            assert wait_until(lambda: len(target.family.workers) == WORKERS, seconds=10)
            time.sleep(0.2)
        assert wait_until(lambda: asked.whole > 3, seconds=10)
    assert asked.wrong == []
    assert set(asked.failed) <= {"500", "503", "broken after 200"}


def test_after_the_death_of_a_fork_server_the_release_is_in_memory_again(target: Target, other: Client) -> None:
    (fork_server,) = target.family.fork_servers
    kill(fork_server)
    assert wait_until(lambda: target.status["in_memory"] and len(target.family.look()) == 1 + WORKERS, seconds=20)


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGSEGV], ids=["killed", "crashed"])
def test_no_process_outlives_the_web_process(release: Release, sent: signal.Signals) -> None:
    with attacked(release, workers=WORKERS, deadline=30, cache=0) as target, load(target.url) as asked:
        slow = threading.Thread(target=ask_slowly, args=(target.url,))
        slow.start()
        time.sleep(0.5)
        assert len(target.family.look()) == 1 + WORKERS
        kill(target.family.web, sent)
        assert wait_until(lambda: not target.family.living, seconds=1), target.family.living
        asked.stop.set()
        slow.join()
        assert asked.wrong == []


def ask_slowly(url: str) -> None:
    with Client(url, "203.0.113.30") as client, contextlib.suppress(Cut, ConnectionError):
        client.ask(CARTESIAN)


@contextlib.contextmanager
def two_processes(release: Release) -> Iterator[tuple[str, subprocess.Popen[bytes], Family]]:
    """Two web processes with a worker each, below a process that replaces them."""
    with served(release, processes=2, workers=1, deadline=DEADLINE, cache=0, log="warnings") as (url, process):
        family = Family(process.pid)
        assert wait_until(lambda: is_complete(family), seconds=20)
        yield url, process, family


def is_complete(family: Family) -> bool:
    """Two web processes, two fork servers, two workers, all of them together for a while."""
    first = family.look()
    time.sleep(0.3)
    return len(first) == 6 and family.look() == first


def test_a_killed_web_process_of_two_is_replaced_and_leaves_nothing(release: Release) -> None:
    with two_processes(release) as (url, _, family), load(url) as asked:
        victim = family.look()[0]
        below = [process for process in family.look() if process.parent == victim.pid]
        kill(victim)
        assert wait_until(lambda: not any(process.is_alive for process in below), seconds=1)
        assert wait_until(lambda: is_complete(family), seconds=10)
        assert not family.orphans
        assert wait_until(lambda: asked.whole > 3, seconds=10)
    assert asked.wrong == []


def test_nothing_outlives_the_process_above_two_web_processes(release: Release) -> None:
    with two_processes(release) as (url, process, family), load(url) as asked:
        process.kill()
        assert wait_until(lambda: not family.living, seconds=DEADLINE + 2), family.living
        asked.stop.set()
    assert asked.wrong == []


def test_a_server_that_has_just_lost_a_process_still_ends_when_asked(release: Release) -> None:
    with two_processes(release) as (_, process, family):
        kill(family.look()[0])
        time.sleep(0.3)
        process.terminate()
        assert process.wait(DEADLINE + 3) is not None
        assert wait_until(lambda: not family.living, seconds=1), family.living
