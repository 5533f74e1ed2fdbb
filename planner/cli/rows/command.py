"""`tokenplan cost --rows FILE`: the same rows with cost columns, totals by model, errors counted and named."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO

from planner.batch import defaults
from planner.cli.progress import progress_of
from planner.cli.render import Output, draw, screen
from planner.cli.rows import files
from planner.cli.rows.alone import WHOLE, Alone, Reading, no_bucket, refuse_respelt
from planner.cli.rows.chunks import CsvFile, JsonlFile
from planner.cli.rows.files import KINDS, finished, opened
from planner.cli.rows.totals import Totals, as_csv, page, summary
from pricing.errors import InvalidInput, one_of
from pricing.headers import TERMS
from pricing.usage import BUCKETS

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from planner.cli.progress import Progress
    from planner.cli.rows.chunks import Added, Chunk, RowFile
    from planner.cli.rows.files import Source
    from planner.planner import Planner


def price_rows(
    planner: Planner, file: RowFile, how: Reading, tick: Callable[[int], object] = int, *, table: bool = True
) -> Totals:
    """Write every row back with its cost; one that cannot be priced says why. Without `table` each is priced alone.

    Raises:
        InvalidInput: no usable header, a file damaged in its midst, or an unknown default.
    """
    checked = how._replace(common=defaults(how.common))
    totals, alone = Totals(), Alone(planner, checked)
    if file.columns is not None:
        _checked_header(file.columns, alone)
    priced = (_by_table(alone) if table else None) or alone.chunk
    for chunk in file.chunks():
        chunk.write(priced(chunk, totals))
        totals.rows += len(chunk.lines)
        tick(totals.rows)
    return totals


def _by_table(alone: Alone) -> Callable[[Chunk, Totals], Sequence[Added]] | None:
    """The quick way, where the extra `table` is installed."""
    try:
        import orjson  # noqa: F401

        from planner.cli.rows.columns import ByTable
    except (ImportError, InvalidInput):
        return None
    return ByTable(alone)


def run(planner: Planner, options: Namespace) -> Output:
    """The command: rows to a file or stdout, totals beside them.

    Raises:
        InvalidInput: options that contradict each other, or a file that cannot be read.
    """
    how = _reading(options)
    with opened(options.rows, options.format) as source:
        _fits(options, source)
        with _target(options.out) as out, progress_of(source) as tick:
            totals = _priced_between(planner, source, out, how, tick)
    answer = summary(totals)
    error = f"{totals.refused} of {totals.rows} rows could not be priced" if totals.refused else None
    if options.out is None:
        sys.stdout.flush()
        print(draw(page(totals), screen(sys.stderr)), end="", file=sys.stderr)
    return Output(
        answer,
        (lambda: page(totals)) if options.out is not None else (lambda: ()),
        lambda: as_csv(totals),
        code=2 if error and not options.allow_errors else 0,
        error=None if options.allow_errors else error,
    )


def _checked_header(columns: Iterable[str], alone: Alone) -> None:
    """What no row could mend is said once, before any is priced."""
    columns, how = list(columns), alone.how
    ours = [how.ours(name) for name in columns]
    for column in how.names:
        if column not in columns:
            raise InvalidInput(f"--map: no column {column!r}; {one_of(column, columns)}", loc=("map",), value=column)
    for column in columns:
        refuse_respelt(column, how.respelt(column))
    if "model" not in ours and "model" not in how.common:
        raise InvalidInput(
            f"no column is 'model'; the columns are {', '.join(columns)}; name MODEL or --map model=COLUMN"
        )
    if not any(name in BUCKETS or name in WHOLE for name in ours):
        raise no_bucket(columns)
    for column in columns:
        alone.reads(column)
    if "model" in ours and "model" in how.common:
        column, given = columns[ours.index("model")], how.common["model"]
        print(f"note: column {column!r} names the models; {given} is taken where it is empty", file=sys.stderr)


def _reading(options: Namespace) -> Reading:
    """The options as a reading, checked against each other."""
    for name in (*BUCKETS, "usage", "input", "output"):
        if getattr(options, name) is not None:
            raise InvalidInput(f"{name} is for one request; with --rows the quantities stand in columns", loc=(name,))
    if options.out is None and (options.json or options.csv):
        raise InvalidInput("totals as --json or --csv need --out FILE for the rows", loc=("out",))
    if options.shape is not None:
        from pricing.payloads import SHAPES

        if options.shape not in SHAPES:
            raise InvalidInput(f"unknown shape {options.shape!r}; {one_of(options.shape, SHAPES)}", loc=("shape",))
    common = {name: getattr(options, name) for name in (*TERMS, "allow_nearest_price")}
    given = {name: value for name, value in common.items() if value is not None}
    return Reading(given, options.shape, mapped(options.map))


def mapped(text: str | None) -> dict[str, str]:
    """`input_tokens=prompt_tokens,...` as their column -> our name.

    Raises:
        InvalidInput: no such pair, an unknown name, a name or column twice.
    """
    valid = (*BUCKETS, *TERMS, "provider_usage", "usage")
    found: dict[str, str] = {}
    for pair in (text or "").split(","):
        if not pair.strip():
            continue
        ours, sign, column = (part.strip() for part in pair.partition("="))
        if not sign or not column:
            raise InvalidInput(f"{pair!r} must be NAME=COLUMN such as input_tokens=prompt_tokens", loc=("map",))
        if ours not in valid:
            raise InvalidInput(f"unknown name {ours!r}; {one_of(ours, valid)}", loc=("map",), value=ours)
        if column in found or ours in found.values():
            raise InvalidInput(f"{pair!r}: {ours} or {column} is mapped twice", loc=("map",), value=pair)
        found[column] = ours
    return found


def _fits(options: Namespace, source: Source) -> None:
    if options.format is not None and options.format not in KINDS:
        raise InvalidInput(f"unknown format {options.format!r}; {one_of(options.format, KINDS)}", loc=("format",))
    if source.kind == "parquet" and options.out is None:
        raise InvalidInput("Parquet rows need --out FILE", loc=("out",))
    if source.kind == "parquet" and options.rows == files.STDIN:
        raise InvalidInput("Parquet is read from its end and cannot come from stdin; name a file", loc=("rows",))
    meant = files.kind_of(options.out) if options.out else None
    if meant not in (None, source.kind):
        raise InvalidInput(f"{options.out}: rows are written as they came, in {source.kind}", loc=("out",))


@contextmanager
def _target(path: str | None) -> Iterator[BinaryIO]:
    """The file for the rows, or stdout, which stays open."""
    if path is not None:
        with finished(path) as file:
            yield file
    else:
        yield sys.stdout.buffer


def _priced_between(planner: Planner, source: Source, out: BinaryIO, how: Reading, tick: Progress) -> Totals:
    if source.kind == "parquet":
        from planner.cli.rows.parquet import ParquetFile

        file = ParquetFile(source.file, out, how.counts)
        tick.by(lambda: file.done, file.count)
        return price_rows(planner, file, how, tick)
    reader, writer = files.texts(source, out)
    try:
        rows = (CsvFile if source.kind == "csv" else JsonlFile)(reader, writer)
        totals = price_rows(planner, rows, how, tick)
        writer.flush()
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{source.name}: is no UTF-8 ({error.reason}); convert it to UTF-8", loc=("rows",)) from None
    finally:
        reader.detach()
        _let_go(writer)
    return totals


def _let_go(writer: Any) -> None:
    """Part a text writer from its file, even where the file takes nothing more."""
    try:
        writer.detach()
    except OSError:
        if sys.exc_info()[0] is None:
            raise
