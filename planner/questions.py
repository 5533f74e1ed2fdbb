"""A question from JSON: strict, complete, every fault named. The one place that reads questions from outside."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from pricing.errors import InvalidInput, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

Question = TypeVar("Question")


def read(kind: type[Question], body: bytes | str) -> Question:
    """A question of that type from JSON text.

    Strict: `true` is no count and `"12"` no number; unknown fields are refused.

    Raises:
        InvalidInput: no JSON, or not the question's shape; a problem for each field that is wrong.
    """
    try:
        return _adapter(kind).validate_json(body, strict=True)  # type: ignore[arg-type, no-any-return]  # types hash
    except ValidationError as error:
        raise _refused(error) from None


def of_values(kind: type[Question], values: Mapping[str, Any]) -> Question:
    """A question of that type from plain JSON values, as `read` reads their text.

    Raises:
        InvalidInput: as `read`.
    """
    from planner.wire import dumps  # noqa: PLC0415 - who has text needs no writer

    return read(kind, dumps(dict(values)))


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
