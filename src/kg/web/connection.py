"""A connection from anybody: what uvicorn leaves open to a client that sends without end, or not at all.

A request must be here, to its last byte, `SECONDS` after its first (or after the connection was made), its head and
all of it must not be larger than a query can need, and no address may have more than a quarter of the connections that
this process can have.

The short way: a request to the endpoint that has come whole, on a connection where nothing else is under way, does not
pass the connection's parser, and one that was answered before is answered before it is read (decision 0010).
"""

from __future__ import annotations

import asyncio
import re
import resource
from collections import Counter
from functools import partial
from typing import Any, ClassVar, Protocol

from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from kg.settings import Settings
from kg.web.exchange import DIRECT, RAW
from kg.web.whole_request import PATH, WholeRequest, read_whole

__all__ = ["SECONDS", "connections", "raise_file_limit"]

SECONDS = 30.0
_HEAD, _REST = 1 << 16, 1 << 22
_URL = (1 << 16) - 1  # what httptools can count in a URL
_MOST_FILES = 1 << 16
_BEHIND = 8
"""Requests behind the one that is answered for which reading goes on, so that a client that hangs up is seen to."""
_UPGRADE = re.compile(rb"\r\nupgrade:[ \t]*h2c(?=\r\n)", re.IGNORECASE)
"""An offer of HTTP/2, as clients in Java make it: declined, as the parser would not read the body that follows."""


class Endpoint(Protocol):
    """What is served on the short way."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI application."""

    def at_once(self, request: bytes, client: str) -> tuple[bytes, bytes, bytes] | None:
        """The answer to a request whose bytes were answered before: its head, the end of its head, and its body."""


def raise_file_limit() -> None:
    """As many connections as the machine allows, within reason."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, _MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def connections(settings: Settings, endpoint: Endpoint | None = None) -> type[HttpToolsProtocol]:
    """The protocol of connections to a server with these settings; the short way is to `endpoint`."""
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    most = max(16, (files if 0 < files < _MOST_FILES else _MOST_FILES) // 4)

    class Limited(_Connection):
        short_way = endpoint
        most_per_address = most
        head_bytes = _HEAD + 3 * settings.query_bytes
        open_by_address: ClassVar[Counter[str]] = Counter()

    return Limited


class _Connection(HttpToolsProtocol):
    short_way: Endpoint | None
    most_per_address: int
    head_bytes: int
    open_by_address: ClassVar[Counter[str]]
    written: ClassVar[tuple[Any, bytes]] = ((), b"")
    """Headers that uvicorn gives every response (the date), as they are and as they are written."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._address = ""
        self._size = 0
        self._is_in_head = self._is_between = True
        self._clock: asyncio.TimerHandle | None = None
        self._answering: RequestResponseCycle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn
        super().connection_made(transport)
        self._address = self.client[0] if self.client else ""
        self.open_by_address[self._address] += 1
        self._start_clock()
        if self.open_by_address[self._address] > self.most_per_address:
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self.open_by_address[self._address] -= 1
        if not self.open_by_address[self._address]:
            del self.open_by_address[self._address]
        self._stop_clock()
        if self._answering is not None and not self._answering.response_complete:  # others may wait behind it
            self._answering.disconnected = True
            self._answering.message_event.set()
        super().connection_lost(exc)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._answering = cycle
        super()._start_asgi_task(cycle, app)

    def data_received(self, data: bytes) -> None:
        if self._is_between and (self.cycle is None or self.cycle.response_complete) and self._goes_short_way(data):
            return
        self._size += len(data)
        if self._size > self.head_bytes + (0 if self._is_in_head else _REST):
            self._refuse(b"431 Request Header Fields Too Large" if self._is_in_head else b"413 Content Too Large")
            return
        if self._is_in_head and b"h2c" in data:
            data = _UPGRADE.sub(b"\r\nx-declined: h2c", data, count=1)
        super().data_received(data)

    def _goes_short_way(self, data: bytes) -> bool:
        endpoint = self.short_way
        if endpoint is None or self.flow.write_paused or len(data) > self.head_bytes:
            return False
        known = endpoint.at_once(data, self._address)
        if known is not None:
            self._begin_short()
            self.transport.write(b"".join((known[0], self._default_headers(), known[1], known[2])))
            self._wait_for_next()
            return True
        request = read_whole(data)
        if request is not None:
            self._begin_short()
            self._start_short(endpoint, request, data)
        return request is not None

    def _begin_short(self) -> None:
        self._stop_clock()
        self._unset_keepalive_if_required()

    def _start_short(self, endpoint: Endpoint, request: WholeRequest, data: bytes) -> None:
        """A cycle as the parser would have begun it."""
        scope: dict[str, Any] = {
            "type": "http",
            "asgi": {"version": self.asgi_version, "spec_version": "2.3"},
            "http_version": "1.1",
            "server": self.server,
            "client": self.client,
            "scheme": self.scheme,
            "method": request.method,
            "root_path": self.root_path,
            "path": PATH,
            "raw_path": PATH.encode(),
            "query_string": request.query_string,
            "headers": request.headers,
            "state": {},
            RAW: b"" if request.is_forwarded else data,
        }
        cycle = self.cycle = RequestResponseCycle(
            scope=scope,  # type: ignore[arg-type]  # a dictionary of the same keys
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=self.access_log,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=False,
            keep_alive=True,
            on_response=self.on_response_complete,
        )
        scope[DIRECT] = partial(self._respond, cycle)
        cycle.body += request.body
        cycle.more_body = False
        cycle.message_event.set()
        self._start_asgi_task(cycle, self.app if request.is_forwarded else endpoint)

    def _respond(self, cycle: RequestResponseCycle, head: bytes, body: bytes) -> bool:
        """Answer the request of a cycle whole; false where the client does not take what it was sent.

        It need not be the connection's `cycle`: that is of the last request that has come.
        """
        if self.flow.write_paused:
            return False
        if not cycle.disconnected:
            cycle.response_started = cycle.response_complete = True
            close = b"" if cycle.keep_alive else b"connection: close\r\n"
            self.transport.write(b"".join((head, self._default_headers(), close, b"\r\n", body)))
            cycle.message_event.set()
            if not cycle.keep_alive:
                self.transport.close()
            cycle.on_response()
        return True

    def _default_headers(self) -> bytes:
        headers = self.server_state.default_headers
        if headers is not self.written[0]:
            type(self).written = (headers, b"".join(b"%b: %b\r\n" % item for item in headers))
        return self.written[1]

    def _wait_for_next(self) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(self.timeout_keep_alive, self.timeout_keep_alive_handler)

    def on_message_begin(self) -> None:
        self._is_between = False
        self._is_in_head = True
        if self._clock is None:
            self._start_clock()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._is_in_head = False
        if len(self.url) > _URL:
            self._refuse(b"414 URI Too Long")
            return
        super().on_headers_complete()
        if 0 < len(self.pipeline) <= _BEHIND:
            self.flow.resume_reading()

    def send_400_response(self, msg: str) -> None:
        """Nonsense; if it comes behind a good request, nothing of this is written into the answer to that."""
        self._refuse(b"400 Bad Request")

    def on_message_complete(self) -> None:
        self._stop_clock()
        self._size, self._is_in_head, self._is_between = 0, True, True
        super().on_message_complete()

    def _start_clock(self) -> None:
        self._clock = self.loop.call_later(SECONDS, self._refuse, b"408 Request Timeout")

    def _stop_clock(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None

    def _refuse(self, status: bytes) -> None:
        """Say why and hang up; only hang up where an answer has begun, or the body of what was answered still comes."""
        self._stop_clock()
        if self.transport.is_closing():
            return
        cycle = self.cycle
        is_free = cycle is None or not cycle.response_started or (cycle.response_complete and self._is_in_head)
        if is_free:
            self.transport.write(b"HTTP/1.1 " + status + b"\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
        if is_free or (cycle is not None and cycle.response_complete):
            self.transport.close()
        else:
            self.transport.abort()
