"""`tokenplan context pack` and `tokenplan context fit`: what goes into a model's window."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final, get_args

from planner import questions, strict_json
from planner.cli import inputs, prompts, requested
from planner.cli import options as shared
from planner.cli.options import Command, count, share
from planner.cli.render import (
    Block,
    Column,
    Output,
    Rows,
    Table,
    aligned,
    bullets,
    grouped,
    percent,
    small_usd,
    span,
)
from planner.cli.words import named, standing
from planner.packing.items import Item
from planner.packing.pack import PackQuestion, Summarise
from planner.packing.packed import Order, PartKind
from planner.packing.selection import By, Policy
from pricing.errors import InvalidInput

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterable, Mapping
    from decimal import Decimal

    from planner.packing.packed import PackAnswer, Part
    from planner.planner import Planner

_WIDTH: Final = 72
_MARKS: Final[Mapping[PartKind, str]] = {
    "tools": "T",
    "system": "S",
    "pinned": "P",
    "summary": "U",
    "history": "H",
    "retrieved": "R",
    "question": "Q",
    "framing": "~",
    "margin": "~",
    "reserved_output": "o",
    "reserved_reasoning": "r",
    "free": "·",
}
"""What the window is drawn with; what no prompt can reach is not drawn."""


def _declare_pack(parser: ArgumentParser) -> None:
    shared.add_model(parser)
    parser.add_argument("items", nargs="?", metavar="ITEMS", help="a JSON file of the window's items; - is stdin")
    requested.add(parser, shape=True)
    _declare_room(parser)
    group = parser.add_argument_group("choice and order")
    group.add_argument(
        "--policy", choices=get_args(Policy), default="newest_first", help="who is served first [newest_first]"
    )
    group.add_argument("--retrieved-by", choices=get_args(By), default="score", help="how passages are chosen")
    group.add_argument("--min-score", type=share, metavar="SCORE", help="passages under it stay out")
    group.add_argument("--order", choices=get_args(Order), default="score", help="how passages are laid out [score]")
    group.add_argument(
        "--position-quality", type=_table, default=(), metavar="P:Q,...",
        help="how well each relative position is read, such as 0:1,0.5:0.6,1:0.9",
    )  # fmt: skip
    group.add_argument("--summarise-at", type=share, metavar="SHARE", help="a history over this share is summarised")
    group.add_argument("--summary-tokens", type=count, metavar="TOKENS", help="the summary's size")
    group.add_argument("--keep-turns", type=count, metavar="N", help="newest turns that are never summarised [1]")
    group = parser.add_argument_group("prompt cache")
    group.add_argument("--cache-hit-rate", type=share, metavar="SHARE", help="requests that find the prefix cached")
    group.add_argument("--cache-ttl", choices=("5m", "1h"), default="5m", help="how long a write lives [5m]")
    shared.add_terms(parser)


def _declare_room(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("room")
    for name, about in (("output", "the visible answer"), ("reasoning", "reasoning")):
        group.add_argument(
            f"--reserve-{name}", dest=f"reserved_{name}_tokens", type=count, default=0, metavar="TOKENS",
            help=f"room for {about} [0]",
        )  # fmt: skip
    group.add_argument(
        "--budget", dest="budget_tokens", type=count, metavar="TOKENS", help="the most the prompt may be [the model's]"
    )
    shared.add_margin(group)


def _table(text: str) -> tuple[tuple[float, float], ...]:
    """A table of positions and qualities as one types it."""
    try:
        pairs = [each.split(":") for each in text.split(",")]
        return tuple((float(position), float(quality)) for position, quality in pairs)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} must be pairs such as 0:1,0.5:0.6,1:0.9") from None


def _pack(planner: Planner, options: Namespace) -> Output:
    answer = planner.pack(
        PackQuestion(
            model=options.model,
            provider=options.provider,
            items=_items(options.items) if options.items is not None else (),
            **requested.read(options),
            reserved_output_tokens=options.reserved_output_tokens,
            reserved_reasoning_tokens=options.reserved_reasoning_tokens,
            budget_tokens=options.budget_tokens,
            safety_margin=options.safety_margin,
            policy=options.policy,
            retrieved_by=options.retrieved_by,
            min_score=options.min_score,
            order=options.order,
            position_quality=options.position_quality,
            summarise=_summarise(options),
            cache_hit_rate=options.cache_hit_rate,
            cache_ttl=options.cache_ttl,
            **shared.terms(options),
        )
    )
    return Output(
        answer, lambda: _pack_page(answer), lambda: _pack_rows(answer), asides=[*_left_out(answer), *answer.warnings]
    )


def _summarise(options: Namespace) -> Summarise | None:
    given = options.summarise_at, options.summary_tokens
    if given == (None, None) and options.keep_turns is None:
        return None
    if None in given:
        raise InvalidInput("a summary needs --summarise-at SHARE and --summary-tokens TOKENS", loc=("summarise",))
    return Summarise(*given, 1 if options.keep_turns is None else options.keep_turns)


def _items(path: str) -> tuple[Item, ...]:
    """The items of a file: a list, or an object that holds it under `items`."""
    data = inputs.read_json(path, strict_json.loads)
    given = data if isinstance(data, dict) else {"items": data}
    return questions.of_values(_Items, given).items


@dataclass(frozen=True, slots=True)
class _Items:
    """What the file holds."""

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    items: tuple[Item, ...]


def _pack_page(answer: PackAnswer) -> Iterable[Block]:
    budget, prefix = answer.budget, answer.prefix
    yield aligned((
        ("model", named(answer.model)),
        ("budget", f"{grouped(budget.input_tokens)} tokens for the prompt, set by {budget.binding}"),
        ("used", f"{grouped(budget.used_tokens)} tokens, {grouped(budget.free_tokens)} free"),
        ("prompt", _cost(answer)),
        ("prefix", _prefix(answer)),
        ("saves", _saving(prefix.saving_usd)),
        ("order", _ordering(answer)),
        ("summary", _summary(answer)),
    ))  # fmt: skip
    yield _picture(answer.parts)
    columns = (
        Column("#", right=True), Column("item"), Column("kind"), Column("tokens", right=True),
        Column("bounds", right=True, drop=2), Column("USD", right=True), Column("prefix", drop=1),
        Column("score", right=True, drop=3), Column("quality", right=True, drop=4),
    )  # fmt: skip
    yield Table(
        columns,
        [
            [str(at), each.id, each.kind, grouped(each.tokens), span(grouped(each.low), grouped(each.high)),
             small_usd(each.usd), "stable" if each.in_prefix else "", _number(each.score),
             _number(each.position_quality)]
            for at, each in enumerate(answer.items, 1)
        ],
    )  # fmt: skip
    yield bullets("left out", _left_out(answer))
    yield bullets("assumed", answer.assumptions)
    yield bullets("warnings", answer.warnings)
    yield standing(answer.catalog, answer.as_of, rounded=True)


def _saving(usd: Decimal | None) -> str:
    return "" if usd is None else f"{small_usd(usd)} USD a request over the order given"


def _cost(answer: PackAnswer) -> str:
    money = answer.prompt
    bounds = span(small_usd(money.low_usd), small_usd(money.high_usd))
    return (
        f"{small_usd(money.usd)} USD"
        + (f", {bounds}" if bounds else "")
        + (f"; the answer at most {small_usd(answer.reserved_usd)} USD" if answer.reserved_usd else "")
    )


def _prefix(answer: PackAnswer) -> str:
    prefix = answer.prefix
    least = "" if prefix.minimum_tokens is None else f", cached from {grouped(prefix.minimum_tokens)}"
    given = f"; {grouped(prefix.given_order_tokens)} in the order given"
    return f"{grouped(prefix.tokens)} tokens that the next request begins with too{least}{given}"


def _ordering(answer: PackAnswer) -> str:
    told = answer.ordering
    if told.weighted is None:
        return ""
    return (
        f"{told.order}: score x quality {_number(told.weighted)}; "
        f"by score {_number(told.weighted_by_score)}, as given {_number(told.weighted_as_given)}"
    )


def _summary(answer: PackAnswer) -> str:
    told = answer.summary
    if told is None:
        return ""
    pays = "it never pays" if told.break_even_turns is None else f"pays after {told.break_even_turns} turns"
    return (
        f"{grouped(told.replaced_tokens)} tokens of {len(told.replaces)} items become {grouped(told.summary_tokens)}: "
        f"{small_usd(told.making_usd)} USD to make, {small_usd(told.saved_usd_per_turn)} saved a turn, {pays}"
    )


def _picture(parts: Iterable[Part]) -> str:
    """The window as a bar, a mark a share of it, and what each mark means."""
    drawn = [part for part in parts if part.kind in _MARKS]
    whole = sum(part.tokens for part in drawn)
    strip = "".join(_MARKS[part.kind] * max(1, round(part.tokens / whole * _WIDTH)) for part in drawn)
    legend = [
        f"  {_MARKS[part.kind]}  {part.kind.replace('_', ' '):<18}  {grouped(part.tokens):>9}  "
        f"{percent(part.tokens / whole):>7}" + ("" if part.usd is None else f"  {small_usd(part.usd)} USD")
        for part in drawn
    ]
    return "\n".join([f"[{strip}]", *legend])


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"


def _left_out(answer: PackAnswer) -> list[str]:
    return [f"{each.id} ({each.kind}, {grouped(each.size_tokens)} tokens): {each.detail}" for each in answer.dropped]


def _pack_rows(answer: PackAnswer) -> Rows:
    names = ("id", "kind", "tokens", "low", "high", "size_tokens", "usd", "in_prefix", "score", "position_quality")
    return Rows(
        ("place", *names), [(at, *(getattr(each, name) for name in names)) for at, each in enumerate(answer.items, 1)]
    )


COMMANDS: Final[Mapping[str, Command]] = {
    "context fit": prompts.COMMANDS["fit"],
    "context pack": Command(
        "MODEL ITEMS [options]",
        "What goes into a model's window, in which order, what stays out and why, and what each part costs.",
        (
            "tokenplan context pack gpt-5-mini window.json --reserve-output 4000",
            "tokenplan context pack claude-haiku-4-5 window.json --budget 20000 --cache-hit-rate 0.8",
            "tokenplan context pack gpt-5-mini window.json --order edges --position-quality 0:1,0.5:0.6,1:0.9",
            "tokenplan context pack gpt-5-mini window.json --summarise-at 0.5 --summary-tokens 400 --keep-turns 4",
        ),
        _declare_pack,
        _pack,
        has_csv=True,
    ),
}
