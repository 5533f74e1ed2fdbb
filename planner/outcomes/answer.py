"""What `outcomes` answers. Costs are mean USD a request over the prompts looked at; scores are means of the file's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pricing.rates import ModelRef

Basis = Literal["file", "listed", "stated", "assumed"]


@dataclass(frozen=True, slots=True)
class ModelOutcome:
    """One model on the prompts that every model answered.

    `basis` tells what its cost stands on: the `file`, the catalog's prices and the file's tokens (`listed`), a stated
    figure, or an assumption. `dominated_by` is a model that is no dearer and no worse, and better in one of both.
    """

    model: str
    cost_usd: float
    score: float
    basis: Basis
    dominated_by: str | None
    priced_as: ModelRef | None


@dataclass(frozen=True, slots=True)
class FrontierPoint:
    """A model that none dominates; `benefit_per_cost` is the score gained per USD over the frontier's model before it.

    `on_hull` says whether it lies on the non-decreasing convex hull; where not, a mixture of two others beats it.
    """

    model: str
    cost_usd: float
    score: float
    benefit_per_cost: float | None
    on_hull: bool


@dataclass(frozen=True, slots=True)
class Quality:
    """AIQ, the mean height of the non-decreasing convex hull over a cost range; it has the scores' unit."""

    aiq: float
    cost_low_usd: float
    cost_high_usd: float


@dataclass(frozen=True, slots=True)
class Point:
    """Some way to answer: its mean cost and mean score."""

    cost_usd: float
    score: float


@dataclass(frozen=True, slots=True)
class Bound:
    """What a share of strong calls can give: at most an oracle's score, at least its opposite's, a random router's."""

    strong_share: float
    oracle_score: float
    oracle_cost_usd: float
    random_score: float
    random_cost_usd: float
    worst_score: float


@dataclass(frozen=True, slots=True)
class JointShares:
    """Shares of the prompts that both, only one, or neither of two models got right; they sum to 1."""

    both_share: float
    weak_only_share: float
    strong_only_share: float
    neither_share: float


@dataclass(frozen=True, slots=True)
class Pair:
    """Two models to route between.

    `needed` prompts are those that the strong model answers better. `benefit_per_cost` is what going all the way from
    weak to strong gains per USD (AutoMix's base).
    """

    weak: str
    strong: str
    joint: JointShares
    needed_share: float
    weak_where_enough_usd: float | None
    strong_where_needed_usd: float | None
    benefit_per_cost: float | None
    oracle: Point
    oracle_savings_share: float | None
    bounds: tuple[Bound, ...]


@dataclass(frozen=True, slots=True)
class Routed:
    """A router at one threshold: prompts that score at least that go to the strong model; None sends none there.

    `gap_recovered_share` (PGR) is the part of the score between weak and strong that is won.
    """

    threshold: float | None
    strong_share: float
    cost_usd: float
    score: float
    gap_recovered_share: float | None


@dataclass(frozen=True, slots=True)
class Saved:
    """A saving with its bootstrap percentile interval and standard error over the test prompts."""

    savings_share: float
    low_share: float
    high_share: float
    standard_error_share: float
    confidence: float
    resamples: int


@dataclass(frozen=True, slots=True)
class Choice:
    """The threshold that was chosen on the training part, and what it does on the test part.

    Two numbers that are not the same: `savings_against_all_strong` is what is not paid compared with sending every
    prompt to the strong model; `random_calls_ratio` is how many times as many strong calls a router that draws lots
    needs for the same score, and `random_cost_ratio` how many times its cost. `weak_calls_usd` and `strong_calls_usd`
    are the mean costs of the calls that go to each model: length goes with difficulty. `benefit_gain_share` is by
    how much the score gained per USD beats going from all-weak to all-strong (AutoMix).
    """

    rule: str
    train_prompts: int
    test_prompts: int
    train: Routed
    test: Routed
    weak_calls_usd: float | None
    strong_calls_usd: float | None
    savings_against_all_strong: Saved | None
    random_calls_ratio: float | None
    random_cost_ratio: float | None
    benefit_per_cost: float | None
    benefit_gain_share: float | None


@dataclass(frozen=True, slots=True)
class Router:
    """A router's score column on the test part.

    `average_gap_recovered_share` is APGR; `half_gap_strong_share` and `gap_80_strong_share` are CPT(50%) and CPT(80%).
    `quality` is the hull of the router and its two models over their cost range or the stated one; `bounds` are those
    of the test part.
    """

    average_gap_recovered_share: float | None
    half_gap_strong_share: float | None
    gap_80_strong_share: float | None
    quality: Quality
    choice: Choice
    curve: tuple[Routed, ...]
    bounds: tuple[Bound, ...]


@dataclass(frozen=True, slots=True)
class OutcomesAnswer:
    """Models, frontier and bounds; `pair` and `router` where there are two models to route between, and a score column.

    `oracle` takes for each prompt the cheapest of the best answers, `random` draws a model for each.
    """

    prompts: int
    prompts_left_out: int
    models: tuple[ModelOutcome, ...]
    frontier: tuple[FrontierPoint, ...]
    quality: Quality
    oracle: Point
    random: Point
    pair: Pair | None
    router: Router | None
    basis: Literal["assumed"]
    warnings: tuple[str, ...]
