"""`tokenplan diff`, `breakpoints` and `sweep`: what changed, where it breaks, and figures over values."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PLAN = "plans/plan.toml"


@pytest.fixture(autouse=True)
def folder(monkeypatch, tmp_path):
    """A folder with the tests' plan in it."""
    shutil.copytree(HERE / "plans", tmp_path / "plans")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def committed(folder):
    """The plan as it was, committed; its first prompt is longer now and twice as many users come."""
    for words in (
        ["init", "-q", "-b", "main"],
        ["add", "."],
        ["-c", "user.name=t", "-c", "user.email=t@t", "commit", "-qm", "x"],
    ):
        subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)
    prompt = next(iter(sorted((folder / "plans").rglob("*.md")) or sorted((folder / "plans").rglob("*.txt"))))
    prompt.write_text(f"{prompt.read_text(encoding='utf-8')}\nName the page of every claim.\n" * 3, encoding="utf-8")
    return folder


def test_a_pull_request_reads_what_its_prompt_does_to_the_bill(tokenplan, golden, committed):
    """The Markdown names the tokens, the cause and each figure, under a marker that a later run finds again."""
    del committed
    ran = tokenplan("diff", PLAN, "--against", "main", "--format", "markdown")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("<!-- tokenplan diff: plans/plan.toml -->\n")
    golden("plan-diff.md", ran.out)


def test_the_plan_of_a_revision_is_read_with_its_own_prompts(tokenplan, committed):
    """Against HEAD only what was edited is a cause; against itself nothing moves."""
    del committed
    found = json.loads(tokenplan("diff", PLAN, "--against", "HEAD", "--json").out)
    assert [each["cause"] for each in found["effects"]] == ["prompts"]
    assert "no figure moves" in tokenplan("diff", PLAN, "--against", PLAN).out


def test_a_saved_report_stands_for_its_plan(tokenplan, folder):
    """A report from `--json` is compared figure by figure; its plan, and so its causes, are not known."""
    (folder / "old.json").write_text(tokenplan("report", PLAN, "--json").out, encoding="utf-8")
    found = json.loads(tokenplan("diff", PLAN, "--against", "old.json", "--set", "draws=2000", "--json").out)
    assert (found["inputs"], found["effects"]) == ([], [])
    assert {each["change"] for each in found["figures"] if each["name"] == "requests_per_month"} == {0.0}


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (("diff", PLAN), "give --against"),
        (("diff", PLAN, "--against", "nowhere"), "--against nowhere: no such file, and no git revision"),
        (("diff", PLAN, "--against", "--output=x"), "--against"),
        (("sweep", PLAN), "give --set PATH=LOW..HIGH"),
        (("sweep", PLAN, "--set", "traffic.users=few..many"), "LOW..HIGH must be numbers"),
        (("sweep", PLAN, "--set", "traffic.usrs=1,2"), "usrs"),
        (("breakpoints", PLAN, "--within", "0"), "within is 0"),
        (("breakpoints", "nowhere.toml"), "nowhere.toml: no such file"),
    ],
)
def test_what_is_wrong_is_named(tokenplan, argv, says):
    """Exit code 2, and the option, key or file in words."""
    ran = tokenplan(*argv)
    assert (ran.code, says in ran.err) == (2, True), ran


def test_break_points_and_sweeps_read_well(tokenplan, golden, folder):
    """The nearest first, with what is dated ahead; a table over the values asked for; pictures of both."""
    drawn = folder / "breaks.svg"
    breaks = tokenplan("breakpoints", PLAN, "--set", "draws=1000", "--within", "1", "--plot", str(drawn))
    assert (breaks.code, breaks.err) == (0, "")
    assert "breaks first" in drawn.read_text(encoding="utf-8")
    golden("plan-breakpoints.txt", breaks.out)
    swept = tokenplan("sweep", PLAN, "--set", "draws=1000,2000", "--plot", str(folder / "s.svg"))
    assert (swept.code, swept.err) == (0, "")
    assert len(swept.out.splitlines()) == 4
    assert tokenplan("sweep", PLAN, "--set", "draws=1000,2000", "--csv").out.startswith("draws,requests_per_month,")
