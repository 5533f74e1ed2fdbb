"""`POST /v1/cost/batch`: many rows by content type; NDJSON and Arrow stream, whatever the body's size."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from anyio import to_thread
from fastapi import APIRouter
from starlette.requests import Request  # noqa: TC002 - FastAPI reads annotations
from starlette.responses import Response

from planner.api.arrow import ARROW, priced_batches
from planner.api.problems import problem
from planner.api.routes import Titled, documented, key
from planner.api.streams import Streamed
from planner.batch import BatchAnswer, ColumnsAnswer, ColumnsQuestion, answered, asked, loads, question, refused, shown
from planner.examples import examples
from planner.wire import dumps, plain
from pricing.errors import InvalidInput, Problem, TokenplanError, TooLarge
from pricing.usage import BUCKETS, Usage

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from datetime import datetime

    from planner.planner import Planner

PATH: Final = "/v1/cost/batch"
JSON: Final = "application/json"
NDJSON: Final = "application/x-ndjson"
KINDS: Final = (JSON, NDJSON, ARROW)
LONGEST_LINE: Final = 1_000_000
"""Bytes of one NDJSON row; more is no cost question."""

_AMOUNTS: Final = tuple(name for name in BUCKETS if not isinstance(getattr(Usage(), name), int))


def batches(planner: Callable[[], Planner], most: int, *, keyed: bool = False) -> APIRouter:
    """The batch verb over whichever planner is current when a request arrives; a stream keeps its own to the end.

    `most` is the largest Arrow message in bytes; `keyed` documents the need of a key.
    """
    router = APIRouter(route_class=Titled, tags=["verbs"], dependencies=key(keyed=keyed))

    @router.post(
        PATH,
        response_model=BatchAnswer | ColumnsAnswer,
        responses={200: {"content": _STREAMS}, **documented(401, 413, 415, 422)},
        openapi_extra={"requestBody": {"required": True, "content": _BODIES}},
    )
    async def cost_batch(request: Request) -> Response:
        """What many requests cost, each on its own: rows, columns, lines or an Arrow stream, answered in kind.

        A row that cannot be priced carries its error and does not sink the others. A stream that breaks after its
        first answer ends with a `stream_error`: the last line, or the last record batch's metadata, after which an
        Arrow stream is cut, so that its readers fail.
        """
        kind = request.headers.get("content-type", JSON).partition(";")[0].strip().lower()
        if kind == NDJSON:
            return Streamed(request, NDJSON, partial(_priced_lines, planner=planner()))
        if kind == ARROW:
            return Streamed(request, ARROW, partial(priced_batches, planner=planner(), most=most))
        if kind != JSON:
            said = Problem(("content-type",), f"content type {kind!r} is not taken; send {', '.join(KINDS)}")
            return problem(415, "unsupported-media-type", (said,))
        body = await request.body()
        return Response(await to_thread.run_sync(whole, body, planner()), media_type=JSON)

    return router


def whole(body: bytes, planner: Planner) -> bytes:
    """The answer to a JSON body of rows or columns."""
    given = _columns(body)
    if given is None:
        return dumps(planner.cost_batch(question(loads(body)))).encode()
    if set(given) != {"columns"} or not isinstance(given["columns"], dict):
        if "rows" in given:
            raise InvalidInput("rows and columns are both given; a batch is one of them", loc=("rows",))
        raise InvalidInput('the body must be {"columns": {name: a list or one value}}', loc=("columns",))
    answer = planner.cost_columns(ColumnsQuestion(given["columns"]))
    import orjson  # noqa: PLC0415 - who prices columns has the extra

    return orjson.dumps(answer, default=plain)  # an answer's only values that it does not know are Decimals


def _columns(body: bytes) -> dict[str, Any] | None:
    """A body of columns; None where it has none. Decimals, which only some buckets take, stay exact."""
    try:
        import orjson  # noqa: PLC0415 - an extra

        given = orjson.loads(body)
    except (ImportError, ValueError):
        given = loads(body)
    if not isinstance(given, dict) or "columns" not in given:
        return None
    held = given["columns"]
    if isinstance(held, dict) and any(_decimals(held.get(name)) for name in _AMOUNTS):
        given = loads(body)
    return given  # type: ignore[no-any-return]  # JSON


def _decimals(values: object) -> bool:
    return isinstance(values, float) or (isinstance(values, list) and float in map(type, values))


async def _priced_lines(chunks: AsyncIterator[bytes], planner: Planner) -> AsyncIterator[bytes]:
    """A line for a line.

    Raises:
        TooLarge: the first line passes `LONGEST_LINE`; a later one ends the answer with a `stream_error`.
    """
    now, begun = planner.clock(), False
    try:
        async for lines in _lines(chunks):
            begun = True
            yield await to_thread.run_sync(_answers, lines, planner, now)
    except TokenplanError as error:
        if not begun:
            raise
        yield f"{dumps({'stream_error': refused(error).error})}\n".encode()


async def _lines(chunks: AsyncIterator[bytes]) -> AsyncIterator[list[bytes]]:
    """The body's whole lines as they arrive; blank ones are left out.

    Raises:
        TooLarge: a line passes `LONGEST_LINE`.
    """
    rest, row = b"", 0
    async for chunk in chunks:
        *full, rest = (rest + chunk).split(b"\n")
        kept = [line for line in full if line.strip()]
        row += len(kept)
        if kept:
            yield kept
        if len(rest) > LONGEST_LINE:
            raise TooLarge(f"row {row} is longer than {LONGEST_LINE} bytes; the rows before it stand", loc=(row,))
    if rest.strip():
        yield [rest]


def _answers(lines: list[bytes], planner: Planner, now: datetime) -> bytes:
    return "".join(f"{dumps(_line(line, planner, now))}\n" for line in lines).encode()


def _line(line: bytes, planner: Planner, now: datetime) -> object:
    try:
        row = asked(loads(line))
    except UnicodeDecodeError:
        return refused(InvalidInput("the row is no UTF-8", value=shown(line)))
    except TokenplanError as error:
        return refused(error)
    return answered(row, planner.catalog, now)


_DEFAULTS: Final[dict[str, Any]] = {
    **{
        name: {"type": ["string", "null"]} for name in ("model", "provider", "service_tier", "region", "as_of")
    },
    "allow_nearest_price": {"type": ["boolean", "null"]},
}  # fmt: skip
_ROWS: Final[dict[str, Any]] = {
    "title": "Rows",
    "type": "object",
    "required": ["rows"],
    "additionalProperties": False,
    "properties": {
        "rows": {
            "type": "array",
            "description": "cost questions; anything else is answered with its error in its place",
            "items": {"anyOf": [{"$ref": "#/components/schemas/CostQuestion"}, {}]},
        },
        **_DEFAULTS,
    },
}
_COLUMN: Final = {"description": "a list, all of one length, or one value for all rows"}
_COLUMNS: Final[dict[str, Any]] = {
    "title": "Columns",
    "type": "object",
    "required": ["columns"],
    "additionalProperties": False,
    "properties": {
        "columns": {
            "type": "object",
            "required": ["model"],
            "additionalProperties": False,
            "properties": {
                **{
                    name: {"type": ["array", "string", *([] if name == "model" else ["null"])]} | _COLUMN
                    for name in ("model", "provider", "service_tier", "region", "as_of")
                },
                **{
                    name: {"type": ["array", "number" if name in _AMOUNTS else "integer", "null"], "minimum": 0}
                    | _COLUMN
                    for name in BUCKETS
                },
            },
        }
    },
}
_BODIES: Final[dict[str, Any]] = {
    JSON: {"schema": {"anyOf": [_ROWS, _COLUMNS]}, "examples": examples(PATH).asked},
    NDJSON: {
        "schema": {"type": "string", "description": "a cost question a line; a line out for each, as it is priced"},
        "example": (
            '{"model": "gpt-5-mini", "usage": {"input_tokens": 1000, "output_tokens": 200}}\n'
            '{"model": "claude-haiku-4-5", "usage": {"input_tokens": 120, "output_tokens": 310}}\n'
        ),
    },
    ARROW: {
        "schema": {
            "type": "string",
            "format": "binary",
            "description": "columns named as in JSON, uncompressed; a batch out for each batch in",
        }
    },
}
_STREAMS: Final[dict[str, Any]] = {
    NDJSON: {
        "schema": {
            "type": "string",
            "description": 'a line a row: the answer of /v1/cost, or {"error"}; {"stream_error"} where it broke off',
        }
    },
    ARROW: {
        "schema": {
            "type": "string",
            "format": "binary",
            "description": (
                "cost_usd decimal128(38, 12), cost_error, cost_model, cost_provider; the last batch is empty, and its "
                "metadata `tokenplan` holds the totals, or, before a cut, the `stream_error`, as JSON"
            ),
        }
    },
}
