"""`POST /v1/cost/batch`: many rows by content type; NDJSON streams, whatever the body's size."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from anyio import to_thread
from fastapi import APIRouter
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from planner.api.problems import problem
from planner.batch import ColumnsQuestion, amount_texts, answered, asked, columns, loads, question, refused, shown
from planner.wire import dumps, plain
from pricing.errors import InvalidInput, Problem, TokenplanError, TooLarge

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from starlette.types import Receive, Scope, Send

    from planner.planner import Planner

PATH: Final = "/v1/cost/batch"
NDJSON: Final = "application/x-ndjson"
LONGEST_LINE: Final = 1_000_000
"""Bytes of one NDJSON row; more is no cost question."""


def batches(planner: Callable[[], Planner]) -> APIRouter:
    """The batch verb over whichever planner is current when a request arrives; a stream keeps its own to the end."""
    router = APIRouter()

    @router.post(PATH, include_in_schema=False)
    async def cost_batch(request: Request) -> Response:
        """What many requests cost, each on its own."""
        kind = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
        if kind == NDJSON:
            return _Streamed(request, planner())
        if kind != "application/json":
            said = Problem(("content-type",), f"content type {kind!r} is not taken; send application/json or {NDJSON}")
            return problem(415, "unsupported-media-type", (said,))
        body = await request.body()
        text = await to_thread.run_sync(_whole, body, planner())
        return Response(text, media_type="application/json")

    return router


def _whole(body: bytes, planner: Planner) -> str:
    """The answer to a JSON body of rows or columns."""
    given = loads(body)
    if isinstance(given, dict) and "columns" in given:
        return _columns(given, planner)
    return dumps(planner.cost_batch(question(given)))


def _columns(given: dict[str, Any], planner: Planner) -> str:
    if set(given) != {"columns"} or not isinstance(given["columns"], dict):
        raise InvalidInput('the body must be {"columns": {name: a list or one value}}', loc=("columns",))
    answer = columns(ColumnsQuestion(given["columns"]), planner.catalog, planner.clock())
    unpriced, costs = answer.problems(), answer.costs()
    refs = [None if each is None else each.model for each in answer.table.chosen]
    models = [refs[at] for at in answer.table.offers.tolist()]
    for row, cost in costs.items():
        models[row] = cost.model
    errors = [refused(unpriced[row]).error if row in unpriced else None for row in range(len(answer))]
    return dumps({
        "columns": {
            "total_usd": amount_texts(answer),
            "model": [None if row in unpriced or each is None else each.id for row, each in enumerate(models)],
            "provider": [None if row in unpriced or each is None else each.provider for row, each in enumerate(models)],
            "error": errors,
        },
        "count": len(answer),
        "priced": len(answer) - len(unpriced),
        "refused": len(unpriced),
        "total_usd": plain(answer.total_usd()),
        "warnings": answer.warnings(),
        "catalog": answer.catalog,
    })  # fmt: skip


class _Streamed(Response):
    """An answer a line in, a line out. It alone reads the request: Starlette's own streaming would eat the body."""

    def __init__(self, request: Request, planner: Planner) -> None:
        super().__init__(media_type=NDJSON)
        del self.headers["content-length"]
        self._request = request
        self._planner = planner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer until the body ends; a client that leaves ends the work."""
        del scope, receive
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        now = self._planner.clock()
        try:
            async for lines in _lines(self._request):
                text = await to_thread.run_sync(_answers, lines, self._planner, now)
                await send({"type": "http.response.body", "body": text, "more_body": True})
        except ClientDisconnect:
            return
        except TokenplanError as error:
            last = {"stream_error": refused(error).error}
            await send({"type": "http.response.body", "body": f"{dumps(last)}\n".encode(), "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _lines(request: Request) -> AsyncIterator[list[bytes]]:
    """The body's whole lines as they arrive; blank ones are left out.

    Raises:
        TooLarge: a line passes `LONGEST_LINE`.
    """
    rest, row = b"", 0
    async for chunk in request.stream():
        *whole, rest = (rest + chunk).split(b"\n")
        kept = [line for line in whole if line.strip()]
        row += len(kept)
        if kept:
            yield kept
        if len(rest) > LONGEST_LINE:
            raise TooLarge(f"row {row} is longer than {LONGEST_LINE} bytes; the rows before it stand", loc=(row,))
    if rest.strip():
        yield [rest]


def _answers(lines: list[bytes], planner: Planner, now: Any) -> bytes:
    return "".join(f"{dumps(_line(line, planner, now))}\n" for line in lines).encode()


def _line(line: bytes, planner: Planner, now: Any) -> object:
    try:
        row = asked(loads(line))
    except UnicodeDecodeError:
        return refused(InvalidInput("the row is no UTF-8", value=shown(line)))
    except TokenplanError as error:
        return refused(error)
    return answered(row, planner.catalog, now)
