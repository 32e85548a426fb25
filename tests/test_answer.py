"""An answer on its way from a worker: its pieces, its deadline, its trial, and the worker given back exactly once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any

import pytest

from kg.engine.admission import Grant
from kg.engine.answer import GRACE, LONGEST, Answer, Limits, Outgrown
from kg.errors import Cancelled, DeadlineExceeded, EngineError, KgError, MemoryExceeded

TRIAL = 0.05


class Recital:
    """A worker whose answer is known: pieces, seconds of work before the next of them, and at last an error if any."""

    def __init__(self, *answer: bytes | float | KgError, busy: float = 1.0) -> None:
        self.is_alive = True
        self.is_doomed = False
        self.is_zipped = True
        self.rows: int | None = 7
        self.used = 0.0
        self.asked = list[tuple[Mapping[str, Any], str]]()
        self._answer = list(answer)
        self._busy = busy  # the part of its time that the processor is its own
        self._killed = asyncio.Event()

    @property
    def is_usable(self) -> bool:
        return self.is_alive and not self.is_doomed

    def ask(self, options: Mapping[str, Any], text: str) -> None:
        self.asked.append((options, text))

    async def read(self) -> tuple[bytes, bool]:
        while True:
            match self._answer.pop(0):
                case bytes(piece):
                    return piece, not self._answer
                case float(seconds):
                    await self._work(seconds)
                case KgError() as error:
                    raise error

    async def _work(self, seconds: float) -> None:
        for _ in range(round(seconds / 0.01)):
            self.used += 0.01 * self._busy
            await asyncio.sleep(0.01)
            if self._killed.is_set():
                raise EngineError("the query worker ended unexpectedly (-9)")

    async def kill(self) -> None:
        self._killed.set()


class House:
    """The pool that the worker belongs to."""

    def __init__(self, *, has_spare: bool = False) -> None:
        self.has_spare = has_spare
        self.given_back = list[Answer]()
        self.has_it_back = asyncio.Event()
        self._work = set[asyncio.Future[None]]()

    def give_back(self, answer: Answer) -> None:
        self.given_back.append(answer)
        self.has_it_back.set()

    def spawn(self, work: Coroutine[Any, Any, None]) -> object:
        self._work.add(task := asyncio.ensure_future(work))
        return task


Told = Callable[[Answer, Recital, House], Awaitable[None]]


def with_answer(
    make: Callable[[], Recital],
    told: Told,
    *,
    seconds: float = 30.0,
    trial: float | None = None,
    has_spare: bool = False,
    zipped: bool = False,
) -> None:
    """`told` with an answer that is not asked for yet; fails unless its worker is given back once."""

    async def run() -> None:
        worker, house = make(), House(has_spare=has_spare)
        limits = Limits(asyncio.get_running_loop().time() + seconds, seconds, trial)
        answer = Answer(house, Grant(worker, "client", trial is not None), limits, zipped=zipped)
        async with asyncio.timeout(20):
            await told(answer, worker, house)
            await house.has_it_back.wait()
        await asyncio.sleep(0.05)
        assert house.given_back == [answer]

    asyncio.run(run())


async def all_of(answer: Answer) -> list[bytes]:
    return [piece async for piece in answer.pieces()]


def test_a_short_answer_is_whole_with_its_head_and_its_worker_free() -> None:
    async def told(answer: Answer, worker: Recital, house: House) -> None:
        await answer.ask({"format": "json"}, "ASK {}")
        assert worker.asked == [({"format": "json"}, "ASK {}")]
        assert (answer.head, answer.is_whole, answer.rows, answer.is_zipped) == (b"all", True, 7, False)
        assert house.given_back == [answer]
        assert await all_of(answer) == [b"all"]
        answer.close()
        answer.cancel()
        assert not worker.is_doomed, "it may be at another query by now"

    with_answer(lambda: Recital(b"all"), told)


def test_a_long_answer_comes_in_pieces_and_its_rows_are_known_at_its_end() -> None:
    async def told(answer: Answer, worker: Recital, house: House) -> None:
        await answer.ask({}, "")
        assert (answer.head, answer.is_whole, answer.rows, answer.is_zipped) == (b"one", False, None, True)
        assert not house.given_back
        assert await all_of(answer) == [b"one", b"two", b"three"]
        assert (answer.is_whole, answer.rows) == (True, 7)

    with_answer(lambda: Recital(b"one", 0.02, b"two", b"three"), told, zipped=True)


@pytest.mark.parametrize("before", [(), (b"one",)])
def test_an_error_of_the_query_is_its_own_whenever_it_comes(before: tuple[bytes, ...]) -> None:
    async def told(answer: Answer, worker: Recital, house: House) -> None:
        with pytest.raises(MemoryExceeded, match="too much"):
            await answer.ask({}, "")
            await all_of(answer)
        assert not worker.is_doomed

    with_answer(lambda: Recital(*before, MemoryExceeded("too much")), told)


@pytest.mark.parametrize("before", [(), (b"one",)])
def test_at_its_deadline_a_query_is_stopped_and_says_so(before: tuple[bytes, ...]) -> None:
    async def told(answer: Answer, worker: Recital, house: House) -> None:
        with pytest.raises(DeadlineExceeded, match="stopped after 0.2 s"):
            await answer.ask({}, "")
            await all_of(answer)
        assert worker.is_doomed

    with_answer(lambda: Recital(*before, 10.0, b"late"), told, seconds=0.2)


def test_an_administrator_stops_it() -> None:
    async def told(answer: Answer, worker: Recital, house: House) -> None:
        await answer.ask({}, "")
        answer.cancel()
        with pytest.raises(Cancelled):
            await all_of(answer)

    with_answer(lambda: Recital(b"one", 0.3, b"two"), told)


def test_a_query_that_has_had_its_trial_outgrows_it() -> None:
    async def told(answer: Answer, worker: Recital, house: House) -> None:
        with pytest.raises(Outgrown) as caught:
            await answer.ask({}, "")
        assert caught.value.is_long
        assert TRIAL <= worker.used < TRIAL * LONGEST
        assert worker.is_doomed

    with_answer(lambda: Recital(10.0, b"late"), told, trial=TRIAL)


def test_a_query_that_did_not_get_its_time_is_not_called_long() -> None:
    async def told(answer: Answer, worker: Recital, house: House) -> None:
        began = asyncio.get_running_loop().time()
        with pytest.raises(Outgrown) as caught:
            await answer.ask({}, "")
        assert not caught.value.is_long
        assert asyncio.get_running_loop().time() - began >= LONGEST * TRIAL

    with_answer(lambda: Recital(10.0, b"late", busy=0.0), told, trial=TRIAL)


def test_a_busy_machine_gives_a_query_the_time_that_its_trial_has() -> None:
    async def told(answer: Answer, worker: Recital, house: House) -> None:
        await answer.ask({}, "")
        assert (answer.head, worker.is_doomed) == (b"in time", False)

    with_answer(lambda: Recital(1.2 * TRIAL, b"in time", busy=0.1), told, trial=TRIAL)


def test_a_trial_whose_answer_is_longer_than_its_first_piece_is_outgrown() -> None:
    async def told(answer: Answer, worker: Recital, house: House) -> None:
        with pytest.raises(Outgrown):
            await answer.ask({}, "")

    with_answer(lambda: Recital(b"one", b"two"), told, trial=TRIAL)


def test_where_a_worker_is_idle_a_trial_goes_on_to_its_deadline() -> None:
    async def told(answer: Answer, worker: Recital, house: House) -> None:
        await answer.ask({}, "")
        assert await all_of(answer) == [b"one", b"two"]

    with_answer(lambda: Recital(2 * TRIAL, b"one", 2 * TRIAL, b"two"), told, trial=TRIAL, has_spare=True)

    async def late(answer: Answer, worker: Recital, house: House) -> None:
        with pytest.raises(DeadlineExceeded):
            await answer.ask({}, "")

    with_answer(lambda: Recital(10.0, b"late"), late, trial=TRIAL, has_spare=True, seconds=0.3)
    with_answer(lambda: Recital(10.0, b"late", busy=0.0), late, trial=TRIAL, seconds=0.3)


def test_what_nobody_reads_any_longer_may_end_by_itself_for_a_moment() -> None:
    async def told(answer: Answer, worker: Recital, house: House) -> None:
        await answer.ask({}, "")
        answer.close()
        await house.has_it_back.wait()
        assert (answer.is_whole, worker.is_doomed) == (True, False)

    with_answer(lambda: Recital(b"one", 0.02, b"two"), told)


def test_what_does_not_end_in_that_moment_is_given_back_as_it_is() -> None:
    async def told(answer: Answer, worker: Recital, house: House) -> None:
        await answer.ask({}, "")
        began = asyncio.get_running_loop().time()
        answer.close()
        await house.has_it_back.wait()
        assert not answer.is_whole
        assert asyncio.get_running_loop().time() - began >= GRACE

    with_answer(lambda: Recital(b"one", 10.0, b"two"), told)
