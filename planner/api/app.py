"""The application: gate, routes, problem details."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, Final

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from planner.api import problems
from planner.api.batch import batches
from planner.api.gate import Gate
from planner.api.routes import lookups, verbs
from planner.api.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from planner.planner import Planner


_NULL: Final = {"type": "null"}


def create_app(planner: Callable[[], Planner], settings: Settings | None = None) -> FastAPI:
    """The API over whichever planner `planner()` returns when a request arrives."""
    chosen = settings or Settings()
    app = FastAPI(
        title="Tokenplan",
        version=_version(),
        summary="What an LLM feature costs, whether it fits and where the plan breaks, before it is built.",
        docs_url=None,
        redoc_url=None,
    )
    problems.register(app)
    keyed = bool(chosen.api_keys)
    app.include_router(verbs(planner, keyed=keyed))
    app.include_router(lookups(planner, keyed=keyed))
    app.include_router(batches(planner, chosen.max_body, keyed=keyed))

    app.openapi = lambda: _forms(app, _nullable_buckets(FastAPI.openapi(app)))  # type: ignore[method-assign]  # FastAPI's own way

    @app.get("/healthz", tags=["catalog"], summary="Whether the server answers, and with which catalog")
    async def healthz() -> dict[str, str]:
        """Whether the server answers, and with which catalog."""
        return {"status": "ok", "catalog": planner().catalog.ref.version}

    app.add_middleware(Gate, settings=chosen)
    if chosen.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=chosen.cors_origins,
            allow_methods=["GET", "POST"],
            allow_headers=["Authorization", "Content-Type"],
        )
    return app


def _nullable_buckets(description: dict[str, Any]) -> dict[str, Any]:
    """The description, which FastAPI keeps, with what `planner.questions` takes: a null bucket is one left out."""
    for kind in ("Usage", "Usage-Input"):
        buckets = description["components"]["schemas"].get(kind, {"properties": {}})["properties"]
        for each in buckets.values():
            choices = each.setdefault("anyOf", [{"type": each.pop("type", None)}])
            if _NULL not in choices:
                choices.append(_NULL)
    return description


def _forms(app: FastAPI, description: dict[str, Any]) -> dict[str, Any]:
    """The description with the forms beside JSON that other faces write of an answer."""
    for path, forms in getattr(app.state, "forms", {}).items():
        content = description["paths"][path]["post"]["responses"]["200"]["content"]
        content.update({media: {"schema": {"type": "string", "format": "binary"}} for media in forms})
    return description


def _version() -> str:
    try:
        return version("tokenplan")
    except PackageNotFoundError:
        return "0"
