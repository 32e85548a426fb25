"""`/health/live` and `/health/ready`: for what watches the server; neither waits for a query."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from kg.engine.pool import Pool
from kg.release import Release

__all__ = ["health_routes"]

_UNAVAILABLE = {"description": "No query worker lives", "content": {"application/json": {"schema": {"type": "object"}}}}


def health_routes(release: Release, pool: Pool) -> APIRouter:
    """The two routes."""
    routes = APIRouter(prefix="/health", tags=["operations"])

    @routes.head("/live", include_in_schema=False)
    @routes.get("/live", summary="The web process answers")
    async def live() -> dict[str, str]:
        return {"status": "live"}

    @routes.head("/ready", include_in_schema=False)
    @routes.get("/ready", summary="Queries can be answered", responses={503: _UNAVAILABLE})
    async def ready() -> JSONResponse:
        status = pool.status
        is_ready = status.workers > 0
        workers = {**asdict(status), "trouble": status.trouble is not None, "queue": pool.settings.queue}
        content: dict[str, Any] = {
            "status": "ready" if is_ready else "unavailable",
            "release": release.version,
            "asOf": release.manifest.as_of,
            "counts": dict(release.manifest.counts),
            "workers": workers,  # what the trouble is, the log says: it may name folders of this machine
        }
        return JSONResponse(content, 200 if is_ready else 503, {"Cache-Control": "no-store"})

    return routes
