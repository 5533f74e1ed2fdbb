"""`tokenplan excel workbook`, `refresh-prices`, `convert` and `libreoffice`: the files that spreadsheets open."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from planner.cli.options import Command
from planner.cli.render import Output
from pricing.errors import InvalidInput

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Mapping, Sequence

    from planner.planner import Planner


SERVER: Final = "http://127.0.0.1:8321"


class Workbooks(Protocol):
    """The spreadsheet face, as these commands use it."""

    def workbook(self, planner: Planner, route: str, models: Sequence[str], as_of: str | None) -> bytes:
        """The unit-economics workbook of a route."""

    def refresh_prices(self, planner: Planner, file: bytes, as_of: str | None) -> tuple[bytes, int, int]:
        """A workbook with the catalog's prices; how many rows, and how many figures moved."""

    def convert(self, file: bytes, route: str) -> tuple[bytes, int]:
        """A workbook with its formulas as another route stores them, and how many there were."""

    def libreoffice(self, server: str, catalog: str | None, prices: str | None) -> bytes:
        """The extension for LibreOffice."""


def _read(name: str) -> bytes:
    """A file's bytes.

    Raises:
        InvalidInput: it cannot be read.
    """
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise InvalidInput(f"{name} cannot be read: {error.strerror}") from error


def _write(out: str, made: bytes, *, force: bool) -> None:
    """Write a file; one that is there stays unless asked for.

    Raises:
        InvalidInput: it is there.
    """
    path = Path(out)
    if path.exists() and not force:
        raise InvalidInput(f"{out} exists and may hold your figures; name another with --out, or give --force")
    path.write_bytes(made)


def _add_out(parser: ArgumentParser, name: str) -> None:
    parser.add_argument("--out", metavar="FILE", default=name, help=f"the file to write [{name}]")
    parser.add_argument("--force", action="store_true", help="write over a file that is there")


def _declare_workbook(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--route", metavar="ROUTE", default="none",
        help="what recalculates it: officejs (the add-in), classic (xlwings), libreoffice, or none [none]",
    )  # fmt: skip
    parser.add_argument(
        "--models", metavar="A,B", default="",
        help="models of the price table, the small one of the examples first, then the dear one [eleven]",
    )  # fmt: skip
    parser.add_argument("--as-of", metavar="DATE", help="date of the prices [now]")
    _add_out(parser, "unit-economics.xlsx")


def _workbook(planner: Planner, options: Namespace) -> Output:
    models = [each.strip() for each in options.models.split(",") if each.strip()]
    made = options.spreadsheet().workbook(planner, options.route, models, options.as_of)
    _write(options.out, made, force=options.force)
    return Output(None, lambda: (f"{options.out} is written; begin with its sheet Start",))


def _declare_refresh(parser: ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="a workbook that `tokenplan excel workbook` wrote")
    parser.add_argument("--as-of", metavar="DATE", help="date of the prices [now]")


def _refresh(planner: Planner, options: Namespace) -> Output:
    path = Path(options.file)
    before = _read(options.file)
    made, rows, moved = options.spreadsheet().refresh_prices(planner, before, options.as_of)
    kept = path.with_suffix(f"{path.suffix}.before")
    kept.write_bytes(before)
    path.write_bytes(made)
    told = f"{options.file}: {rows} rows of prices, {moved} figures moved; the file before is {kept.name}"
    return Output(None, lambda: (told,))


def _declare_convert(parser: ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="a workbook with formulas of ours")
    parser.add_argument("--route", metavar="ROUTE", required=True, help="officejs, classic or libreoffice")
    parser.add_argument("--out", metavar="FILE", required=True, help="the file to write")
    parser.add_argument("--force", action="store_true", help="write over a file that is there")


def _convert(planner: Planner, options: Namespace) -> Output:
    del planner  # every command is given one
    made, count = options.spreadsheet().convert(_read(options.file), options.route)
    _write(options.out, made, force=options.force)
    return Output(None, lambda: (f"{options.out} is written; {count} formulas are those of route {options.route}",))


def _declare_libreoffice(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--server", metavar="URL", default=SERVER,
        help=f"a `tokenplan serve` of this machine, for a LibreOffice whose Python cannot import Tokenplan [{SERVER}]",
    )  # fmt: skip
    _add_out(parser, "tokenplan.oxt")


def _libreoffice(planner: Planner, options: Namespace) -> Output:
    del planner
    made = options.spreadsheet().libreoffice(options.server, options.catalog, options.prices)
    _write(options.out, made, force=options.force)
    return Output(None, lambda: (f"{options.out} is written; install it with: unopkg add {options.out}",))


COMMANDS: Final[Mapping[str, Command]] = {
    "excel workbook": Command(
        "[options]",
        "A workbook of unit economics: inputs, prices, requests, routing, caching, latency, P&L, sensitivity.",
        (
            "tokenplan excel workbook",
            "tokenplan excel workbook --route officejs --out addin.xlsx",
            "tokenplan excel workbook --models claude-haiku-4-5,claude-sonnet-5-5 --as-of 2026-10-01",
        ),
        _declare_workbook,
        _workbook,
        has_json=False,
    ),
    "excel refresh-prices": Command(
        "FILE [options]",
        "The catalog's prices in a workbook that is in use; your figures stay, and the file before is kept beside it.",
        ("tokenplan excel refresh-prices unit-economics.xlsx",),
        _declare_refresh,
        _refresh,
        has_json=False,
    ),
    "excel convert": Command(
        "FILE --route ROUTE --out FILE",
        "A workbook's formulas as another route stores them: from Excel to LibreOffice and back.",
        ("tokenplan excel convert addin.xlsx --route libreoffice --out calc.xlsx",),
        _declare_convert,
        _convert,
        has_json=False,
    ),
    "excel libreoffice": Command(
        "[options]",
        "The extension that gives LibreOffice Calc the formulas, as =TP.COST(...).",
        ("tokenplan excel libreoffice", "tokenplan excel libreoffice --server http://127.0.0.1:8321"),
        _declare_libreoffice,
        _libreoffice,
        has_json=False,
    ),
}
