"""Agent loops and growing chats: every turn sends the history again, and caching reads what the turn before wrote."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final, Literal

from planner.checks import STRICT, Checks
from planner.context import check
from planner.token_prices import ModelTerms, TokenPrices, token_prices
from pricing.errors import NotPriced
from pricing.rates import ModelRef

if TYPE_CHECKING:
    from datetime import datetime

    from pricing.catalog import Catalog

MOST_TURNS: Final = 10_000
_MILLION: Final = 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationQuestion(ModelTerms):
    """What does a conversation of so many turns cost, with prompt caching and without?"""

    __pydantic_config__: ClassVar = STRICT

    turns: int
    """Requests of the conversation or loop."""
    base_tokens: int
    """Tokens of the first prompt: system prompt, tools, first message."""
    growth_tokens: int
    """Tokens that each turn adds to the next prompt: the answer, tool results, the next message."""
    output_tokens: int = 0
    """Tokens that each turn generates; they are part of `growth_tokens` where the answer stays in the history."""
    found_share: float = 1.0
    """Share of later turns that find the previous prompt still cached, from 0 to 1."""
    lifetime: Literal["5m", "1h"] = "5m"
    """Which cache write is bought, where the model sells several."""
    conversations_per_month: int | None = None
    """Conversations a month, for the monthly figures."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn: its prompt, and its cost without and with caching, in USD."""

    turn: int
    prompt_tokens: int
    uncached_usd: float
    cached_usd: float


@dataclass(frozen=True, slots=True)
class ConversationAnswer:
    """The whole conversation, without and with caching, in USD; `turns` shows the first, the middle and the last.

    `first_turn_over_window` is the turn whose prompt and answer no longer fit, None where all do or no limit is known.
    """

    model: ModelRef
    input_tokens: int
    last_prompt_tokens: int
    uncached_usd: float
    cached_usd: float
    savings_usd: float
    savings_share: float
    cost_per_month_usd: float | None
    first_turn_over_window: int | None
    turns: tuple[Turn, ...]
    basis: Literal["assumed"]
    warnings: tuple[str, ...]


def conversation(question: ConversationQuestion, catalog: Catalog, now: datetime) -> ConversationAnswer:
    """Total input `n*B + d*n*(n-1)/2`; cached, each turn reads the previous prefix and writes only what is new.

    A turn that does not find it writes its whole prompt. Prices are those of each turn's own prompt length, so a
    context tier shows where it begins. Source: arithmetic series; providers' descriptions of prefix caching.

    Raises:
        InvalidInput: a number out of range.
        TokenplanError: the model cannot be priced, or lists no price for output that is generated.
    """
    checks = Checks().at_least(1, turns=question.turns, base_tokens=question.base_tokens)
    checks.not_negative(growth_tokens=question.growth_tokens, output_tokens=question.output_tokens)
    checks.share(found_share=question.found_share).at_least(0, conversations_per_month=question.conversations_per_month)
    if question.turns > MOST_TURNS:
        checks.refuse("turns", question.turns, f"it must be at most {MOST_TURNS}")
    checks.done()
    turns = _turns(question, catalog, now)
    uncached, cached = sum(each.uncached_usd for each in turns), sum(each.cached_usd for each in turns)
    first = token_prices(question, question.base_tokens, catalog, now)
    months = question.conversations_per_month
    return ConversationAnswer(
        first.model,
        sum(each.prompt_tokens for each in turns),
        turns[-1].prompt_tokens,
        uncached,
        cached,
        uncached - cached,
        1 - cached / uncached if uncached else 0.0,
        None if months is None else cached * months,
        _over_window(question, catalog, turns),
        tuple(turns[at] for at in sorted({0, len(turns) // 2, len(turns) - 1})),
        "assumed",
        (*first.warnings, *([_NO_CACHE] if first.cache_read_usd is None else [])),
    )


_NO_CACHE: Final = "the model lists no price for cached tokens: they are billed as input"


def _turns(question: ConversationQuestion, catalog: Catalog, now: datetime) -> list[Turn]:
    found, before = [], 0
    for number in range(1, question.turns + 1):
        prompt = question.base_tokens + (number - 1) * question.growth_tokens
        prices = token_prices(question, prompt, catalog, now)
        fresh, read, write = unit_prices(prices, question.lifetime)
        answer = _answer_usd(prices, question.output_tokens) / _MILLION
        hit = question.found_share if before else 0.0
        cached = hit * (before * read + (prompt - before) * write) + (1 - hit) * prompt * write
        found.append(Turn(number, prompt, prompt * fresh / _MILLION + answer, cached / _MILLION + answer))
        before = prompt
    return found


def unit_prices(prices: TokenPrices, lifetime: str) -> tuple[float, float, float]:
    """USD a million tokens fresh, read and written; a model without cache prices bills all as input."""
    fresh = prices.input_usd
    bought = prices.cache_write_1h_usd if lifetime == "1h" else prices.cache_write_5m_usd
    read = fresh if prices.cache_read_usd is None else prices.cache_read_usd
    return float(fresh), float(read), float(fresh if bought is None or prices.cache_read_usd is None else bought)


def _answer_usd(prices: TokenPrices, output_tokens: int) -> float:
    """What an answer costs, in millionths of USD."""
    if prices.output_usd is None and output_tokens:
        raise NotPriced(f"{prices.model.id} lists no price for output_tokens", loc=("output_tokens",))
    return output_tokens * float(prices.output_usd or 0)


def _over_window(question: ConversationQuestion, catalog: Catalog, turns: list[Turn]) -> int | None:
    limits = catalog.resolve(question.model, question.provider).model.limits
    over = (each.turn for each in turns if check(limits, each.prompt_tokens, question.output_tokens).fits is False)
    return next(over, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchQuestion:
    """What does it cost to change the model in the middle of a session, and after how many turns has it paid?"""

    __pydantic_config__: ClassVar = STRICT

    stay: ModelTerms
    """The model that has the history cached."""
    to: ModelTerms
    """The model that would go on."""
    history_tokens: int
    """Tokens of the history, which the new model has not cached."""
    new_tokens: int = 0
    """Tokens that each turn adds to the prompt."""
    output_tokens: int = 0
    """Tokens that each turn generates."""
    lifetime: Literal["5m", "1h"] = "5m"
    """Which cache write is bought, where a model sells several."""


@dataclass(frozen=True, slots=True)
class SwitchAnswer:
    """The penalty of the switch and what each later turn saves, in USD.

    `break_even_turns` is None where the new model saves nothing a turn: then the switch never pays.
    """

    stay: ModelRef
    to: ModelRef
    penalty_usd: float
    turn_stay_usd: float
    turn_to_usd: float
    savings_per_turn_usd: float
    break_even_turns: float | None
    basis: Literal["assumed"]
    warnings: tuple[str, ...]


def switch(question: SwitchQuestion, catalog: Catalog, now: datetime) -> SwitchAnswer:
    """The new model writes the whole history instead of reading it: `(w - r)*p_in*history`.

    Later turns read the history and write what is new at either model's prices; the history is taken as it stands.

    Raises:
        InvalidInput: a negative number.
        TokenplanError: a model cannot be priced.
    """
    checks = Checks().not_negative(new_tokens=question.new_tokens, output_tokens=question.output_tokens)
    checks.at_least(1, history_tokens=question.history_tokens).done()
    prompt = question.history_tokens + question.new_tokens
    stay, to = (token_prices(each, prompt, catalog, now) for each in (question.stay, question.to))
    mine, theirs = _turn_usd(question, stay), _turn_usd(question, to)
    _, read, write = unit_prices(to, question.lifetime)
    penalty = (write - read) * question.history_tokens / _MILLION
    return SwitchAnswer(
        stay.model, to.model, penalty, mine, theirs, mine - theirs,
        penalty / (mine - theirs) if mine > theirs else None, "assumed", (*stay.warnings, *to.warnings),
    )  # fmt: skip


def _turn_usd(question: SwitchQuestion, prices: TokenPrices) -> float:
    """One turn that finds the history cached."""
    _, read, write = unit_prices(prices, question.lifetime)
    tokens = question.history_tokens * read + question.new_tokens * write
    return (tokens + _answer_usd(prices, question.output_tokens)) / _MILLION
