"""`tokenplan diff`: what a change of a plan, its prompts, models or prices does to each figure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from planner.cli import plans
from planner.cli.options import Command
from planner.cli.planpages import figure
from planner.cli.render import Column, Output, Rows, Table, bullets, markdown, money
from planner.cli.words import edition, moment
from planner.planner import Planner
from pricing.errors import InvalidInput, TokenplanError

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator, Mapping

    from planner.cli.options import Parser
    from planner.cli.render import Block
    from planner.plans.difference import Change, Difference, InputChange, StepChange

_FORMATS: Final = ("table", "json", "markdown", "csv")
MARKER: Final = "<!-- tokenplan diff: {} -->"
"""First line of the Markdown, by which a later run finds the comment that it replaces."""
_FEW: Final = 12
_CHANGED: Final = 1e-9


def _declare(parser: Parser) -> None:
    plans.declare(parser, _FORMATS, "PLAN")
    parser.add_argument(
        "--against", metavar="REF|FILE", help="a git revision such as origin/main, another plan, or a saved report.json"
    )


def _diff(planner: Planner, options: Namespace) -> Output:
    if options.question is not None:
        from planner.plans.difference import DiffQuestion

        path, found = options.question, planner.diff(plans.asked(DiffQuestion, options))
    else:
        path, found = _compared(planner, options)
    if options.format == "json":
        options.json = True
    if options.format == "markdown":
        return Output(found, lambda: (f"{MARKER.format(path)}\n\n{markdown(_headed(path, found))}",))
    if options.format == "csv":
        from planner.cli.render import csv_text

        return Output(found, lambda: (csv_text(_rows(found)),))
    return Output(found, lambda: page(found), lambda: _rows(found))


def _compared(planner: Planner, options: Namespace) -> tuple[str, Difference]:
    from planner.plans.against import against
    from planner.plans.difference import compared, difference
    from planner.plans.evaluate import Evaluator
    from planner.plans.files import PlanFile, read_plan
    from planner.plans.report import Report

    path, scenario = plans.one(options)
    if options.against is None:
        said = "give --against: a git revision such as origin/main, another plan, or a saved report.json"
        raise InvalidInput(said, loc=("against",))
    values, outside = plans.values(options), options.allow_outside
    new = read_plan(path, scenario=scenario, values=values, outside=outside)
    counter, now = planner.counter(), planner.clock()

    def evaluator(file: PlanFile) -> Evaluator:
        return Evaluator(file.over(planner.catalog), counter, now)

    with against(options.against, path, scenario=scenario, values=values, outside=outside) as old:
        try:
            if isinstance(old, Report):
                return path, compared(old, evaluator(new)(new.plan, scenario=scenario))
            return path, difference(old.plan, new.plan, evaluator(old), evaluator(new))
        except TokenplanError as error:
            raise new.located(error) from None


def page(found: Difference) -> Iterator[Block]:
    """Figures that moved, the steps, what changed in the plan and what each cause does."""
    yield f"{found.before.name} -> {found.after.name}" if found.before.name != found.after.name else found.after.name
    moved = [each for each in found.figures if _moved(each)]
    yield Table(_HEAD, [_figure(each) for each in moved]) if moved else "no figure moves"
    steps = [each for each in found.steps if each.sign != "="]
    if steps:
        yield Table(_STEPS, [_step(each) for each in steps])
    yield bullets("changed in the plan", map(_input, found.inputs))
    yield bullets(
        "prices",
        (
            f"~ {each.call} {each.bucket}: {money(each.before_usd)} -> {money(each.after_usd)} USD"
            for each in found.prices
        ),
    )
    effects = [(each, {one.name: one for one in each.changes}) for each in found.effects]
    if effects:
        yield Table(
            _EFFECTS,
            [
                [each.cause, *(_signed(name, changes.get(name)) for name in _FOLLOWED), _paths(each.paths)]
                for each, changes in effects
            ],
        )
    yield _instants(found)


_HEAD: Final = (
    Column("figure"),
    Column("before", right=True),
    Column("after", right=True),
    Column("change", right=True),
    Column("%", right=True),
)
_STEPS: Final = (
    Column(""),
    Column("step"),
    Column("models"),
    Column("prompt tokens", right=True, drop=2),
    Column("USD a request", right=True),
    Column("USD a month", right=True, drop=1),
)
_FOLLOWED: Final = ("cost_per_request_usd", "cost_per_month_usd", "end_seconds p95")
_EFFECTS: Final = (
    Column("cause"),
    Column("USD a request", right=True),
    Column("USD a month", right=True),
    Column("p95 to the end", right=True, drop=2),
    Column("by", drop=1),
)


def _headed(path: str, found: Difference) -> Iterator[Block]:
    moved = next((each for each in found.figures if each.name == "cost_per_month_usd"), None)
    told = "" if moved is None or moved.change is None else f": {_signed(moved.name, moved)} USD a month"
    yield f"### `{path}`{told}"
    blocks = page(found)
    next(blocks)
    yield from blocks


def _moved(each: Change) -> bool:
    if each.before is None or each.after is None:
        return True
    return abs(each.after - each.before) > _CHANGED * max(abs(each.before), abs(each.after))


def _figure(each: Change) -> list[str]:
    percent = "-" if each.change_share is None else f"{each.change_share:+.1%}".replace("%", " %")
    return [
        each.name.replace("_", " ").replace(" usd", " USD"),
        figure(each.name, each.before),
        figure(each.name, each.after),
        _signed(each.name, each),
        percent,
    ]


def _signed(name: str, each: Change | None) -> str:
    if each is None or each.change is None:
        return "-"
    sign = "+" if each.change > 0 else "-" if each.change < 0 else ""
    return f"{sign}{figure(name, abs(each.change))}"


def _step(each: StepChange) -> list[str]:
    before, after = ", ".join(each.models_before), ", ".join(each.models_after)
    models = after if before == after or each.sign != "~" else f"{before} -> {after}"
    return [
        each.sign,
        each.name,
        models or before,
        *(_arrow(one) for one in (each.prompt_tokens, each.cost_per_request_usd, each.cost_per_month_usd)),
    ]


def _arrow(each: Change) -> str:
    if not _moved(each) or each.before is None or each.after is None:
        return figure(each.name, each.after if each.after is not None else each.before)
    return f"{figure(each.name, each.before)} -> {figure(each.name, each.after)}"


def _input(each: InputChange) -> str:
    told = {"+": each.after, "-": each.before, "~": f"{each.before} -> {each.after}"}[each.sign]
    return f"{each.sign} {each.path}: {told}"


def _paths(paths: tuple[str, ...]) -> str:
    more = f" and {len(paths) - _FEW} more" if len(paths) > _FEW else ""
    return ", ".join(paths[:_FEW]) + more


def _instants(found: Difference) -> str:
    sides = {f"prices at {moment(each.as_of)}; {edition(each.catalog)}": None for each in (found.before, found.after)}
    return "\n".join((*sides, "figures are rounded here, exact as JSON"))


def _rows(found: Difference) -> Rows:
    head = ("figure", "before", "after", "change", "change_share")
    return Rows(head, [(each.name, each.before, each.after, each.change, each.change_share) for each in found.figures])


_DIFF: Final = Command(
    "PLAN --against REF|FILE [options]",
    f"{Planner.diff.__doc__ or ''} Causes are taken over one upon another, so that their effects add up.",
    (
        "tokenplan diff examples/plans/support/plan.toml --against origin/main --format markdown",
        "tokenplan diff examples/plans/support/plan.toml --against report.json",
        "tokenplan diff new/plan.toml --against old/plan.toml --csv",
    ),
    _declare,
    _diff,
    has_csv=True,
)
COMMANDS: Final[Mapping[str, Command]] = {"diff": _DIFF, "plans diff": _DIFF}
