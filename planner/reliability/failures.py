"""A failure-mode matrix: how each step of a pipeline fails, what that loses, what mitigation costs and what is left."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, ClassVar, Final, Literal, NamedTuple

from planner.calls import Call, Load, Pricer
from planner.checks import STRICT, Checks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from planner.tokens import Counter
    from pricing.catalog import Catalog

MOST_STEPS: Final = 100
Kind = Literal[
    "wrong_answer", "refusal", "malformed_output", "time_out", "rate_limit", "context_overflow", "stale_knowledge"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mitigation:
    """Something done against a failure mode, at every request that reaches the step."""

    __pydantic_config__: ClassVar = STRICT

    name: str
    """What is done, such as `schema repair`."""
    effectiveness_share: float
    """Share of the failures that it prevents, from 0 to 1."""
    cost: Call | None = None
    """What it costs each time the step runs; none costs nothing."""
    detection_share: float | None = None
    """Share of the remaining failures that is detected with it; as before where none is given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureMode:
    """One way in which a step fails: how often, how often that is seen, and what either costs."""

    __pydantic_config__: ClassVar = STRICT

    mode: Kind
    """The kind of failure; each at most once in a step."""
    rate: float
    """Share of the step's runs that fail this way, from 0 to 1; the modes of a step exclude each other."""
    detection_share: float
    """Share of these failures that is detected."""
    undetected_usd: float
    """What one that is not detected costs, in USD."""
    detected_usd: float = 0.0
    """What one that is detected costs, in USD: a retry, an apology, a person."""
    mitigation: Mitigation | None = None
    """What is done, or could be done, against it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of the pipeline with its failure modes."""

    __pydantic_config__: ClassVar = STRICT

    name: str
    """The step, such as `retrieve`."""
    modes: tuple[FailureMode, ...]
    """How it fails."""
    reach_probability: float = 1.0
    """Share of requests that reach the step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stakes:
    """What can be tolerated; each limit that is given must hold, and at least one is needed."""

    __pydantic_config__: ClassVar = STRICT

    mode_loss_usd: float | None = None
    """Expected loss of one failure mode, in USD a request."""
    total_loss_usd: float | None = None
    """Expected loss of all modes together, in USD a request."""
    undetected_rate: float | None = None
    """Share of requests in which one failure mode goes undetected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailuresQuestion:
    """Which failures of a pipeline can be tolerated, which must be mitigated, and does that pay?"""

    __pydantic_config__: ClassVar = STRICT

    steps: tuple[Step, ...]
    """The steps of the pipeline."""
    stakes: Stakes
    """What can be tolerated."""
    load: Load | None = None
    """What a mitigation's call sends, where it does not say it."""
    requests_per_month: int | None = None
    """Requests a month, for the monthly figures."""


@dataclass(frozen=True, slots=True)
class FailureRow:
    """One failure mode of one step, in USD a request, before and after its mitigation.

    `net_value_usd` is what the mitigation prevents less what it costs; `verdict` judges what is left.
    """

    step: str
    mode: Kind
    rate: float
    loss_before_usd: float
    mitigation: str | None
    mitigation_usd: float
    residual_rate: float
    residual_undetected_rate: float
    residual_loss_usd: float
    net_value_usd: float
    pays: bool | None
    tolerable_before: bool
    verdict: Literal["tolerable", "not tolerable"]


@dataclass(frozen=True, slots=True)
class FailuresAnswer:
    """The matrix and its sums, in USD a request.

    `undetected_probability` is the share of requests in which at least one failure goes undetected, steps taken as
    independent; `reasons` name what cannot be tolerated and what does not pay.
    """

    verdict: Literal["tolerable", "not tolerable"]
    loss_before_usd: float
    mitigation_usd: float
    residual_loss_usd: float
    net_value_usd: float
    undetected_before_probability: float
    undetected_probability: float
    loss_before_per_month_usd: float | None
    residual_loss_per_month_usd: float | None
    net_value_per_month_usd: float | None
    basis: Literal["assumed"]
    rows: tuple[FailureRow, ...]
    reasons: tuple[str, ...]
    warnings: tuple[str, ...]


class _State(NamedTuple):
    """A failure mode before or after mitigation: shares of all requests, and USD a request."""

    rate: float
    undetected: float
    loss: float


def failures(question: FailuresQuestion, catalog: Catalog, counter: Counter, now: datetime) -> FailuresAnswer:
    """Loss `reach*rate*((1-detection)*undetected + detection*detected)`, before and with rate `*(1-effectiveness)`.

    Source: expected value; the table is that of a failure mode and effects analysis (IEC 60812), in money.

    Raises:
        InvalidInput: no step, no mode, no stakes, a share outside [0, 1], rates of a step over 1 in all, a mode twice.
        TokenplanError: a model that cannot be priced.
    """
    _checked(question)
    price, rows = Pricer(catalog, counter.once(), now, question.load), []
    warnings: list[str] = []
    for at, step in enumerate(question.steps):
        for nth, mode in enumerate(step.modes):
            usd = 0.0
            if mode.mitigation and mode.mitigation.cost:
                cost = price(mode.mitigation.cost, "steps", at, "modes", nth, "mitigation", "cost")
                usd, warnings = float(cost.usd) * step.reach_probability, [*warnings, *cost.warnings]
            rows.append(_row(question.stakes, step, mode, usd))
    before, left = sum(row.loss_before_usd for row in rows), sum(row.residual_loss_usd for row in rows)
    spent, months = sum(row.mitigation_usd for row in rows), question.requests_per_month
    reasons = tuple(_reasons(question.stakes, rows, left))
    return FailuresAnswer(
        verdict="not tolerable" if _over(question.stakes.total_loss_usd, left) or _any_over(rows) else "tolerable",
        loss_before_usd=before,
        mitigation_usd=spent,
        residual_loss_usd=left,
        net_value_usd=before - left - spent,
        undetected_before_probability=_undetected(question.steps, mitigated=False),
        undetected_probability=_undetected(question.steps, mitigated=True),
        loss_before_per_month_usd=None if months is None else before * months,
        residual_loss_per_month_usd=None if months is None else left * months,
        net_value_per_month_usd=None if months is None else (before - left - spent) * months,
        basis="assumed",
        rows=tuple(rows),
        reasons=reasons,
        warnings=tuple(dict.fromkeys(warnings)),
    )


def _state(step: Step, mode: FailureMode, *, mitigated: bool) -> _State:
    rate, detected, against = step.reach_probability * mode.rate, mode.detection_share, mode.mitigation
    if mitigated and against is not None:
        rate *= 1 - against.effectiveness_share
        detected = detected if against.detection_share is None else against.detection_share
    undetected = rate * (1 - detected)
    return _State(rate, undetected, undetected * mode.undetected_usd + rate * detected * mode.detected_usd)


def _row(stakes: Stakes, step: Step, mode: FailureMode, mitigation_usd: float) -> FailureRow:
    before, after = _state(step, mode, mitigated=False), _state(step, mode, mitigated=True)
    net = before.loss - after.loss - mitigation_usd
    return FailureRow(
        step=step.name,
        mode=mode.mode,
        rate=before.rate,
        loss_before_usd=before.loss,
        mitigation=mode.mitigation.name if mode.mitigation else None,
        mitigation_usd=mitigation_usd,
        residual_rate=after.rate,
        residual_undetected_rate=after.undetected,
        residual_loss_usd=after.loss,
        net_value_usd=net,
        pays=net > 0 if mode.mitigation else None,
        tolerable_before=_tolerable(stakes, before),
        verdict="tolerable" if _tolerable(stakes, after) else "not tolerable",
    )


def _tolerable(stakes: Stakes, state: _State) -> bool:
    return not (_over(stakes.mode_loss_usd, state.loss) or _over(stakes.undetected_rate, state.undetected))


def _over(limit: float | None, value: float) -> bool:
    return limit is not None and value > limit * (1 + _ROUNDING)


_ROUNDING: Final = 1e-12
"""What a limit may be passed by, relative: 0.02 * 0.05 is a little over 0.001."""


def _any_over(rows: Sequence[FailureRow]) -> bool:
    return any(row.verdict == "not tolerable" for row in rows)


def _undetected(steps: Sequence[Step], *, mitigated: bool) -> float:
    """`1 - prod over steps of (1 - sum over modes of the undetected rate)`."""
    each = (sum(_state(step, mode, mitigated=mitigated).undetected for mode in step.modes) for step in steps)
    return 1 - prod(max(0.0, 1 - share) for share in each)


def _reasons(stakes: Stakes, rows: Sequence[FailureRow], left: float) -> Iterator[str]:
    for row in rows:
        name = f"{row.step}: {row.mode}"
        if _over(stakes.mode_loss_usd, row.residual_loss_usd):
            yield f"{name} loses {row.residual_loss_usd:.6g} USD a request; tolerated are {stakes.mode_loss_usd:g}"
        if _over(stakes.undetected_rate, row.residual_undetected_rate):
            told = f"{row.residual_undetected_rate:.4%} of the requests"
            yield f"{name} goes undetected in {told}; tolerated are {stakes.undetected_rate:.4%}"
        if row.pays is False:
            needed = not row.tolerable_before and row.verdict == "tolerable"
            why = ", but without it the failure is not tolerable" if needed else ""
            yield f"{name}: {row.mitigation} costs {-row.net_value_usd:.6g} USD a request more than it prevents{why}"
    if _over(stakes.total_loss_usd, left):
        yield f"all modes together lose {left:.6g} USD a request; tolerated are {stakes.total_loss_usd:g}"


def _checked(question: FailuresQuestion) -> None:
    checks = Checks().at_least(0, requests_per_month=question.requests_per_month)
    if not 1 <= len(question.steps) <= MOST_STEPS:
        checks.refuse("steps", f"a list of {len(question.steps)}", f"a pipeline has 1 to {MOST_STEPS} steps")
    checks.done()
    stakes = question.stakes
    inner = Checks("stakes").share(undetected_rate=stakes.undetected_rate)
    inner.not_negative(mode_loss_usd=stakes.mode_loss_usd, total_loss_usd=stakes.total_loss_usd)
    if stakes == Stakes():
        inner.refuse("mode_loss_usd", None, "state at least one limit of what can be tolerated")
    inner.done()
    for at, step in enumerate(question.steps):
        _checked_step(step, at)


def _checked_step(step: Step, at: int) -> None:
    checks = Checks("steps", at).share(reach_probability=step.reach_probability)
    names = [mode.mode for mode in step.modes]
    if not names:
        checks.refuse("modes", "empty", "a step has at least one failure mode")
    if len(set(names)) < len(names):
        checks.refuse("modes", ", ".join(names), "each kind stands at most once in a step")
    checks.done()
    for nth, mode in enumerate(step.modes):
        inner = Checks("steps", at, "modes", nth).share(rate=mode.rate, detection_share=mode.detection_share)
        inner.not_negative(undetected_usd=mode.undetected_usd, detected_usd=mode.detected_usd).done()
        if mode.mitigation is not None:
            last = Checks("steps", at, "modes", nth, "mitigation")
            last.share(effectiveness_share=mode.mitigation.effectiveness_share)
            last.share(detection_share=mode.mitigation.detection_share).done()
    whole = sum(mode.rate for mode in step.modes)
    if whole > 1 + _ROUNDING:
        Checks("steps", at).refuse("modes", f"{whole:.6g} in all", "the rates of a step must not sum to over 1").done()
