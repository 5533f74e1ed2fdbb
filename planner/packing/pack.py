"""Packing a context window: what goes in, in which order, what stays out and why, and what each part costs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from planner.context import refuse_negative
from planner.costing import Terms
from planner.packing import positions
from planner.packing.budget import Budget, budgeted
from planner.packing.chat import sized_request
from planner.packing.items import Item, Sized, checked, sized
from planner.packing.packed import SUMMARY, Order, PackAnswer, Plan, answered
from planner.packing.selection import By, Policy, Selection, choose_history, choose_retrieved, turns, with_tools
from planner.prompt import ChatRequest, read_request
from pricing.errors import InvalidInput, Problem
from pricing.usage import LARGEST

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from planner.packing.selection import Turn
    from planner.tokens import Counter
    from pricing.catalog import Catalog
    from pricing.names import Resolution


@dataclass(frozen=True, slots=True)
class Summarise:
    """Once the history passes the share `at` of the budget, all but the newest `keep_turns` become `summary_tokens`."""

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    at: float
    summary_tokens: int
    keep_turns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PackQuestion(ChatRequest, Terms):
    """What of these items, and of this chat request, goes into the window of this model, and what does it then cost?

    Of a request the tools, the system prompt and the last message always go in; the rest is history, in turns.
    `policy` says who is served first: the newest turns of the history, or the retrieved passages of the best score;
    `retrieved_by` how passages are chosen, `order` how they are laid out (`edges`: the best where `position_quality` is
    best, without it at the ends). `budget_tokens` may keep the prompt smaller than the model's limits do. An estimated
    count takes its high bound, or the middle figure and `safety_margin` (a share) where one is given. With a
    `cache_hit_rate` that share of requests reads the stable prefix from the cache, the others write it.
    """

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    model: str
    items: tuple[Item, ...] = ()
    provider: str | None = None
    reserved_output_tokens: int = 0
    reserved_reasoning_tokens: int = 0
    budget_tokens: int | None = None
    safety_margin: float | None = None
    policy: Policy = "newest_first"
    retrieved_by: By = "score"
    min_score: float | None = None
    order: Order = "score"
    position_quality: tuple[tuple[float, float], ...] = ()
    summarise: Summarise | None = None
    cache_hit_rate: float | None = None
    cache_ttl: Literal["5m", "1h"] = "5m"


def pack(question: PackQuestion, catalog: Catalog, counter: Counter, now: datetime) -> PackAnswer:
    """Fill the window: fixed items, then turns and passages by policy; lay it out for the cache; price each part.

    Raises:
        InvalidInput: items or figures that contradict themselves, no known limit; or what must go in does not fit, and
            then by how much it is over.
        UnknownModel, NotPriced, NotCountable: of the model and the texts.
    """
    _validate(question)
    resolved = catalog.resolve(question.model, question.provider)
    reserved = question.reserved_output_tokens, question.reserved_reasoning_tokens
    budget = budgeted(resolved.model, *reserved, question.budget_tokens)
    every, framing, notes = _sized(question, resolved, counter)
    plan = _choose(question, budget, every, framing)
    return answered(plan, resolved, now, (*resolved.warnings, *notes), catalog.ref)


def _sized(
    question: PackQuestion, resolved: Resolution, counter: Counter
) -> tuple[list[Sized], Sized | None, tuple[str, ...]]:
    """The items of the question and of its request, counted; what a request of messages has beside them; notes."""
    every, framing, notes = sized(question.items, resolved, counter, question.safety_margin)
    if not question.chat:
        return every, framing, notes
    sent, around, more = sized_request(read_request(question), resolved, counter, question.safety_margin)
    taken = {each.item.id for each in sent} & {each.id for each in question.items}
    if taken:
        raise InvalidInput(f"items: {min(taken)!r} is a part of the request, too; give it another id", loc=("items",))
    for at, item in enumerate(question.items):
        if item.role is not None or item.kind == "history":
            said = f"items[{at}] is a message or history; beside a chat request it belongs into the request"
            raise InvalidInput(said, loc=("items", at, "kind"), value=item.kind)
    return [*sent, *every], around, tuple(dict.fromkeys((*notes, *more)))


def _choose(question: PackQuestion, budget: Budget, every: Sequence[Sized], framing: Sized | None) -> Plan:
    """Who goes in."""
    history = turns([each for each in every if each.item.kind == "history"])
    tools = {each.item.id: each for each in every if each.item.kind == "tools"}
    into = Selection(budget.input_tokens - (framing.size if framing else 0))
    into.take(each for each in every if each.item.always)
    for turn in history:
        if any(each.item.always for each in turn):
            into.take(with_tools(turn, tools))
    kept, replaced, summary = _summarised(question.summarise, budget.input_tokens, history)
    into.room -= summary.size if summary else 0
    if into.room < 0:
        raise _over(budget.input_tokens, into, summary, framing)
    passages = [each for each in every if each.item.kind == "retrieved"]
    if question.policy == "newest_first":
        choose_history(into, kept, tools)
        choose_retrieved(into, passages, question.retrieved_by, question.min_score)
    else:
        choose_retrieved(into, passages, question.retrieved_by, question.min_score)
        choose_history(into, kept, tools)
    into.leave(replaced, "summarised", "the summary stands for it")
    idle = [tool for name, tool in tools.items() if name not in into.kept]
    into.leave(idle, "not_needed", "no message that is in calls it")
    return Plan(question, budget, every, framing, into, summary, replaced)


def _over(budget: int, into: Selection, summary: Sized | None, framing: Sized | None) -> InvalidInput:
    needs = [f"{each.item.id} {each.size}" for each in sorted(into.kept.values(), key=lambda each: -each.size)]
    needs += [f"{SUMMARY} {summary.size}"] if summary else []
    needs += [f"tokens around messages {framing.size}"] if framing else []
    return InvalidInput(
        f"what must go in takes {budget - into.room} tokens; the budget is {budget}, so it is over by {-into.room}: "
        f"{', '.join(needs[:8])}",
        loc=("items",),
        value=budget - into.room,
    )


def _summarised(
    wanted: Summarise | None, budget: int, history: Sequence[Turn]
) -> tuple[Sequence[Turn], list[Sized], Sized | None]:
    """The turns that stay, the items that the summary replaces, and the summary; pinned turns stay."""
    if wanted is None or sum(each.size for turn in history for each in turn) <= wanted.at * budget:
        return history, [], None
    older = history[: max(0, len(history) - wanted.keep_turns)]
    gone = [turn for turn in older if not any(each.item.always for each in turn)]
    replaced = [each for turn in gone for each in turn]
    if sum(each.tokens for each in replaced) <= wanted.summary_tokens:
        return history, [], None
    size = wanted.summary_tokens
    summary = Sized(Item(id=SUMMARY, kind="history", tokens=size), size, size, size, size)
    gone_ids = {each.item.id for each in replaced}
    return [turn for turn in history if turn[0].item.id not in gone_ids], replaced, summary


def _validate(question: PackQuestion) -> None:
    refuse_negative(question, "reserved_output_tokens", "reserved_reasoning_tokens", "budget_tokens")
    checked(question.items)
    if not question.items and not question.chat:
        raise InvalidInput("items is empty; give at least one, or a chat request", loc=("items",))
    positions.checked(question.position_quality)
    problems = [*_out_of_range(question), *_out_of_place(question)]
    if problems:
        raise InvalidInput.of(problems)


def _out_of_range(question: PackQuestion) -> Iterator[Problem]:
    shares = {name: getattr(question, name) for name in ("safety_margin", "cache_hit_rate")}
    if question.summarise is not None:
        shares["summarise.at"] = question.summarise.at
        for name in ("summary_tokens", "keep_turns"):
            value = getattr(question.summarise, name)
            if not 0 <= value <= LARGEST:
                yield Problem(("summarise", name), f"summarise.{name} is {value}; it must not be negative", value)
    for name, share in shares.items():
        if share is not None and not 0 <= share <= 1:
            yield Problem(tuple(name.split(".")), f"{name} is {share}; it must be a share from 0 to 1", str(share))
    for name in ("reserved_output_tokens", "reserved_reasoning_tokens", "budget_tokens"):
        if (getattr(question, name) or 0) > LARGEST:
            yield Problem((name,), f"{name} is over {LARGEST}", getattr(question, name))
    if question.min_score is not None and not math.isfinite(question.min_score):
        yield Problem(("min_score",), "min_score must be a finite number", str(question.min_score))


def _out_of_place(question: PackQuestion) -> Iterator[Problem]:
    if question.position_quality and question.order != "edges":
        yield Problem(
            ("position_quality",), f"position_quality is for order 'edges'; order is {question.order!r}", None
        )
    if question.retrieved_by != "score":
        for at, item in enumerate(question.items):
            if item.score is not None and item.score < 0:
                said = (
                    f"items[{at}].score is {item.score:g}; choosing by {question.retrieved_by} needs scores from 0 up"
                )
                yield Problem(("items", at, "score"), said, item.score)
    if question.summarise is not None and any(item.id == SUMMARY for item in question.items):
        yield Problem(("items",), f"an item has the id {SUMMARY!r}, which the summary takes", SUMMARY)
