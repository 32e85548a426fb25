"""A connection from anybody: what uvicorn leaves open to a client that sends without end, or not at all.

A request must be here, to its last byte, `SECONDS` after its first (or after the connection was made), its head and
all of it must not be larger than a query can need, and no address may have more than a quarter of the connections that
this process can have.
"""

from __future__ import annotations

import asyncio
import re
import resource
from collections import Counter
from typing import Any, ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from kg.settings import Settings

__all__ = ["SECONDS", "connections", "raise_file_limit"]

SECONDS = 30.0
_HEAD, _REST = 1 << 16, 1 << 22
_URL = (1 << 16) - 1  # what httptools can count in a URL
_MOST_FILES = 1 << 16
_UPGRADE = re.compile(rb"\r\nupgrade:[ \t]*h2c(?=\r\n)", re.IGNORECASE)
"""An offer of HTTP/2, as clients in Java make it: declined, as the parser would not read the body that follows."""


def raise_file_limit() -> None:
    """As many connections as the machine allows, within reason."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, _MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def connections(settings: Settings) -> type[HttpToolsProtocol]:
    """The protocol of connections to a server with these settings."""
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    most = max(16, (files if 0 < files < _MOST_FILES else _MOST_FILES) // 4)

    class Limited(_Connection):
        most_per_address = most
        head_bytes = _HEAD + 3 * settings.query_bytes
        open_by_address: ClassVar[Counter[str]] = Counter()

    return Limited


class _Connection(HttpToolsProtocol):
    most_per_address: int
    head_bytes: int
    open_by_address: ClassVar[Counter[str]]

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._address = ""
        self._size = 0
        self._is_in_head = True
        self._clock: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
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
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._size += len(data)
        if self._size > self.head_bytes + (0 if self._is_in_head else _REST):
            self._refuse(b"431 Request Header Fields Too Large" if self._is_in_head else b"413 Content Too Large")
            return
        if self._is_in_head and b"h2c" in data:
            data = _UPGRADE.sub(b"\r\nx-declined: h2c", data, count=1)
        super().data_received(data)

    def on_message_begin(self) -> None:
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

    def send_400_response(self, msg: str) -> None:
        """Nonsense; if it comes behind a good request, nothing of this is written into the answer to that."""
        self._refuse(b"400 Bad Request")

    def on_message_complete(self) -> None:
        self._stop_clock()
        self._size, self._is_in_head = 0, True
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
