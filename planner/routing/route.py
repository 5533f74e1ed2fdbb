"""A router: a classifier sends each request to a weak or a strong model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from planner.calls import Call, CallCost, Load, Pricer
from planner.checks import STRICT, Checks
from planner.routing.sessions import Session, SharedPrefix, Switching, cached, switching
from planner.routing.waits import Latency, Waits, Way, mixture

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
    weak_routed: Call | None = None
    """The weak model on the requests that it is sent, where those are shorter than all; as `weak`, else."""
    strong_routed: Call | None = None
    """The strong model on the requests that it is sent, where those are longer than all; as `strong`, else."""
    requests_per_month: int | None = None
    """Requests a month, for the monthly figures."""
    shared_prefix: SharedPrefix | None = None
    """A prefix that requests share and each model caches for itself: its hit rate falls with its share of arrivals."""
    session: Session | None = None
    """Conversations whose history is written anew when the model changes."""
    weak_latency: Latency | None = None
    """How long the weak model takes; give the strong one's too."""
    strong_latency: Latency | None = None
    """How long the strong model takes; give the weak one's too."""
    classifier_latency: Latency | None = None
    """How long the classifier takes, before either; none takes no time."""
    seed: int = 1
    """Of the simulation of latencies."""


@dataclass(frozen=True, slots=True)
class SplitCache:
    """Hit rates of a shared prefix: of each model with its part of the arrivals, and with all of them.

    `unsplit_cost_usd` is what a request would cost if each model saw all arrivals, `split_usd` what the split adds;
    a rate is None where a call's cost is stated.
    """

    weak_hit_rate: float | None
    strong_hit_rate: float | None
    all_weak_hit_rate: float | None
    all_strong_hit_rate: float | None
    unsplit_cost_usd: float
    split_usd: float


@dataclass(frozen=True, slots=True)
class RouteAnswer:
    """A routed request against all-strong, in USD.

    `savings_share` is against sending everything to the strong model and negative where routing costs more;
    `break_even_strong_share` is the share at which both cost the same, at the costs a call has here: None where no
    share saves (the classifier costs as much as the strong model saves, or the weak one is not cheaper).
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
    cache: SplitCache | None
    switching: Switching | None
    latency: Waits | None
    warnings: tuple[str, ...]


def route(question: RouteQuestion, catalog: Catalog, counter: Counter, now: datetime) -> RouteAnswer:
    """`C = k + (1-p)*c_w + p*c_s`, saving `1 - C/c_s`, break-even `p* = 1 - k/(c_s-c_w)`.

    Where length goes with difficulty, `c_w` and `c_s` of C are means over the requests each is sent. Source: RouteLLM
    (Ong et al., 2024), with the classifier's cost k, the split of caches and the changes of model added.

    Raises:
        InvalidInput: a share outside [0, 1], a call without a cost, one latency without the other.
        TokenplanError: a model that cannot be priced.
    """
    _checked(question)
    price, p, prefix = (
        Pricer(catalog, counter.once(), now, question.load),
        question.strong_share,
        question.shared_prefix,
    )
    all_weak, all_strong = (
        cached(price, call, key, prefix, 1.0) for call, key in ((question.weak, "weak"), (question.strong, "strong"))
    )
    sent_weak, sent_strong = question.weak_routed or question.weak, question.strong_routed or question.strong
    weak = cached(price, sent_weak, "weak_routed" if question.weak_routed else "weak", prefix, 1 - p)
    strong = cached(price, sent_strong, "strong_routed" if question.strong_routed else "strong", prefix, p)
    classifier = price(question.classifier, "classifier") if question.classifier else None
    changes = switching(question.session, p, question.weak, question.strong, price) if question.session else None
    c_w, c_s, every = float(weak.cost.usd), float(strong.cost.usd), float(all_strong.cost.usd)
    fixed = (float(classifier.usd) if classifier else 0.0) + (changes.cost_per_request_usd if changes else 0.0)
    cost = fixed + (1 - p) * c_w + p * c_s
    months = question.requests_per_month
    told = (*weak.cost.warnings, *strong.cost.warnings, *(classifier.warnings if classifier else ()))
    unsplit = cost
    if prefix is not None:
        whole = [cached(price, call, key, prefix, 1.0) for call, key in ((sent_weak, "weak"), (sent_strong, "strong"))]
        unsplit = fixed + (1 - p) * float(whole[0].cost.usd) + p * float(whole[1].cost.usd)
    rates = (weak.hit_rate, strong.hit_rate, all_weak.hit_rate, all_strong.hit_rate)
    return RouteAnswer(
        cost_usd=cost,
        all_strong_usd=every,
        all_weak_usd=float(all_weak.cost.usd),
        savings_usd=every - cost,
        savings_share=1 - cost / every if every else None,
        break_even_strong_share=break_even(c_w, c_s, fixed, every),
        cost_per_month_usd=None if months is None else cost * months,
        savings_per_month_usd=None if months is None else (every - cost) * months,
        basis="assumed",
        weak=weak.cost,
        strong=strong.cost,
        classifier=classifier,
        cache=SplitCache(*rates, unsplit, cost - unsplit) if prefix else None,
        switching=changes,
        latency=_latency(question),
        warnings=tuple(dict.fromkeys(told)),
    )


def _checked(question: RouteQuestion) -> None:
    checks = Checks().share(strong_share=question.strong_share)
    checks.at_least(0, requests_per_month=question.requests_per_month)
    given = {"weak_latency": question.weak_latency, "strong_latency": question.strong_latency}
    given["classifier_latency"] = question.classifier_latency
    if any(given.values()):
        for name in ("weak_latency", "strong_latency"):
            if given[name] is None:
                checks.refuse(name, None, "latencies need both models'")
    checks.done()
    for name, latency in given.items():
        if latency is not None:
            latency.checked(name)
    if question.shared_prefix is not None:
        question.shared_prefix.checked()
    if question.session is not None:
        question.session.checked()


def break_even(
    weak_usd: float, strong_usd: float, fixed_usd: float, all_strong_usd: float | None = None
) -> float | None:
    """The strong share below which routing saves: `1 - k/(c_s-c_w)`; None where it never does.

    With `all_strong_usd` apart from `strong_usd` (longer requests go to the strong model), `(c_all-c_w-k)/(c_s-c_w)`.
    """
    gain = (strong_usd if all_strong_usd is None else all_strong_usd) - weak_usd
    if gain <= fixed_usd:
        return None
    return min(1.0, (gain - fixed_usd) / (strong_usd - weak_usd)) if strong_usd > weak_usd else 1.0


def _latency(question: RouteQuestion) -> Waits | None:
    """A mixture of the two models, each after the classifier."""
    if question.weak_latency is None or question.strong_latency is None:
        return None
    first = () if question.classifier_latency is None else (question.classifier_latency,)
    p = question.strong_share
    ways = [Way(1 - p, (*first, question.weak_latency)), Way(p, (*first, question.strong_latency))]
    return mixture(ways, question.seed)
