"""A router: a classifier sends each request to a weak or a strong model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from planner.calls import Call, CallCost, Load, Pricer
from planner.checks import STRICT, Checks

if TYPE_CHECKING:
    from datetime import datetime

    from planner.tokens import Counter
    from pricing.catalog import Catalog


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteQuestion:
    """What does a request cost when a router sends a share of them to the strong model, and what does that save?"""

    __pydantic_config__: ClassVar = STRICT

    strong_share: float
    """Share of requests that the router sends to the strong model, from 0 to 1."""
    weak: Call
    """The model that answers the easy requests."""
    strong: Call
    """The model that answers the hard ones, and all of them without a router."""
    classifier: Call | None = None
    """The call that decides, made for every request; none costs nothing."""
    load: Load | None = None
    """What a request sends, for every model that does not say it itself."""
    requests_per_month: int | None = None
    """Requests a month, for the monthly figures."""


@dataclass(frozen=True, slots=True)
class RouteAnswer:
    """A routed request against all-strong, in USD.

    `savings_share` is against sending everything to the strong model and negative where routing costs more;
    `break_even_strong_share` is the share at which both cost the same: None where no share saves (the classifier costs
    as much as the strong model saves, or the weak one is not cheaper).
    """

    cost_usd: float
    all_strong_usd: float
    all_weak_usd: float
    savings_usd: float
    savings_share: float | None
    break_even_strong_share: float | None
    cost_per_month_usd: float | None
    savings_per_month_usd: float | None
    basis: Literal["assumed"]
    weak: CallCost
    strong: CallCost
    classifier: CallCost | None
    warnings: tuple[str, ...]


def route(question: RouteQuestion, catalog: Catalog, counter: Counter, now: datetime) -> RouteAnswer:
    """`C = k + (1-p)*c_w + p*c_s`, saving `1 - C/c_s`, break-even `p* = 1 - k/(c_s-c_w)`.

    Source: RouteLLM (Ong et al., 2024), with the classifier's cost k added.

    Raises:
        InvalidInput: a share outside [0, 1], a call without a cost.
        TokenplanError: a model that cannot be priced.
    """
    Checks().share(strong_share=question.strong_share).at_least(
        0, requests_per_month=question.requests_per_month
    ).done()
    price = Pricer(catalog, counter.once(), now, question.load)
    weak, strong = price(question.weak, "weak"), price(question.strong, "strong")
    classifier = price(question.classifier, "classifier") if question.classifier else None
    c_w, c_s, k = float(weak.usd), float(strong.usd), float(classifier.usd) if classifier else 0.0
    p = question.strong_share
    cost = k + (1 - p) * c_w + p * c_s
    months = question.requests_per_month
    return RouteAnswer(
        cost_usd=cost,
        all_strong_usd=c_s,
        all_weak_usd=c_w,
        savings_usd=c_s - cost,
        savings_share=1 - cost / c_s if c_s else None,
        break_even_strong_share=break_even(c_w, c_s, k),
        cost_per_month_usd=None if months is None else cost * months,
        savings_per_month_usd=None if months is None else (c_s - cost) * months,
        basis="assumed",
        weak=weak,
        strong=strong,
        classifier=classifier,
        warnings=(*weak.warnings, *strong.warnings, *(classifier.warnings if classifier else ())),
    )


def break_even(weak_usd: float, strong_usd: float, classifier_usd: float) -> float | None:
    """The strong share below which routing saves: `1 - k/(c_s-c_w)`; None where it never does."""
    gain = strong_usd - weak_usd
    return None if gain <= classifier_usd else 1 - classifier_usd / gain
