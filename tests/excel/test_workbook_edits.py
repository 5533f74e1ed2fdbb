"""A workbook in use: new prices and other routes, with everything else as it was."""

from __future__ import annotations

from io import BytesIO

import openpyxl
import pytest
from office import same

from excel.workbook.book import MODELS, book
from excel.workbook.edit import Parts
from excel.workbook.refresh import converted, refreshed
from excel.workbook.write import xlsx
from pricing.errors import InvalidInput, UnknownModel


def test_a_refresh_changes_prices_and_nothing_else(planner):
    """With prices of an earlier day, the refreshed book is the one written today; a figure of the user's stays."""
    names = ("claude-haiku-4-5", "claude-sonnet-5-5", "gpt-5.6-luna")
    old, now = (xlsx(book(planner, "none", names, day), "none", {}) for day in ("2026-10-01", None))
    read = openpyxl.load_workbook(BytesIO(old))
    read["Inputs"]["D7"] = 1.25
    out = BytesIO()
    read.save(out)
    done = refreshed(out.getvalue(), planner)
    assert done.rows == 8
    mine, fresh = (openpyxl.load_workbook(BytesIO(each)) for each in (done.file, now))
    assert mine["Inputs"]["D7"].value == 1.25
    for row in fresh["Prices"]["B2:Q46"]:
        for cell in row:
            assert same(mine["Prices"][cell.coordinate].value, cell.value), cell.coordinate
    kept = refreshed(now, planner).file
    assert {each for each in parts(kept) if parts(kept)[each] != parts(now)[each]} <= {
        "xl/worksheets/sheet3.xml",
        "xl/workbook.xml",
    }


def parts(file):
    """The parts of a workbook's file."""
    return Parts.read(file).files


def test_a_refresh_refuses_what_it_cannot_do(planner):
    """No workbook, one that is not ours, and one with a model that is gone are refused by name."""
    with pytest.raises(InvalidInput, match=r"no \.xlsx"):
        refreshed(b"text", planner)
    blank = BytesIO()
    openpyxl.Workbook().save(blank)
    with pytest.raises(InvalidInput, match="no price table of ours"):
        refreshed(blank.getvalue(), planner)
    read = openpyxl.load_workbook(BytesIO(xlsx(book(planner, "none", MODELS[:2]), "none", {})))
    read["Prices"]["C7"] = "gone-model"
    out = BytesIO()
    read.save(out)
    with pytest.raises(UnknownModel, match="gone-model"):
        refreshed(out.getvalue(), planner)


def test_a_book_of_one_route_becomes_that_of_another(books):
    """Converted from Excel to LibreOffice and back, each formula is as that route writes it."""
    there, count = converted(books["officejs"][1], "libreoffice")
    assert count > 200
    back, again = converted(there, "officejs")
    assert again == count
    for made, route in ((there, "libreoffice"), (back, "officejs")):
        mine, wanted = (openpyxl.load_workbook(BytesIO(each)) for each in (made, books[route][1]))
        for sheet in wanted:
            if sheet.title != "Start":
                for row in sheet:
                    for cell in row:
                        assert mine[sheet.title][cell.coordinate].value == cell.value, (route, cell.coordinate)
    with pytest.raises(InvalidInput, match="no formulas of ours"):
        converted(there, "none")
