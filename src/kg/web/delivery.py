"""An answer on its way to a client: from the cache, not at all because the client has it, or from a query worker.

The truth promise: the status is decided when the first piece of the answer is here; a failure after that breaks the
connection without a clean end. Nothing is cut silently, and nothing that is not the answer is written into it.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache

from kg.engine.pool import Pool
from kg.errors import DeadlineExceeded, KgError
from kg.negotiation import Choice
from kg.query import Dataset, ParsedQuery
from kg.web.cache import AnswerCache, Kept, entity_tag, is_current
from kg.web.exchange import RAW, SAFETY, Exchange, RawHeaders, head_of
from kg.web.pages import Pages
from kg.web.problems import problem_of
from kg.web.visitor import Visitor

__all__ = ["Delivery", "Question", "digest_of", "fail", "takes_gzip"]

_LAG = 1.0
"""Seconds after the deadline at which a client that does not take its answer is left."""
_REFUSED = re.compile(rb"\s*q\s*=\s*0(?:\.0*)?\s*")
_NEVER = (b"cache-control", b"no-store")
_HIT = (b"server-timing", b'cache;desc="hit"')
_ASK_AGAIN = (b"cache-control", b"public, no-cache")
"""Anybody may keep it, and asks each time whether it is still the answer, which costs no evaluation."""
_COMMON: RawHeaders = [
    (b"vary", b"Accept, Accept-Encoding"),
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"ETag, Content-Disposition, Server-Timing, X-Request-Id"),
]


@dataclass(frozen=True, slots=True)
class Question:
    """What a client asks: a query over a dataset, in a format, in at most `seconds`, to be saved under `file_name`."""

    query: ParsedQuery
    dataset: Dataset
    choice: Choice
    seconds: float | None = None
    file_name: str | None = None


class Delivery:
    """Answers questions over one release."""

    def __init__(self, release: str, pool: Pool, cache: AnswerCache) -> None:
        self._release = release
        self._pool = pool
        self._cache = cache

    async def deliver(self, exchange: Exchange, question: Question) -> None:
        """Send the answer.

        Raises:
            Gone: the client hung up.
            KgError: there is no answer; if the exchange is started, the connection must be broken now.
        """
        query, choice = question.query, question.choice
        zipped = takes_gzip(exchange.headers.get(b"accept-encoding"))
        exchange.digest = exchange.digest or digest_of(query.text)
        if query.is_volatile:
            exchange.cache = "never"
            await self._ask(exchange, question, [*_headers(question), _NEVER], zipped=zipped)
            return
        tag = entity_tag(
            self._release,
            query.text,
            question.dataset,
            choice.content_type + (question.file_name or ""),
            "gzip" if zipped else "",
        )
        headers = [*_headers(question), _ASK_AGAIN, (b"etag", tag.encode())]
        if is_current(tag, exchange.header(b"if-none-match")):
            exchange.cache = "client"
            await exchange.send(304, headers, b"")
            return
        kept = self._cache.get(tag)
        if kept is None:
            exchange.cache = "miss"
            kept = await self._ask(exchange, question, headers, zipped=zipped, tag=tag)
            if kept is None:
                return
            self._cache.put(tag, kept)
            return
        exchange.rows, exchange.cache = kept.rows, "hit"
        await exchange.send(200, [*kept.headers, _HIT], kept.body)
        if not exchange.is_head and (request := exchange.scope.get(RAW)):
            self._cache.name(tag, request)

    async def _ask(
        self, exchange: Exchange, question: Question, headers: RawHeaders, *, zipped: bool, tag: str = ""
    ) -> Kept | None:
        """Evaluate and send; what may be kept of it."""
        answer = await exchange.unless_gone(
            self._pool.answer(
                question.query,
                format=question.choice.format.name,
                client=exchange.client,
                dataset=question.dataset,
                seconds=question.seconds,
                zipped=zipped,
            )
        )
        exchange.waited, exchange.ran = answer.waited, answer.ran
        if answer.is_zipped:
            headers = [*headers, (b"content-encoding", b"gzip")]
        timing = b"wait;dur=%.1f, query;dur=%.1f" % (1000 * answer.waited, 1000 * answer.ran)
        timed = [*headers, (b"server-timing", timing)]
        try:
            if answer.is_whole:
                body: bytes | None = answer.head
                await exchange.send(200, timed, answer.head)
            else:
                async with asyncio.timeout_at(answer.deadline + _LAG):
                    body = await exchange.stream(answer, timed, keep=self._cache.largest)
        except TimeoutError:
            raise DeadlineExceeded("the client did not take the answer in time") from None
        finally:
            answer.close()
        exchange.rows = answer.rows
        if body is None or not tag:
            return None
        head = head_of(200, [*headers, _HIT, (b"content-length", b"%d" % len(body)), *SAFETY])
        return Kept(body, headers, tag, answer.rows, exchange.digest, head)


async def fail(
    exchange: Exchange, error: KgError, pages: Pages, *, language: str | None, query: str | None = None
) -> None:
    """Send a problem document; or, where the answer has begun, break: its client sees that it is not whole."""
    if exchange.is_started:
        exchange.slug = "broken"
        return
    exchange.slug = problem_of(error).slug
    page = pages.problem(error, Visitor.of(exchange.scope, language), query=query)
    page.headers["Access-Control-Allow-Origin"] = "*"
    page.headers["Cache-Control"] = "no-store"
    await exchange.send_whole(page)


def digest_of(text: str) -> str:
    """A name for a query text, short enough for a line of a log."""
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=6).hexdigest()


@lru_cache(maxsize=256)
def takes_gzip(accept_encoding: bytes | None) -> bool:
    """Whether the client takes gzip (RFC 9110 §12.5.3); a star means nothing to it."""
    for item in (accept_encoding or b"").split(b","):
        coding, _, weight = item.partition(b";")
        if coding.strip().lower() in (b"gzip", b"x-gzip"):
            return _REFUSED.fullmatch(weight) is None
    return False


def _headers(question: Question) -> RawHeaders:
    headers = [(b"content-type", question.choice.content_type.encode("latin-1")), *_COMMON]
    if question.file_name is not None:
        headers.append((b"content-disposition", f'attachment; filename="{question.file_name}"'.encode("ascii")))
    return headers
