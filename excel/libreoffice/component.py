"""The extension's component: runs in LibreOffice's own Python, and answers in process or through a local server.

Copied into the .oxt as it is. `told.json` beside it says where Tokenplan is installed, which formulas there are, and
which server answers where this Python cannot import it.
"""

from __future__ import annotations

import json
import struct
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import unohelper
from com.sun.star.lang import XServiceInfo
from org.tokenplan import XFormulas

if TYPE_CHECKING:
    from collections.abc import Callable

TOLD: dict[str, Any] = json.loads(Path(__file__).with_name("told.json").read_text(encoding="utf-8"))
ERRORS = {"#N/A": 32767, "#VALUE!": 519}
"""LibreOffice's numbers of the errors that a cell shows."""
TIMEOUT = 30
ADD_IN = "com.sun.star.sheet.AddIn"


def _error(code: str) -> float:
    """A cell's error, as LibreOffice hands errors on: a NaN that carries its number."""
    return float(struct.unpack("<d", struct.pack("<Q", 0x7FF80000_00000000 | ERRORS[code]))[0])


def _rows(cells: object) -> object:
    """An argument as rows: LibreOffice hands a range over as tuples."""
    return [list(row) for row in cells] if isinstance(cells, tuple) else cells


def _table(rows: list[list[object]], cell: Callable[[object], object]) -> object:
    """A spill, as the rows of a sequence."""
    return tuple(tuple(map(cell, row)) for row in rows)


class _InProcess:
    """Formulas of the Tokenplan that this Python imports."""

    def __init__(self) -> None:
        sys.path[:0] = [each for each in TOLD["paths"] if each not in sys.path]
        from excel.cells import CellError  # noqa: PLC0415 - found only now
        from excel.functions import FORMULAS  # noqa: PLC0415
        from planner.assemble import default_planner  # noqa: PLC0415

        self._planner, self._formulas, self._error = (
            default_planner(TOLD["catalog"], TOLD["prices"]),
            FORMULAS,
            CellError,
        )

    def __call__(self, name: str, cells: list[object]) -> object:
        found = self._formulas[name](self._planner, cells)
        if isinstance(found, list):
            return _table(found, self._cell)
        return self._cell(found)

    def _cell(self, value: object) -> object:
        return _error(value.code) if isinstance(value, self._error) else value


class _Served:
    """Formulas of a server on this machine, one request a call."""

    def __init__(self, url: str) -> None:
        self._url = url

    def __call__(self, name: str, cells: list[object]) -> object:
        from urllib.request import Request, urlopen  # noqa: PLC0415

        body = json.dumps({"calls": [{"name": name, "cells": cells}]}).encode()
        headers = {"Content-Type": "application/json"}
        with urlopen(Request(f"{self._url}/v1/excel/calls", body, headers), timeout=TIMEOUT) as found:  # noqa: S310 - told at build
            answer = json.load(found)["answers"][0]
        if isinstance(answer, list):
            return _table(answer, self._cell)
        return self._cell(answer)

    def _cell(self, value: object) -> object:
        return _error(value["error"]) if isinstance(value, dict) else value


class _Answers:
    """Whoever answers, found with the first call: Tokenplan in this Python, else the server."""

    made: ClassVar[Any] = None

    @classmethod
    def to(cls, name: str, cells: tuple[object, ...]) -> object:
        """The answer to one call; an argument that is left out at the end is not handed on."""
        given = [_rows(each) for each in cells]
        while given and given[-1] is None:
            given.pop()
        if cls.made is None:
            cls.made = cls._find()
        return cls.made(name, given)

    @staticmethod
    def _find() -> Any:
        try:
            return _InProcess()
        except ImportError:  # another Python than the one that Tokenplan was installed with
            return _Served(TOLD["server"])


class Formulas(unohelper.Base, XFormulas, XServiceInfo):  # type: ignore[misc]  # LibreOffice's own, untyped
    """The add-in: a method for each formula."""

    def __init__(self, context: object) -> None:
        self._context = context

    def getImplementationName(self) -> str:  # noqa: N802 - UNO's name
        """Which of the names this object has."""
        return str(TOLD["service"])

    def supportsService(self, name: str) -> bool:  # noqa: N802
        """Whether it is of that service."""
        return name in self.getSupportedServiceNames()

    def getSupportedServiceNames(self) -> tuple[str, ...]:  # noqa: N802
        """Its services."""
        return (TOLD["service"], ADD_IN)


def _method(name: str) -> Any:
    def call(self: object, *cells: object) -> object:  # noqa: ARG001 - a method
        found = _Answers.to(name, cells)
        return found if isinstance(found, tuple) else ((found,),)

    return call


SERVICE = TOLD["service"]
made = type(SERVICE, (Formulas,), {name: _method(name) for name in TOLD["formulas"]})

g_ImplementationHelper = unohelper.ImplementationHelper()  # noqa: N816 - LibreOffice looks for this name
g_ImplementationHelper.addImplementation(made, SERVICE, (SERVICE, ADD_IN))
