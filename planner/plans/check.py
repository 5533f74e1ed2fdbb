"""A report held against the plan's policies; what cannot be evaluated fails."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Final, Literal

from planner.plans.report import Spread
from planner.simulated import ROUNDING
from pricing.rates import CatalogRef

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from planner.plans.plan import Policy
    from planner.plans.report import CallReport, Event, Report, StepReport

Status = Literal["passed", "failed", "unknown"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """A policy and what the report says of it: `unknown` fails, and `reason` says why it could not be evaluated.

    `head_room_share` is the distance to the bound as a share of it, negative beyond it; `standard_error` is that of the
    simulation, 0 for what is worked out. A verdict closer than two of them says so.
    """

    policy: str
    status: Status
    figure: str
    statistic: str
    step: str | None
    value: float | None
    standard_error: float | None
    at_most: float | None
    at_least: float | None
    head_room_share: float | None
    reason: str
    about: str


@dataclass(frozen=True, slots=True)
class CheckAnswer:
    """Whether every policy holds, each one's verdict, and the figures most of them are about."""

    name: str
    scenario: str | None
    passed: bool
    verdicts: tuple[Verdict, ...]
    cost_per_request_usd: Spread
    cost_per_month_usd: Spread
    as_of: datetime
    catalog: CatalogRef
    basis: Literal["assumed"]
    warnings: tuple[str, ...]


def held(report: Report, policies: Mapping[str, Policy]) -> CheckAnswer:
    """A report against policies, in their order."""
    verdicts = tuple(verdict(report, name, policy) for name, policy in policies.items())
    return CheckAnswer(
        report.name,
        report.scenario,
        all(each.status == "passed" for each in verdicts),
        verdicts,
        report.cost_per_request_usd,
        report.cost_per_month_usd,
        report.as_of,
        report.catalog,
        "assumed",
        report.warnings,
    )


def verdict(report: Report, name: str, policy: Policy) -> Verdict:
    """One policy held against a report."""
    most, least = policy.at_most, policy.at_least
    figure: str = policy.statistic
    if policy.breach_probability_at_most is not None:
        found = _breach(report, name)
        most, figure = policy.breach_probability_at_most, "breach_probability"
    else:
        found = _FIGURES[policy.figure](report, policy)
    status, room = _judged(found, most, least)
    return Verdict(
        name,
        status,
        policy.figure,
        figure,
        policy.step,
        found.value,
        found.error,
        most,
        least,
        room,
        found.reason or _close(found, most, least),
        policy.about,
    )


@dataclass(frozen=True, slots=True)
class _Found:
    """A figure's value; None with a reason where it is not known, or where nothing of the kind is there to fail."""

    value: float | None
    reason: str = ""
    nothing: bool = False
    error: float | None = 0.0


def _judged(found: _Found, most: float | None, least: float | None) -> tuple[Status, float | None]:
    if found.value is None:
        return ("passed" if found.nothing else "unknown"), None
    bound = most if most is not None else least
    assert bound is not None
    room = bound - found.value if most is not None else found.value - bound
    share = room / abs(bound) if bound else None
    return ("passed" if room >= -ROUNDING * abs(bound) else "failed"), share


def _close(found: _Found, most: float | None, least: float | None) -> str:
    """What is said of a figure that more draws might put on the other side of its bound."""
    bound = most if most is not None else least
    if found.value is None or bound is None or not found.error or abs(found.value - bound) > 2 * found.error:
        return ""
    return "within two standard errors of the simulation; more draws tell"


def _breach(report: Report, name: str) -> _Found:
    found = next((each for each in report.breaches if each.policy == name), None)
    if found is None:
        return _Found(None, "this figure is not simulated as a whole")
    return _Found(found.probability, found.why or "", error=found.standard_error)


def _of(spread: Spread | None, policy: Policy, why: str) -> _Found:
    if spread is None:
        return _Found(None, why)
    value = getattr(spread, policy.statistic)
    error = 0.0 if policy.statistic == "mean" else getattr(spread, f"{policy.statistic}_standard_error")
    return _Found(value, "" if value is not None else spread.why or "not simulated", error=error)


def _mean_only(value: float, policy: Policy) -> _Found:
    if policy.statistic != "mean":
        return _Found(None, f"of a step the mean is known, not its {policy.statistic}")
    return _Found(value)


def _step(report: Report, policy: Policy) -> StepReport | None:
    return next((each for each in report.steps if each.name == policy.step), None)


def _cost_per_request(report: Report, policy: Policy) -> _Found:
    step = _step(report, policy)
    return _of(report.cost_per_request_usd, policy, "") if step is None else _mean_only(step.usd_per_request, policy)


def _cost_per_month(report: Report, policy: Policy) -> _Found:
    step = _step(report, policy)
    return _of(report.cost_per_month_usd, policy, "") if step is None else _mean_only(step.usd_per_month, policy)


def _cost_per_user(report: Report, policy: Policy) -> _Found:
    step, users = _step(report, policy), report.traffic.users
    if step is not None and users:
        return _mean_only(step.usd_per_month / users, policy)
    return _of(report.cost_per_user_usd, policy, "the plan states no users")


def _first_token(report: Report, policy: Policy) -> _Found:
    if policy.step is not None:
        return _Found(None, "the first token is that of the whole request")
    return _of(report.first_token_seconds, policy, report.why_no_latency or "")


def _end(report: Report, policy: Policy) -> _Found:
    step = _step(report, policy)
    if step is not None:
        return _of(step.seconds, policy, f"no latency is stated for {step.name}")
    return _of(report.end_seconds, policy, report.why_no_latency or "")


def _calls(report: Report, policy: Policy) -> list[CallReport]:
    """The calls a policy is about; all of the plan's where it names no step."""
    steps = [each for each in report.steps if policy.step in (None, each.name)]
    return [call for step in steps for call in step.calls]


def _prompt_tokens(report: Report, policy: Policy) -> _Found:
    """The longest prompt: on average, or at the high bound of its count and the 95th percentile of what varies."""
    if policy.statistic not in ("mean", "p95"):
        return _Found(None, f"a prompt's {policy.statistic} is not known; mean and p95 are")
    prompts = [call.prompt for call in _calls(report, policy) if call.prompt is not None]
    sizes = [each.tokens if policy.statistic == "mean" else each.p95 + each.high - each.tokens for each in prompts]
    return _Found(max(sizes, default=None), "" if sizes else "no prompt is sent there")


def _head_room(report: Report, policy: Policy) -> _Found:
    calls = _calls(report, policy)
    unknown = [call.model.id for call in calls if call.head_room_share is None and call.model is not None]
    if unknown or not calls:
        return _Found(None, f"no limit of {unknown[0]} is known" if unknown else "no model is called there")
    return _Found(min(call.head_room_share for call in calls if call.head_room_share is not None))


def _rate_limit(report: Report, policy: Policy) -> _Found:
    if policy.step is not None:
        return _Found(None, "a rate limit is shared by all steps that call its model")
    if not report.rates:
        return _Found(None, "the plan states no limits")
    return _Found(min(each.head_room_share for each in report.rates))


def _margin(report: Report, policy: Policy) -> _Found:
    del policy
    if report.revenue is None or report.revenue.gross_margin_share is None:
        return _Found(None, "the plan states no price a user pays")
    return _Found(report.revenue.gross_margin_share)


def _price_age(report: Report, policy: Policy) -> _Found:
    """The age of the oldest price that the plan stands on."""
    seen = [line.observed for call in _calls(report, policy) for line in call.lines]
    if not seen:
        return _Found(None, "no price of the catalog is used there")
    try:
        oldest = min(date.fromisoformat(each[:10]) for each in seen)
    except ValueError:
        return _Found(None, f"a price has no date of observation: {min(seen)!r}")
    return _Found(float((report.as_of.date() - oldest).days))


def _retirement(report: Report, policy: Policy) -> _Found:
    """Days to the first retirement of a model that the plan uses, negative after it."""
    dates = [each.date for each in _events(report, policy) if each.kind == "retirement"]
    if not dates:
        return _Found(None, "no retirement is announced", nothing=True)
    return _Found(float((date.fromisoformat(min(dates)) - report.as_of.date()).days))


def _rise(report: Report, policy: Policy) -> _Found:
    """The largest rise of a request's cost by an announced price."""
    changes = [each for each in _events(report, policy) if each.kind == "price"]
    lost = [each.text for each in changes if each.cost_change_share is None]
    if lost:
        return _Found(None, lost[0])
    return _Found(max((each.cost_change_share or 0.0 for each in changes), default=0.0))


def _events(report: Report, policy: Policy) -> list[Event]:
    return [each for each in report.events if policy.step is None or policy.step in each.steps]


def _inputs(basis: str) -> Callable[[Report, Policy], _Found]:
    def count(report: Report, policy: Policy) -> _Found:
        under = "" if policy.step is None else f"steps.{policy.step}."
        found = [each for each in report.assumptions if each.basis == basis and each.path.startswith(under)]
        return _Found(float(len(found)), ", ".join(each.path for each in found))

    return count


_FIGURES: Final[Mapping[str, Callable[[Report, Policy], _Found]]] = {
    "cost_per_request_usd": _cost_per_request,
    "cost_per_user_usd": _cost_per_user,
    "cost_per_month_usd": _cost_per_month,
    "first_token_seconds": _first_token,
    "end_seconds": _end,
    "prompt_tokens": _prompt_tokens,
    "context_head_room_share": _head_room,
    "rate_limit_head_room_share": _rate_limit,
    "gross_margin_share": _margin,
    "price_age_days": _price_age,
    "days_to_retirement": _retirement,
    "announced_price_rise_share": _rise,
    "estimated_inputs": _inputs("estimated"),
    "unknown_inputs": _inputs("unknown"),
}
