"""Exact cost of one request: which rates hold, and the arithmetic over them in Decimal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow
from itertools import compress
from typing import TYPE_CHECKING, Final

from pricing.errors import NotPriced, one_of
from pricing.rates import STANDARD, CatalogRef, ModelRef, Rate, RateSet
from pricing.usage import BUCKETS, Usage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pricing.names import Resolution
    from pricing.rates import Model

EXACT: Final = Context(prec=60, traps=[Inexact, InvalidOperation, Overflow])
"""Money arithmetic: a rounding is an error, never a result."""

RETIRES_SOON_DAYS: Final = 90
_NAMES: Final = tuple(BUCKETS)
_UNITS: Final = tuple(bucket.unit for bucket in BUCKETS.values())


@dataclass(frozen=True, slots=True)
class Line:
    """One bucket's share of a cost, with the rate used, the conditions that chose it, its source and date."""

    bucket: str
    quantity: int | Decimal
    unit: str
    usd_per_unit: Decimal
    amount_usd: Decimal
    conditions: tuple[str, ...]
    source: str
    observed: str


@dataclass(frozen=True, slots=True)
class Cost:
    """What one request costs, in USD; the lines sum to the total exactly."""

    model: ModelRef
    total_usd: Decimal
    lines: tuple[Line, ...]
    as_of: datetime
    catalog: CatalogRef
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """The rate set chosen for a request, and the factor its region puts on token prices."""

    rates: RateSet
    region: str | None
    factor: Decimal | None = None
    factor_note: str = ""


def cost(
    usage: Usage,
    resolved: Resolution,
    *,
    at: datetime,
    service_tier: str | None = None,
    region: str | None = None,
) -> Cost:
    """Price one request exactly.

    `at` is a UTC instant; `service_tier` None means standard; `region` None means what the name implied, else the
    default offer. The whole prompt, cache included, chooses the context tier, and the tier reprices all of it.

    Raises:
        NotPriced: the model sells nothing under that tier, region or date, or lists no price for a bucket that is used.
    """
    model = resolved.model
    offer = select(model, service_tier or STANDARD, region or resolved.region, at=at, prompt_tokens=usage.prompt_tokens)
    lines: list[Line] = []
    warnings: list[str] = []
    total = Decimal(0)
    quantities = usage.quantities
    for bucket, unit, quantity in compress(zip(_NAMES, _UNITS, quantities, strict=True), quantities):  # zeros drop out
        priced_as, rate, source_set = rate_of(model, offer, bucket, quantity, at)
        if rate is None:
            continue
        line = _line(bucket, quantity, unit, priced_as, rate, source_set, offer)
        total = EXACT.add(total, line.amount_usd)
        lines.append(line)
        if priced_as not in (bucket, "output_tokens"):
            warnings.append(f"{bucket} priced as {priced_as}: {model.id} lists no price of its own for it")
    return Cost(
        ModelRef(model.id, model.provider, resolved.requested, resolved.rule),
        total,
        tuple(lines),
        at,
        resolved.catalog,
        (*resolved.warnings, *warnings, *dated_warnings(model, offer.rates, at)),
    )


def select(model: Model, tier: str, region: str | None, *, at: datetime, prompt_tokens: int) -> Offer:
    """The rate set that holds for a tier, region, instant and prompt length.

    A time window wins over none, then the highest context threshold that the prompt reaches.

    Raises:
        NotPriced: nothing is sold there; the message lists what is.
    """
    sets = model.offers.get((tier, region))
    uplift = None
    if sets is None:
        sets, uplift = _elsewhere(model, tier, region), model.uplifts.get(region or "")
    best: RateSet | None = None
    rank = (False, -1)
    for each in sets:
        if each.valid(at) and each.threshold <= prompt_tokens and (each.window is None or each.window.holds(at)):
            mine = (each.window is not None, each.threshold)
            if mine > rank:
                best, rank = each, mine
    if best is None:
        raise _gap(model, tier, region, sets, at)
    if uplift is None:
        return Offer(best, region)
    return Offer(best, region, uplift.factor, f"region={region} x{uplift.factor} ({uplift.source})")


def nearest_instant(model: Model, tier: str | None, region: str | None, at: datetime) -> datetime | None:
    """The instant nearest to `at` at which a set of that tier and region begins or last held; None without dates."""
    sets = model.offers.get((tier or STANDARD, region), ())
    begins = (each.valid_from for each in sets if each.valid_from is not None)
    last_held = (each.valid_to - timedelta(microseconds=1) for each in sets if each.valid_to is not None)
    return min((*begins, *last_held), key=lambda instant: abs(instant - at), default=None)


def _elsewhere(model: Model, tier: str, region: str | None) -> tuple[RateSet, ...]:
    """The default offer, where a region only puts a factor on it or names it; else the error with what is sold."""
    if not model.sets:
        raise NotPriced(
            f"{model.provider}/{model.id} is listed without prices; it cannot be priced", loc=("model",), value=model.id
        )
    if tier not in model.tiers:
        raise NotPriced(
            f"{model.provider}/{model.id} sells no service tier {tier!r}; {one_of(tier, model.tiers)}",
            loc=("service_tier",),
            value=tier,
        )
    if region in model.uplifts or region == "global":
        default = model.offers.get((tier, None))
        if default is not None:
            return default
    sold = [name or "(default)" for offered, name in model.offers if offered == tier]
    if "(default)" in sold:
        sold += model.uplifts
    raise NotPriced(
        f"{model.provider}/{model.id} sells {tier} in no region {region or '(default)'!r}; "
        f"{one_of(region or '', sold)}",
        loc=("region",),
        value=region,
    )


def _gap(model: Model, tier: str, region: str | None, sets: tuple[RateSet, ...], at: datetime) -> NotPriced:
    """No set holds at that instant: say which dates are known."""
    known = sorted({f"{_day(each.valid_from)} to {_day(each.valid_to)}" for each in sets})
    where = f" in {region}" if region else ""
    return NotPriced(
        f"no {tier} price of {model.provider}/{model.id}{where} is known{at_instant(at)}; known: {', '.join(known)}",
        loc=("as_of",),
        value=at.isoformat(),
    )


def at_instant(at: datetime) -> str:
    """The words of a gap's message that name its instant; who answers for many instants at once takes them out."""
    return f" at {at:%Y-%m-%dT%H:%MZ}"


def _day(instant: datetime | None) -> str:
    return f"{instant:%Y-%m-%d}" if instant else "open"


def rate_of(
    model: Model, offer: Offer, bucket: str, quantity: int | Decimal | None, at: datetime
) -> tuple[str, Rate | None, RateSet]:
    """The price of a bucket, the bucket that carries it and the set it stands in; None where no fee is charged.

    Raises:
        NotPriced: the model lists no price for it; the error shows `quantity`.
    """
    rates = offer.rates.rates
    name: str | None = bucket
    while name is not None:
        if name in rates:
            return name, rates[name], offer.rates
        name = BUCKETS[name].fallback
    if BUCKETS[bucket].per == 1:
        for base in _bases(model, offer, at):
            if bucket in base.rates:
                return bucket, base.rates[bucket], base
    if bucket == "requests":  # most models charge none
        return bucket, None, offer.rates
    raise NotPriced(
        f"{model.provider}/{model.id} lists no price for {bucket}; it prices {', '.join(rates) or 'nothing'}",
        loc=("usage", bucket),
        value=quantity,
    )


def _bases(model: Model, offer: Offer, at: datetime) -> Iterator[RateSet]:
    """The standard sets whose fees a tier or a long context borrows where its own set does not mention them."""
    chosen = offer.rates
    if chosen.tier == STANDARD and not chosen.threshold and chosen.region is None:
        return
    for region in dict.fromkeys((offer.region, None)):
        for each in model.offers.get((STANDARD, region), ()):
            if each.valid(at) and not each.threshold and each is not chosen:
                yield each


def _line(
    bucket: str, quantity: int | Decimal, unit: str, priced_as: str, rate: Rate, origin: RateSet, offer: Offer
) -> Line:
    price, each, conditions = rate.usd_per_unit, rate.each, origin.conditions
    if offer.factor is not None and BUCKETS[bucket].per > 1:
        price, each = EXACT.multiply(price, offer.factor), EXACT.multiply(each, offer.factor)
        conditions = (*conditions, offer.factor_note)
    if priced_as != bucket:
        conditions = (*conditions, f"priced_as={priced_as}")
    amount = EXACT.multiply(each, quantity)
    return Line(bucket, quantity, unit, price, amount, conditions, rate.source, rate.observed)


def dated_warnings(model: Model, chosen: RateSet, at: datetime, *, days: bool = True) -> list[str]:
    """What a date makes doubtful: retirement (`days` says how near), announced prices, holidays beyond the calendar."""
    found = []
    if model.retires is not None:
        left = (date.fromisoformat(model.retires) - at.date()).days
        if left <= 0:
            found.append(f"{model.id} retired on {model.retires}")
        elif left <= RETIRES_SOON_DAYS:
            found.append(f"{model.id} retires on {model.retires}" + (f", in {left} days" if days else ""))
    if chosen.basis == "announced":
        found.append(f"the price rests on an announcement, effective {_day(chosen.valid_from)}")
    calendar = chosen.window.holidays if chosen.window else None
    if calendar is not None and calendar.local(at) > calendar.covers_through:
        found.append(f"{calendar.name} holidays are known through {calendar.covers_through} only")
    return found
