"""Errors as RFC 9457 problem details; the only place that knows HTTP status codes."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Final, cast

from starlette.exceptions import HTTPException
from starlette.responses import Response

from planner.questions import message
from pricing.errors import BadCatalog, Problem, TokenplanError, TooLarge, UnknownModel

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fastapi import FastAPI
    from fastapi.exceptions import RequestValidationError
    from starlette.requests import Request

_LONGEST_ECHO: Final = 200
_TITLES: Final = {401: "a key is needed", 404: "not found", 405: "method not allowed", 413: "too large"}
_log = logging.getLogger("tokenplan.api")


def problem(
    status: int,
    slug: str,
    problems: Sequence[Problem],
    *,
    headers: Mapping[str, str] | None = None,
    nearest: Sequence[str] | None = None,
) -> Response:
    """One `application/problem+json` response; the offending input is echoed shortened, never a whole prompt."""
    body = {
        "type": slug,
        "title": slug.replace("-", " "),
        "status": status,
        "detail": "; ".join(each.msg for each in problems[:5])[:2000],
        "errors": [{"loc": list(each.loc), "msg": each.msg[:1000], "input": _echo(each.input)} for each in problems],
        **({} if nearest is None else {"nearest": list(nearest)}),
    }
    return Response(
        json.dumps(body, ensure_ascii=True), status, dict(headers or {}), media_type="application/problem+json"
    )


def of_error(error: TokenplanError, *, in_path: bool = False) -> Response:
    """A refused question; an unknown id in the path is 404, a damaged catalog is our fault, the rest is 422."""
    status = 422
    if isinstance(error, TooLarge):
        status = 413
    elif isinstance(error, BadCatalog):
        status = 500
    elif in_path and isinstance(error, UnknownModel):
        status = 404
    near = error.nearest if isinstance(error, UnknownModel) else None
    return problem(status, error.slug, error.problems, nearest=near)


def register(app: FastAPI) -> None:
    """Make every error of an app a problem document."""
    from fastapi.exceptions import RequestValidationError as QueryError  # noqa: PLC0415 - a name for the registry only

    app.add_exception_handler(TokenplanError, _refused)
    app.add_exception_handler(QueryError, _bad_query)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _fault)


async def _refused(request: Request, error: Exception) -> Response:
    return of_error(cast("TokenplanError", error), in_path=bool(request.path_params))


async def _bad_query(_: Request, error: Exception) -> Response:
    raised = cast("RequestValidationError", error)
    found = [Problem(tuple(each["loc"][1:]), message(each), each.get("input")) for each in raised.errors()]
    return problem(422, "invalid-input", found)


async def _http(_: Request, error: Exception) -> Response:
    raised = cast("HTTPException", error)
    slug = _TITLES.get(raised.status_code, "http-error").replace(" ", "-")
    said = Problem((), str(raised.detail), None)
    return problem(raised.status_code, slug, (said,), headers=raised.headers)


async def _fault(request: Request, error: Exception) -> Response:
    # The exception's text may quote a prompt, so only its type and place are logged.
    trace, where = error.__traceback__, ""
    while trace is not None:
        where = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
        trace = trace.tb_next
    _log.error("%s %s: %s at %s", request.method, request.url.path, type(error).__name__, where)
    return problem(500, "fault", (Problem((), "a fault of ours; the log names the place"),))


def _echo(value: object) -> object:
    if value is None or isinstance(value, (bool, int, float)):
        text = str(value)
        return value if len(text) <= _LONGEST_ECHO and text not in ("nan", "inf", "-inf") else text[:_LONGEST_ECHO]
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= _LONGEST_ECHO else text[:_LONGEST_ECHO] + "…"
