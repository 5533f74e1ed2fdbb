"""The row of LibreOffice: 10,000 costs of a workbook through the extension against its own plain formulas."""

from __future__ import annotations

import csv
import shutil
import tempfile
from contextlib import contextmanager
from functools import partial
from io import BytesIO
from math import isclose
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zipfile import ZipFile

from benchmarks.harness import Row, Unavailable, same
from benchmarks.processes import cpu, output

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.harness import Sample, Size
    from excel.workbook.description import Page
    from excel.workbook.routes import Route

CELLS: Final = 10_000
MODELS: Final = ("claude-haiku-4-5", "claude-sonnet-5-5", "gpt-5.6-luna", "gemini-2.5-flash")
RECALCULATE: Final = (
    '<oor:items xmlns:oor="http://openoffice.org/2001/registry">'
    '<item oor:path="/org.openoffice.Office.Calc/Formula/Load">'
    '<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item></oor:items>'
)


@contextmanager
def extension_against_plain(size: Size) -> Iterator[tuple[Sample, Sample]]:
    """Each side is a whole LibreOffice that opens the book, works every cell out and writes the costs as CSV."""
    soffice = shutil.which("soffice")
    if soffice is None:
        raise Unavailable("LibreOffice is not installed")
    from excel.libreoffice.build import oxt

    folder = Path(tempfile.mkdtemp())
    try:
        ZipFile(BytesIO(oxt())).extractall(folder / "extensions" / "tokenplan")
        (folder / "profile" / "user").mkdir(parents=True)
        (folder / "profile" / "user" / "registrymodifications.xcu").write_text(RECALCULATE)
        start = [soffice, "--headless", f"-env:UserInstallation={(folder / 'profile').as_uri()}"]
        start += [f"-env:BUNDLED_EXTENSIONS={(folder / 'extensions').as_uri()}", "--convert-to", "csv"]
        commands = []
        for route in ("libreoffice", "none"):
            (folder / f"{route}.xlsx").write_bytes(_book(route, max(100, size.of(CELLS))))
            commands.append([*start, "--outdir", str(folder), str(folder / f"{route}.xlsx")])
            output(commands[-1])
        ours, plain = (_costs(folder / f"{route}.csv") for route in ("libreoffice", "none"))
        same(
            len(ours) and all(isclose(one, other, rel_tol=1e-9) for one, other in zip(ours, plain, strict=True)),
            True,
            "equal",
        )
        yield partial(cpu, commands[0]), partial(cpu, commands[1])
    finally:
        shutil.rmtree(folder)


def _book(route: Route, count: int) -> bytes:
    """A sheet of that many costs, each of another request, over the workbook's price table."""
    from excel.workbook.description import Book, Page
    from excel.workbook.pages.prices import prices
    from excel.workbook.price_rows import price_rows
    from excel.workbook.write import xlsx
    from planner.assemble import default_planner

    planner = default_planner(None, None)
    rows = price_rows(planner, MODELS, None)
    costs = Page("Costs", "Costs", "", (2, 24, 12, 12, 12))
    for at in range(4, count + 4):
        _cost(costs, at)
    return xlsx(Book((costs, prices(rows, planner.clock().date(), "", 0))), route, {})


def _cost(page: Page, at: int) -> None:
    from excel.workbook.description import Computed
    from excel.workbook.lookups import Tokens, addin_cost, cost_at, price_row

    tokens = Tokens(f"C{at}", f"D{at}", "0", "0", "0")
    page.put(f"B{at}", MODELS[at % len(MODELS)], "text")
    page.put(f"C{at}", 1000 + at, "whole")
    page.put(f"D{at}", 200 + at % 97, "whole")
    plain = cost_at(price_row(f"B{at}", '"standard"', f"C{at}"), tokens)
    page.put(f"E{at}", Computed(plain, addin_cost(f"B{at}", '"standard"', tokens)), "plain")


def _costs(file: Path) -> list[float]:
    with file.open(newline="") as lines:
        return [float(row[4]) for row in list(csv.reader(lines))[3:]]


def rows() -> tuple[Row, ...]:
    """The row of the table."""
    title = "10,000 costs of a workbook in LibreOffice through the extension, start and file included"
    against = "the workbook's plain formulas in LibreOffice"
    return (Row("libreoffice", title, against, 1.5, extension_against_plain, 3, peer_packages=False),)
