"""The workbook put together: its pages in their order, from a planner's catalog."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from excel.workbook.description import Book
from excel.workbook.pages.caching import caching
from excel.workbook.pages.inputs import inputs
from excel.workbook.pages.latency import latency
from excel.workbook.pages.models import models
from excel.workbook.pages.months import months
from excel.workbook.pages.prices import OWN, prices
from excel.workbook.pages.profit import profit
from excel.workbook.pages.requests import requests
from excel.workbook.pages.routing import routing
from excel.workbook.pages.sensitivity import sensitivity
from excel.workbook.pages.start import start
from excel.workbook.price_rows import price_rows
from planner.when import when
from pricing.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Sequence

    from excel.workbook.routes import Route
    from planner.planner import Planner

MODELS: Final = (
    *("claude-haiku-4-5", "claude-sonnet-5-5", "claude-opus-5-5", "claude-haiku-5-5"),
    *("gpt-5.4-mini", "gpt-5.6-luna", "gpt-5.6-terra", "gpt-5.6-sol"),
    *("gemini-2.5-flash", "gemini-2.5-pro", "mistral-large-latest"),
)
"""The models of the price table unless others are named: the first is the small one of the examples, then the dear."""


def book(planner: Planner, route: Route, names: Sequence[str] = MODELS, as_of: str | None = None) -> Book:
    """Every page of the unit-economics workbook, with prices as of a date (now, unless given).

    Raises:
        InvalidInput: no model is named, one twice, or one is not billed by its tokens alone.
        TokenplanError: a model that is not listed or has no price then.
    """
    if not names:
        raise InvalidInput("models is empty; name at least one", loc=("models",))
    rows = price_rows(planner, names, as_of)
    shown = [row for row in rows if route == "none" or row.from_tokens == 0]
    weak, strong = names[0], names[min(1, len(names) - 1)]
    tiers = tuple(row.tier for row in rows if row.model == weak)
    catalog = planner.catalog.ref
    on = when(as_of, planner.clock()).at.date()
    own = OWN if route == "none" else 0
    pages = (
        inputs(),
        prices(shown, on, f"{catalog.version} ({catalog.observed})", own),
        requests(weak, strong, tiers),
        models(names, own),
        routing(weak, strong),
        caching(weak),
        latency(),
        profit(),
        months(),
        sensitivity(),
    )
    return Book((start(route, pages, f"{catalog.version} ({catalog.observed})"), *pages))
