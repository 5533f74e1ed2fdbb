"""`tokenplan cost --rows FILE`: the same rows with cost columns, totals by model, errors counted and named."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, BinaryIO, Final, NamedTuple

from planner.batch import asked, defaults, loads
from planner.cli import rowfiles
from planner.cli.progress import progress_of
from planner.cli.render import Column, Output, Rows, Table, aligned, bullets, draw, grouped, money, screen
from planner.cli.rowfiles import ADDED, KINDS, CsvRows, JsonlRows, ParquetRows, finished, opened
from planner.costing import price, priced
from planner.wire import plain
from pricing.cost import EXACT
from pricing.errors import BadCatalog, InvalidInput, TokenplanError, one_of
from pricing.usage import BUCKETS

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from planner.cli.progress import Progress
    from planner.cli.render import Block
    from planner.cli.rowfiles import Added, Row, RowFile, Source
    from planner.costing import CostQuestion
    from planner.planner import Planner
    from pricing.cost import Cost
    from pricing.names import Resolution

SHORT: Final = {"input": "input_tokens", "output": "output_tokens"}
_TERMS: Final = ("model", "provider", "service_tier", "region", "as_of")
_WHOLE: Final = ("usage", "provider_usage")
_NAMES_KEPT: Final = 10_000
_EVERY_ROWS: Final = 500


@dataclass(slots=True)
class Totals:
    """What was priced, by model, and what was not, by error, with the first lines of each."""

    models: dict[str, list[Any]] = field(default_factory=dict)
    errors: dict[str, list[int]] = field(default_factory=dict)
    first: dict[str, str] = field(default_factory=dict)
    warnings: dict[str, int] = field(default_factory=dict)
    rows: int = 0
    refused: int = 0

    def priced(self, cost: Cost) -> None:
        """Add one row's cost."""
        held = self.models.setdefault(f"{cost.model.provider}/{cost.model.id}", [0, 0, Decimal(0)])
        held[0] += 1
        held[1] += sum(int(each.quantity) for each in cost.lines if each.unit == "million_tokens")
        held[2] = EXACT.add(held[2], cost.total_usd)
        for warning in cost.warnings:
            if warning in self.warnings or len(self.warnings) < 100:  # noqa: PLR2004 - bounded, whatever the rows say
                self.warnings[warning] = self.warnings.get(warning, 0) + 1

    def failed(self, error: TokenplanError, line: int) -> None:
        """Count one row without a price."""
        self.refused += 1
        lines = self.errors.setdefault(error.slug, [0])
        lines[0] += 1
        if len(lines) <= 5:  # noqa: PLR2004 - a count and five lines
            lines.append(line)
            self.first.setdefault(error.slug, str(error))

    def total_usd(self) -> Decimal:
        """The exact sum of the priced rows."""
        whole = Decimal(0)
        for held in self.models.values():
            whole = EXACT.add(whole, held[2])
        return whole


class Reading(NamedTuple):
    """How rows are read: values for all of them, a provider's usage shape, our names for their columns."""

    common: Mapping[str, Any]
    shape: str | None = None
    names: Mapping[str, str] = {}

    def ours(self, column: str) -> str:
        """The bucket or term that a column is, or its own name."""
        return self.names.get(column) or SHORT.get(column, column)

    def counts(self, column: str) -> bool:
        """Whether a price depends on a column."""
        ours = self.ours(column)
        return ours in BUCKETS or ours in _TERMS or ours in _WHOLE


def price_rows(planner: Planner, file: RowFile, how: Reading, tick: Callable[[int], object] = int) -> Totals:
    """Write every row back with its cost; one that cannot be priced says why.

    Raises:
        InvalidInput: no usable header, a file damaged in its midst, or an unknown default.
    """
    checked = how._replace(common=defaults(how.common))
    if file.columns is not None:
        _checked_header(file.columns, checked)
    totals, pricer = Totals(), _Pricer(planner)
    for row in file.rows():
        totals.rows += 1
        file.write(row, _added(row, checked, pricer, totals))
        if not totals.rows % _EVERY_ROWS:
            tick(totals.rows)
    return totals


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
        print(draw(_page(totals), screen(sys.stderr)), end="", file=sys.stderr)
    return Output(
        answer,
        (lambda: _page(totals)) if options.out is not None else (lambda: ()),
        lambda: _csv(totals),
        code=2 if error and not options.allow_errors else 0,
        error=None if options.allow_errors else error,
    )


def summary(totals: Totals) -> dict[str, Any]:
    """The totals as `--json` prints them."""
    return {
        "rows": totals.rows,
        "priced": totals.rows - totals.refused,
        "refused": totals.refused,
        "total_usd": totals.total_usd(),
        "models": [
            {"model": name, "requests": held[0], "tokens": held[1], "usd": held[2]}
            for name, held in sorted(totals.models.items())
        ],
        "errors": [
            {"type": slug, "rows": said[0], "lines": said[1:], "first": totals.first[slug]}
            for slug, said in totals.errors.items()
        ],
        "warnings": [{"warning": text, "rows": rows} for text, rows in totals.warnings.items()],
    }


class _Pricer:
    """Prices questions; a name is resolved once, because files hold few models and many rows."""

    def __init__(self, planner: Planner) -> None:
        self._catalog = planner.catalog
        self._now = planner.clock()
        self._known: dict[tuple[str, str | None], Resolution] = {}

    def __call__(self, question: CostQuestion) -> Cost:
        if question.usage is None or question.provider_usage is not None:
            return price(question, self._catalog, self._now)
        name = (question.model, question.provider)
        found = self._known.get(name)
        if found is None:
            if len(self._known) >= _NAMES_KEPT:
                self._known.clear()
            found = self._known[name] = self._catalog.resolve(*name)
        return priced(question.usage, question, found, self._now)


def _added(row: Row, how: Reading, pricer: _Pricer, totals: Totals) -> Added:
    try:
        if row.error:
            raise row.error
        cost = pricer(asked(_question(row.values, how), how.common))
    except BadCatalog:
        raise
    except TokenplanError as error:
        totals.failed(error, row.line)
        return (None, None, None, f"line {row.line}: {error}")
    totals.priced(cost)
    return (plain(cost.total_usd), cost.model.id, cost.model.provider, None)


def _question(row: Mapping[str, Any], how: Reading) -> dict[str, Any]:
    """A row's cost question; columns that mean nothing to a price are left alone, as are empty cells and nulls."""
    found: dict[str, Any] = {}
    usage: dict[str, Any] = {}
    whole: dict[str, Any] = {}
    for column, value in row.items():
        name = how.ours(column)
        if value is None or value == "":
            continue
        into = usage if name in BUCKETS else found if name in _TERMS else whole if name in _WHOLE else None
        if into is None:
            continue
        if name in into:
            raise InvalidInput(f"{name} is given twice, once as {column}", loc=(name,), value=value)
        into[name] = _number(value) if into is usage and isinstance(value, str) else value
    if "model" not in found and "model" not in how.common:
        raise InvalidInput(f"no model; the columns are {', '.join(row)}; name MODEL or --map model=COLUMN")
    theirs = whole.get("provider_usage") or (whole.get("usage") if how.shape else None)
    if theirs is not None:
        payload = loads(theirs) if isinstance(theirs, str) else theirs
        return {**found, "provider_usage": {"shape": how.shape, "payload": payload} if how.shape else payload}
    nested = whole.get("usage")
    if nested is not None:
        nested = loads(nested) if isinstance(nested, str) else nested
        if usage or not isinstance(nested, dict):
            raise InvalidInput("usage must be an object of buckets, and stand alone; or give --shape", loc=("usage",))
        usage = nested
    if not usage:
        raise _no_bucket(row)
    return {**found, "usage": usage}


def _number(text: str) -> object:
    """A cell's number in plain digits; anything else stays text, which a usage refuses."""
    digits = text.strip()
    whole, dot, rest = digits.partition(".")
    if not digits.isascii() or len(digits) > 40 or not whole.isdigit():  # noqa: PLR2004 - beyond any quantity
        return text
    if not dot:
        return int(digits)
    return Decimal(digits) if rest.isdigit() else text


def _no_bucket(columns: Iterable[str]) -> InvalidInput:
    return InvalidInput(
        f"no usage: none of the columns {', '.join(columns) or '(none)'} holds a bucket; "
        f"the buckets are {', '.join(BUCKETS)}; --map BUCKET=COLUMN takes another name"
    )


def _checked_header(columns: Iterable[str], how: Reading) -> None:
    """What no row could mend is said once, before any is priced."""
    columns = list(columns)
    ours = [how.ours(name) for name in columns]
    for column in how.names:
        if column not in columns:
            raise InvalidInput(f"--map: no column {column!r}; {one_of(column, columns)}", loc=("map",), value=column)
    if "model" not in ours and "model" not in how.common:
        raise InvalidInput(
            f"no column is 'model'; the columns are {', '.join(columns)}; name MODEL or --map model=COLUMN"
        )
    if not any(name in BUCKETS or name in _WHOLE for name in ours):
        raise _no_bucket(columns)
    for name in columns:
        if not how.counts(name) and name not in ADDED and _like_a_bucket(name):
            print(f"note: column {name!r} is not priced; if it is a bucket, --map BUCKET={name}", file=sys.stderr)


def _like_a_bucket(name: str) -> bool:
    """Whether a column that is no bucket may have been meant as one: another spelling, or another's tokens."""
    from difflib import get_close_matches

    return name.endswith("_tokens") or bool(get_close_matches(name.lower(), BUCKETS, 1, 0.85))


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
    common = {name: getattr(options, name) for name in (*_TERMS, "allow_nearest_price")}
    given = {name: value for name, value in common.items() if value is not None}
    return Reading(given, options.shape, _mapped(options.map))


def _mapped(text: str | None) -> dict[str, str]:
    """`input_tokens=prompt_tokens,...` as their column -> our name."""
    valid = (*BUCKETS, *_TERMS, "provider_usage", "usage")
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
    if source.kind == "parquet" and options.rows == rowfiles.STDIN:
        raise InvalidInput("Parquet is read from its end and cannot come from stdin; name a file", loc=("rows",))
    meant = rowfiles.kind_of(options.out) if options.out else None
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
        file = ParquetRows(source.file, out, how.counts)
        tick.by(lambda: file.done, file.count)
        return price_rows(planner, file, how, tick)
    reader, writer = rowfiles.texts(source, out)
    try:
        rows = (CsvRows if source.kind == "csv" else JsonlRows)(reader, writer)
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


def _page(totals: Totals) -> Iterable[Block]:
    columns = (
        Column("model"), Column("requests", right=True), Column("tokens", right=True), Column("USD", right=True),
    )  # fmt: skip
    rows = [
        (name, grouped(held[0]), grouped(held[1]), money(held[2])) for name, held in sorted(totals.models.items())
    ]  # fmt: skip
    yield aligned((
        ("rows", grouped(totals.rows)),
        ("total", f"{money(totals.total_usd())} USD"),
        ("no price", grouped(totals.refused) if totals.refused else ""),
    ))  # fmt: skip
    if rows:
        yield Table(columns, rows)
    yield bullets("errors", (_said(totals, slug) for slug in totals.errors))
    yield bullets("warnings", (f"{text} ({grouped(rows)} rows)" for text, rows in totals.warnings.items()))


def _said(totals: Totals, slug: str) -> str:
    count, *lines = totals.errors[slug]
    more = ", ..." if count > len(lines) else ""
    return f"{slug}: {grouped(count)} rows, lines {', '.join(map(str, lines))}{more}; the first: {totals.first[slug]}"


def _csv(totals: Totals) -> Rows:
    fields = ("model", "requests", "tokens", "usd")
    return Rows(fields, [(name, *held) for name, held in sorted(totals.models.items())])
