"""`tokenplan prices changes`: what moved in the catalog over time, and which models became cheaper."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from planner.cli import options as shared
from planner.cli.options import Command
from planner.cli.render import Block, Column, Output, Rows, Table, aligned, grouped, money, percent
from planner.cli.words import edition, moment, named
from planner.wire import instant
from pricing.rates import STANDARD

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from planner.changes import Change, Changes, Cheaper
    from planner.planner import Planner

_HEADLINES: Final = ("input_tokens", "cache_read_tokens", "output_tokens")
_MOST: Final = 60
"""Rows of a kind of change that a page shows; --csv and --json hold all of them."""


def _declare_changes(parser: ArgumentParser) -> None:
    parser.add_argument("--since", required=True, metavar="DATE", help="changes from this date on")
    parser.add_argument("--until", metavar="DATE", help="and before this one [as far as announced]")
    parser.add_argument("--provider", metavar="NAME", help="of this provider")
    shared.add_models(parser, "all")
    parser.add_argument(
        "--in-use", metavar="MODEL", help="list models that became cheaper than this one for the usage below"
    )
    shared.add_usage(parser)
    shared.add_terms(parser)


def _changes(planner: Planner, options: Namespace) -> Output:
    from planner.changes import ChangesQuestion

    answer = planner.changes(
        ChangesQuestion(
            since=options.since,
            until=options.until,
            provider=options.provider,
            models=shared.models(options),
            in_use=options.in_use,
            usage=shared.usage(options) if options.in_use or shared.names_usage(options) else None,
            **shared.terms(options),
        )
    )
    return Output(answer, lambda: _changes_page(answer), lambda: _changes_rows(answer))


def _changes_page(answer: Changes) -> Iterable[Block]:
    until = f" until {moment(answer.until)}" if answer.until else ""
    yield f"since {moment(answer.since)}{until}; after {moment(answer.as_of)} announced"
    for kind, title in _KINDS.items():
        of_kind = [each for each in answer.changes if each.kind == kind]
        if of_kind:
            yield title
            yield from (_price_changes if kind == "moved" else _model_changes)(of_kind)
    if not answer.changes:
        yield "nothing changed"
    if answer.cheaper is not None:
        yield from _cheaper_page(answer.cheaper)
    yield edition(answer.catalog)


_KINDS: Final = {
    "moved": "prices that moved, in USD a million tokens or a unit",
    "appeared": "models with a first price",
    "added": "prices added to models that sold before",
    "dropped": "prices dropped from models that still sell",
    "ended": "models without a price from then on",
    "retires": "models that are turned off",
}


def _price_changes(changes: Sequence[Change]) -> Iterable[Block]:
    columns = (
        Column("date"), Column("model"), Column("price"), Column("old", right=True), Column("new", right=True),
        Column("change", right=True), Column("where", drop=1), Column("status"),
    )  # fmt: skip
    rows = [
        (f"{each.at:%Y-%m-%d}", f"{each.provider}/{each.model}", (each.bucket or "").removesuffix("_tokens"),
         money(each.old_usd), money(each.new_usd), percent(each.change_share), _where(each), _ahead(each))
        for each in changes[:_MOST]
    ]  # fmt: skip
    yield Table(columns, rows)
    yield _more_of(len(changes))


def _model_changes(changes: Sequence[Change]) -> Iterable[Block]:
    """A row a model and date; how many of its prices are meant."""
    held: dict[tuple[datetime, str, str], list[Change]] = {}
    for each in changes:
        held.setdefault((each.at, each.provider, each.model), []).append(each)
    rows = [
        (f"{at:%Y-%m-%d}", f"{provider}/{model}", _said(group), _ahead(group[0]))
        for (at, provider, model), group in list(held.items())[:_MOST]
    ]
    yield Table((Column("date"), Column("model"), Column("USD", drop=1), Column("status")), rows)
    yield _more_of(len(held))


def _said(group: Sequence[Change]) -> str:
    """The standard prices among a model's changes, then how many more there are, and under which terms."""
    plain = [each for each in group if each.bucket in _HEADLINES and not _where(each)]
    said = [f"{(each.bucket or '').removesuffix('_tokens')} {money(each.new_usd or each.old_usd)}" for each in plain]
    rest = [each for each in group if each.bucket is not None and each not in plain]
    if rest:
        terms = dict.fromkeys(filter(None, map(_where, rest)))
        first = next(iter(terms), "")
        under = f": {first}, ..." if len(terms) > 1 else f": {first}" if terms else ""
        said.append(f"{len(rest)} more{under}" if said else f"{len(rest)} price{'s'[: len(rest) > 1]}{under}")
    return ", ".join(said)


def _where(each: Change) -> str:
    return ", ".join(word for word in each.conditions if word != f"service_tier={STANDARD}")


def _ahead(each: Change) -> str:
    return "announced" if each.announced else ""


def _more_of(count: int) -> str:
    return f"and {grouped(count - _MOST)} more; --csv and --json hold all" if count > _MOST else ""


def _cheaper_page(cheaper: Cheaper) -> Iterable[Block]:
    yield aligned((
        ("in use", named(cheaper.model)),
        ("then", f"{money(cheaper.then_usd)} USD" if cheaper.then_usd is not None else "no price known"),
        ("now", f"{money(cheaper.now_usd)} USD"),
    ))  # fmt: skip
    if not cheaper.models:
        yield "no model became cheaper than it for this usage"
        return
    columns = (
        Column("became cheaper"), Column("then", right=True), Column("now", right=True), Column("saves", right=True),
        Column("because"),
    )  # fmt: skip
    rows = [
        (f"{each.model.provider}/{each.model.id}", money(each.then_usd), money(each.now_usd),
         percent(each.saving_share), _BECAUSE[each.why])
        for each in cheaper.models
    ]  # fmt: skip
    yield Table(columns, rows)


_BECAUSE: Final = {
    "fell": "its price fell",
    "rose": "the one in use became dearer",
    "new": "no price of it was known then",
}


def _changes_rows(answer: Changes) -> Rows:
    fields = (
        "at", "kind", "announced", "provider", "model", "bucket", "conditions", "old_usd", "new_usd", "change_share",
        "source", "observed",
    )  # fmt: skip
    changed = [
        (instant(each.at), each.kind, each.announced, each.provider, each.model, each.bucket,
         "; ".join(each.conditions), each.old_usd, each.new_usd, each.change_share, each.source, each.observed)
        for each in answer.changes
    ]  # fmt: skip
    cheaper = [
        (instant(answer.as_of), f"cheaper: {each.why}", False, each.model.provider, each.model.id, None, "",
         each.then_usd, each.now_usd, -each.saving_share, None, None)
        for each in (answer.cheaper.models if answer.cheaper else ())
    ]  # fmt: skip
    return Rows(fields, [*changed, *cheaper])


COMMANDS: Final[Mapping[str, Command]] = {
    "prices changes": Command(
        "--since DATE [--in-use MODEL --input N --output N] [options]",
        "What moved, appeared and retires since a date, what is announced, and which models became cheaper than yours.",
        (
            "tokenplan prices changes --since 2026-10-01 --provider openai",
            "tokenplan prices changes --since 2026-11-01 --models gpt-5-mini,claude-haiku-4-5 --until 2027-02-01",
            "tokenplan prices changes --since 2026-09-01 --in-use gpt-5-mini --input 3000 --output 400",
        ),
        _declare_changes,
        _changes,
        has_csv=True,
    ),
}
