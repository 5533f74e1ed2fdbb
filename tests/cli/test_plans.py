"""`tokenplan report` and `check`: every format, several plans, exit codes; TOKENPLAN_GOLDEN=write rewrites files."""

from __future__ import annotations

import json
import shutil
import xml.etree.ElementTree as ET
from pathlib import Path

import openpyxl
import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
EXAMPLES = ("support/plan.toml", "reader/plan.yaml", "coder/plan.json")


@pytest.fixture(autouse=True)
def _here(monkeypatch, tmp_path):
    shutil.copytree(HERE / "plans", tmp_path / "plans")
    monkeypatch.chdir(tmp_path)


def rounded(value):
    """JSON with figures to nine digits: the last ones are the machine's."""
    if isinstance(value, dict):
        return {key: rounded(each) for key, each in value.items()}
    if isinstance(value, list):
        return [rounded(each) for each in value]
    return float(f"{value:.9g}") if isinstance(value, float) else value


@pytest.mark.parametrize("form", ["table", "markdown", "csv"])
def test_the_report_in_every_form(tokenplan, golden, form):
    """The page, the Markdown for a pull request and the rows are those on file."""
    ran = tokenplan("report", "plans/plan.toml", "--format", form)
    assert (ran.code, ran.err) == (0, "")
    if form == "csv":
        header, *rows = (line.split(",") for line in ran.out.splitlines())
        ran = ran._replace(out="".join(f"{','.join(_short(cell) for cell in row)}\n" for row in (header, *rows)))
    golden(f"plan-report.{ {'table': 'txt', 'markdown': 'md'}.get(form, form) }", ran.out)


def _short(cell):
    try:
        return f"{float(cell):.9g}"
    except ValueError:
        return cell


def test_the_report_as_json(tokenplan, golden):
    """`--format json` and `--json` are the same, and the one on file."""
    out = tokenplan("report", "plans/plan.toml", "--json").out
    assert out == tokenplan("report", "plans/plan.toml", "--format", "json").out
    golden("plan-report.json", json.dumps(rounded(json.loads(out)), indent=1, ensure_ascii=False) + "\n")


@pytest.mark.parametrize(
    ("form", "suffix"), [("table", "txt"), ("markdown", "md"), ("github", "github.txt"), ("junit", "xml")]
)
def test_the_check_in_every_form(tokenplan, golden, form, suffix):
    """As planned two policies fail and one cannot be evaluated; the calm scenario holds what it can."""
    ran = tokenplan("check", "plans/plan.toml", "--all-scenarios", "--format", form)
    assert ran.code == 1
    golden(f"plan-check.{suffix}", ran.out)


def test_the_check_as_json(tokenplan, golden):
    """Each plan with its scenario, its answer or its error."""
    ran = tokenplan("check", "plans/plan.toml", "--scenario", "calm", "--json")
    golden("plan-check.json", json.dumps(rounded(json.loads(ran.out)), indent=1, ensure_ascii=False) + "\n")


def test_junit_is_xml_with_a_case_a_policy(tokenplan):
    """CI servers read it: failures and errors are counted apart."""
    suite = ET.fromstring(tokenplan("check", "plans/plan.toml", "--format", "junit").out)[0]
    assert len(suite) == 6
    assert suite.get("tests") == "6"
    assert int(suite.get("failures")) == len(suite.findall("testcase/failure"))
    assert int(suite.get("errors")) == len(suite.findall("testcase/error"))


def test_exit_codes_are_within_breached_and_wrong(tokenplan):
    """0 where all policies hold, 1 where one fails, 2 where a plan is wrong, even beside one that holds."""
    values = [f"policies.{name}.at_most=1e9" for name in ("tail", "month", "wait", "person")]
    loose = [word for each in values for word in ("--set", each)] + ["--set", "policies.margin.at_least=-9"]
    assert (
        tokenplan("check", "plans/plan.toml", *loose, "--set", "policies.month.breach_probability_at_most=1").code == 0
    )
    assert tokenplan("check", "plans/plan.toml").code == 1
    Path("plans/broken.toml").write_text("nam = 1\n")
    ran = tokenplan("check", "plans/*.toml", "--json")
    assert ran.code == 2
    assert "plans/broken.toml, line 1: nam: unknown key 'nam'" in ran.err
    found = json.loads(ran.out)
    assert [each["error"] is None for each in found["plans"]] == [False, True]
    assert found["passed"] is False


def test_a_monorepo_is_one_glob(tokenplan):
    """Every plan below a folder is checked, in the order of their paths."""
    for name in ("a", "b/c"):
        shutil.copytree("plans", f"repo/{name}")
    ran = tokenplan("check", "repo/**/plan.toml", "--json")
    assert [each["path"] for each in json.loads(ran.out)["plans"]] == ["repo/a/plan.toml", "repo/b/c/plan.toml"]


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["check"], "give a PLAN"),
        (["check", "nothing/*.toml"], "matches no file"),
        (["report"], "give one PLAN"),
        (["report", "plans/plan.toml", "plans/plan.toml"], "give one PLAN"),
        (["report", "nothing.toml"], "nothing.toml: no such file"),
        (["report", "plans/plan.toml", "--scenario", "clam"], "there is no scenario 'clam'"),
        (["report", "plans/plan.toml", "--set", "traffic.users"], "must be PATH=VALUE"),
        (["report", "plans/plan.toml", "--set", "traffic.user=1"], "unknown key 'user'"),
        (["report", "plans/plan.toml", "--set", "steps.answer.routes.easy.model=gpt-5-minni"], "gpt-5-mini"),
        (["report", "plans/plan.toml", "--format", "pdf"], "pdf"),
        (["report", "plans/prompts/classify.md"], "a plan is a file .toml"),
    ],
)
def test_a_command_line_that_cannot_be_answered_exits_with_2(tokenplan, argv, said):
    """Nothing is checked in silence: no file, no match, no such scenario or value is an error."""
    ran = tokenplan(*argv)
    assert ran.code == 2
    assert said in ran.err


def test_a_plan_without_policies_is_not_within_budget(tokenplan):
    """A check that checks nothing says so."""
    text = Path("plans/plan.toml").read_text()
    Path("plans/plan.toml").write_text(text[: text.index("[policies]")])
    ran = tokenplan("check", "plans/plan.toml")
    assert ran.code == 2
    assert "there is nothing to check" in ran.out


def test_a_policy_on_percentiles_fails_without_the_extra(tokenplan, monkeypatch):
    """Without NumPy nothing is drawn: a plan without spreads is reported, a p95 cannot be evaluated and fails."""
    import sys

    monkeypatch.setitem(sys.modules, "numpy", None)
    Path("plain.toml").write_text(
        'name = "plain"\n[traffic]\nrequests_per_month = 10\n[steps.a]\nkind = "judge"\nmodel = "gpt-4o"\n'
        "prompt = { tokens = 1000 }\noutput_tokens = 10\n"
        '[policies]\nmean = { figure = "cost_per_request_usd", at_most = 1 }\n'
        'tail = { figure = "cost_per_request_usd", statistic = "p95", at_most = 1 }\n'
    )
    ran = tokenplan("check", "plain.toml", "--json")
    assert ran.code == 1
    mean, tail = json.loads(ran.out)["plans"][0]["answer"]["verdicts"]
    assert (mean["status"], tail["status"]) == ("passed", "unknown")
    assert "pip install 'tokenplan[planning]'" in tail["reason"]


@pytest.mark.parametrize("path", EXAMPLES)
def test_the_example_plans_hold(tokenplan, pinned, path):
    """The three plans of the documentation are within their budgets on the shipped catalog."""
    pinned.delenv("TOKENPLAN_CATALOG")
    ran = tokenplan("check", str(ROOT / "examples/plans" / path))
    assert (ran.code, ran.err) == (0, ""), ran.out


def test_the_report_as_one_page_and_as_a_workbook(tokenplan, tmp_path):
    """HTML holds its charts and asks nothing of any address; the workbook holds numbers; the ending says the format."""
    page, book = tmp_path / "report.html", tmp_path / "report.xlsx"
    for path in (page, book, tmp_path / "report.md"):
        assert tokenplan("report", "plans/plan.toml", "--out", str(path)).out == f"written: {path}\n"
    text = page.read_text(encoding="utf-8")
    assert text.count("<svg") == 3
    assert [each for each in ("<script", "src=", "<link", "@import", "url(http") if each in text] == []
    assert "The export button | does nothing." not in text
    assert text == tokenplan("report", "plans/plan.toml", "--format", "html").out
    figures = {row[0]: row[1:] for row in openpyxl.load_workbook(book)["Figures"].iter_rows(values_only=True)}
    report = json.loads(tokenplan("report", "plans/plan.toml", "--json").out)
    assert figures["cost_per_month_usd"][0] == pytest.approx(report["cost_per_month_usd"]["mean"])


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (("--out", "report.pdf"), "--out report.pdf: valid: json, md"),
        (("--out", "report.html", "--format", "csv"), "--out report.html is html, --format says csv"),
        (("--out", "no/where.html"), "--out no/where.html: No such file"),
        (("--format", "xlsx"), "--format xlsx needs --out"),
    ],
)
def test_a_file_that_cannot_be_is_named(tokenplan, argv, says):
    """An ending of no format, two formats, no folder, a workbook as text: exit code 2."""
    ran = tokenplan("report", "plans/plan.toml", *argv)
    assert (ran.code, says in ran.err) == (2, True), ran
