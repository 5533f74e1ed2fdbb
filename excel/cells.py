"""Cells as spreadsheets hand them over, read as a formula's arguments; what is wrong with one is its error."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from math import isfinite
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from pricing.errors import AmbiguousModel, InvalidInput, NotCountable, NotPriced, TokenplanError, UnknownModel

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Kind = Literal["text", "number", "whole", "flag", "date", "either"]
"""`either` is a number or a text: a cost in USD or a model."""

EPOCH: Final = date(1899, 12, 30)
"""Day 0 of a sheet's dates."""
LAST_SERIAL: Final = 2_958_466
"""The day after 9999-12-31."""
MOST_SHOWN: Final = 40


@dataclass(frozen=True, slots=True)
class CellError:
    """An error that stands in a cell: its code, and why in words."""

    code: Literal["#VALUE!", "#N/A"]
    message: str


Cell: TypeAlias = str | float | bool | None
Answer: TypeAlias = "str | float | bool | CellError"
Grid: TypeAlias = list[list[Any]]


def blank(cell: object) -> bool:
    """Whether a cell holds nothing: empty, or an empty text."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def read(kind: Kind, name: str, cell: object) -> Any:
    """A cell as an argument of that kind; None where it is blank.

    Raises:
        InvalidInput: it holds something else; the message names argument and value.
    """
    return None if blank(cell) else _READERS[kind](name, cell)


def error_of(error: TokenplanError) -> CellError:
    """How an error stands in a cell: #N/A for what is not known or not sold, #VALUE! for a wrong argument."""
    missing = isinstance(error, (UnknownModel, AmbiguousModel, NotPriced, NotCountable))
    return CellError("#N/A" if missing else "#VALUE!", str(error))


def answer(value: object) -> Answer | Grid:
    """A formula's result as cells hold it: a float for money, a text for an instant, a table of them."""
    if isinstance(value, list):
        return [[answer(each) for each in row] for row in value]
    if isinstance(value, Decimal):
        value = float(value)
    if value is None or (isinstance(value, float) and not isfinite(value)):
        return CellError("#N/A", "there is no such figure")
    return value  # type: ignore[return-value]  # str, bool, int, float or an error


def _wrong(name: str, cell: object, must: str) -> InvalidInput:
    shown = repr(cell) if len(repr(cell)) <= MOST_SHOWN else f"{repr(cell)[:MOST_SHOWN]}…"
    return InvalidInput(f"{name} is {shown}; {must}", loc=(name,), value=cell if isinstance(cell, (str, int)) else None)


def _text(name: str, cell: object) -> str:
    if isinstance(cell, bool) or not isinstance(cell, (str, int, float)):
        raise _wrong(name, cell, "it must be a text")
    return cell.strip() if isinstance(cell, str) else f"{cell:g}"


def _number(name: str, cell: object) -> float:
    """A number, or a text that is one."""
    if isinstance(cell, (int, float, Decimal)) and not isinstance(cell, bool):
        value = float(cell)
    else:
        try:
            value = float(cell) if isinstance(cell, str) else float("nan")
        except ValueError:
            value = float("nan")
    if value - value != 0:
        raise _wrong(name, cell, "it must be a number")
    return value


def _whole(name: str, cell: object) -> int:
    value = _number(name, cell)
    if value != int(value):
        raise _wrong(name, cell, "it must be a whole number; =ROUND(…;0) makes it one")
    return int(value)


def _flag(name: str, cell: object) -> bool:
    if isinstance(cell, bool):
        return cell
    known = {"true": True, "false": False, "1": True, "0": False, "1.0": True, "0.0": False}
    if str(cell).strip().lower() not in known:
        raise _wrong(name, cell, "it must be TRUE or FALSE")
    return known[str(cell).strip().lower()]


def _date(name: str, cell: object) -> str:
    """A text as it is, or a sheet's date: days since 1899-12-30 with the time as a fraction."""
    if isinstance(cell, datetime):
        return cell.isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, str):
        return cell.strip()
    value = _number(name, cell)
    if not 1 <= value < LAST_SERIAL:
        raise _wrong(name, cell, "it must be a date")
    days = int(value)
    day = EPOCH + timedelta(days=days)
    seconds = round((value - days) * 86400)
    if not seconds:
        return day.isoformat()
    return (datetime(day.year, day.month, day.day) + timedelta(seconds=seconds)).isoformat() + "Z"  # noqa: DTZ001 - Z says UTC


def _either(name: str, cell: object) -> str | float:
    try:
        return _number(name, cell)
    except InvalidInput:
        return _text(name, cell)


_READERS: Final[Mapping[Kind, Callable[[str, object], Any]]] = {
    "text": _text,
    "number": _number,
    "whole": _whole,
    "flag": _flag,
    "date": _date,
    "either": _either,
}
