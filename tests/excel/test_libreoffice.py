"""A real LibreOffice: the plain book with nothing installed, the add-in's own through our extension."""

from __future__ import annotations

import pytest
from catalogs import NOW
from office import cells, convert, same, served

from excel.libreoffice.build import oxt
from excel.workbook.description import Book, Computed, Page
from excel.workbook.refresh import converted
from excel.workbook.write import xlsx
from planner import CostQuestion, Usage
from pricing.errors import InvalidInput


@pytest.mark.slow
@pytest.mark.office
def test_libreoffice_works_out_the_plain_book_to_the_same_figures(books, tmp_path):
    """A real LibreOffice with nothing installed recalculates every cell to what is stored."""
    _, file, found = books["none"]
    saved = cells(convert(tmp_path, file))
    assert not {place: (shown, saved.get(place)) for place, shown in found.items() if not same(shown, saved.get(place))}


@pytest.mark.slow
@pytest.mark.office
def test_libreoffice_works_out_our_formulas_through_the_extension(books, tmp_path):
    """A real LibreOffice with the .oxt recalculates the Excel add-in's own book, converted, to the same figures."""
    file, _ = converted(books["officejs"][1], "libreoffice")
    saved = cells(convert(tmp_path, file, extension=oxt()))
    found = books["libreoffice"][2]
    assert not {
        place: (shown, saved.get(place))
        for place, shown in found.items()
        if not same(shown, saved.get(place)) and place[0] != "Start"
    }


@pytest.mark.slow
@pytest.mark.office
def test_the_extension_asks_a_server_where_it_cannot_import_us(planner, tmp_path):
    """Built for a Python without Tokenplan, a real LibreOffice gets figures, spills and errors from a real server."""
    page = Page("Costs", "Costs", "", (2, 24, 12))
    asked = {
        "B4": 'TP.COST("gpt-5.6-luna",1000,200)',
        "B5": 'TP.COST("nothing",1000)',
        "B6": 'TP.COST("gpt-5.6-luna","many")',
        "B7": 'SUM(TP.COST("gpt-5.6-luna",C7:C8))',
    }
    for at, formula in asked.items():
        page.put(at, Computed('""', formula))
    page.put("C7", 1000.0)
    page.put("C8", 2000.0)
    file = xlsx(Book((page,)), "libreoffice", {})
    with served(NOW.isoformat()) as address:
        saved = cells(convert(tmp_path, file, extension=oxt(address, paths=())))
    used = Usage(input_tokens=1000, output_tokens=200)
    assert same(saved["Costs", "B4"], float(planner.cost(CostQuestion(model="gpt-5.6-luna", usage=used)).total_usd))
    assert (saved["Costs", "B5"], saved["Costs", "B6"]) == ("#N/A", "#VALUE!")
    assert same(saved["Costs", "B7"], 3000 * 0.2 / 1e6)


def test_the_extension_answers_only_from_this_machine():
    """A server elsewhere is refused when the extension is built."""
    for address in ("https://example.com", "http://10.0.0.1:8321", "nonsense"):
        with pytest.raises(InvalidInput, match="this machine"):
            oxt(address)
