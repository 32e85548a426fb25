"""A server under attack, and what must be true of it after every blow."""

from __future__ import annotations

import contextlib
import itertools
import socket
from collections.abc import Iterator

import httpx
from processes import Family
from wire import Client

from kg.release import Release
from serving import ALL, BASE, served, wait_until

__all__ = ["BENIGN", "SETTLED", "SOON", "Target", "ask_benign", "attacked", "must_be_answered"]

BENIGN = ALL + "SELECT ?owner { ?owner gov:owns organisation:filmpool }"
_OWNER = f"owner\r\n{BASE}id/organisation/region\r\n".encode()
SOON, SETTLED = 4.0, 60.0
"""Seconds for an answer, and for all to be as it was: a hundred times what an idle machine needs, as those of CI are
shared."""
_NUMBERS = itertools.count()


class Target:
    """A served release, and a `trap`: a port of this machine that nothing may connect to."""

    def __init__(self, url: str, pid: int, trap: socket.socket, workers: int) -> None:
        self.url = url
        self.family = Family(pid)
        self.workers = workers
        self._trap = trap
        assert wait_until(self.is_complete, seconds=SETTLED), self.status
        self._descriptors = self.family.web.descriptors

    @property
    def port(self) -> int:
        return int(self._trap.getsockname()[1])

    @property
    def status(self) -> dict[str, int]:
        status: dict[str, int] = httpx.get(self.url + "/health/ready", timeout=10).json()["workers"]
        return status

    def is_complete(self) -> bool:
        """Whether the release is in memory, and all workers are forked from there."""
        return bool(self.status["in_memory"]) and self._has_all()

    def _has_all(self) -> bool:
        return len(self.family.look()) == 1 + self.workers  # and the fork server

    def must_be_well(self, other: Client) -> None:
        """Another client is answered at once, nothing is left behind, and nothing was asked of anybody else."""
        must_be_answered(other)
        assert self.family.web.is_alive, "the web process is another one, or gone"
        assert wait_until(self._has_settled, seconds=SETTLED), (
            f"{self.family.web.descriptors} descriptors after {self._descriptors}; {self.status}; {self.family.look()}"
        )
        assert not self.family.orphans
        self.must_not_be_trapped()

    def _has_settled(self) -> bool:
        more = self.family.web.descriptors - self._descriptors
        return more <= 2 and self._has_all()  # the connections of the two clients of a test

    def must_not_be_trapped(self) -> None:
        """Nobody connected to the trap."""
        with contextlib.suppress(BlockingIOError):
            self._trap.accept()[0].close()
            raise AssertionError("the server connected to an address of a query")


def ask_benign(client: Client) -> float:
    """Ask a small question that was not asked before; the seconds it took."""
    found = client.ask(f"{BENIGN} # {next(_NUMBERS)}", headers={"Accept": "text/csv"})
    assert (found.status, found.body) == (200, _OWNER), (found.status, found.body[:300])
    return found.seconds


def must_be_answered(client: Client) -> None:
    """A small question, within `SOON`: a busy machine is late now and then, a server that is late is late again."""
    assert any(ask_benign(client) < SOON for _ in range(3))


@contextlib.contextmanager
def attacked(release: Release, *, workers: int = 3, **settings: object) -> Iterator[Target]:
    """A server over the release, with a trap."""
    with (
        socket.create_server(("127.0.0.1", 0)) as trap,
        served(release, stderr=None, follow=None, workers=workers, processes=1, log="warnings", **settings) as (
            url,
            process,
        ),
    ):
        trap.setblocking(False)
        yield Target(url, process.pid, trap, workers)
        trap.close()
