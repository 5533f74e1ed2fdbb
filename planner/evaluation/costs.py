"""What judging costs: a judge model, human reviewers, a sampled share of live traffic, repeated runs."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, inf, sqrt
from typing import TYPE_CHECKING, ClassVar, Final, Literal

from planner.calls import Call, CallCost, Load, Pricer
from planner.checks import STRICT, Checks
from planner.evaluation.normal import power_z, two_sided_z

if TYPE_CHECKING:
    from datetime import datetime

    from planner.tokens import Counter
    from pricing.catalog import Catalog


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """People who decide a share of the items."""

    __pydantic_config__: ClassVar = STRICT

    share: float
    """Share of items that people look at, from 0 to 1."""
    minutes: float
    """Minutes that one person takes for one item."""
    wage_usd_per_hour: float
    """What an hour of a reviewer costs, all included."""
    reviewers: int = 1
    """People who look at each of these items."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeCostQuestion:
    """What does it cost to judge an evaluation, by a model and by people?"""

    __pydantic_config__: ClassVar = STRICT

    items: int
    """Items judged."""
    judge: Call | None = None
    """One judgement by a model; none where only people judge."""
    load: Load | None = None
    """What a judgement sends, where the judge does not say it."""
    systems: int = 1
    """Systems that are judged; with `pairwise` every two of them meet."""
    pairwise: bool = False
    """Whether answers are compared two by two instead of graded one by one."""
    swap_positions: bool = True
    """Whether each pair is judged in both orders, against position bias."""
    repeats: int = 1
    """Times that each judgement is made."""
    review: Review | None = None
    """Human review of a share of the items."""


@dataclass(frozen=True, slots=True)
class JudgeCostAnswer:
    """Judgements by the model, hours of people, and what both cost, in USD."""

    judgements: int
    judge_usd: float
    reviewed_items: float
    review_hours: float
    review_usd: float
    total_usd: float
    usd_per_item: float
    basis: Literal["assumed"]
    judge: CallCost | None
    warnings: tuple[str, ...]


def judge_cost(question: JudgeCostQuestion, catalog: Catalog, counter: Counter, now: datetime) -> JudgeCostAnswer:
    """`items * (systems, or pairs * position swaps) * repeats` judgements, and `share * minutes * wage * reviewers`.

    A batch discount comes with the judge's `service_tier`.

    Raises:
        InvalidInput: a number out of range, neither a judge nor a review, fewer than two systems to compare.
        TokenplanError: the judge cannot be priced.
    """
    _checked(question)
    judge = None
    if question.judge is not None:
        judge = Pricer(catalog, counter.once(), now, question.load)(question.judge, "judge")
    per_item = question.systems
    if question.pairwise:
        per_item = question.systems * (question.systems - 1) // 2 * (2 if question.swap_positions else 1)
    judgements = question.items * per_item * question.repeats if judge else 0
    judged = judgements * float(judge.usd) if judge else 0.0
    seen = question.items * question.review.share if question.review else 0.0
    hours = seen * question.review.minutes * question.review.reviewers / 60 if question.review else 0.0
    reviewed = hours * question.review.wage_usd_per_hour if question.review else 0.0
    return JudgeCostAnswer(
        judgements, judged, seen, hours, reviewed, judged + reviewed, (judged + reviewed) / question.items, "assumed",
        judge, judge.warnings if judge else (),
    )  # fmt: skip


def _checked(question: JudgeCostQuestion) -> None:
    checks = Checks().at_least(1, items=question.items, systems=question.systems, repeats=question.repeats)
    if question.pairwise and question.systems == 1:
        checks.refuse("systems", 1, "pairwise judging compares at least 2")
    if question.judge is None and question.review is None:
        checks.refuse("judge", None, "give a judge, a review, or both")
    checks.done()
    if question.review is not None:
        inner = Checks("review").share(share=question.review.share).at_least(1, reviewers=question.review.reviewers)
        inner.not_negative(minutes=question.review.minutes, wage_usd_per_hour=question.review.wage_usd_per_hour).done()


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitoringQuestion:
    """What does judging a sample of live traffic cost, and how soon does it see a drop?"""

    __pydantic_config__: ClassVar = STRICT

    requests_per_day: float
    """Live requests a day."""
    sampled_share: float
    """Share of them that is judged, above 0 and at most 1."""
    good_rate: float
    """Share of good answers in ordinary times, from 0 to 1."""
    dropped_rate: float
    """The lower rate that should be noticed, from 0 to 1."""
    judge: Call
    """One judgement."""
    load: Load | None = None
    """What a judgement sends, where the judge does not say it."""
    significance: float = 0.05
    """Share of false alarms, one-sided, between 0 and 1."""
    power: float = 0.8
    """Probability of seeing the drop, between 0 and 1."""


@dataclass(frozen=True, slots=True)
class MonitoringAnswer:
    """What the sample costs, the judgements that show the drop, and the days until they are there."""

    judged_per_day: float
    usd_per_day: float
    usd_per_month: float
    judgements_needed: int
    days_to_see: float
    bad_answers_until_seen: float
    basis: Literal["assumed"]
    judge: CallCost
    warnings: tuple[str, ...]


DAYS_PER_MONTH: Final = 30.4375
"""A twelfth of a mean year."""


def monitoring(question: MonitoringQuestion, catalog: Catalog, counter: Counter, now: datetime) -> MonitoringAnswer:
    """One-sided test of one rate: `((z*sqrt(p(1-p)) + zb*sqrt(q(1-q)))/(p-q))^2` judgements (Fleiss et al., 2003).

    Raises:
        InvalidInput: a number out of range, a rate that does not drop.
        TokenplanError: the judge cannot be priced.
    """
    p, q, share = question.good_rate, question.dropped_rate, question.sampled_share
    checks = Checks().share(good_rate=p, dropped_rate=q, sampled_share=share)
    checks.positive(requests_per_day=question.requests_per_day, sampled_share=share)
    checks.open_share(significance=question.significance, power=question.power)
    if q >= p:
        checks.refuse("dropped_rate", q, f"it must be below good_rate, {p}")
    checks.done()
    judge = Pricer(catalog, counter.once(), now, question.load)(question.judge, "judge")
    z, zb = two_sided_z(2 * question.significance), power_z(question.power)
    needed = max(1, ceil(((z * sqrt(p * (1 - p)) + zb * sqrt(q * (1 - q))) / (p - q)) ** 2))
    judged = question.requests_per_day * share
    days = needed / judged
    daily = judged * float(judge.usd)
    return MonitoringAnswer(
        judged, daily, daily * DAYS_PER_MONTH, needed, days, days * question.requests_per_day * (p - q), "assumed",
        judge, judge.warnings,
    )  # fmt: skip


_WHOLE: Final = 1e-9
"""What a division may fall short of a whole number."""
_SMALL: Final = frozenset(range(1, 1001))


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatsQuestion:
    """Should a budget of runs go into more items, or into repeating each, when a model's answers vary?"""

    __pydantic_config__: ClassVar = STRICT

    between_variance: float
    """Variance of the true score between items."""
    within_variance: float
    """Variance of one item's score from run to run (temperature)."""
    items: int
    """Items of the evaluation."""
    repeats: int = 1
    """Runs of each item."""
    run_usd: float = 1.0
    """What one run costs."""
    item_usd: float = 0.0
    """What one more item costs besides its runs (collecting, labelling)."""


@dataclass(frozen=True, slots=True)
class RepeatsAnswer:
    """The mean's variance and error as planned, and the repeats that make it smallest for the same money.

    `best_items` is what the money buys at the best repeats; `best_standard_error` what that reaches.
    """

    standard_error: float
    cost_usd: float
    within_share: float
    best_repeats: int
    best_items: int
    best_standard_error: float


def repeats(question: RepeatsQuestion) -> RepeatsAnswer:
    """Variance of the mean `(s_b^2 + s_w^2/r)/n`; best r about `s_w/s_b * sqrt(item/run cost)` (Cochran, two stages).

    Raises:
        InvalidInput: a negative variance or cost, both variances zero, no items or runs.
    """
    b, w = question.between_variance, question.within_variance
    checks = Checks().not_negative(between_variance=b, within_variance=w, item_usd=question.item_usd)
    checks.not_tiny(between_variance=b)
    checks.divisor(run_usd=question.run_usd).at_least(1, items=question.items, repeats=question.repeats)
    if b == w == 0:
        checks.refuse("between_variance", b, "it or within_variance must be above 0, or there is nothing to estimate")
    checks.done()

    total = question.items * (question.item_usd + question.repeats * question.run_usd)
    ideal = sqrt(w / b * question.item_usd / question.run_usd) if b else total / question.run_usd
    # Every small number of runs, and of items, is tried; past both, rounding the ideal costs less than a thousandth.
    most = {int(total / (question.item_usd + runs * question.run_usd) + _WHOLE) for runs in _beside(ideal)}
    splits = {(int((total / n - question.item_usd) / question.run_usd + _WHOLE), n) for n in most | _SMALL if n}
    splits.add((question.repeats, question.items))
    best, items = min(sorted(splits), key=lambda split: (b + w / split[0]) / split[1] if split[0] > 0 else inf)
    spread = b + w / question.repeats
    return RepeatsAnswer(
        sqrt(spread / question.items), total, w / question.repeats / spread, best, items, sqrt((b + w / best) / items)
    )


def _beside(ideal: float) -> set[int]:
    return {*_SMALL, int(ideal) or 1, int(ideal) + 1}
