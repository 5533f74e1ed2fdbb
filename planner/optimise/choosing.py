"""One product: configurations (models times options) under constraints, the Pareto frontier, and what binds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, ClassVar, Final, Literal

from planner.calls import Call, CallCost, Load, Pricer
from planner.checks import STRICT, Checks
from planner.context import FitQuestion, fit
from planner.costing import Refusal
from planner.optimise.frontier import sweep
from planner.prompt import Prompt
from pricing.errors import NotPriced, TooLarge
from pricing.rates import ModelRef

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from planner.tokens import Counter
    from pricing.catalog import Catalog

MOST_CONFIGURATIONS: Final = 100_000
MOST_EXPLAINED: Final = 1000
_WORST: Final = float("inf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """A model, or any way to answer, with what you know of it."""

    __pydantic_config__: ClassVar = STRICT

    name: str
    """What the configuration is called."""
    call: Call
    """What a request costs on it: USD, or a model; its `region` is where it runs."""
    quality: float | None = None
    """Its quality on your own scale, the higher the better: accuracy, pass rate, a judge's score."""
    latency_p95_seconds: float | None = None
    """Seconds within which 95 % of its answers are complete."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A way to use any of the configurations: a tier, a region, another prompt. Figures it leaves out stay."""

    __pydantic_config__: ClassVar = STRICT

    name: str
    """What the option is called."""
    load: Load | None = None
    """What a request sends under it, where the configuration does not say it itself."""
    service_tier: str | None = None
    """Tier that it buys: standard, batch, flex, priority, fast; only for models of the catalog."""
    region: str | None = None
    """Region that it runs in; stated costs are taken to hold there."""
    cost_multiplier: float = 1.0
    """Factor on the cost: 2 for two calls a request."""
    latency_multiplier: float = 1.0
    """Factor on the p95 latency."""
    quality_change: float = 0.0
    """What it adds to the quality; negative takes away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OptimiseQuestion:
    """Which configurations meet all constraints, which are worth choosing among, and which constraint binds?"""

    __pydantic_config__: ClassVar = STRICT

    configurations: tuple[Configuration, ...]
    """What may be chosen; at least one."""
    options: tuple[Option, ...] = ()
    """Every configuration is tried with every option; none tries it as it is."""
    load: Load | None = None
    """What a request sends, for every model that does not say it itself."""
    requests_per_month: float | None = None
    """Requests a month, for the budget."""
    budget_usd_per_month: float | None = None
    """Most that all requests of a month may cost, in USD; needs `requests_per_month`."""
    max_cost_usd: float | None = None
    """Most that a request may cost, in USD."""
    max_latency_p95_seconds: float | None = None
    """Longest p95 latency."""
    min_quality: float | None = None
    """Lowest quality, on the scale of the configurations."""
    regions: tuple[str, ...] = ()
    """Regions that are allowed; none allows all. A model bought without a region runs in `default`."""
    must_fit: bool = True
    """Whether a prompt that does not fit the model's window excludes it."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A configuration under an option, in USD a request; `fits` is None where no limit or no prompt is known."""

    name: str
    model: ModelRef | None
    cost_usd: float
    latency_p95_seconds: float | None
    quality: float | None
    region: str
    fits: bool | None


@dataclass(frozen=True, slots=True)
class Other:
    """A choice that is not on the frontier: the constraints it fails, or a choice that is no worse and better."""

    name: str
    fails: tuple[str, ...]
    beaten_by: str | None


@dataclass(frozen=True, slots=True)
class Constraint:
    """One constraint: its limit, how many meet it, how many fail it alone, and what it costs.

    `best_value` is the best reached by any choice, `best_with_others` by those that meet all other constraints: both
    None where it has no numeric value or none is left. Without it the cheapest choice would cost
    `cost_without_usd`; it binds where that is less than now, or where it alone leaves no choice.
    """

    constraint: str
    limit: float | None
    met_by: int
    failed_alone_by: int
    best_value: float | None
    best_with_others: float | None
    cost_without_usd: float | None
    binds: bool


@dataclass(frozen=True, slots=True)
class OptimiseAnswer:
    """The cheapest choice that meets everything, and the frontier in cost, p95 latency and quality, by cost.

    A figure that no configuration states is left out of the comparison. `cheapest` is None where nothing meets all
    constraints: `reasons` then says why.
    """

    choices: int
    meet_all: int
    dominated: int
    cheapest: Choice | None
    cost_per_month_usd: float | None
    frontier: tuple[Choice, ...]
    constraints: tuple[Constraint, ...]
    reasons: tuple[str, ...]
    others: tuple[Other, ...]
    not_priced: tuple[Refusal, ...]
    basis: Literal["assumed"]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Rule:
    """A constraint as a test; `value` is its figure, the lower the better (quality is negated by `sign`)."""

    name: str
    limit: float | None
    met: Callable[[Choice], bool]
    value: Callable[[Choice], float] | None = None
    sign: int = 1


def optimise(question: OptimiseQuestion, catalog: Catalog, counter: Counter, now: datetime) -> OptimiseAnswer:
    """Enumerate, filter by the constraints, drop what another choice beats (no worse in all, better in one).

    Source: Pareto dominance; the frontier by `planner.optimise.frontier`.

    Raises:
        InvalidInput: a number out of range, a constraint on a figure that a configuration does not state.
        TooLarge: more than 100,000 choices.
        TokenplanError: a model that is unknown or cannot be counted; what a tier or region does not sell is listed.
    """
    _validate(question)
    made = _Enumerated(question, catalog, counter.once(), now)
    every = made.choices
    rules = _rules(question)
    failing = [tuple(rule.name for rule in rules if not rule.met(each)) for each in every]
    allowed = [each for each, fails in zip(every, failing, strict=True) if not fails]
    front = [allowed[at] for at in _front([_point(each) for each in allowed])]
    front.sort(key=_point)
    cheapest = front[0] if front else None
    per_month = None if cheapest is None or question.requests_per_month is None else question.requests_per_month
    others = list(_others(every, failing, front))
    constraints = tuple(_constraint(rule, every, failing, cheapest) for rule in rules)
    unshown = len(every) - len(front) - len(others)
    return OptimiseAnswer(
        len(every),
        len(allowed),
        len(allowed) - len(front),
        cheapest,
        None if per_month is None or cheapest is None else cheapest.cost_usd * per_month,
        tuple(front),
        constraints,
        ()
        if cheapest
        else tuple(_reasons(constraints))
        if every
        else ("no choice can be priced; not_priced says why",),
        tuple(others),
        tuple(made.refused),
        "assumed",
        (*dict.fromkeys(made.said), *([f"{unshown} more choices are not listed in others"] if unshown else [])),
    )


class _Enumerated:
    """All choices of a question, priced; what a tier or region does not sell is refused with its reason."""

    def __init__(self, question: OptimiseQuestion, catalog: Catalog, counter: Counter, now: datetime) -> None:
        self.question, self.catalog, self.counter, self.now = question, catalog, counter, now
        self.refused: list[Refusal] = []
        self.said: list[str] = []
        pairs = ((at, each, option) for at, each in enumerate(question.configurations) for option in self._options())
        self.choices = [found for pair in pairs if (found := self._choice(*pair)) is not None]

    def _options(self) -> Sequence[Option | None]:
        return self.question.options or (None,)

    def _choice(self, at: int, each: Configuration, option: Option | None) -> Choice | None:
        name = f"{each.name}, {option.name}" if option else each.name
        call = _call(each.call, option)
        load = (option.load if option else None) or self.question.load
        try:
            cost = Pricer(self.catalog, self.counter, self.now, load)(call, "configurations", at, "call")
        except NotPriced as error:
            self.refused.append(Refusal(name, error.slug, error.problems))
            return None
        self.said.extend(f"{each.name}: {said}" for said in cost.warnings)
        usual = option or _AS_IT_IS
        p95, quality = each.latency_p95_seconds, each.quality
        return Choice(
            name,
            cost.model,
            float(cost.usd) * usual.cost_multiplier,
            None if p95 is None else p95 * usual.latency_multiplier,
            None if quality is None else quality + usual.quality_change,
            self._region(call),
            self._fits(call, load, cost),
        )

    def _region(self, call: Call) -> str:
        named = self.catalog.resolve(call.model, call.provider).region if call.model else None
        return call.region or named or "default"

    def _fits(self, call: Call, usual: Load | None, cost: CallCost) -> bool | None:
        load = call if call.told else usual
        if call.model is None or cost.model is None or load is None:
            return None
        used = load.usage
        output = (
            used.output_tokens + used.reasoning_tokens if used else (load.output_tokens or 0) + load.reasoning_tokens
        )
        sent = {} if used else {field.name: getattr(load, field.name) for field in fields(Prompt)}
        asked = FitQuestion(
            model=call.model,
            provider=call.provider,
            input_tokens=used.prompt_tokens if used else None,
            reserved_output_tokens=output,
            **sent,
        )
        return fit(asked, self.catalog, self.counter).fits


_AS_IT_IS: Final = Option(name="as it is")


def _call(call: Call, option: Option | None) -> Call:
    """The call under an option; what the option leaves out stays."""
    if option is None or (option.service_tier is None and option.region is None):
        return call
    return replace(call, service_tier=option.service_tier or call.service_tier, region=option.region or call.region)


def _point(choice: Choice) -> tuple[float, float, float]:
    """A choice as figures of which the lower is the better; one that is not stated is as bad as can be."""
    p95 = _WORST if choice.latency_p95_seconds is None else choice.latency_p95_seconds
    return choice.cost_usd, p95, _WORST if choice.quality is None else -choice.quality


def _front(points: Sequence[tuple[float, float, float]]) -> list[int]:
    """The frontier's indices; by columns where there are many points and NumPy is here."""
    if len(points) < MOST_EXPLAINED:
        return sweep(points)
    try:
        import numpy as np  # noqa: PLC0415 - an extra
    except ImportError:
        return sweep(points)
    from planner.optimise.frontier import frontier  # noqa: PLC0415 - as above

    first, second, third = np.array(points, np.float64).T
    return [int(at) for at in frontier(first, second, third)]


def _rules(question: OptimiseQuestion) -> list[_Rule]:
    month = question.requests_per_month or 0.0
    budget, most = question.budget_usd_per_month, question.max_cost_usd
    p95, least = question.max_latency_p95_seconds, question.min_quality
    return [
        *([_most("budget_usd_per_month", budget, lambda each: each.cost_usd * month)] if budget is not None else []),
        *([_most("max_cost_usd", most, lambda each: each.cost_usd)] if most is not None else []),
        *([_most("max_latency_p95_seconds", p95, lambda each: _point(each)[1])] if p95 is not None else []),
        *([_most("min_quality", -least, lambda each: _point(each)[2], -1)] if least is not None else []),
        *([_Rule("regions", None, lambda each: each.region in question.regions)] if question.regions else []),
        *([_Rule("must_fit", None, lambda each: each.fits is not False)] if question.must_fit else []),
    ]


def _most(name: str, limit: float, value: Callable[[Choice], float], sign: int = 1) -> _Rule:
    return _Rule(name, limit * sign, lambda each: value(each) <= limit, value, sign)


def _constraint(
    rule: _Rule, every: Sequence[Choice], failing: Sequence[Sequence[str]], cheapest: Choice | None
) -> Constraint:
    pairs = list(zip(every, failing, strict=True))
    without = [each for each, fails in pairs if set(fails) <= {rule.name}]
    value, cost = rule.value, min((each.cost_usd for each in without), default=None)
    alone = sum(tuple(fails) == (rule.name,) for _, fails in pairs)
    return Constraint(
        rule.name,
        rule.limit,
        sum(rule.name not in fails for _, fails in pairs),
        alone,
        None if value is None or not every else rule.sign * min(value(each) for each in every),
        None if value is None or not without else rule.sign * min(value(each) for each in without),
        cost,
        (cost is not None and (cheapest is None or cost < cheapest.cost_usd))
        or (bool(every) and all(rule.name in fails for _, fails in pairs)),
    )


def _reasons(constraints: Sequence[Constraint]) -> Iterator[str]:
    """Why nothing meets all: each constraint that binds, and what could be reached."""
    for each in constraints:
        asked = each.constraint if each.limit is None else f"{each.constraint} of {each.limit:g}"
        if each.binds and each.best_with_others is not None:
            yield f"{asked}: {each.best_with_others:g} is the best while all other constraints are met"
        elif each.binds and each.best_value is not None:
            yield f"{asked}: {each.best_value:g} is the best of all choices"
        elif each.binds:
            yield f"{asked}: without it some choices meet all others, or none meets it at all"
    if not any(each.binds for each in constraints):
        yield "no constraint is to blame alone: whichever is dropped, the others exclude each other"


def _others(every: Sequence[Choice], failing: Sequence[tuple[str, ...]], front: Sequence[Choice]) -> Iterator[Other]:
    kept, shown = {id(each) for each in front}, 0
    for each, fails in zip(every, failing, strict=True):
        if id(each) not in kept and shown < MOST_EXPLAINED:
            shown += 1
            yield Other(each.name, fails, None if fails else next(it.name for it in front if _beats(it, each)))


def _beats(one: Choice, other: Choice) -> bool:
    mine, its = _point(one), _point(other)
    return mine != its and all(a <= b for a, b in zip(mine, its, strict=True))


def _validate(question: OptimiseQuestion) -> None:
    count = len(question.configurations) * max(1, len(question.options))
    if count > MOST_CONFIGURATIONS:
        raise TooLarge(f"{count:,} choices; at most {MOST_CONFIGURATIONS:,} are compared", loc=("configurations",))
    checks = Checks().not_negative(
        requests_per_month=question.requests_per_month,
        budget_usd_per_month=question.budget_usd_per_month,
        max_cost_usd=question.max_cost_usd,
        max_latency_p95_seconds=question.max_latency_p95_seconds,
    )
    checks.finite(min_quality=question.min_quality)
    if not count:
        checks.refuse("configurations", "empty", "name at least one")
    if question.budget_usd_per_month is not None and question.requests_per_month is None:
        checks.refuse("budget_usd_per_month", question.budget_usd_per_month, "it needs requests_per_month")
    for name in ("quality", "latency_p95_seconds"):
        _refuse_missing(question, name, checks)
    checks.done()
    for at, each in enumerate(question.configurations):
        stated = Checks("configurations", at).finite(quality=each.quality)
        stated.not_negative(latency_p95_seconds=each.latency_p95_seconds).done()
    for at, option in enumerate(question.options):
        given = Checks("options", at).finite(quality_change=option.quality_change)
        given.positive(latency_multiplier=option.latency_multiplier, cost_multiplier=option.cost_multiplier).done()


def _refuse_missing(question: OptimiseQuestion, name: str, checks: Checks) -> None:
    """A figure that a constraint asks for, or that only some state, is missing: nothing can be compared by it."""
    limit = question.min_quality if name == "quality" else question.max_latency_p95_seconds
    missing = [each.name for each in question.configurations if getattr(each, name) is None]
    if missing and (limit is not None or len(missing) < len(question.configurations)):
        shown = ", ".join(missing[:5])
        checks.refuse(name, f"not stated for {shown}", "state it for every configuration, or for none and no limit")
