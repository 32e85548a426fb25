"""`/metrics`: the numbers of a service for Prometheus.

They tell no query and no client, so whoever reaches the port may read them; a proxy keeps them from outsiders.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse
from starlette.responses import Response

from kg.engine.pool import Pool
from kg.release import Release
from kg.web.cache import AnswerCache
from kg.web.journal import Journal

__all__ = ["metrics_routes"]


def metrics_routes(release: Release, pool: Pool, cache: AnswerCache, journal: Journal, *, switches: int) -> APIRouter:
    """The route; `switches` is how many changes of release led to this service."""
    routes = APIRouter(tags=["operations"])

    async def metrics(request: Request) -> Response:
        await asyncio.to_thread(_load_library)
        from kg.web.collector import ServiceCollector, write_metrics

        collector = ServiceCollector(release, pool, cache, journal, switches=switches)
        body, content_type = write_metrics(collector, request.headers.get("accept", ""))
        return Response(body, headers={"Content-Type": content_type, "Cache-Control": "no-store"})

    add = partial(routes.add_api_route, "/metrics", metrics, response_class=PlainTextResponse)
    openmetrics: dict[str, Any] = {"content": {"application/openmetrics-text": {"schema": {"type": "string"}}}}
    add(methods=["GET"], summary="Numbers for Prometheus", responses={200: openmetrics})
    add(methods=["HEAD"], include_in_schema=False)
    return routes


def _load_library() -> None:
    """It takes 60 ms to import, which requests that come meanwhile should not wait for."""
    import kg.web.collector  # noqa: F401 - to have it loaded
