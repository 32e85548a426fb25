"""An answer on its way from a worker: first piece, further pieces, end, failure, and giving the worker back."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine
from typing import Any, Protocol

from kg.engine.process import WorkerProcess
from kg.errors import DeadlineExceeded, KgError

__all__ = ["Answer", "Owner"]

GRACE = 0.25
"""Seconds that a query may still run when its client has gone; most end by themselves, which is cheaper than a kill."""


class Owner(Protocol):
    """What an answer needs of the pool that its worker belongs to."""

    def give_back(self, worker: WorkerProcess, client: str) -> None:
        """A query of `client` is over."""

    def spawn(self, work: Coroutine[Any, Any, None]) -> object:
        """Have something done in the background."""


class Answer:
    """An answer on its way: `head` is its first piece, and all of it if `is_whole`.

    `pieces` gives all pieces; an error there means that what was read so far is not an answer. Always `close` it, at
    its `deadline` (in the time of the loop) at the latest, as its client has one query less until then.
    """

    def __init__(self, owner: Owner, worker: WorkerProcess, client: str, *, deadline: float, seconds: float) -> None:
        self.head = b""
        self.is_whole = False
        self.deadline = deadline
        self._owner = owner
        self._worker = worker
        self._client = client
        self._seconds = seconds
        self._is_late = self._is_over = False
        self._timer = asyncio.get_running_loop().call_at(deadline, self._expire)

    async def ask(self, question: dict[str, Any]) -> None:
        """Put the question and wait for the first piece."""
        self._worker.ask(question)
        self.head = await self._read()

    async def pieces(self) -> AsyncIterator[bytes]:
        """All pieces, the `head` first.

        Raises:
            DeadlineExceeded: the worker was killed at the deadline.
            KgError: the query failed, or its worker did.
        """
        yield self.head
        while not self.is_whole:
            yield await self._read()

    async def _read(self) -> bytes:
        try:
            piece, self.is_whole = await self._worker.read()
        except KgError as error:
            self._give_back()
            if self._is_late:
                raise DeadlineExceeded(
                    f"the query was stopped after {self._seconds:g} s", hint="use LIMIT, or ask for less"
                ) from error
            raise
        if self.is_whole:
            self._give_back()
        return piece

    def _expire(self) -> None:
        self._is_late = True
        self._owner.spawn(self._worker.kill())

    def _give_back(self) -> None:
        if not self._is_over:
            self._is_over = True
            self._timer.cancel()
            self._owner.give_back(self._worker, self._client)

    def close(self) -> None:
        """The answer is wanted no longer: its query may run `GRACE` seconds more, then its worker is killed."""
        if not self._is_over:
            self._owner.spawn(self._abandon())

    async def _abandon(self) -> None:
        with contextlib.suppress(TimeoutError, KgError):
            async with asyncio.timeout(GRACE):
                while not self.is_whole:
                    await self._read()
        self._give_back()
