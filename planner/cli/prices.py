"""`tokenplan prices`: a model's prices, their history, and where the catalog's sources disagreed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from planner.cli import options as shared
from planner.cli.options import Command
from planner.cli.plots import Step
from planner.cli.render import Block, Column, Output, Rows, Table, bullets, grouped, length, money
from planner.cli.words import Footnotes, edition, moment, named
from planner.wire import instant
from pricing.errors import InvalidInput
from pricing.rates import STANDARD
from pricing.usage import BUCKETS

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from matplotlib.axes import Axes

    from planner.listing import CatalogAnswer, ListedSet, PriceHistory
    from planner.planner import Planner

_DRAWN: Final = ("input_tokens", "cache_read_tokens", "output_tokens")


def _declare_prices(parser: ArgumentParser) -> None:
    shared.add_model(parser)
    parser.add_argument("--history", action="store_true", help="past and announced prices too, and how they moved")
    parser.add_argument("--plot", metavar="FILE", help="draw the history to a .svg, .png or .pdf file")


def _prices(planner: Planner, options: Namespace) -> Output:
    answer = planner.prices(options.model, options.provider)
    whole = options.history or options.plot is not None
    shown = tuple(each for each in answer.prices if whole or each.status == "current")
    if options.plot is not None:
        _draw(answer, planner.clock(), options.plot)
    return Output(answer, lambda: _prices_page(answer, shown), lambda: prices_rows(answer.model.id, shown))


def _draw(answer: PriceHistory, now: datetime, path: str) -> None:
    from planner.cli.plots import picture

    title, moves = f"{answer.model.provider}/{answer.model.id}", _moves(answer)
    if not moves:
        raise InvalidInput(f"--plot: {title} has no standard price to draw", loc=("plot",))

    def draw(axes: Axes) -> None:
        from planner.cli.plots.prices import steps

        steps(axes, title, moves, now)

    picture(path, draw)


def _prices_page(answer: PriceHistory, shown: tuple[ListedSet, ...]) -> Iterable[Block]:
    yield named(answer.model)
    if not answer.prices:
        yield "listed without prices; it cannot be priced"
    yield from price_tables(shown)
    if len(shown) == len(answer.prices):
        yield from _picture(_moves(answer))
    hidden = [each for each in answer.prices if each not in shown]
    if hidden:
        said = [f"{each.status} {each.service_tier} prices {_dates(each)}" for each in hidden]
        yield bullets("also known, with --history", said)
    yield edition(answer.catalog)


def _moves(answer: PriceHistory) -> dict[str, list[Step]]:
    """A bucket's standard price for a short prompt over time, in the default region: what a picture shows."""
    plain = [each for each in answer.prices if each.service_tier == STANDARD and not each.region and not _lasting(each)]
    found: dict[str, list[Step]] = {}
    for each in sorted(plain, key=lambda each: (each.valid_from is not None, each.valid_from)):
        for rate in each.rates:
            if rate.bucket in _DRAWN:
                found.setdefault(rate.bucket, []).append(
                    Step(each.valid_from, each.valid_to, rate.usd_per_unit, each.status)
                )
    return found


def _picture(moves: Mapping[str, Sequence[Step]]) -> Iterable[Block]:
    """Every price that moved as bars, a row a step; none where nothing moved."""
    for bucket, steps in moves.items():
        if len(steps) < 2:  # noqa: PLR2004 - one price is no history
            continue
        most = max(step.usd for step in steps)
        rows = [
            (f"{step.valid_from:%Y-%m-%d}" if step.valid_from else "before", money(step.usd),
             length(float(step.usd / most) if most else 0.0), step.status)
            for step in steps
        ]  # fmt: skip
        yield Table((Column("from"), Column(bucket, right=True), Column("", drop=1), Column("status")), rows)


def price_tables(sets: Iterable[ListedSet]) -> Iterable[Block]:
    """One row a rate set, one column a bucket; where the figures come from goes below."""
    listed = list(sets)
    if not listed:
        return
    said = {condition for each in listed for condition in _more(each)}
    buckets = [name for name in BUCKETS if any(rate.bucket == name for each in listed for rate in each.rates)]
    marks = Footnotes()
    columns = [
        Column("tier"), Column("region"), *([Column("when")] if said else []),
        *(Column(name.removesuffix("_tokens").replace("_", " "), right=True) for name in buckets),
        Column("status"), Column("notes"),
    ]  # fmt: skip
    rows = []
    for each in listed:
        prices = {rate.bucket: money(rate.usd_per_unit) for rate in each.rates}
        origins = dict.fromkeys(f"{rate.source}, observed {rate.observed}" for rate in each.rates)
        when = [", ".join(_more(each))] if said else []
        cells = [each.service_tier, each.region or "-", *when, *(prices.get(name, "-") for name in buckets)]
        rows.append([*cells, f"{each.status} {_dates(each)}".strip(), marks.of(origins)])
    yield Table(columns, rows)
    units = dict.fromkeys(BUCKETS[name].unit.replace("_", " ") for name in buckets)
    yield f"USD a {', a '.join(units)}"
    yield marks.listed()


def _more(each: ListedSet) -> list[str]:
    """The conditions that have no column of their own."""
    return [word for word in each.conditions if not word.startswith(("service_tier=", "region=", "from=", "until="))]


def _lasting(each: ListedSet) -> list[str]:
    """The conditions that are neither dates nor told beside them."""
    return [word for word in _more(each) if not word.startswith("basis=")]


def _dates(each: ListedSet) -> str:
    """From and until when a set holds, as days; empty when it is open on both sides."""
    ends = (("from", each.valid_from), ("until", each.valid_to))
    return " ".join(f"{word} {_day(at)}" for word, at in ends if at is not None)


def _day(at: datetime) -> str:
    return f"{at:%Y-%m-%d}" if at.hour == at.minute == 0 else moment(at)


def prices_rows(model: str, sets: Iterable[ListedSet]) -> Rows:
    """The same for programs: a row a price."""
    fields = (
        "model", "service_tier", "region", "conditions", "status", "valid_from", "valid_to", "bucket", "usd_per_unit",
        "unit", "source", "observed",
    )  # fmt: skip
    values = [
        (model, each.service_tier, each.region, "; ".join(each.conditions), each.status,
         instant(each.valid_from) if each.valid_from else None, instant(each.valid_to) if each.valid_to else None,
         rate.bucket, rate.usd_per_unit, BUCKETS[rate.bucket].unit, rate.source, rate.observed)
        for each in sets
        for rate in each.rates
    ]  # fmt: skip
    return Rows(fields, values)


def _declare_conflicts(parser: ArgumentParser) -> None:
    del parser  # it takes nothing


def _conflicts(planner: Planner, options: Namespace) -> Output:
    del options
    answer = planner.about()
    return Output(answer, lambda: _conflicts_page(answer), lambda: _conflict_rows(answer))


def _conflicts_page(answer: CatalogAnswer) -> Iterable[Block]:
    rows = _conflict_rows(answer)
    if rows.values:
        yield Table([Column(name) for name in rows.fields], [[str(cell) for cell in row] for row in rows.values])
        yield f"prices on which sources differ by more than 1 %: {grouped(len(rows.values))}"
    else:
        yield "the sources do not disagree by more than 1 %"


def _conflict_rows(answer: CatalogAnswer) -> Rows:
    keys = list(dict.fromkeys(key for conflict in answer.conflicts for key in conflict))
    return Rows(keys, [[_plain(row.get(key)) for key in keys] for row in answer.conflicts])


def _plain(value: object) -> str:
    """A conflict's field in words; what it holds is the catalog builder's choice."""
    if isinstance(value, dict):
        return ", ".join(f"{key}={_plain(each)}" for key, each in value.items())
    if isinstance(value, list):
        return "; ".join(map(_plain, value))
    return "-" if value is None else str(value)


_SHOW: Final = Command(
    "MODEL [options]",
    "A model's prices by tier and condition, each with its source and the date it was seen there.",
    (
        "tokenplan prices gpt-5-mini",
        "tokenplan prices show deepseek-chat --history",
        "tokenplan prices deepseek-chat --plot history.svg",
        "tokenplan prices claude-sonnet-4-5 --provider aws --csv",
        "tokenplan prices refresh --help",
    ),
    _declare_prices,
    _prices,
    has_csv=True,
)

COMMANDS: Final[Mapping[str, Command]] = {
    "prices": _SHOW,
    "prices show": _SHOW,
    "prices conflicts": Command(
        "[options]",
        "Where the sources of the catalog disagreed by more than 1 %, what was chosen and why.",
        ("tokenplan prices conflicts", "tokenplan prices conflicts --csv > conflicts.csv"),
        _declare_conflicts,
        _conflicts,
        has_csv=True,
    ),
}
