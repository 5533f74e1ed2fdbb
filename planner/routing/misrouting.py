"""A router that errs: hard requests kept on the weak model, easy ones sent to the strong one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final, Literal

from planner.calls import Call, Load, Pricer
from planner.checks import STRICT, Checks

if TYPE_CHECKING:
    from datetime import datetime

    from planner.tokens import Counter
    from pricing.catalog import Catalog


@dataclass(frozen=True, slots=True, kw_only=True)
class MisroutingQuestion:
    """What do a router's errors cost in quality, and in money where calls are given?"""

    __pydantic_config__: ClassVar = STRICT

    hard_share: float
    """Share of requests that need the strong model, from 0 to 1."""
    recall: float
    """P(sent to the strong model | hard)."""
    false_positive_rate: float
    """P(sent to the strong model | easy)."""
    weak_easy_quality: float
    """Share of easy requests that the weak model answers correctly."""
    weak_hard_quality: float
    """Share of hard requests that the weak model answers correctly."""
    strong_easy_quality: float
    """Share of easy requests that the strong model answers correctly."""
    strong_hard_quality: float
    """Share of hard requests that the strong model answers correctly."""
    weak: Call | None = None
    """The weak model, for costs; give the strong one too."""
    strong: Call | None = None
    """The strong model, for costs; give the weak one too."""
    classifier: Call | None = None
    """The call that decides; none costs nothing."""
    load: Load | None = None
    """What a request sends, for every model that does not say it itself."""


@dataclass(frozen=True, slots=True)
class MisroutingAnswer:
    """What the router does, the quality it gives, and beside it all-strong, all-weak, chance and a perfect router.

    `precision` is None where nothing goes to the strong model; `random_quality` is a random router's at the same strong
    share, `perfect_quality` that of a router without errors. `loss_usd_per_lost_answer` is the money saved for each
    correct answer lost against all-strong, None without costs or without a loss.
    """

    strong_share: float
    precision: float | None
    missed_hard_share: float
    needless_strong_share: float
    quality: float
    all_strong_quality: float
    all_weak_quality: float
    random_quality: float
    perfect_quality: float
    quality_lost_share: float
    cost_usd: float | None
    all_strong_usd: float | None
    savings_usd: float | None
    savings_share: float | None
    savings_usd_per_lost_answer: float | None
    basis: Literal["assumed"]
    warnings: tuple[str, ...]


def misrouting(question: MisroutingQuestion, catalog: Catalog, counter: Counter, now: datetime) -> MisroutingAnswer:
    """`p = h*r + (1-h)*f`, precision `h*r/p`; quality is the mean of the four over where requests really go.

    Source: the confusion matrix of a binary classifier.

    Raises:
        InvalidInput: a share outside [0, 1], one call without the other.
        TokenplanError: a model that cannot be priced.
    """
    _checked(question)
    h, r, f = question.hard_share, question.recall, question.false_positive_rate
    share = h * r + (1 - h) * f
    weak = (1 - h) * question.weak_easy_quality + h * question.weak_hard_quality
    strong = (1 - h) * question.strong_easy_quality + h * question.strong_hard_quality
    quality = _quality(question, r, f)
    cost, all_strong, warnings = _costs(question, share, Pricer(catalog, counter.once(), now, question.load))
    saved = None if cost is None or all_strong is None else all_strong - cost
    lost = strong - quality
    return MisroutingAnswer(
        strong_share=share,
        precision=h * r / share if share else None,
        missed_hard_share=h * (1 - r),
        needless_strong_share=(1 - h) * f,
        quality=quality,
        all_strong_quality=strong,
        all_weak_quality=weak,
        random_quality=(1 - share) * weak + share * strong,
        perfect_quality=_quality(question, 1.0, 0.0),
        quality_lost_share=lost,
        cost_usd=cost,
        all_strong_usd=all_strong,
        savings_usd=saved,
        savings_share=saved / all_strong if saved is not None and all_strong else None,
        savings_usd_per_lost_answer=saved / lost if saved is not None and lost > _NOTHING else None,
        basis="assumed",
        warnings=warnings,
    )


_NOTHING: Final = 1e-12


def _checked(question: MisroutingQuestion) -> None:
    checks = Checks().share(
        hard_share=question.hard_share,
        recall=question.recall,
        false_positive_rate=question.false_positive_rate,
        weak_easy_quality=question.weak_easy_quality,
        weak_hard_quality=question.weak_hard_quality,
        strong_easy_quality=question.strong_easy_quality,
        strong_hard_quality=question.strong_hard_quality,
    )
    if (question.weak is None) != (question.strong is None):
        checks.refuse("weak" if question.weak is None else "strong", None, "costs need both calls, or none")
    if question.classifier is not None and question.weak is None:
        checks.refuse("weak", None, "a classifier is priced together with weak and strong")
    checks.done()


def _quality(question: MisroutingQuestion, recall: float, false_positive_rate: float) -> float:
    hard = recall * question.strong_hard_quality + (1 - recall) * question.weak_hard_quality
    easy = false_positive_rate * question.strong_easy_quality + (1 - false_positive_rate) * question.weak_easy_quality
    return question.hard_share * hard + (1 - question.hard_share) * easy


def _costs(
    question: MisroutingQuestion, share: float, price: Pricer
) -> tuple[float | None, float | None, tuple[str, ...]]:
    """A routed request, one on the strong model, and warnings; nothing without calls."""
    if question.weak is None or question.strong is None:
        return None, None, ()
    weak, strong = price(question.weak, "weak"), price(question.strong, "strong")
    seen = price(question.classifier, "classifier") if question.classifier else None
    c_w, c_s = float(weak.usd), float(strong.usd)
    cost = (float(seen.usd) if seen else 0.0) + (1 - share) * c_w + share * c_s
    told = (*weak.warnings, *strong.warnings, *(seen.warnings if seen else ()))
    return cost, c_s, tuple(dict.fromkeys(told))
