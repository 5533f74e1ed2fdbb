"""Latency: hops one after another, the whole wait and how often it breaks a budget."""

from __future__ import annotations

from typing import Final

from excel.workbook.description import Chart, Computed, Page, Rule, Series
from excel.workbook.lookups import verdict

Z95: Final = "1.6448536269514722"
HOPS: Final = (
    ("Network and gateway", 0.08, 0.2),
    ("Retrieval", 0.25, 0.7),
    ("Model, to the first token", 0.6, 1.4),
    ("Model, the answer", 3.0, 6.5),
    ("Guardrail", 0.2, 0.5),
)
SPARE: Final = 3
FIRST: Final = 7
LAST: Final = FIRST + len(HOPS) + SPARE - 1
SECONDS: Final = Rule(least=0.000001, most=86400.0, message="seconds, above 0, up to a day")
BUDGET: Final = LAST + 3


def latency() -> Page:
    """The page: medians and 95th percentiles of your own measurement; percentiles of hops do not add up."""
    page = Page(
        "Latency",
        "How long users wait",
        "Hops one after another, each lognormal; the figures are to be measured, nothing is built in.",
        (2, 46, 14, 14, 14, 14, 14, 3),
        head_row=FIRST - 1,
        portrait=True,
    )
    how = Computed(
        '"The sum is approximated by one lognormal of the same mean and variance (Fenton-Wilkinson)."',
        '"The sum is simulated with a fixed seed: the same figures each time."',
    )
    page.put("B4", how, "note")
    page.heads(f"B{FIRST - 1}", ("Hop", "Median, s", "95th, s", "Mean, s", "Variance", "Share of mean"))
    for at in range(FIRST, LAST + 1):
        hop = HOPS[at - FIRST] if at - FIRST < len(HOPS) else ("", "", "")
        page.put(f"B{at}", hop[0], "text", rule=Rule(message="what the hop is called"))
        page.put(f"C{at}", hop[1], "seconds", rule=SECONDS)
        page.put(f"D{at}", hop[2], "seconds", rule=SECONDS)
        _moments(page, at)
    page.checks = f"H{FIRST}:H{BUDGET}"
    _result(page)
    names = page.ref(f"B{FIRST}:B{LAST - SPARE}")
    means = Series("Mean seconds", names, page.ref(f"E{FIRST}:E{LAST - SPARE}"))
    page.charts.append(Chart("bar", f"B{BUDGET + 10}", "Where the time goes", "0.0", (means,), across="mean seconds"))
    return page


def _moments(page: Page, at: int) -> None:
    blank = f'AND(C{at}="",D{at}="")'
    sigma = f"(LN(D{at}/C{at})/{Z95})"
    problems = verdict(
        (f"COUNT(C{at}:D{at})<2", "give both as numbers, or neither"),
        (f'COUNTIF(C{at}:D{at},"<=0")>0', "seconds are above 0"),
        (f"D{at}<C{at}", "the 95th percentile is not below the median"),
    )
    page.put(f"H{at}", Computed(f'IF({blank},"",{problems})'), "check")

    def unless(formula: str) -> str:
        return f'IF({blank},"",IF(H{at}<>"",NA(),{formula}))'

    page.put(f"E{at}", Computed(unless(f"C{at}*EXP({sigma}^2/2)")), "seconds")
    page.put(f"F{at}", Computed(unless(f"E{at}^2*(EXP({sigma}^2)-1)")), "seconds")
    page.put(f"G{at}", Computed(unless(f"E{at}/MeanSeconds")), "share")


def _result(page: Page) -> None:
    hops = {name: f"{column}{FIRST}:{column}{LAST}" for name, column in (("p50", "C"), ("p95", "D"))}
    at = BUDGET
    page.put(f"B{at}", "Seconds that a request may take", "label")
    page.put(f"C{at}", 8.0, "seconds", rule=SECONDS, name="BudgetSeconds")
    page.put(
        f"H{at}",
        Computed(
            verdict(("NOT(ISNUMBER(BudgetSeconds))", "give seconds"), ("N(BudgetSeconds)<=0", "seconds are above 0"))
        ),
        "check",
    )
    page.heads(f"B{at + 2}", ("The whole wait", "Figure"))
    sigma = "SQRT(LN(1+VarianceSeconds/MeanSeconds^2))"
    median = "MeanSeconds/SQRT(1+VarianceSeconds/MeanSeconds^2)"
    over = f"IF(VarianceSeconds=0,IF(MeanSeconds>BudgetSeconds,1,0),1-NORMSDIST(LN(BudgetSeconds/({median}))/{sigma}))"

    def through(percentile: str, z: str) -> Computed:
        addin = f"TP.LATENCY({hops['p50']},{hops['p95']},{percentile})"
        return Computed(_unless(f"{median}*EXP({sigma}*{z})"), _unless(addin))

    breach = f"TP.LATENCYBREACH({hops['p50']},{hops['p95']},BudgetSeconds)"
    figures = (
        ("Mean, seconds", Computed(_unless(f"SUM(E{FIRST}:E{LAST})")), "seconds", "MeanSeconds"),
        ("Variance", Computed(_unless(f"SUM(F{FIRST}:F{LAST})")), "seconds", "VarianceSeconds"),
        ("Median, seconds", through("0.5", "0"), "seconds", "MedianSeconds"),
        ("95th percentile, seconds", through("0.95", Z95), "seconds", "P95Seconds"),
        ("Adding up the hops' 95th percentiles says", Computed(f"SUM(D{FIRST}:D{LAST})"), "seconds", "NaiveSeconds"),
        ("Longer than the budget", Computed(_unless(over), _unless(breach)), "share", "BreachShare"),
    )
    for row, (label, content, style, name) in enumerate(figures, at + 3):
        page.put(f"B{row}", label, "label")
        page.put(f"C{row}", content, style, name=name, strong=True)  # type: ignore[arg-type]  # a style


def _unless(formula: str) -> str:
    wrong = f'COUNTIF($H${FIRST}:$H${BUDGET},"?*")+(COUNT($C${FIRST}:$C${LAST})=0)'
    return f"IF({wrong}>0,NA(),{formula})"
