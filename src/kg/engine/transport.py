"""Connections to an engine elsewhere, kept between queries although the engine may close them at any moment."""

from __future__ import annotations

import time

import httpx

__all__ = ["KeptConnections"]

AT_ONCE = 0.2
"""Seconds within which a kept connection shows that the engine had closed it before it read the query."""
EXPIRY = 4.0
"""Seconds that an idle connection is kept; engines close theirs later."""
_CLOSED = (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError)


class KeptConnections(httpx.AsyncBaseTransport):
    """Sends a request once more, if the connection it was sent on turns out at once to be closed.

    A query changes nothing, so that it may be sent twice, by POST too (RFC 9110 §9.2.2). One that the engine had for
    longer may be what it died of, and is not.
    """

    def __init__(self, kept: int) -> None:
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=kept, keepalive_expiry=EXPIRY)
        self._transport = httpx.AsyncHTTPTransport(limits=limits, trust_env=False)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        began = time.monotonic()
        try:
            return await self._transport.handle_async_request(request)
        except _CLOSED:
            if time.monotonic() - began > AT_ONCE:
                raise
            return await self._transport.handle_async_request(request)

    async def aclose(self) -> None:
        await self._transport.aclose()
