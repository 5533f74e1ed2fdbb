"""Start: what the workbook is, what stands where, its key figures, and how it recalculates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from excel.workbook.description import Computed, Page, quoted
from excel.workbook.routes import ROUTES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from excel.workbook.description import Style
    from excel.workbook.routes import Route

FIGURES: Final[tuple[tuple[str, str, Style], ...]] = (
    ("Scenario", "Scenario", "text"),
    ("Revenue a month", "Revenue", "usd"),
    ("Model cost a month", "ModelCost", "usd"),
    ("Contribution a month", "Contribution", "usd"),
    ("Gross margin", "GrossMargin", "share"),
    ("Contribution of the year ahead", "YearContribution", "usd"),
    ("A request, on average", "RequestUsd", "usd fine"),
    ("Saved by routing", "RoutedSaving", "share"),
    ("95th percentile of the wait, seconds", "P95Seconds", "seconds"),
)
RULES: Final = (
    "Blue on yellow is an input; everything else is protected, without a password (Review > Unprotect Sheet).",
    "A figure that cannot be worked out is an error or #N/A, never 0; a message in red says what is wrong.",
    "Names such as RequestUsd or Contribution stand for cells: Formulas > Name Manager lists them.",
    "Money is USD. Shares are of 100 %. A million tokens costs what sheet Prices says.",
)


def start(route: Route, pages: Sequence[Page], catalog: str) -> Page:
    """The page that explains the others."""
    page = Page(
        "Start",
        "Unit economics of an LLM feature",
        "What a request costs, what a plan leaves, and what moves it. Begin with sheet Inputs.",
        (2, 38, 18, 96),
        head_row=4,
        portrait=True,
    )
    page.heads("B4", ("Key figures", "Now"))
    for at, (label, name, style) in enumerate(FIGURES, 5):
        page.put(f"B{at}", label, "label")
        page.put(f"C{at}", Computed(name), style, strong=True)
    at = 5 + len(FIGURES)
    page.put(f"B{at}", "Inputs that need attention", "label")
    counted = "+".join(_wrong(each) for each in pages if each.checks)
    page.put(f"C{at}", Computed(counted), "whole", name="WrongInputs", strong=True)
    page.put(f"D{at}", Computed('IF(WrongInputs>0,"look for the messages in red on the sheets below","")'), "check")
    page.heads(f"B{at + 2}", ("Sheet", "Inputs to mend", "What it shows"))
    for row, each in enumerate(pages, at + 3):
        page.put(f"B{row}", f"internal:{quoted(each.name)}!A1", "link")
        page.put(f"C{row}", Computed(_wrong(each) if each.checks else "0"), "whole")
        page.put(f"D{row}", each.about, "note")
    row = at + 4 + len(pages)
    page.put(f"B{row}", "How it works", "head")
    rules = (
        *RULES,
        f"Formulas recalculate through {ROUTES[route]}.",
        f"Prices: catalog {catalog}; new ones: tokenplan excel refresh-prices FILE (your figures stay).",
    )
    for line, text in enumerate(rules, row + 1):
        page.put(f"B{line}", text, "note")
    return page


def _wrong(page: Page) -> str:
    """How many inputs of a page have a message beside them."""
    return f'COUNTIF({page.ref(page.checks)},"?*")'
