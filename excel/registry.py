"""What a formula is: one typed function, its arguments with their help, and how it answers ranges."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final, get_args, get_type_hints

from excel.cells import Answer, CellError, Grid, Kind, answer, blank, error_of, read
from pricing.errors import InvalidInput, TokenplanError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.planner import Planner

PREFIX: Final = "TP"
MOST_CELLS: Final = 100_000
"""Cells that one formula spills at most."""


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument: what to call it, what it is, its help, whether it must be given, whether it is a whole range."""

    name: str
    kind: Kind
    doc: str
    required: bool
    ranged: bool


@dataclass(frozen=True)
class Formula:
    """One formula, `TP.NAME(...)`: a function of a planner and of one row's values, told once for every route.

    `table` says that it answers with a table of its own, which spills.
    """

    name: str
    function: Callable[..., Any]
    table: bool

    @property
    def doc(self) -> str:
        """Its help, in one sentence."""
        return (self.function.__doc__ or "").strip().splitlines()[0]

    @cached_property
    def arguments(self) -> tuple[Argument, ...]:
        """Its arguments, the planner apart, in their order."""
        parameters = list(inspect.signature(self.function).parameters.values())[1:]
        told = SimpleNamespace(__annotations__={each.name: each.annotation for each in parameters})
        hints = get_type_hints(told, self.function.__globals__, include_extras=True)
        return tuple(_argument(each, hints[each.name]) for each in parameters)

    def __call__(self, planner: Planner, cells: Sequence[object]) -> Answer | Grid:
        """The answer to cells or ranges (lists of rows): a value or an error, spilled over ranges; nothing is raised.

        A row whose ranged cells are all blank is blank. A column and a row make a table, as sheets have it.
        """
        try:
            given = self._given(cells)
            shape = _shape([each for each, told in zip(given, self.arguments, strict=True) if not told.ranged])
        except TokenplanError as error:
            return error_of(error)
        if shape is None:
            return self._once(planner, given)
        if self.table:
            return CellError("#VALUE!", f"{PREFIX}.{self.name} answers with a table; give one cell for each argument")
        rows, columns = shape
        return [[self._at(planner, given, row, column) for column in range(columns)] for row in range(rows)]

    def _given(self, cells: Sequence[object]) -> list[object]:
        if len(cells) > len(self.arguments):
            names = ", ".join(each.name for each in self.arguments)
            raise InvalidInput(
                f"{PREFIX}.{self.name} takes {len(self.arguments)} arguments ({names}), not {len(cells)}"
            )
        return [*cells, *[None] * (len(self.arguments) - len(cells))]

    def _at(self, planner: Planner, given: list[object], row: int, column: int) -> Any:
        """The answer in one cell of a spill."""
        taken, used = [], False
        for each, told in zip(given, self.arguments, strict=True):
            if told.ranged or not isinstance(each, list):
                taken.append(each)
                continue
            own = each[row if len(each) > 1 else 0]
            cell = own[column if len(own) > 1 else 0]
            used = used or not blank(cell)
            taken.append(cell)
        return self._once(planner, taken) if used else ""

    def _once(self, planner: Planner, cells: list[object]) -> Answer | Grid:
        try:
            return answer(self.function(planner, *map(_value, self.arguments, cells)))
        except TokenplanError as error:
            return error_of(error)


FORMULAS: Final[dict[str, Formula]] = {}
"""Every formula by its name without the prefix; filled by `excel.functions`, which names the modules."""


def formula(name: str, *, table: bool = False) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a function a formula of that name."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        FORMULAS[name] = Formula(name, function, table)
        return function

    return register


def _argument(parameter: inspect.Parameter, hint: Any) -> Argument:
    _, told = get_args(hint)[:2]
    required = parameter.default is inspect.Parameter.empty
    return Argument(parameter.name, told["kind"], told["doc"], required, told.get("ndim") == 2)  # noqa: PLR2004


def _value(told: Argument, cell: object) -> Any:
    """One argument of the function.

    Raises:
        InvalidInput: a required one is blank, or a cell holds something else.
    """
    if told.ranged:
        rows = cell if isinstance(cell, list) else [[cell]]
        found = [read(told.kind, told.name, each) for row in rows for each in row]
        if told.required and all(each is None for each in found):
            raise InvalidInput(f"{told.name} is empty; {told.doc}", loc=(told.name,))
        return found
    found = read(told.kind, told.name, cell)
    if found is None and told.required:
        raise InvalidInput(f"{told.name} is empty; {told.doc}", loc=(told.name,))
    return found


def _shape(given: list[object]) -> tuple[int, int] | None:
    """Rows and columns of the spill; None where every argument is one cell.

    Raises:
        InvalidInput: ranges of sizes that do not go together, or too many cells.
    """
    rows = columns = 0
    for each in given:
        if isinstance(each, list):
            rows, columns = _beside(rows, len(each)), _beside(columns, len(each[0]) if each else 1)
    if rows * columns > MOST_CELLS:
        raise InvalidInput(f"the ranges make {rows * columns:,} cells; at most {MOST_CELLS:,} are answered at once")
    return (rows, columns) if rows else None


def _beside(one: int, other: int) -> int:
    if one > 1 and other > 1 and one != other:
        raise InvalidInput(f"the ranges have {one} and {other} rows or columns; give ranges of one size, or one cell")
    return max(one, other)
