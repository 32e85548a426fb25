"""`/admin/queries`: what runs, and stopping it, for whoever has the secret of `KG_ADMIN_TOKEN`.

Without that setting there are no such paths.
"""

from __future__ import annotations

import asyncio
import hmac
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import JSONResponse
from starlette.responses import Response

from kg.engine.pool import Pool, Running
from kg.errors import NotFound, Unauthorized
from kg.web.delivery import digest_of
from kg.web.openapi import problems

__all__ = ["SHOWN", "admin_routes"]

SHOWN = 2000
"""Characters of a query that the list shows."""
_BEARER = b"bearer "
_NO_STORE = {"Cache-Control": "no-store"}


def admin_routes(pool: Pool, token: str) -> APIRouter:
    """The routes; `token` is the secret, and an empty one means that there are none."""
    routes = APIRouter(
        prefix="/admin/queries",
        tags=["operations"],
        dependencies=[Depends(_demand(token))],
        responses=problems(Unauthorized),
    )
    if not token:
        return routes

    @routes.head("", include_in_schema=False)
    @routes.get("", summary="The queries that run")
    async def queries() -> JSONResponse:
        now = asyncio.get_running_loop().time()
        return JSONResponse({"queries": [_shown(item, now) for item in pool.running.values()]}, headers=_NO_STORE)

    @routes.delete(
        "/{number}", summary="Stop a query", status_code=204, response_class=Response, responses=problems(NotFound)
    )
    async def stop(number: Annotated[str, Path(description="as in the list")]) -> Response:
        running = next((item for item in pool.running.values() if str(item.number) == number), None)
        if running is None:
            raise NotFound(f"no query {number} runs", hint="GET /admin/queries lists those that do")
        running.answer.cancel()
        return Response(status_code=204, headers=_NO_STORE)

    return routes


def _demand(token: str) -> Any:
    """Who may: `Authorization: Bearer` with the secret (RFC 6750 §2.1), compared in constant time."""
    secret = token.encode()

    async def demand(request: Request) -> None:
        given = dict(request.scope["headers"]).get(b"authorization", b"")
        is_bearer = given[: len(_BEARER)].lower() == _BEARER
        if not hmac.compare_digest(given[len(_BEARER) :].strip(), secret) or not is_bearer:
            raise Unauthorized("this is for the administrator of this server", hint="send Authorization: Bearer …")

    return demand


def _shown(running: Running, now: float) -> dict[str, Any]:
    return {
        "number": running.number,
        "client": running.client,
        "seconds": round(now - running.began, 3),
        "query": running.text[:SHOWN],
        "isShortened": len(running.text) > SHOWN,
        "digest": digest_of(running.text),
    }
