"""Requests that come behind one that is being answered: each gets its own answer, and who hangs up frees everything."""

from __future__ import annotations

import select
import socket
from collections.abc import Iterator

import pytest
from target import Target, attacked
from wire import Client, connect, read_response, request

from serving import CARTESIAN, make_release, wait_until

SLOW = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f FILTER (STR(?c) < STR(?f)) }"


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    with attacked(make_release(tmp_path_factory.mktemp("pipelining"), extra=800), deadline=60, cache=0) as made:
        yield made


@pytest.fixture
def other(target: Target) -> Iterator[Client]:
    with Client(target.url, "203.0.113.2") as client:
        yield client
        target.must_be_well(client)


@pytest.mark.parametrize("behind", [1, 2, 50])
def test_what_comes_behind_a_slow_query_is_answered_after_it(target: Target, other: Client, behind: int) -> None:
    with connect(target.url, seconds=60) as connection, connection.makefile("rb") as stream:
        for turn in range(5):
            connection.sendall(request(f"{SLOW} # {behind}.{turn}", headers={"Accept": "text/csv"}))
            if runs_before_it_ends(target, connection):
                break
            read_response(stream)  # this machine stood still meanwhile
        texts = [f"SELECT ({number} AS ?n) {{}}" for number in range(behind)]
        connection.sendall(b"".join(request(text, headers={"Accept": "text/csv"}) for text in texts))
        found = [read_response(stream) for _ in range(behind + 1)]
        assert [one.status for one in found] == [200] * (behind + 1)
        assert int(found[0].body.split()[1]) > 1000
        assert [one.body for one in found[1:]] == [f"n\r\n{number}\r\n".encode() for number in range(behind)]
        connection.setblocking(False)
        with pytest.raises(BlockingIOError):
            connection.recv(1)


def runs_before_it_ends(target: Target, connection: socket.socket) -> bool:
    """Whether a query is seen to run before anything of its answer is here."""
    found = [False]

    def has_come() -> bool:
        found[0] = bool(target.status["running"])
        return found[0] or bool(select.select([connection], [], [], 0)[0])

    assert wait_until(has_come)
    return found[0]


@pytest.mark.parametrize("behind", [0, 1, 5])
@pytest.mark.parametrize("at_once", [False, True])
def test_who_hangs_up_with_requests_behind_one_frees_its_worker(
    target: Target, other: Client, behind: int, at_once: bool
) -> None:
    """Long before the deadline."""
    data = request(CARTESIAN)
    with connect(target.url) as connection:
        connection.sendall(data * (1 + behind if at_once else 1))
        assert wait_until(lambda: target.status["running"], seconds=30)
        if not at_once:
            connection.sendall(data * behind)
    assert wait_until(lambda: not target.status["running"] and not target.status["waiting"], seconds=30), target.status
