"""Months: a year ahead with the scenario's growth of users."""

from __future__ import annotations

from typing import Final

from excel.workbook.description import Chart, Computed, Page, Series

MONTHS: Final = 12
FIRST: Final = 6
LAST: Final = FIRST + MONTHS - 1
HEADS: Final = (
    *("Month", "Users", "Requests", "Revenue", "Model cost", "Other cost", "Payment fees", "Contribution"),
    *("Contribution so far", "Gross margin"),
)


def months() -> Page:
    """The page; usage of a user and prices stay as they are."""
    page = Page(
        "Months",
        "The year ahead",
        "Users grow by the scenario's rate from month to month; what a user does and pays stays.",
        (2, 12, 13, 15, 14, 14, 14, 14, 15, 18, 14),
        head_row=FIRST - 1,
    )
    page.heads(f"B{FIRST - 1}", HEADS)
    for at in range(FIRST, LAST + 1):
        month = at - FIRST + 1
        page.put(f"B{at}", float(month), "whole")
        page.put(f"C{at}", Computed("TotalUsers" if month == 1 else f"C{at - 1}*(1+UserGrowth)"), "whole")
        scale = f"(1+UserGrowth)^(B{at}-1)"
        for column, name in zip("DEFGH", ("TotalRequests", "Revenue", "ModelCost", "OtherCost", "Fees"), strict=True):
            page.put(f"{column}{at}", Computed(f"{name}*{scale}"), "whole" if column == "D" else "usd")
        page.put(f"I{at}", Computed(f"E{at}-F{at}-G{at}-H{at}"), "usd", strong=True)
        page.put(f"J{at}", Computed(f"I{at}" if month == 1 else f"J{at - 1}+I{at}"), "usd")
        page.put(f"K{at}", Computed(f'IF(E{at}=0,"free",I{at}/E{at})'), "share")
    total = LAST + 1
    page.put(f"B{total}", "Year", "total label")
    for column in "DEFGHI":
        style = Computed(f"SUM({column}{FIRST}:{column}{LAST})")
        page.put(f"{column}{total}", style, "whole" if column == "D" else "usd", strong=True)
    page.put(f"K{total}", Computed(f'IF(E{total}=0,"free",I{total}/E{total})'), "share", strong=True)
    page.name_range("YearContribution", f"I{total}")
    across = page.ref(f"B{FIRST}:B{LAST}")
    drawn = (
        Series("Revenue", across, page.ref(f"E{FIRST}:E{LAST}"), colour="#C8702A"),
        Series("Model cost", across, page.ref(f"F{FIRST}:F{LAST}"), colour="#2F5D8C"),
        Series("Contribution", across, page.ref(f"I{FIRST}:I{LAST}"), colour="#3C8C6E"),
    )
    page.charts.append(
        Chart("line", f"B{total + 3}", "Revenue, model cost and contribution", "$#,##0", drawn, (860, 340), "month")
    )
    return page
