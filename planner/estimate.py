"""The main job: what a real prompt costs on each model, a request and a month, and whether it fits."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar, Final, Literal

from planner.context import Fit, check, check_counts, refuse_negative
from planner.costing import Refusal, Terms, priced
from planner.prompt import Prompt, Ready, Tokens, billed, buckets, count, other_model, ready, sized
from planner.tokens.count import LEVELS
from planner.when import when
from pricing.cost import EXACT, Cost
from pricing.errors import InvalidInput, NoRule, NotPriced, Problem, UnknownModel
from pricing.rates import CatalogRef, ModelRef
from pricing.usage import LARGEST, PROMPT_BUCKETS, Usage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from planner.tokens import Counter
    from planner.tokens.count import Modality
    from pricing.catalog import Catalog
    from pricing.names import Resolution
    from pricing.rates import Model

_FITS_FIRST: Final = {True: 0, None: 1, False: 2}
_Z95: Final = 1.6448536269514722  # the 95th percentile of the standard normal


@dataclass(frozen=True, slots=True)
class OutputSpread:
    """Output length as two percentiles of a lognormal, in visible tokens."""

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    p50: int
    p95: int

    @property
    def mean(self) -> int:
        """The expected length, rounded to a token.

        The mean of a lognormal, `exp(mu + sigma^2/2)` with `mu = ln p50` and `sigma = ln(p95/p50)/1.6449`.
        """
        sigma = math.log(self.p95 / self.p50) / _Z95
        return round(self.p50 * math.exp(sigma * sigma / 2))


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateQuestion(Prompt, Terms):
    """What does this prompt cost on these models?

    `output_tokens` is visible text, a number or a spread; `reasoning_tokens` come apart. The cached prefix is given in
    tokens or as a share of the prompt (tokenizers differ); `cache_hit_rate` is the share of requests that find it
    cached (taken to twelve decimals), the others write it with the lifetime `cache_ttl`.
    """

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    models: tuple[str, ...]
    output_tokens: int | OutputSpread
    reasoning_tokens: int = 0
    requests_per_month: int | None = None
    cached_prefix_tokens: int | None = None
    cached_prefix_share: float | None = None
    cache_hit_rate: float = 0.0
    cache_ttl: Literal["5m", "1h"] = "5m"


@dataclass(frozen=True, slots=True)
class Money:
    """USD with bounds; `basis` is `listed` where prices and counts alone decide, `assumed` where a share does."""

    usd: Decimal
    low_usd: Decimal
    high_usd: Decimal
    basis: Literal["listed", "assumed"]


@dataclass(frozen=True, slots=True)
class Parts:
    """Where a request's cost comes from; the three sum to it exactly."""

    prompt_usd: Decimal
    output_usd: Decimal
    fees_usd: Decimal


@dataclass(frozen=True, slots=True)
class EstimateRow:
    """One model's answer; those that fit come first, then those of unknown limits, each cheapest first."""

    rank: int
    model: ModelRef
    tokens: Tokens
    cached_prefix_tokens: int
    cost_per_request: Money
    parts: Parts
    cost_per_month: Money | None
    fit: Fit
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Estimate:
    """The models ranked, those that cannot be answered for in `refused`, and what the figures assume."""

    rows: tuple[EstimateRow, ...]
    refused: tuple[Refusal, ...]
    output_tokens: int
    reasoning_tokens: int
    requests_per_month: int | None
    service_tier: str
    assumptions: tuple[str, ...]
    as_of: datetime
    catalog: CatalogRef


@dataclass(frozen=True, slots=True)
class _Outputs:
    """The output length at its low, expected and high figure."""

    low: int
    expected: int
    high: int


def estimate(question: EstimateQuestion, catalog: Catalog, counter: Counter, now: datetime) -> Estimate:
    """Count a prompt, price it and fit it on each model.

    Low and high bounds take the count's bounds, and for an output spread its p50 and p95.

    Raises:
        InvalidInput: a number out of range, no model, a prefix given twice.
        TokenplanError: with a single model, its own error; with several, errors are kept in `refused`.
    """
    _validate(question)
    moment = when(question.as_of, now)
    outputs = _outputs(question)
    once, read = counter.once(), ready(question)
    rows, refused, asked = [], [], []
    for name in dict.fromkeys(question.models):
        try:
            asked.append(catalog.resolve(name))
            rows.append(_row(question, asked[-1], once, now, outputs, read))
        except (UnknownModel, NotPriced, NoRule) as error:  # the model's own; what is wrong with the question is raised
            if len(question.models) == 1:
                raise
            refused.append(Refusal(name, error.slug, error.problems))
    rows.sort(key=lambda row: (_FITS_FIRST[row.fit.fits], row.cost_per_request.usd))
    return Estimate(
        tuple(replace(row, rank=rank) for rank, row in enumerate(rows, 1)),
        tuple(refused),
        outputs.expected,
        question.reasoning_tokens,
        question.requests_per_month,
        question.service_tier or "standard",
        (*_assumptions(question, outputs), *other_model(question, asked, catalog)),
        moment.at,
        catalog.ref,
    )


def _row(
    question: EstimateQuestion,
    resolved: Resolution,
    counter: Counter,
    now: datetime,
    outputs: _Outputs,
    read: Ready,
) -> EstimateRow:
    model = resolved.model
    counted = count(question, resolved, counter, read)
    low, middle, high = (billed(counted.split(level), model) for level in LEVELS)
    prefix, notes = _prefix(question, resolved, middle)
    hit = Decimal(f"{question.cache_hit_rate:.12f}") if prefix else Decimal(0)

    def total(prompt: Mapping[Modality, int], output: int) -> tuple[Decimal, Parts, tuple[str, ...]]:
        return _expected(question, resolved, now, prompt, output, prefix, hit)

    usd, parts, warnings = total(middle, outputs.expected)
    money = Money(
        usd,
        total(low, outputs.low)[0],
        total(high, outputs.high)[0],
        "assumed" if hit or not isinstance(question.output_tokens, int) else "listed",
    )
    return EstimateRow(
        0,
        ModelRef(model.id, model.provider, resolved.requested, resolved.rule),
        sized(counted),
        prefix,
        money,
        parts,
        _times(money, question.requests_per_month),
        check(model.limits, counted.high, outputs.high + question.reasoning_tokens, check_counts(model, read.things)),
        (*warnings, *counted.notes, *notes),
    )


def _expected(
    question: EstimateQuestion,
    resolved: Resolution,
    now: datetime,
    prompt: Mapping[Modality, int],
    output: int,
    prefix: int,
    hit: Decimal,
) -> tuple[Decimal, Parts, tuple[str, ...]]:
    """The mean over requests that read the cached prefix (share `hit`) and those that write it.

    In total and in parts, with the warnings of both. Images with a price of their own have none for writing a cache.
    """
    text = min(prefix, prompt["text"])
    image = min(prefix - text, prompt["image"])
    fresh = {"output_tokens": output, "reasoning_tokens": question.reasoning_tokens, **buckets(prompt)}
    fresh["input_tokens"] -= text
    missed = _cost(question, resolved, now, {**fresh, f"cache_write_{question.cache_ttl}_tokens": text})
    if not hit:
        return missed.total_usd, _parts(missed), missed.warnings
    fresh["input_image_tokens"] -= image
    read = _cost(question, resolved, now, {**fresh, "cache_read_tokens": text, "cache_image_read_tokens": image})
    mixed = [
        EXACT.add(EXACT.multiply(hit, a), EXACT.multiply(1 - hit, b))
        for a, b in zip(_amounts(_parts(read)), _amounts(_parts(missed)), strict=True)
    ]
    parts = Parts(*mixed)
    return _sum(mixed), parts, tuple(dict.fromkeys((*read.warnings, *missed.warnings)))


def _cost(question: EstimateQuestion, resolved: Resolution, now: datetime, buckets: dict[str, int]) -> Cost:
    return priced(Usage(**buckets), question, resolved, now)  # type: ignore[arg-type]  # token buckets only


def _parts(answer: Cost) -> Parts:
    """A cost's lines gathered by what they pay for."""
    sums = {"prompt": Decimal(0), "output": Decimal(0), "fees": Decimal(0)}
    for line in answer.lines:
        kind = "prompt" if line.bucket in PROMPT_BUCKETS else "output" if line.bucket.endswith("_tokens") else "fees"
        sums[kind] = EXACT.add(sums[kind], line.amount_usd)
    return Parts(sums["prompt"], sums["output"], sums["fees"])


def _amounts(parts: Parts) -> tuple[Decimal, Decimal, Decimal]:
    return parts.prompt_usd, parts.output_usd, parts.fees_usd


def _sum(amounts: list[Decimal]) -> Decimal:
    total = Decimal(0)
    for amount in amounts:
        total = EXACT.add(total, amount)
    return total


def _times(money: Money, requests: int | None) -> Money | None:
    if requests is None:
        return None
    usd, low, high = (EXACT.multiply(each, requests) for each in (money.usd, money.low_usd, money.high_usd))
    return Money(usd, low, high, money.basis)


def _prefix(
    question: EstimateQuestion, resolved: Resolution, split: Mapping[Modality, int]
) -> tuple[int, tuple[str, ...]]:
    """The tokens of the prompt that a cache may serve on this model, and why there may be none or fewer.

    A prefix is text first, then images; sound and video are taken as not cached.
    """
    prompt, cacheable = sum(split.values()), split["text"] + split["image"]
    if question.cached_prefix_share is not None:
        wanted = math.floor(prompt * question.cached_prefix_share)
    else:
        wanted = question.cached_prefix_tokens or 0
    if wanted > prompt:
        raise InvalidInput(
            f"cached_prefix_tokens is {wanted}; the prompt has {prompt} tokens on {resolved.model.id}",
            loc=("cached_prefix_tokens",),
            value=wanted,
        )
    least = resolved.model.cache_minimum_tokens
    if least is not None and 0 < wanted < least:
        return 0, (f"a prefix of {wanted} tokens is never cached: {resolved.model.id} caches from {least} tokens",)
    unknown = unknown_minimum(resolved.model) if wanted else ()
    if wanted > cacheable:
        return cacheable, (
            *unknown,
            f"of a prefix of {wanted} tokens {cacheable} are text and images; sound and video are taken fresh",
        )
    return wanted, unknown


def unknown_minimum(model: Model) -> tuple[str, ...]:
    """What is said of a model that caches, where no source states from how many tokens on."""
    caches = any("cache_read_tokens" in each.rates for each in model.sets)
    if not caches or model.cache_minimum_tokens is not None:
        return ()
    return (f"from how many tokens on {model.id} caches is not known; a prefix of any length was taken as cached",)


def _outputs(question: EstimateQuestion) -> _Outputs:
    output = question.output_tokens
    if isinstance(output, int):
        return _Outputs(output, output, output)
    return _Outputs(output.p50, output.mean, output.p95)


def _assumptions(question: EstimateQuestion, outputs: _Outputs) -> list[str]:
    said = []
    if isinstance(question.output_tokens, OutputSpread):
        spread = question.output_tokens
        said.append(
            f"output is lognormal with p50 {spread.p50} and p95 {spread.p95}: {outputs.expected} tokens on average; "
            "bounds are at p50 and p95"
        )
    else:
        said.append(f"every answer has {outputs.expected} visible tokens")
    if question.reasoning_tokens:
        said.append(f"every answer reasons for {question.reasoning_tokens} tokens, billed as the model lists them")
    if question.cache_hit_rate:
        said.append(
            f"where a model caches the prefix, {question.cache_hit_rate:g} of the requests read it, the rest write it"
            f" for {question.cache_ttl}"
        )
    return said


def _validate(question: EstimateQuestion) -> None:
    if not question.models:
        raise InvalidInput("models is empty; name at least one", loc=("models",), value=[])
    refuse_negative(question, "reasoning_tokens", "requests_per_month", "cached_prefix_tokens")
    problems = [
        Problem((name,), f"{name} is {value}; it must be a share from 0 to 1", value)
        for name in ("cached_prefix_share", "cache_hit_rate")
        if (value := getattr(question, name)) is not None and not 0 <= value <= 1
    ]
    if question.cached_prefix_share is not None and question.cached_prefix_tokens is not None:
        problems.append(
            Problem(("cached_prefix_share",), "give the cached prefix in tokens or as a share, not both", None)
        )
    if question.cache_hit_rate and not (question.cached_prefix_share or question.cached_prefix_tokens):
        problems.append(
            Problem(("cache_hit_rate",), "cache_hit_rate needs cached_prefix_tokens or cached_prefix_share", None)
        )
    output = question.output_tokens
    if isinstance(output, int) and not 0 <= output <= LARGEST:
        problems.append(Problem(("output_tokens",), f"output_tokens is {output}; it must not be negative", output))
    if isinstance(output, OutputSpread) and not 0 < output.p50 <= output.p95 <= LARGEST:
        problems.append(
            Problem(("output_tokens",), f"output_tokens has p50 {output.p50}, p95 {output.p95}; 0 < p50 <= p95", None)
        )
    if problems:
        raise InvalidInput.of(problems)
