"""One release, being served: its query workers, its cache, its pages and its endpoints. A switch replaces it whole."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kg.engine.pool_choice import pool_of
from kg.errors import EngineError, KgError, MethodNotAllowed, NotFound, RequestError
from kg.release import Release
from kg.settings import Settings
from kg.web.admin import admin_routes
from kg.web.cache import AnswerCache
from kg.web.delivery import Delivery
from kg.web.exchange import SAFETY, Exchange
from kg.web.graph_store import GraphStore
from kg.web.health import health_routes
from kg.web.home import home_routes
from kg.web.journal import Journal
from kg.web.metrics import metrics_routes
from kg.web.openapi import complete
from kg.web.pages import STATIC, Pages
from kg.web.problems import problem_of
from kg.web.sparql import SparqlEndpoint
from kg.web.visitor import Visitor

__all__ = ["Service"]

_COUNTED = ("/static", "/health", "/metrics", "/admin")


class Service:
    """The ASGI application over one release; `start` it before, `retire` it after.

    `switches` is how many changes of release led to it.
    """

    def __init__(self, release: Release, settings: Settings, journal: Journal, *, switches: int = 0) -> None:
        self.release = release
        self.pool = pool_of(release, settings, lambda event, reason: journal.event(event, reason=reason))
        self.cache = AnswerCache(settings.cache << 20)
        self._journal = journal
        self._users = 0
        self._is_unused = asyncio.Event()
        pages = Pages(release)
        delivery = Delivery(release.version, self.pool, self.cache)
        self._plain: dict[str, ASGIApp] = {
            "/sparql": SparqlEndpoint(release, settings, self.pool, pages, delivery, journal),
            "/graph-store": GraphStore(release, pages, delivery, journal),
        }
        operations = (
            health_routes(release, self.pool),
            metrics_routes(release, self.pool, self.cache, journal, switches=switches),
            admin_routes(self.pool, settings.admin_token),
        )
        self._pages: ASGIApp = _pages_app(release, pages, operations)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._users += 1
        try:
            path = scope["path"].removeprefix(scope.get("root_path", "")).removesuffix("/")
            app = self._plain.get(path)
            if app is not None:
                await app(scope, receive, send)
            else:
                await self._show(scope, receive, send, path)
        finally:
            self._users -= 1
            if self._users == 0:
                self._is_unused.set()

    def at_once(self, request: bytes, client: str) -> tuple[bytes, bytes, bytes] | None:
        """What `Site.at_once` gives, from the cache of this release."""
        kept = self.cache.at_once(request)
        if kept is None:
            return None
        return kept.head, self._journal.note_hit(kept, "/sparql", request, client), kept.body

    async def _show(self, scope: Scope, receive: Receive, send: Send, path: str) -> None:
        exchange = scope["exchange"] = Exchange(scope, receive, send)

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                exchange.status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", exchange.request_id.encode()), *SAFETY]
            elif not exchange.is_head:
                exchange.sent += len(message.get("body", b""))
            await send(message)

        try:
            await self._pages(scope, receive, noted)
        finally:
            self._journal.note(
                exchange, next((known for known in _COUNTED if f"{path}/".startswith(f"{known}/")), "pages")
            )

    async def start(self) -> None:
        """Start the query workers.

        Raises:
            EngineError: they cannot be started safely over this release.
        """
        await self.pool.start()

    async def retire(self, *, seconds: float) -> None:
        """Close when nobody is being answered any longer, after `seconds` at the latest."""
        self._is_unused.clear()
        if self._users:
            try:
                async with asyncio.timeout(seconds):
                    await self._is_unused.wait()
            except TimeoutError:
                pass
        await self.pool.close()


def _pages_app(release: Release, pages: Pages, operations: Iterable[APIRouter]) -> FastAPI:
    title = release.manifest.titles.get("en") or next(iter(release.manifest.titles.values()))
    app = FastAPI(title=title, version=release.version, docs_url=None, redoc_url=None)
    app.include_router(home_routes(pages))
    for routes in operations:
        app.include_router(routes)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")

    async def show(request: Request, error: Exception) -> Response:
        known = _known(error, request)
        request.scope["exchange"].slug = problem_of(known).slug
        return pages.problem(known, Visitor.of(request.scope, request.query_params.get("lang")))

    for kind in (KgError, HTTPException, Exception):
        app.add_exception_handler(kind, show)

    generate = app.openapi

    def openapi() -> dict[str, Any]:
        return complete(generate())

    app.openapi = openapi  # type: ignore[method-assign]  # so FastAPI documents it
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
