"""Connections that send without end, or nothing: each costs little, for a short time. And the short way."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from io import BufferedReader
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
import pytest
import uvicorn

import kg.web.connection
from kg.settings import Settings
from kg.web.connection import connections
from kg.web.delivery import digest_of
from serving import CARTESIAN, make_release, served, wait_until

Talk = Callable[[int], Awaitable[bytes]]


async def _answer(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body"})


class _Endpoint:
    """Answers what it has heard before at once, and the rest after `seconds`."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds
        self.known: set[bytes] = set()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await asyncio.sleep(self.seconds)
        self.known.add(scope["kg.raw"])
        assert scope["kg.direct"](b"HTTP/1.1 204 No Content\r\n", b"")

    def at_once(self, request: bytes, client: str) -> tuple[bytes, bytes, bytes] | None:
        return (b"HTTP/1.1 204 No Content\r\n", b"x-known: yes\r\n\r\n", b"") if request in self.known else None


def talk(dialogue: Talk, most: int | None = None, endpoint: _Endpoint | None = None, idle: int = 5) -> bytes:
    """What a client hears in this dialogue with a server."""

    async def run() -> bytes:
        protocol: Any = connections(Settings(), endpoint)
        if most is not None:
            protocol.most_per_address = most
        listener = socket.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(_answer, http=protocol, lifespan="off", log_level="critical", timeout_keep_alive=idle)
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve([listener]))
        while not server.started:
            await asyncio.sleep(0.01)
        try:
            async with asyncio.timeout(60):
                return await dialogue(listener.getsockname()[1])
        finally:
            server.should_exit = True
            await task

    return asyncio.run(run())


@asynccontextmanager
async def _connection(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def _heard(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read(1 << 16)
    except ConnectionError:
        return b"reset"


@pytest.mark.parametrize("start", [b"GET / HTTP/1.1\r\nHost: x\r\nX: ", b"GET /?"])
def test_a_head_without_end_is_cut_off(start: bytes) -> None:
    async def dialogue(port: int) -> bytes:
        async with _connection(port) as (reader, writer):
            writer.write(start)
            for _ in range(1000):
                writer.write(b"a" * 100_000)
                try:
                    await writer.drain()
                except ConnectionError:
                    return b"cut"
            return await _heard(reader)

    assert talk(dialogue) == b"cut"


@pytest.mark.parametrize(
    "start",
    [b"", b"GET / HTTP/1.1\r\nHost", b"GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HT"],
    ids=["nothing", "half a head", "half a second head"],
)
def test_a_request_that_does_not_come_to_its_end_is_hung_up_on(start: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kg.web.connection, "SECONDS", 0.3)

    async def dialogue(port: int) -> bytes:
        async with _connection(port) as (reader, writer):
            writer.write(start)
            return await reader.read()

    assert b"408 Request Timeout" in talk(dialogue)


def test_an_address_has_only_its_share_of_the_connections() -> None:
    async def dialogue(port: int) -> bytes:
        async with AsyncExitStack() as held:
            for _ in range(4):
                await held.enter_async_context(_connection(port))
            async with _connection(port) as (reader, _):
                assert await _heard(reader) in (b"", b"reset")
        await asyncio.sleep(0.1)
        async with _connection(port) as (reader, writer):
            writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            return await _heard(reader)

    assert talk(dialogue, most=4).startswith(b"HTTP/1.1 204")


def test_one_request_after_the_other_is_answered() -> None:
    async def dialogue(port: int) -> bytes:
        async with _connection(port) as (reader, writer):
            for _ in range(200):
                writer.write(b"GET /?" + b"a" * 50_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n")
                heard = await reader.readuntil(b"\r\n\r\n")
            return heard

    assert talk(dialogue).startswith(b"HTTP/1.1 204")


SHORT = b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.mark.parametrize("times", [1, 3], ids=["answered", "answered at once"])
def test_an_idle_connection_is_hung_up_on(times: int) -> None:
    async def dialogue(port: int) -> bytes:
        async with _connection(port) as (reader, writer):
            for _ in range(times):
                writer.write(SHORT)
                heard = await reader.readuntil(b"\r\n\r\n")
            return heard + await reader.read()

    heard = talk(dialogue, endpoint=_Endpoint(), idle=1)
    assert heard.startswith(b"HTTP/1.1 204")
    assert heard.count(b"\r\n\r\n") == 1
    assert (b"x-known" in heard) == (times > 1)


def test_a_connection_is_not_idle_while_its_request_is_answered() -> None:
    async def dialogue(port: int) -> bytes:
        async with _connection(port) as (reader, writer):
            heard = b""
            for number in range(2):
                writer.write(SHORT.replace(b"ASK", b"ASK%d" % number))
                heard += await reader.readuntil(b"\r\n\r\n")
            return heard

    assert talk(dialogue, endpoint=_Endpoint(seconds=1.6), idle=1).count(b"HTTP/1.1 204") == 2


def test_a_request_while_another_is_answered_waits_for_its_turn() -> None:
    async def dialogue(port: int) -> bytes:
        async with _connection(port) as (reader, writer):
            writer.write(SHORT)
            await reader.readuntil(b"\r\n\r\n")
            writer.write(SHORT.replace(b"ASK", b"Ask"))
            await asyncio.sleep(0.1)
            writer.write(SHORT)  # known, but it is not its turn
            first = await reader.readuntil(b"\r\n\r\n")
            return first + b"|" + await reader.readuntil(b"\r\n\r\n")

    first, second = talk(dialogue, endpoint=_Endpoint(seconds=0.3)).split(b"|")
    assert b"x-known" not in first
    assert second.startswith(b"HTTP/1.1 204")


def _get(text: str, *headers: str, method: str = "GET", more: str = "") -> bytes:
    lines = [f"{method} /sparql?query={quote(text)}{more} HTTP/1.1", "Host: x", *headers, "", ""]
    return "\r\n".join(lines).encode()


def _post(content_type: str, body: bytes, *headers: str) -> bytes:
    lines = ["POST /sparql HTTP/1.1", f"Content-Type: {content_type}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


NAMES = "SELECT ?name { ?x <http://www.w3.org/2004/02/skos/core#prefLabel> ?name } ORDER BY ?name"
REQUESTS = {
    "json": _get(NAMES),
    "csv": _get(NAMES, "Accept: text/csv"),
    "gzip": _get(NAMES, "Accept-Encoding: gzip"),
    "file": _get(NAMES, more="&format=tsv"),
    "graph": _get("CONSTRUCT WHERE { ?s ?p ?o }", "Accept: application/n-triples"),
    "head": _get(NAMES, method="HEAD"),
    "options": _get(NAMES, method="OPTIONS"),
    "tag": _get(NAMES, "If-None-Match: *"),
    "another tag": _get(NAMES, 'If-None-Match: "x"'),
    "form": _post("application/x-www-form-urlencoded", b"query=" + quote(NAMES).encode()),
    "direct": _post("application/sparql-query", NAMES.encode()),
    "proxy": _get(NAMES, "X-Forwarded-For: 192.0.2.1"),
    "volatile": _get("SELECT (1 AS ?one) { FILTER (YEAR(NOW()) > 2020) }"),
    "no query": b"GET /sparql HTTP/1.1\r\nHost: x\r\nAccept: text/turtle\r\n\r\n",
    "page": _get(NAMES, "Accept: text/html"),
    "syntax": _get("SELECT"),
    "not acceptable": _get(NAMES, "Accept: image/png"),
    "no media type": _post("text/plain", b"ASK {}"),
    "update": _post("application/sparql-update", b"CLEAR ALL"),
}
OF_THE_MOMENT = {"date", "x-request-id", "server-timing"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    log = tmp_path_factory.mktemp("log") / "log"
    release = make_release(tmp_path_factory.mktemp("connection"), extra=300)
    with log.open("wb") as stderr, served(release, stderr=stderr, workers=2, deadline=20, per_client=1) as (url, _):
        yield url, log


class Line:
    """A connection that sends pieces and reads responses."""

    def __init__(self, url: str) -> None:
        address = urlsplit(url)
        self.connection = socket.create_connection((address.hostname or "", address.port or 0), 60)
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.stream: BufferedReader = self.connection.makefile("rb")

    def send(self, *pieces: bytes, pause: float = 0.01) -> None:
        for number, piece in enumerate(pieces):
            if number:
                threading.Event().wait(pause)
            self.connection.sendall(piece)

    def read(self, *, is_head: bool = False) -> tuple[int, dict[str, str], bytes]:
        """Status, headers but those of the moment, and body."""
        status = int(self.stream.readline().split()[1])
        headers: dict[str, str] = {}
        while (line := self.stream.readline().strip()) != b"":
            name, _, value = line.decode("latin-1").partition(": ")
            assert name not in headers
            headers[name] = value
        assert headers.keys() >= {"date", "x-request-id"}
        length = 0 if is_head or status in (204, 304) else int(headers["content-length"])
        kept = {name: value for name, value in headers.items() if name not in OF_THE_MOMENT}
        return status, kept, self.stream.read(length)

    def close(self) -> None:
        self.stream.close()
        self.connection.close()


@pytest.fixture
def line(server: tuple[str, Path]) -> Iterator[Line]:
    opened = Line(server[0])
    yield opened
    opened.close()


def test_there_are_requests_of_every_kind() -> None:
    assert len(REQUESTS) == 19


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request_gets_the_same_answer_whole_in_pieces_and_again(line: Line, name: str) -> None:
    data = REQUESTS[name]
    seen = []
    for pieces in ([data], [data], [data], [data[:1], data[1:]], [data[:30], data[30:-3], data[-3:]], [data]):
        line.send(*pieces)
        seen.append(line.read(is_head=name == "head"))
    if name == "page":  # which shows how long it took
        seen = [(status, headers | {"content-length": ""}, b"") for status, headers, _ in seen]
    status = seen[0][0]
    assert all(found == seen[0] for found in seen[1:])
    expected = {"options": 204, "tag": 304, "syntax": 400, "not acceptable": 406, "no media type": 415, "update": 403}
    assert status == expected.get(name, 200)


def test_many_requests_at_once_are_answered_in_their_order(line: Line) -> None:
    names = [name for name in REQUESTS for _ in range(3)]
    line.send(b"".join(REQUESTS[name] for name in names))
    for name in names:
        status = line.read(is_head=name == "head")[0]
        assert (status < 400) == (name not in {"syntax", "not acceptable", "no media type", "update"})


def test_a_request_behind_a_slow_one_waits_for_its_turn(line: Line) -> None:
    line.send(REQUESTS["json"], REQUESTS["json"])
    assert [line.read()[0] for _ in range(2)] == [200, 200]
    line.send(_get(CARTESIAN, more="&timeout=1"), REQUESTS["json"], pause=0.2)
    assert [line.read()[0] for _ in range(2)] == [504, 200]


def test_what_is_answered_at_once_is_counted_and_logged(server: tuple[str, Path], line: Line) -> None:
    data = _get("SELECT ?counted { ?counted ?p ?o }", "Accept: text/csv")
    for _ in range(5):
        line.send(data)
        assert line.read()[0] == 200

    def counted() -> list[dict[str, Any]]:
        logged = [json.loads(text) for text in server[1].read_text("utf-8").split("\n")[:-1]]
        return [found for found in logged if found.get("query") == digest_of("SELECT ?counted { ?counted ?p ?o }")]

    assert wait_until(lambda: len(counted()) >= 5)
    lines = counted()
    assert [found["cache"] for found in lines] == ["miss", "hit", "hit", "hit", "hit"]
    assert len({found["id"] for found in lines}) == 5
    same = ("client", "method", "path", "status", "bytes", "rows", "outcome")
    assert len({tuple(found[name] for name in same) for found in lines}) == 1
    assert len({tuple(found) for found in lines}) == 1
    metrics = httpx.get(f"{server[0]}/metrics").text
    hits = 'kg_requests_total{cache="hit",method="GET",path="/sparql",status="200"}'
    assert float(metrics.partition(f"{hits} ")[2].partition("\n")[0]) >= 4
