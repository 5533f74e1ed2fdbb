"""The pages of `tokenplan actuals`: tables and notes, no arithmetic but shares of what stands beside them."""

from __future__ import annotations

from dataclasses import fields as fields_of
from typing import TYPE_CHECKING, Any, Final, get_args

from planner.actuals.report import Key
from planner.cli.render import Block, Column, Rows, Table, aligned, bullets, grouped, money, month_usd, percent
from planner.cli.words import edition

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from planner.actuals.compare import ActualsComparison, Parts
    from planner.actuals.fit import ActualsFit
    from planner.actuals.measured import Measured
    from planner.actuals.report import ActualsReport, ActualsReportQuestion, Group, UnpricedRows

_KEYS: Final = get_args(Key)
_EFFECTS: Final = ("volume", "mix", "tokens", "cache", "price")


def report_page(question: ActualsReportQuestion, answer: ActualsReport) -> Iterator[Block]:
    """Totals, the groups, what has no price."""
    said = "-" if answer.reported is None else f"{month_usd(answer.reported)} {answer.reported_currency}"
    yield aligned((
        ("log", ", ".join(answer.shapes)),
        ("requests", f"{answer.requests:,}" + ("" if answer.requests_known else " (the log does not count all)")),
        ("from", _day(answer.first)), ("to", _day(answer.last)),
        ("cost", f"{month_usd(answer.cost_usd)} USD"),
        ("the log says", said),
        ("failed", grouped(answer.failed_requests)), ("from the gateway's cache", grouped(answer.own_cache_requests)),
        ("no model calls", grouped(answer.other_rows)), ("without a price", grouped(answer.unpriced_rows)),
    ))  # fmt: skip
    reports = answer.reported is not None
    columns = [
        *(Column(key.replace("_", " ")) for key in question.by),
        Column("requests", right=True), Column("failed", right=True, drop=3), Column("prompt tokens", right=True),
        Column("cached", right=True, drop=2), Column("output tokens", right=True), Column("USD", right=True),
        Column("of cost", right=True, drop=1), *([Column("the log says", right=True)] if reports else []),
    ]  # fmt: skip
    yield Table(columns, [_group_cells(question, each, said=reports) for each in answer.groups])
    if answer.groups_left:
        yield f"the last row sums up {answer.groups_left:,} more groups"
    yield bullets("without a price", refused(answer.unpriced))
    yield bullets("warnings", answer.warnings)
    yield f"prices: {edition(answer.catalog)}"


def _group_cells(question: ActualsReportQuestion, each: Group, *, said: bool) -> list[str]:
    cached = each.cache_read_tokens / each.prompt_tokens if each.prompt_tokens else None
    return [
        *(getattr(each, key) or "-" for key in question.by),
        grouped(each.requests), grouped(each.failed_requests), grouped(each.prompt_tokens), percent(cached),
        grouped(each.output_tokens), month_usd(each.cost_usd), percent(each.cost_share),
        *([money(each.reported)] if said else []),
    ]  # fmt: skip


def group_rows(question: ActualsReportQuestion, answer: ActualsReport) -> Rows:
    """The groups for programs, with the keys that were asked for."""
    names = [each.name for each in fields_of(type(answer.groups[0]))] if answer.groups else []
    kept = [name for name in names if name not in _KEYS or name in question.by]
    return Rows(kept, [[getattr(each, name) for name in kept] for each in answer.groups])


def refused(unpriced: Iterable[UnpricedRows]) -> Iterator[str]:
    """Rows without a price, a sentence a reason."""
    for each in unpriced:
        model = f"{each.model}: " if each.model and each.model not in each.reason else ""
        yield f"{each.rows:,} rows, the first at {each.first}: {model}{each.reason}"


def _day(at: Any) -> str:
    return "-" if at is None else f"{at:%Y-%m-%d %H:%M}"


def fit_page(answer: ActualsFit, scenario: str, notes: Iterable[str]) -> Iterator[Block]:
    """Traffic, each feature's calls, and the values as a plan takes them."""
    from planner.actuals.writing import toml_scenario

    traffic = answer.traffic
    yield aligned((
        ("log", f"{', '.join(answer.shapes)}, {_day(answer.first)} to {_day(answer.last)}, {answer.days:.4g} days"),
        ("requests a month", f"{traffic.requests_per_month:,.0f}"), ("taken from", traffic.feature or "all calls"),
        ("users", grouped(traffic.users)), ("peak against the mean hour", _figure(traffic.peak_factor)),
        ("hours with requests a month", _figure(traffic.active_hours_per_month)),
    ))  # fmt: skip
    columns = (
        Column("feature"), Column("model"), Column("requests", right=True), Column("prompt p50/p95", right=True),
        Column("output p50/p95", right=True), Column("reasoning p50/p95", right=True, drop=2),
        Column("hits", right=True), Column("cached", right=True, drop=3), Column("failed", right=True, drop=1),
        Column("retried", right=True, drop=1), Column("seconds p50/p95", right=True),
        Column("first token p50/p95", right=True),
    )  # fmt: skip
    cells = [
        (each.feature or "-", each.model or "-", grouped(each.requests), _spread(each.prompt_tokens),
         _spread(each.output_tokens), _spread(each.reasoning_tokens), percent(each.cache_hit_rate),
         percent(each.cached_prompt_share), percent(each.failure_rate), percent(each.retry_rate),
         _spread(each.seconds), _spread(each.first_token_seconds))
        for each in answer.calls
    ]  # fmt: skip
    yield Table(columns, cells)
    yield "as a scenario of the plan:\n" + toml_scenario(scenario, answer.values, answer.about)
    yield bullets("warnings", answer.warnings)
    yield "\n".join(notes)


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:,.4g}"


def _spread(measured: Measured | None) -> str:
    return "-" if measured is None else f"{measured.p50:,.5g}/{measured.p95:,.5g}"


def compare_page(answer: ActualsComparison) -> Iterator[Block]:
    """Each model's difference by cause, and how far the figures drifted."""
    yield f"{answer.plan}: model calls of a month, from {answer.days:.4g} days to {_day(answer.last)}"
    columns = (
        Column("step", drop=1), Column("model"), Column("calls planned", right=True, drop=2),
        Column("calls", right=True, drop=2), Column("planned USD", right=True), Column("actual USD", right=True),
        *(Column(name, right=True) for name in _EFFECTS), Column("difference", right=True),
    )  # fmt: skip
    cells = [
        [each.step or "-", each.model, f"{each.planned_calls:,.0f}", f"{each.actual_calls:,.0f}", *_parts(each.parts)]
        for each in answer.models
    ]
    cells.append(["", "all", *(f"{sum(column):,.0f}" for column in _calls(answer)), *_parts(answer.month)])
    yield Table(columns, cells)
    bound = any(each.within is not None for each in answer.drifts)
    drifts = [
        [each.figure.replace("_", " ").removesuffix(" usd"), f"{each.planned:,.6g}", f"{each.actual:,.6g}",
         "-" if each.drift_share is None else f"{each.drift_share:+.1%}",
         *([{None: "", True: "within", False: "TOO FAR"}[each.within]] if bound else [])]
        for each in answer.drifts
    ]  # fmt: skip
    heads = [Column("figure"), *(Column(name, right=True) for name in ("planned", "actual", "drift"))]
    yield Table([*heads, *([Column("bound")] if bound else [])], drifts)
    yield bullets("without a price", refused(answer.unpriced))
    yield bullets("warnings", answer.warnings)
    yield f"prices: {edition(answer.catalog)}"


def _calls(answer: ActualsComparison) -> tuple[list[float], list[float]]:
    return [each.planned_calls for each in answer.models], [each.actual_calls for each in answer.models]


def _parts(parts: Parts) -> list[str]:
    effects = (getattr(parts, f"{name}_usd") for name in _EFFECTS)
    return [
        f"{parts.planned_usd:,.2f}", f"{parts.actual_usd:,.2f}", *(f"{each:+,.2f}" for each in effects),
        f"{parts.difference_usd:+,.2f}",
    ]  # fmt: skip
