"""HTTP/1.1 as bytes on a connection: a client that sees what it is really sent, and when an answer is not whole."""

from __future__ import annotations

import socket
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from io import BufferedReader
from types import MappingProxyType, TracebackType
from urllib.parse import urlencode, urlsplit

from corpus import LIVE

__all__ = ["Client", "Cut", "Response", "connect", "hear", "read_response", "request"]


PATIENCE, BRIEF = 20.0, 0.3
"""Seconds for what must be said, and for what need not."""


class Cut(Exception):
    """The connection ended before the response did; `status` is what it had begun with, 0 if with nothing."""

    def __init__(self, status: int = 0) -> None:
        super().__init__(status)
        self.status = status


@dataclass(frozen=True, slots=True)
class Response:
    """A whole response; header names in lower case; `seconds` from the first byte asked to the last one heard."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float = field(default=0.0, compare=False)


def connect(url: str, *, seconds: float = 60.0) -> socket.socket:
    """A connection to the server at `url`."""
    address = urlsplit(url)
    connection = socket.create_connection((address.hostname or "", address.port or 80), seconds)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def request(
    query: str,
    *,
    method: str = "POST",
    parameters: Mapping[str, str] = MappingProxyType({}),
    headers: Mapping[str, str] = MappingProxyType({}),
) -> bytes:
    """A request of `/sparql`."""
    fields = urlencode({**parameters, "query": query})
    body = fields.encode() if method == "POST" else b""
    path = "/sparql" if method == "POST" else f"/sparql?{fields}"
    lines = [
        f"{method} {path} HTTP/1.1",
        "Host: x",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    if method == "POST":
        lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def read_response(stream: BufferedReader, *, is_head: bool = False) -> Response:
    """The next response.

    Raises:
        Cut: it does not come to its end.
    """
    line = stream.readline()
    if not line.endswith(b"\n"):
        raise Cut
    status = int(line.split()[1])
    headers: dict[str, str] = {}
    while (line := stream.readline()) not in (b"\r\n", b"\n", b""):
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.strip().lower()] = value.strip()
    if is_head or status < 200 or status in (204, 304):
        body = b""
    elif headers.get("transfer-encoding") == "chunked":
        body = _chunks(stream, status)
    elif "content-length" in headers:
        body = _exactly(stream, int(headers["content-length"]), status)
    else:
        body = stream.read()
    return Response(status, headers, body)


def _chunks(stream: BufferedReader, status: int) -> bytes:
    body = bytearray()
    while True:
        line = stream.readline()
        if not line.endswith(b"\n"):
            raise Cut(status)
        piece = _exactly(stream, int(line, 16) + 2, status)
        if piece == b"\r\n":
            return bytes(body)
        body += piece[:-2]


def _exactly(stream: BufferedReader, size: int, status: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise Cut(status)
    return data


class Client:
    """A client of `/sparql` that has one connection, and `address` as its own."""

    def __init__(self, url: str, address: str) -> None:
        self._url = url
        self._address = address
        self._connection: socket.socket | None = None
        self._stream: BufferedReader

    def __enter__(self) -> Client:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        if self._connection is not None:
            self._stream.close()
            self._connection.close()
            self._connection = None

    def ask(
        self,
        query: str,
        *,
        method: str = "POST",
        parameters: Mapping[str, str] = MappingProxyType({}),
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> Response:
        """The response to a query.

        Raises:
            Cut: it broke off.
        """
        sent = {"X-Forwarded-For": self._address, **headers}
        data = request(query, method=method, parameters=parameters, headers=sent)
        is_new = self._connection is None
        started = time.perf_counter()
        try:
            return self._exchange(data, started)
        except (Cut, ConnectionError) as error:
            self.close()
            if is_new or (isinstance(error, Cut) and error.status):
                raise
        return self._exchange(data, started)  # an idle connection may have been closed in the meantime

    def _exchange(self, data: bytes, started: float) -> Response:
        if self._connection is None:
            self._connection = connect(self._url)
            self._stream = self._connection.makefile("rb")
        try:
            self._connection.sendall(data)
            found = read_response(self._stream)
        except (Cut, OSError):
            self.close()
            raise
        if found.headers.get("connection") == "close":
            self.close()
        return Response(found.status, found.headers, found.body, time.perf_counter() - started)


def hear(url: str, data: bytes, *, heads: int = 0, quiet_after: int | None = None) -> tuple[str, bytes]:
    """What a server says to `data` and a harmless request after it: statuses, then `live`; and all of its bytes.

    `silence` is a server that says nothing for `PATIENCE` seconds; or for `BRIEF`, when there were as many responses as
    `quiet_after`.
    """
    said: list[str] = []
    bodies = b""
    with connect(url) as connection, connection.makefile("rb") as stream:
        with suppress(ConnectionError):  # it may hang up on the rest, having said why
            connection.sendall(data + LIVE)
        try:
            while True:
                connection.settimeout(PATIENCE if quiet_after is None or len(said) < quiet_after else BRIEF)
                found = read_response(stream, is_head=heads > len(said))
                bodies += repr(found.headers).encode() + found.body
                is_live = found.headers.get("connection") == "close" and b'"live"' in found.body
                said.append("live" if is_live else str(found.status))
        except TimeoutError:
            said.append("silence")
        except (Cut, ConnectionError):
            pass
    return " ".join(said), bodies
