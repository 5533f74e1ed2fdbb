"""What a workbook is, whichever way it is stored: pages of cells, their names, rules and charts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

Style = Literal[
    "title", "subtitle", "section", "head", "label", "note", "link", "check", "total label",
    "text", "whole", "usd", "usd cents", "usd small", "usd fine", "share", "factor", "seconds", "date", "plain",
]  # fmt: skip
"""How a cell looks; `head` to `check` are words, the others are the formats of figures."""

COLUMNS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Computed:
    """A formula, without its `=`: as a workbook needs it that has nothing installed, and with the add-in's formulas.

    Functions of ours are written `TP.NAME(`; each route stores them its own way. Without `addin` both are the same.
    """

    plain: str
    addin: str | None = None


Content: TypeAlias = str | float | date | Computed


@dataclass(frozen=True, slots=True)
class Rule:
    """What may be typed into a cell: one of a list (a range's name or words), or a number between two."""

    among: str | tuple[str, ...] = ()
    least: float = 0.0
    most: float | None = None
    whole: bool = False
    message: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell; `rule` makes it an input, which is not protected; `strong` sets it in bold over a line."""

    content: Content
    style: Style
    rule: Rule | None = None
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Series:
    """One series of a chart: its name and the ranges of its categories and values, as `Sheet!$A$1:$A$9`."""

    name: str
    categories: str
    values: str
    colour: str | None = None
    second_axis: bool = False
    line: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart: its kind, where it stands (a cell and a size in pixels), titles, number format, series."""

    kind: Literal["column", "bar", "line", "stacked", "stacked bar"]
    at: str
    title: str
    number: str
    series: tuple[Series, ...]
    size: tuple[int, int] = (620, 300)
    across: str = ""
    second_number: str = ""


@dataclass(frozen=True, slots=True)
class Shade:
    """A range whose figures are coloured from low to high around a middle."""

    cells: str
    middle: float


@dataclass(slots=True)
class Page:
    """One sheet under construction: `put` and `row` fill it; a pure function of its data returns it filled."""

    name: str
    title: str
    about: str
    widths: tuple[int, ...]
    head_row: int = 4
    """The row of the main table's head, which stays in sight."""
    cells: dict[str, Cell] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    charts: list[Chart] = field(default_factory=list)
    shades: list[Shade] = field(default_factory=list)
    checks: str = ""
    """The range of this page in which a message stands beside each input that is wrong."""
    portrait: bool = False
    frozen_columns: int = 0

    def put(
        self,
        at: str,
        content: Content,
        style: Style = "plain",
        *,
        rule: Rule | None = None,
        name: str = "",
        strong: bool = False,
    ) -> None:
        """Fill a cell, and name it."""
        self.cells[at] = Cell(content, style, rule, strong)
        if name:
            self.name_range(name, at)

    def heads(self, at: str, words: Sequence[str]) -> None:
        """Heads from a cell to the right."""
        for column, word in enumerate(words, COLUMNS.index(at[0])):
            self.put(f"{COLUMNS[column]}{at[1:]}", word, "head")

    def name_range(self, name: str, cells: str) -> None:
        """Name a cell or a range of this page."""
        self.names[name] = self.ref(cells)

    def ref(self, cells: str) -> str:
        """A range of this page as other pages and charts refer to it, as `'P&L'!$A$1:$B$2`."""
        return f"{quoted(self.name)}!{':'.join(f'${each[0]}${each[1:]}' for each in cells.split(':'))}"


@dataclass(frozen=True, slots=True)
class Book:
    """Every page in its order."""

    pages: tuple[Page, ...]


def quoted(sheet: str) -> str:
    """A sheet's name as formulas write it."""
    return sheet if sheet.isalnum() else f"'{sheet}'"
