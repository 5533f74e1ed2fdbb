"""What a month may cost when requests differ and the plan's own inputs are uncertain: both are drawn."""

from __future__ import annotations

from dataclasses import dataclass, fields
from math import isfinite
from typing import TYPE_CHECKING, ClassVar, Final, Literal, NamedTuple

from planner.checks import STRICT, Checks
from planner.costing import Terms
from planner.distributions import Varying, constant, law
from planner.laws import Constant
from planner.simulated import averaged, check_run, draws, over_share, ranked, share_error
from planner.simulation_model import POINTS, Laws, Model, Stated, prices
from planner.token_prices import ModelTerms
from planner.tornado import ClosedForm, TornadoRow, closed_form, tornado
from pricing.errors import InvalidInput
from pricing.rates import ModelRef

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from planner.laws import Floats, Law
    from planner.simulated import Draws, Ranked
    from planner.simulation_model import Requests
    from pricing.catalog import Catalog

UNCERTAIN: Final = (
    "users",
    "requests_factor",
    "input_factor",
    "output_factor",
    "price_factor",
    "cache_hit_rate",
    "attempts_per_request",
)
"""Inputs that one month has one value of, which nobody knows yet."""

BINS: Final = 20
_ROUNDING: Final = 1e-20
"""A relative variance below this is floating point's, not the plan's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulateQuestion(Terms):
    """What may a request, a user's month and a month cost, how often over the budget, and which input matters most?

    Tokens, and requests from user to user, vary within a month and average out; the factors, `users` and
    `cache_hit_rate` are what the month turns out to be. Each is a number or a distribution.
    """

    __pydantic_config__: ClassVar = STRICT

    model: str | None = None
    """A model of the catalog, with its context tiers; or state the prices."""
    provider: str | None = None
    """Who sells it, when that is not its maker."""
    input_usd_per_million_tokens: float | None = None
    """Price of input, instead of the catalog's."""
    output_usd_per_million_tokens: float | None = None
    """Price of output and reasoning, instead of the catalog's."""
    cache_read_usd_per_million_tokens: float | None = None
    """Price of reading a cached prefix, instead of the catalog's."""
    cache_write_usd_per_million_tokens: float | None = None
    """Price of writing it, instead of the catalog's (the shortest lifetime)."""
    input_tokens: Varying
    """Tokens of a request's whole prompt; a distribution says how requests differ."""
    output_tokens: Varying
    """Visible tokens of its answer."""
    reasoning_tokens: Varying = 0.0
    """Reasoning tokens, billed as output."""
    max_tokens: int | None = None
    """The limit on output and reasoning together; longer answers are cut off and billed up to it."""
    other_usd_per_request: Varying = 0.0
    """What a request costs beside its tokens: searches, tools."""
    cached_prefix_tokens: int = 0
    """Tokens at the prompt's start that requests share."""
    requests_per_user_per_month: Varying
    """A distribution says how users differ."""
    users: Varying = 1.0
    """Users in the month; uncertain where a distribution."""
    cache_hit_rate: Varying = 0.0
    """Share of requests that find the prefix cached, 0 to 1; uncertain where a distribution."""
    input_factor: Varying = 1.0
    """Prompts against their planned length; 1 is as planned, p50 1 and p95 1.5 a plan that may be half too short."""
    output_factor: Varying = 1.0
    """Answers and reasoning against their planned length."""
    requests_factor: Varying = 1.0
    """Requests of all users against the plan."""
    price_factor: Varying = 1.0
    """Token prices against today's."""
    attempts_per_request: Varying = 1.0
    """Calls that a request takes on average, retries included."""
    budget_usd_per_month: float | None = None
    """What the month may cost."""
    draws: int = 100_000
    """Months to simulate, 1,000 to 1,000,000."""
    seed: int = 1
    """The same seed gives the same figures."""


@dataclass(frozen=True, slots=True)
class CostSpread:
    """A cost's mean and percentiles in USD; a `_standard_error` is that of the simulation, not of your figures."""

    mean_usd: float
    mean_standard_error_usd: float
    p50_usd: float
    p50_standard_error_usd: float
    p95_usd: float
    p95_standard_error_usd: float
    p99_usd: float
    p99_standard_error_usd: float


@dataclass(frozen=True, slots=True)
class CostBreach:
    """How probably the month costs more than the budget."""

    budget_usd: float
    breach_probability: float
    standard_error: float


@dataclass(frozen=True, slots=True)
class Truncation:
    """What `max_tokens` does to the planned answers: the share cut off, mean tokens wanted and mean tokens billed."""

    max_tokens: int
    truncated_share: float
    wanted_tokens: float
    limited_tokens: float


@dataclass(frozen=True, slots=True)
class CostBin:
    """That share of months costs from `low_usd` to `high_usd`; the outer two bins hold what lies beyond them too."""

    low_usd: float
    high_usd: float
    month_share: float


@dataclass(frozen=True, slots=True)
class SimulateAnswer:
    """Costs of one request, one user's month and the month.

    `request_noise_share` is how much of the month's variance comes from requests and users differing: the rest is the
    uncertain inputs, ordered in `tornado`. `closed_form` stands where they are all lognormal and multiply the month.
    """

    request: CostSpread
    user_month: CostSpread
    month: CostSpread
    budget: CostBreach | None
    request_noise_share: float
    truncation: Truncation | None
    tornado: tuple[TornadoRow, ...]
    closed_form: ClosedForm | None
    histogram: tuple[CostBin, ...]
    model: ModelRef | None
    draws: int
    seed: int
    basis: Literal["assumed"]
    assumptions: tuple[str, ...]
    warnings: tuple[str, ...]


def simulate(question: SimulateQuestion, catalog: Catalog, now: datetime) -> SimulateAnswer:
    """Draw months: each has one value of every uncertain input, and the noise of its own requests and users.

    A month of U users with R requests each at cost c has the mean `U*E[R]*E[c]` and, beside the inputs' uncertainty,
    the variance `U*(E[R]*Var[c] + Var[R]*E[c]^2)` of a compound sum; sums are drawn from the gamma of that mean and
    variance.

    Raises:
        InvalidInput: a number out of range, a distribution that is none, no price.
        TokenplanError: the model cannot be priced.
    """
    _validate(question)
    run = draws(question.draws, question.seed)
    laws = {name: law(getattr(question, name), name) for name in UNCERTAIN}
    _hits(laws["cache_hit_rate"])
    model = _model(question, catalog, now)
    import numpy as np  # noqa: PLC0415 - an extra

    with np.errstate(over="ignore", invalid="ignore"):  # what overflows is refused below
        drawn = _drawn(question, model, run, laws)
        answer = _answer(question, model, drawn, laws)
    if not all(map(isfinite, (answer.month.p99_usd, answer.month.p99_standard_error_usd, answer.user_month.p99_usd))):
        raise InvalidInput("the figures are too large together: the month's cost is no finite number")
    return answer


class _Months(NamedTuple):
    """What was drawn: a request, a user's month and the month in USD, one a draw."""

    request: Floats
    user: Floats
    month: Floats
    noise_share: float
    over: Requests


def _validate(question: SimulateQuestion) -> None:
    checks = Checks().not_negative(
        input_usd_per_million_tokens=question.input_usd_per_million_tokens,
        output_usd_per_million_tokens=question.output_usd_per_million_tokens,
        cache_read_usd_per_million_tokens=question.cache_read_usd_per_million_tokens,
        cache_write_usd_per_million_tokens=question.cache_write_usd_per_million_tokens,
        cached_prefix_tokens=question.cached_prefix_tokens,
    )
    checks.at_least(1, max_tokens=question.max_tokens).positive(budget_usd_per_month=question.budget_usd_per_month)
    check_run(checks, question.draws, question.seed)
    checks.done()


def _hits(each: Law) -> None:
    """A hit rate that no draw takes above 1."""
    import numpy as np  # noqa: PLC0415 - an extra

    if each.quantile(np.array([1.0]))[0] > 1:
        raise InvalidInput(
            "cache_hit_rate passes 1; give a number, low and high, samples, or a normal with high, all from 0 to 1",
            loc=("cache_hit_rate",),
        )


def _model(question: SimulateQuestion, catalog: Catalog, now: datetime) -> Model:
    terms = None
    if question.model is not None:
        own = {field.name: getattr(question, field.name) for field in fields(Terms)}
        terms = ModelTerms(model=question.model, provider=question.provider, **own)
    stated = Stated(
        question.input_usd_per_million_tokens,
        question.cache_read_usd_per_million_tokens,
        question.cache_write_usd_per_million_tokens,
        question.output_usd_per_million_tokens,
    )
    found = prices(terms, stated, catalog, now)
    names = ("input_tokens", "output_tokens", "reasoning_tokens", "other_usd_per_request")
    least = (found.source and found.source.cache_minimum_tokens) or 0
    prefix = question.cached_prefix_tokens if question.cached_prefix_tokens >= least else 0
    return Model(found, prefix, question.max_tokens, Laws(*(law(getattr(question, name), name) for name in names)))


def _drawn(question: SimulateQuestion, model: Model, run: Draws, laws: Mapping[str, Law]) -> _Months:
    """Every input once a draw, then one of its requests, one of its users, and all of them."""
    import numpy as np  # noqa: PLC0415 - an extra

    users = law(question.requests_per_user_per_month, "requests_per_user_per_month")
    inputs = {name: run.of(each) for name, each in laws.items()}
    over = model.stratified(run.stream())
    request = model.usd(model.drawn(run), inputs, (run.uniform() < inputs["cache_hit_rate"]).astype(float))
    mean = model.mean_usd(over, inputs)
    spread = _relative_variance(model, over, laws, run)
    own = inputs["requests_factor"] * run.of(users)
    user = _summed(own * mean, own * mean**2 * spread, run)
    count, of_users = inputs["users"] * inputs["requests_factor"] * users.mean, _variance(users)
    expected = np.broadcast_to(count * mean, run.count)
    noise = mean**2 * (count * spread + inputs["users"] * inputs["requests_factor"] ** 2 * of_users)
    month, within, between = _summed(expected, noise, run), float(np.mean(noise)), float(expected.var())
    return _Months(request, user, month, within / (within + between) if within > _ROUNDING * between else 0.0, over)


def _relative_variance(model: Model, over: Requests, laws: Mapping[str, Law], run: Draws) -> float:
    """Var[c]/E[c]^2 of requests, taken at the median of every input."""
    import numpy as np  # noqa: PLC0415 - an extra

    typical = {name: each.quantile(np.array([0.5]))[0] for name, each in laws.items()}
    hit = run.stream().random(len(over.input_tokens)) < typical["cache_hit_rate"]
    costs = model.usd(over, typical, hit)
    mean = float(costs.mean())
    found = float(costs.var()) / mean**2 if mean else 0.0
    return found if found > _ROUNDING else 0.0


def _variance(each: Law) -> float:
    import numpy as np  # noqa: PLC0415 - an extra

    return float(each.quantile((np.arange(POINTS) + 0.5) / POINTS).var())


def _summed(mean: Floats | float, variance: Floats | float, run: Draws) -> Floats:
    """Sums of many costs: the gamma with their mean and variance; the mean itself where nothing varies."""
    import numpy as np  # noqa: PLC0415 - an extra

    whole, spread = np.broadcast_to(mean, run.count), np.broadcast_to(variance, run.count)
    varies = (spread > whole**2 * _ROUNDING) & (whole > 0)
    scale = np.divide(spread, whole, out=np.ones(run.count), where=varies)
    shape = np.divide(whole, scale, out=np.ones(run.count), where=varies)
    return np.where(varies, run.stream().standard_gamma(shape) * scale, whole)


def _answer(question: SimulateQuestion, model: Model, drawn: _Months, laws: Mapping[str, Law]) -> SimulateAnswer:
    users = law(question.requests_per_user_per_month).mean

    def month_usd(inputs: Mapping[str, float]) -> float:
        return float(inputs["users"] * inputs["requests_factor"] * users * model.mean_usd(drawn.over, inputs))

    closed = _closed(question, laws, month_usd)
    month, source = ranked(drawn.month), model.prices.source
    return SimulateAnswer(
        request=_spread(drawn.request, ranked(drawn.request)),
        user_month=_spread(drawn.user, ranked(drawn.user)),
        month=_spread(drawn.month, month),
        budget=_breach(drawn.month, question.budget_usd_per_month),
        request_noise_share=drawn.noise_share,
        truncation=_truncation(question.max_tokens, drawn.over, model),
        tornado=tornado(laws, month_usd, closed),
        closed_form=closed,
        histogram=tuple(_bins(drawn.month, month.curve[0], month.curve[-1])),
        model=source.model if source else None,
        draws=question.draws,
        seed=question.seed,
        basis="assumed",
        assumptions=tuple(_assumptions(question)),
        warnings=(*(source.warnings if source else ()), *_warnings(question, model)),
    )


def _closed(
    question: SimulateQuestion, laws: Mapping[str, Law], month_usd: Callable[[Mapping[str, float]], float]
) -> ClosedForm | None:
    """The month as a product of lognormals, where every uncertain input multiplies it."""
    factors = ["users", "requests_factor", "attempts_per_request"]
    if question.other_usd_per_request == 0:
        factors.append("price_factor")
    fixed = {name: each.mean for name, each in laws.items() if name not in factors}
    if not all(isinstance(laws[name], Constant) for name in fixed):
        return None
    one = month_usd({**dict.fromkeys(factors, 1.0), **fixed})
    return closed_form((laws[name] for name in factors), one, question.budget_usd_per_month)


def _spread(values: Floats, order: Ranked) -> CostSpread:
    pairs = zip(order.at, order.errors, strict=True)
    return CostSpread(*averaged(values), *(figure for pair in pairs for figure in pair))


def _breach(values: Floats, budget: float | None) -> CostBreach | None:
    if budget is None:
        return None
    share = over_share(values, budget)
    return CostBreach(budget, share, share_error(share, len(values)))


def _truncation(limit: int | None, over: Requests, model: Model) -> Truncation | None:
    if limit is None:
        return None
    wanted = over.generated_tokens
    return Truncation(limit, float((wanted > limit).mean()), float(wanted.mean()), float(model.limited(wanted).mean()))


def _bins(values: Floats, low: float, high: float) -> Iterator[CostBin]:
    import numpy as np  # noqa: PLC0415 - an extra

    if not low < high:
        yield CostBin(low, high, 1.0)
        return
    counts, edges = np.histogram(np.clip(values, low, high), bins=BINS, range=(low, high))
    yield from map(CostBin, edges[:-1].tolist(), edges[1:].tolist(), (counts / len(values)).tolist())


def _assumptions(question: SimulateQuestion) -> Iterator[str]:
    yield "inputs are independent of each other, and so are a request's prompt and answer"
    yield "sums over many requests are drawn as gammas of their mean and variance"
    if not constant(question.requests_per_user_per_month):
        yield "requests_per_user_per_month differs from user to user; what is uncertain of its mean is requests_factor"
    if all(constant(getattr(question, name)) for name in UNCERTAIN):
        yield "no input is uncertain: the month's spread is the noise of its requests alone, which is too narrow a view"


def _warnings(question: SimulateQuestion, model: Model) -> Iterator[str]:
    source = model.prices.source
    if source and model.prefix < question.cached_prefix_tokens:
        yield (
            f"a prefix of {question.cached_prefix_tokens} tokens is never cached: {source.model.id} caches from "
            f"{source.cache_minimum_tokens} tokens"
        )
    if question.cache_hit_rate != 0 and not question.cached_prefix_tokens:
        yield "cache_hit_rate says nothing without cached_prefix_tokens"
