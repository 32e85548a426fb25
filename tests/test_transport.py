"""Connections that an engine closes between queries: a query is sent once more, and never when it may have been read."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import httpx
import pytest

from kg.engine.transport import AT_ONCE, KeptConnections

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
CUT = ANSWER.replace(b": 2", b": 9")


async def closed_at_once() -> bytes:
    return b""


async def closed_later() -> bytes:
    await asyncio.sleep(2 * AT_ONCE)
    return b""


async def answered() -> bytes:
    return ANSWER


async def cut_off() -> bytes:
    return CUT


Behaviour = Callable[[], Awaitable[bytes]]


def asked(*connections: list[Behaviour], times: int) -> list[str]:
    """What becomes of so many queries; each connection that an engine accepts does with its requests as its list says.

    Fails unless the engine has got exactly the requests that are listed.
    """
    waiting, got = list(connections), list[bytes]()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for behave in waiting.pop(0):
            got.append(await reader.readuntil(b"query"))
            writer.write(reply := await behave())
            if reply != ANSWER:
                break
        await writer.drain()
        writer.close()

    async def run() -> list[str]:
        found = list[str]()
        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
            url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
            async with httpx.AsyncClient(transport=KeptConnections(4)) as client:
                for _ in range(times):
                    try:
                        found.append((await client.post(url, content=b"query")).text)
                    except httpx.TransportError as error:
                        found.append(type(error).__name__)
                    await asyncio.sleep(0.05)
        return found

    found = asyncio.run(run())
    assert len(got) == sum(len(each) for each in connections)
    return found


def test_a_kept_connection_is_used_again() -> None:
    assert asked([answered, answered, answered], times=3) == ["ok"] * 3


def test_a_query_is_sent_once_more_when_its_connection_was_closed() -> None:
    assert asked([answered, closed_at_once], [answered], times=2) == ["ok", "ok"]
    assert asked([answered], [answered], times=2) == ["ok", "ok"]


def test_a_query_that_the_engine_had_for_a_while_is_not_sent_again() -> None:
    assert asked([answered, closed_later], times=2) == ["ok", "RemoteProtocolError"]


def test_a_query_is_not_sent_a_third_time() -> None:
    assert asked([closed_at_once], [closed_at_once], times=1) == ["RemoteProtocolError"]


def test_an_answer_that_breaks_off_is_not_asked_for_again() -> None:
    assert asked([cut_off], times=1) == ["RemoteProtocolError"]


def test_an_engine_that_is_not_there_is_asked_once() -> None:
    async def run() -> None:
        async with await asyncio.start_server(lambda *_: None, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
        async with httpx.AsyncClient(transport=KeptConnections(4)) as client:
            with pytest.raises(httpx.ConnectError):
                await client.post(f"http://127.0.0.1:{port}/", content=b"query")

    asyncio.run(run())
