"""`tokenplan breakpoints` and `tokenplan sweep`: where a plan breaks first, and its figures over an input's values."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from planner.cli import plans
from planner.cli.options import Command
from planner.cli.planpages import figure
from planner.cli.render import Column, Output, Rows, Table, bullets, markdown
from planner.cli.words import edition, moment
from planner.planner import Planner
from pricing.errors import InvalidInput, TokenplanError

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator, Mapping

    from planner.cli.options import Parser
    from planner.cli.render import Block, Cell
    from planner.plans.breakpoints import Breakpoint, BreakpointsAnswer
    from planner.plans.check import Verdict
    from planner.plans.files import PlanFile
    from planner.plans.sweep import Axis, SweepAnswer, SweepPoint

_FORMATS: Final = ("table", "json", "markdown", "csv")
SHOWN: Final = 20
FIGURES: Final = (
    "cost_per_request_usd",
    "cost_per_month_usd",
    "end_seconds p95",
    "least_head_room_share",
    "gross_margin_share",
)
"""What a sweep's table shows; JSON and CSV hold every figure."""


def _declare_breaks(parser: Parser) -> None:
    plans.declare(parser, _FORMATS, "PLAN")
    parser.add_argument("--within", type=float, metavar="SHARE", help="how far an input is moved: 0.5 is by half [10]")
    parser.add_argument("--all", action="store_true", help=f"every break-point, not the nearest {SHOWN}")
    parser.add_argument("--plot", metavar="FILE", help="draw the nearest to a .svg, .png or .pdf file")


def _breaks(planner: Planner, options: Namespace) -> Output:
    from planner.plans.breakpoints import BreakpointsQuestion

    if options.question is not None:
        answer = planner.breakpoints(plans.asked(BreakpointsQuestion, options))
    else:
        file, scenario = _file(options)
        further = {} if options.within is None else {"within": options.within}
        answer = _answered(planner, file, "breakpoints", BreakpointsQuestion(plan=file.plan, **further), scenario)
    if options.plot is not None:
        from planner.cli.plots import picture
        from planner.cli.plots.plans import breakpoints

        picture(options.plot, lambda axes: breakpoints(axes, answer))
    return _shown(options, answer, _breaks_page(answer, None if options.all else SHOWN), lambda: _breaks_rows(answer))


def _breaks_page(answer: BreakpointsAnswer, most: int | None) -> Iterator[Block]:
    yield f"{answer.name}, {f'scenario {answer.scenario}' if answer.scenario else 'as planned'}"
    failing = [each for each in answer.verdicts if each.status != "passed"]
    yield bullets("fails already", map(_failing, failing))
    moving = [each for each in answer.breakpoints if each.change_share is not None]
    shown = moving if most is None else moving[:most]
    yield Table(_BREAKS, [_break(each) for each in shown]) if shown else "no input breaks a policy within reach"
    new = [each for each in answer.breakpoints if each.change_share is None]
    if new and most is None:
        yield Table(_BREAKS, [_break(each) for each in new])
    left = len(answer.breakpoints) - len(shown)
    yield f"{left} further break-points, {len(new)} of them of inputs that are 0: --all" if most and left else ""
    yield bullets("dates ahead", (f"{each.date}: {each.text} ({', '.join(each.steps)})" for each in answer.events))
    yield bullets("warnings", answer.warnings)
    yield f"prices at {moment(answer.as_of)}; {edition(answer.catalog)}"


def _failing(each: Verdict) -> str:
    if each.value is None:
        return f"{each.policy}: {each.reason}"
    bound = (
        f"at most {_figured(each.at_most)}" if each.at_most is not None else f"at least {_figured(each.at_least or 0)}"
    )
    return f"{each.policy}: {each.figure} is {_figured(each.value)}, {bound} passes"


_BREAKS: Final = (
    Column("input"),
    Column("is", right=True),
    Column("", drop=1),
    Column("at", right=True),
    Column("away", right=True),
    Column("policy"),
)


def _break(each: Breakpoint) -> list[str]:
    away = "-" if each.change_share is None else f"{each.change_share:+.1%}".replace("%", " %")
    return [each.path, _figured(each.value), each.tips, _figured(each.at), away, each.policy]


def _figured(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"  # noqa: PLR2004 - digits that a reader wants


def _breaks_rows(answer: BreakpointsAnswer) -> Rows:
    head = ("path", "policy", "tips", "value", "at", "change_share")
    return Rows(head, [tuple(getattr(each, name) for name in head) for each in answer.breakpoints])


def _declare_sweep(parser: Parser) -> None:
    plans.declare(parser, _FORMATS, "PLAN")
    parser.add_argument("--points", type=int, metavar="N", help="points of a range [9]")
    parser.add_argument("--plot", metavar="FILE", help="draw the month's cost to a .svg, .png or .pdf file")


def _sweep(planner: Planner, options: Namespace) -> Output:
    from planner.plans.sweep import SweepQuestion

    if options.question is not None:
        answer = planner.sweep(plans.asked(SweepQuestion, options))
    else:
        axes, fixed = _axes(options)
        options.values = fixed
        file, scenario = _file(options)
        answer = _answered(planner, file, "sweep", SweepQuestion(plan=file.plan, axes=axes), scenario)
    if options.plot is not None:
        from planner.cli.plots import picture
        from planner.cli.plots.plans import sweep

        picture(options.plot, lambda axes: sweep(axes, answer))
    return _shown(options, answer, _sweep_page(answer), lambda: _sweep_rows(answer))


def _axes(options: Namespace) -> tuple[tuple[Axis, ...], list[str]]:
    """`PATH=LOW..HIGH` and `PATH=A,B,C` of `--set` as axes; what is one value is set, not swept."""
    axes, fixed = [], []
    for pair in options.values or ():
        path, sign, text = pair.partition("=")
        axis = _axis(path, text, options.points) if sign else None
        if axis is None:
            fixed.append(pair)
        else:
            axes.append(axis)
    if not axes:
        raise InvalidInput("give --set PATH=LOW..HIGH or --set PATH=A,B,C, once or twice", loc=("values",))
    return tuple(axes), fixed


def _axis(path: str, text: str, points: int | None) -> Axis | None:
    from planner.plans.sweep import POINTS, Axis

    low, dots, high = text.partition("..")
    if dots:
        try:
            return Axis(path=path, low=float(low), high=float(high), points=POINTS if points is None else points)
        except ValueError:
            said = f"{path}={text}: LOW..HIGH must be numbers, such as {path}=100..900"
            raise InvalidInput(said, loc=("values",), value=text) from None
    if "," not in text or text.startswith(("[", "{", '"')):
        return None
    return Axis(path=path, values=tuple(_value(each.strip()) for each in text.split(",")))


def _value(text: str) -> float | str | bool:
    try:
        found = json.loads(text)
    except ValueError:
        return text
    return found if isinstance(found, (int, float, bool)) else text


def _sweep_page(answer: SweepAnswer) -> Iterator[Block]:
    named = [name for name in FIGURES if any(name in each.figures for each in answer.points)]
    columns = [Column(path, right=True) for path in answer.paths]
    columns += [Column(name.replace("_", " ").replace(" usd", " USD"), right=True) for name in named]
    yield Table(columns, [_point(each, named) for each in answer.points])
    wrong = (f"{', '.join(map(str, each.values))}: {each.error}" for each in answer.points if each.error)
    yield bullets("no plan with", wrong)


def _point(each: SweepPoint, named: list[str]) -> list[str]:
    values = [str(value) if isinstance(value, (str, bool)) else _figured(value) for value in each.values]
    return [*values, *(figure(name, each.figures.get(name)) for name in named)]


def _sweep_rows(answer: SweepAnswer) -> Rows:
    named = list(dict.fromkeys(name for each in answer.points for name in each.figures))
    cells: list[list[Cell]] = [
        [*each.values, *(each.figures.get(name) for name in named), each.error] for each in answer.points
    ]
    return Rows([*answer.paths, *named, "error"], cells)


def _file(options: Namespace) -> tuple[PlanFile, str | None]:
    """The plan of the command, its scenario and values in it."""
    from planner.plans.files import read_plan

    path, scenario = plans.one(options)
    file = read_plan(path, scenario=scenario, values=plans.values(options), outside=options.allow_outside)
    return file, scenario


def _answered(planner: Planner, file: PlanFile, verb: str, question: Any, scenario: str | None) -> Any:
    """A verb's answer over the plan's own prices; its errors name file and line."""
    from dataclasses import replace

    own = Planner(file.over(planner.catalog), planner.counter, planner.clock)
    try:
        answer = getattr(own, verb)(question)
    except TokenplanError as error:
        raise file.located(error) from None
    return replace(answer, scenario=scenario) if hasattr(answer, "scenario") else answer


def _shown(options: Namespace, answer: object, page: Iterator[Block], rows: Any) -> Output:
    if options.format == "json":
        options.json = True
    if options.format == "markdown":
        return Output(answer, lambda: (markdown(page),))
    if options.format == "csv":
        from planner.cli.render import csv_text

        return Output(answer, lambda: (csv_text(rows()),))
    return Output(answer, lambda: page, rows)


_BREAKPOINTS: Final = Command(
    "PLAN [options]",
    Planner.breakpoints.__doc__ or "",
    (
        "tokenplan breakpoints examples/plans/support/plan.toml",
        "tokenplan breakpoints examples/plans/support/plan.toml --within 1 --plot breaks.svg",
    ),
    _declare_breaks,
    _breaks,
    has_csv=True,
)
_SWEEP: Final = Command(
    "PLAN --set PATH=LOW..HIGH [--set PATH=A,B,C] [options]",
    Planner.sweep.__doc__ or "",
    (
        "tokenplan sweep examples/plans/support/plan.toml --set traffic.users=1000..9000",
        "tokenplan sweep examples/plans/support/plan.toml --set traffic.users=1000..9000 --set draws=2000,4000 --csv",
    ),
    _declare_sweep,
    _sweep,
    has_csv=True,
)
COMMANDS: Final[Mapping[str, Command]] = {
    "breakpoints": _BREAKPOINTS,
    "plans breakpoints": _BREAKPOINTS,
    "sweep": _SWEEP,
    "plans sweep": _SWEEP,
}
