"""Fairness of the queue for workers."""

from __future__ import annotations

import asyncio

import pytest

from kg.engine.admission import Admission
from kg.errors import ClientBusy, Overloaded


def admission(items: int, *, queue: int = 8, per_client: int = 2) -> Admission[int]:
    made = Admission[int](queue=queue, per_client=per_client)
    for item in range(items):
        made.offer(item)
    return made


def test_a_client_has_no_more_than_its_share() -> None:
    async def run() -> None:
        desk = admission(3)
        await desk.take("greedy")
        await desk.take("greedy")
        third = asyncio.ensure_future(desk.take("greedy"))
        await asyncio.sleep(0)
        assert not third.done()
        await desk.take("other")
        desk.offer(9)
        await asyncio.sleep(0)
        assert not third.done()
        desk.leave("greedy")
        assert await third == 9

    asyncio.run(run())


def test_who_has_least_comes_first() -> None:
    async def run() -> None:
        desk = admission(1, per_client=5)
        await desk.take("greedy")
        more = asyncio.ensure_future(desk.take("greedy"))
        await asyncio.sleep(0)
        modest = asyncio.ensure_future(desk.take("modest"))
        await asyncio.sleep(0)
        desk.offer(7)
        await asyncio.sleep(0)
        assert (modest.done(), more.done()) == (True, False)
        more.cancel()

    asyncio.run(run())


def test_a_full_queue_and_a_full_share_of_it_are_errors() -> None:
    async def run() -> None:
        desk = admission(0, queue=8)
        waiting = [asyncio.ensure_future(desk.take("greedy")) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(ClientBusy):
            await desk.take("greedy")
        waiting += [asyncio.ensure_future(desk.take(f"client {number}")) for number in range(6)]
        await asyncio.sleep(0)
        assert desk.waiting == 8
        with pytest.raises(Overloaded):
            await desk.take("late")
        for one in waiting:
            one.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        assert desk.waiting == 0

    asyncio.run(run())


def test_an_item_given_to_one_who_left_is_not_lost() -> None:
    async def run() -> None:
        desk = admission(0)
        leaver = asyncio.ensure_future(desk.take("leaver"))
        await asyncio.sleep(0)
        desk.offer(1)
        leaver.cancel()
        await asyncio.gather(leaver, return_exceptions=True)
        assert desk.idle == 1
        assert await desk.take("next") == 1

    asyncio.run(run())


def test_an_idle_item_can_be_withdrawn() -> None:
    desk = admission(2)
    assert desk.withdraw(1)
    assert not desk.withdraw(1)
    assert desk.idle == 1
