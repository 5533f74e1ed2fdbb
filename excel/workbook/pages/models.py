"""Models: one kind of request on every model of the price table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from excel.workbook.description import Chart, Computed, Page, Rule, Series
from excel.workbook.lookups import Tokens, addin_cost, cost_at, price_row
from excel.workbook.pages import requests

if TYPE_CHECKING:
    from collections.abc import Sequence

FIRST: Final = 14
TOKENS: Final = Tokens("$C$6", "$C$9", "$C$7", "$C$8", "$C$10")
SHOWN: Final = (
    ("Fresh input tokens", "E"),
    ("Read from a cache", "F"),
    ("Written to a cache", "G"),
    ("Tokens of the answer", "K"),
    ("Reasoning tokens", "I"),
    ("Requests a month", "M"),
)
"""What is taken from sheet Requests, and from which column."""


def models(names: Sequence[str], own: int) -> Page:
    """The page, a row for each model at its standard price, and for each price of your own."""
    page = Page(
        "Models",
        "One request on every model",
        "Choose a kind of request of sheet Requests; tokens are taken as they are, though tokenizers differ.",
        (2, 28, 16, 16, 16, 16, 3),
        head_row=FIRST - 1,
        portrait=True,
    )
    page.put("B4", "Request", "total label")
    among = Rule(among="RequestNames", message="a request of sheet Requests")
    page.put("C4", requests.KINDS[0].name, "text", rule=among, name="ComparedRequest")
    wrong = '"no such request on sheet Requests; choose one of the list"'
    page.put("G4", Computed(f'IF(ISNUMBER(MATCH(ComparedRequest,RequestNames,0)),"",{wrong})'), "check")
    for at, (label, column) in enumerate(SHOWN, 6):
        page.put(f"B{at}", label, "label")
        place = f"Requests!${column}${requests.FIRST}:${column}${requests.LAST}"
        page.put(f"C{at}", Computed(f"N(INDEX({place},MATCH(ComparedRequest,RequestNames,0)))"), "whole")
    page.heads(f"B{FIRST - 1}", ("Model", "USD a request", "USD a month", "Against cheapest", "Fits its window"))
    last = FIRST + len(names) + own - 1
    for at in range(FIRST, last + 1):
        spare = at - FIRST - len(names)
        listed = Computed(f'IF(INDEX(OwnPrices,{spare + 1})="","",INDEX(OwnPrices,{spare + 1}))')
        page.put(f"B{at}", names[at - FIRST] if spare < 0 else listed, "label")
        _figures(page, at, last)
    page.name_range("ModelNames", f"B{FIRST}:B{last}")
    page.checks = "G4:G4"
    series = Series("USD a request", page.ref(f"B{FIRST}:B{last - own}"), page.ref(f"C{FIRST}:C{last - own}"))
    page.charts.append(
        Chart("bar", f"B{last + 2}", "USD a request", "$0.0000", (series,), size=(680, 80 + 28 * len(names)))
    )
    return page


def _figures(page: Page, at: int, last: int) -> None:
    row = price_row(f"B{at}", '"standard"', TOKENS.prompt)

    def unless(formula: str) -> str:
        return f'IF(B{at}="","",IF($G$4<>"",NA(),{formula}))'

    own = Computed(unless(cost_at(row, TOKENS)), unless(addin_cost(f"B{at}", '"standard"', TOKENS)))
    page.put(f"C{at}", own, "usd fine")
    page.put(f"D{at}", Computed(unless(f"C{at}*$C$11")), "usd")
    page.put(f"E{at}", Computed(unless(f"C{at}/MIN(C${FIRST}:C${last})")), "factor")
    window = f"INDEX(PriceWindow,{row})"
    room = f"{TOKENS.prompt}+$C$9+$C$10"
    plain = f'IF(N({window})=0,"not known",IF({room}<={window},"yes","no"))'
    page.put(f"F{at}", Computed(unless(plain)), "text")
