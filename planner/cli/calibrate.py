"""`tokenplan tokens calibrate`: learn from texts and their true counts, show what was learned, forget it."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from planner.cli.inputs import read_text
from planner.cli.options import Command, count
from planner.cli.render import Block, Column, Output, Rows, Table, aligned, percent
from planner.tokens.calibration import Calibration
from pricing.errors import InvalidInput, NotCountable, Problem

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterable, Iterator, Mapping

    from planner.planner import Planner
    from planner.tokens import Counter
    from planner.tokens.calibration import KindRatio, Pair

_TEXTS: Final = ("text", "prompt", "input", "content")
_TOKENS: Final = ("tokens", "prompt_tokens", "input_tokens", "inputTokens", "promptTokenCount", "totalTokens")
_MOST_PROBLEMS: Final = 20


@dataclass(frozen=True, slots=True)
class CalibrationAnswer:
    """What was learned or is known, and the file that holds it."""

    file: str
    calibrations: tuple[Calibration, ...]


def _declare(parser: ArgumentParser) -> None:
    parser.add_argument(
        "file", nargs="?", metavar="FILE",
        help="JSONL or CSV, a row a text: text (or messages) and tokens (or prompt_tokens, a usage); - is stdin",
    )  # fmt: skip
    parser.add_argument("--model", metavar="NAME", help="whose true counts they are")
    parser.add_argument("--provider", metavar="NAME", help="who sells it, when that is not its maker")
    parser.add_argument(
        "--overhead", type=count, default=0, metavar="TOKENS",
        help="tokens in each true count that are not the text's (framing, a fixed system prompt) [0]",
    )  # fmt: skip
    parser.add_argument("--out", metavar="FILE", help="write there [TOKENPLAN_CALIBRATION, else in TOKENPLAN_HOME]")
    parser.add_argument("--show", action="store_true", help="what was learned so far")
    parser.add_argument("--forget", action="store_true", help="forget it: of --model, or all")


def _run(planner: Planner, options: Namespace) -> Output:
    from planner.assemble import calibration_file
    from planner.tokens import calibration

    path = options.out or calibration_file()
    known = {each.model: each for each in calibration.read(path)}
    if options.show:
        return _output(CalibrationAnswer(path, tuple(known.values())))
    model = _model(planner, options, known) if options.model else None
    if options.forget:
        return _forget(path, known, model)
    if options.file is None or model is None:
        raise InvalidInput("name a FILE of texts and true counts, and the --model; or --show, or --forget")
    counter = planner.counter()
    pairs = list(_pairs(read_text(options.file), options, counter, model))
    learned = calibration.learn(pairs, model, options.provider, counter, planner.clock().date())
    calibration.write(path, {**known, learned.model: learned}.values())
    return _output(CalibrationAnswer(path, (learned,)))


def _model(planner: Planner, options: Namespace, known: Mapping[str, Calibration]) -> str:
    """The model's id in the catalog, or as it was learned of before."""
    named: str = options.model.lower()
    return named if named in known else planner.catalog.resolve(options.model, options.provider).model.id.lower()


def _forget(path: str, known: Mapping[str, Calibration], model: str | None) -> Output:
    from planner.tokens import calibration

    if model is not None and model not in known:
        raise InvalidInput(
            f"nothing was learned of {model}; known: {', '.join(known) or 'none'}", loc=("model",), value=model
        )
    kept = tuple(each for name, each in known.items() if model is not None and name != model)
    calibration.write(path, kept)
    return _output(CalibrationAnswer(path, kept))


def _pairs(text: str, options: Namespace, counter: Counter, model: str) -> Iterator[Pair]:
    """The pairs of a file; every row that is none is told, by its number.

    Raises:
        InvalidInput: rows without a text or a positive count, or no rows.
    """
    problems: list[Problem] = []
    for number, row in _rows(text):
        try:
            yield _pair(number, row, options, counter, model)
        except (InvalidInput, NotCountable) as error:
            problems += error.problems
    if problems:
        more = [Problem((), f"and {len(problems) - _MOST_PROBLEMS} more")] if len(problems) > _MOST_PROBLEMS else []
        raise InvalidInput.of([*problems[:_MOST_PROBLEMS], *more])


def _rows(text: str) -> Iterator[tuple[int, object]]:
    """Rows with their line numbers, of JSONL where the text begins with a brace, else of CSV with a header."""
    if text.lstrip().startswith("{"):
        for number, line in enumerate(text.splitlines(), 1):
            if line.strip():
                try:
                    yield number, json.loads(line)
                except (ValueError, RecursionError) as error:
                    yield number, str(error)
        return
    csv.field_size_limit(2**31 - 1)
    reader = csv.DictReader(io.StringIO(text, newline=""))
    yield from ((reader.line_num, row) for row in reader)


def _pair(number: int, row: object, options: Namespace, counter: Counter, model: str) -> Pair:
    from planner.tokens.calibration import Pair

    if not isinstance(row, dict):
        raise InvalidInput(f"line {number}: no JSON object ({row!r:.80})", loc=(number,))
    text, framing = _text(number, row, counter, model, options.provider)
    tokens = _tokens(number, row) - options.overhead - framing
    if tokens < 1:
        raise InvalidInput(
            f"line {number}: {tokens} tokens are left for the text, less {options.overhead + framing} around it",
            loc=(number, "tokens"),
            value=tokens,
        )
    return Pair(text, tokens)


def _text(number: int, row: Mapping[str, Any], counter: Counter, model: str, provider: str | None) -> tuple[str, int]:
    """A row's text, and the tokens that are framing: of messages, what they cost with nothing in them."""
    messages = row.get("messages")
    if isinstance(messages, list) and messages:
        contents = [each.get("content") if isinstance(each, dict) else None for each in messages]
        if not all(isinstance(content, str) for content in contents):
            raise InvalidInput(f"line {number}: messages must have text contents", loc=(number, "messages"))
        empty = [{**each, "content": ""} for each in messages]
        return "\n".join(map(str, contents)), counter.count_messages(empty, model, provider).tokens
    found = next((row[name] for name in _TEXTS if isinstance(row.get(name), str)), None)
    if not found:
        raise InvalidInput(
            f"line {number}: no text; it must stand under {', '.join(_TEXTS)} or messages", loc=(number, "text")
        )
    return str(found), 0


def _tokens(number: int, row: Mapping[str, Any]) -> int:
    """A row's true count, at its top or in its usage."""
    usage: Mapping[str, Any] = next(
        (row[name] for name in ("usage", "usageMetadata") if isinstance(row.get(name), dict)), {}
    )
    name, found = next(
        ((name, where[name]) for where in (row, usage) for name in _TOKENS if where.get(name) not in (None, "")),
        ("tokens", None),
    )
    if found is None:
        raise InvalidInput(f"line {number}: no count; it must stand under {', '.join(_TOKENS)}", loc=(number, "tokens"))
    text = str(found).strip()
    if isinstance(found, bool) or not text.isdecimal() or not int(text):
        raise InvalidInput(
            f"line {number}: {name} is {found!r:.40}; it must be a whole number above 0",
            loc=(number, name),
            value=found,
        )
    return int(text)


def _output(answer: CalibrationAnswer) -> Output:
    return Output(answer, lambda: _page(answer), lambda: _table(answer))


def _page(answer: CalibrationAnswer) -> Iterable[Block]:
    if not answer.calibrations:
        yield f"nothing is learned in {answer.file}"
    columns = (
        Column("kind of text"), Column("texts", right=True), Column("ratio", right=True),
        Column("low", right=True), Column("high", right=True), Column("shipped", right=True),
    )  # fmt: skip
    for each in answer.calibrations:
        yield aligned((
            ("model", f"{each.model}, {each.pairs} pairs, {each.learned}"),
            ("within bounds", _against(each.coverage, each.shipped_coverage, "by cross-validation ")),
            ("median error", _against(each.median_error, each.shipped_median_error)),
        ))  # fmt: skip
        yield Table(columns, [_line(kind) for kind in each.kinds])
    if answer.calibrations:
        yield f"kept in {answer.file}; later counts use it and say so"


def _line(kind: KindRatio) -> tuple[str, ...]:
    figures = (kind.ratio, kind.low, kind.high, kind.shipped)
    return kind.kind, str(kind.pairs), *(f"{figure:.3f}" for figure in figures)


def _against(learned: float, shipped: float, how: str = "") -> str:
    return f"{percent(learned)} {how}({percent(shipped)} as shipped)"


def _table(answer: CalibrationAnswer) -> Rows:
    fields = ("model", "kind", "pairs", "ratio", "low", "high", "shipped")
    rows = [
        (each.model, kind.kind, kind.pairs, kind.ratio, kind.low, kind.high, kind.shipped)
        for each in answer.calibrations
        for kind in each.kinds
    ]
    return Rows(fields, rows)


COMMANDS: Final[Mapping[str, Command]] = {
    "tokens calibrate": Command(
        "FILE --model NAME [options]",
        "Learn ratios with bounds from your own texts and their true counts (a provider's usage, a log); later "
        "counts of that model use them. Shows how often the bounds hold, by cross-validation.",
        (
            "tokenplan tokens calibrate pairs.jsonl --model claude-haiku-4-5",
            "tokenplan tokens calibrate usage.csv --model grok-4 --overhead 7",
            "tokenplan tokens calibrate --show",
            "tokenplan tokens calibrate --forget --model grok-4",
        ),
        _declare,
        _run,
        has_csv=True,
    ),
}
