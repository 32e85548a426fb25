"""Fairness of the queue for workers."""

from __future__ import annotations

import asyncio

import pytest

from kg.engine.admission import Admission, Grant
from kg.errors import ClientBusy, Overloaded


def admission(items: int, *, queue: int = 8, per_client: int = 2, reserve: int = 0) -> Admission[int]:
    made = Admission[int](queue=queue, per_client=per_client, reserve=reserve)
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
        assert (await third).item == 9

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
        waiting.pop().cancel()
        waiting += [asyncio.ensure_future(desk.take(f"client {number}")) for number in range(7)]
        await asyncio.sleep(0)
        assert desk.waiting == 8
        with pytest.raises(Overloaded):
            await asyncio.wait_for(desk.take("late"), 5)
        for one in waiting:
            one.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        assert desk.waiting == 0

    asyncio.run(run())


def test_a_full_queue_has_room_for_who_has_less_in_it() -> None:
    """So that a few who ask much send nobody else away."""

    async def run() -> None:
        desk = admission(0, queue=8)
        asked = {
            name: [asyncio.ensure_future(desk.take(name)) for _ in range(number)]
            for name, number in (("one", 1), ("two", 2), ("two again", 2), ("two more", 2), ("single", 1))
        }
        await asyncio.sleep(0)
        assert desk.waiting == 8
        with pytest.raises(Overloaded):
            await asyncio.wait_for(desk.take("one"), 5)
        late = asyncio.ensure_future(desk.take("late"))
        await asyncio.sleep(0.01)
        assert [one.done() for one in asked["two"]] == [False, True], "the later one makes room"
        with pytest.raises(Overloaded):
            await asked["two"][1]
        assert (desk.waiting, late.done()) == (8, False)
        for one in (*[waiter for waiters in asked.values() for waiter in waiters], late):
            one.cancel()
        await asyncio.gather(late, *[one for waiters in asked.values() for one in waiters], return_exceptions=True)
        assert desk.waiting == 0
        desk.offer(1)
        assert (await desk.take("next")).item == 1

    asyncio.run(run())


def test_an_item_given_to_one_who_left_is_not_lost() -> None:
    async def run() -> None:
        desk = admission(0)
        leaver = asyncio.ensure_future(desk.take("leaver"))
        await asyncio.sleep(0)
        desk.offer(1)
        leaver.cancel()
        await asyncio.gather(leaver, return_exceptions=True)
        assert desk.has_spare
        assert await desk.take("next") == Grant(1, "next", on_trial=False)

    asyncio.run(run())


def test_an_idle_item_can_be_withdrawn() -> None:
    desk = admission(2)
    assert desk.withdraw(1)
    assert not desk.withdraw(1)
    assert desk.has_spare
    assert desk.withdraw(0)
    assert not desk.has_spare


def test_the_last_item_is_lent_on_trial_and_only_to_who_has_none() -> None:
    desk = admission(3, reserve=1, per_client=5)
    assert [desk.take_now("one").on_trial for _ in range(2)] == [False, False]
    assert desk.take_now("one") is None
    assert desk.take_now("other", may_try=False) is None
    last = desk.take_now("other")
    assert last is not None
    assert last.on_trial
    assert desk.take_now("third") is None


def test_who_outgrew_a_trial_has_none_with_its_other_queries_either() -> None:
    async def run() -> None:
        desk = admission(0, reserve=1)
        waiting = [asyncio.ensure_future(desk.take(name)) for name in ("long", "cheap")]
        await asyncio.sleep(0)
        desk.distrust("long")
        desk.offer(1)
        await asyncio.sleep(0.01)
        assert [one.done() for one in waiting] == [False, True]
        desk.offer(2)
        desk.offer(3)
        assert not (await waiting[0]).on_trial

    asyncio.run(run())


def test_who_outgrew_a_trial_waits_for_a_place_of_its_own() -> None:
    async def run() -> None:
        desk = admission(2, reserve=1)
        first = await desk.take("long")
        struck = asyncio.ensure_future(desk.take("struck", may_try=False))
        await asyncio.sleep(0)
        cheap = await desk.take("cheap")
        assert (struck.done(), cheap.on_trial) == (False, True)
        desk.offer(cheap.item)
        desk.leave("cheap")
        await asyncio.sleep(0)
        assert not struck.done()
        desk.offer(first.item)
        desk.leave("long")
        assert not (await struck).on_trial

    asyncio.run(run())
