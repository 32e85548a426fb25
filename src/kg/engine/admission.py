"""Who gets the next idle worker: a bounded queue that is fair among clients."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from dataclasses import dataclass
from typing import Generic, TypeVar

from kg.errors import ClientBusy, Overloaded

__all__ = ["Admission"]

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True, eq=False)
class _Waiter(Generic[Item]):
    client: str
    turn: asyncio.Future[Item]


class Admission(Generic[Item]):
    """Hands out items (workers) to clients.

    Of those who wait, the client with the fewest items comes first, then the one who waited longest. No client has
    more than `per_client` items, and none fills more than a quarter of the `queue` of those who wait.
    """

    def __init__(self, *, queue: int, per_client: int) -> None:
        self._queue = queue
        self._per_client = per_client
        self._idle: deque[Item] = deque()
        self._waiting: list[_Waiter[Item]] = []
        self._held: Counter[str] = Counter()

    @property
    def idle(self) -> int:
        return len(self._idle)

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    async def take(self, client: str) -> Item:
        """An item for `client`, to be given up with `leave`; the item itself comes back with `offer`.

        Raises:
            Overloaded: the queue is full.
            ClientBusy: this client's share of the queue is full.
        """
        if self._idle and not self._waiting and self._held[client] < self._per_client:
            self._held[client] += 1
            return self._idle.pop()
        if len(self._waiting) >= self._queue:
            raise Overloaded("all query workers are busy and the queue is full", hint="try again in a moment")
        if sum(waiter.client == client for waiter in self._waiting) >= max(1, self._queue // 4):
            raise ClientBusy("too many of your queries are waiting", hint="wait for the answers before you ask more")
        waiter: _Waiter[Item] = _Waiter(client, asyncio.get_running_loop().create_future())
        self._waiting.append(waiter)
        self._match()
        try:
            return await waiter.turn
        except asyncio.CancelledError:
            self._forget(waiter)
            raise

    def _forget(self, waiter: _Waiter[Item]) -> None:
        """A waiter gave up, perhaps in the moment in which it was served."""
        if waiter in self._waiting:
            self._waiting.remove(waiter)
        elif waiter.turn.done() and not waiter.turn.cancelled():
            self.leave(waiter.client)
            self.offer(waiter.turn.result())

    def offer(self, item: Item) -> None:
        """An item is idle."""
        self._idle.append(item)
        self._match()

    def leave(self, client: str) -> None:
        """A query of `client` is over."""
        self._held[client] -= 1
        if self._held[client] <= 0:
            del self._held[client]
        self._match()

    def withdraw(self, item: Item) -> bool:
        """Take an idle item out of service; false if it is not idle."""
        if item in self._idle:
            self._idle.remove(item)
            return True
        return False

    def _match(self) -> None:
        while self._idle:
            ready = [w for w in self._waiting if self._held[w.client] < self._per_client]
            if not ready:
                return
            first = min(ready, key=lambda waiter: self._held[waiter.client])
            self._waiting.remove(first)
            if not first.turn.done():
                self._held[first.client] += 1
                first.turn.set_result(self._idle.pop())
