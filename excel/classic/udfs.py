"""Every formula as a function that xlwings binds to a sheet: `tp_cost`, `tp_route`, ...

Classic xlwings on Windows imports this module (`tokenplan excel install-classic` tells it to); in xlwings Lite,
`from excel.classic.udfs import *` in its main.py. Both see plain functions with hints that each of them reads.
"""

from __future__ import annotations

import inspect
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Final

import xlwings as xw

from excel.cells import CellError
from excel.functions import FORMULAS, PREFIX
from planner.assemble import default_planner, kept_current

if TYPE_CHECKING:
    from collections.abc import Callable

    from excel.registry import Argument, Formula
    from planner.planner import Planner

CODES: Final = {"#N/A": -2146826246, "#VALUE!": -2146826273}
"""Excel's own errors, as COM spells them."""


def name(formula: Formula) -> str:
    """What the formula is called in a sheet: VBA takes no dots."""
    return f"{PREFIX}_{formula.name}".lower()


def udf(formula: Formula) -> Callable[..., Any]:
    """One formula as a plain function of ranges: xlwings reads its signature, hints and docstring."""

    def call(*cells: Any) -> Any:
        return shown(formula(_planner()(), [_argument(each) for each in cells]))

    parameters = [_parameter(each) for each in formula.arguments]
    call.__name__ = call.__qualname__ = name(formula)
    call.__doc__ = formula.doc
    call.__annotations__ = {each.name: each.annotation for each in parameters}
    call.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # inspect's own way to state it
    return call


def shown(value: Any) -> Any:
    """An answer as a sheet takes it: rows, a value, or Excel's own error."""
    if isinstance(value, list):
        return [[_error(each) if isinstance(each, CellError) else each for each in row] for row in value]
    return _error(value, alone=True) if isinstance(value, CellError) else value


def _error(error: CellError, *, alone: bool = False) -> Any:
    """Excel's own error through COM, which carries no message; where there is no COM, the message in words."""
    try:
        from pythoncom import VT_ERROR  # noqa: PLC0415 - pywin32, on Windows only
        from win32com.client import VARIANT  # noqa: PLC0415
    except ImportError:
        if alone:
            raise ValueError(error.message) from None  # xlwings Lite shows it
        return f"{error.code} {error.message}"
    return VARIANT(VT_ERROR, CODES[error.code])


def _parameter(argument: Argument) -> inspect.Parameter:
    """A range of whatever cells hold; an error in one is a text, or it would pass for a blank."""
    options = {"doc": argument.doc, "ndim": 2, "err_to_str": True}
    default = inspect.Parameter.empty if argument.required else None
    return inspect.Parameter(
        argument.name, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=default, annotation=Annotated[list, options]
    )


def _argument(given: Any) -> Any:
    """One cell as its value; a range as it is."""
    return given[0][0] if isinstance(given, list) and len(given) == 1 == len(given[0]) else given


@cache
def _planner() -> Callable[[], Planner]:
    """The planner of this process, over whichever catalog is current."""
    return kept_current(default_planner())


globals().update({name(each): xw.func(udf(each)) for each in FORMULAS.values()})
__all__ = [name(each) for each in FORMULAS.values()]
