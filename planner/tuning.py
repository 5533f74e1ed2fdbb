"""Fine-tuning: from how many requests on a tuned model pays, and that it never does where it never does."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, ClassVar, Final, Literal

from planner.break_even import crossings
from planner.cached_request import HOURS_PER_MONTH, CachedRequest, CachedTerms, cached_request, check_terms
from planner.checks import STRICT, Checks
from pricing.errors import TokenplanError
from pricing.rates import ModelRef

if TYPE_CHECKING:
    from datetime import datetime

    from pricing.catalog import Catalog

_MILLION: Final = 1e6
_DECADES: Final = 12
"""Break-evens are looked for up to a million million requests a month."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Served(CachedTerms):
    """A model that answers the requests, and what it is sent: a tuned one often needs a shorter prompt."""

    __pydantic_config__: ClassVar = STRICT

    prefix_tokens: int = 0
    """Tokens at the prompt's start that requests share: instructions, examples."""
    input_tokens: int = 0
    """Tokens of the prompt that differ from request to request."""
    output_tokens: int = 0
    """Tokens of an answer, reasoning included."""
    cache_hit_rate: float | None = None
    """Share of requests that find the prefix cached; from the arrivals unless stated, 0 for no caching."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TuningQuestion:
    """From how many requests on does a tuned model pay, training, retraining and hosting included?"""

    __pydantic_config__: ClassVar = STRICT

    requests_per_month: float
    """Requests a month."""
    train_tokens: int
    """Tokens of the training set."""
    training_usd_per_million_tokens: float
    """Price of training, a million tokens and epoch; the catalog lists none."""
    base: Served | None = None
    """The model as it is, with the prompt that it needs."""
    tuned: Served | None = None
    """The tuned model, with the prompt that it then needs."""
    base_usd: float | None = None
    """What a request to the base costs, instead of `base`."""
    tuned_usd: float | None = None
    """What a request to the tuned model costs, instead of `tuned`."""
    epochs: float = 3.0
    """Times that training goes over the set."""
    runs_per_training: int = 1
    """Training runs until a model is good enough to serve."""
    other_usd_per_training: float = 0.0
    """What each training costs besides: data, labels, evaluation, people."""
    hosting_usd_per_month: float = 0.0
    """What keeping the tuned model ready costs."""
    horizon_months: float = 12.0
    """Months over which everything is compared."""
    retrain_every_months: float | None = None
    """Months after which the model is trained anew; none is trained once."""
    active_hours_per_month: float = HOURS_PER_MONTH
    """Hours a month in which requests arrive (at random), for hit rates that are not stated."""


@dataclass(frozen=True, slots=True)
class ServedCost:
    """One request at the stated volume, in USD, with the cheapest way to cache its prefix; no model where stated."""

    usd: float
    model: ModelRef | None
    cached: str | None
    hit_rate: float | None


@dataclass(frozen=True, slots=True)
class TuningAnswer:
    """The tuned model against the base over the horizon, in USD.

    `break_even_requests` is over the horizon: None where tuning never pays. `paid_back_months` is when the first
    training is paid back, None where that is not before the next one or the horizon's end.
    `break_even_retrain_months` is the shortest time between trainings that still pays, None where none does.
    """

    verdict: str
    pays: bool
    break_even_requests: float | None
    break_even_requests_per_month: float | None
    savings_per_request_usd: float
    trainings: int
    training_usd: float
    hosting_usd: float
    base_total_usd: float
    tuned_total_usd: float
    savings_usd: float
    paid_back_months: float | None
    break_even_retrain_months: float | None
    base: ServedCost
    tuned: ServedCost
    basis: Literal["assumed"]
    assumptions: tuple[str, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Side:
    """One model: what a request costs at any volume."""

    stated_usd: float | None
    request: CachedRequest | None
    hit: float | None
    active_hours: float

    def cost(self, requests_per_month: float) -> ServedCost:
        if self.request is None:
            assert self.stated_usd is not None
            return ServedCost(self.stated_usd, None, None, None)
        usd, way, hit = self.request.cheapest(requests_per_month / self.active_hours, self.hit)
        return ServedCost(usd, self.request.model, way.name if way else None, hit if way else None)

    @property
    def same_at_any_volume(self) -> bool:
        """Whether the number of requests changes what one costs."""
        if self.request is None or not self.request.lifetimes:
            return True
        return self.hit is not None and not self.request.stored_usd_per_hour


def tuning(question: TuningQuestion, catalog: Catalog, now: datetime) -> TuningAnswer:
    """`N* = (train_tokens*epochs*price*trainings + hosting)/(c_base - c_ft)`, all over one horizon.

    Both costs take prompt caching in: at a stated hit rate, else at the one that random arrivals give, and then N* is
    the volume from which on tuning pays with the hit rates of that volume. Trainings are `ceil(horizon / cadence)`.

    Raises:
        InvalidInput: a number out of range, not exactly one of a model and a stated cost on either side.
        TokenplanError: a model that cannot be priced.
    """
    _validate(question)
    base = _side(question, "base", catalog, now)
    tuned = _side(question, "tuned", catalog, now)
    horizon, requests = question.horizon_months, question.requests_per_month
    trainings = 1 if question.retrain_every_months is None else ceil(horizon / question.retrain_every_months)
    training, hosting = trainings * _training(question), question.hosting_usd_per_month * horizon
    even = _break_even(base, tuned, (training + hosting) / horizon)
    mine, theirs = base.cost(requests), tuned.cost(requests)
    before, after = mine.usd * requests * horizon, training + hosting + theirs.usd * requests * horizon
    monthly = (mine.usd - theirs.usd) * requests - question.hosting_usd_per_month
    return TuningAnswer(
        _verdict(question, even, mine.usd - theirs.usd, before - after),
        after < before,
        None if even is None else even * horizon,
        even,
        mine.usd - theirs.usd,
        trainings,
        training,
        hosting,
        before,
        after,
        before - after,
        _paid_back(question, monthly),
        _shortest_cadence(question, monthly),
        mine,
        theirs,
        "assumed",
        _assumptions(question, base, tuned),
        _warnings(base, tuned),
    )


def _validate(question: TuningQuestion) -> None:
    checks = Checks().positive(
        requests_per_month=question.requests_per_month,
        epochs=question.epochs,
        horizon_months=question.horizon_months,
        retrain_every_months=question.retrain_every_months,
        active_hours_per_month=question.active_hours_per_month,
    )
    checks.at_least(1, train_tokens=question.train_tokens, runs_per_training=question.runs_per_training)
    names = ("training_usd_per_million_tokens", "other_usd_per_training", "hosting_usd_per_month")
    checks.not_negative(**{name: getattr(question, name) for name in (*names, "base_usd", "tuned_usd")})
    for name in ("base", "tuned"):
        if (getattr(question, name) is None) == (getattr(question, f"{name}_usd") is None):
            checks.refuse(name, "given twice or not at all", f"give exactly one of {name} and {name}_usd")
    checks.done()
    for name in ("base", "tuned"):
        served: Served | None = getattr(question, name)
        if served is not None:
            _check_served(Checks(name), served)


def _check_served(checks: Checks, served: Served) -> None:
    check_terms(checks, served)
    checks.not_negative(prefix_tokens=served.prefix_tokens, input_tokens=served.input_tokens)
    checks.not_negative(output_tokens=served.output_tokens).share(cache_hit_rate=served.cache_hit_rate)
    if not served.prefix_tokens + served.input_tokens:
        checks.refuse("input_tokens", 0, "a request needs prefix_tokens, input_tokens or both")
    checks.done()


def _side(question: TuningQuestion, name: Literal["base", "tuned"], catalog: Catalog, now: datetime) -> _Side:
    served = question.base if name == "base" else question.tuned
    stated = question.base_usd if name == "base" else question.tuned_usd
    if served is None:
        return _Side(stated, None, None, question.active_hours_per_month)
    try:
        request = cached_request(served, served.prefix_tokens, served.input_tokens, served.output_tokens, catalog, now)
    except TokenplanError as error:
        raise error.under(name) from None
    return _Side(None, request, served.cache_hit_rate, question.active_hours_per_month)


def _training(question: TuningQuestion) -> float:
    """One training: `train_tokens*epochs*price*runs`, and what else it takes."""
    tokens = question.train_tokens * question.epochs * question.runs_per_training
    return tokens * question.training_usd_per_million_tokens / _MILLION + question.other_usd_per_training


def _break_even(base: _Side, tuned: _Side, fixed_per_month: float) -> float | None:
    """Requests a month from which on tuning pays at every larger volume; None where it does not."""
    if base.same_at_any_volume and tuned.same_at_any_volume:
        saved = base.cost(1.0).usd - tuned.cost(1.0).usd
        return fixed_per_month / saved if saved > 0 else None
    found, dearer = crossings(
        lambda requests: (
            base.cost(requests).usd * requests,
            fixed_per_month + tuned.cost(requests).usd * requests,
        ),
        _DECADES,
    )
    if not dearer:
        return None
    return found[-1] if found else 1.0


def _verdict(question: TuningQuestion, even: float | None, saved: float, total: float) -> str:
    if even is None:
        at_all = "saves nothing" if saved <= 0 else "saves too little at large volumes"
        return f"never pays: a tuned request {at_all} against the base with its caching, so no volume brings it back"
    pays = "pays" if total > 0 else "does not pay"
    return (
        f"{pays} at {question.requests_per_month:,.6g} requests a month: break-even is at {even:,.6g} a month "
        f"over {question.horizon_months:,.6g} months"
    )


def _paid_back(question: TuningQuestion, monthly: float) -> float | None:
    """Months until what is saved has paid the first training."""
    if monthly <= 0:
        return None
    months = _training(question) / monthly
    return months if months <= min(question.horizon_months, question.retrain_every_months or months) else None


def _shortest_cadence(question: TuningQuestion, monthly: float) -> float | None:
    """Months between trainings at which the horizon's savings pay them all: as many trainings as they pay for."""
    one = _training(question)
    if monthly <= 0 or not one:
        return None
    affordable = int(monthly * question.horizon_months / one)
    return question.horizon_months / affordable if affordable else None


def _assumptions(question: TuningQuestion, base: _Side, tuned: _Side) -> tuple[str, ...]:
    said = [
        "the tuned model is as good as the base with its longer prompt; measure that before you believe the figures"
    ]
    if not (base.same_at_any_volume and tuned.same_at_any_volume):
        said.append("requests arrive at random (Poisson) within the active hours; hit rates follow the volume")
    said += [note for side in (base, tuned) if side.request for note in side.request.assumptions]
    if question.retrain_every_months is None:
        said.append("trained once: nothing it has learnt goes out of date within the horizon")
    return tuple(dict.fromkeys(said))


def _warnings(base: _Side, tuned: _Side) -> tuple[str, ...]:
    said: list[str] = []
    for name, side in (("base", base), ("tuned", tuned)):
        if side.request is not None:
            said += side.request.warnings
            said += [f"{name}: {why}" for why in (side.request.why_uncached,) if why]
    return tuple(dict.fromkeys(said))
