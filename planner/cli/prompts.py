"""`tokenplan estimate`, `tokenplan tokens` and `tokenplan fit`: the commands that read a prompt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from planner.cli import options as shared
from planner.cli import prompted
from planner.cli.options import Command, count, share
from planner.cli.render import (
    Block,
    Column,
    Output,
    Rows,
    Table,
    aligned,
    bar,
    bullets,
    grouped,
    month_usd,
    percent,
    small_usd,
    span,
)
from planner.cli.words import Footnotes, counted, named, refusals, standing, unanswered
from planner.context import FitQuestion
from planner.estimate import EstimateQuestion, OutputSpread
from planner.prompt import TokensQuestion
from planner.usual import MODELS
from pricing.errors import InvalidInput

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterable, Mapping

    from planner.cli.render import Cell
    from planner.context import Fit, FitAnswer
    from planner.estimate import Estimate, EstimateRow
    from planner.planner import Planner
    from planner.prompt import TokensAnswer

_YES_NO: Final = {True: "yes", False: "NO", None: "?"}


def _declare_estimate(parser: ArgumentParser) -> None:
    prompted.add(parser)
    shared.add_models(parser, f"{len(MODELS)} current ones")
    group = parser.add_argument_group("answers and volume")
    group.add_argument(
        "--output", "--output-tokens", dest="output_tokens", type=count, metavar="TOKENS", help="visible text an answer"
    )
    group.add_argument("--output-p50", type=count, metavar="TOKENS", help="half of the answers are at most this long")
    group.add_argument("--output-p95", type=count, metavar="TOKENS", help="95 %% of the answers are at most this long")
    group.add_argument(
        "--reasoning", "--reasoning-tokens", dest="reasoning_tokens", type=count, default=0, metavar="TOKENS",
        help="reasoning beside the visible text [0]",
    )  # fmt: skip
    group.add_argument("--requests-per-month", type=count, metavar="N", help="requests a month [no month figures]")
    _declare_cache(parser)
    shared.add_terms(parser)


def _declare_cache(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("prompt cache")
    group.add_argument(
        "--cached-prefix", "--cached-prefix-tokens", dest="cached_prefix_tokens", type=count, metavar="TOKENS",
        help="tokens at the start that requests share",
    )  # fmt: skip
    group.add_argument("--cached-prefix-share", type=share, metavar="SHARE", help="the same as a share of the prompt")
    group.add_argument(
        "--cache-hit-rate", type=share, default=0.0, metavar="SHARE", help="requests that find it cached [0]"
    )
    group.add_argument("--cache-ttl", choices=("5m", "1h"), default="5m", help="how long a write lives [5m]")


def _estimate(planner: Planner, options: Namespace) -> Output:
    output = _output(options)
    answer = planner.estimate(
        EstimateQuestion(
            models=shared.models(options) or MODELS,
            output_tokens=output,
            reasoning_tokens=options.reasoning_tokens,
            requests_per_month=options.requests_per_month,
            cached_prefix_tokens=options.cached_prefix_tokens,
            cached_prefix_share=options.cached_prefix_share,
            cache_hit_rate=options.cache_hit_rate,
            cache_ttl=options.cache_ttl,
            **shared.terms(options),
            **prompted.read(options),
        )
    )
    return Output(
        answer,
        lambda: _estimate_page(answer),
        lambda: _estimate_rows(answer),
        code=2 if answer.refused or not answer.rows else int(all(row.fit.fits is False for row in answer.rows)),
        asides=[*refusals(answer.refused), *answer.assumptions],
        error=unanswered(len(answer.refused), len(answer.rows)),
    )


def _output(options: Namespace) -> int | OutputSpread:
    """The answer's length as a number or a spread."""
    p50, p95 = options.output_p50, options.output_p95
    if options.output_tokens is not None and p50 is None and p95 is None:
        length: int = options.output_tokens
        return length
    if options.output_tokens is None and p50 is not None and p95 is not None:
        return OutputSpread(p50, p95)
    raise InvalidInput("give the answer's length: --output TOKENS, or --output-p50 TOKENS and --output-p95 TOKENS")


def _estimate_page(answer: Estimate) -> Iterable[Block]:
    columns = [
        Column("#", right=True), Column("model"), Column("provider", drop=1), Column("tokens", right=True),
        Column("bounds", right=True, drop=4), Column("counted", drop=3), Column("USD a request", right=True),
    ]  # fmt: skip
    if answer.requests_per_month is not None:
        columns += [Column("USD a month", right=True), Column("month from – to", right=True, drop=5)]  # noqa: RUF001
    columns += [
        Column("fits"), Column("room left", right=True), Column("limit used", drop=2), Column("notes"),
    ]  # fmt: skip
    marks = Footnotes()
    rows = [_estimate_line(row, marks) for row in answer.rows]
    if rows:
        yield Table(columns, rows)
    yield marks.listed()
    yield bullets("not answered", refusals(answer.refused))
    yield bullets("assumed", _assumed(answer))
    yield standing(answer.catalog, answer.as_of, rounded=True)


def _estimate_line(row: EstimateRow, marks: Footnotes) -> list[str]:
    month = row.cost_per_month
    return [
        str(row.rank),
        row.model.id,
        row.model.provider,
        *counted(row.tokens),
        small_usd(row.cost_per_request.usd),
        *([month_usd(month.usd), span(month_usd(month.low_usd), month_usd(month.high_usd))] if month else []),
        *_fitted(row.fit),
        marks.of(row.warnings),
    ]


def _assumed(answer: Estimate) -> Iterable[str]:
    yield from answer.assumptions
    yield f"service tier {answer.service_tier}"
    if answer.requests_per_month is not None:
        yield f"{grouped(answer.requests_per_month)} requests a month"
    if any(row.tokens.low != row.tokens.high for row in answer.rows):
        yield "≈ marks a count with bounds; costs have bounds with it, and the fit takes the high one"


def _fitted(fit: Fit) -> tuple[str, str, str]:
    """Whether it fits, the room under the tightest limit, and a bar of what is used of that."""
    room = _room(fit)
    return _YES_NO[fit.fits], percent(room), "" if room is None else bar(room)


def _room(fit: Fit) -> float | None:
    return next((each.head_room_share for each in fit.checks if each.limit == fit.binding), None)


def _estimate_rows(answer: Estimate) -> Rows:
    fields = (
        "rank", "model", "provider", "requested", "tokens", "tokens_low", "tokens_high", "method",
        "cached_prefix_tokens", "usd_per_request", "usd_per_request_low", "usd_per_request_high", "prompt_usd",
        "output_usd", "fees_usd", "usd_per_month", "usd_per_month_low", "usd_per_month_high", "basis", "fits",
        "binding_limit", "head_room_share", "warnings",
    )  # fmt: skip
    return Rows(fields, [_estimate_values(row) for row in answer.rows])


def _estimate_values(row: EstimateRow) -> list[Cell]:
    model, tokens, request, month, parts = row.model, row.tokens, row.cost_per_request, row.cost_per_month, row.parts
    return [
        row.rank, model.id, model.provider, model.requested, tokens.tokens, tokens.low, tokens.high, tokens.method,
        row.cached_prefix_tokens, request.usd, request.low_usd, request.high_usd, parts.prompt_usd,
        parts.output_usd, parts.fees_usd, *([month.usd, month.low_usd, month.high_usd] if month else [None] * 3),
        request.basis, row.fit.fits, row.fit.binding, _room(row.fit), "; ".join(row.warnings),
    ]  # fmt: skip


def _declare_tokens(parser: ArgumentParser) -> None:
    from planner.cli import files

    shared.add_model(parser)
    prompted.add(parser, "several: a row each")
    files.add(parser)


def _tokens(planner: Planner, options: Namespace) -> Output:
    from planner.cli import files

    if files.wanted(options):
        return files.run(planner, options)
    question = TokensQuestion(model=options.model, provider=options.provider, **prompted.read(options))
    answer = planner.tokens(question)
    return Output(answer, lambda: _tokens_page(answer), lambda: _tokens_rows(answer), asides=answer.warnings)


def _tokens_page(answer: TokensAnswer) -> Iterable[Block]:
    tokens, bounds, method = counted(answer)
    yield aligned((
        ("model", named(answer.model)),
        ("tokens", tokens),
        ("bounds", bounds),
        ("counted", method + (f" with {answer.encoding}" if answer.encoding else "")),
    ))  # fmt: skip
    if len(answer.parts) > 1:
        yield Table(
            (Column("part"), Column("tokens", right=True), Column("bounds", right=True)),
            [(part.name, grouped(part.tokens), span(grouped(part.low), grouped(part.high))) for part in answer.parts],
        )
    yield bullets("warnings", answer.warnings)


def _tokens_rows(answer: TokensAnswer) -> Rows:
    return Rows(
        ("part", "tokens", "low", "high"), [(part.name, part.tokens, part.low, part.high) for part in answer.parts]
    )


def _declare_fit(parser: ArgumentParser) -> None:
    shared.add_model(parser)
    prompted.add(parser)
    group = parser.add_argument_group("sizes")
    group.add_argument("--input-tokens", type=count, metavar="TOKENS", help="the prompt's size, instead of a prompt")
    group.add_argument(
        "--reserve-output", dest="reserved_output_tokens", type=count, default=0, metavar="TOKENS",
        help="room for the visible answer [0]",
    )  # fmt: skip
    group.add_argument(
        "--reserve-reasoning", dest="reserved_reasoning_tokens", type=count, default=0, metavar="TOKENS",
        help="room for reasoning [0]",
    )  # fmt: skip


def _fit(planner: Planner, options: Namespace) -> Output:
    sized = options.input_tokens is not None and not prompted.given(options)
    given = prompted.PromptParts() if sized else prompted.read(options)
    answer = planner.fit(
        FitQuestion(
            model=options.model,
            provider=options.provider,
            input_tokens=options.input_tokens,
            reserved_output_tokens=options.reserved_output_tokens,
            reserved_reasoning_tokens=options.reserved_reasoning_tokens,
            **given,
        )
    )
    unknown = f"no limit of {answer.model.id} is known; it cannot be said whether this fits"
    return Output(
        answer,
        lambda: _fit_page(answer),
        code={True: 0, False: 1, None: 2}[answer.fits],
        error=unknown if answer.fits is None else None,
    )


def _fit_page(answer: FitAnswer) -> Iterable[Block]:
    tokens, bounds, method = counted(answer.tokens)
    output, reasoning = grouped(answer.reserved_output_tokens), grouped(answer.reserved_reasoning_tokens)
    yield aligned((
        ("model", named(answer.model)),
        ("fits", _YES_NO[answer.fits] + (f", {answer.binding} is the tightest" if answer.binding else "")),
        ("prompt", f"{tokens} tokens" + (f", {bounds}" if bounds else "") + f" ({method})"),
        ("reserved", f"{output} for output, {reasoning} for reasoning"),
    ))  # fmt: skip
    columns = (
        Column("limit"), Column("allowed", right=True), Column("needed", right=True), Column("left", right=True),
        Column("share left", right=True), Column("used", drop=1), Column("fits"),
    )  # fmt: skip
    rows = [
        (each.limit, grouped(each.allowed_tokens), grouped(each.needed_tokens), grouped(each.head_room_tokens),
         percent(each.head_room_share), bar(each.head_room_share), _YES_NO[each.fits])
        for each in answer.checks
    ]  # fmt: skip
    rows += [
        (each.limit, grouped(each.allowed), grouped(each.needed), grouped(each.allowed - each.needed),
         percent(1 - each.needed / each.allowed), bar(1 - each.needed / each.allowed), _YES_NO[each.fits])
        for each in answer.counts
    ]  # fmt: skip
    if rows:
        yield Table(columns, rows)
    yield bullets("warnings", answer.warnings)


COMMANDS: Final[Mapping[str, Command]] = {
    "estimate": Command(
        "[FILE...] [--models A,B,...] --output TOKENS [options]",
        "What a real prompt costs a request and a month on many models, ranked, and whether it fits.",
        (
            "tokenplan estimate prompt.txt --output 400 --requests-per-month 100000",
            "tokenplan estimate system.md question.txt --models gpt-5-mini,claude-haiku-4-5 --output 400",
            "tokenplan estimate --messages chat.json --output-p50 250 --output-p95 700 --requests-per-month 300000",
            "tokenplan estimate prompt.txt --output 400 --cached-prefix-share 0.6 --cache-hit-rate 0.8",
            "cat prompt.txt | tokenplan estimate --model gpt-5-mini --output 400 --tier batch --json",
        ),
        _declare_estimate,
        _estimate,
        has_csv=True,
    ),
    "tokens": Command(
        "MODEL [FILE|FOLDER...] [options]",
        "How many tokens a prompt is on a model, or each of several files and those of folders; counted offline.",
        (
            "tokenplan tokens gpt-5-mini prompt.txt",
            "tokenplan tokens claude-haiku-4-5 --messages chat.json",
            "tokenplan tokens gemini-3.5-flash report.pdf --text 'Summarise it.' --detail low",
            "tokenplan tokens gpt-5-mini docs/ src/ --exclude '*.lock' --sort tokens",
            "tokenplan tokens gpt-4o requests.jsonl --tier batch --csv",
            "echo 'How many tokens?' | tokenplan tokens gpt-4o --json",
        ),
        _declare_tokens,
        _tokens,
        has_csv=True,
    ),
    "fit": Command(
        "MODEL [FILE...] [options]",
        "Whether a prompt fits a model's limits with room for the answer: exit 0 fits, 1 does not, 2 not known.",
        (
            "tokenplan fit gpt-5-mini contract.txt --reserve-output 4000",
            "tokenplan fit gpt-4o --input-tokens 127000 --reserve-output 2000",
            "tokenplan fit claude-haiku-4-5 --messages chat.json --reserve-output 4000 --reserve-reasoning 8000",
        ),
        _declare_fit,
        _fit,
    ),
}
