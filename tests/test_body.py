"""The body of a response for a reader that blocks: all bytes in their order, and an end whenever it is stopped."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from itertools import takewhile
from typing import TypeVar

import pytest

from kg.engine.body import AHEAD, BEGINNING, PATIENCE, Body, Stopped

Found = TypeVar("Found")
SOLUTIONS = b', {"x": 1}' * 20
JSON = b'{"head": {"vars": ["b", "a"]}, "results": {"bindings": [' + SOLUTIONS[2:] + b"]}}"
ORDERED = JSON.replace(b'"b", "a"', b'"a", "b"')


class Slow(float):
    """Seconds that the engine takes until its next chunk."""


async def chunks_of(*parts: bytes | Slow | Exception) -> AsyncIterator[bytes]:
    for part in parts:
        if isinstance(part, Slow):
            await asyncio.sleep(part)
        elif isinstance(part, Exception):
            raise part
        else:
            yield part


def with_body(
    parts: tuple[bytes | Slow | Exception, ...], read: Callable[[Body], Found], variables: tuple[str, ...] = ()
) -> Found:
    """What `read` finds in a thread of its own, as `Line` reads a long answer."""

    async def run() -> Found:
        body = Body(chunks_of(*parts), variables)
        await body.begin()
        return await asyncio.wait_for(asyncio.to_thread(read, body), 20)

    return asyncio.run(run())


def whole(size: int) -> Callable[[Body], tuple[bytes, bool]]:
    """Reads a body to its end; the second is whether it was whole at the beginning."""

    def read(body: Body) -> tuple[bytes, bool]:
        was_whole = body.is_whole
        return b"".join(takewhile(bool, iter(lambda: body.read(size), None))), was_whole

    return read


@pytest.mark.parametrize("size", [1, 7, 1 << 20, -1])
def test_a_short_body_is_whole_at_once_and_read_in_pieces_of_any_size(size: int) -> None:
    assert with_body((b"abc", b"", b"defghijk", b""), whole(size)) == (b"abcdefghijk", True)
    assert with_body((), whole(size)) == (b"", True)


@pytest.mark.parametrize(
    "parts", [(b"x" * BEGINNING, b"yz"), (b"x" * (BEGINNING - 1), b"y", b"z"), (b"x" * 3 * BEGINNING,)]
)
def test_what_is_longer_than_the_beginning_is_for_a_thread_even_if_all_of_it_is_here(parts: tuple[bytes, ...]) -> None:
    assert with_body(parts, whole(10_000)) == (b"".join(parts), False)


def test_what_comes_late_is_not_waited_for_at_the_beginning_and_comes_all_the_same() -> None:
    parts = (b"early", Slow(3 * PATIENCE), b"late", Slow(0.01), b"last")
    assert with_body(parts, whole(-1)) == (b"earlylatelast", False)


def test_the_tail_is_what_came_last() -> None:
    def read(body: Body) -> bytes:
        whole(50)(body)
        return body.tail

    assert with_body((b"a" * 150, b"b" * 100), read) == b"a" * 100 + b"b" * 100
    assert with_body((b"a", Slow(2 * PATIENCE), b"b"), read) == b"ab"


@pytest.mark.parametrize("cut", range(1, 60))
def test_columns_are_put_in_order_however_the_head_is_cut(cut: int) -> None:
    assert with_body((JSON[:cut], JSON[cut:]), whole(13), ("a", "b")) == (ORDERED, True)


def test_a_head_that_is_not_found_is_left_as_it_is() -> None:
    for parts in (
        (b'{"boolean": true}',),
        (),
        (b'{"head": {"vars": ["b", "c"]}}',),
        (b" " * 2 * BEGINNING, Slow(2 * PATIENCE), JSON),
    ):
        sent = b"".join(part for part in parts if isinstance(part, bytes))
        assert with_body(parts, whole(-1), ("a", "b"))[0] == sent


def test_what_breaks_is_an_error_when_it_is_read() -> None:
    def read(body: Body) -> bytes:
        assert body.read() == b"abc"
        return body.read()

    with pytest.raises(ValueError, match="broken"):
        with_body((b"abc", Slow(2 * PATIENCE), ValueError("broken")), read)
    with pytest.raises(ValueError, match="broken"):
        with_body((b"abc", ValueError("broken")), read)


def test_a_reader_that_waits_ends_when_the_body_is_stopped() -> None:
    async def run(before: bool) -> None:
        body = Body(chunks_of(b"abc", Slow(3600), b"never"), ())
        await body.begin()
        if before:
            body.stop()
        reading = asyncio.ensure_future(asyncio.to_thread(whole(-1), body))
        await asyncio.sleep(0.1)
        body.stop()
        with pytest.raises(Stopped):
            await asyncio.wait_for(reading, 60)

    for before in (False, True):
        began = time.monotonic()
        asyncio.run(run(before))
        assert time.monotonic() - began < 60


def test_a_body_that_is_stopped_in_its_middle_ends_at_its_next_byte() -> None:
    def read(body: Body) -> None:
        while body.read(BEGINNING):
            body.stop()

    with pytest.raises(Stopped):
        with_body((b"x" * BEGINNING, b"y" * BEGINNING, b"z"), read)


PIECE = b"x" * 1000


class Chunks:
    """Many small pieces; `sent` counts those that were taken."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.sent = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while self.sent < self.number:
            await asyncio.sleep(0)
            self.sent += 1
            yield PIECE


def test_many_small_chunks_are_taken_by_a_thread_in_fewer_reads() -> None:
    """A change of threads for each would take longer than all else."""

    async def run() -> None:
        body = Body(Chunks(5000).__aiter__(), ())
        await body.begin()
        sizes = await asyncio.to_thread(lambda: [len(piece) for piece in iter(body.read, b"")])
        assert sum(sizes) == 5000 * len(PIECE)
        assert len(sizes) < 1000

    asyncio.run(run())


def test_a_reader_that_is_slow_holds_back_what_sends() -> None:
    async def run() -> None:
        chunks = Chunks(10 * AHEAD // len(PIECE))
        body = Body(chunks.__aiter__(), ())
        await body.begin()
        await asyncio.sleep(0.3)
        assert AHEAD <= chunks.sent * len(PIECE) < AHEAD + 2 * len(PIECE)
        found, _ = await asyncio.to_thread(whole(-1), body)
        assert len(found) == chunks.number * len(PIECE)
        await body.close()

    asyncio.run(run())
