"""Caching: how often a shared prefix is found, what that saves, and for how long to cache it."""

from __future__ import annotations

from typing import Final

from excel.workbook.description import Chart, Computed, Page, Rule, Series
from excel.workbook.lookups import price_row, verdict
from excel.workbook.pages.inputs import check

FIRST: Final = 17
ARRIVALS: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
PREFIX: Final = Rule(least=1, most=1e8, whole=True, message="whole tokens, 1 or more")
RATE: Final = Rule(least=0.001, most=1e9, message="requests an hour, above 0")
ROW: Final = price_row("CachedModel", '"standard"', "PrefixTokens")


def caching(model: str) -> Page:
    """The page, for one model; the table below it for quiet and busy hours."""
    page = Page(
        "Caching",
        "Caching a shared prefix",
        "Requests arrive at random; a hit starts the lifetime anew. Without a lifetime to buy, five minutes are taken.",
        (2, 42, 20, 16, 16, 16, 16, 16, 3),
        head_row=4,
        portrait=True,
    )
    page.heads("B4", ("What is asked", "Value"))
    page.put("B5", "Model", "label")
    page.put("C5", model, "text", rule=Rule(among="ModelNames", message="a model of sheet Models"), name="CachedModel")
    page.put("B6", "Tokens of the shared prefix", "label")
    page.put("C6", 6000, "whole", rule=PREFIX, name="PrefixTokens")
    page.put("B7", "Requests an hour that share it", "label")
    page.put("C7", 40, "whole", rule=RATE, name="SharedPerHour")
    _checks(page)
    page.heads("B9", ("What a request pays for the prefix", "Figure"))
    page.put("B10", "Not cached, USD", "label")
    page.put("C10", Computed(_unless(f"PrefixTokens*INDEX(PriceIn,{ROW})/1000000")), "usd fine", name="UncachedUsd")
    page.put("B11", "Found in the cache", "label")
    page.put("B12", "Cached, USD", "label")
    page.put("B13", "Saved", "label")
    page.put("B14", "The lifetime that is cheaper", "label")
    page.put("C14", Computed(_unless('IF(G16<F16,"1 hour","5 minutes, or as the model does it")')), "text")
    heads = ("Requests an hour", "Found in the cache", "Cached, USD", "Saved", "5 min, USD", "1 hour, USD")
    page.heads(f"B{FIRST - 2}", heads)
    _row(page, FIRST - 1, "SharedPerHour", Computed("SharedPerHour"))
    for at, arrivals in enumerate(ARRIVALS, FIRST):
        _row(page, at, f"$B{at}", float(arrivals))
    for at, column in ((11, "C"), (12, "D"), (13, "E")):
        style = "usd fine" if column == "D" else "share"
        page.put(f"C{at}", Computed(f"{column}16"), style, strong=True)  # type: ignore[arg-type]  # a style
    last = FIRST + len(ARRIVALS) - 1
    rates = page.ref(f"B{FIRST}:B{last}")
    page.charts.append(
        Chart(
            "line",
            f"B{last + 2}",
            "The busier, the more is saved",
            "0%",
            (
                Series("Found in the cache", rates, page.ref(f"C{FIRST}:C{last}")),
                Series("Saved", rates, page.ref(f"E{FIRST}:E{last}"), colour="#C8702A"),
            ),
            across="requests an hour",
        )
    )
    return page


def _checks(page: Page) -> None:
    unlisted = 'ISNA(MATCH(CachedModel&"|standard",PriceKeys,0))'
    page.put(
        "I5",
        Computed(verdict(('CachedModel=""', "choose a model"), (unlisted, "sheet Prices lists no such model"))),
        "check",
    )
    broken = "MOD(N(PrefixTokens),1)>0"
    page.put("I6", Computed(f'IF({broken},"tokens are whole numbers",{check("C6", PREFIX)})'), "check")
    page.put("I7", Computed(check("C7", RATE)), "check")
    dear = f"INDEX(PriceRead,{ROW})>=INDEX(PriceIn,{ROW})"
    short = f"PrefixTokens<N(INDEX(PriceCacheMin,{ROW}))"
    page.put(
        "D6",
        Computed(
            f'IF(I5&I6&I7<>"","",IF({dear},"no price below input for cached tokens",'
            f'IF({short},"too short: cached from "&INDEX(PriceCacheMin,{ROW})&" tokens on","")))'
        ),
        "note",
    )
    page.checks = "I5:I7"


def _row(page: Page, at: int, rate: str, shown: float | Computed) -> None:
    """One rate of arrivals: each lifetime in plain formulas, and the cheaper of them."""
    page.put(f"B{at}", shown, "whole", strong=at < FIRST)
    least = f"PrefixTokens>=N(INDEX(PriceCacheMin,{ROW}))"

    def cost(lifetime: int, write: str) -> str:
        hit = f"(1-EXP(-{rate}/3600*{lifetime}))"
        rates = f"({hit}*INDEX(PriceRead,{ROW})+(1-{hit})*{write})"
        return f"IF({least},PrefixTokens*{rates}/1000000,UncachedUsd)"

    page.put(f"F{at}", Computed(_unless(cost(300, f"INDEX(PriceWrite,{ROW})"))), "usd fine")
    hour = f'IF(ISNUMBER(INDEX(PriceHour,{ROW})),{cost(3600, f"INDEX(PriceHour,{ROW})")},"not sold")'
    page.put(f"G{at}", Computed(_unless(hour)), "usd fine")
    hit = f"IF({least},1-EXP(-{rate}/3600*IF(N(G{at})*(G{at}<F{at})>0,3600,300)),0)"
    addin_hit = f"IF({least},TP.CACHEHIT(CachedModel,{rate}),0)"
    page.put(f"C{at}", Computed(_unless(hit), _unless(addin_hit)), "share")
    addin = f'TP.CACHECOST(CachedModel,PrefixTokens,{rate},"","standard",PricesAsOf)'
    page.put(f"D{at}", Computed(_unless(f"MIN(F{at}:G{at})"), _unless(addin)), "usd fine")
    page.put(f"E{at}", Computed(_unless(f"1-D{at}/UncachedUsd")), "share")


def _unless(formula: str) -> str:
    return f'IF($I$5&$I$6&$I$7<>"",NA(),{formula})'
