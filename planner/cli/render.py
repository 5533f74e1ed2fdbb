"""Answers as text: tables that fit the terminal, CSV, figures a person can read.

No table library: the best of them costs more start-up time than everything else that `tokenplan cost` imports.
"""

from __future__ import annotations

import os
from decimal import Decimal
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from planner.wire import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import TextIO

Cell = str | int | float | Decimal | bool | None

_T = TypeVar("_T")

_GAP: Final = "  "
_BAR: Final = 8
_LONG: Final = 20


class Column(NamedTuple):
    """A table's column; where the terminal is too narrow, columns go by `drop`, the highest first, 0 never."""

    title: str
    right: bool = False
    drop: int = 0


class Table(NamedTuple):
    """Rows for people: every cell is text already."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]


class Rows(NamedTuple):
    """Rows for programs: field names and plain values, as `--csv` writes them."""

    fields: Sequence[str]
    values: Sequence[Sequence[Cell]]


Block = str | Table


class Output(NamedTuple):
    """What a command hands back: the answer for `--json`, a page for people, rows for `--csv`, the exit code.

    `asides` are what CSV has no place for, `notes` what JSON has none for either; they and `error` go to stderr.
    """

    answer: object
    page: Callable[[], Iterable[Block]]
    rows: Callable[[], Rows] | None = None
    code: int = 0
    asides: Sequence[str] = ()
    notes: Sequence[str] = ()
    error: str | None = None


class Screen(NamedTuple):
    """Where the page is drawn: its width, None when nothing limits it, and whether a header may be bold."""

    width: int | None = None
    bold: bool = False


def screen(out: TextIO) -> Screen:
    """The terminal behind a stream; a pipe or file has no width and no bold. NO_COLOR and COLUMNS are respected."""
    if not out.isatty():
        return Screen()
    bold = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    columns = os.environ.get("COLUMNS", "")
    try:
        return Screen(int(columns) if columns.isdecimal() else os.get_terminal_size(out.fileno()).columns, bold)
    except OSError:
        return Screen(None, bold)


def draw(blocks: Iterable[Block], on: Screen) -> str:
    """Blocks of text and tables, an empty line between them."""
    drawn = (each.rstrip() if isinstance(each, str) else _table(each, on) for each in blocks)
    page = "\n\n".join(text for text in drawn if text)
    return f"{page}\n" if page else ""


def markdown(blocks: Iterable[Block]) -> str:
    """Blocks as GitHub Markdown: tables as tables, lists of indented lines as lists, aligned figures as they stand."""
    return "\n\n".join(text for each in blocks if (text := _marked(each)))


def _marked(block: Block) -> str:
    import re

    if not isinstance(block, str):
        heads = [
            [_escaped(column.title) for column in block.columns],
            ["--:" if column.right else ":--" for column in block.columns],
        ]
        rows = [[_escaped(cell) for cell in row] for row in block.rows]
        return "\n".join(f"| {' | '.join(row)} |" for row in (*heads, *rows))
    title, _, rest = block.partition("\n")
    if rest and all(line.startswith("  ") for line in rest.splitlines()):
        return f"**{title}**\n\n" + "\n".join(f"- {line.strip()}" for line in rest.splitlines())
    if block.startswith("- "):
        return block
    return "  \n".join(re.sub(_GAP + " *", ": ", line, count=1) for line in block.splitlines())


def _escaped(cell: str) -> str:
    indent = len(cell) - len(cell.lstrip(" "))
    return "&nbsp;" * indent + cell.lstrip(" ").replace("|", "\\|")


def csv_text(rows: Rows) -> str:
    """Rows as RFC 4180 CSV with a header; None is empty, money is a plain decimal."""
    import csv
    import io

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(rows.fields)
    writer.writerows([_csv_cell(cell) for cell in row] for row in rows.values)
    return out.getvalue()


def grouped(count: float | Decimal | None) -> str:
    """A number with thousands grouped, `-` for None."""
    return "-" if count is None else f"{count:,}"


def money(amount: Decimal | None) -> str:
    """A price or exact amount as the wire writes it, `-` for None."""
    return "-" if amount is None else plain(amount)


def small_usd(amount: Decimal) -> str:
    """What a request costs, rounded for reading: six decimals, or two significant digits where that is more."""
    return _rounded(amount, 6)


def month_usd(amount: Decimal) -> str:
    """What a month costs, rounded for reading: cents, grouped, or two significant digits where that is more."""
    return _rounded(amount, 2)


def span(low: str, high: str) -> str:
    """Two bounds as one cell; empty where they are one."""
    return "" if low == high else f"{low}–{high}"  # noqa: RUF001 - an en dash is what a range takes


def percent(share: float | None) -> str:
    """A share as percent with one decimal, `-` for None."""
    return "-" if share is None else f"{share:.1%}".replace("%", " %")


def bar(share: float) -> str:
    """How much of a limit is used, given the share that is left."""
    used = min(_BAR, max(0, round((1 - share) * _BAR)))
    return "█" * used + "░" * (_BAR - used)


def length(share: float) -> str:
    """A bar as long as a share of the longest, at most 20 characters, at least a sliver where there is anything."""
    return "█" * round(share * _LONG) or ("▏" if share else "")


def bullets(title: str, lines: Iterable[str]) -> str:
    """A titled list, each line once; empty without lines."""
    listed = "\n".join(f"  {line}" for line in dict.fromkeys(lines))
    return f"{title}\n{listed}" if listed else ""


def aligned(pairs: Iterable[tuple[str, str]]) -> str:
    """Labels and values in two columns; pairs without a value are left out."""
    kept = [(label, value) for label, value in pairs if value]
    width = max((len(label) for label, _ in kept), default=0)
    return "\n".join(f"{label.ljust(width)}{_GAP}{value}" for label, value in kept)


def _rounded(amount: Decimal, places: int) -> str:
    if not amount:
        return "0"
    if amount.adjusted() < 1 - places:
        places = 1 - amount.adjusted()
    return f"{amount:,.{places}f}"


def _csv_cell(cell: Cell) -> str:
    if isinstance(cell, Decimal):
        return plain(cell)
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return "" if cell is None else str(cell)


def _table(table: Table, on: Screen) -> str:
    table, hidden = _fitted(table, on.width)
    widths = _widths(table)
    header = _line([column.title for column in table.columns], table.columns, widths)
    rule = _GAP.join("-" * width for width in widths)
    lines = [f"\x1b[1m{header}\x1b[0m" if on.bold else header, rule]
    lines += [_line(row, table.columns, widths) for row in table.rows]
    if hidden:
        lines.append(f"(too narrow for: {', '.join(hidden)})")
    return "\n".join(lines)


def _fitted(table: Table, width: int | None) -> tuple[Table, list[str]]:
    """The table without the columns that the width has no room for, and their titles."""
    hidden: list[str] = []
    while width is not None and sum(_widths(table)) + len(_GAP) * (len(table.columns) - 1) > width:
        last = max(range(len(table.columns)), key=lambda place: table.columns[place].drop)
        if not table.columns[last].drop:
            break
        hidden.append(table.columns[last].title)
        table = Table(_without(table.columns, last), [_without(row, last) for row in table.rows])
    return table, hidden


def _without(cells: Sequence[_T], place: int) -> list[_T]:
    return [cell for at, cell in enumerate(cells) if at != place]


def _widths(table: Table) -> list[int]:
    return [
        max(len(column.title), *(len(row[place]) for row in table.rows), 0)
        for place, column in enumerate(table.columns)
    ]


def _line(cells: Sequence[str], columns: Sequence[Column], widths: Sequence[int]) -> str:
    padded = (
        cell.rjust(width) if column.right else cell.ljust(width)
        for cell, column, width in zip(cells, columns, widths, strict=True)
    )
    return _GAP.join(padded).rstrip()
