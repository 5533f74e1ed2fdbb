"""Routing: a small model in front of the dear one, what that saves, and at which share it stops saving."""

from __future__ import annotations

from typing import Final

from excel.workbook.description import Chart, Computed, Page, Rule, Series
from excel.workbook.lookups import Tokens, addin_cost, cost_at, price_row, verdict
from excel.workbook.pages.inputs import USD, check
from excel.workbook.pages.requests import TOKENS

FIRST_STEP: Final = 20
STEPS: Final = 11


def routing(weak: str, strong: str) -> Page:
    """The page; the share of hard requests comes from the scenario."""
    page = Page(
        "Routing",
        "Routing: easy requests to a small model",
        "A router sends the hard share to the strong model and the rest to the weak one.",
        (2, 46, 20, 16, 16, 16, 3),
        head_row=4,
        portrait=True,
    )
    page.heads("B4", ("What is asked", "Value"))
    named = Rule(among="ModelNames", message="a model of sheet Models")
    given = (
        ("Weak model", weak, "text", named, "WeakModel"),
        ("Strong model", strong, "text", named, "StrongModel"),
        ("Fresh input tokens of a request", 1500, "whole", TOKENS, "RoutedInput"),
        ("Tokens of an answer", 400, "whole", TOKENS, "RoutedOutput"),
        ("The router itself, USD a request", 0.00005, "usd fine", USD, "RouterUsd"),
    )
    for at, (label, value, style, rule, name) in enumerate(given, 5):
        page.put(f"B{at}", label, "label")
        page.put(f"C{at}", value, style, rule=rule, name=name)  # type: ignore[arg-type]  # a style
        page.put(f"G{at}", _check(at, rule, name), "check")
    page.put("B10", "Share that goes to the strong model (scenario)", "label")
    page.put("C10", Computed("StrongShare"), "share")
    page.checks = "G5:G9"
    _results(page)
    _table(page)
    return page


def _check(at: int, rule: Rule, name: str) -> Computed:
    if rule.among:
        words = "sheet Prices lists no such model"
        return Computed(
            verdict((f'{name}=""', "choose a model"), (f'ISNA(MATCH({name}&"|standard",PriceKeys,0))', words)),
            verdict((f'{name}=""', "choose a model")),
        )
    whole = (
        f'IF({check(f"C{at}", rule)}<>"",{check(f"C{at}", rule)},IF(MOD(N(C{at}),1)>0,"tokens are whole numbers",""))'
    )
    return Computed(whole if rule.whole else check(f"C{at}", rule))


def _results(page: Page) -> None:
    page.heads("B12", ("What a request costs", "USD"))
    tokens = Tokens("RoutedInput", "RoutedOutput")

    def alone(model: str) -> Computed:
        row = price_row(model, '"standard"', tokens.prompt)
        return Computed(_unless(cost_at(row, tokens)), _unless(addin_cost(model, '"standard"', tokens)))

    even = "1-RouterUsd/(StrongUsd-WeakUsd)"
    none = '"no share saves"'
    addin = 'TP.ROUTEBREAKEVEN(WeakUsd,StrongUsd,"","",RouterUsd)'
    figures = (
        ("On the weak model", alone("WeakModel"), "usd fine", "WeakUsd"),
        ("On the strong model", alone("StrongModel"), "usd fine", "StrongUsd"),
        ("Routed", _routed("StrongShare"), "usd fine", "RoutedUsd"),
        ("Saved against the strong model alone", _saving("StrongShare"), "share", "RoutedSaving"),
        (
            "Share of hard requests at which it stops saving",
            Computed(
                _unless(f"IF(AND(StrongUsd>WeakUsd,RouterUsd<StrongUsd-WeakUsd),{even},{none})"),
                _unless(f"IF(ISNA({addin}),{none},{addin})"),
            ),
            "share",
            "BreakEvenShare",
        ),
    )
    for at, (label, content, style, name) in enumerate(figures, 13):
        page.put(f"B{at}", label, "label")
        page.put(f"C{at}", content, style, name=name, strong=True)  # type: ignore[arg-type]  # a style


def _table(page: Page) -> None:
    page.heads(f"B{FIRST_STEP - 1}", ("Share that goes to the strong model", "USD a request", "Saved"))
    last = FIRST_STEP + STEPS - 1
    for step in range(STEPS):
        at = FIRST_STEP + step
        page.put(f"B{at}", step / (STEPS - 1), "share")
        page.put(f"C{at}", _routed(f"$B{at}"), "usd fine")
        page.put(f"D{at}", _saving(f"$B{at}"), "share")
    shares = page.ref(f"B{FIRST_STEP}:B{last}")
    series = (Series("Saved", shares, page.ref(f"D{FIRST_STEP}:D{last}")),)
    page.charts.append(
        Chart(
            "line",
            f"B{last + 2}",
            "Saved against the strong model alone",
            "0%",
            series,
            across="share to the strong model",
        )
    )


def _routed(share: str) -> Computed:
    mix = f"RouterUsd+(1-{share})*WeakUsd+{share}*StrongUsd"
    return Computed(_unless(mix), _unless(f"TP.ROUTE(WeakUsd,StrongUsd,{share},,,RouterUsd)"))


def _saving(share: str) -> Computed:
    mix = f"1-(RouterUsd+(1-{share})*WeakUsd+{share}*StrongUsd)/StrongUsd"
    return Computed(_unless(mix), _unless(f"TP.ROUTESAVING(WeakUsd,StrongUsd,{share},,,RouterUsd)"))


def _unless(formula: str) -> str:
    return f'IF(COUNTIF($G$5:$G$9,"?*")>0,NA(),{formula})'
