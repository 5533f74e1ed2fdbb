"""A packed window in figures: each item in its place, the window's parts, their cost and what the order saves."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import reduce
from typing import TYPE_CHECKING, Final, Literal

from planner.estimate import Money, unknown_minimum
from planner.packing import positions
from planner.packing.budget import Budget
from planner.packing.items import KINDS, Kind, Sized
from planner.packing.prefix import Rates, rates
from planner.packing.selection import Reason, Selection
from planner.when import when
from pricing.cost import EXACT
from pricing.rates import CatalogRef, ModelRef

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from planner.packing.pack import PackQuestion  # noqa: TC004 - nobody reads a plan's annotations at run time
    from planner.packing.selection import Left
    from pricing.names import Resolution

Order = Literal["edges", "score", "chronological"]
PartKind = Literal[
    "tools", "system", "pinned", "summary", "history", "retrieved", "question", "framing",
    "margin", "reserved_output", "reserved_reasoning", "free", "out_of_reach",
]  # fmt: skip
Figure = Literal["tokens", "low", "high"]

SUMMARY: Final = "summary"
"""The id of the item that stands for the older history."""


@dataclass(frozen=True, slots=True)
class Packed:
    """An item that goes in, in its place: its tokens with bounds, its size against the budget, and its cost.

    `in_prefix`: it belongs to the part that the next request begins with too.
    """

    id: str
    kind: Kind | Literal["summary"]
    tokens: int
    low: int
    high: int
    size_tokens: int
    usd: Decimal
    in_prefix: bool
    score: float | None
    position_quality: float | None


@dataclass(frozen=True, slots=True)
class Dropped:
    """An item that stays out, why as a stable word, and why in words."""

    id: str
    kind: Kind
    size_tokens: int
    reason: Reason
    detail: str


@dataclass(frozen=True, slots=True)
class Part:
    """One stretch of the window; all of them add up to it. `usd` is None where nothing is sent."""

    kind: PartKind
    tokens: int
    share: float
    usd: Decimal | None


@dataclass(frozen=True, slots=True)
class Prefix:
    """The stable prefix, and what laying it first saves over the order in which the items were given.

    `cacheable` is whether it reaches the model's minimum, None where that is not known. The figures in USD are of the
    prompt, on average over hits and misses; None without a hit rate.
    """

    tokens: int
    minimum_tokens: int | None
    cacheable: bool | None
    hit_rate: float | None
    break_even_hit_rate: float | None
    given_order_tokens: int
    given_order_usd: Decimal | None
    saving_usd: Decimal | None


@dataclass(frozen=True, slots=True)
class Ordering:
    """How the passages lie: the sum of score times position quality, and what it were by score and as given."""

    order: Order
    weighted: float | None
    weighted_by_score: float | None
    weighted_as_given: float | None


@dataclass(frozen=True, slots=True)
class SummaryPlan:
    """The older history as a summary: what it replaces, what making it costs, and after how many turns that pays.

    `break_even_turns` is None where the summary saves nothing.
    """

    replaces: tuple[str, ...]
    replaced_tokens: int
    summary_tokens: int
    saved_tokens_per_turn: int
    saved_usd_per_turn: Decimal
    making_usd: Decimal
    break_even_turns: int | None


@dataclass(frozen=True, slots=True)
class PackAnswer:
    """The window as packed; `prompt` is its cost with the count's bounds, `reserved_usd` that of a full answer."""

    model: ModelRef
    budget: Budget
    items: tuple[Packed, ...]
    dropped: tuple[Dropped, ...]
    parts: tuple[Part, ...]
    prompt: Money
    reserved_usd: Decimal
    fees_usd: Decimal
    prefix: Prefix
    ordering: Ordering
    summary: SummaryPlan | None
    assumptions: tuple[str, ...]
    warnings: tuple[str, ...]
    as_of: datetime
    catalog: CatalogRef


@dataclass(frozen=True, slots=True)
class Plan:
    """What was decided before money comes in: everything counted, and what is in."""

    question: PackQuestion
    budget: Budget
    every: Sequence[Sized]
    framing: Sized | None
    chosen: Selection
    summary: Sized | None
    replaced: Sequence[Sized]

    def laid_out(self) -> list[Sized]:
        """What is in, the most stable first, passages by the order asked for."""
        kept = [each for each in self.every if self.has(each)]
        row: list[Sized] = []
        for kind in KINDS:
            if kind == "history" and self.summary is not None:
                row.append(self.summary)
            same = [each for each in kept if each.item.kind == kind]
            row += [same[at] for at in _order(self.question, same)] if kind == "retrieved" else same
        return row

    def has(self, each: Sized) -> bool:
        """Whether an item is in."""
        return each.item.id in self.chosen.kept

    def sent(self, row: Sequence[Sized]) -> list[Sized]:
        """A row of items and what stands around its messages."""
        return [*row, *([self.framing] if self.framing else [])]

    def left(self) -> list[Left]:
        """What stayed out, in the order in which it was given."""
        places = {each.item.id: at for at, each in enumerate(self.every)}
        return sorted(self.chosen.left, key=lambda left: places[left.sized.item.id])

    @property
    def slides(self) -> bool:
        """Whether turns fell out of the history for want of room, which moves its start."""
        return any(
            left.reason in ("no_room", "older_turns") and left.sized.item.kind == "history" for left in self.chosen.left
        )

    def stable(self, each: Sized) -> bool:
        """Whether the next request has it too."""
        return each.item.kind in KINDS[:3] or (each.item.kind == "history" and not self.slides)


def _order(question: PackQuestion, passages: Sequence[Sized]) -> list[int]:
    scores = [each.item.score or 0.0 for each in passages]
    if question.order == "chronological":
        return list(range(len(scores)))
    if question.order == "score":
        return sorted(range(len(scores)), key=lambda at: -scores[at])
    table = question.position_quality
    return positions.by_quality(scores, table) if table else positions.at_edges(scores)


def answered(
    plan: Plan, resolved: Resolution, now: datetime, notes: tuple[str, ...], catalog: CatalogRef
) -> PackAnswer:
    """The plan in figures.

    Raises:
        NotPriced: the model lists no price for what is sent or reserved.
    """
    question, row, least = plan.question, plan.laid_out(), resolved.model.cache_minimum_tokens
    middle, low, high = (_rates(plan, row, resolved, now, figure) for figure in _FIGURES)
    prefix = _leading(row, plan)
    cached = _cached(prefix, middle, least)
    items = _packed(question, row, len(prefix), cached, middle)
    usd, low_usd, high_usd = (
        _prompt(plan, row, cached, each, figure) for each, figure in zip((middle, low, high), _FIGURES, strict=True)
    )
    output, reasoning = question.reserved_output_tokens, question.reserved_reasoning_tokens
    return PackAnswer(
        ModelRef(resolved.model.id, resolved.model.provider, question.model, resolved.rule),
        plan.budget.filled(sum(each.size for each in plan.sent(row))),
        items,
        tuple(Dropped(x.sized.item.id, x.sized.item.kind, x.sized.size, x.reason, x.detail) for x in plan.left()),
        tuple(_parts(plan, items, middle)),
        Money(usd, low_usd, high_usd, "listed" if question.cache_hit_rate is None else "assumed"),
        EXACT.add(EXACT.multiply(middle.output, output), EXACT.multiply(middle.reasoning, reasoning)),
        middle.fees,
        _prefix(plan, row, usd, middle, least),
        _ordering(question, plan, row),
        _summary(plan, middle),
        tuple(_assumptions(question)),
        tuple(dict.fromkeys((*notes, *middle.warnings, *_notes(plan, resolved, sum(each.tokens for each in prefix))))),
        when(question.as_of, now).at,
        catalog,
    )


_FIGURES: Final[tuple[Figure, ...]] = ("tokens", "low", "high")


def _rates(plan: Plan, row: Sequence[Sized], resolved: Resolution, now: datetime, figure: Figure) -> Rates:
    question = plan.question
    return rates(
        question,
        resolved,
        now,
        sum(getattr(each, figure) for each in plan.sent(row)),
        hit_rate=question.cache_hit_rate,
        ttl=question.cache_ttl,
        answers=bool(question.reserved_output_tokens + question.reserved_reasoning_tokens or question.summarise),
    )


def _leading(row: Iterable[Sized], plan: Plan) -> list[Sized]:
    """The items before the first that the next request has not."""
    found = []
    for each in row:
        if not plan.stable(each):
            break
        found.append(each)
    return found


def _prompt(plan: Plan, row: Sequence[Sized], cached: int, each: Rates, figure: Figure) -> Decimal:
    """The prompt's cost when its first `cached` items may come from the cache."""
    sent = plan.sent(row)
    held = sum(getattr(item, figure) for item in row[:cached])
    return each.prompt(sum(getattr(item, figure) for item in sent) - held, held)


def _cached(prefix: Sequence[Sized], each: Rates, least: int | None) -> int:
    """How many items of a prefix a cache may hold: all, or none where it is too short or no cache is used."""
    return len(prefix) if each.hit is not None and sum(item.tokens for item in prefix) >= (least or 0) else 0


def _packed(question: PackQuestion, row: Sequence[Sized], prefix: int, cached: int, each: Rates) -> tuple[Packed, ...]:
    passages = [item.item.id for item in row if item.item.kind == "retrieved"]
    table = question.position_quality
    worth = dict(zip(passages, positions.slots(table, len(passages)), strict=True)) if table else {}
    return tuple(
        Packed(
            item.item.id,
            "summary" if item.item.id == SUMMARY and question.summarise else item.item.kind,
            item.tokens,
            item.low,
            item.high,
            item.size,
            EXACT.multiply(each.cached if at < cached else each.fresh, item.tokens),
            at < prefix,
            item.item.score,
            worth.get(item.item.id),
        )
        for at, item in enumerate(row)
    )


def _parts(plan: Plan, items: Sequence[Packed], each: Rates) -> Iterator[Part]:
    """The window's stretches; what a smaller limit than the window leaves is out of reach."""
    budget, framing = plan.budget, plan.framing
    reserved = budget.reserved_output_tokens, budget.reserved_reasoning_tokens
    whole = max(budget.context_window or 0, budget.input_tokens + sum(reserved))
    used = sum(item.size_tokens for item in items) + (framing.size if framing else 0)
    tokens = sum(item.tokens for item in items) + (framing.tokens if framing else 0)
    stretches: list[tuple[PartKind, int, Decimal | None]] = []
    for kind in (*KINDS[:3], "summary", *KINDS[3:]):
        same = [item for item in items if item.kind == kind]
        usd = reduce(EXACT.add, (item.usd for item in same), Decimal(0))
        stretches.append((kind, sum(item.tokens for item in same), usd))  # type: ignore[arg-type]  # kinds of parts
    if framing:
        stretches.append(("framing", framing.tokens, EXACT.multiply(each.fresh, framing.tokens)))
    stretches += [
        ("margin", used - tokens, None),
        ("reserved_output", reserved[0], EXACT.multiply(each.output, reserved[0])),
        ("reserved_reasoning", reserved[1], EXACT.multiply(each.reasoning, reserved[1])),
        ("free", budget.input_tokens - used, None),
        ("out_of_reach", whole - budget.input_tokens - sum(reserved), None),
    ]
    return (Part(kind, size, size / whole if whole else 0.0, usd) for kind, size, usd in stretches if size)


def _prefix(plan: Plan, row: Sequence[Sized], usd: Decimal, each: Rates, least: int | None) -> Prefix:
    """What the order is worth against that in which the items were given."""
    prefix = _leading(row, plan)
    given_row = [item for item in plan.every if plan.has(item)]
    given = _leading(given_row, plan)
    given_usd = None
    if each.hit is not None:
        held = sum(item.tokens for item in given[: _cached(given, each, least)])
        given_usd = each.prompt(sum(item.tokens for item in plan.sent(row)) - held, held)
    tokens = sum(item.tokens for item in prefix)
    return Prefix(
        tokens,
        least,
        None if least is None else tokens >= least,
        plan.question.cache_hit_rate,
        each.break_even if each.hit is not None else None,
        sum(item.tokens for item in given),
        given_usd,
        None if given_usd is None else EXACT.subtract(given_usd, usd),
    )


def _ordering(question: PackQuestion, plan: Plan, row: Sequence[Sized]) -> Ordering:
    table = question.position_quality
    passages = [each for each in row if each.item.kind == "retrieved"]
    if not table or not passages:
        return Ordering(question.order, None, None, None)
    scores = [each.item.score or 0.0 for each in passages]
    given = [each.item.score or 0.0 for each in plan.every if each.item.kind == "retrieved" and plan.has(each)]
    return Ordering(
        question.order,
        *(positions.weighted(each, range(len(each)), table) for each in (scores, sorted(scores, reverse=True), given)),
    )


def _summary(plan: Plan, each: Rates) -> SummaryPlan | None:
    """Turns count at the prompt's own rates; making it reads what it replaces once, fresh, and writes the summary."""
    if plan.summary is None:
        return None
    replaced, size = sum(item.tokens for item in plan.replaced), plan.summary.tokens
    saved = EXACT.multiply(each.cached if plan.stable(plan.summary) else each.fresh, replaced - size)
    making = EXACT.add(EXACT.multiply(each.fresh, replaced), EXACT.multiply(each.output, size))
    turns = math.ceil(making / saved) if saved > 0 else None
    return SummaryPlan(
        tuple(item.item.id for item in plan.replaced), replaced, size, replaced - size, saved, making, turns
    )


def _notes(plan: Plan, resolved: Resolution, tokens: int) -> Iterator[str]:
    least = resolved.model.cache_minimum_tokens
    if plan.question.cache_hit_rate is not None and least is not None and tokens < least:
        yield f"a prefix of {tokens} tokens is never cached: {resolved.model.id} caches from {least} tokens"
    if plan.question.cache_hit_rate:
        yield from unknown_minimum(resolved.model)
    if plan.slides:
        yield (
            "turns fall out of the history, so its start moves with each turn and it is no part of the stable prefix; "
            "summarising it now and then keeps it one"
        )


def _assumptions(question: PackQuestion) -> Iterator[str]:
    if question.cache_hit_rate is None:
        yield "no cache: every token of the prompt is billed as input"
    else:
        hit, ttl = question.cache_hit_rate, question.cache_ttl
        yield f"{hit:g} of the requests read the prefix from the cache, the others write it for {ttl}"
    if question.reserved_output_tokens or question.reserved_reasoning_tokens:
        yield "reserved tokens are priced as if every answer used them all"
    if question.safety_margin is not None:
        yield f"an estimated count takes its middle figure and {question.safety_margin:g} of it against the budget"
