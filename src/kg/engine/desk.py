"""Where the queries of a pool come in: places to run in, trials, deadlines, numbers; the pool owns the places."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Generic, TypeVar

from kg.engine.admission import Admission, Grant
from kg.engine.answer import Answer, Limits, Outgrown, Owner, Worker, WorkerLost
from kg.engine.pool import Running
from kg.errors import Overloaded, QuerySyntaxError
from kg.query import ParsedQuery
from kg.query_errors import explain, widened
from kg.settings import Settings

__all__ = ["TRIAL", "Desk"]

TRIAL = 0.05
"""Seconds of processor time that a query may have of the last idle worker."""
EXPLAINED = 1 << 14
"""Characters of a query whose error is placed exactly; that of a longer one may be a word too far to the right."""
_MOST_STRUCK = 10_000
_NUMBERS = itertools.count(1)

Place = TypeVar("Place", bound=Worker)


class Desk(Generic[Place]):
    """Puts queries to the workers that `admission` hands out; `running` are those that run, by number.

    `house` are the prefixes to offer where a query does not declare one.
    """

    def __init__(
        self, owner: Owner, admission: Admission[Place], settings: Settings, *, house: Mapping[str, str]
    ) -> None:
        self.running: dict[int, Running] = {}
        self._owner = owner
        self._admission = admission
        self._settings = settings
        self._house = house
        self._struck: dict[str, float] = {}
        self._is_closed = False

    async def answer(
        self, query: ParsedQuery, options: Mapping[str, Any], *, client: str, seconds: float | None
    ) -> Answer:
        """The answer to a query, asked with `options` of `kg.engine.frames.question`.

        Raises:
            KgError: as `WorkerPool.answer` does.
        """
        seconds = min(seconds or self._settings.deadline, self._settings.deadline)
        limits = Limits(asyncio.get_running_loop().time() + seconds, seconds)
        try:
            return await self._ask({**options, "seconds": seconds}, query.text, client, limits)
        except QuerySyntaxError as error:
            raise await self._explained(query, error, client, limits) from error

    def close(self) -> None:
        """No query whose worker was lost is asked once more."""
        self._is_closed = True

    def forget(self, answer: Answer) -> None:
        """A query is over."""
        self.running.pop(answer.number, None)

    async def _explained(
        self, query: ParsedQuery, error: QuerySyntaxError, client: str, limits: Limits
    ) -> QuerySyntaxError:
        if len(query.text) > EXPLAINED:
            return error
        try:
            text = await asyncio.to_thread(widened, query.text)
            await self._ask({"check": True, "seconds": limits.seconds}, text, client, limits)
        except QuerySyntaxError as placed:
            return await asyncio.to_thread(explain, query, placed, self._house)
        return error

    async def _ask(self, options: Mapping[str, Any], text: str, client: str, limits: Limits) -> Answer:
        loop = asyncio.get_running_loop()
        arrived = loop.time()
        may_try = self._may_try(client, arrived)
        is_lost = False
        while True:
            grant = self._admission.take_now(client, may_try=may_try)
            if grant is None or not grant.item.is_usable:
                until = limits.deadline if is_lost else limits.deadline - limits.seconds / 2
                grant = await self._admit(client, until, may_try=may_try, refused=grant)
            began = loop.time()
            on_trial = replace(limits, trial=TRIAL) if grant.on_trial else limits
            answer = Answer(self._owner, grant, on_trial, zipped="gzip" in options)
            answer.waited = began - arrived
            answer.number = next(_NUMBERS)
            self.running[answer.number] = Running(answer.number, began, client, text, answer)
            try:
                await answer.ask(options, text)
            except Outgrown as outgrown:
                if outgrown.is_long:
                    self._struck[client] = loop.time() + self._settings.deadline
                    self._admission.distrust(client)
                    may_try = False
                continue
            except WorkerLost:  # once more, on another worker
                if is_lost or self._is_closed:
                    raise
                is_lost = True
                continue
            except BaseException:
                answer.close()
                raise
            return answer

    def _may_try(self, client: str, now: float) -> bool:
        """A client whose query outgrew a trial has no other for a while."""
        if client not in self._struck:
            return True
        if len(self._struck) > _MOST_STRUCK:
            self._struck = {name: until for name, until in self._struck.items() if until > now}
        return self._struck.get(client, now) <= now

    async def _admit(self, client: str, until: float, *, may_try: bool, refused: Grant[Place] | None) -> Grant[Place]:
        """A live worker, not the dead one that was `refused`."""
        if refused is not None:
            self._admission.leave(client)
        now = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout_at(max(now, until)):
                while not (grant := await self._admission.take(client, may_try=may_try)).item.is_usable:
                    self._admission.leave(client)
        except TimeoutError:
            raise Overloaded("all query workers are busy", hint="try again in a moment") from None
        return grant
