"""The page: static files shipped in the package, nothing loaded from outside."""

from __future__ import annotations

import mimetypes
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from starlette.responses import FileResponse, JSONResponse, Response
from starlette.staticfiles import StaticFiles

from planner.usual import MODELS

if TYPE_CHECKING:
    from fastapi import FastAPI

STATIC: Final = Path(__file__).parent / "static"
_COMMON: Final = "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
POLICY: Final = f"default-src 'none'; script-src 'self'; style-src 'self'; {_COMMON}"
API_POLICY: Final = f"default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; {_COMMON}"
"""Swagger UI writes styles of its own into its page; ours writes none."""


def add_page(app: FastAPI) -> None:
    """Serve the page at `/`, the API's own at `/docs`, and their files under `/assets`."""
    for ending in (".js", ".mjs"):  # a Windows registry may say otherwise, and then no module would load
        mimetypes.add_type("text/javascript", ending)

    @app.get("/", include_in_schema=False)
    async def page() -> Response:
        """The page, under a policy that allows nothing from outside and nothing inline."""
        return _file("index.html", POLICY)

    @app.get("/docs", include_in_schema=False)
    async def docs() -> Response:
        """Every endpoint, with examples that can be sent."""
        return _file("api/docs.html", API_POLICY)

    @app.get("/assets/page.json", include_in_schema=False)
    async def settings() -> Response:
        """What the page starts with."""
        return JSONResponse({"models": MODELS})

    app.mount("/assets", _Assets(directory=STATIC), name="assets")


class _Assets(StaticFiles):
    """Files that a browser keeps but asks about, so that a new version of the package is seen at once."""

    def file_response(self, *given: Any, **named: Any) -> Response:
        """The file with its headers."""
        response = super().file_response(*given, **named)
        response.headers.update({"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"})
        return response


def _file(name: str, policy: str) -> Response:
    headers = {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-cache",
    }
    return FileResponse(STATIC / name, headers=headers)
