"""`tokenplan actuals report`, `fit` and `compare`: usage logs from files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar, get_args

from planner.actuals.compare import ActualsCompareQuestion
from planner.actuals.fit import ActualsFitQuestion
from planner.actuals.question import LogQuestion
from planner.actuals.report import ActualsReportQuestion, Key
from planner.cli import actualspages, fields
from planner.cli.options import Command
from planner.cli.pages import rows
from planner.cli.render import Output
from planner.examples import examples
from planner.planner import Planner
from pricing.errors import InvalidInput, one_of

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Mapping

    from planner.actuals.reading import Log
    from planner.cli.options import Parser
    from planner.plans.files import PlanFile

Question = TypeVar("Question", bound=LogQuestion)
BREACHED: Final = 1
UNPRICED: Final = 2
_KEYS: Final = get_args(Key)


def _declare(parser: Parser, kind: type, *, logs: str = "LOG") -> None:
    group = parser.add_argument_group("the log")
    group.add_argument("logs", nargs="*", metavar=logs, help="CSV, JSONL, JSON or Parquet; several are one log")
    group.add_argument(
        "--map", dest="maps", metavar="ROLE=COLUMN,...",
        help="columns of other names: user=metadata/customer,input_tokens=uncached",
    )  # fmt: skip
    group.add_argument("--format", metavar="csv|jsonl|json|parquet", help="the files' kind [by ending or content]")
    group.add_argument("--plot", metavar="FILE", help="draw it to a .svg, .png or .pdf file")
    fields.add(parser, kind, without=("rows", "map", "by", "plan", "drift_of"))


def _declare_report(parser: Parser) -> None:
    _declare(parser, ActualsReportQuestion)
    parser.add_argument("--by", metavar="KEY,...", help=f"groups: {', '.join(_KEYS)} [model]")
    parser.add_argument("--allow-errors", action="store_true", help="exit 0 even when rows could not be priced")


def _declare_fit(parser: Parser) -> None:
    _declare(parser, ActualsFitQuestion)
    parser.add_argument("--plan", metavar="PLAN", help="a plan file whose steps and routes the values are for")
    parser.add_argument("--write", metavar="PLAN", help="the same, and write the values into it, as a scenario")
    parser.add_argument("--scenario", metavar="NAME", default="measured", help="the scenario's name [measured]")


def _declare_compare(parser: Parser) -> None:
    _declare(parser, ActualsCompareQuestion, logs="PLAN LOG")
    about = "what --max-drift bounds [cost_per_month_usd,cost_per_call_usd]"
    parser.add_argument("--drift-of", dest="drifts", metavar="FIGURE,...", help=about)


def _asked(kind: type[Question], options: Namespace, logs: list[str], **values: Any) -> tuple[Question, Log | None]:
    """The question, and the files as a log."""
    from planner.questions import of_values

    given = {**fields.given(options), **{name: value for name, value in values.items() if value is not None}}
    if options.maps is not None:
        given["map"] = {**given.get("map", {}), **_mapped(options.maps)}
    question = of_values(kind, given)
    if not logs:
        if question.rows:
            return question, None
        raise InvalidInput("name a LOG, or give rows in --question", loc=("rows",))
    from planner.actuals.reading import Log

    return question, Log(files=tuple(logs), kind=options.format)


def _mapped(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in text.split(","):
        role, sign, column = (part.strip() for part in pair.partition("="))
        if not sign or not role or not column:
            raise InvalidInput(f"{pair!r} must be ROLE=COLUMN such as user=customer_id", loc=("map",), value=pair)
        found[role] = column
    return found


def _listed(text: str | None) -> list[str] | None:
    return None if text is None else [part.strip() for part in text.split(",")]


def _report(planner: Planner, options: Namespace) -> Output:
    by = _listed(options.by)
    for key in by or ():
        if key not in _KEYS:
            raise InvalidInput(f"by is {key!r}; {one_of(key, _KEYS)}", loc=("by",), value=key)
    question, log = _asked(ActualsReportQuestion, options, options.logs, by=by)
    answer = planner.actuals_report(question, log)
    if options.plot is not None:
        from planner.cli.plots import picture
        from planner.cli.plots.actuals import groups

        picture(options.plot, lambda axes: groups(axes, question, answer))
    failed = answer.unpriced_rows and not options.allow_errors
    return Output(
        answer,
        lambda: actualspages.report_page(question, answer),
        lambda: actualspages.group_rows(question, answer),
        code=UNPRICED if failed else 0,
        asides=(*answer.warnings, *actualspages.refused(answer.unpriced)),
        error=f"{answer.unpriced_rows:,} of {answer.rows:,} rows have no price" if failed else None,
    )


def _fit(planner: Planner, options: Namespace) -> Output:
    file = _plan(options.write or options.plan)
    question, log = _asked(ActualsFitQuestion, options, options.logs, plan=None if file is None else _inline(file))
    answer = planner.actuals_fit(question, log)
    notes = []
    if options.write is not None:
        from planner.actuals.writing import write_scenario

        write_scenario(options.write, options.scenario, answer.values, answer.about)
        notes.append(f"written to {options.write}: scenario {options.scenario}, {len(answer.values)} values")
    if options.plot is not None:
        from planner.cli.plots import picture
        from planner.cli.plots.actuals import lengths

        picture(options.plot, lambda axes: lengths(axes, answer))
    return Output(
        answer, lambda: actualspages.fit_page(answer, options.scenario, notes), lambda: rows(answer), notes=notes
    )


def _compare(planner: Planner, options: Namespace) -> Output:
    plan, logs = (options.logs[:1], options.logs[1:]) if options.question is None or options.logs else ([], [])
    file = _plan(plan[0]) if plan else None
    if file is not None:
        planner = Planner(file.over(planner.catalog), planner.counter, planner.clock)
    values = {"plan": None if file is None else _inline(file), "drift_of": _listed(options.drifts)}
    question, log = _asked(ActualsCompareQuestion, options, logs, **values)
    answer = planner.actuals_compare(question, log)
    if options.plot is not None:
        from planner.cli.plots import picture
        from planner.cli.plots.actuals import waterfall

        picture(options.plot, lambda axes: waterfall(axes, answer))
    return Output(
        answer,
        lambda: actualspages.compare_page(answer),
        lambda: rows(answer),
        code=0 if answer.passed else BREACHED,
        error=None if answer.passed else "; ".join(answer.why_not),
    )


def _plan(path: str | None) -> PlanFile | None:
    if path is None:
        return None
    from planner.plans.files import read_plan

    return read_plan(path)


def _inline(file: PlanFile) -> Any:
    """The plan with its prompts inline, as a question holds it; its own prices lie over the catalog already."""
    from dataclasses import replace

    from planner.wire import to_json

    return to_json(replace(file.plan, prices=None))


_PATHS: Final = {"report": _report, "fit": _fit, "compare": _compare}
_USAGES: Final = {
    "report": ("LOG... [--by model,day] [options]", Planner.actuals_report, _declare_report),
    "fit": ("LOG... [--write PLAN] [options]", Planner.actuals_fit, _declare_fit),
    "compare": ("PLAN LOG... [--max-drift 0.2] [options]", Planner.actuals_compare, _declare_compare),
}
COMMANDS: Final[Mapping[str, Command]] = {
    f"actuals {name}": Command(
        usage, method.__doc__ or "", examples(f"/v1/actuals/{name}").typed, declare, _PATHS[name], has_csv=True
    )
    for name, (usage, method, declare) in _USAGES.items()
}
