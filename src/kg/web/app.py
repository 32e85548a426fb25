"""The web process: a FastAPI application for pages and operations, `/sparql` beside it, and the server of both."""

from __future__ import annotations

import asyncio
import os
import socket
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kg.engine.workers import WorkerPool
from kg.errors import ConfigurationError, EngineError, KgError, MethodNotAllowed, NotFound, RequestError
from kg.release import Release
from kg.settings import Settings
from kg.web.connection import SECONDS, connections, raise_file_limit
from kg.web.health import health_routes
from kg.web.home import home_routes
from kg.web.openapi import sparql_path
from kg.web.pages import STATIC, Pages
from kg.web.sparql import SparqlEndpoint
from kg.web.visitor import Visitor

__all__ = ["Site", "create_app", "serve"]

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class Site:
    """The ASGI application over one release; its life span is that of the worker pool."""

    def __init__(self, release: Release, settings: Settings) -> None:
        self.release = release
        self.pool = WorkerPool(release, settings)
        pages = Pages(release)
        self._sparql: ASGIApp = SparqlEndpoint(release, settings, self.pool, pages)
        self._pages: ASGIApp = _pages_app(release, self.pool, pages)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            path = scope["path"].removeprefix(scope.get("root_path", ""))
            app = self._sparql if path in ("/sparql", "/sparql/") else self._pages
            await app(scope, receive, _with_headers(send))

    async def start(self) -> None:
        """Start the query workers.

        Raises:
            EngineError: they cannot be started safely over this release.
        """
        await self.pool.start()

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            await self.start()
        except KgError as error:
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.pool.close()
        await send({"type": "lifespan.shutdown.complete"})


def create_app(release: Release, settings: Settings) -> Site:
    """The ASGI application that serves `release`."""
    return Site(release, settings)


def _with_headers(send: Send) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers[name] = value
        await send(message)

    return send_with_headers


def _pages_app(release: Release, pool: WorkerPool, pages: Pages) -> FastAPI:
    title = release.manifest.titles.get("en") or next(iter(release.manifest.titles.values()))
    app = FastAPI(title=title, version=release.version, docs_url=None, redoc_url=None)
    app.include_router(home_routes(pages))
    app.include_router(health_routes(release, pool))
    app.mount("/static", StaticFiles(directory=STATIC), name="static")

    async def show(request: Request, error: Exception) -> Response:
        return pages.problem(_known(error, request), Visitor.of(request.scope, request.query_params.get("lang")))

    for kind in (KgError, HTTPException, Exception):
        app.add_exception_handler(kind, show)

    generate = app.openapi

    def openapi() -> dict[str, Any]:
        document = generate()
        document["paths"].setdefault("/sparql", sparql_path())
        return document

    app.openapi = openapi  # type: ignore[method-assign]
    return app


def _known(error: Exception, request: Request) -> KgError:
    """An error of the framework as one of ours."""
    if isinstance(error, KgError):
        return error
    if isinstance(error, HTTPException):
        if error.status_code == 404:
            return NotFound(f"there is nothing at {request.url.path}")
        if error.status_code == 405:
            allowed = tuple((error.headers or {}).get("Allow", "GET").split(", "))
            return MethodNotAllowed(f"{request.method} is not used with {request.url.path}", allowed=allowed)
        return RequestError(str(error.detail))
    return EngineError("something went wrong here")


class _Server(uvicorn.Server):
    """Says where it is when it is really ready."""

    def __init__(self, config: uvicorn.Config, greeting: str) -> None:
        super().__init__(config)
        self._greeting = greeting

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            print(self._greeting, flush=True)


def serve(release: Release, settings: Settings, host: str, port: int) -> None:
    """Serve `release` until Ctrl-C (or SIGTERM).

    Raises:
        ConfigurationError: the address cannot be listened at; nothing was started then.
        EngineError: the query workers cannot be started safely over this release.
    """
    raise_file_limit()
    with _listen(host, port) as listener:
        config = uvicorn.Config(
            create_app(release, settings),
            http=connections(settings),
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=3,
        )
        try:
            with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
                runner.run(_run(config, listener, _greeting(release, host, listener.getsockname()[1])))
        except KeyboardInterrupt:  # uvicorn raises it again after a clean end
            return


async def _run(config: uvicorn.Config, listener: socket.socket, greeting: str) -> None:
    site: Site = config.app  # type: ignore[assignment]
    try:
        await site.start()
        await _Server(config, greeting).serve([listener])
    finally:
        await site.pool.close()


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.create_server((host, port), family=family, backlog=2048)
    except (OSError, OverflowError) as error:
        code = getattr(error, "errno", None) or 0
        reason = os.strerror(code) if code > 0 else getattr(error, "strerror", None) or str(error)
        raise ConfigurationError(
            f"cannot listen at {host}:{port}: {reason}", hint="choose another port with --port, or stop what uses it"
        ) from error
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # also of the connections made here: who takes nothing is hung up on
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(1000 * SECONDS))
    return listener


def _greeting(release: Release, host: str, port: int) -> str:
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    title = release.manifest.titles.get("en") or next(iter(release.manifest.titles.values()))
    triples = release.manifest.counts.get("triples", 0)
    return (
        f"{title}, release {release.version}, {triples:,} triples\n"
        f"  home    http://{shown}:{port}/\n"
        f"  SPARQL  http://{shown}:{port}/sparql\n"
        "Ctrl-C stops the server."
    )
