"""One HTTP exchange of a plain ASGI handler: the response goes out under the truth promise, or breaks visibly."""

from __future__ import annotations

import asyncio
import itertools
import secrets
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any, TypeVar, cast

from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from kg.engine.answer import Answer
from kg.errors import ResultTooLarge

__all__ = ["ATTENTION", "DIRECT", "RAW", "SAFETY", "WHOLE", "Exchange", "Gone", "RawHeaders", "head_of", "new_id"]

RawHeaders = list[tuple[bytes, bytes]]
Result = TypeVar("Result")

SAFETY: RawHeaders = [
    (
        b"content-security-policy",
        b"default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
        b"frame-ancestors 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
]
"""Headers of every response: nothing of ours runs scripts, is framed, guessed at, or tells others where it was read."""
ATTENTION = 0.05
"""Seconds after which we look whether the client of a running query still waits; most are answered before."""
WHOLE = 16 << 20
"""Largest answer, in bytes, for a client that can only be given a whole one."""
DIRECT, RAW = "kg.direct", "kg.raw"
"""What a scope of ours has beside ASGI's: a way to send a whole response at once, and the bytes of the request."""
_EMPTY: dict[bytes, bytes] = {}
_RUN = secrets.token_hex(3)
_NUMBERS = itertools.count(1)


class Gone(Exception):
    """Nobody waits for the answer any longer."""


class Exchange:
    """One request and its response.

    `headers` are those of the request, names in lower case. What the journal needs is noted on the way: `status`
    (0 until the response begins), `sent` bytes of the body, `rows`, `cache`, `digest` of the query, the answer's times.
    """

    __slots__ = (
        "_direct", "_is_gone", "_receive", "_send", "_watch", "began", "cache", "client", "digest", "headers",
        "is_head", "ran", "request_id", "rows", "scope", "sent", "slug", "status", "waited",
    )  # fmt: skip

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope = scope
        self.headers: dict[bytes, bytes] = dict(scope["headers"]) if scope["headers"] else _EMPTY
        self.is_head = scope["method"] == "HEAD"
        self.client = scope["client"][0] if scope.get("client") else ""
        self.request_id = new_id()
        self.began = time.perf_counter()
        self.status = self.sent = 0
        self.rows: int | None = None
        self.cache = self.digest = self.slug = ""
        self.waited = self.ran = 0.0
        self._direct: Callable[[bytes, bytes], bool] | None = scope.get(DIRECT)
        self._receive = receive
        self._send = send
        self._watch: asyncio.Task[None] | None = None
        self._is_gone = False

    @property
    def is_started(self) -> bool:
        return self.status != 0

    def header(self, name: bytes) -> str | None:
        """A header of the request; of several with the name, the last."""
        value = self.headers.get(name)
        return None if value is None else value.decode("latin-1")

    async def send(self, status: int, headers: RawHeaders, body: bytes) -> None:
        """A whole response."""
        self.status = status
        length = [] if status in (204, 304) else [(b"content-length", b"%d" % len(body))]
        every = [*headers, *length, (b"x-request-id", self.request_id.encode()), *SAFETY]
        if self.is_head:
            body = b""
        self.sent += len(body)
        if self._direct is not None and self._direct(head_of(status, every), body):
            return
        await self._send({"type": "http.response.start", "status": status, "headers": every})
        await self._send({"type": "http.response.body", "body": body})

    async def send_whole(self, response: Response) -> None:
        """A response of the framework."""
        headers = [item for item in response.raw_headers if item[0] != b"content-length"]
        await self.send(response.status_code, headers, bytes(response.body))

    async def unless_gone(self, work: Coroutine[Any, Any, Result]) -> Result:
        """The result of `work`, which is cancelled if the client hangs up meanwhile.

        Raises:
            Gone: it did.
        """
        task = cast("asyncio.Task[Any]", asyncio.current_task())
        timer = asyncio.get_running_loop().call_later(ATTENTION, self._begin_watch, task)
        try:
            return await work
        except asyncio.CancelledError:
            if self._is_gone:
                task.uncancel()
                raise Gone from None
            raise
        finally:
            timer.cancel()
            if self._watch is not None:
                self._watch.cancel()
                self._watch = None

    def _begin_watch(self, task: asyncio.Task[Any]) -> None:
        self._watch = asyncio.get_running_loop().create_task(self._cancel_when_gone(task))

    async def _cancel_when_gone(self, task: asyncio.Task[Any]) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._is_gone = True
        task.cancel()

    async def stream(self, answer: Answer, headers: RawHeaders, *, keep: int) -> bytes | None:
        """The pieces as they come; a client of HTTP/1.0 gets them when all are here, as it cannot see a broken end.

        Gives the body if it has at most `keep` bytes.

        Raises:
            Gone: the client hung up.
            KgError: the answer failed; if `is_started`, the connection must be broken now.
        """
        pieces = answer.pieces()
        kept: list[bytes] | None = []
        if self.scope["http_version"] == "1.0":
            body = await self.unless_gone(_gathered(pieces))
            await self.send(200, headers, body)
            return body if len(body) <= keep else None
        self.status = 200
        await self._send(
            {
                "type": "http.response.start",
                "status": 200,
                "headers": [*headers, (b"x-request-id", self.request_id.encode()), *SAFETY],
            }
        )
        if not self.is_head:
            kept = await self.unless_gone(self._send_pieces(pieces, keep))
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})
        return b"".join(kept) if kept is not None and not self.is_head else None

    async def _send_pieces(self, pieces: AsyncIterator[bytes], keep: int) -> list[bytes] | None:
        kept: list[bytes] | None = []
        message: Message
        async for piece in pieces:
            self.sent += len(piece)
            if kept is not None:
                kept.append(piece)
                if self.sent > keep:
                    kept = None
            message = {"type": "http.response.body", "body": piece, "more_body": True}
            await self._send(message)
        return kept


def new_id() -> str:
    """A name for a request, found again in the log."""
    return f"{_RUN}-{next(_NUMBERS):x}"


def head_of(status: int, headers: RawHeaders) -> bytes:
    """Status line and headers as they are sent by HTTP/1.1, without the empty line that ends them."""
    head = b"".join([STATUS_LINE[status], *[b"%b: %b\r\n" % item for item in headers]])
    if head.count(b"\n") != len(headers) + 1 or head.count(b"\r") != len(headers) + 1:
        raise ValueError("a line break in a header of a response")
    return head


async def _gathered(pieces: AsyncIterator[bytes]) -> bytes:
    body = bytearray()
    async for piece in pieces:
        body += piece
        if len(body) > WHOLE:
            raise ResultTooLarge(f"the answer has more than {WHOLE} bytes", hint="ask by HTTP/1.1, or for less")
    return bytes(body)
