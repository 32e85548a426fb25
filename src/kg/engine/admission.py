"""Who gets the next idle worker: a bounded queue that is fair among clients, and a last place kept for cheap queries.

The last idle worker is lent only on trial, to a client that has none: a query that is not answered within the time of
a trial has to wait for another place. So long queries of any number of clients never hold all workers, and a cheap
query never waits for long ones.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from dataclasses import dataclass
from operator import itemgetter
from typing import Generic, TypeVar

from kg.errors import ClientBusy, Overloaded

__all__ = ["Admission", "Grant"]

Item = TypeVar("Item")
Item_co = TypeVar("Item_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Grant(Generic[Item_co]):
    """An item that a client has been given; `on_trial` if it is the last one."""

    item: Item_co
    client: str
    on_trial: bool


@dataclass(slots=True, eq=False)
class _Waiter(Generic[Item]):
    client: str
    may_try: bool
    turn: asyncio.Future[Grant[Item]]


class Admission(Generic[Item]):
    """Hands out items (workers) to clients.

    Of those who wait, the client with the fewest items comes first, then the one who waited longest. No client has
    more than `per_client` items, and none fills more than a quarter of the `queue` of those who wait; where the queue
    is full, who has most in it makes room for who has less. `reserve` items are kept for trials.
    """

    def __init__(self, *, queue: int, per_client: int, reserve: int = 0) -> None:
        self._queue = queue
        self._per_client = per_client
        self._reserve = reserve
        self._idle: deque[Item] = deque()
        self._waiting: list[_Waiter[Item]] = []
        self._held: Counter[str] = Counter()

    @property
    def has_spare(self) -> bool:
        """Whether an item is idle, so that a trial takes nothing from anybody."""
        return bool(self._idle)

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def take_now(self, client: str, *, may_try: bool = True) -> Grant[Item] | None:
        """An item for `client` as by `take`, if nobody waits and it need not."""
        if not self._waiting and self._may_have(client, may_try=may_try):
            return self._grant(client)
        return None

    async def take(self, client: str, *, may_try: bool = True) -> Grant[Item]:
        """An item for `client`, to be given up with `leave`; the item itself comes back with `offer`.

        Raises:
            Overloaded: the queue is full; or it was filled later, by clients who had less in it.
            ClientBusy: this client's share of the queue is full.
        """
        if (grant := self.take_now(client, may_try=may_try)) is not None:
            return grant
        waiting = Counter(waiter.client for waiter in self._waiting)
        if waiting[client] >= max(1, self._queue // 4):
            raise ClientBusy("too many of your queries are waiting", hint="wait for the answers before you ask more")
        if len(self._waiting) >= self._queue:
            self._make_room(waiting, waiting[client] + 1)
        waiter: _Waiter[Item] = _Waiter(client, may_try, asyncio.get_running_loop().create_future())
        self._waiting.append(waiter)
        self._match()
        try:
            return await waiter.turn
        except asyncio.CancelledError:
            self._forget(waiter)
            raise

    def _make_room(self, waiting: Counter[str], wanted: int) -> None:
        """Send the last one away of the client that has most in the queue, if that is more than `wanted`."""
        full = Overloaded("all query workers are busy and the queue is full", hint="try again in a moment")
        greedy, most = max(waiting.items(), key=itemgetter(1), default=("", 0))
        if most <= wanted:
            raise full
        last = next(waiter for waiter in reversed(self._waiting) if waiter.client == greedy)
        self._waiting.remove(last)
        if not last.turn.done():
            last.turn.set_exception(full)

    def _may_have(self, client: str, *, may_try: bool) -> bool:
        held = self._held[client]
        if len(self._idle) > self._reserve:
            return held < self._per_client
        return bool(self._idle) and may_try and held == 0

    def _grant(self, client: str) -> Grant[Item]:
        on_trial = len(self._idle) <= self._reserve
        self._held[client] += 1
        return Grant(self._idle.pop(), client, on_trial)

    def _forget(self, waiter: _Waiter[Item]) -> None:
        """A waiter gave up, perhaps in the moment in which it was served."""
        if waiter in self._waiting:
            self._waiting.remove(waiter)
        elif waiter.turn.done() and not waiter.turn.cancelled() and waiter.turn.exception() is None:
            self.leave(waiter.client)
            self.offer(waiter.turn.result().item)

    def offer(self, item: Item) -> None:
        """An item is idle."""
        self._idle.append(item)
        if self._waiting:
            self._match()

    def leave(self, client: str) -> None:
        """A query of `client` is over."""
        self._held[client] -= 1
        if self._held[client] <= 0:
            del self._held[client]
        if self._waiting:
            self._match()

    def distrust(self, client: str) -> None:
        """Those that wait for `client` may not have the last item either, whatever was said as they came."""
        for waiter in self._waiting:
            if waiter.client == client:
                waiter.may_try = False

    def withdraw(self, item: Item) -> bool:
        """Take an idle item out of service; false if it is not idle."""
        if item in self._idle:
            self._idle.remove(item)
            return True
        return False

    def _match(self) -> None:
        while self._idle:
            ready = [waiter for waiter in self._waiting if self._may_have(waiter.client, may_try=waiter.may_try)]
            if not ready:
                return
            first = min(ready, key=lambda waiter: self._held[waiter.client])
            self._waiting.remove(first)
            if not first.turn.done():
                first.turn.set_result(self._grant(first.client))
