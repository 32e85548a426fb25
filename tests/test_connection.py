"""Connections that send without end, or nothing: each costs little, for a short time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any

import pytest
import uvicorn

import kg.web.connection
from kg.settings import Settings
from kg.web.connection import connections
from serving import free_port

Talk = Callable[[int], Awaitable[bytes]]


async def _answer(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body"})


def talk(dialogue: Talk, most: int | None = None) -> bytes:
    """What a client hears in this dialogue with a server."""

    async def run() -> bytes:
        protocol: Any = connections(Settings())
        if most is not None:
            protocol.most_per_address = most
        port = free_port()
        config = uvicorn.Config(_answer, port=port, http=protocol, lifespan="off", log_level="critical")
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        try:
            async with asyncio.timeout(20):
                return await dialogue(port)
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
