"""An answer of any verb as a page: figures in two columns, lists as tables, notes below. No arithmetic, only words."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from itertools import chain, groupby
from typing import TYPE_CHECKING, Any, Final

from planner.cli.render import Block, Column, Rows, Table, aligned, bullets, grouped, money, month_usd, small_usd
from planner.cli.words import edition, moment, named
from planner.wire import to_json
from pricing.rates import CatalogRef, ModelRef

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from planner.cli.render import Cell
    from planner.wire import Json

_SHARES: Final = ("_share", "_probability", "_rate", "_confidence", "_quality")
_WHOLE: Final = 1e6
"""From here on a figure is shown without decimals, all its digits grouped."""
_LISTS: Final = ("warnings", "assumptions", "notes", "reasons")


def page(answer: Any, title: str = "") -> Iterator[Block]:
    """The figures of an answer, then what is nested in it, its tables and its notes, in the order of its fields."""
    held = {field.name: getattr(answer, field.name) for field in fields(answer)}
    flat = {name: value for name, value in held.items() if _is_plain(value)}
    figures = aligned((_words(name), shown(name, value)) for name, value in flat.items() if value is not None)
    yield f"{title}\n{figures}" if title and figures else figures
    nested = {name: value for name, value in held.items() if name not in flat and value is not None and value != ()}
    for kind, names in groupby(nested, key=lambda name: type(nested[name])):
        alike = {name: nested[name] for name in names}
        if len(alike) > 1 and is_dataclass(kind) and all(map(_is_flat, alike.values())):
            yield _beside(alike)
        else:
            yield from chain.from_iterable(_nested(name, value) for name, value in alike.items())


def rows(answer: object) -> Rows:
    """Every figure of an answer as a dotted name and a value."""
    return Rows(("field", "value"), list(_flattened(to_json(answer), "")))


def shown(name: str, value: object) -> str:
    """A value in the form that its name asks for: USD, percent, seconds, counts, dates."""
    if isinstance(value, tuple):
        return ", ".join(shown(name, each) for each in value)
    if isinstance(value, float):
        return _float(name, value)
    for kind, write in _FORMS:
        if isinstance(value, kind):
            return write(value)
    return str(value)


_FORMS: Final[tuple[tuple[type, Callable[[Any], str]], ...]] = (
    (bool, lambda yes: "yes" if yes else "no"),
    (int, grouped),
    (Decimal, money),
    (ModelRef, named),
    (CatalogRef, edition),
    (datetime, moment),
)


def _float(name: str, value: float) -> str:
    if "usd" in name.split("_"):
        return (small_usd if abs(value) < 1 else month_usd)(Decimal(repr(value))) + " USD"
    if f"_{name}".endswith(_SHARES):
        return f"{value * 100:.4g} %"
    written = f"{value:,.0f}" if 1e6 <= abs(value) < 1e15 else f"{value:,.6g}"  # noqa: PLR2004 - no exponent for counts
    return written + (" s" if name.endswith("_seconds") else "")


def _listed(name: str, values: tuple[Any, ...]) -> Block:
    if not is_dataclass(values[0]) or isinstance(values[0], ModelRef):
        return bullets(_words(name), (shown(name, each) for each in values))
    names = [field.name for field in fields(values[0]) if any(_in_cell(getattr(each, field.name)) for each in values)]
    columns = [Column(_words(each), right=_is_figure(getattr(values[0], each))) for each in names]
    return Table(columns, [[_cell(each, column) for column in names] for each in values])


def _nested(name: str, value: Any) -> Iterator[Block]:
    if isinstance(value, tuple):
        yield _listed(name, value)
    elif isinstance(value, dict):
        yield aligned((str(key), shown(name, each)) for key, each in value.items())
    else:
        yield from page(value, _words(name))


def _beside(alike: dict[str, Any]) -> Table:
    """Answers of one type with figures alone: a row a figure, a column each."""
    figures = [field.name for field in fields(next(iter(alike.values())))]
    columns = [Column(""), *(Column(_words(name), right=True) for name in alike)]
    return Table(columns, [[_words(each), *(_cell(value, each) for value in alike.values())] for each in figures])


def _is_flat(value: Any) -> bool:
    return all(_is_plain(getattr(value, field.name)) for field in fields(value))


def _cell(row: object, name: str) -> str:
    value = getattr(row, name)
    return "-" if value in (None, ()) else shown(name, value)


def _is_plain(value: object) -> bool:
    """Whether a value is one figure or word, so that it stands in a line."""
    if isinstance(value, tuple):
        return False
    return isinstance(value, ModelRef | CatalogRef) or not (is_dataclass(value) or isinstance(value, dict))


def _in_cell(value: object) -> bool:
    """Whether a value says something in a table: what is plain, and a list of plain things."""
    if value is None:
        return False
    return _is_plain(value) or (isinstance(value, tuple) and all(map(_is_plain, value)) and value != ())


def _is_figure(value: object) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _words(name: str) -> str:
    return name.removesuffix("_usd").replace("_", " ")


def _flattened(value: Json, path: str) -> Iterator[tuple[str, Cell]]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _flattened(each, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for at, each in enumerate(value):
            yield from _flattened(each, f"{path}[{at}]")
    else:
        yield path, value
