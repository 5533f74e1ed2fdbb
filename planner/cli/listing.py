"""`tokenplan models` and `tokenplan catalog`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from planner.cli.options import Command, count, decimal
from planner.cli.prices import price_tables, prices_rows
from planner.cli.render import Block, Column, Output, Rows, Table, aligned, bullets, grouped, money
from planner.cli.words import edition, moment, named
from planner.listing import ModelsQuestion
from pricing.errors import InvalidInput

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterable, Mapping

    from planner.listing import CatalogAnswer, ModelDetail, Models
    from planner.planner import Planner

_FILTERS: Final = ("search", "capability", "min_context", "max_price", "active_on")


def _declare_models(parser: ArgumentParser) -> None:
    parser.add_argument("search", nargs="?", metavar="SEARCH", help="part of an id")
    parser.add_argument("--show", metavar="MODEL", help="one model in full instead of the list")
    group = parser.add_argument_group("filters, all of which must hold")
    group.add_argument("--provider", metavar="NAME", help="sold by this provider")
    group.add_argument("--capability", metavar="NAME", help="vision, tools, reasoning, ... or a mode such as embedding")
    group.add_argument("--min-context", type=count, metavar="TOKENS", help="a window of at least this")
    group.add_argument("--max-price", type=decimal, metavar="USD", help="standard input price a million tokens")
    group.add_argument("--active-on", metavar="DATE", help="priced and not retired on that date")


def _models(planner: Planner, options: Namespace) -> Output:
    if options.show is not None:
        return _model(planner, options)
    answer = planner.models(
        ModelsQuestion(
            provider=options.provider,
            capability=options.capability,
            min_context=options.min_context,
            max_price=options.max_price,
            active_on=options.active_on,
            search=options.search,
        )
    )
    return Output(answer, lambda: _models_page(answer), lambda: _models_rows(answer))


def _models_page(answer: Models) -> Iterable[Block]:
    columns = (
        Column("model"), Column("provider"), Column("mode", drop=3), Column("window", right=True),
        Column("output", right=True, drop=2), Column("USD in", right=True), Column("cache read", right=True, drop=1),
        Column("USD out", right=True), Column("retires", drop=4),
    )  # fmt: skip
    rows = [
        (each.id, each.provider, each.mode or "-", grouped(each.context_window or each.max_input_tokens),
         grouped(each.max_output_tokens), money(each.input_usd) if not each.free else "free",
         money(each.cache_read_usd), money(each.output_usd) if not each.free else "free", each.retires or "")
        for each in answer.models
    ]  # fmt: skip
    if rows:
        yield Table(columns, rows)
    yield f"{grouped(answer.count)} models; USD a million tokens, standard tier, at {moment(answer.as_of)}"


def _models_rows(answer: Models) -> Rows:
    fields = (
        "id", "provider", "name", "mode", "context_window", "max_input_tokens", "max_output_tokens", "input_usd",
        "cache_read_usd", "output_usd", "priced", "free", "retires", "capabilities",
    )  # fmt: skip
    values = [
        (each.id, each.provider, each.name, each.mode, each.context_window, each.max_input_tokens,
         each.max_output_tokens, each.input_usd, each.cache_read_usd, each.output_usd, each.priced, each.free,
         each.retires, "; ".join(each.capabilities))
        for each in answer.models
    ]  # fmt: skip
    return Rows(fields, values)


def _model(planner: Planner, options: Namespace) -> Output:
    """One model in full; filters make no sense beside it."""
    for name in _FILTERS:
        if getattr(options, name) is not None:
            raise InvalidInput(f"--show {options.show} takes no {name}; filters are for the list", loc=(name,))
    answer = planner.model(options.show, options.provider)
    return Output(answer, lambda: _model_page(answer), lambda: prices_rows(answer.model.id, answer.prices))


def _model_page(answer: ModelDetail) -> Iterable[Block]:
    limits = answer.limits
    yield aligned((
        ("model", named(answer.model)),
        ("name", answer.name or ""),
        ("mode", answer.mode or ""),
        ("aliases", ", ".join(answer.aliases)),
        ("context window", grouped(limits.context_window)),
        ("most input", grouped(limits.max_input_tokens)),
        ("most output", grouped(limits.max_output_tokens)),
        ("limits from", f"{limits.source}, observed {limits.observed}" if limits.source else ""),
        ("caches from", f"{grouped(answer.cache_minimum_tokens)} tokens" if answer.cache_minimum_tokens else ""),
        ("retires", answer.retires or ""),
        ("knows until", answer.knowledge_cutoff or ""),
        ("capabilities", ", ".join(answer.capabilities)),
        ("service tiers", ", ".join(answer.service_tiers)),
        ("regions", ", ".join(answer.regions)),
    ))  # fmt: skip
    yield from price_tables(answer.prices)
    yield bullets("notes", answer.notes)
    yield edition(answer.catalog)


def _declare_catalog(parser: ArgumentParser) -> None:
    del parser  # it takes nothing


def _catalog(planner: Planner, options: Namespace) -> Output:
    del options
    answer = planner.about()
    return Output(answer, lambda: _catalog_page(answer))


def _catalog_page(answer: CatalogAnswer) -> Iterable[Block]:
    yield aligned((
        ("version", answer.version),
        ("observed", f"{answer.observed}, {answer.age_days} days ago"),
        ("price file", answer.price_file or "none"),
        ("models", f"{grouped(sum(each.models for each in answer.providers))} at {len(answer.providers)} providers"),
        ("conflicts", f"{grouped(len(answer.conflicts))}; `tokenplan prices conflicts` lists them"),
    ))  # fmt: skip
    keys = ("name", "version", "observed", "license", "url")
    yield Table(
        [Column(key, drop=key == "url") for key in keys],
        [[str(source.get(key, "-")) for key in keys] for source in answer.sources],
    )
    yield Table(
        (Column("provider"), Column("name"), Column("sells"), Column("models", right=True)),
        [
            (each.id, each.name, "its own" if each.maker else "others'", grouped(each.models))
            for each in answer.providers
        ],
    )


COMMANDS: Final[Mapping[str, Command]] = {
    "models": Command(
        "[SEARCH] [options]",
        "Which models are listed, with limits and standard prices; --show one of them in full.",
        (
            "tokenplan models sonnet",
            "tokenplan models --provider openai --capability vision --min-context 200000 --max-price 1",
            "tokenplan models --active-on 2027-01-01 --csv > models.csv",
            "tokenplan models --show gpt-5-mini",
        ),
        _declare_models,
        _models,
        has_csv=True,
    ),
    "catalog": Command(
        "[options]",
        "Which catalog answers: its version, age, sources, providers and the conflicts between sources.",
        ("tokenplan catalog", "tokenplan catalog --catalog ./refreshed --json"),
        _declare_catalog,
        _catalog,
    ),
}
