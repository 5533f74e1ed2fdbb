"""The verdicts of `tokenplan check` in each of its forms: table, Markdown, GitHub annotations, JUnit XML, JSON."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from planner.cli.planpages import seconds
from planner.cli.render import Block, Column, Table, markdown, month_usd, percent, small_usd
from planner.wire import to_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from planner.cli.plans import Checked
    from planner.plans.check import Verdict

_MARKS: Final = {"passed": "ok", "failed": "FAILED", "unknown": "UNKNOWN"}


def body(found: Sequence[Checked]) -> dict[str, Any]:
    """Every plan's answer or error as JSON values."""
    return {"passed": all(each.passed for each in found), "plans": [_entry(each) for each in found]}


def errors(found: Iterable[Checked]) -> Iterator[str]:
    """A line for every problem of a plan that could not be checked."""
    for each in found:
        if each.error is not None:
            yield from (f"error: {problem.msg}" for problem in each.error.problems)


def _entry(each: Checked) -> dict[str, Any]:
    error = None
    if each.error is not None:
        problems = [{"loc": list(one.loc), "msg": one.msg} for one in each.error.problems]
        error = {"type": each.error.slug, "errors": problems}
    return {"path": each.path, "scenario": each.scenario, "answer": to_json(each.answer), "error": error}


def table(found: Sequence[Checked]) -> Iterator[Block]:
    """A table a plan, and what failed in words."""
    for each in found:
        yield _title(each)
        if each.answer is None:
            yield "\n".join(f"  {line}" for line in errors([each]))
            continue
        yield Table(_COLUMNS, [_row(one) for one in each.answer.verdicts])
        failed = [f"  {one.policy}: {_why(one)}" for one in each.answer.verdicts if one.status != "passed"]
        if failed:
            yield "\n".join(failed)
    yield _summary(found)


def as_markdown(found: Sequence[Checked]) -> Iterator[Block]:
    """The same for a pull request."""
    yield markdown(_headed(table(found)))


def _headed(blocks: Iterable[Block]) -> Iterator[Block]:
    for each in blocks:
        if isinstance(each, str) and not each.startswith("  ") and "\n" not in each:
            yield f"### {each}"
        elif isinstance(each, str):
            yield "\n".join(f"- {line.strip()}" for line in each.splitlines())
        else:
            yield each


def github(found: Sequence[Checked]) -> Iterator[Block]:
    """Annotations that GitHub Actions shows at the policy's line: `::error file=...,line=...::message`."""
    lines = []
    for each in found:
        place = f"file={_property(each.path)},title=tokenplan"
        lines += [f"::error {place}::{_message(line)}" for line in errors([each])]
        for one in each.answer.verdicts if each.answer else ():
            level = "notice" if one.status == "passed" else "error"
            at = f"file={_property(each.path)},line={each.lines.get(one.policy, 1)},title={_property(one.policy)}"
            scenario = f" ({each.scenario})" if each.scenario else ""
            lines.append(f"::{level} {at}::{_message(_why(one) + scenario)}")
    yield "\n".join(lines)


def junit(found: Sequence[Checked]) -> Iterator[Block]:
    """A test suite a plan, a test case a policy."""
    from xml.etree import ElementTree as ET

    suites = ET.Element("testsuites", name="tokenplan check")
    for each in found:
        _suite(suites, each)
    ET.indent(suites)
    yield '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(suites, encoding="unicode")


def _suite(suites: Any, each: Checked) -> None:
    from xml.etree import ElementTree as ET

    verdicts = each.answer.verdicts if each.answer else ()
    failures = sum(one.status == "failed" for one in verdicts)
    wrong = sum(one.status == "unknown" for one in verdicts) + (each.error is not None)
    counts = {"tests": str(max(1, len(verdicts))), "failures": str(failures), "errors": str(wrong)}
    suite = ET.SubElement(suites, "testsuite", {"name": _title(each), **counts})
    for one in verdicts:
        case = ET.SubElement(suite, "testcase", classname=each.path, name=one.policy)
        if one.status != "passed":
            kind = "failure" if one.status == "failed" else "error"
            ET.SubElement(case, kind, message=_xml(_why(one))).text = _xml(one.about)
    if each.error is not None:
        case = ET.SubElement(suite, "testcase", classname=each.path, name="plan")
        ET.SubElement(case, "error", message=_xml("; ".join(problem.msg for problem in each.error.problems)))


FORMATS: Final[Mapping[str, Callable[[Sequence[Checked]], Iterator[Block]]]] = {
    "table": table,
    "markdown": as_markdown,
    "github": github,
    "junit": junit,
}

_COLUMNS: Final = (
    Column("policy"),
    Column("verdict"),
    Column("value", right=True),
    Column("bound", right=True),
    Column("head-room", right=True),
)


def _title(each: Checked) -> str:
    name = f"{each.answer.name} ({each.path})" if each.answer else each.path
    return f"{name}, scenario {each.scenario}" if each.scenario else name


def _row(one: Verdict) -> list[str]:
    value = "-" if one.value is None else figure(one.figure, one.statistic, one.value)
    return [one.policy, _MARKS[one.status], value, _bound(one), percent(one.head_room_share)]


def _why(one: Verdict) -> str:
    """A verdict in a sentence."""
    about = f"; {one.about}" if one.about else ""
    what = f"{one.figure} ({one.statistic})" + (f" of {one.step}" if one.step else "")
    if one.value is None:
        return (
            f"{what} cannot be evaluated: {one.reason}{about}" if one.status == "unknown" else f"{what}: {one.reason}"
        )
    reason = f" ({one.reason})" if one.reason and (one.status != "passed" or one.standard_error) else ""
    return f"{what} is {figure(one.figure, one.statistic, one.value)}, {_bound(one)}{reason}{about}"


def _bound(one: Verdict) -> str:
    if one.at_most is not None:
        return f"at most {figure(one.figure, one.statistic, one.at_most)}"
    assert one.at_least is not None
    return f"at least {figure(one.figure, one.statistic, one.at_least)}"


def figure(name: str, statistic: str, value: float) -> str:
    """A figure in its own unit."""
    if statistic == "breach_probability" or name.endswith("_share"):
        return f"{value * 100:.4g} %"
    if name.endswith("_usd"):
        return (small_usd if abs(value) < 1 else month_usd)(Decimal(repr(value))) + " USD"
    if name.endswith("_seconds"):
        return seconds(value)
    return f"{value:,.6g}"


def _summary(found: Sequence[Checked]) -> str:
    passed, wrong = sum(each.passed for each in found), sum(each.error is not None for each in found)
    failed = len(found) - passed - wrong
    said = [f"{passed} within budget"] if passed else []
    said += [f"{failed} breached"] if failed else []
    said += [f"{wrong} could not be checked"] if wrong else []
    return f"{len(found)} plan{'s' if len(found) > 1 else ''}: {', '.join(said)}"


def _property(text: str) -> str:
    """A property of a GitHub command, escaped as its runner reads it."""
    return _message(text).replace(":", "%3A").replace(",", "%2C")


def _message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _xml(text: str) -> str:
    """A text without the control characters that XML cannot hold."""
    return "".join(char for char in text if char in "\t\n\r" or ord(char) >= ord(" "))
