"""Requests: the kinds of request, their tokens, model and tier, and what each costs."""

from __future__ import annotations

from typing import Final, NamedTuple

from excel.workbook.description import Chart, Computed, Page, Rule, Series
from excel.workbook.lookups import Tokens, addin_cost, cost_at, price_row, verdict
from excel.workbook.pages.inputs import SHARE


class Kind(NamedTuple):
    """One kind of request: whether it runs on the strong model or at the batch price, its tokens, its share."""

    name: str
    strong: bool
    batch: bool
    tokens: tuple[int, int, int, int, int]
    share: float


KINDS: Final = (
    Kind("Chat answer", False, False, (1200, 4200, 0, 350, 0), 0.45),
    Kind("Answer from documents", False, False, (9000, 2000, 0, 500, 0), 0.2),
    Kind("Hard question", True, False, (3000, 4200, 0, 900, 1500), 0.05),
    Kind("Agent step", True, False, (2500, 12000, 800, 300, 200), 0.05),
    Kind("Classify and tag", False, False, (700, 0, 0, 15, 0), 0.15),
    Kind("Nightly extraction", False, True, (6000, 0, 0, 700, 0), 0.1),
)
SPARE: Final = 2
FIRST: Final = 7
LAST: Final = FIRST + len(KINDS) + SPARE - 1
TOKENS: Final = Rule(most=1e8, whole=True, message="whole tokens, 0 or more")
HEADS: Final = (
    *("Request", "Model", "Tier", "Fresh input", "Read from cache", "Written to cache", "Answer", "Reasoning"),
    *("Share of requests", "Answer in use", "USD a request", "Requests a month", "USD a month", "Share of cost"),
    "Price row",
)


def requests(weak: str, strong: str, tiers: tuple[str, ...]) -> Page:
    """The page, filled with examples on two models; `tiers` are the tiers that the weak one sells."""
    page = Page(
        "Requests",
        "Requests and what they cost",
        "Tokens of one request; those read from a cache stand beside the fresh ones, not among them.",
        (2, 24, 22, 10, 10, 10, 10, 10, 10, 10, 10, 12, 12, 13, 10, 7, 3),
        head_row=FIRST - 1,
        frozen_columns=2,
    )
    page.put("B4", "A month of all requests runs on the plans and scenario of sheet Inputs.", "note")
    page.heads(f"B{FIRST - 1}", HEADS)
    for at, each in enumerate(KINDS, FIRST):
        tier = "batch" if each.batch and "batch" in tiers else "standard"
        _given(page, at, (each.name, strong if each.strong else weak, tier), (*each.tokens, each.share))
        _figures(page, at)
    for at in range(FIRST + len(KINDS), LAST + 1):
        _given(page, at, ("", "", ""), ("",) * 6)
        _figures(page, at)
    _total(page)
    page.name_range("RequestNames", f"B{FIRST}:B{LAST}")
    page.checks = f"Q{FIRST}:Q{LAST + 1}"
    names = page.ref(f"B{FIRST}:B{LAST}")
    months = Series("USD a month", names, page.ref(f"N{FIRST}:N{LAST}"))
    units = Series("USD a request", names, page.ref(f"L{FIRST}:L{LAST}"), colour="#C8702A")
    page.charts += [
        Chart("bar", f"B{LAST + 4}", "What each kind of request costs a month", "$#,##0", (months,)),
        Chart("bar", f"I{LAST + 4}", "What one request costs", "$0.0000", (units,)),
    ]
    return page


def _given(page: Page, at: int, words: tuple[str, str, str], figures: tuple[float | str, ...]) -> None:
    page.put(f"B{at}", words[0], "text", rule=Rule(message="what the request is called"))
    page.put(f"C{at}", words[1], "text", rule=Rule(among="ModelNames", message="a model of sheet Models"))
    tier = Rule(among=("standard", "batch"), message="standard or batch")
    page.put(f"D{at}", words[2], "text", rule=tier)
    for column, value in zip("EFGHI", figures, strict=False):
        page.put(f"{column}{at}", value, "whole", rule=TOKENS)
    page.put(f"J{at}", figures[-1], "share", rule=SHARE)


def _figures(page: Page, at: int) -> None:
    tokens = Tokens(f"E{at}", f"K{at}", f"F{at}", f"G{at}", f"I{at}")
    blank = f"COUNTBLANK(B{at}:J{at})=9"
    lookup = price_row(f"C{at}", f"D{at}", tokens.prompt)

    def unless(formula: str) -> str:
        return f'IF({blank},"",IF(Q{at}<>"",NA(),{formula}))'

    page.put(f"K{at}", Computed(unless(f"ROUND(H{at}*AnswerFactor,0)")), "whole")
    cost = Computed(unless(cost_at(f"P{at}", tokens)), unless(addin_cost(f"C{at}", f"D{at}", tokens)))
    page.put(f"L{at}", cost, "usd fine")
    page.put(f"M{at}", Computed(unless(f"J{at}*TotalRequests")), "whole")
    page.put(f"N{at}", Computed(unless(f"L{at}*M{at}")), "usd")
    page.put(f"O{at}", Computed(unless(f"N{at}/N${LAST + 1}")), "share")
    page.put(f"P{at}", Computed(unless(lookup), '""'), "note")
    page.put(f"Q{at}", _check(at, blank), "check")


def _check(at: int, blank: str) -> Computed:
    """What is wrong with a row; a model that only the add-in knows is its to refuse."""
    figures = f"E{at}:J{at}"
    broken = "+".join(f"MOD(N({column}{at}),1)" for column in "EFGHI")
    unlisted = f'ISNA(MATCH(C{at}&"|"&D{at},PriceKeys,0))', "sheet Prices lists no such model and tier"
    unnamed = f'OR(C{at}="",D{at}="")', "choose a model and a tier"
    rest = (
        (
            f"OR(NOT(ISNUMBER(E{at})),NOT(ISNUMBER(J{at})),COUNT({figures})+COUNTBLANK({figures})<6)",
            "give fresh input and share as numbers; the other tokens may be blank",
        ),
        (f'COUNTIF({figures},"<0")>0', "nothing here may be negative"),
        (f"{broken}>0", "tokens are whole numbers"),
        (f"J{at}>1", "a share is at most 100 %"),
    )
    return Computed(f'IF({blank},"",{verdict(unnamed, unlisted, *rest)})', f'IF({blank},"",{verdict(unnamed, *rest)})')


def _total(page: Page) -> None:
    at = LAST + 1
    rows = f"{{0}}{FIRST}:{{0}}{LAST}"

    def over(column: str) -> str:
        return rows.format(column)

    page.put(f"B{at}", "All requests", "total label")
    page.put(f"J{at}", Computed(f"SUM({over('J')})"), "share", strong=True)
    page.put(f"Q{at}", Computed(f'IF(ABS(J{at}-1)>0.000001,"the shares must add up to 100 %","")'), "check")
    mean = f'IF(Q{at}<>"",NA(),SUMPRODUCT({over("J")},{over("L")}))'
    page.put(f"L{at}", Computed(mean), "usd fine", name="RequestUsdToday", strong=True)
    page.put(f"M{at}", Computed(f"SUM({over('M')})"), "whole", strong=True)
    page.put(f"N{at}", Computed(f"SUM({over('N')})"), "usd", strong=True)
    page.put(f"B{at + 1}", "A request after the scenario's change of model prices", "label")
    page.put(f"L{at + 1}", Computed("RequestUsdToday*(1+PriceChange)"), "usd fine", name="RequestUsd", strong=True)
