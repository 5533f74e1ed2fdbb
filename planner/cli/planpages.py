"""The report of a plan as a page: figures, the tree of steps with their lines, the calls, what it all rests on."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from planner.cli.render import Column, Rows, Table, aligned, bullets, money, month_usd, percent, small_usd
from planner.cli.words import edition, moment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from planner.cli.render import Block, Cell
    from planner.plans.report import CallReport, Line, Report, Spread, StepReport

_UNITS: Final = {"million_tokens": "/M", "call": "/call", "request": "/request"}
_INDENT: Final = "  "


def report_page(report: Report) -> Iterator[Block]:
    """The page of a report, the most wanted first."""
    scenario = f"scenario {report.scenario}" if report.scenario else "as planned"
    yield f"{report.name}, {scenario}"
    if report.about:
        yield report.about
    yield _figures(report)
    yield _volume(report)
    yield _tree(report)
    yield _calls(report)
    yield from _limits(report)
    yield from _money(report)
    yield bullets("dates ahead", (f"{each.date}: {each.text} ({', '.join(each.steps)})" for each in report.events))
    yield bullets("stands on", (f"{each.path}: {each.text} [{each.basis}]" for each in report.assumptions))
    yield bullets("warnings", report.warnings)
    yield f"prices at {moment(report.as_of)}; {edition(report.catalog)}\nfigures are rounded here, exact as JSON"


def _figures(report: Report) -> Table:
    """Mean and percentiles, a row a figure."""
    rows = [
        _spread("a request", report.cost_per_request_usd, usd),
        *([_spread("a user a month", report.cost_per_user_usd, usd)] if report.cost_per_user_usd else []),
        _spread("a month", report.cost_per_month_usd, usd),
        *([_spread("first token", report.first_token_seconds, seconds)] if report.first_token_seconds else []),
        *([_spread("to the end", report.end_seconds, seconds)] if report.end_seconds else []),
    ]
    return Table([Column(""), *(Column(name, right=True) for name in ("mean", "p50", "p95", "p99"))], rows)


def _spread(name: str, spread: Spread, write: object) -> list[str]:
    assert callable(write)
    return [name, *(write(each) for each in (spread.mean, spread.p50, spread.p95, spread.p99))]


def _volume(report: Report) -> str:
    traffic = report.traffic
    each = traffic.requests_per_user_per_month
    why = report.cost_per_request_usd.why
    return aligned(
        [
            ("requests a month", number(traffic.requests_per_month)),
            ("users", "" if traffic.users is None else number(traffic.users)),
            ("requests a user", "" if each is None else number(each)),
            ("peak requests a second", f"{traffic.peak_requests_per_second:.3g}"),
            ("latency", report.why_no_latency or ""),
            ("percentiles", why or ""),
        ]
    )


_TREE: Final = (
    Column("step"),
    Column("share", right=True, drop=2),
    Column("quantity a call", right=True, drop=3),
    Column("unit price", right=True, drop=1),
    Column("USD a request", right=True),
    Column("USD a user", right=True, drop=4),
    Column("USD a month", right=True),
    Column("of cost", right=True, drop=5),
)


def _tree(report: Report) -> Table:
    """Steps, their ways, and the lines of each."""
    rows: list[list[str]] = []
    for step in report.steps:
        rows += _branch(step)
    user = report.planned_usd_per_user_per_month
    sums = (amount(report.cost_per_request_usd.mean), "" if user is None else amount(user))
    rows.append(["all, as planned", "", "", "", *sums, cents(report.planned_usd_per_month), ""])
    return Table(_TREE, rows)


def _branch(step: StepReport) -> Iterator[list[str]]:
    calls = "" if step.calls_per_request == 1 else f" x{step.calls_per_request:g}"
    yield [
        f"{step.name} ({step.kind.replace('_', ' ')}{', in the background' if step.background else ''})",
        share(step.share) + calls,
        "",
        "",
        amount(step.usd_per_request),
        amount(step.usd_per_user_per_month),
        cents(step.usd_per_month),
        percent(step.cost_share),
    ]
    for call in step.calls:
        model = call.model.id if call.model else ""
        name = f"{call.name}: {model}" if call.name and " -> " not in call.name else call.name or model
        yield [
            f"{_INDENT}{name}",
            "" if call.share == 1 else share(call.share),
            "",
            "",
            amount(call.usd_per_request),
            amount(call.usd_per_user_per_month),
            cents(call.usd_per_month),
            "",
        ]
        yield from map(_leaf, call.lines)
    if step.other_usd_per_request:
        yield [f"{_INDENT}beside tokens", "", "", "", amount(step.other_usd_per_request), "", "", ""]
    if step.fixed_usd_per_month:
        yield [f"{_INDENT}fixed", "", "", "", "", "", cents(step.fixed_usd_per_month), ""]


def _leaf(line: Line) -> list[str]:
    return [
        f"{_INDENT * 2}{line.bucket}",
        "",
        number(line.quantity),
        f"{money(line.usd_per_unit)} {_UNITS.get(line.unit, f'/{line.unit}')}",
        amount(line.usd_per_request),
        amount(line.usd_per_user_per_month),
        cents(line.usd_per_month),
        "",
    ]


_CALLS: Final = (
    Column("call"),
    Column("model"),
    Column("prompt", right=True),
    Column("low to high", right=True, drop=4),
    Column("prompt p95", right=True, drop=3),
    Column("counted", drop=5),
    Column("shared", right=True, drop=6),
    Column("hits", right=True, drop=2),
    Column("answer", right=True),
    Column("turns", right=True, drop=7),
    Column("head-room", right=True),
    Column("time p50", right=True, drop=1),
    Column("time p95", right=True, drop=1),
)


def _calls(report: Report) -> Table:
    """A row a call: its prompt, how it was counted, what the cache finds, the window, the step's seconds."""
    rows = [_call(step, call, first=not at) for step in report.steps for at, call in enumerate(step.calls)]
    rows += [
        [step.name, *[""] * 10, seconds(step.seconds.p50), seconds(step.seconds.p95)]
        for step in report.steps
        if not step.calls and step.seconds
    ]
    return Table(_CALLS, rows)


def _call(step: StepReport, call: CallReport, *, first: bool) -> list[str]:
    prompt, spread = call.prompt, step.seconds if first else None
    assert prompt is not None
    thought = f"+{number(call.reasoning_tokens)}" if call.reasoning_tokens else ""
    exact = prompt.low == prompt.high
    return [
        f"{step.name} {call.name}".strip() if " -> " not in call.name else call.name,
        call.model.id if call.model else "",
        number(prompt.tokens),
        "" if exact else f"{number(prompt.low)}–{number(prompt.high)}",  # noqa: RUF001 - as a range is written
        number(prompt.p95),
        prompt.method,
        number(prompt.shared_tokens),
        percent(call.cache_hit_rate),
        number(call.output_tokens) + thought,
        "" if call.turns == 1 else number(call.turns),
        percent(call.head_room_share),
        seconds(spread.p50) if spread else "",
        seconds(spread.p95) if spread else "",
    ]


def _limits(report: Report) -> Iterator[Block]:
    """The account's rate limits at the peak."""
    if not report.rates:
        return
    names = ("binds", "peak calls/s", "allowed", "head-room")
    yield Table(
        [Column("rate limit"), Column(names[0]), *(Column(name, right=True) for name in names[1:])],
        [
            [
                each.model,
                each.binds,
                number(each.peak_calls_per_second),
                number(each.calls_per_second_max),
                percent(each.head_room_share),
            ]
            for each in report.rates
        ],
    )


def _money(report: Report) -> Iterator[Block]:
    """Margin, segments and the months ahead."""
    revenue = report.revenue
    if revenue is not None:
        target, cap = revenue.target_price_usd_per_user_per_month, revenue.break_even_requests_per_user_per_month
        yield "of what a user pays a month\n" + aligned(
            [
                ("price", usd(revenue.price_usd_per_user_per_month)),
                ("cost", usd(revenue.cost_usd_per_user_per_month)),
                ("contribution", usd(revenue.contribution_usd_per_user_per_month)),
                ("gross margin", percent(revenue.gross_margin_share)),
                ("price for the target margin", "" if target is None else usd(target)),
                ("requests that eat the price", "" if cap is None else number(cap)),
            ]
        )
    if report.segments:
        names = ("segment", "of users", "requests", "USD a user", "left a user")
        yield Table(
            [Column(names[0]), *(Column(name, right=True) for name in names[1:])],
            [
                [
                    each.name,
                    percent(each.users_share),
                    number(each.requests_per_user_per_month),
                    amount(each.cost_usd_per_user_per_month),
                    amount(each.contribution_usd_per_user_per_month),
                ]
                for each in report.segments
            ],
        )
    if len(report.months) > 1:
        yield Table(
            [Column("month", right=True), Column("requests", right=True), Column("USD", right=True)],
            [[str(each.month), number(each.requests), cents(each.usd)] for each in report.months],
        )


def report_rows(report: Report) -> Rows:
    """A row for each line of each call, and for what a step costs beside them."""
    names = (
        "step", "kind", "call", "model", "provider", "share", "bucket", "quantity", "unit", "usd_per_unit",
        "usd_per_call", "usd_per_request", "usd_per_user_per_month", "usd_per_month", "source", "observed",
    )  # fmt: skip
    return Rows(names, [row for step in report.steps for row in _rows(step)])


def _rows(step: StepReport) -> Iterator[list[Cell]]:
    for call in step.calls:
        model, provider = (call.model.id, call.model.provider) if call.model else (None, None)
        for line in call.lines:
            yield [
                step.name, step.kind, call.name, model, provider, call.share, line.bucket, line.quantity, line.unit,
                line.usd_per_unit, line.usd_per_call, line.usd_per_request, line.usd_per_user_per_month,
                line.usd_per_month, line.source, line.observed,
            ]  # fmt: skip
    blank: list[Cell] = [step.name, step.kind, None, None, None, step.share]
    if step.other_usd_per_request:
        yield [*blank, "other", *[None] * 4, step.other_usd_per_request, None, step.other_usd_per_month, None, None]
    if step.fixed_usd_per_month:
        yield [*blank, "fixed", *[None] * 6, step.fixed_usd_per_month, None, None]


def share(value: float) -> str:
    """A share of traffic; a small one keeps its digits."""
    return f"{value * 100:.3g} %"


def usd(value: float | None) -> str:
    """A figure in USD, `-` for None."""
    return "-" if value is None else f"{amount(value)} USD"


def amount(value: float | None) -> str:
    """An amount rounded for reading: six decimals below a dollar, cents above."""
    if value is None:
        return "-"
    return (small_usd if abs(value) < 1 else month_usd)(Decimal(repr(value)))


def cents(value: float) -> str:
    """A month's amount."""
    return month_usd(Decimal(repr(value)))


def seconds(value: float | None) -> str:
    """A time, `-` for None."""
    return "-" if value is None else f"{value:.3g} s" if value < 100 else f"{value:,.0f} s"  # noqa: PLR2004 - of a table


def number(value: float) -> str:
    """A quantity: whole, grouped, or three digits where it is small."""
    return f"{value:,.0f}" if abs(value) >= 100 or value == round(value) else f"{value:.3g}"  # noqa: PLR2004


def figure(name: str, value: float | None) -> str:
    """A figure by what its name says it is."""
    if value is None:
        return "-"
    if "usd" in name:
        return amount(value)
    if "seconds" in name:
        return seconds(value)
    return share(value) if name.endswith("share") else number(value)
