"""New prices in a workbook that is in use, and the way from one route to another; everything else stays."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from excel.functions import FORMULAS, PREFIX
from excel.workbook.edit import Parts, with_cell
from excel.workbook.pages.prices import FIRST, OWN, prices
from excel.workbook.price_rows import price_rows
from excel.workbook.routes import ROUTES, stored_name
from planner.when import when
from pricing.errors import InvalidInput, one_of

if TYPE_CHECKING:
    from types import ModuleType

    from excel.workbook.routes import Route
    from planner.planner import Planner

SHEET: Final = "Prices"
LIST: Final = "PriceList"
_FORMULA: Final = re.compile(r"<f\b[^>]*>[^<]*</f>")
_CALLS: Final = re.compile(rf"\b_xldudf_{PREFIX}_([A-Z]+)\(|\b{PREFIX.lower()}_([a-z]+)\(|\b{PREFIX}\.([A-Z]+)\(")


class Refreshed(NamedTuple):
    """The file with new prices: of how many rows, and how many figures moved."""

    file: bytes
    rows: int
    moved: int


def refreshed(file: bytes, planner: Planner, as_of: str | None = None) -> Refreshed:
    """The workbook with the catalog's prices as of a date (now, unless given) for the models that it lists.

    Raises:
        InvalidInput: it is no workbook of ours, or more rows are needed than it holds.
        TokenplanError: a model that is not listed any more, or has no price then.
    """
    parts = Parts.read(file)
    last = _last(parts)
    before = _values(file, last)
    route = _route(parts)
    models = list(dict.fromkeys(str(row[0]) for row in before if row[0]))
    rows = [row for row in price_rows(planner, models, as_of) if route == "none" or row.from_tokens == 0]
    if len(rows) > last - FIRST + 1:
        raise InvalidInput(f"{len(rows)} rows of prices do not fit into the {last - FIRST + 1} of the sheet {SHEET}")
    on = when(as_of, planner.clock()).at.date()
    catalog = planner.catalog.ref
    page = prices(rows, on, f"{catalog.version} ({catalog.observed})", OWN if route == "none" else 0)
    place = parts.sheets[SHEET]
    sheet = parts.text(place)
    for at in range(FIRST, last + 1):
        for column in "CDEFGHIJKLMNOPQ":
            cell = page.cells.get(f"{column}{at}")
            sheet = with_cell(sheet, f"{column}{at}", "" if cell is None else cell.content, route)
    sheet = with_cell(with_cell(sheet, "C4", on, route), "B2", page.about, route)
    done = parts.holding(place, sheet).recalculated().written()
    after = _values(done, last)
    moved = sum(
        old != new
        for one, other in zip(before, after, strict=True)
        for old, new in zip(one[3:9], other[3:9], strict=True)
    )
    return Refreshed(done, len(rows), moved if route == "none" else 0)


def converted(file: bytes, route: Route) -> tuple[bytes, int]:
    """The workbook with every formula of ours as another route stores it, and how many there were.

    Raises:
        InvalidInput: it is no workbook, or the route has no formulas of ours.
    """
    if route == "none":
        others = [each for each in ROUTES if each != route]
        raise InvalidInput(
            f"route is 'none', which has no formulas of ours; {one_of(route, others)}",
            loc=("route",),
            value=route,
        )
    parts = Parts.read(file)
    count = 0

    def call(found: re.Match[str]) -> str:
        nonlocal count
        name = (found[1] or found[2] or found[3]).upper()
        if name not in FORMULAS:
            return found[0]
        count += 1
        return f"{stored_name(route, name)}("

    for place in parts.sheets.values():
        text = _FORMULA.sub(lambda found: _CALLS.sub(call, found[0]), parts.text(place))
        parts = parts.holding(place, text)
    return parts.recalculated().written(), count


def _last(parts: Parts) -> int:
    """The last row of the catalog's part of the price table."""
    place = parts.names().get(LIST, "")
    found = re.fullmatch(rf"'?{SHEET}'?!\$C\${FIRST}:\$Q\$(\d+)", place)
    if found is None or SHEET not in parts.sheets:
        raise InvalidInput(
            f"this workbook has no price table of ours (the name {LIST} on a sheet {SHEET}, row {FIRST})"
        )
    return int(found[1])


def _route(parts: Parts) -> Route:
    """How the price table's formulas are stored."""
    found = _CALLS.search("".join(_FORMULA.findall(parts.text(parts.sheets[SHEET]))))
    if found is None:
        return "none"
    return "officejs" if found[1] else "classic" if found[2] else "libreoffice"


def _values(file: bytes, last: int) -> list[tuple[object, ...]]:
    """What the price table's rows hold, from the model on."""
    from io import BytesIO  # noqa: PLC0415 - with openpyxl

    book = _reader().load_workbook(BytesIO(file), read_only=True)
    return list(book[SHEET].iter_rows(FIRST, last, 3, 17, values_only=True))


def _reader() -> ModuleType:
    try:
        import openpyxl  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise InvalidInput("reading a workbook needs openpyxl: pip install 'tokenplan[excel]'") from error
    return openpyxl  # type: ignore[no-any-return]  # a module
