"""The GitHub workflow and the pre-commit hook of the documentation, run as the scripts that they are."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
CI = ROOT / "docs" / "ci"
PLAN = """name = "Answers"
draws = 1000
traffic.requests_per_month = 1000
[steps.answer]
kind = "generate"
model = "gpt-5-mini"
output_tokens = 200
prompt.user = {{ file = "prompt.txt" }}
[policies.request]
figure = "cost_per_request_usd"
at_most = {limit}
"""
GH = """#!/bin/sh
echo "$@" >> "$GH_LOG"
case "$*" in *--paginate*) echo "$KNOWN" ;; esac
"""


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A repository with a plan in it, this tokenplan and a stand-in for GitHub's `gh` on the path."""
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "gh").write_text(GH)
    (tools / "gh").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("GH_LOG", str(tmp_path / "gh.log"))
    monkeypatch.setenv("TOKENPLAN_NOW", "2026-11-23T12:00:00Z")
    for name, value in (("GIT_AUTHOR", "t"), ("GIT_COMMITTER", "t")):
        monkeypatch.setenv(f"{name}_NAME", value)
        monkeypatch.setenv(f"{name}_EMAIL", f"{value}@t")
    here = tmp_path / "repository"
    (here / "feature").mkdir(parents=True)
    (here / "feature" / "plan.toml").write_text(PLAN.format(limit=0.001))
    (here / "feature" / "prompt.txt").write_text("Where is my parcel?")
    git(here, "init", "-q", "-b", "main")
    git(here, "add", ".")
    git(here, "commit", "-qm", "as it was")
    return here


def git(folder, *words):
    """Git in a folder."""
    return subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


def test_the_workflow_comments_once_and_fails_on_a_broken_policy(repository, tmp_path):
    """Its steps run in their order: the diff and a new plan's report in one comment, an update, then the check."""
    (repository / "feature" / "prompt.txt").write_text("Where is my parcel? " * 2000)
    (repository / "new").mkdir()
    shutil.copy(repository / "feature" / "plan.toml", repository / "new" / "plan.toml")
    (repository / "new" / "prompt.txt").write_text("Hello")
    job = yaml.safe_load((CI / "tokenplan.yml").read_text())["jobs"]["plans"]
    scripts = {each["name"]: each["run"] for each in job["steps"] if "name" in each}
    told = {"PLANS": job["env"]["PLANS"], "BASE": git(repository, "rev-parse", "HEAD"), "REPOSITORY": "us/it"}
    codes = {}
    for known in ("", "42"):
        for name, script in scripts.items():
            given = {**os.environ, **told, "PULL_REQUEST": "7", "KNOWN": known}
            ran = subprocess.run(["bash", "-e", "-c", script], cwd=repository, env=given, check=False)
            codes[name] = ran.returncode
    comment = (repository / "comment.md").read_text()
    assert comment.startswith("<!-- tokenplan -->\n<!-- tokenplan diff: feature/plan.toml -->")
    assert "### `new/plan.toml` is new" in comment
    assert "prompts" in comment
    calls = (tmp_path / "gh.log").read_text()
    assert "--method POST repos/us/it/issues/7/comments" in calls
    assert "--method PATCH repos/us/it/issues/comments/42" in calls
    assert list(codes.values()) == [0, 0, 1]


def test_the_hook_checks_only_the_plans_that_are_touched(repository):
    """A longer prompt breaks its plan's budget and stops the commit; a file elsewhere is committed without a check."""
    shutil.copy(CI / "pre-commit", repository / ".git" / "hooks" / "pre-commit")
    (repository / "readme.txt").write_text("hello")
    git(repository, "add", "readme.txt")
    git(repository, "commit", "-qm", "elsewhere")
    (repository / "feature" / "prompt.txt").write_text("Where is my parcel? " * 2000)
    git(repository, "add", ".")
    ran = subprocess.run(["git", "commit", "-m", "dear"], cwd=repository, capture_output=True, text=True, check=False)
    assert ran.returncode != 0
    assert "FAILED" in ran.stdout + ran.stderr
