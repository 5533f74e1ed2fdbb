"""Monthly P&L: what each plan brings and costs a month, what a user of it leaves, and the price for a margin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from excel.workbook.description import COLUMNS, Chart, Computed, Page, Series
from excel.workbook.pages.inputs import FIRST_PLAN, PLANS

if TYPE_CHECKING:
    from excel.workbook.description import Style

NAME: Final = "Monthly P&L"
FREE: Final = '"free"'
FIRST: Final = 7
USER: Final = 18
LAST: Final = COLUMNS[1 + len(PLANS)]
TOTAL: Final = COLUMNS[2 + len(PLANS)]


def profit() -> Page:
    """The page: a column for each plan, and one for all of them."""
    page = Page(
        NAME,
        "Monthly P&L by plan",
        "USD a month, under the scenario in use; a request costs what sheet Requests says it does on average.",
        (2, 46, *(15,) * len(PLANS), 16),
        head_row=FIRST - 1,
    )
    page.put("B4", Computed('"Scenario: "&Scenario&"   ·   a request costs $"&TEXT(RequestUsd,"0.000000")'), "note")
    plans = COLUMNS[2 : 2 + len(PLANS)]
    page.put(f"B{FIRST - 1}", "A month, USD", "head")
    page.put(f"{TOTAL}{FIRST - 1}", "All plans", "head")
    page.put(f"B{USER - 1}", "One user a month", "head")
    for row, column in enumerate(plans, FIRST_PLAN):
        for at in (FIRST - 1, USER - 1):
            page.put(f"{column}{at}", Computed(f"Inputs!B{row}"), "head")
        _month(page, column, row)
        _user(page, column, row)
    _labels(page)
    for at in range(FIRST, FIRST + 8):
        style: Style = "whole" if at < FIRST + 2 else "usd"
        strong = at in (FIRST + 2, FIRST + 6)
        total = f"SUM(C{at}:{LAST}{at})"
        page.put(f"{TOTAL}{at}", Computed(total), style, strong=strong)
    margin = f"IF({TOTAL}{FIRST + 2}=0,{FREE},{TOTAL}{FIRST + 6}/{TOTAL}{FIRST + 2})"
    page.put(f"{TOTAL}{FIRST + 7}", Computed(margin), "share", name="GrossMargin", strong=True)
    for name, at in (("Revenue", 2), ("ModelCost", 3), ("OtherCost", 4), ("Fees", 5), ("Contribution", 6)):
        page.name_range(name, f"{TOTAL}{FIRST + at}")
    _charts(page)
    return page


def _labels(page: Page) -> None:
    month = (
        *("Users", "Requests", "Revenue", "Model cost", "Other cost (hosting, support)", "Payment fees"),
        *("Contribution (gross profit)", "Gross margin"),
    )
    user = (
        *("Price", "Model cost", "Other cost", "Payment fees", "Contribution of a user", "Gross margin"),
        *("Requests until the price is used up", "Price for the gross margin to reach"),
    )
    for first, labels in ((FIRST, month), (USER, user)):
        for at, label in enumerate(labels, first):
            page.put(f"B{at}", label, "label")


def _month(page: Page, column: str, row: int) -> None:
    users, requests, price = (f"Inputs!{each}{row}" for each in "FGD")
    own = {name: f"{column}{FIRST + at}" for at, name in enumerate(("users", "requests", "revenue", "model", "other"))}
    fees, left = f"{column}{FIRST + 5}", f"{column}{FIRST + 6}"
    lines: tuple[tuple[str, Style], ...] = (
        (users, "whole"),
        (f"{users}*{requests}", "whole"),
        (f"{users}*{price}", "usd"),
        (f"{own['requests']}*RequestUsd", "usd"),
        (f"{users}*OtherUsd", "usd"),
        (f"IF({price}=0,0,{users}*(FeeUsd+FeeShare*{price}))", "usd"),
        (f"{own['revenue']}-{own['model']}-{own['other']}-{fees}", "usd"),
        (f"IF({own['revenue']}=0,{FREE},{left}/{own['revenue']})", "share"),
    )
    for at, (formula, style) in enumerate(lines, FIRST):
        page.put(f"{column}{at}", Computed(formula), style, strong=at - FIRST in (2, 6, 7))


def _user(page: Page, column: str, row: int) -> None:
    requests, price = f"Inputs!G{row}", f"Inputs!D{row}"
    cells = [f"{column}{USER + at}" for at in range(8)]
    terms = f"RequestUsd,{requests},OtherUsd,FeeShare,FeeUsd"
    room = f"({cells[0]}-{cells[3]}-{cells[2]})/RequestUsd"
    lines: tuple[tuple[Computed, Style], ...] = (
        (Computed(price), "usd cents"),
        (Computed(f"{requests}*RequestUsd"), "usd cents"),
        (Computed("OtherUsd"), "usd cents"),
        (Computed(f"IF({price}=0,0,FeeUsd+FeeShare*{price})"), "usd cents"),
        (Computed(f"{cells[0]}-{cells[1]}-{cells[2]}-{cells[3]}"), "usd cents"),
        (
            Computed(f"IF({price}=0,{FREE},{cells[4]}/{price})", f"IF({price}=0,{FREE},TP.MARGIN({price},{terms}))"),
            "share",
        ),
        (Computed(f"IF({price}=0,{FREE},MAX(0,{room}))"), "whole"),
        (
            Computed(
                f"({cells[1]}+{cells[2]}+FeeUsd)/(1-TargetMargin-FeeShare)", f"TP.PRICEFORMARGIN(TargetMargin,{terms})"
            ),
            "usd cents",
        ),
    )
    for at, (content, style) in enumerate(lines, USER):
        page.put(f"{column}{at}", content, style, strong=at - USER in (4, 5))


def _charts(page: Page) -> None:
    plans = page.ref(f"C{FIRST - 1}:{LAST}{FIRST - 1}")

    def of(name: str, at: int, colour: str, *, line: bool = False) -> Series:
        return Series(name, plans, page.ref(f"C{at}:{LAST}{at}"), colour=colour, line=line)

    stack = (
        of("Model cost", FIRST + 3, "#2F5D8C"),
        of("Other cost", FIRST + 4, "#8FB0D0"),
        of("Payment fees", FIRST + 5, "#C9CED6"),
        of("Revenue", FIRST + 2, "#C8702A", line=True),
    )
    page.charts += [
        Chart("stacked", f"B{USER + 10}", "Revenue against cost, by plan", "$#,##0", stack, size=(560, 320)),
        Chart(
            "column",
            f"E{USER + 10}",
            "Contribution of a user a month",
            "$#,##0.00",
            (of("USD a user", USER + 4, "#3C8C6E"),),
            size=(420, 320),
        ),
    ]
