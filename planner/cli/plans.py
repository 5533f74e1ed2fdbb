"""`tokenplan report` and `tokenplan check`: plan files, their reports and their policies."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from planner.cli.options import Command
from planner.cli.render import Output
from planner.planner import Planner
from pricing.errors import InvalidInput, TokenplanError, one_of

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator, Mapping

    from planner.cli.options import Parser
    from planner.plans.check import CheckAnswer

BREACHED: Final = 1
WRONG: Final = 2
_REPORTS: Final = ("table", "json", "markdown", "csv", "html", "xlsx")
_CHECKS: Final = ("table", "json", "markdown", "github", "junit")


def declare(parser: Parser, formats: tuple[str, ...], plans: str) -> None:
    """The options of every command about plan files."""
    parser.add_argument("plans", nargs="*", metavar=plans, help="a plan file: .toml, .yaml or .json")
    parser.add_argument("--format", choices=formats, default="table", metavar="|".join(formats), help="[table]")
    parser.add_argument(
        "--scenario", dest="scenarios", action="append", metavar="NAME", help="a scenario of the plan [as planned]"
    )
    parser.add_argument(
        "--set", dest="values", action="append", metavar="PATH=VALUE",
        help="another value, such as traffic.users=9000; repeatable",
    )  # fmt: skip
    parser.add_argument("--allow-outside", action="store_true", help="let a plan name files beyond its folder")
    parser.add_argument("--question", metavar="FILE", help="the HTTP body as JSON instead; - is stdin")


def _declare_report(parser: Parser) -> None:
    declare(parser, _REPORTS, "PLAN")
    parser.add_argument(
        "--out", metavar="FILE", help="write the report there; .json, .md, .csv, .html and .xlsx say its format"
    )


def _declare_check(parser: Parser) -> None:
    declare(parser, _CHECKS, "PLAN")
    parser.add_argument("--all-scenarios", action="store_true", help="each plan as planned and in all its scenarios")


def _report(planner: Planner, options: Namespace) -> Output:
    from planner.cli.planpages import report_page, report_rows
    from planner.cli.render import csv_text, markdown

    if options.question is not None:
        from planner.plans.asked import ReportQuestion

        answer = planner.report(asked(ReportQuestion, options))
    else:
        path, scenario = one(options)
        answer = _reported(planner, path, scenario, options)
    form = _form(options)
    if form in ("html", "xlsx") or options.out is not None:
        from planner.cli.planfiles import written

        return Output(answer, lambda: (written(answer, form, options.out),), lambda: report_rows(answer))
    if form == "json":
        options.json = True
    if form == "markdown":
        return Output(answer, lambda: (markdown(report_page(answer)),))
    if form == "csv":
        return Output(answer, lambda: (csv_text(report_rows(answer)),))
    return Output(answer, lambda: report_page(answer), lambda: report_rows(answer))


def _form(options: Namespace) -> str:
    """The format that is asked for, by name or by the ending of the file."""
    named: str = options.format
    if options.out is None:
        if named == "xlsx":
            raise InvalidInput("--format xlsx needs --out FILE.xlsx; a workbook is no text", loc=("out",))
        return named
    kinds = {"json": "json", "md": "markdown", "csv": "csv", "html": "html", "xlsx": "xlsx", "txt": "table"}
    ending = options.out.rpartition(".")[2].lower()
    if ending not in kinds:
        raise InvalidInput(f"--out {options.out}: {one_of(ending, kinds)}", loc=("out",), value=options.out)
    if named not in ("table", kinds[ending]):
        raise InvalidInput(
            f"--out {options.out} is {kinds[ending]}, --format says {named}", loc=("out",), value=options.out
        )
    return kinds[ending]


def one(options: Namespace) -> tuple[str, str | None]:
    """The one plan and scenario of a report."""
    if len(options.plans) != 1:
        raise InvalidInput(f"give one PLAN such as plan.toml; {len(options.plans)} were given", loc=("plans",))
    scenarios = options.scenarios or [None]
    if len(scenarios) > 1:
        raise InvalidInput("a report is of one scenario; --scenario is given several times", loc=("scenarios",))
    return options.plans[0], scenarios[0]


def _reported(planner: Planner, path: str, scenario: str | None, options: Namespace) -> Any:
    from planner.plans.evaluate import Evaluator
    from planner.plans.files import read_plan

    file = read_plan(path, scenario=scenario, values=values(options), outside=options.allow_outside)
    evaluate = Evaluator(file.over(planner.catalog), planner.counter(), planner.clock())
    try:
        return evaluate(file.plan, scenario=scenario)
    except TokenplanError as error:
        raise file.located(error) from None


class Checked(NamedTuple):
    """One plan, or one of its scenarios: the answer, or the error that stood in its way."""

    path: str
    scenario: str | None
    answer: CheckAnswer | None
    error: TokenplanError | None
    lines: Mapping[str, int]

    @property
    def passed(self) -> bool:
        """Whether all its policies hold."""
        return self.answer is not None and self.answer.passed


def _check(planner: Planner, options: Namespace) -> Output:
    from planner.cli import verdicts

    if options.question is not None:
        from planner.plans.asked import CheckQuestion

        answer = planner.check(asked(CheckQuestion, options))
        found = [Checked(options.question, answer.scenario, answer, None, {})]
    else:
        answer = None
        found = [each for path in _matched(options.plans) for each in _checked(planner, path, options)]
    if options.format == "json":
        options.json = True
    shown = verdicts.FORMATS[options.format if options.format != "json" else "table"]
    broken = any(each.error is not None for each in found)
    code = WRONG if broken else 0 if all(each.passed for each in found) else BREACHED
    body = verdicts.body(found) if answer is None else answer
    return Output(body, lambda: shown(found), code=code, notes=tuple(verdicts.errors(found)) if options.json else ())


def _checked(planner: Planner, path: str, options: Namespace) -> Iterator[Checked]:
    """A plan as planned, or in the scenarios asked for."""
    from planner.plans.files import read_plan

    scenarios = list(options.scenarios or [None])
    if options.all_scenarios:
        try:
            scenarios = [None, *read_plan(path, outside=options.allow_outside).plan.scenarios]
        except TokenplanError as error:
            yield Checked(path, None, None, error, {})
            return
    for scenario in scenarios:
        yield _checked_one(planner, path, scenario, options)


def _checked_one(planner: Planner, path: str, scenario: str | None, options: Namespace) -> Checked:
    from planner.plans.check import held
    from planner.plans.evaluate import Evaluator
    from planner.plans.files import read_plan

    try:
        file = read_plan(path, scenario=scenario, values=values(options), outside=options.allow_outside)
    except TokenplanError as error:
        return Checked(path, scenario, None, error, {})
    try:
        if not file.plan.policies:
            raise InvalidInput("policies: the plan states none; there is nothing to check", loc=("policies",))
        evaluate = Evaluator(file.over(planner.catalog), planner.counter(), planner.clock())
        answer = held(evaluate(file.plan, scenario=scenario), file.plan.policies)
    except TokenplanError as error:
        return Checked(path, scenario, None, file.located(error), {})
    lines = {name: file.line("policies", name) for name in file.plan.policies}
    return Checked(path, scenario, answer, None, lines)


def _matched(patterns: list[str]) -> list[str]:
    """The plan files that paths and globs name; a pattern that matches nothing is an error, not a pass."""
    import glob
    import os

    if not patterns:
        raise InvalidInput("give a PLAN such as plan.toml, or a glob such as '**/plan.toml'", loc=("plans",))
    found: list[str] = []
    for pattern in patterns:
        if os.path.exists(pattern) or not glob.has_magic(pattern):  # noqa: PTH110 - pathlib doubles a cold start
            found.append(pattern)
            continue
        several = sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207 - as typed
        if not several:
            raise InvalidInput(f"{pattern!r} matches no file", loc=("plans",), value=pattern)
        found += several
    return list(dict.fromkeys(found))


def asked(kind: Any, options: Namespace) -> Any:
    """The whole question from a file, as HTTP takes it."""
    from planner.cli.inputs import read_text
    from planner.questions import read

    if options.plans or options.scenarios or options.values:
        raise InvalidInput("--question holds the whole question; PLAN, --scenario and --set stand without it")
    question = read(kind, read_text(options.question))
    return replace(question)


def values(options: Namespace) -> dict[str, Any]:
    """`PATH=VALUE` pairs; a value is JSON, else a text."""
    found = {}
    for pair in options.values or ():
        path, sign, text = pair.partition("=")
        if not sign or not path:
            raise InvalidInput(f"{pair!r} must be PATH=VALUE such as traffic.users=9000", loc=("values",), value=pair)
        try:
            found[path.strip()] = json.loads(text)
        except ValueError:
            found[path.strip()] = text
    return found


def _declare_schema(parser: Parser) -> None:
    del parser  # it takes nothing


def _schema(planner: Planner, options: Namespace) -> Output:
    del planner, options
    from planner.plans.schema import shipped

    schema = shipped()
    return Output(schema, lambda: (json.dumps(schema, indent=1, ensure_ascii=False),))


_REPORT: Final = Command(
    "PLAN [options]",
    Planner.report.__doc__ or "",
    (
        "tokenplan report examples/plans/support/plan.toml",
        "tokenplan report examples/plans/support/plan.toml --scenario launch --format markdown",
        "tokenplan report examples/plans/reader/plan.yaml --set traffic.users=900",
        "tokenplan report examples/plans/support/plan.toml --out report.html",
    ),
    _declare_report,
    _report,
    has_csv=True,
)
_CHECK: Final = Command(
    "PLAN ... [options]",
    f"{Planner.check.__doc__ or ''} Exit code 0: all hold; 1: a policy fails; 2: a plan is wrong or cannot be priced.",
    (
        "tokenplan check examples/plans/support/plan.toml",
        "tokenplan check 'examples/plans/**/plan.*' --format junit",
        "tokenplan check examples/plans/coder/plan.json --all-scenarios --format github",
    ),
    _declare_check,
    _check,
)
COMMANDS: Final[Mapping[str, Command]] = {
    "report": _REPORT,
    "plans report": _REPORT,
    "check": _CHECK,
    "plans check": _CHECK,
    "plans schema": Command(
        "",
        "The JSON Schema of a plan file, for editors: completion, descriptions, checks while you type.",
        ("tokenplan plans schema > plan.schema.json",),
        _declare_schema,
        _schema,
    ),
}
