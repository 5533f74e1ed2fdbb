"""The add-in as routes: the batch endpoint under /v1, keyed as the rest there; what Excel loads under /excel."""

from __future__ import annotations

import json
import mimetypes
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request  # noqa: TC002 - FastAPI reads annotations
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles

from excel.addin import manifests
from excel.addin.calls import answered
from excel.addin.metadata import functions
from excel.functions import FORMULAS, PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastapi import FastAPI

    from planner.planner import Planner

STATIC: Final = Path(__file__).parent / "static"
MICROSOFT: Final = "https://appsforoffice.microsoft.com"
HOSTED: Final = f"{MICROSOFT}/lib/1/hosted/office.js"
"""Where Microsoft wants every add-in to take office.js from: it fits itself to the Excel that asks."""

_CALLS: Final = {"calls": [{"name": "COST", "cells": ["gpt-5-mini", 1000, 200]}, {"name": "COST", "cells": ["gpt-5"]}]}
_BODY: Final = {
    "type": "object",
    "required": ["calls"],
    "additionalProperties": False,
    "properties": {
        "calls": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name", "cells"],
                "additionalProperties": False,
                "properties": {
                    "name": {"type": "string", "description": "a formula, without `TP.`"},
                    "cells": {"type": "array", "items": {}, "description": "its arguments: values, or rows of values"},
                },
            },
        }
    },
}


def add_addin(app: FastAPI, planner: Callable[[], Planner], office_js: Path | None = None) -> None:
    """Serve the add-in.

    `office_js` is a folder with a copy of Microsoft's office.js, for networks that do not reach theirs.
    """
    for kind in (".js", ".mjs"):  # a Windows registry may say otherwise, and then no module would load
        mimetypes.add_type("text/javascript", kind)
    _add_calls(app, planner)
    _add_descriptions(app)
    _add_pane(app, office_js)


def _add_calls(app: FastAPI, planner: Callable[[], Planner]) -> None:
    limiter = CapacityLimiter(4)
    shown = {"content": {"application/json": {"schema": _BODY, "example": _CALLS}}, "required": True}

    @app.post(
        "/v1/excel/calls",
        tags=["excel"],
        summary="Many formula calls of a sheet in one request",
        response_class=JSONResponse,
        openapi_extra={"requestBody": shown},
    )
    async def calls(request: Request) -> Response:
        """Many formula calls of a sheet, each answered in its place by a value, rows of values, or an error."""
        body = await request.body()
        found = await to_thread.run_sync(answered, planner(), body, limiter=limiter)
        return Response(found, media_type="application/json")


def _add_descriptions(app: FastAPI) -> None:
    @app.get("/excel/functions.json", include_in_schema=False)
    async def metadata() -> Response:
        """What Excel is told of the formulas; Excel on the web asks from its own pages."""
        return JSONResponse(functions(), headers={"Access-Control-Allow-Origin": "*", "Cache-Control": "no-cache"})

    @app.get("/excel/manifest.xml", include_in_schema=False)
    async def manifest(request: Request) -> Response:
        """The manifest for this server, as the address bar spells it."""
        return Response(manifests.xml(str(request.base_url)), media_type="application/xml")

    @app.get("/excel/manifest.json", include_in_schema=False)
    async def unified(request: Request) -> Response:
        """The unified manifest for this server."""
        return JSONResponse(manifests.unified(str(request.base_url)))

    @app.get("/excel/formulas.js", include_in_schema=False)
    async def formulas() -> Response:
        """The names that the add-in binds."""
        told = f"export const PREFIX = {json.dumps(PREFIX)};\nexport const FORMULAS = {json.dumps(list(FORMULAS))};\n"
        return Response(told, media_type="text/javascript", headers={"Cache-Control": "no-cache"})


def _add_pane(app: FastAPI, office_js: Path | None) -> None:
    source = HOSTED if office_js is None else "office/office.js"
    policy = (
        f"default-src 'self'; script-src 'self' {MICROSOFT}; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
        "frame-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none'"
    )
    """No frame-ancestors: Excel on the web frames the pane from whichever of its hosts serves the workbook.

    No frame-src: office.js would open one for Microsoft's telemetry.
    """
    text = (STATIC / "taskpane.html").read_text(encoding="utf-8").replace("{office.js}", source)
    headers = {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-cache",
    }

    @app.get("/excel/taskpane.html", include_in_schema=False)
    async def pane() -> Response:
        """The task pane, in whose runtime the formulas live."""
        return HTMLResponse(text, headers=headers)

    @app.get("/excel/", include_in_schema=False)
    async def help_page() -> Response:
        """The pane also greets whoever opens the address in a browser."""
        return RedirectResponse("taskpane.html")

    if office_js is not None:
        app.mount("/excel/office", StaticFiles(directory=office_js), name="office")
    app.mount("/excel/assets", _Assets(directory=STATIC), name="excel")


class _Assets(StaticFiles):
    """Files that Excel keeps but asks about, so that a new version of the package is seen at once."""

    def file_response(self, *given: Any, **named: Any) -> Response:
        """The file with its headers."""
        response = super().file_response(*given, **named)
        response.headers.update({"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"})
        return response
