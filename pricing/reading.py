"""Catalog JSON to frozen types: the one reader of a model entry, used for shipped, refreshed and user price files."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, TypeVar

from pricing.errors import BadCatalog, one_of
from pricing.rates import STANDARD, Calendar, Limits, Model, Rate, RateSet, Uplift, Window
from pricing.usage import BUCKETS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Json = dict[str, Any]
T = TypeVar("T")

_SET_KEYS = frozenset((
    "rates", "tier", "region", "prompt_above", "prompt_from", "valid_from", "valid_to", "hours", "weekdays",
    "except_holidays", "source", "observed", "sources", "basis", "free",
))  # fmt: skip
_MINUTES_A_DAY = 24 * 60


def calendar(name: str, data: Json) -> Calendar:
    """A holiday calendar from the catalog's index."""
    return Calendar(
        name,
        data["utc_offset_hours"],
        frozenset(map(date.fromisoformat, data["dates"])),
        date.fromisoformat(data["covers_through"]),
    )


def model(provider: str, model_id: str, data: Json, calendars: Mapping[str, Calendar]) -> Model:
    """A model from its catalog entry.

    Raises:
        BadCatalog: an entry breaks the format of docs/adr/0001; the location names model and key.
    """
    sets = []
    for place, entry in enumerate(data.get("prices", ())):
        try:
            sets.append(rate_set(entry, calendars))
        except BadCatalog as error:
            raise error.under("models", model_id, "prices", place) from None
    offers: dict[tuple[str, str | None], tuple[RateSet, ...]] = {}
    for each in sets:
        offers[each.tier, each.region] = (*offers.get((each.tier, each.region), ()), each)
    return Model(
        id=model_id,
        provider=provider,
        name=data.get("name"),
        mode=data.get("mode"),
        aliases=tuple(data.get("aliases", ())),
        limits=Limits(**data.get("limits", {})),
        retires=data.get("retires"),
        knowledge_cutoff=data.get("knowledge_cutoff"),
        cache_minimum_tokens=data.get("cache_minimum_tokens"),
        capabilities=tuple(data.get("capabilities", ())),
        uplifts={
            region: Uplift(money(up["factor"], ("uplifts", region)), up["source"], up["observed"])
            for region, up in data.get("uplifts", {}).items()
        },
        notes=tuple(data.get("notes", ())),
        sets=tuple(sets),
        offers=offers,
    )


def rate_set(data: Json, calendars: Mapping[str, Calendar]) -> RateSet:
    """One rate set from its JSON line; the conditions are put into words once, here.

    Raises:
        BadCatalog: an unknown key or bucket, a rate that is no decimal or is zero without `free`, a bad date or window.
    """
    for key in data:
        if key not in _SET_KEYS:
            raise BadCatalog(f"unknown key {key!r}; {one_of(key, sorted(_SET_KEYS))}", loc=(key,), value=data[key])
    window = _window(data, calendars)
    basis = data.get("basis")
    begins, ends = _instant(data, "valid_from"), _instant(data, "valid_to")
    if begins is not None and ends is not None and ends <= begins:
        raise BadCatalog(
            f"valid_to is {data['valid_to']!r}; it must come after valid_from, {data['valid_from']!r}",
            loc=("valid_to",),
            value=data["valid_to"],
        )
    return RateSet(
        rates={bucket: _rate(bucket, text, data) for bucket, text in _mapping(data, "rates").items()},
        tier=data.get("tier", STANDARD),
        region=data.get("region"),
        prompt_above=_count(data, "prompt_above"),
        prompt_from=_count(data, "prompt_from"),
        valid_from=begins,
        valid_to=ends,
        window=window,
        basis=basis,
        free=data.get("free", False),
        conditions=tuple(_conditions(data, window, basis)),
    )


def money(text: object, loc: tuple[str | int, ...]) -> Decimal:
    """A non-negative decimal from its string.

    Raises:
        BadCatalog: not a string of a finite non-negative decimal.
    """
    try:
        amount = Decimal(text) if isinstance(text, str) else Decimal("NaN")
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount < 0:
        raise BadCatalog(
            f'{".".join(map(str, loc))} is {text!r}; it must be a decimal string, not negative, such as "0.25"',
            loc=loc,
            value=text,
        )
    return amount


def _rate(bucket: str, text: object, data: Json) -> Rate:
    if bucket not in BUCKETS:
        raise BadCatalog(
            f"unknown bucket {bucket!r} in rates; {one_of(bucket, BUCKETS)}", loc=("rates", bucket), value=text
        )
    price = money(text, ("rates", bucket))
    if not price and not data.get("free"):
        raise BadCatalog(
            f"rates.{bucket} is zero; say free = true if it really costs nothing", loc=("rates", bucket), value=text
        )
    origin = data.get("sources", {}).get(bucket, data)
    each = price if BUCKETS[bucket].per == 1 else price.scaleb(-6)
    return Rate(price, each, _text(origin, "source"), _text(origin, "observed"))


def _conditions(data: Json, window: Window | None, basis: str | None) -> list[str]:
    """What a line shows of why its rate applies."""
    words = [f"service_tier={data.get('tier', STANDARD)}"]
    words += [f"{key}={data[key]}" for key in ("region",) if data.get(key)]
    words += [f"prompt_tokens>{data['prompt_above']}"] if "prompt_above" in data else []
    words += [f"prompt_tokens>={data['prompt_from']}"] if "prompt_from" in data else []
    words += [f"from={data['valid_from']}"] if data.get("valid_from") else []
    words += [f"until={data['valid_to']}"] if data.get("valid_to") else []
    words += [window.describe()] if window else []
    words += [f"basis={basis}"] if basis else []
    return [*words, "free"] if data.get("free") else words


def _window(data: Json, calendars: Mapping[str, Calendar]) -> Window | None:
    hours, weekdays, holidays = (data.get(key) for key in ("hours", "weekdays", "except_holidays"))
    if not (hours or weekdays or holidays):
        return None
    if holidays is not None and holidays not in calendars:
        raise BadCatalog(
            f"except_holidays names no calendar: {holidays!r}; {one_of(str(holidays), calendars)}",
            loc=("except_holidays",),
            value=holidays,
        )
    days = _checked(data, "weekdays", frozenset, "ISO weekdays from 1 to 7") if weekdays else frozenset()
    if not all(isinstance(day, int) and 1 <= day <= 7 for day in days):  # noqa: PLR2004 - a week
        raise BadCatalog(f"weekdays is {weekdays!r}; it must list ISO weekdays from 1 to 7", loc=("weekdays",))
    return Window(tuple(_span(text) for text in hours or ()), days, calendars[holidays] if holidays else None)


def _span(text: object) -> tuple[int, int]:
    try:
        start, end = (_minute(part) for part in str(text).split("-"))
    except ValueError:
        raise BadCatalog(f'hours has {text!r}; it must read "HH:MM-HH:MM"', loc=("hours",), value=text) from None
    return start, end


def _minute(clock: str) -> int:
    hour, minute = map(int, clock.split(":"))
    total = hour * 60 + minute
    if not (0 <= minute < 60 and 0 <= total <= _MINUTES_A_DAY):  # noqa: PLR2004 - an hour
        raise ValueError(clock)
    return total


def _instant(data: Json, key: str) -> datetime | None:
    if data.get(key) is None:
        return None
    return _checked(data, key, _utc, "a UTC instant such as 2026-08-16T16:00:00Z")


def _utc(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


def _checked(data: Json, key: str, read: Callable[[Any], T], valid: str) -> T:
    try:
        return read(data[key])
    except (TypeError, ValueError):
        raise BadCatalog(f"{key} is {data[key]!r}; it must be {valid}", loc=(key,), value=data[key]) from None


def _count(data: Json, key: str) -> int | None:
    value = data.get(key)
    if value is not None and (type(value) is not int or value < 0):
        raise BadCatalog(f"{key} is {value!r}; it must be a whole number of prompt tokens", loc=(key,), value=value)
    return value


def _mapping(data: Json, key: str) -> Json:
    value = data.get(key)
    if not isinstance(value, dict):
        raise BadCatalog(f"{key} is {value!r}; it must map buckets to decimal strings", loc=(key,), value=value)
    return value


def _text(data: Json, key: str) -> str:
    value = data.get(key)
    if not isinstance(value, str) or not value:
        raise BadCatalog(f"{key} is {value!r}; it must say where and when the figure was seen", loc=(key,), value=value)
    return value
