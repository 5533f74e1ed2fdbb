"""`tokenplan cost` and `tokenplan compare`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from planner.cli import options as shared
from planner.cli.options import Command, count
from planner.cli.render import Block, Column, Output, Rows, Table, aligned, bullets, grouped, money, percent, small_usd
from planner.cli.words import Footnotes, counted, named, refusals, standing, unanswered
from planner.costing import CostQuestion, ProviderUsage
from pricing.errors import InvalidInput, InvalidUsage
from pricing.usage import BUCKETS

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterable, Mapping

    from planner.cli.render import Cell
    from planner.compare import Comparison
    from planner.planner import Planner
    from planner.prompt import Tokens
    from pricing.cost import Cost
    from pricing.usage import Usage


_TOKENS: Final = (Column("tokens", right=True), Column("bounds", right=True, drop=4), Column("counted", drop=3))


_ROWS_ONLY: Final = ("out", "map", "format", "allow_errors")


def _declare_cost(parser: ArgumentParser) -> None:
    parser.add_argument(
        "model",
        nargs="?",
        metavar="MODEL",
        help="a model's name; `tokenplan models` lists them [with --rows: the rows']",
    )
    parser.add_argument("--provider", metavar="NAME", help="who sells it, when that is not its maker")
    parser.add_argument("input", nargs="?", type=count, metavar="INPUT", help="short for --input")
    parser.add_argument("output", nargs="?", type=count, metavar="OUTPUT", help="short for --output")
    shared.add_usage(parser)
    shared.add_terms(parser)
    group = parser.add_argument_group("many requests")
    group.add_argument(
        "--rows",
        metavar="FILE",
        help="price each row of a CSV, JSONL or Parquet file; - is stdin; its column model goes before MODEL",
    )
    group.add_argument("--out", metavar="FILE", help="where the rows go, with their cost [stdout]")
    group.add_argument("--map", metavar="A=B,...", help="columns by other names: input_tokens=prompt_tokens")
    group.add_argument("--format", metavar="FORMAT", help="csv, jsonl or parquet [by the file's ending or its content]")
    group.add_argument("--allow-errors", action="store_true", help="exit 0 even when a row could not be priced")


def _cost(planner: Planner, options: Namespace) -> Output:
    if options.rows is not None:
        from planner.cli.rows.command import run

        return run(planner, options)
    for name in _ROWS_ONLY:
        if getattr(options, name):
            raise InvalidInput(f"--{name.replace('_', '-')} needs --rows FILE", loc=(name,))
    if options.model is None:
        raise InvalidInput("the following arguments are required: MODEL")
    for short in ("input", "output"):
        _take(options, short)
    usage = shared.usage(options)
    theirs = ProviderUsage(options.shape, shared.payload(options)) if usage is None else None
    answer = planner.cost(
        CostQuestion(
            model=options.model,
            provider=options.provider,
            usage=usage,
            provider_usage=theirs,
            **shared.terms(options),
        )
    )
    return Output(answer, lambda: _cost_page(answer), lambda: _cost_rows(answer), asides=answer.warnings)


def _take(options: Namespace, short: str) -> None:
    """Move a positional quantity to its bucket."""
    given, bucket = getattr(options, short), f"{short}_tokens"
    if given is None:
        return
    if getattr(options, bucket) is not None:
        raise InvalidUsage(f"{short.upper()} and --{short} are both given; give one", loc=(bucket,))
    setattr(options, bucket, given)


def _cost_page(answer: Cost) -> Iterable[Block]:
    yield aligned((
        ("model", named(answer.model)),
        ("total", f"{money(answer.total_usd)} USD"),
    ))  # fmt: skip
    columns = (
        Column("bucket"), Column("quantity", right=True), Column("USD per", right=True), Column("unit"),
        Column("USD", right=True), Column("because", drop=1),
    )  # fmt: skip
    rows = [
        (line.bucket, grouped(line.quantity), money(line.usd_per_unit), line.unit.replace("_", " "),
         money(line.amount_usd), ", ".join(line.conditions))
        for line in answer.lines
    ]  # fmt: skip
    yield Table(columns, rows)
    yield bullets("warnings", answer.warnings)
    yield bullets("sources", (f"{line.source}, observed {line.observed}" for line in answer.lines))
    yield standing(answer.catalog, answer.as_of)


def _cost_rows(answer: Cost) -> Rows:
    fields = (
        "model", "provider", "bucket", "quantity", "unit", "usd_per_unit", "amount_usd", "conditions", "source",
        "observed",
    )  # fmt: skip
    values = [
        (answer.model.id, answer.model.provider, line.bucket, line.quantity, line.unit, line.usd_per_unit,
         line.amount_usd, "; ".join(line.conditions), line.source, line.observed)
        for line in answer.lines
    ]  # fmt: skip
    return Rows(fields, values)


def _declare_compare(parser: ArgumentParser) -> None:
    from planner.cli import prompted

    prompted.add(parser, shape=False)
    shared.add_models(parser, "the cheapest of those sold by their makers")
    parser.add_argument("--baseline", metavar="MODEL", help="what savings are against [the first model]")
    parser.add_argument("--most", type=count, default=20, metavar="N", help="rows without --models [20]")
    shared.add_usage(parser)
    shared.add_terms(parser)


def _compare(planner: Planner, options: Namespace) -> Output:
    from planner.cli import prompted
    from planner.compare import CompareQuestion

    by_prompt = prompted.given(options)
    usage, notes = (None, ()) if by_prompt else _usage_to_compare(options)
    given = prompted.read(options) if by_prompt else prompted.PromptParts()
    answer = planner.compare(
        CompareQuestion(
            usage=usage,
            output_tokens=_length(options) if by_prompt else None,
            models=shared.models(options),
            baseline=options.baseline,
            most=options.most,
            **shared.terms(options),
            **given,
        )
    )
    return Output(
        answer,
        lambda: _compare_page(answer, notes),
        lambda: _compare_rows(answer),
        code=2 if answer.refused else 0,
        asides=refusals(answer.refused),
        notes=notes,
        error=unanswered(len(answer.refused), len(answer.rows)),
    )


def _length(options: Namespace) -> int | None:
    """The answer's length beside a prompt, which is all of a usage that may stand there."""
    for name in ("usage", *BUCKETS):
        if name != "output_tokens" and getattr(options, name) is not None:
            raise InvalidInput(f"{name} is for a usage; beside a prompt only --output is taken", loc=(name,))
    length: int | None = options.output_tokens
    return length


def _usage_to_compare(options: Namespace) -> tuple[Usage, tuple[str, ...]]:
    """The usage, also from a provider's payload, and what is to be known of that."""
    usage = shared.usage(options)
    if usage is not None:
        return usage, ()
    from pricing.payloads import read_usage

    reading = read_usage(options.shape, shared.payload(options))
    served = [
        f"the payload says {name} {value} was served; compared at {asked or 'the default'}"
        for name, value, asked in (
            ("tier", reading.service_tier, options.service_tier),
            ("region", reading.region, options.region),
        )
        if value is not None and value != asked
    ]
    return reading.usage, (*reading.warnings, *served)


def _compare_page(answer: Comparison, notes: Iterable[str]) -> Iterable[Block]:
    prompts = any(row.tokens for row in answer.rows)
    columns = (
        Column("#", right=True), Column("model"), Column("provider", drop=1), *(_TOKENS if prompts else ()),
        Column("USD a request", right=True), Column("saves USD", right=True, drop=2), Column("saves", right=True),
        Column("notes"),
    )  # fmt: skip
    marks = Footnotes()
    rows = [
        (str(row.rank), row.model.id, row.model.provider, *(counted(row.tokens) if row.tokens else ()),
         small_usd(row.total_usd), small_usd(row.saving_usd), percent(row.saving_share), marks.of(row.warnings))
        for row in answer.rows
    ]  # fmt: skip
    base = answer.baseline
    yield f"saving against {base.id} at {base.provider}"
    yield Table(columns, rows)
    yield marks.listed()
    yield bullets("warnings", notes)
    yield bullets("not answered", refusals(answer.refused))
    yield standing(answer.catalog, answer.as_of, rounded=True)


def _compare_rows(answer: Comparison) -> Rows:
    fields = (
        "rank", "model", "provider", "requested", "tokens", "tokens_low", "tokens_high", "method", "total_usd",
        "saving_usd", "saving_share", "warnings",
    )  # fmt: skip
    values = [
        (row.rank, row.model.id, row.model.provider, row.model.requested, *_sizes(row.tokens), row.total_usd,
         row.saving_usd, row.saving_share, "; ".join(row.warnings))
        for row in answer.rows
    ]  # fmt: skip
    return Rows(fields, values)


def _sizes(tokens: Tokens | None) -> tuple[Cell, ...]:
    return (tokens.tokens, tokens.low, tokens.high, tokens.method) if tokens else (None,) * 4


COMMANDS: Final[Mapping[str, Command]] = {
    "cost": Command(
        "MODEL [INPUT [OUTPUT]] [options] | --rows FILE [MODEL] [options]",
        "What one request costs on a model, exactly, bucket by bucket; or each row of a file.",
        (
            "tokenplan cost gpt-5-mini 1000 200",
            "tokenplan cost claude-sonnet-4-5 2000 500 --cache-read 10000 --tier batch",
            "tokenplan cost gpt-5-mini --usage response-usage.json --shape openai_responses --json",
            "curl ... | jq .usage | tokenplan cost claude-haiku-4-5 --usage - --shape anthropic",
            "tokenplan cost --rows requests.csv --map input_tokens=prompt_tokens --out priced.csv",
        ),
        _declare_cost,
        _cost,
        has_csv=True,
    ),
    "compare": Command(
        "[FILE...] [--models A,B,...] [--input TOKENS] --output TOKENS [options]",
        "One usage or prompt over many models, cheapest first, with what each would save.",
        (
            "tokenplan compare --input 3000 --output 400",
            "tokenplan compare --models gpt-5,gpt-5-mini,claude-haiku-4-5 --input 3000 --output 400",
            "tokenplan compare prompt.txt --output 400 --models gpt-5-mini,claude-haiku-4-5",
            "tokenplan compare --input 3000 --output 400 --baseline gpt-5 --csv > models.csv",
        ),
        _declare_compare,
        _compare,
        has_csv=True,
    ),
}
