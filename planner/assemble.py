"""Picks the catalog, the counter and the clock: the only place that looks at the environment for them."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from planner.planner import Planner
from planner.when import when
from pricing.catalog import SHIPPED, Catalog
from pricing.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Callable

    from planner.tokens import Counter
    from pricing.pricefile import PriceFile

MEGABYTE = 1_000_000


def default_planner(catalog: str | None = None, prices: str | None = None) -> Planner:
    """A planner over a catalog directory and the user's own price file.

    `catalog` falls back to `TOKENPLAN_CATALOG`, then to the shipped snapshot; `prices` to `TOKENPLAN_PRICES`, then to
    none. `TOKENPLAN_MAX_TEXT_MB` is the largest text counted, 8 unless set; `TOKENPLAN_NOW` pins the clock.

    Raises:
        BadCatalog: the catalog or the price file is damaged.
        InvalidInput: `TOKENPLAN_NOW` is no instant, or a size no positive number.
    """
    directory = catalog or os.environ.get("TOKENPLAN_CATALOG") or SHIPPED
    own = prices or os.environ.get("TOKENPLAN_PRICES")
    return Planner(Catalog(directory, _price_file(own) if own else None), _counter(), clock())


def _price_file(path: str) -> PriceFile:
    from pricing.pricefile import read_price_file  # noqa: PLC0415 - only who has one pays for its reader

    return read_price_file(path)


def megabytes(variable: str, unset: str) -> int:
    """A size in bytes from an environment variable in megabytes (a million bytes each).

    Raises:
        InvalidInput: it is no positive number.
    """
    text = os.environ.get(variable, unset)
    try:
        size = float(text)
    except ValueError:
        size = 0.0
    if not 0 < size < MEGABYTE:
        raise InvalidInput(
            f"{variable} is {text!r}; it must be a positive number of megabytes", loc=(variable,), value=text
        )
    return int(size * MEGABYTE)


def _counter() -> Callable[[], Counter]:
    """The shipped counter, made when something is first counted; its size limit is read, and checked, at once."""
    most = megabytes("TOKENPLAN_MAX_TEXT_MB", "8")

    def make() -> Counter:
        from planner.tokens import Counter  # noqa: PLC0415 - a price needs none

        return Counter(most)

    return make


def clock() -> Callable[[], datetime]:
    """The system's clock in UTC, or one that stands at `TOKENPLAN_NOW`."""
    pinned = os.environ.get("TOKENPLAN_NOW")
    if not pinned:
        return lambda: datetime.now(UTC)
    try:
        at = when(pinned, datetime.now(UTC)).at
    except InvalidInput as error:
        raise InvalidInput(f"TOKENPLAN_NOW: {error}", loc=("TOKENPLAN_NOW",), value=pinned) from None
    return lambda: at
