"""`tokenplan routing outcomes FILE`: a file of outcomes, its columns named by `--style` or `--map`."""

from __future__ import annotations

import io
import os
from dataclasses import fields as fields_of
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from planner.calls import Call
from planner.cli import fields, inputs
from planner.cli.options import Command
from planner.cli.pages import page, rows
from planner.cli.render import Output, bullets, percent
from planner.cli.rows.chunks import CsvFile, JsonlFile
from planner.cli.rows.files import KINDS, opened, texts
from planner.examples import examples
from planner.outcomes.question import ColumnMap, OutcomesQuestion
from planner.outcomes.reading import mapped, needed
from planner.planner import Planner
from pricing.errors import InvalidInput, one_of

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator, Mapping

    from planner.cli.options import Parser
    from planner.cli.render import Block
    from planner.cli.rows.chunks import RowFile
    from planner.cli.rows.files import Source
    from planner.outcomes.answer import OutcomesAnswer

_OWN: Final = ("rows", "columns", "map", "calls")
_NAMES: Final = tuple(field.name for field in fields_of(ColumnMap))
_CALL: Final = "NAME=USD|MODEL[:IN/OUT]"


def _declare(parser: Parser) -> None:
    group = parser.add_argument_group("the file")
    group.add_argument(
        "files",
        nargs="*",
        metavar="FILE",
        help="CSV, JSONL, Parquet or a JSON list; NAME=FILE: all rows are model NAME's",
    )
    group.add_argument("--map", metavar="NAME=COLUMN,...", help=f"which column holds what: {', '.join(_NAMES)}")
    group.add_argument("--call", dest="calls", action="append", metavar=_CALL, help="what a model costs; repeatable")
    group.add_argument("--format", choices=KINDS, metavar="|".join(KINDS), help="the file's kind [by its ending]")
    group.add_argument("--plot", metavar="FILE", help="draw the curve of cost and quality to a .svg, .png or .pdf file")
    fields.add(parser, OutcomesQuestion, without=_OWN)


def _run(planner: Planner, options: Namespace) -> Output:
    from planner.questions import of_values

    values = fields.given(options)
    if options.map is not None:
        values["map"] = {**values.get("map", {}), **_mapped(options.map)}
    if options.calls:
        values["calls"] = {**values.get("calls", {}), **dict(map(_call, options.calls))}
    question = of_values(OutcomesQuestion, values)
    if options.files:
        question = _with_files(question, options.files, options.format)
    answer = planner.outcomes(question)
    if options.plot is not None:
        from planner.cli.plots import picture

        def draw(axes: Any) -> None:
            from planner.cli.plots.outcomes import outcomes

            outcomes(axes, answer)

        picture(options.plot, draw)
    return Output(answer, lambda: _page(answer), lambda: rows(answer))


def _page(answer: OutcomesAnswer) -> Iterator[Block]:
    yield bullets("in short", _short(answer))
    yield from page(answer)


def _short(answer: OutcomesAnswer) -> Iterator[str]:
    """What a reader wants to know first, in sentences."""
    yield from (f"{each.model} is dominated by {each.dominated_by}" for each in answer.models if each.dominated_by)
    pair = answer.pair
    if pair is not None:
        least = f", {percent(pair.oracle_savings_share)} less than all to {pair.strong}"
        yield f"an oracle between {pair.weak} and {pair.strong} scores {pair.oracle.score:.4g}{least}"
    if pair is None or answer.router is None:
        return
    choice = answer.router.choice
    saved, ratio = choice.savings_against_all_strong, choice.random_calls_ratio
    yield f"the router sends {percent(choice.test.strong_share)} to {pair.strong} and scores {choice.test.score:.4g}"
    if saved is not None:
        span = f"{percent(saved.low_share)} to {percent(saved.high_share)} with {saved.confidence:.4g} confidence"
        yield f"saving against all to {pair.strong}: {percent(saved.savings_share)}, {span}"
    if ratio is not None:
        yield f"against drawing lots: {ratio:.3g} times as many calls of {pair.strong} would be needed for that score"


def _with_files(question: OutcomesQuestion, files: list[str], kind: str | None) -> OutcomesQuestion:
    """The question with the files' rows in it; `NAME=FILE` says whose rows they are."""
    if question.rows or question.columns is not None:
        raise InvalidInput("the question holds rows already; give them or a FILE", loc=("rows",))
    named = [_whose(each) for each in files]
    if any(name is not None for name, _ in named) and question.style is None and question.map.model is None:
        question = replace(question, map=replace(question.map, model="model"))
    columns = mapped(question)
    found: list[dict[str, Any]] = []
    for name, path in named:
        own = {} if name is None else {columns.model or "model": name}
        found += ({**row, **own} for row in _read(path, kind, columns))
    if not found:
        raise InvalidInput(f"{', '.join(files)}: holds no rows", loc=("rows",))
    return replace(question, rows=tuple(found))


def _whose(text: str) -> tuple[str | None, str]:
    name, sign, path = text.rpartition("=")
    return (None, text) if not sign or os.path.exists(text) else (name, path)  # noqa: PTH110 - pathlib doubles a cold start


def _read(path: str, kind: str | None, columns: ColumnMap) -> Iterator[dict[str, Any]]:
    """A file's rows, of the columns that are read."""
    if kind is None and path.lower().endswith(".json"):
        yield from (_kept(row, columns) for row in _listed(path))
        return
    wanted = partial(needed, columns)
    with opened(path, kind) as source:
        if source.kind == "parquet":
            from planner.cli.rows.parquet import ParquetFile

            yield from _rows(ParquetFile(source.file, io.BytesIO(), wanted), source.name, columns)
        else:
            yield from _text_rows(source, columns)


def _text_rows(source: Source, columns: ColumnMap) -> Iterator[dict[str, Any]]:
    reader, writer = texts(source, io.BytesIO())
    try:
        yield from _rows((CsvFile if source.kind == "csv" else JsonlFile)(reader, writer), source.name, columns)
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{source.name}: is no UTF-8 ({error.reason}); convert it to UTF-8", loc=("rows",)) from None
    finally:
        reader.detach()


def _rows(file: RowFile, name: str, columns: ColumnMap) -> Iterator[dict[str, Any]]:
    for chunk in file.chunks():
        for place in range(len(chunk.lines)):
            row = chunk.row(place)
            if row.error is not None:
                raise InvalidInput(f"{name}: line {row.line}: {row.error}", loc=("rows", row.line))
            yield _kept(row.values, columns)


def _kept(row: Mapping[str, Any], columns: ColumnMap) -> dict[str, Any]:
    return {name: value for name, value in row.items() if needed(columns, name)}


def _listed(path: str) -> list[dict[str, Any]]:
    from planner.batch import loads

    found = inputs.read_json(path, loads)
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise InvalidInput(f"{path}: must hold a list of objects", loc=("rows",), value=path)
    return found


def _mapped(text: str) -> dict[str, str]:
    """`score=performance,model=model_name` as the fields of a map."""
    found: dict[str, str] = {}
    for pair in text.split(","):
        name, sign, column = (part.strip() for part in pair.partition("="))
        if not sign or not column:
            raise InvalidInput(f"{pair!r} must be NAME=COLUMN such as score=performance", loc=("map",), value=pair)
        if name not in _NAMES or name in found:
            raise InvalidInput(f"{pair!r}: {name} is unknown or given twice; {one_of(name, _NAMES)}", loc=("map",))
        found[name] = column
    return found


def _call(text: str) -> tuple[str, Any]:
    """`gpt-4=0.03` or `mixtral=mistral-small:800/200` as a model's name and its call."""
    name, sign, call = text.partition("=")
    if not sign or not name or not call:
        raise InvalidInput(f"{text!r} must be {_CALL} such as gpt-4=0.03", loc=("calls",), value=text)
    return name, fields.value(Call, call)


COMMANDS: Final[Mapping[str, Command]] = {
    "routing outcomes": Command(
        "[FILE ...] [--style NAME] [--map NAME=COLUMN,...] [options]",
        Planner.outcomes.__doc__ or "",
        examples("/v1/routing/outcomes").typed,
        _declare,
        _run,
        has_csv=True,
    )
}
