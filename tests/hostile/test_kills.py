"""Processes of the server are killed while it is asked: no small query fails, what claims to be whole is whole, and
nothing is left behind.

Kills follow what the clients have been answered, not the clock, so that a busy machine only takes longer.
"""

from __future__ import annotations

import contextlib
import gzip
import itertools
import os
import random
import signal
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from processes import Family, Process
from target import BENIGN, Target, attacked
from wire import Client, Cut

from kg.release import Release
from serving import CARTESIAN, make_release, served, wait_until

DEADLINE = 30.0
"""Seconds, within half of which a busy machine starts a fork server."""
PATIENCE = 60.0
LARGE = "SELECT ?s ?o { ?s ?p ?o } ORDER BY ?s ?o"
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
class Asking:
    """A client that asks one query over and over, and knows the answer; `failures` are what it got instead."""

    url: str
    address: str
    query: str
    answer: bytes
    takes_gzip: bool = False
    whole: int = 0
    failures: list[str] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def ask_on(self) -> None:
        coding = {"Accept-Encoding": "gzip"} if self.takes_gzip else {}
        with Client(self.url, self.address) as client:
            for number in itertools.count():
                if self.stop.is_set():
                    return
                try:
                    found = client.ask(f"{self.query} # {number}", headers={"Accept": "text/csv", **coding})
                except Cut as cut:
                    self.failures.append(f"broken after {cut.status}")
                except ConnectionError:
                    self.failures.append("refused")
                else:
                    is_zipped = "content-encoding" in found.headers
                    body = gzip.decompress(found.body) if is_zipped else found.body
                    if found.status == 200 and body == self.answer:
                        self.whole += 1
                    else:
                        self.failures.append("wrong" if found.status == 200 else str(found.status))

    @property
    def ended(self) -> int:
        """How many of its queries are over."""
        return self.whole + len(self.failures)


@dataclass(frozen=True, slots=True)
class Load:
    """Clients of small answers, which come whole or not at all, and clients of large ones, which may break."""

    small: list[Asking]
    large: list[Asking]

    def has_gone_on(self, times: int = 2) -> bool:
        """Wait until each client was answered so often from now; with 2, once what runs now is over."""
        before = {client.address: client.ended for client in (*self.small, *self.large)}
        return wait_until(
            lambda: all(client.ended >= before[client.address] + times for client in (*self.small, *self.large)),
            seconds=PATIENCE,
        )

    def must_have_been_true(self) -> None:
        """No small query failed, and no large answer was a false one."""
        assert [client.failures for client in self.small] == [[] for _ in self.small]
        for client in self.large:
            assert set(client.failures) <= {"broken after 200"}
            assert client.whole > 0


@contextlib.contextmanager
def load(url: str) -> Iterator[Load]:
    with Client(url, "203.0.113.9") as client:
        answers = {query: client.ask(query, headers={"Accept": "text/csv"}).body for query in (BENIGN, LARGE)}
    assert answers[LARGE].count(b"\n") == 5015
    made = Load(
        [Asking(url, f"203.0.113.{10 + number}", BENIGN, answers[BENIGN]) for number in range(2)],
        [Asking(url, f"203.0.113.{20 + number}", LARGE, answers[LARGE], takes_gzip=number > 0) for number in range(2)],
    )
    threads = [threading.Thread(target=client.ask_on) for client in (*made.small, *made.large)]
    for thread in threads:
        thread.start()
    try:
        yield made
    finally:
        for client in (*made.small, *made.large):
            client.stop.set()
        for thread in threads:
            thread.join()


def kill(process: Process, sent: signal.Signals = signal.SIGKILL) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(process.pid, sent)


def test_killed_workers_are_replaced_and_no_small_query_fails(target: Target, other: Client) -> None:
    chance = random.Random(1)
    replaced = target.status["replaced"]
    with load(target.url) as asked:
        for _ in range(20):
            assert wait_until(lambda: target.family.workers, seconds=PATIENCE)
            kill(chance.choice(target.family.workers))
            assert asked.has_gone_on()
    asked.must_have_been_true()
    assert target.status["replaced"] >= replaced + 10, "hardly a worker was killed"


def test_a_killed_fork_server_is_replaced_and_no_small_query_fails(target: Target, other: Client) -> None:
    with load(target.url) as asked:
        for _ in range(3):
            for fork_server in target.family.fork_servers:
                kill(fork_server)
            assert asked.has_gone_on()
            assert wait_until(lambda: len(target.family.workers) >= WORKERS, seconds=PATIENCE)
    asked.must_have_been_true()


def test_after_the_death_of_a_fork_server_the_release_is_in_memory_again(target: Target, other: Client) -> None:
    """Also of the one that is loading it, and of the one that has just done so."""
    for _ in range(3):
        fork_servers = target.family.fork_servers
        kill(fork_servers[-1])
        assert wait_until(fork_servers[-1].has_ended, seconds=PATIENCE)
        assert wait_until(lambda: target.family.workers, seconds=PATIENCE)
    assert wait_until(target.is_complete, seconds=PATIENCE), target.status


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGSEGV], ids=["killed", "crashed"])
def test_no_process_outlives_the_web_process(release: Release, sent: signal.Signals) -> None:
    with attacked(release, workers=WORKERS, deadline=DEADLINE, cache=0) as target, load(target.url) as asked:
        slow = threading.Thread(target=ask_slowly, args=(target.url,))
        slow.start()
        assert wait_until(lambda: target.status["running"], seconds=PATIENCE)
        assert asked.has_gone_on()
        assert len(target.family.look()) >= 1 + WORKERS
        kill(target.family.web, sent)
        assert wait_until(lambda: not target.family.living, seconds=PATIENCE), target.family.living
        for client in (*asked.small, *asked.large):
            client.stop.set()
            assert "wrong" not in client.failures
        slow.join()


def ask_slowly(url: str) -> None:
    with Client(url, "203.0.113.30") as client, contextlib.suppress(Cut, ConnectionError):
        client.ask(CARTESIAN)


@contextlib.contextmanager
def two_processes(release: Release) -> Iterator[tuple[str, subprocess.Popen[bytes], Family]]:
    """Two web processes with a worker each, below a process that replaces them."""
    with served(release, processes=2, workers=1, deadline=DEADLINE, cache=0, image=0, log="warnings") as (url, process):
        family = Family(process.pid)
        assert wait_until(lambda: len(family.look()) == 6, seconds=PATIENCE)
        yield url, process, family


def test_a_killed_web_process_of_two_is_replaced_and_leaves_nothing(release: Release) -> None:
    with two_processes(release) as (url, _, family), load(url) as asked:
        victim = family.look()[0]
        below = [process for process in family.look() if process.parent == victim.pid]
        below += [process for process in family.look() if process.parent in {one.pid for one in below}]
        assert len(below) == 2
        kill(victim)
        assert wait_until(lambda: not any(process.is_alive for process in below), seconds=PATIENCE)
        assert wait_until(lambda: len(family.look()) == 6, seconds=PATIENCE)
        assert not family.orphans
        assert asked.has_gone_on(3)
    for client in (*asked.small, *asked.large):
        assert set(client.failures) <= {"refused", "broken after 0", "broken after 200"}
        assert client.whole


def test_nothing_outlives_the_process_above_two_web_processes(release: Release) -> None:
    with two_processes(release) as (url, process, family), load(url) as asked:
        assert asked.has_gone_on()
        process.kill()
        for client in (*asked.small, *asked.large):
            client.stop.set()
        assert wait_until(lambda: not family.living, seconds=DEADLINE + PATIENCE), family.living
        assert all("wrong" not in client.failures for client in (*asked.small, *asked.large))


def test_a_server_that_has_just_lost_a_process_still_ends_when_asked(release: Release) -> None:
    with two_processes(release) as (_, process, family):
        victim = family.look()[0]
        kill(victim)
        assert wait_until(victim.has_ended, seconds=PATIENCE)
        process.terminate()
        assert process.wait(PATIENCE) is not None
        assert wait_until(lambda: not family.living, seconds=PATIENCE), family.living
