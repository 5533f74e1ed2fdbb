"""Inputs: the scenario switch, its drivers, the plans on sale and what taking a payment costs."""

from __future__ import annotations

from typing import Final, NamedTuple

from excel.workbook.description import Computed, Page, Rule, Style
from excel.workbook.lookups import verdict

SCENARIOS: Final = ("Base", "Cautious", "Growth")


class Driver(NamedTuple):
    """A figure that the scenarios set differently."""

    name: str
    label: str
    style: Style
    values: tuple[float, float, float]
    rule: Rule


class Fixed(NamedTuple):
    """A figure that holds in every scenario."""

    name: str
    label: str
    style: Style
    value: float
    rule: Rule


class Plan(NamedTuple):
    """A plan on sale: its users, monthly price and requests of a user."""

    name: str
    users: float
    price: float
    requests: float


FACTOR: Final = Rule(most=100.0, message="a factor from 0 to 100; 1 leaves the figure as it is")
SHARE: Final = Rule(most=1.0, message="a share from 0 % to 100 %")
CHANGE: Final = Rule(least=-0.99, most=10.0, message="a change above -100 %; 0 % is none")
USD: Final = Rule(most=1e9, message="an amount in USD, 0 or more")
AMOUNT: Final = Rule(most=1e12, message="a number, 0 or more")

DRIVERS: Final = (
    Driver("UserFactor", "Users, against the plans below", "factor", (1.0, 0.7, 1.6), FACTOR),
    Driver("UsageFactor", "Requests of a user, against the plans below", "factor", (1.0, 1.3, 1.1), FACTOR),
    Driver("AnswerFactor", "Length of answers, against sheet Requests", "factor", (1.0, 1.25, 1.0), FACTOR),
    Driver("PriceChange", "Change of model prices", "share", (0.0, 0.1, -0.2), CHANGE),
    Driver("StrongShare", "Requests that need the strong model", "share", (0.2, 0.35, 0.15), SHARE),
    Driver("UserGrowth", "Growth of users from month to month", "share", (0.05, 0.02, 0.1), CHANGE),
)
FIXED: Final = (
    Fixed("OtherUsd", "Other cost of a user a month (hosting, support)", "usd cents", 0.25, USD),
    Fixed("FeeShare", "Payment fee, share of the price", "share", 0.029, SHARE),
    Fixed("FeeUsd", "Payment fee, USD a payment", "usd cents", 0.30, USD),
    Fixed("TargetMargin", "Gross margin to reach", "share", 0.75, SHARE),
)
PLANS: Final = (
    Plan("Free", 8000, 0, 10),
    Plan("Starter", 1200, 9, 120),
    Plan("Pro", 400, 29, 450),
    Plan("Team", 60, 99, 1500),
)
FIRST_DRIVER: Final = 7
FIRST_FIXED: Final = 16
FIRST_PLAN: Final = 23
LAST_PLAN: Final = FIRST_PLAN + len(PLANS) - 1


def inputs() -> Page:
    """The page of what is yours to set."""
    page = Page(
        "Inputs",
        "Inputs",
        "Blue on yellow is yours to change; a message in red beside a figure says what is wrong with it.",
        (2, 46, 13, 13, 13, 13, 15, 3),
        head_row=FIRST_DRIVER - 1,
    )
    page.put("B4", "Scenario in use", "total label")
    page.put("C4", SCENARIOS[0], "text", rule=Rule(among=SCENARIOS, message="one of the scenarios"), name="Scenario")
    names = page.ref(f"D{FIRST_DRIVER - 1}:F{FIRST_DRIVER - 1}")
    unknown = f"no such scenario; choose {', '.join(SCENARIOS)}"
    page.put("H4", Computed(f'IF(ISNUMBER(MATCH(Scenario,{names},0)),"","{unknown}")'), "check")
    page.heads(f"B{FIRST_DRIVER - 1}", ("What changes with the scenario", "In use", *SCENARIOS))
    for row, each in enumerate(DRIVERS, FIRST_DRIVER):
        _driver(page, row, each, names)
    page.heads(f"B{FIRST_FIXED - 1}", ("What holds in each scenario", "Value"))
    for row, told in enumerate(FIXED, FIRST_FIXED):
        page.put(f"B{row}", told.label, "label")
        page.put(f"C{row}", told.value, told.style, rule=told.rule, name=told.name)
        page.put(f"H{row}", Computed(check(f"C{row}", told.rule)), "check")
    _plans(page)
    page.checks = f"H4:H{LAST_PLAN + 1}"
    return page


def _driver(page: Page, row: int, driver: Driver, names: str) -> None:
    page.put(f"B{row}", driver.label, "label")
    used = f'IF(H{row}<>"",NA(),INDEX(D{row}:F{row},MATCH(Scenario,{names},0)))'
    page.put(f"C{row}", Computed(used), driver.style, name=driver.name, strong=True)
    for column, value in zip("DEF", driver.values, strict=True):
        page.put(f"{column}{row}", value, driver.style, rule=driver.rule)
    page.put(f"H{row}", Computed(check(f"D{row}:F{row}", driver.rule)), "check")


def _plans(page: Page) -> None:
    head = ("Plans", "Users", "USD a month", "Requests a user", "Users in use", "Requests in use")
    page.heads(f"B{FIRST_PLAN - 1}", head)
    for row, each in enumerate(PLANS, FIRST_PLAN):
        page.put(f"B{row}", each.name, "text", rule=Rule(message="what the plan is called"))
        page.put(f"C{row}", each.users, "whole", rule=AMOUNT)
        page.put(f"D{row}", each.price, "usd cents", rule=USD)
        page.put(f"E{row}", each.requests, "whole", rule=AMOUNT)
        page.put(f"F{row}", Computed(f'IF(H{row}<>"",NA(),C{row}*UserFactor)'), "whole")
        page.put(f"G{row}", Computed(f'IF(H{row}<>"",NA(),E{row}*UsageFactor)'), "whole")
        page.put(f"H{row}", Computed(check(f"C{row}:E{row}", AMOUNT)), "check")
    total = LAST_PLAN + 1
    rows = f"{FIRST_PLAN}:{{0}}{LAST_PLAN}"
    page.put(f"B{total}", "Users, and requests a month", "total label")
    page.put(f"F{total}", Computed(f"SUM(F{rows.format('F')})"), "whole", name="TotalUsers", strong=True)
    requests = f"SUMPRODUCT(F{rows.format('F')},G{rows.format('G')})"
    page.put(f"G{total}", Computed(requests), "whole", name="TotalRequests", strong=True)
    page.name_range("Plans", f"B{FIRST_PLAN}:B{LAST_PLAN}")


def check(cells: str, rule: Rule) -> str:
    """What is wrong with the figures of a row, in words; a blank is wrong too."""
    first, _, last = cells.partition(":")
    count = 1 if not last else ord(last[0]) - ord(first[0]) + 1
    most = 1e15 if rule.most is None else rule.most
    wide = f'COUNTIF({cells},"<{rule.least:g}")+COUNTIF({cells},">{most:.15g}")'
    return verdict(
        (f"COUNT({cells})<{count}", f"not a number: {rule.message}"), (f"{wide}>0", f"out of range: {rule.message}")
    )
