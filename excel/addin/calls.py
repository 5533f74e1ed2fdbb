"""Many formula calls in one request: the body in, the body out; a call that fails carries its error in its place."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any, Final

from excel.cells import CellError
from excel.functions import FORMULAS, PREFIX
from pricing.errors import InvalidInput, one_of

if TYPE_CHECKING:
    from planner.planner import Planner

MOST_CALLS: Final = 1000
"""Calls in one request; the add-in sends at most half as many."""

_log = logging.getLogger("tokenplan.excel")


def answered(planner: Planner, body: bytes) -> bytes:
    """`{"calls": [{"name", "cells"}]}` as `{"catalog", "answers"}`: a value, rows of values, or `{"error", "message"}`.

    Raises:
        InvalidInput: the body is not such an object; a wrong call is an error in its place instead.
    """
    catalog = planner.catalog.ref
    told = {
        "catalog": {"version": catalog.version, "observed": str(catalog.observed)},
        "answers": [_answer(planner, each) for each in _calls(body)],
    }
    return json.dumps(told, ensure_ascii=False, allow_nan=False, default=_error).encode()


def _calls(body: bytes) -> list[Any]:
    try:
        given = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"the body is no JSON: {error}") from error
    calls = given.get("calls") if isinstance(given, dict) else None
    if not isinstance(calls, list) or set(given) != {"calls"}:
        raise InvalidInput('the body must be {"calls": [{"name": "COST", "cells": [...]}, ...]}', loc=("calls",))
    if len(calls) > MOST_CALLS:
        raise InvalidInput(f"calls holds {len(calls):,}; at most {MOST_CALLS:,} go in one request", loc=("calls",))
    for at, each in enumerate(calls):
        if not _is_call(each):
            raise InvalidInput(
                f"calls.{at} must be an object of a name and of cells: values, or rows of values", loc=("calls", at)
            )
    return calls


def _is_call(given: object) -> bool:
    return (
        isinstance(given, dict)
        and set(given) == {"name", "cells"}
        and isinstance(given["name"], str)
        and isinstance(given["cells"], list)
        and all(map(_is_argument, given["cells"]))
    )


def _is_argument(given: object) -> bool:
    """One cell, or rows of cells that are equally long."""
    if not isinstance(given, list):
        return not isinstance(given, dict)
    if not given or not all(isinstance(row, list) and len(row) == len(given[0]) > 0 for row in given):
        return False
    return not any(isinstance(cell, (list, dict)) for row in given for cell in row)


def _answer(planner: Planner, call: dict[str, Any]) -> Any:
    name = call["name"]
    if name not in FORMULAS:
        return CellError("#VALUE!", f"{PREFIX}.{name} is no formula; {one_of(name, FORMULAS)}")
    try:
        return FORMULAS[name](planner, call["cells"])
    except Exception:  # noqa: BLE001 - one call must not sink the others
        _log.exception("%s.%s failed", PREFIX, name)
        return CellError("#VALUE!", f"{PREFIX}.{name} failed by a fault of ours; the server's log says more")


def _error(value: object) -> dict[str, str]:
    if isinstance(value, CellError):
        return {"error": value.code, "message": value.message}
    raise TypeError(f"{type(value).__name__} is no cell")
