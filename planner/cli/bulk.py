"""`tokenplan bulk price` and `tokenplan bulk count`: logs and corpora of any size, resumed where they stopped."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

from planner.bulk.questions import BulkCountQuestion, BulkPriceQuestion
from planner.cli import options as shared
from planner.cli.options import Command
from planner.cli.progress import Progress
from planner.cli.render import Column, Output, Rows, Table, aligned, bullets, grouped, money, span
from planner.cli.words import edition
from pricing.errors import InvalidInput

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from planner.bulk.questions import BulkAnswer, BulkGroup
    from planner.cli.render import Block
    from planner.planner import Planner

_SHOWN: Final = 40
"""Groups that a page shows; `--csv` and `--json` have all."""

Tick = "Callable[[int, float, float], None]"


def _declare_price(parser: ArgumentParser) -> None:
    _add_paths(parser, "usage logs")
    parser.add_argument(
        "--by",
        type=_names,
        metavar="A,B",
        help="part totals by model, provider, hour, day, month, year, or columns [model]",
    )
    parser.add_argument(
        "--map", metavar="NAME=COLUMN,...", help="columns of other names: input_tokens=uncached, as_of=created"
    )
    parser.add_argument("--model", metavar="MODEL", help="the model of rows that name none")
    _add_terms(parser)
    _add_job(parser)


def _declare_count(parser: ArgumentParser) -> None:
    _add_paths(parser, "the corpus")
    parser.add_argument("--model", metavar="MODEL", required=True, help="the model that counts, and prices as input")
    parser.add_argument("--column", default="text", metavar="NAME", help="the column that holds the texts [text]")
    parser.add_argument("--by", type=_names, metavar="A,B", help="part totals by columns [not parted]")
    _add_terms(parser)
    _add_job(parser)


def _add_paths(parser: ArgumentParser, what: str) -> None:
    parser.add_argument(
        "paths", nargs="+", metavar="PATH",
        help=f"{what}: files, folders, globs or URLs of .parquet, .jsonl, .csv (the last two also .gz, .zst, .bz2)",
    )  # fmt: skip


def _add_terms(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("terms of rows that name none")
    group.add_argument("--provider", metavar="NAME", help="who sells the model, when that is not its maker")
    group.add_argument(
        "--tier", "--service-tier", dest="service_tier", metavar="TIER", help="standard, batch, flex, priority, fast"
    )
    group.add_argument("--region", metavar="NAME", help="us, eu, global, or a provider's own region")
    group.add_argument(
        "--as-of", metavar="WHEN", help="prices of that ISO 8601 date or UTC instant [when the job began]"
    )


def _add_job(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("the job")
    group.add_argument(
        "--out",
        metavar="DIR",
        help="the job's folder or URL; a job goes on where it stopped [a name made from the question]",
    )
    group.add_argument("--rows", action="store_true", help="write each row's result too, as Parquet in DIR/rows")
    group.add_argument("--keep", type=_names, metavar="A,B", help="with --rows: other columns to write beside it")
    group.add_argument("--allow-errors", action="store_true", help="exit 0 although rows were refused")
    group.add_argument(
        "--engine", choices=("local", "ray"), default="local", help="this machine, or a Ray cluster [local]"
    )
    group.add_argument("--address", metavar="ADDR", help="where the Ray cluster is [one is started here]")
    group.add_argument("--workers", type=shared.count, metavar="COUNT", help="threads on this machine [one a core]")


def _price(planner: Planner, options: Namespace) -> Output:
    from planner.cli.rows.command import mapped

    columns = {ours: column for column, ours in mapped(options.map).items()}
    asked = BulkPriceQuestion(by=_by(options, ("model",)), columns=columns, model=options.model, **_common(options))
    return _run(lambda tick: planner.bulk_price(asked, tick), options)


def _count(planner: Planner, options: Namespace) -> Output:
    asked = BulkCountQuestion(by=_by(options, ()), model=options.model, column=options.column, **_common(options))
    return _run(lambda tick: planner.bulk_count(asked, tick), options)


def _by(options: Namespace, default: tuple[str, ...]) -> tuple[str, ...]:
    return default if options.by is None else tuple(options.by)


def _common(options: Namespace) -> dict[str, Any]:
    if options.keep and not options.rows:
        raise InvalidInput("--keep says what to write beside each row's result; it needs --rows", loc=("keep",))
    if options.address and options.engine != "ray":
        raise InvalidInput("--address is of a Ray cluster; it needs --engine ray", loc=("address",))
    same = ("provider", "service_tier", "region", "as_of", "rows", "out", "engine", "address", "workers")
    return {name: getattr(options, name) for name in same} | {
        "paths": tuple(options.paths),
        "keep": tuple(options.keep or ()),
    }


def _run(ask: Callable[[Tick], BulkAnswer], options: Namespace) -> Output:  # type: ignore[valid-type]
    done, of = [0.0], [1.0]
    progress = Progress(lambda: int(done[0]), None, shown=sys.stderr.isatty())

    def tick(rows: int, read: float, every: float) -> None:
        done[0], of[0] = read, every
        progress.by(lambda: int(done[0]), max(int(of[0]), 1))
        progress(rows)

    try:
        answer = ask(tick)
    finally:
        progress.clear()
    error = _error(answer, allowed=options.allow_errors)
    return Output(
        answer,
        lambda: _page(answer),
        lambda: _rows(answer),
        code=2 if error else 0,
        asides=[*_failures(answer), *_refused(answer), *answer.warnings],
        error=error,
    )


def _error(answer: BulkAnswer, *, allowed: bool) -> str | None:
    if answer.failed:
        files = len({each.path for each in answer.failed})
        return f"{files} file{'s' * (files != 1)} failed; finished parts are kept, run the same command again"
    if answer.refused and not allowed:
        return f"{answer.refused:,} of {answer.rows:,} rows have no result; they are in {answer.out}/refused"
    return None


def _page(answer: BulkAnswer) -> Iterable[Block]:
    total = answer.total
    resumed = f", {grouped(answer.resumed)} of them finished before" if answer.resumed else ""
    yield aligned((
        ("rows", grouped(answer.rows)),
        ("refused", grouped(answer.refused) if answer.refused else ""),
        ("tokens", grouped(total.tokens)),
        ("bounds", span(grouped(total.tokens_low), grouped(total.tokens_high)) if total.tokens_low is not None else ""),
        ("total", f"{money(total.total_usd)} USD"),
        ("cost bounds", span(money(total.low_usd), money(total.high_usd)) if total.low_usd is not None else ""),
        ("parts", f"{grouped(answer.parts)}{resumed}"),
        ("written to", answer.out),
    ))  # fmt: skip
    if answer.groups:
        columns = [*map(Column, answer.by), *(Column(name, right=True) for name in ("rows", "tokens", "USD"))]
        rows = [
            (
                *(" ".join(each.split()) if each else "-" for each in group.values),
                grouped(group.rows),
                grouped(group.tokens),
                money(group.total_usd),
            )
            for group in answer.groups[:_SHOWN]
        ]
        yield Table(columns, rows)
        if len(answer.groups) > _SHOWN:
            yield f"{grouped(len(answer.groups) - _SHOWN)} more groups; --csv and --json have all"
    yield bullets("failed", _failures(answer))
    yield bullets("refused", _refused(answer))
    yield bullets("warnings", answer.warnings)
    yield f"prices at {answer.as_of} where rows name no time; {edition(answer.catalog)}"


def _failures(answer: BulkAnswer) -> list[str]:
    return [each.reason if each.path in each.reason else f"{each.path}: {each.reason}" for each in answer.failed]


def _refused(answer: BulkAnswer) -> list[str]:
    return [
        f"{each.type}: {grouped(each.rows)} row{'s' * (each.rows != 1)}; the first: {each.first}"
        for each in answer.errors
    ]


def _rows(answer: BulkAnswer) -> Rows:
    bounds = ("tokens_low", "tokens_high", "low_usd", "high_usd") if answer.total.tokens_low is not None else ()
    fields = (*answer.by, "rows", "tokens", "total_usd", *bounds)
    return Rows(fields, [tuple(_values(group, bounds)) for group in answer.groups or (answer.total,)])


def _values(group: BulkGroup, bounds: Sequence[str]) -> Iterator[Any]:
    yield from (*group.values, group.rows, group.tokens, group.total_usd, *(getattr(group, name) for name in bounds))


def _names(text: str) -> list[str]:
    return list(dict.fromkeys(name for part in text.split(",") if (name := part.strip())))


COMMANDS: Final = {
    "bulk price": Command(
        "PATH ... [options]",
        "What usage logs of any size cost, by model, day or any column: Parquet, JSONL, CSV, read in parts.",
        (
            "tokenplan bulk price logs/ --by model,day --out march",
            "tokenplan bulk price 'logs/*.jsonl.gz' --by team,month --map as_of=created --rows --keep id",
        ),
        _declare_price,
        _price,
        has_csv=True,
    ),
    "bulk count": Command(
        "PATH ... --model MODEL [options]",
        "How many tokens a corpus has on a model, and what it costs as input: to embed it, say.",
        ("tokenplan bulk count corpus/ --model text-embedding-3-small --column text",),
        _declare_count,
        _count,
        has_csv=True,
    ),
}
"""Command -> what it is."""
