"""Two plans, or two reports, held against each other: what changed, and what that does to each figure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal

from planner.checks import STRICT
from planner.plans.evaluate import Evaluator
from planner.plans.paths import joined
from planner.plans.plan import Plan
from planner.plans.report import Report, Spread
from pricing.errors import TokenplanError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from planner.plans.report import CallReport, StepReport
    from planner.tokens import Counter
    from pricing.catalog import Catalog

    Evaluate = Callable[[Plan], Report]

Cause = Literal["prices", "traffic", "steps", "models", "prompts", "settings"]
"""Why figures differ: the catalog or date, the traffic, steps added or gone, models, prompts, every other setting."""

CAUSES: Final[tuple[Cause, ...]] = ("prices", "steps", "models", "prompts", "settings", "traffic")
"""The order in which causes are taken over, one upon another, so that their effects add up to the whole."""

_MODEL_KEYS: Final = frozenset({"model", "provider", "service_tier", "region", "routes", "fallbacks"})
_APART: Final = frozenset({"name", "about", "scenarios", "policies"})
"""Keys that move no figure; policies are told as inputs all the same."""
_LONGEST: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffQuestion:
    """What changed from one plan to another, and what does that do to each figure?"""

    __pydantic_config__: ClassVar = STRICT

    before: Plan
    """The plan as it was, with the texts of its prompts in it."""
    after: Plan
    """The plan as it is to be."""

    @property
    def draws(self) -> int:
        """Requests that are simulated."""
        return max(self.before.draws, self.after.draws)


@dataclass(frozen=True, slots=True)
class Change:
    """One figure, before and after; `change_share` is None where there was nothing before."""

    name: str
    before: float | None
    after: float | None
    change: float | None
    change_share: float | None


@dataclass(frozen=True, slots=True)
class InputChange:
    """One value of the plan that was added, removed or changed, by its key path; a long text by its length."""

    sign: Literal["+", "-", "~"]
    path: str
    cause: Cause
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class PriceChange:
    """One unit price that a call pays, before and after, in USD per its unit."""

    call: str
    bucket: str
    unit: str
    before_usd: Decimal
    after_usd: Decimal


@dataclass(frozen=True, slots=True)
class StepChange:
    """One step: models and prompt tokens, and what it costs a request, before and after; None where it is not."""

    sign: Literal["+", "-", "~", "="]
    name: str
    models_before: tuple[str, ...]
    models_after: tuple[str, ...]
    prompt_tokens: Change
    cost_per_request_usd: Change
    cost_per_month_usd: Change


@dataclass(frozen=True, slots=True)
class Effect:
    """What one cause alone does to each figure, the causes before it taken over; `paths` are its changed values."""

    cause: Cause
    changes: tuple[Change, ...]
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed from one report to another.

    Where only reports are known, not their plans, inputs and effects are empty. The effects of the causes add up to
    the whole; one that names paths of several causes could not be told apart.
    """

    before: Report
    after: Report
    figures: tuple[Change, ...]
    steps: tuple[StepChange, ...]
    inputs: tuple[InputChange, ...]
    prices: tuple[PriceChange, ...]
    effects: tuple[Effect, ...]
    basis: Literal["assumed"] = "assumed"


def diff(question: DiffQuestion, catalog: Catalog, counter: Counter, now: datetime) -> Difference:
    """Two plans compared at today's prices, or each at those of its own `as_of`.

    Raises:
        TokenplanError: either plan is wrong or cannot be priced.
    """
    evaluate = Evaluator(catalog, counter, now)
    return difference(question.before, question.after, evaluate, evaluate)


def difference(before: Plan, after: Plan, evaluate_before: Evaluate, evaluate_after: Evaluate) -> Difference:
    """Two plans compared: the causes are taken over one upon another, so that their effects add up to the whole.

    An evaluator each, because the plans may have price files, or catalogs, of their own.

    Raises:
        TokenplanError: either plan is wrong or cannot be priced.
    """
    reports = evaluate_before(before), evaluate_after(after)
    inputs = tuple(_inputs(before, after))
    effects = tuple(_effects(before, after, inputs, reports, evaluate_after))
    return replace(compared(*reports), inputs=inputs, effects=effects)


def compared(before: Report, after: Report) -> Difference:
    """Two reports compared, figure by figure and step by step."""
    figures = tuple(_changes(figures_of(before), figures_of(after)))
    return Difference(before, after, figures, tuple(_steps(before, after)), (), tuple(_prices(before, after)), ())


def figures_of(report: Report) -> dict[str, float]:
    """The figures of a report that a reader follows, by name; what it does not tell is left out."""
    spreads = {
        name: getattr(report, name)
        for name in (
            "cost_per_request_usd",
            "cost_per_user_usd",
            "cost_per_month_usd",
            "first_token_seconds",
            "end_seconds",
        )
    }
    found = {"requests_per_month": report.traffic.requests_per_month}
    for name, spread in spreads.items():
        found |= {} if spread is None else _told(name, spread)
    rooms = [call.head_room_share for _, call in _calls(report) if call.head_room_share is not None]
    found["prompt_tokens"] = sum(
        call.prompt.tokens * call.share * step.share * step.calls_per_request
        for step, call in _calls(report)
        if call.prompt is not None
    )
    if rooms:
        found["least_head_room_share"] = min(rooms)
    if report.revenue is not None and report.revenue.gross_margin_share is not None:
        found["gross_margin_share"] = report.revenue.gross_margin_share
    return found


def _told(name: str, spread: Spread) -> dict[str, float]:
    return {name: spread.mean} | ({} if spread.p95 is None else {f"{name} p95": spread.p95})


def _calls(report: Report) -> Iterator[tuple[StepReport, CallReport]]:
    return ((step, call) for step in report.steps for call in step.calls)


def _changes(before: Mapping[str, float], after: Mapping[str, float]) -> Iterator[Change]:
    for name in {**before, **after}:
        yield change(name, before.get(name), after.get(name))


def change(name: str, before: float | None, after: float | None) -> Change:
    """A figure's change; its share is of what was before."""
    if before is None or after is None:
        return Change(name, before, after, None, None)
    moved = after - before
    return Change(name, before, after, moved, moved / before if before else None)


def _effects(
    before: Plan, after: Plan, inputs: tuple[InputChange, ...], reports: tuple[Report, Report], evaluate: Evaluate
) -> Iterator[Effect]:
    """Each cause's effect; where a mixture is no plan, or cannot be priced, the cause joins the one that follows it."""
    last, taken, paths = figures_of(reports[0]), set[Cause](), list[str]()
    for cause in CAUSES:
        taken.add(cause)
        own = [each.path for each in inputs if each.cause == cause]
        paths += own
        if not own and cause != CAUSES[0]:
            continue
        try:
            now = figures_of(evaluate(_mixed(before, after, taken)))
        except TokenplanError:
            continue
        if paths or now != last:
            yield Effect(cause, tuple(_changes(last, now)), tuple(paths))
        last, paths = now, []
    if paths:
        yield Effect("settings", tuple(_changes(last, figures_of(reports[1]))), tuple(paths))


def _cause(keys: tuple[str, ...]) -> Cause:
    """Whose doing a value is, by where it stands."""
    if keys[0] == "traffic":
        return "traffic"
    if keys[0] in ("as_of", "prices"):
        return "prices"
    if keys[0] != "steps":
        return "settings"
    if len(keys) == 2:  # noqa: PLR2004 - `steps.name`: the step itself
        return "steps"
    if "prompt" in keys[2:]:
        return "prompts"
    return "models" if not _MODEL_KEYS.isdisjoint(keys[2:]) else "settings"


def _mixed(before: Any, after: Any, taken: set[Cause], *keys: str) -> Any:
    """The plan from before with the values of some causes from after."""
    if is_dataclass(before) and type(before) is type(after):
        return replace(
            before,  # type: ignore[type-var]  # an instance of one
            **{
                each.name: _mixed(getattr(before, each.name), getattr(after, each.name), taken, *keys, each.name)
                for each in fields(before)
            },
        )
    if keys == ("steps",):
        order = after if "steps" in taken else before
        return {
            name: _mixed(before[name], after[name], taken, *keys, name)
            if name in before and name in after
            else order[name]
            for name in order
        }
    if isinstance(before, Mapping) and isinstance(after, Mapping) and before.keys() == after.keys():
        return {name: _mixed(each, after[name], taken, *keys, name) for name, each in before.items()}
    return after if not keys or _cause(keys) in taken else before


def _inputs(before: Any, after: Any, *keys: str) -> Iterator[InputChange]:
    """What differs, leaf by leaf, in the order of the plans."""
    if before == after or (keys and keys[0] in ("name", "about", "scenarios")):
        return
    if is_dataclass(before) and type(before) is type(after):
        for each in fields(before):
            yield from _inputs(getattr(before, each.name), getattr(after, each.name), *keys, each.name)
    elif isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in {**before, **after}:
            yield from _inputs(before.get(name), after.get(name), *keys, name)
    elif isinstance(before, tuple) and isinstance(after, tuple) and len(before) == len(after):
        for at, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from _inputs(old, new, *keys, str(at))
    else:
        sign: Literal["+", "-", "~"] = "+" if before in (None, ()) else "-" if after in (None, ()) else "~"
        yield InputChange(sign, joined(keys), _cause(keys), _shown(before), _shown(after))


def _shown(value: Any) -> str | None:
    """A value in a few characters: a text that is long by its length, a tree by what it is made of."""
    if value is None or value == ():
        return None
    if isinstance(value, str):
        return value if len(value) <= _LONGEST and "\n" not in value else f"{len(value):,} characters"
    if isinstance(value, (Mapping, tuple)):
        return ", ".join(str(key if isinstance(value, Mapping) else _shown(key)) for key in value)
    if is_dataclass(value):
        said = (
            (each.name, getattr(value, each.name))
            for each in fields(value)
            if each.default != getattr(value, each.name)
        )
        return " ".join(f"{name}={_shown(each)}" for name, each in said if _shown(each) is not None)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _steps(before: Report, after: Report) -> Iterator[StepChange]:
    old, new = ({step.name: step for step in report.steps} for report in (before, after))
    for name in {**old, **new}:
        yield _step(name, old.get(name), new.get(name))


def _step(name: str, old: StepReport | None, new: StepReport | None) -> StepChange:
    tokens = change("prompt_tokens", _tokens(old), _tokens(new))
    usd = change("cost_per_request_usd", *(each.usd_per_request if each else None for each in (old, new)))
    month = change("cost_per_month_usd", *(each.usd_per_month if each else None for each in (old, new)))
    models = _models(old), _models(new)
    same = models[0] == models[1] and not (tokens.change or usd.change or month.change)
    return StepChange(
        "+" if old is None else "-" if new is None else "=" if same else "~", name, *models, tokens, usd, month
    )


def _tokens(step: StepReport | None) -> float | None:
    """A call's prompt, its ways by their shares."""
    if step is None:
        return None
    return sum(call.prompt.tokens * call.share for call in step.calls if call.prompt is not None)


def _models(step: StepReport | None) -> tuple[str, ...]:
    calls = step.calls if step else ()
    return tuple(dict.fromkeys(call.model.id for call in calls if call.model is not None))


def _prices(before: Report, after: Report) -> Iterator[PriceChange]:
    """Unit prices that differ, of the calls that both reports hold with the same model."""
    old = {(step.name, call.name): call for step, call in _calls(before)}
    for step, call in _calls(after):
        was = old.get((step.name, call.name))
        if was is None or was.model != call.model:
            continue
        known = {line.bucket: line for line in was.lines}
        for line in call.lines:
            if line.bucket in known and known[line.bucket].usd_per_unit != line.usd_per_unit:
                name = step.name if call.name == step.name else f"{step.name}: {call.name}"
                yield PriceChange(name, line.bucket, line.unit, known[line.bucket].usd_per_unit, line.usd_per_unit)
