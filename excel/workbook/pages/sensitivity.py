"""Sensitivity: the margin of a plan over usage and model prices, and what each driver moves by itself."""

from __future__ import annotations

from typing import Final

from excel.workbook.description import Chart, Computed, Page, Rule, Series, Shade
from excel.workbook.pages.inputs import FIRST_PLAN, LAST_PLAN, PLANS, SHARE, check

FIRST: Final = 11
USAGE: Final = (0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0)
CHANGES: Final = (-0.5, -0.25, 0.0, 0.25, 0.5)
DRIVERS: Final = FIRST + len(USAGE) + 5


def sensitivity() -> Page:
    """The page: a grid without data tables, which recalculates everywhere, and bars a driver."""
    page = Page(
        "Sensitivity",
        "What moves the margin",
        "The margin of one plan over its usage and model prices; below, what each driver does by itself.",
        (2, 34, *(15,) * len(CHANGES), 3),
        head_row=4,
        portrait=True,
    )
    page.put("B4", "Plan", "total label")
    page.put("C4", PLANS[2].name, "text", rule=Rule(among="Plans", message="a plan of sheet Inputs"), name="Examined")
    wrong = '"no such plan on sheet Inputs; choose one of the list"'
    page.put("H4", Computed(f'IF(ISNUMBER(MATCH(Examined,Plans,0)),"",{wrong})'), "check")
    for at, label, column, style, name in (
        (5, "Its price, USD a month", "D", "usd cents", "ExaminedPrice"),
        (6, "Requests of a user a month", "G", "whole", "ExaminedRequests"),
    ):
        place = f"Inputs!${column}${FIRST_PLAN}:${column}${LAST_PLAN}"
        page.put(f"B{at}", label, "label")
        page.put(f"C{at}", Computed(f"INDEX({place},MATCH(Examined,Plans,0))"), style, name=name)  # type: ignore[arg-type]
    _grid(page)
    _drivers(page)
    page.checks = f"H4:H{DRIVERS}"
    return page


def _grid(page: Page) -> None:
    page.put(f"B{FIRST - 3}", "Gross margin of the plan", "section")
    page.put(f"C{FIRST - 2}", "Model prices change by", "note")
    page.put(f"B{FIRST - 1}", "Requests of a user a month", "head")
    for column, change in zip("CDEFG", CHANGES, strict=True):
        page.put(f"{column}{FIRST - 1}", change, "share", strong=True)
    for at, factor in enumerate(USAGE, FIRST):
        page.put(f"B{at}", Computed(f"ExaminedRequests*{factor:g}"), "whole", strong=True)
        for column in "CDEFG":
            usd = f"RequestUsd*(1+{column}${FIRST - 1})"
            plain = f"1-FeeShare-({usd}*$B{at}+OtherUsd+FeeUsd)/ExaminedPrice"
            addin = f"TP.MARGIN(ExaminedPrice,{usd},$B{at},OtherUsd,FeeShare,FeeUsd)"
            free = 'IF(ExaminedPrice=0,"free",{0})'
            page.put(f"{column}{at}", Computed(free.format(plain), free.format(addin)), "share")
    page.shades.append(Shade(f"C{FIRST}:G{FIRST + len(USAGE) - 1}", 0.5))


def _drivers(page: Page) -> None:
    """Each driver moves by the same share, the others stay; fees that are a share move with prices."""
    head = DRIVERS
    page.put(f"B{head - 1}", "Each figure alone moves by", "label")
    page.put(f"C{head - 1}", 0.2, "share", rule=SHARE, name="Step")
    page.put(f"H{head - 1}", Computed(check(f"C{head - 1}", SHARE)), "check")
    heads = ("Contribution of a month, USD", "Lower", "Higher", "Change, lower", "Change, higher")
    page.heads(f"B{head}", heads)
    drivers = (
        ("Prices of the plans", "Revenue*(1-FeeShare)"),
        ("Users", "Contribution"),
        ("Requests of a user, or model prices", "-ModelCost"),
        ("Other cost of a user", "-OtherCost"),
        ("Payment fees", "-Fees"),
    )
    for at, (label, slope) in enumerate(drivers, head + 1):
        page.put(f"B{at}", label, "label")
        page.put(f"C{at}", Computed(f"Contribution+E{at}"), "usd")
        page.put(f"D{at}", Computed(f"Contribution+F{at}"), "usd")
        for column, sign in (("E", "-"), ("F", "")):
            page.put(f"{column}{at}", Computed(f'IF(H{head - 1}<>"",NA(),{sign}Step*({slope}))'), "usd")
    last = head + len(drivers)
    names = page.ref(f"B{head + 1}:B{last}")
    bars = (
        Series("Lower", names, page.ref(f"E{head + 1}:E{last}"), colour="#C8702A"),
        Series("Higher", names, page.ref(f"F{head + 1}:F{last}"), colour="#2F5D8C"),
    )
    page.charts.append(
        Chart(
            "stacked bar", f"B{last + 2}", "What each figure does to a month's contribution", "$#,##0", bars, (760, 320)
        )
    )
