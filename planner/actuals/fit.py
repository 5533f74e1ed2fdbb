"""Plan inputs from a log: lengths, hit rates, failures, retries, latencies and arrivals, with their days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Final

from planner.actuals.measured import Measured, TrafficFit
from planner.actuals.question import LogQuestion
from planner.checks import STRICT, Checks
from planner.plans.plan import Plan
from planner.when import when
from pricing.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterator

    from planner.actuals.passing import Seen
    from planner.actuals.reading import Log
    from pricing.catalog import Catalog

_FEW: Final = 100
_BY: Final = ("feature", "model", "provider")


@dataclass(frozen=True, slots=True, kw_only=True)
class ActualsFitQuestion(LogQuestion):
    """Which plan inputs does a log give?"""

    __pydantic_config__: ClassVar = STRICT

    days: float | None = None
    """Days that the log covers; from its first to its last request unless given."""
    sample_share: float = 1.0
    """Share of all requests that the log holds, where it is a sample: 0.01 is one in a hundred."""
    plan: Plan | None = None
    """A plan whose steps and routes the values are for; without it a feature is taken for a step."""


@dataclass(frozen=True, slots=True)
class CallFit:
    """One feature's calls of one model; rates are None where the log does not say, lengths where rows sum requests.

    `cache_hit_rate` is the share of requests that read from a cache, `cached_prompt_share` the share of prompt tokens.
    """

    feature: str | None
    model: str | None
    provider: str | None
    requests: int
    share_of_feature: float
    prompt_tokens: Measured | None
    output_tokens: Measured | None
    reasoning_tokens: Measured | None
    cache_hit_rate: float | None
    cached_prompt_share: float | None
    failure_rate: float | None
    retry_rate: float | None
    seconds: Measured | None
    first_token_seconds: Measured | None
    seconds_per_output_token: Measured | None


@dataclass(frozen=True, slots=True)
class ActualsFit:
    """What a log says of a plan's inputs.

    `values` are those inputs by key path, a feature as a step's name, for a plan's scenario: a number, or
    {"p50": ..., "p95": ...}. `about` says the log and its days.
    """

    shapes: tuple[str, ...]
    first: datetime | None
    last: datetime | None
    days: float
    requests: int
    unpriced_rows: int
    traffic: TrafficFit
    calls: tuple[CallFit, ...]
    values: Mapping[str, Any]
    about: str
    warnings: tuple[str, ...]


def actuals_fit(question: ActualsFitQuestion, catalog: Catalog, now: datetime, log: Log | None = None) -> ActualsFit:
    """Plan inputs from the requests that a log holds, in one pass.

    Percentiles are the inverse of the empirical distribution function; a month is 365.25 / 12 days.

    Raises:
        InvalidInput: as `actuals_report`; a log without times, whose days are not given.
    """
    from planner.actuals.fitted import Hits, Measures, arrivals, named_hours, span_days  # noqa: PLC0415 - Polars
    from planner.actuals.inputs import plan_inputs  # noqa: PLC0415 - as above
    from planner.actuals.passing import passed  # noqa: PLC0415 - as above
    from planner.actuals.tallies import Sums  # noqa: PLC0415 - as above

    Checks().positive(days=question.days, sample_share=question.sample_share).share(
        sample_share=question.sample_share
    ).done()
    as_of = when(question.as_of, now).at if question.as_of is not None else None
    calls, measures, hits = Sums(_BY), Measures(_BY), Hits(_BY)
    hours, users = Sums(("hour", "feature")), Sums(("user", "feature"))
    seen = passed(question, log, catalog, as_of, (calls, measures, hits, hours, users))
    groups = calls.rows()
    busiest = _busiest(groups)
    own = [row for row in hours.rows() if row["feature"] == busiest]
    days = question.days or span_days(seen, named_hours(own))
    if not days:
        raise InvalidInput("the log has no times; say how many days it covers", loc=("days",))
    known = {row["user"] for row in users.rows() if row["feature"] == busiest and row["user"] is not None}
    traffic = arrivals(busiest, own, days, len(known) or None, question.sample_share)
    spreads, rates = measures.spreads(), hits.rates()
    fits = tuple(_fit(row, groups, spreads.get(_key(row), {}), rates.get(_key(row))) for row in groups)
    ordered = tuple(sorted(fits, key=lambda each: (-each.requests, str(each.feature), str(each.model))))
    values, said = plan_inputs(traffic, ordered, question.plan, catalog)
    return ActualsFit(
        seen.shapes, seen.first, seen.last, days, sum(row["requests"] for row in groups),
        sum(row["unpriced"] for row in groups), traffic, ordered, values, _about(seen, ordered),
        (*seen.warnings, *_warnings(seen, days, ordered), *said),
    )  # fmt: skip


def _key(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in _BY)


def _busiest(groups: list[dict[str, Any]]) -> str | None:
    totals: dict[str | None, int] = {}
    for row in groups:
        totals[row["feature"]] = totals.get(row["feature"], 0) + row["requests"]
    return max(totals, key=lambda each: (totals[each], str(each)), default=None)


def _fit(
    row: Mapping[str, Any], groups: list[dict[str, Any]], measured: Mapping[str, Measured], hit: float | None
) -> CallFit:
    requests = row["requests"]
    alike = sum(each["requests"] for each in groups if each["feature"] == row["feature"])
    single = bool(measured)
    return CallFit(
        row["feature"], row["model"], row["provider"], requests, requests / alike if alike else 0.0,
        measured.get("prompt_tokens"), measured.get("output_tokens"), measured.get("reasoning_tokens"),
        hit if single else None, row["cache_read_tokens"] / row["prompt_tokens"] if row["prompt_tokens"] else None,
        row["failed"] / requests if single and requests else None,
        row["retries"] / requests if single and requests else None,
        measured.get("seconds"), measured.get("first_token_seconds"), measured.get("seconds_per_output_token"),
    )  # fmt: skip


def _about(seen: Seen, calls: tuple[CallFit, ...]) -> str:
    from planner.actuals.fitted import instant  # noqa: PLC0415 - Polars

    count = sum(each.requests for each in calls)
    return f"Fitted from {count:,} calls of {instant(seen.first)} to {instant(seen.last)} ({', '.join(seen.shapes)})."


def _warnings(seen: Seen, days: float, calls: tuple[CallFit, ...]) -> Iterator[str]:
    if seen.summed:
        yield "rows sum many requests: lengths, latencies, failures and hits of single ones are not in such a log"
    if days < 7:  # noqa: PLR2004 - a week has its own shape
        yield f"the log covers {days:.3g} days; a month made of less than a week leaves out what weekends do"
    for each in calls:
        if each.output_tokens is not None and each.output_tokens.count < _FEW:
            who = f"{each.feature or 'calls'} on {each.model}"
            yield f"{who}: p95 of {each.output_tokens.count} requests rests on the few longest"
