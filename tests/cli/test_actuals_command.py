"""`tokenplan actuals`: files on the command line, exit codes, pictures, what is written."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from planner.examples import examples
from planner.main import main

ROOT = Path(__file__).parents[2]
LOGS = ROOT / "examples" / "actuals"
PLAN = ROOT / "examples" / "plans" / "support" / "plan.toml"
COMPARE = ("actuals", "compare", str(PLAN), str(LOGS / "support.csv"), "--days", "14", "--sample-share", "0.005")
EVERY = {
    "actuals-report": ("actuals", "report", "support.csv", "--by", "feature,model"),
    "actuals-report-day": ("actuals", "report", "openai-usage.json", "--by", "day,model"),
    "actuals-report-reported": ("actuals", "report", "litellm.jsonl", "langfuse.jsonl", "--by", "feature"),
    "actuals-fit": ("actuals", "fit", "support.csv", "--days", "14", "--sample-share", "0.005"),
    "actuals-compare": ("actuals", "compare", "--question", "COMPARE"),
}


@pytest.fixture
def run(capsys, monkeypatch):
    """A function that runs a command line beside the example logs, with the shipped catalog: code, out, err."""
    monkeypatch.setenv("TOKENPLAN_NOW", "2026-11-25T12:00:00Z")
    monkeypatch.chdir(LOGS)

    def typed(*argv):
        code = main(list(map(str, argv)))
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return typed


@pytest.mark.parametrize("name", EVERY)
def test_page_json_and_csv(name, run, golden, tmp_path):
    """Every page, answer and table of rows is the one on file."""
    question = tmp_path / "question.json"
    question.write_text(json.dumps(examples("/v1/actuals/compare").asked["plan"]["value"]))
    argv = [str(question) if word == "COMPARE" else word for word in EVERY[name]]
    code, out, err = run(*argv)
    assert (code, err) == (0, "")
    golden(f"{name}.txt", out)
    golden(f"{name}.json", json.dumps(json.loads(run(*argv, "--json")[1]), indent=1, ensure_ascii=False) + "\n")
    golden(f"{name}.csv", run(*argv, "--csv")[1])


def test_drift_fails_the_check(run):
    """1 and a sentence; within bounds 0."""
    code, out, err = run(*COMPARE, "--max-drift", "0.2")
    assert code == 1
    assert "TOO FAR" in out
    assert "at most 20.0% either way" in err
    assert run(*COMPARE, "--max-drift", "3")[0] == 0
    assert run(*COMPARE, "--max-drift", "0.3", "--drift-of", "calls_per_month")[0] == 0


def test_rows_without_a_price_are_2_and_named(run, tmp_path):
    """Unless errors are allowed, which hides none of them."""
    path = tmp_path / "log.csv"
    path.write_text("at,model,input_tokens\n2026-11-02,gpt-5-mini,1000\n2026-11-02,gpt-5-minny,1000\n")
    code, out, err = run("actuals", "report", path)
    assert code == 2
    assert "1 of 2 rows have no price" in err
    assert "1 rows, the first at" in out
    assert "nearest: gpt-5-mini" in out
    code, out, _ = run("actuals", "report", path, "--allow-errors")
    assert code == 0
    assert "line 3: unknown model 'gpt-5-minny'" in out


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("report",), "name a LOG"),
        (("report", "none.csv"), "none.csv: No such file"),
        (("report", "support.csv", "--by", "colour"), "by is 'colour'"),
        (("report", "support.csv", "--map", "user"), "must be ROLE=COLUMN"),
        (("report", "support.csv", "--map", "user=customer"), "no column 'customer'"),
        (("report", "support.csv", "--shape", "gold"), "shape"),
        (("report", "support.csv", "--plot", "x.doc"), "ends in '.doc'"),
        (("fit", "support.csv", "--sample-share", "2"), "sample_share is 2"),
        (("compare", str(PLAN)), "name a LOG"),
        (("compare", "none.toml", "support.csv"), "none.toml"),
    ],
)
def test_what_is_wrong_is_said(argv, said, run):
    """2, and the option, the file or the column."""
    code, _, err = run("actuals", *argv)
    assert code == 2
    assert said in err


@pytest.mark.parametrize(
    ("argv", "shows"),
    [
        (("report", "support.csv", "--by", "day,model"), ("Cost by day", "gpt-6.1-terra")),
        (("report", "support.csv", "--by", "feature"), ("Cost by feature", "guardrail")),
        (("fit", "support.csv"), ("Visible tokens of an answer", "p95")),
        (COMPARE[1:], ("planned", "mix", "a month of model calls")),
    ],
)
def test_pictures(argv, shows, run, tmp_path):
    """What is drawn is named in the picture."""
    path = tmp_path / "picture.svg"
    code, _, err = run("actuals", *argv, "--plot", path)
    assert (code, err) == (0, "")
    assert [text for text in shows if text not in path.read_text()] == []


def test_a_fit_is_written_into_the_plan(run, tmp_path):
    """And the plan reports as that scenario."""
    plan = Path(shutil.copytree(PLAN.parent, tmp_path / "support")) / "plan.toml"
    code, out, err = run("actuals", "fit", "support.csv", "--days", "14", "--sample-share", "0.005", "--write", plan)
    assert (code, err) == (0, "")
    assert "scenario measured, " in out
    code, out, _ = run("report", plan, "--scenario", "measured")
    assert code == 0
    assert "Support assistant, scenario measured" in out
