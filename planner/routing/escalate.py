"""One request: whether the strong model is worth its price for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final, Literal

from planner.calls import Call, CallCost, Load, Pricer
from planner.checks import STRICT, Checks

if TYPE_CHECKING:
    from datetime import datetime

    from planner.tokens import Counter
    from pricing.catalog import Catalog


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalateQuestion:
    """Is it worth asking the strong model, given how much better it answers and what a correct answer is worth?"""

    __pydantic_config__: ClassVar = STRICT

    weak: Call
    """The weak model."""
    strong: Call
    """The strong model."""
    weak_quality: float
    """Probability that the weak model's answer is correct, from 0 to 1."""
    strong_quality: float
    """Probability that the strong model's answer is correct, from 0 to 1."""
    correct_value_usd: float
    """What a correct answer is worth more than a wrong one, in USD."""
    weak_already_paid: bool = False
    """Whether the weak model has answered already, so that its cost no longer counts."""
    load: Load | None = None
    """What a request sends, for every model that does not say it itself."""


@dataclass(frozen=True, slots=True)
class EscalateAnswer:
    """Whether to escalate, and where that turns.

    `gain_usd` is worth less cost of the step up; `break_even_value_usd` is the worth of a correct answer from which it
    pays, None where the strong model is no better; `break_even_quality_gain` the gain from which it pays, None where a
    correct answer is worth nothing.
    """

    escalate: bool
    gain_usd: float
    extra_cost_usd: float
    extra_value_usd: float
    break_even_value_usd: float | None
    break_even_quality_gain: float | None
    basis: Literal["assumed"]
    weak: CallCost
    strong: CallCost
    warnings: tuple[str, ...]


_NOTHING: Final = 1e-12
"""Differences below this are rounding."""


def escalate(question: EscalateQuestion, catalog: Catalog, counter: Counter, now: datetime) -> EscalateAnswer:
    """Escalate when `(q_s - q_w)*V > c_s - c_w`, or `> c_s` where the weak model is paid already.

    Source: expected value of one decision.

    Raises:
        InvalidInput: a share outside [0, 1], a negative value.
        TokenplanError: a model that cannot be priced.
    """
    checks = Checks().share(weak_quality=question.weak_quality, strong_quality=question.strong_quality)
    checks.not_negative(correct_value_usd=question.correct_value_usd).done()
    price = Pricer(catalog, counter.once(), now, question.load)
    weak, strong = price(question.weak, "weak"), price(question.strong, "strong")
    extra = float(strong.usd) - (0.0 if question.weak_already_paid else float(weak.usd))
    better, worth = question.strong_quality - question.weak_quality, question.correct_value_usd
    return EscalateAnswer(
        escalate=better * worth > extra,
        gain_usd=better * worth - extra,
        extra_cost_usd=extra,
        extra_value_usd=better * worth,
        break_even_value_usd=max(0.0, extra / better) if better > _NOTHING else None,
        break_even_quality_gain=extra / worth if worth > _NOTHING else None,
        basis="assumed",
        weak=weak,
        strong=strong,
        warnings=tuple(dict.fromkeys((*weak.warnings, *strong.warnings))),
    )
