"""`tokenplan tokens` on several files and folders: a row a file, sums, what was passed over."""

from __future__ import annotations

import os
import sys
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from planner.cli import inputs
from planner.cli import options as shared
from planner.cli.progress import Progress
from planner.cli.render import Block, Column, Output, Rows, Table, aligned, bullets, grouped, small_usd
from planner.cli.words import Footnotes, counted, edition, named
from planner.files import FilesQuestion
from pricing.errors import InvalidInput

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable, Iterable, Mapping
    from decimal import Decimal

    from planner.cli.render import Cell
    from planner.files import FileRow, Files
    from planner.planner import Planner

SORTS: Final[Mapping[str, Callable[[FileRow], tuple[float | Decimal, str]]]] = {
    "path": lambda row: (0, row.path),
    "tokens": lambda row: (-row.tokens.tokens, row.path),
    "cost": lambda row: (-row.cost_usd, row.path),
    "size": lambda row: (-row.bytes, row.path),
}
_TOLD: Final = 5
"""Paths that were passed over for one reason and are named."""

_ONE_REQUEST: Final = {
    "text": "--text",
    "messages": "--messages",
    "image_sizes": "--image-size",
    "documents": "--document",
    "audio": "--audio",
    "video": "--video",
}


def add(parser: ArgumentParser) -> None:
    """`--include`, `--exclude`, `--sort` and the terms of a price."""
    group = parser.add_argument_group("several files, folders, JSONL")
    group.add_argument(
        "--include", action="append", metavar="GLOB", help="of folders, only files such as '*.md'; repeatable"
    )
    group.add_argument(
        "--exclude", action="append", metavar="GLOB", help="of folders, leave out such files and folders"
    )
    group.add_argument("--sort", choices=tuple(SORTS), help="order of the rows [as found]")
    shared.add_terms(parser)


def wanted(options: Namespace) -> bool:
    """Whether the options mean many files rather than one prompt; with stdin or other parts, texts are joined."""
    one = inputs.STDIN in options.files or any(getattr(options, name) is not None for name in _ONE_REQUEST)
    return (
        (len(options.files) > 1 and not one)
        or any(os.path.isdir(path) or path.endswith((".jsonl", ".ndjson")) for path in options.files)  # noqa: PTH112
        or bool(options.include or options.exclude or options.sort)
    )


def run(planner: Planner, options: Namespace) -> Output:
    """Count every file, with a bar while a person waits.

    Raises:
        InvalidInput: an option that goes with a single prompt.
    """
    for name, flag in _ONE_REQUEST.items():
        if getattr(options, name) is not None:
            raise InvalidInput(f"{flag} goes with one prompt, not with many files")
    done = [0]
    progress = Progress(lambda: done[0], None, shown=sys.stderr.isatty(), unit="files")

    def tick(files: int, every: int) -> None:
        done[0] = files
        progress.by(lambda: done[0], every)
        progress(files)

    try:
        answer = planner.count_files(_question(options), tick)
    finally:
        progress.clear()
    if options.sort:
        answer = replace(answer, rows=tuple(sorted(answer.rows, key=SORTS[options.sort])))
    return Output(
        answer,
        lambda: _page(answer),
        lambda: _rows(answer),
        code=2 if answer.failed or not answer.rows else 0,
        asides=[*_failures(answer), *_passed(answer), *answer.warnings],
        error=_error(answer),
    )


def _question(options: Namespace) -> FilesQuestion:
    return FilesQuestion(
        model=options.model,
        provider=options.provider,
        paths=tuple(options.files),
        include=tuple(options.include or ()),
        exclude=tuple(options.exclude or ()),
        detail=options.detail,
        **shared.terms(options),
    )


def _error(answer: Files) -> str | None:
    if answer.failed:
        return f"{len(answer.failed)} of {len(answer.failed) + len(answer.rows)} files could not be counted"
    return None if answer.rows else "no file was found to count"


def _page(answer: Files) -> Iterable[Block]:
    tokens, bounds, method = counted(answer.total)
    yield aligned((
        ("model", named(answer.model)),
        ("files", grouped(len(answer.rows))),
        ("tokens", tokens),
        ("bounds", bounds),
        ("counted", method),
        ("as input", f"{small_usd(answer.total_cost_usd)} USD"),
    ))  # fmt: skip
    columns = (
        Column("file"), Column("kind", drop=3), Column("tokens", right=True), Column("bounds", right=True, drop=2),
        Column("counted", drop=4), Column("USD as input", right=True, drop=1), Column("of it", drop=5), Column("notes"),
    )  # fmt: skip
    marks = Footnotes()
    rows: list[tuple[str, ...]] = [
        (row.path, row.kind, *counted(row.tokens), small_usd(row.cost_usd), _of_it(row), marks.of(row.warnings))
        for row in answer.rows
    ]
    if rows:
        rows.append(("total", "", tokens, bounds, method, small_usd(answer.total_cost_usd), "", ""))
        yield Table(columns, rows)
    yield marks.listed()
    yield bullets("not counted", _failures(answer))
    yield bullets("passed over", _passed(answer))
    yield bullets("warnings", answer.warnings)
    yield f"{edition(answer.catalog)}\ncosts are rounded here, exact with --json and --csv"


def _of_it(row: FileRow) -> str:
    """What a file is made of, where that is more than one thing."""
    if row.spread is None:
        return "" if row.pages is None else f"{grouped(row.pages)} pages"
    p50, p95, largest = (grouped(each) for each in (row.spread.p50, row.spread.p95, row.spread.largest))
    return f"{grouped(row.spread.requests)} requests: p50 {p50}, p95 {p95}, max {largest}"


def _failures(answer: Files) -> list[str]:
    return [
        problem.msg if each.path in problem.msg else f"{each.path}: {problem.msg}"
        for each in answer.failed
        for problem in each.errors
    ]


def _passed(answer: Files) -> Iterable[str]:
    """How many paths were passed over for each reason, the first few by name."""
    for why, count in Counter(each.why for each in answer.skipped).items():
        paths = [each.path for each in answer.skipped if each.why == why]
        more = f" and {count - _TOLD} more" if count > _TOLD else ""
        yield f"{why}: {', '.join(paths[:_TOLD])}{more}"


def _rows(answer: Files) -> Rows:
    fields = (
        "path", "kind", "bytes", "tokens", "tokens_low", "tokens_high", "method", "cost_usd", "pages", "requests",
        "mean_tokens", "p50_tokens", "p95_tokens", "largest_tokens", "warnings",
    )  # fmt: skip
    return Rows(fields, [_values(row) for row in answer.rows])


def _values(row: FileRow) -> list[Cell]:
    tokens, spread = row.tokens, row.spread
    lengths = [spread.requests, spread.mean, spread.p50, spread.p95, spread.largest] if spread else [None] * 5
    return [
        row.path, row.kind, row.bytes, tokens.tokens, tokens.low, tokens.high, tokens.method, row.cost_usd, row.pages,
        *lengths, "; ".join(row.warnings),
    ]  # fmt: skip
