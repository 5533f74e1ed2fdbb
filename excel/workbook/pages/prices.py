"""Prices: the price table of the catalog as of a date, with its sources, and rows for prices of your own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from excel.workbook.description import Computed, Content, Page, Rule
from excel.workbook.lookups import PRICE_COLUMNS, verdict
from excel.workbook.price_rows import BUCKETS, TIERS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from excel.workbook.description import Style
    from excel.workbook.price_rows import PriceRow

FIRST: Final = 7
SPARE: Final = 6
"""Rows that stay empty for a catalog that lists more prices later."""
OWN: Final = 5
"""Rows for prices of your own."""
NOT_SOLD: Final = "not sold"
HEADS: Final = (
    *("Key", "Model", "Tier", "From prompt tokens", "Input", "Cache read", "Cache write 5 min", "Cache write 1 h"),
    *("Output", "Reasoning", "Cache from tokens", "Context window", "Longest answer", "Sold by", "Source", "Seen on"),
)
STYLES: Final[tuple[Style, ...]] = (
    *("text", "text", "whole", *("usd small",) * 6, "whole", "whole", "whole", "text", "note", "text"),
)
"""Of the columns after the key."""
PRICE: Final = Rule(most=1e6, message="USD a million tokens, 0 or more")


def prices(rows: Sequence[PriceRow], on: date, version: str, own: int) -> Page:
    """The page of these rows, and as many of your own; through the add-in prices move with the date."""
    page = Page(
        "Prices",
        "Prices",
        f"USD a million tokens, of catalog {version}. A model's rows stand one below the other, short prompts first.",
        (2, 30, 24, 10, 12, 10, 10, 11, 11, 10, 11, 12, 13, 13, 12, 24, 12, 3),
        head_row=FIRST - 1,
        frozen_columns=3,
    )
    page.put("B4", "Prices as of", "total label")
    page.put("C4", on, "date", name="PricesAsOf")
    page.heads(f"B{FIRST - 1}", HEADS)
    last = FIRST + len(rows) + SPARE - 1
    for at, row in enumerate(rows, FIRST):
        _listed(page, at, contents(row))
    for at in range(FIRST + len(rows), last + 1):
        _listed(page, at, ("",) * len(STYLES))
    words = "Prices of your own: model, tier, and USD a million tokens" if own else "Your own: tokenplan --prices FILE"
    page.put(f"B{last + 1}", words, "section")
    for at in range(last + 2, last + 2 + own):
        _own(page, at)
    for name, column in PRICE_COLUMNS.items():
        page.name_range(name, f"{column}{FIRST}:{column}{last + 1 + own}")
    page.name_range("PriceList", f"C{FIRST}:Q{last}")
    if own:
        page.name_range("OwnPrices", f"C{last + 2}:C{last + 1 + own}")
        page.checks = f"R{last + 2}:R{last + 1 + own}"
    return page


def contents(row: PriceRow) -> tuple[Content, ...]:
    """A row's cells after its key."""
    return (
        row.model,
        row.tier,
        row.from_tokens,
        *(NOT_SOLD if usd is None else float(usd) for usd in row.usd),
        *("" if each is None else each for each in (row.cache_minimum_tokens, row.context_window)),
        "" if row.max_output_tokens is None else row.max_output_tokens,
        row.provider,
        row.source,
        row.observed,
    )


def _listed(page: Page, at: int, cells: Sequence[Content]) -> None:
    page.put(f"B{at}", Computed(f'IF(C{at}="","",C{at}&"|"&D{at})'), "note")
    live = bool(cells[0]) and cells[2] == 0
    for column, (content, style) in enumerate(zip(cells, STYLES, strict=True)):
        bucket = column - 3
        shown = content
        if live and 0 <= bucket < len(BUCKETS) and isinstance(content, float):
            shown = Computed(f"{content!r}", f'TP.PRICE(C{at},"{BUCKETS[bucket]}",D{at},PricesAsOf)')
        page.put(f"{'CDEFGHIJKLMNOPQ'[column]}{at}", shown, style)


def _own(page: Page, at: int) -> None:
    """A row to fill in; its key appears once it is complete."""
    key = f'C{at}&"|"&D{at}'
    page.put(f"B{at}", Computed(f'IF(OR(C{at}="",R{at}<>""),"",{key})'), "note")
    page.put(f"C{at}", "", "text", rule=Rule(message="what the model is called"))
    page.put(f"D{at}", "", "text", rule=Rule(among=TIERS, message=" or ".join(TIERS)))
    page.put(f"E{at}", "", "whole", rule=Rule(most=1e9, whole=True, message="the fewest prompt tokens; 0 for all"))
    for column in "FGHIJK":
        page.put(f"{column}{at}", "", "usd small", rule=PRICE)
    for column in "LM":
        page.put(f"{column}{at}", "", "whole", rule=Rule(most=1e9, whole=True, message="tokens, or nothing"))
    sold = f'COUNT(F{at}:K{at})+COUNTIF(F{at}:K{at},"{NOT_SOLD}")'
    above = f"B${FIRST}:B{at - 1}"
    problems = verdict(
        (
            f'OR(C{at}="",D{at}="",NOT(ISNUMBER(E{at})),NOT(ISNUMBER(F{at})),{sold}<6)',
            f"give model, tier, prompt tokens (0 for all) and six prices, or: {NOT_SOLD}",
        ),
        (f'COUNTIF(E{at}:K{at},"<0")>0', "a price must not be negative"),
        (f"AND(COUNTIF({above},{key})>0,B{at - 1}<>{key})", "this model and tier is listed above; name it otherwise"),
        (f"AND(B{at - 1}={key},N(E{at - 1})>=E{at})", "longer prompts stand below shorter ones"),
        (f"AND(B{at - 1}<>{key},E{at}<>0)", "its first row must be from 0 tokens on"),
    )
    check = f'IF(COUNTBLANK(C{at}:M{at})=11,"",{problems})'
    page.put(f"R{at}", Computed(check), "check")
