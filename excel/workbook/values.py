"""The results of a workbook's formulas, worked out by a spreadsheet engine in process, with our own functions in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from excel.cells import CellError
from excel.functions import FORMULAS
from excel.workbook.description import COLUMNS, Computed
from excel.workbook.routes import stored_name
from pricing.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import ModuleType

    from excel.registry import Formula
    from excel.workbook.description import Book
    from excel.workbook.routes import Route
    from planner.planner import Planner


def evaluated(file: bytes, book: Book, route: Route, planner: Planner) -> Mapping[tuple[str, str], object]:
    """What each formula of a stored book comes to, by page and cell; an error is its text, as `#N/A`.

    Raises:
        InvalidInput: formualizer is missing.
    """
    engine = _engine().load_workbook_bytes(file)
    for name, formula in FORMULAS.items():
        if route != "none":
            engine.register_function(stored_name(route, name), _called(formula, planner))
    engine.evaluate_all()
    return {
        (page.name, at): _shown(engine.evaluate_cell(page.name, int(at[1:]), COLUMNS.index(at[0]) + 1))
        for page in book.pages
        for at, cell in page.cells.items()
        if isinstance(cell.content, Computed)
    }


def _engine() -> ModuleType:
    try:
        import formualizer  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise InvalidInput("a workbook's figures need formualizer: pip install 'tokenplan[excel]'") from error
    return formualizer


def _called(formula: Formula, planner: Planner) -> Callable[..., Any]:
    def call(*cells: object) -> object:
        found = formula(planner, cells)
        if isinstance(found, CellError):
            return {"type": "Error", "kind": "Na" if found.code == "#N/A" else "Value", "message": found.message}
        return found

    return call


def _shown(value: object) -> object:
    if isinstance(value, dict):
        return {"Na": "#N/A", "Div": "#DIV/0!", "Name": "#NAME?", "Num": "#NUM!"}.get(value["kind"], "#VALUE!")
    return "" if value is None else value
