"""A cascade: cheap models answer first, and what a verifier does not accept goes to the next."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, NamedTuple

from planner.calls import Call, CallCost, Load, Pricer, called
from planner.checks import STRICT, Checks
from planner.routing.waits import Latency, Waits, Way, mixture
from planner.short import Short, shared
from pricing.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from planner.tokens import Counter
    from pricing.catalog import Catalog

MOST_TIERS: Final = 20
_CLOSE: Final = 1e-9
"""How far joint shares may be from 1 in all: floats round."""


def _tier(text: str) -> dict[str, Any]:
    """`CALL@ACCEPTED`, or `CALL`."""
    call, accepted = shared(text)
    return {"call": called(call)} | ({} if accepted is None else {"accept_probability": accepted})


@dataclass(frozen=True, slots=True, kw_only=True)
class CascadeTier:
    """One tier: a call, what verifies its answer, and how often that is accepted."""

    __pydantic_config__: ClassVar = STRICT
    __short__: ClassVar = Short("CALL[@ACCEPTED]", _tier)

    call: Call
    """The call that answers."""
    verifier: Call | None = None
    """The call that looks at the answer; none costs nothing. The last tier has none."""
    accept_probability: float | None = None
    """Share of this tier's answers that are accepted; needed for every tier but the last, unless `joint` says it."""
    accepted_quality: float | None = None
    """Share of the accepted answers that are correct; quality is told where every tier has it."""
    latency: Latency | None = None
    """How long the call takes; latencies are told where every tier has it."""
    verifier_latency: Latency | None = None
    """How long the verifier takes; none takes no time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Joint:
    """Two models on the same prompts: who answers correctly, and how well the verifier sees it. The shares sum to 1."""

    __pydantic_config__: ClassVar = STRICT

    both: float
    """Share of prompts that both models answer correctly."""
    weak_only: float
    """Share that only the first does."""
    strong_only: float
    """Share that only the last does."""
    neither: float
    """Share that none does."""
    sensitivity: float
    """P(escalate | the first is wrong)."""
    false_escalation_rate: float
    """P(escalate | the first is right)."""

    @property
    def escalation(self) -> float:
        """`(1-a)*sens + a*fe`, with `a = both + weak_only`."""
        right = self.both + self.weak_only
        return (self.strong_only + self.neither) * self.sensitivity + right * self.false_escalation_rate

    @property
    def quality(self) -> float:
        """`both + weak_only*(1-fe) + strong_only*sens`."""
        return self.both + self.weak_only * (1 - self.false_escalation_rate) + self.strong_only * self.sensitivity

    @property
    def best(self) -> float:
        """Of all verifiers that escalate as much: `Q_w + min(p, strong_only) - max(0, p - (1 - weak_only))`."""
        p = self.escalation
        return self.both + self.weak_only + min(p, self.strong_only) - max(0.0, p - (1 - self.weak_only))

    @property
    def chance(self) -> float:
        """Of one that escalates as much at random: on the chord between the two models."""
        return self.both + self.weak_only + self.escalation * (self.strong_only - self.weak_only)

    @property
    def worst(self) -> float:
        """The lower bound: `Q_w - min(p, weak_only) + max(0, p - (1 - strong_only))`."""
        p = self.escalation
        return self.both + self.weak_only - min(p, self.weak_only) + max(0.0, p - (1 - self.strong_only))


@dataclass(frozen=True, slots=True, kw_only=True)
class CascadeQuestion:
    """What does a request cost when models are tried from cheap to dear until an answer is accepted?"""

    __pydantic_config__: ClassVar = STRICT

    tiers: tuple[CascadeTier, ...]
    """The tiers in the order in which they are tried, at least two."""
    joint: Joint | None = None
    """For two tiers: shares of a prompt set and the verifier's errors, instead of figures a tier."""
    load: Load | None = None
    """What a request sends, for every model that does not say it itself."""
    requests_per_month: int | None = None
    """Requests a month, for the monthly figures."""
    seed: int = 1
    """Of the simulation of latencies."""


@dataclass(frozen=True, slots=True)
class TierCost:
    """One tier: how many requests reach it and are answered by it, and what it adds to a request, in USD."""

    tier: int
    reach_probability: float
    answered_share: float
    expected_usd: float
    call: CallCost
    verifier: CallCost | None


@dataclass(frozen=True, slots=True)
class CascadeAnswer:
    """A cascaded request against sending everything to the last tier, in USD.

    `escalation_probability` is the share that leaves the first tier, `break_even_escalation_probability` the share at
    which the cascade costs what the last tier alone does: None where no share saves, 1 where every share does.
    `oracle_quality`, `random_quality` and `worst_quality` are of verifiers that escalate as much: the best that can be,
    one that tosses a coin, and the worst; None without `joint`.
    """

    cost_usd: float
    all_strong_usd: float
    savings_usd: float
    savings_share: float | None
    escalation_probability: float
    break_even_escalation_probability: float | None
    quality: float | None
    all_strong_quality: float | None
    all_weak_quality: float | None
    oracle_quality: float | None
    random_quality: float | None
    worst_quality: float | None
    cost_per_correct_answer_usd: float | None
    cost_per_month_usd: float | None
    savings_per_month_usd: float | None
    basis: Literal["assumed"]
    tiers: tuple[TierCost, ...]
    latency: Waits | None
    warnings: tuple[str, ...]


class _Quality(NamedTuple):
    """Shares of correct answers: the cascade, the last tier alone, the first alone, other verifiers; None: unknown."""

    whole: float | None
    strong: float | None
    weak: float | None
    best: float | None = None
    chance: float | None = None
    worst: float | None = None


def cascade(question: CascadeQuestion, catalog: Catalog, counter: Counter, now: datetime) -> CascadeAnswer:
    """`C = sum R_i*(c_i+v_i)` with `R_1 = 1, R_{i+1} = R_i*(1-accept_i)`, `Q = sum R_i*accept_i*q_i`.

    Two tiers with joint shares: `p_esc = (1-a)*sens + a*fe`, `Q = both + weak_only*(1-fe) + strong_only*sens`;
    break-even `1-(c_w+v)/c_s`. Source: FrugalGPT (Chen, Zaharia and Zou, 2023); AutoMix (Aggarwal et al., 2023).

    Raises:
        InvalidInput: a share outside [0, 1], fewer than two tiers, a verifier of the last, shares that do not sum to 1.
        TokenplanError: a model that cannot be priced.
    """
    _checked(question)
    accepts = _accepts(question)
    price = Pricer(catalog, counter.once(), now, question.load)
    calls = [price(tier.call, "tiers", at, "call") for at, tier in enumerate(question.tiers)]
    verifiers = [
        price(tier.verifier, "tiers", at, "verifier") if tier.verifier else None
        for at, tier in enumerate(question.tiers)
    ]
    step = [float(call.usd) + (float(seen.usd) if seen else 0.0) for call, seen in zip(calls, verifiers, strict=True)]
    reach = _reach(accepts)
    cost, strong = sum(r * usd for r, usd in zip(reach, step, strict=True)), step[-1]
    quality, months = _quality(question, reach, accepts), question.requests_per_month
    told = [each for each in (*calls, *verifiers) if each is not None]
    return CascadeAnswer(
        cost_usd=cost,
        all_strong_usd=strong,
        savings_usd=strong - cost,
        savings_share=1 - cost / strong if strong else None,
        escalation_probability=reach[1],
        break_even_escalation_probability=_break_even(step, accepts),
        quality=quality.whole,
        all_strong_quality=quality.strong,
        all_weak_quality=quality.weak,
        oracle_quality=quality.best,
        random_quality=quality.chance,
        worst_quality=quality.worst,
        cost_per_correct_answer_usd=cost / quality.whole if quality.whole and quality.whole > _CLOSE else None,
        cost_per_month_usd=None if months is None else cost * months,
        savings_per_month_usd=None if months is None else (strong - cost) * months,
        basis="assumed",
        tiers=tuple(
            TierCost(at + 1, reach[at], reach[at] * accepts[at], reach[at] * step[at], calls[at], verifiers[at])
            for at in range(len(step))
        ),
        latency=_latency(question, reach, accepts),
        warnings=tuple(dict.fromkeys(line for each in told for line in each.warnings)),
    )


def _checked(question: CascadeQuestion) -> None:
    last = len(question.tiers) - 1
    checks = Checks().at_least(0, requests_per_month=question.requests_per_month)
    if not 1 <= last < MOST_TIERS:
        checks.refuse("tiers", f"a list of {last + 1}", f"a cascade has 2 to {MOST_TIERS} tiers")
    checks.done()
    for at, tier in enumerate(question.tiers):
        inner = Checks("tiers", at)
        inner.share(accept_probability=tier.accept_probability, accepted_quality=tier.accepted_quality)
        if at == last and (tier.verifier or tier.verifier_latency):
            inner.refuse("verifier", "given", "the last tier's answer is taken as it is")
        if at == last and tier.accept_probability not in (None, 1):
            inner.refuse("accept_probability", tier.accept_probability, "the last tier's answer is taken as it is")
        told = tier.accepted_quality if at == last or tier.accept_probability is None else tier.accept_probability
        if question.joint and told is not None:
            inner.refuse("accept_probability", told, "joint says it; leave it and the quality out")
        if not question.joint and at < last and tier.accept_probability is None:
            inner.refuse("accept_probability", None, "every tier but the last needs it")
        inner.done()
        for name in ("latency", "verifier_latency"):
            if (given := getattr(tier, name)) is not None:
                given.checked("tiers", at, name)
    if question.joint is not None:
        _checked_joint(question.joint, len(question.tiers))


def _checked_joint(joint: Joint, tiers: int) -> None:
    shares = {name: getattr(joint, name) for name in ("both", "weak_only", "strong_only", "neither")}
    checks = Checks("joint").share(
        **shares, sensitivity=joint.sensitivity, false_escalation_rate=joint.false_escalation_rate
    )
    checks.done()
    if abs(sum(shares.values()) - 1) > _CLOSE:
        raise InvalidInput(
            f"joint: both, weak_only, strong_only and neither sum to {sum(shares.values()):.6g}; they must sum to 1",
            loc=("joint",),
        )
    if tiers != 2:  # noqa: PLR2004 - joint shares are of two models
        raise InvalidInput(f"joint: it describes two models; there are {tiers} tiers", loc=("joint",))


def _accepts(question: CascadeQuestion) -> list[float]:
    """The share of its answers that each tier keeps; the last keeps all."""
    if question.joint is not None:
        return [max(0.0, 1 - question.joint.escalation), 1.0]
    return [tier.accept_probability or 0.0 for tier in question.tiers[:-1]] + [1.0]


def _reach(accepts: Sequence[float]) -> list[float]:
    return [1.0, *accumulate((1 - each for each in accepts[:-1]), lambda reached, passed: reached * passed)]


def _quality(question: CascadeQuestion, reach: Sequence[float], accepts: Sequence[float]) -> _Quality:
    if question.joint is not None:
        joint = question.joint
        strong, weak = joint.both + joint.strong_only, joint.both + joint.weak_only
        return _Quality(joint.quality, strong, weak, joint.best, joint.chance, joint.worst)
    told = [tier.accepted_quality for tier in question.tiers]
    shares = [reached * accepted for reached, accepted in zip(reach, accepts, strict=True)]
    known = [share * each for share, each in zip(shares, told, strict=True) if each is not None]
    return _Quality(sum(known) if len(known) == len(told) else None, None, None)


def _break_even(step: Sequence[float], accepts: Sequence[float]) -> float | None:
    """`(c_n - (c_1+v_1))/rest`, the rest being what a request costs after the first tier; `c_s` for two."""
    strong, first = step[-1], step[0]
    if first >= strong:
        return None
    rest = sum(r * usd for r, usd in zip(_reach(accepts[1:]), step[1:], strict=True))
    return min(1.0, (strong - first) / rest) if rest else 1.0


def _latency(question: CascadeQuestion, reach: Sequence[float], accepts: Sequence[float]) -> Waits | None:
    """A mixture over the tier that answers: its own call and verifier after all before it."""
    ways: list[Way] = []
    calls: list[Latency] = []
    for at, tier in enumerate(question.tiers):
        if tier.latency is None:
            return None
        calls += [tier.latency, *([tier.verifier_latency] if tier.verifier_latency else [])]
        ways.append(Way(reach[at] * accepts[at], tuple(calls)))
    return mixture(ways, question.seed)
