"""`/`: what this is, in numbers, five questions, and a form."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from kg.web.pages import Pages
from kg.web.visitor import Visitor

__all__ = ["home_routes"]


def home_routes(pages: Pages) -> APIRouter:
    """The route of the home page."""
    routes = APIRouter(tags=["pages"])

    async def home(
        request: Request,
        lang: Annotated[str | None, Query(description="sv or en; else by Accept-Language")] = None,
    ) -> Response:
        return pages.home(Visitor.of(request.scope, lang))

    routes.add_api_route("/", home, methods=["GET"], summary="Home page", response_class=HTMLResponse)
    routes.add_api_route("/", home, methods=["HEAD"], include_in_schema=False)
    return routes
