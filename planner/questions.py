"""A question from JSON: strict, complete, every fault named. The one place that reads questions from outside."""

from __future__ import annotations

import json
from decimal import Decimal
from functools import cache
from math import isfinite
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from planner import strict_json
from planner.batch import loads, no_usage
from pricing.errors import InvalidInput, Problem
from pricing.usage import BUCKETS, Usage

if TYPE_CHECKING:
    from collections.abc import Mapping

Question = TypeVar("Question")
_NOTHING = Usage()


def read(kind: type[Question], body: bytes | str) -> Question:
    """A question of that type from JSON text.

    Strict: `true` is no count and `"12"` no number; unknown fields are refused, and so is a key that stands twice. A
    null bucket of a usage is not used.

    Raises:
        InvalidInput: no JSON, or not the question's shape; a problem for each field that is wrong; a usage in which no
            bucket has a quantity.
    """
    question = _read(kind, body)
    strict_json.loads(body)
    return question


def _read(kind: type[Question], body: bytes | str) -> Question:
    try:
        question: Question = _adapter(kind).validate_json(body, strict=True)  # type: ignore[arg-type]  # types hash
    except ValidationError as error:
        if not _unused(error):
            raise _refused(error) from None
        return _read(kind, json.dumps(_without_nulls(loads(body))))
    if getattr(question, "usage", None) == _NOTHING and not json.loads(body)["usage"]:
        raise no_usage()
    return question


def read_answer(kind: type[Question], body: bytes | str) -> Question:
    """An answer of that type from the JSON text that `planner.wire` made of it; fields of a newer server are let go.

    Raises:
        InvalidInput: no JSON, or not the answer's shape.
    """
    try:
        answer: Question = _adapter(kind).validate_json(body)  # type: ignore[arg-type]  # types hash
    except ValidationError as error:
        raise _refused(error) from None
    return answer


def _unused(error: ValidationError) -> bool:
    """Whether nothing is wrong but nulls in the buckets of a usage."""
    return all(each.get("input") is None and _in_usage(each["loc"]) for each in error.errors(include_url=False))


def _in_usage(loc: tuple[str | int, ...]) -> bool:
    return "usage" in loc and not BUCKETS.keys().isdisjoint(loc[loc.index("usage") :])


def _without_nulls(value: Any, *, usage: bool = False) -> Any:
    """A question without the null buckets of its usages; their amounts keep their digits as text."""
    if isinstance(value, dict):
        said = {name: each for name, each in value.items() if not usage or each is not None}
        return {name: _without_nulls(each, usage=usage or name == "usage") for name, each in said.items()}
    if isinstance(value, list):
        return [_without_nulls(each, usage=usage) for each in value]
    if isinstance(value, Decimal):
        return f"{value:f}" if usage else float(value)
    return value


def of_values(kind: type[Question], values: Mapping[str, Any]) -> Question:
    """A question of that type from plain JSON values, as `read` reads their text.

    Raises:
        InvalidInput: as `read`.
    """
    from planner.wire import dumps  # noqa: PLC0415 - who has text needs no writer

    try:
        text = dumps(dict(values))
    except ValueError as error:
        raise InvalidInput(f"a figure is NaN or infinite, which JSON does not hold: {_endless(values)}") from error
    return _read(kind, text)


def _endless(value: object, path: str = "") -> str:
    """Where the first figure stands that is no JSON number."""
    if isinstance(value, float) and not isfinite(value):
        return f"{path} is {value}"
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = (_endless(each, f"{path}.{key}" if path else str(key)) for key, each in steps)
    return next((each for each in found if each), "")


def schema_of(kind: type) -> dict[str, Any]:
    """The JSON Schema of what `read` takes for a type."""
    return _adapter(kind).json_schema()


@cache
def _adapter(kind: type) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _refused(error: ValidationError) -> InvalidInput:
    return InvalidInput.of(
        Problem(tuple(each["loc"]), message(each), each.get("input")) for each in error.errors(include_url=False)
    )


def message(each: Mapping[str, Any]) -> str:
    """One fault in words: where it lies, then what is wrong."""
    where = ".".join(map(str, each["loc"])) or "body"
    if each["type"] in ("unexpected_keyword_argument", "extra_forbidden"):
        return f"{where}: unknown field"
    return f"{where}: {each['msg']}"
