"""Picks the catalog, the counter and the clock: the only place that looks at the environment for them."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

from planner.planner import Planner
from planner.when import when
from pricing import installed
from pricing.catalog import Catalog
from pricing.errors import InvalidInput, TokenplanError

if TYPE_CHECKING:
    from collections.abc import Callable

    from planner.tokens import Counter, Registry
    from planner.tokens.remote import Remote
    from pricing.pricefile import PriceFile

MEGABYTE = 1_000_000


def default_planner(catalog: str | None = None, prices: str | None = None, *, provider_counts: bool = False) -> Planner:
    """A planner over a catalog directory and the user's own price file.

    `catalog` falls back to `TOKENPLAN_CATALOG`, then to the refreshed catalog, then to the shipped one; `prices` to
    `TOKENPLAN_PRICES`, then to none. `TOKENPLAN_MAX_TEXT_MB` is the largest text counted, 8 unless set;
    `TOKENPLAN_NOW` pins the clock. `provider_counts` (or `TOKENPLAN_PROVIDER_COUNTS=1`) lets a question send its
    prompt to the model's provider for a count. Tokenizers of other makers are used where installed and, by name of
    model, from the folder `TOKENPLAN_TOKENIZERS` (`off`: none); calibrations are those of `TOKENPLAN_CALIBRATION`, else
    of the home.

    Raises:
        BadCatalog: the catalog or the price file is damaged.
        InvalidInput: `TOKENPLAN_NOW` is no instant, a size no number above 0, a switch not 1 or 0, the home no folder.
    """
    directory = _stated(catalog) or installed.in_use(installed.home())
    own = prices or os.environ.get("TOKENPLAN_PRICES")
    return Planner(
        Catalog(directory, _price_file(own) if own else None), _counter(provider_counts=provider_counts), clock()
    )


def kept_current(planner: Planner, catalog: str | None = None) -> Callable[[], Planner]:
    """The planner to ask at each request: `planner`, over whichever refreshed catalog is installed by then.

    Whoever holds an answer of it keeps one catalog from start to end: a refresh makes a new planner and changes no file
    of the old one. A stated catalog (`--catalog`, `TOKENPLAN_CATALOG`) stays. A damaged one is logged, not taken.
    """
    return (lambda: planner) if _stated(catalog) else _Followed(planner)


class _Followed:
    """Looks at the pointer to the installed catalog, which costs two microseconds, and swaps the catalog under it."""

    def __init__(self, planner: Planner) -> None:
        self._planner = planner
        self._pointer = os.path.join(installed.home(), installed.POINTER)
        self._seen = self._mark()

    def __call__(self) -> Planner:
        mark = self._mark()
        if mark != self._seen:
            self._seen = mark
            self._swap()
        return self._planner

    def _mark(self) -> tuple[int, int] | None:
        try:
            found = os.stat(self._pointer)
        except OSError:
            return None
        return found.st_mtime_ns, found.st_ino

    def _swap(self) -> None:
        own = self._planner.catalog.prices
        try:
            fresh = Catalog(installed.in_use(installed.home()), own)
        except TokenplanError as error:
            import logging

            logging.getLogger("tokenplan").error("the refreshed catalog is not taken: %s", error)  # noqa: TRY400 - it says all
            return
        self._planner = replace(self._planner, catalog=fresh)


def _stated(catalog: str | None) -> str | None:
    return catalog or os.environ.get("TOKENPLAN_CATALOG")


def _price_file(path: str) -> PriceFile:
    from pricing.pricefile import read_price_file

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


def _switch(variable: str) -> bool:
    """Whether an environment variable is 1; unset, empty and 0 are no.

    Raises:
        InvalidInput: it is anything else.
    """
    text = os.environ.get(variable, "")
    if text not in ("", "0", "1"):
        raise InvalidInput(f"{variable} is {text!r}; it must be 1 or 0", loc=(variable,), value=text)
    return text == "1"


def _counter(*, provider_counts: bool) -> Callable[[], Counter]:
    """The counter, made when something is first counted; its size limit is read, and checked, at once."""
    most = megabytes("TOKENPLAN_MAX_TEXT_MB", "8")
    allowed = _switch("TOKENPLAN_PROVIDER_COUNTS") or provider_counts

    @cache
    def make() -> Counter:
        from planner.tokens import Counter, registry, tokenizers

        stated = os.environ.get("TOKENPLAN_TOKENIZERS")
        at_hand = tokenizers.Tokenizers(tokenizers.in_folder(stated) if stated and stated != tokenizers.OFF else {})
        found = registry.shipped() if stated == tokenizers.OFF else at_hand.registry(registry.shipped())
        methods = _calibrated(found)
        return Counter(most, lambda: methods, at_hand.lengths, _remote if allowed else None)

    return make


def _calibrated(found: Registry) -> Registry:
    """The registry with what the user's calibrations say, where there are any."""
    path = calibration_file()
    if not os.path.isfile(path):
        return found
    from planner.tokens import calibration

    return calibration.applied(found, calibration.read(path))


def calibration_file() -> str:
    """Where calibrations lie: `TOKENPLAN_CALIBRATION`, else in the home."""
    return os.environ.get("TOKENPLAN_CALIBRATION") or os.path.join(installed.home(), "calibration.json")


def _remote() -> Remote:
    from planner.tokens.remote import Remote

    return Remote()


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
