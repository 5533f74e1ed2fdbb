"""Rows of any file of outcomes as a score and a cost for each model and prompt; what lacks one is left out and said."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from math import isfinite
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from planner.outcomes.answer import Basis
from planner.outcomes.pricing import Costs
from planner.outcomes.question import STYLES, ColumnMap
from pricing.errors import InvalidInput, one_of
from pricing.rates import ModelRef

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from planner.outcomes.question import OutcomesQuestion
    from planner.tokens import Counter
    from pricing.catalog import Catalog

    Row = Mapping[str, Any]

MODEL: Final = "{model}"
_WORDS: Final = {"true": 1.0, "false": 0.0}


class Outcome(NamedTuple):
    """A model's score and cost on a prompt."""

    score: float
    cost_usd: float


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Scores and costs by model, a list over the same prompts each, and the router's score of each prompt."""

    scores: dict[str, list[float]]
    costs: dict[str, list[float]]
    router_scores: list[float] | None
    basis: dict[str, Basis]
    priced_as: dict[str, ModelRef | None]
    left_out: int
    warnings: tuple[str, ...]


class Record(NamedTuple):
    """One model on one prompt: where it stands, whose it is, and what its columns are called."""

    at: int
    prompt: str | int
    model: str
    row: Row

    def value(self, column: str | None) -> Any:
        """What a mapped column holds; None where it is not mapped, absent or empty."""
        found = None if column is None else look(self.row, column.replace(MODEL, self.model))
        return None if found == "" else found

    def number(self, column: str | None) -> float | None:
        """The same as a number: true is 1, false 0, digits in a text count.

        Raises:
            InvalidInput: anything else.
        """
        found = self.value(column)
        return None if found is None else number(found, "rows", self.at, str(column).replace(MODEL, self.model))


def read(question: OutcomesQuestion, catalog: Catalog, counter: Counter, now: datetime) -> Outcomes:
    """Every prompt that each model has a score and a cost for.

    Raises:
        InvalidInput: no rows, a column that no row has, a value that is no number, no prompt left.
        TokenplanError: a model that cannot be priced.
    """
    rows, columns = _rows(question), mapped(question)
    models = _models(question, columns, rows)
    costs = Costs(question.calls, columns, catalog, counter, now, models)
    found: dict[str | int, dict[str, list[Outcome]]] = defaultdict(lambda: defaultdict(list))
    routers: dict[str | int, float] = {}
    for record in _records(rows, columns, models):
        _note_router(record, columns, routers)
        score = record.number(columns.score)
        cost = None if score is None else costs(record)
        kept = found[record.prompt]
        if score is not None and cost is not None:
            kept[record.model].append(Outcome(score, cost))
    wanted = columns.router_score is not None
    whole = [each for each, by in found.items() if len(by) == len(models) and (not wanted or each in routers)]
    if not whole:
        raise _no_prompt(found.values(), models, wanted=wanted)
    means = {model: [_mean(found[prompt][model]) for prompt in whole] for model in models}
    return Outcomes(
        {model: [each.score for each in by] for model, by in means.items()},
        {model: [each.cost_usd for each in by] for model, by in means.items()},
        [routers[prompt] for prompt in whole] if wanted else None,
        costs.basis,
        costs.priced_as,
        len(found) - len(whole),
        (*costs.warnings, *_said(found, whole)),
    )


def mapped(question: OutcomesQuestion) -> ColumnMap:
    """The style's columns with the question's own over them.

    Raises:
        InvalidInput: no score column, or a form that is neither a row a prompt nor a row a prompt and model.
    """
    own = {each.name: name for each in fields(ColumnMap) if (name := getattr(question.map, each.name)) is not None}
    columns = replace(STYLES[question.style] if question.style else ColumnMap(), **own)
    if columns.score is None:
        raise _map("score", None, f"name the column of scores, or a style: {', '.join(STYLES)}")
    if columns.model is None and MODEL not in columns.score:
        raise _map("score", columns.score, f"without map.model a column a model is needed, such as {MODEL}_score")
    if columns.model is not None and columns.prompt is None:
        raise _map("prompt", None, "where a row is one model on one prompt, name the column that tells prompts apart")
    for each in fields(ColumnMap) if columns.model is not None else ():
        if MODEL in (getattr(columns, each.name) or ""):
            raise _map(each.name, getattr(columns, each.name), f"{MODEL} and map.model exclude each other")
    return columns


def needed(columns: ColumnMap, name: str) -> bool:
    """Whether a column of a file is one that the map reads."""
    for each in fields(ColumnMap):
        column = getattr(columns, each.name)
        if column is None:
            continue
        head, template, tail = column.partition(MODEL)
        if template and name.startswith(head) and name.endswith(tail):
            return True
        if name in (column, column.partition(".")[0]):
            return True
    return False


def look(row: Row, column: str) -> Any:
    """A column's value; a name that is no column reaches into objects at its dots. None where there is none."""
    if column in row:
        return row[column]
    value: Any = row
    for step in column.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    return value


def number(value: Any, *loc: str | int) -> float:
    """A finite number from JSON, a decimal, or a cell's text.

    Raises:
        InvalidInput: anything else.
    """
    try:
        word = _WORDS.get(value.strip().lower()) if isinstance(value, str) else None
        found = float(value) if word is None else word
    except (TypeError, ValueError, OverflowError):
        found = float("nan")
    if not isfinite(found):
        raise InvalidInput(
            f"{loc[-1]} of row {int(loc[1]) + 1} is {value!r}; it must be a number", loc=loc, value=str(value)
        )
    return found


def _rows(question: OutcomesQuestion) -> tuple[Row, ...]:
    if question.columns is None:
        if not question.rows:
            raise InvalidInput("there are no rows; give rows or columns", loc=("rows",))
        return question.rows
    if question.rows:
        raise InvalidInput("give rows or columns, not both", loc=("columns",))
    sizes = {name: len(values) for name, values in question.columns.items()}
    if len(set(sizes.values())) != 1 or not any(sizes.values()):
        said = ", ".join(f"{name} {size}" for name, size in sizes.items())
        raise InvalidInput(f"columns must hold equally many values, at least one: {said or 'none'}", loc=("columns",))
    return tuple(dict(zip(sizes, values, strict=True)) for values in zip(*question.columns.values(), strict=True))


def _models(question: OutcomesQuestion, columns: ColumnMap, rows: tuple[Row, ...]) -> tuple[str, ...]:
    """The models looked at: those named, else those that the rows name."""
    for each in fields(ColumnMap):
        column = getattr(columns, each.name)
        if column and MODEL not in column and all(look(row, column) is None for row in rows):
            raise _map(each.name, column, f"no row has a value there; {one_of(column, rows[0])}")
    pair = tuple(each for each in (question.weak, question.strong) if each is not None)
    named = question.models or (pair if columns.model is None and len(pair) == len({*pair}) == 2 else ())  # noqa: PLR2004
    known = _named_in_rows(columns, rows, named)
    for place, name in (
        *((("models", at), each) for at, each in enumerate(named)),
        *((("calls",), each) for each in question.calls),
    ):
        if name not in known:
            raise InvalidInput(f"no model {name!r} in the rows; {one_of(name, known)}", loc=place, value=name)
    for name, wanted in (("weak", question.weak), ("strong", question.strong)):
        if wanted is not None and wanted not in (named or known):
            raise InvalidInput(f"{name} is {wanted!r}; {one_of(wanted, named or known)}", loc=(name,), value=wanted)
    return tuple(dict.fromkeys(named)) or known


def _named_in_rows(columns: ColumnMap, rows: tuple[Row, ...], named: tuple[str, ...]) -> tuple[str, ...]:
    if columns.model is not None:
        return tuple(dict.fromkeys(str(value) for row in rows if (value := look(row, columns.model)) not in (None, "")))
    every = list(dict.fromkeys(name for row in rows for name in row))
    templates = [value for each in fields(ColumnMap) if (value := getattr(columns, each.name)) and MODEL in value]
    if named:
        return tuple(
            each
            for each in named
            if any(look(row, template.replace(MODEL, each)) is not None for template in templates[:1] for row in rows)
        )
    for head, _, tail in (template.partition(MODEL) for template in templates):
        if head or tail:
            return tuple(
                name[len(head) : len(name) - len(tail)]
                for name in every
                if name.startswith(head) and name.endswith(tail) and len(name) > len(head) + len(tail)
            )
    raise InvalidInput(f"name the models among the columns {', '.join(every[:40])}", loc=("models",))


def _records(rows: tuple[Row, ...], columns: ColumnMap, models: tuple[str, ...]) -> Iterator[Record]:
    for at, row in enumerate(rows):
        if columns.model is None:
            for model in models:
                yield Record(at, at, model, row)
            continue
        model, prompt = look(row, columns.model), look(row, columns.prompt or "")
        if model in (None, "") or prompt in (None, "") or not isinstance(prompt, str | int | Decimal):
            raise InvalidInput(
                f"row {at + 1} does not say its model or its prompt", loc=("rows", at), value=str(prompt)
            )
        if str(model) in models:
            yield Record(at, str(prompt), str(model), row)


def _note_router(record: Record, columns: ColumnMap, routers: dict[str | int, float]) -> None:
    score = record.number(columns.router_score)
    if score is not None and routers.setdefault(record.prompt, score) != score:
        raise InvalidInput(
            f"row {record.at + 1}: router_score is {score}; the same prompt had {routers[record.prompt]} before",
            loc=("rows", record.at),
            value=score,
        )


def _mean(each: list[Outcome]) -> Outcome:
    if len(each) == 1:
        return each[0]
    return Outcome(sum(one.score for one in each) / len(each), sum(one.cost_usd for one in each) / len(each))


def _said(found: Mapping[str | int, Mapping[str, list[Outcome]]], whole: list[str | int]) -> Iterator[str]:
    if left := len(found) - len(whole):
        yield f"{left} of {len(found)} prompts are left out: not every model has a score and a cost there"
    if repeated := sum(any(len(by) > 1 for by in found[prompt].values()) for prompt in whole):
        yield f"{repeated} prompts have several rows of one model; their means are taken"


def _no_prompt(found: Iterable[Mapping[str, list[Outcome]]], models: tuple[str, ...], *, wanted: bool) -> InvalidInput:
    every = list(found)
    counts = ", ".join(f"{model} {sum(model in by for by in every)}" for model in models)
    also = " and a router_score" if wanted else ""
    return InvalidInput(f"no prompt has a score and a cost for every model{also}; they have: {counts}", loc=("rows",))


def _map(name: str, value: object, said: str) -> InvalidInput:
    return InvalidInput(f"map.{name} is {value}; {said}", loc=("map", name), value=value)
