"""Clients that are slow, stop half-way, or hang up: they keep no worker, no descriptor and nobody waiting."""

from __future__ import annotations

import contextlib
import socket
import struct
import time
from collections.abc import Iterator

import pytest
from target import SETTLED, Target, attacked, must_be_answered
from wire import Client, connect, read_response, request

from serving import CARTESIAN, make_release, wait_until

DEADLINE = 2.0
LARGE = "SELECT * { ?a ?b ?c . ?d ?e ?f }"
SMALL = request("ASK { ?s ?p ?o }")


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    with attacked(make_release(tmp_path_factory.mktemp("slow"), extra=2000), deadline=DEADLINE, memory=128) as made:
        yield made


@pytest.fixture
def other(target: Target) -> Iterator[Client]:
    with Client(target.url, "203.0.113.2") as client:
        yield client
        target.must_be_well(client)


@contextlib.contextmanager
def many(target: Target, number: int) -> Iterator[list[socket.socket]]:
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(connect(target.url)) for _ in range(number)]


def is_idle(target: Target) -> bool:
    return target.status["running"] == 0 and target.status["waiting"] == 0


@pytest.mark.parametrize(
    "data",
    [SMALL, SMALL.replace(b"POST", b"GE\xff"), request("ASK { ?s ?p ?o } #" + "x" * 1000)],
    ids=["a head", "a broken head", "a body"],
)
def test_requests_that_come_byte_by_byte_take_no_worker(target: Target, other: Client, data: bytes) -> None:
    start = data.index(b"\r\n\r\n") if b"xxx" in data else 0
    with many(target, 40) as slow:
        for connection in slow:
            connection.sendall(data[:start])
        for position in range(start, start + 15):
            for connection in slow:
                with contextlib.suppress(ConnectionError):
                    connection.sendall(data[position : position + 1])
            must_be_answered(other)
            assert is_idle(target)


def test_a_request_that_comes_byte_by_byte_is_answered(target: Target, other: Client) -> None:
    with connect(target.url) as connection:
        for position in range(len(SMALL)):
            connection.sendall(SMALL[position : position + 1])
        assert read_response(connection.makefile("rb")).status == 200


@pytest.mark.parametrize("pace", [0, 2000], ids=["not read", "read slowly"])
def test_a_large_answer_keeps_its_worker_no_longer_than_the_deadline(target: Target, other: Client, pace: int) -> None:
    data = request(LARGE, headers={"Accept": "text/csv"})
    with contextlib.ExitStack() as stack:
        slow = []
        for _ in range(2):
            connection = socket.socket()
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.connect(("127.0.0.1", int(target.url.rpartition(":")[2])))
            connection.sendall(data)
            slow.append(stack.enter_context(connection))
        started = time.monotonic()
        while time.monotonic() < started + DEADLINE + 1:
            for connection in slow:
                if pace:
                    connection.recv(pace)
            must_be_answered(other)
            time.sleep(0.05)
        assert wait_until(lambda: is_idle(target), seconds=SETTLED), target.status
        for connection in slow:
            assert not end_of(connection).endswith(b"0\r\n\r\n"), "the answer seems to be whole"


def end_of(connection: socket.socket) -> bytes:
    """The last bytes of what comes until the connection ends."""
    connection.settimeout(60)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    data = b""
    with contextlib.suppress(ConnectionError):
        while piece := connection.recv(1 << 16):
            data = (data + piece)[-64:]
    return data


STAGES = {
    "nothing": (b"", 0.0),
    "half a line": (b"GET /spa", 0.0),
    "half a head": (SMALL[:40], 0.0),
    "a head": (SMALL[: SMALL.index(b"\r\n\r\n") + 4], 0.0),
    "half a body": (SMALL[:-5], 0.0),
    "a request": (SMALL, 0.0),
    "a request and half of another": (SMALL + SMALL[:40], 0.0),
    "a slow query": (request(CARTESIAN), 0.0),
    "a slow query, later": (request(CARTESIAN), 0.15),
    "a large answer": (request(LARGE, headers={"Accept": "text/csv"}), 0.05),
    "30 slow queries at once": (request(CARTESIAN) * 30, 0.05),
}


@pytest.mark.parametrize("is_reset", [False, True], ids=["end", "reset"])
@pytest.mark.parametrize("stage", STAGES)
def test_hanging_up_frees_everything(target: Target, other: Client, stage: str, is_reset: bool) -> None:
    data, seconds = STAGES[stage]
    with many(target, 8) as leaving:
        for connection in leaving:
            connection.sendall(data)
        time.sleep(seconds)
        for connection in leaving:
            if is_reset:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()
    must_be_answered(other)
    assert wait_until(lambda: is_idle(target), seconds=SETTLED), target.status


def test_200_requests_at_once_are_answered_in_their_order(target: Target, other: Client) -> None:
    with connect(target.url) as connection, connection.makefile("rb") as stream:
        for number in range(200):
            connection.sendall(request(f"SELECT ({number} AS ?n) {{}}", headers={"Accept": "text/csv"}))
        for number in range(200):
            assert read_response(stream).body == f"n\r\n{number}\r\n".encode()


def test_200_idle_connections_keep_nobody_out(target: Target, other: Client) -> None:
    with many(target, 100), many(target, 100) as used:
        for connection in used:
            connection.sendall(SMALL)
        for connection in used:
            assert read_response(connection.makefile("rb")).status == 200
        must_be_answered(other)
