"""Documentation that runs or is held against the code; nothing in it is retyped."""

from __future__ import annotations

import ast
import doctest
import importlib
import re
from pathlib import Path

import pytest

import planner
import pricing

ROOT = Path(__file__).parent.parent
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "docs" / "verbs").glob("*.md"))]


@pytest.mark.parametrize("name", ["pricing", "planner"])
def test_the_packages_examples_run(name, monkeypatch):
    """The docstring that greets a newcomer is executed."""
    monkeypatch.setenv("TOKENPLAN_NOW", "2026-11-23T12:00:00Z")
    assert doctest.testmod(importlib.import_module(name)).failed == 0


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_python_in_the_docs_runs(page, monkeypatch):
    """Every `>>>` in README and docs gives what is printed there."""
    monkeypatch.setenv("TOKENPLAN_NOW", "2026-11-23T12:00:00Z")
    monkeypatch.chdir(ROOT)
    text = re.sub(r"^```.*$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    test = doctest.DocTestParser().get_doctest(text, {}, page.name, str(page), 0)
    assert doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(test).failed == 0


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_files_lead_somewhere(page):
    """A relative link names a file that is there."""
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), f"{page.name}: {target}"


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.stem)
def test_every_test_states_its_behaviour_in_a_docstring(path):
    """A test says in words what it holds, or nobody knows when it may go."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            assert ast.get_docstring(node), f"{path.name}: {node.name}"


@pytest.mark.parametrize("package", [pricing, planner])
def test_what_is_exported_is_there_and_sorted(package):
    """`__all__` is the API."""
    assert [name for name in package.__all__ if not hasattr(package, name)] == []
    with pytest.raises(AttributeError):
        package.no_such_name  # noqa: B018 - looking is the test
    assert len(set(package.__all__)) == len(package.__all__)


def test_no_file_names_a_package_index_or_a_machines_path():
    """Lock and constraint files, too, work behind any mirror."""
    wrong = re.compile(r"(index-url|pypi\.org/simple|files\.pythonhosted|/root/|/home/[a-z]+/)")
    for path in (ROOT / "constraints.txt", ROOT / "pyproject.toml", ROOT / "Makefile", *ROOT.glob("benchmarks/*")):
        if path.is_file():
            assert not wrong.search(path.read_text(encoding="utf-8")), path
