"""An answer on its way from a worker: first piece, further pieces, end, failure, and giving the worker back."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from kg.engine.admission import Grant
from kg.errors import Cancelled, DeadlineExceeded, EngineError, KgError

__all__ = ["Answer", "Limits", "Outgrown", "Owner", "Worker", "WorkerLost"]

GRACE = 0.25
"""Seconds that a query may still run when its client has gone; most end by themselves, which is cheaper than a kill."""


LONGEST = 20


class Outgrown(Exception):
    """The query was not answered within its trial; if `is_long`, it must wait for a place of its own.

    Else the machine was too busy to give it the time of a trial, and it may have another.
    """

    def __init__(self, *, is_long: bool = True) -> None:
        super().__init__(is_long)
        self.is_long = is_long


class WorkerLost(EngineError):
    """The worker was killed by somebody else, or its fork server ended: that is not the doing of the query."""


class Worker(Protocol):
    """What an answer needs of what it comes from; documented in `kg.engine.process.WorkerProcess`."""

    is_alive: bool
    is_doomed: bool
    is_zipped: bool
    rows: int | None

    @property
    def is_usable(self) -> bool:
        """Whether it lives, and will go on living."""

    @property
    def used(self) -> float:
        """Seconds that it has worked, ever."""

    def ask(self, options: Mapping[str, Any], text: str) -> None:
        """Send a question."""

    async def read(self) -> tuple[bytes, bool]:
        """The next piece of the answer, and whether it is the last."""

    async def kill(self) -> None:
        """Stop whatever it does."""


class Owner(Protocol):
    """What an answer needs of the pool that its worker belongs to."""

    @property
    def has_spare(self) -> bool:
        """Whether a worker is idle."""

    def give_back(self, answer: Answer) -> None:
        """Its query is over."""

    def spawn(self, work: Coroutine[Any, Any, None]) -> object:
        """Have something done in the background."""


@dataclass(frozen=True, slots=True)
class Limits:
    """When a query is stopped, in the time of the loop: at its `deadline`, which was set `seconds` after its arrival.

    A trial ends when it has had `trial` seconds of processor time, or after `LONGEST` times as long on a busy machine,
    unless a worker is idle then.
    """

    deadline: float
    seconds: float
    trial: float | None = None


class Answer:
    """An answer on its way: `head` is its first piece, and all of it if `is_whole`.

    `pieces` gives all pieces; an error there means that what was read so far is not an answer. Always `close` it, at
    its `deadline` (in the time of the loop) at the latest, as its client has one query less until then. `waited` and
    `ran` are the seconds before a worker was free, and from there to the head.
    """

    def __init__(self, owner: Owner, grant: Grant[Worker], limits: Limits, *, zipped: bool = False) -> None:
        self.number = 0
        self.grant = grant
        self.head = b""
        self.is_whole = False
        self.deadline = limits.deadline
        self.waited = self.ran = 0.0
        self._owner = owner
        self._worker = grant.item
        self._limits = limits
        self._asks_zipped = zipped
        self._reason: KgError | Outgrown | None = None
        self._is_over = False
        self._loop = asyncio.get_running_loop()
        if limits.trial is None:
            self._timer = self._loop.call_at(limits.deadline, self._expire)
        else:
            self._used, self._last = self._worker.used, self._loop.time() + LONGEST * limits.trial
            self._timer = self._loop.call_later(limits.trial, self._look_at_trial, limits.trial)

    @property
    def is_zipped(self) -> bool:
        """Whether the pieces are gzip; known when the head is here."""
        return self._asks_zipped and (not self.is_whole or self._worker.is_zipped)

    @property
    def rows(self) -> int | None:
        """How many solutions or triples it has; known when it is whole, and the format shows it."""
        return self._worker.rows if self.is_whole else None

    async def ask(self, options: Mapping[str, Any], text: str) -> None:
        """Put the question and wait for the first piece.

        Raises:
            Outgrown: this was a trial, and the answer is not whole within its time.
        """
        started = self._loop.time()
        self._worker.ask(options, text)
        self.head = await self._read()
        if not self.is_whole and self._limits.trial is not None:
            self._end_trial()
            if self._reason is not None:  # further pieces may be here already, but the first is not handed out
                self._give_back()
                raise self._reason
        self.ran = self._loop.time() - started

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
            if self._reason is not None:
                raise self._reason from error
            raise
        if self.is_whole:
            self._give_back()
        return piece

    def _expire(self) -> None:
        message = f"the query was stopped after {self._limits.seconds:g} s"
        self._stop(DeadlineExceeded(message, hint="use LIMIT, or ask for less"))

    def _look_at_trial(self, seconds: float) -> None:
        """End it, unless the machine was so busy that the query has not had its `seconds` yet."""
        now, missing = self._loop.time(), seconds - (self._worker.used - self._used)
        if now >= self.deadline:
            self._expire()
        elif missing > 0 and now < self._last:
            self._timer = self._loop.call_at(
                min(now + max(missing, seconds / 4), self.deadline), self._look_at_trial, seconds
            )
        else:
            self._end_trial(is_long=missing <= 0)

    def _end_trial(self, *, is_long: bool = True) -> None:
        """Go on if that keeps nobody waiting; else make room for cheaper queries."""
        self._timer.cancel()
        if self._owner.has_spare:
            self._timer = self._loop.call_at(self.deadline, self._expire)
        else:
            self._stop(Outgrown(is_long=is_long))

    def cancel(self) -> None:
        """An administrator wants it stopped."""
        self._stop(Cancelled("the query was stopped by an administrator of this server"))

    def _stop(self, reason: KgError | Outgrown) -> None:
        if not self._is_over and self._reason is None:
            self._reason = reason
            self._worker.is_doomed = True  # even if its answer ends before it does
            self._owner.spawn(self._worker.kill())

    def _give_back(self) -> None:
        if not self._is_over:
            self._is_over = True
            self._timer.cancel()
            self._owner.give_back(self)

    def close(self) -> None:
        """The answer is wanted no longer: its query may run `GRACE` seconds more, then its worker is killed."""
        if not self._is_over:
            self._owner.spawn(self._abandon())

    async def _abandon(self) -> None:
        with contextlib.suppress(TimeoutError, KgError, Outgrown):
            async with asyncio.timeout(GRACE):
                while not self.is_whole:
                    await self._read()
        self._give_back()
