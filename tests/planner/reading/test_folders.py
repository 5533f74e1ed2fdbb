"""Which files of a folder are meant, and that every other is told with its reason."""

from __future__ import annotations

import subprocess

import pytest

from planner.reading.folders import Skipped, walk
from pricing.errors import InvalidInput


@pytest.fixture
def folder(tmp_path):
    """A folder with a little of everything."""
    for name in ("a.md", "b.py", ".hidden", "sub/c.md", "sub/deep/d.txt", "build/out.md", ".venv/e.md"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    (tmp_path / "loop").symlink_to(tmp_path)
    return tmp_path


def walked(folder, include=(), exclude=()):
    """Paths below the folder: those meant, and those passed over with why."""
    found = list(walk(str(folder), include, exclude))
    meant = [each[len(str(folder)) + 1 :] for each in found if not isinstance(each, Skipped)]
    return meant, {each.path[len(str(folder)) + 1 :]: each.why for each in found if isinstance(each, Skipped)}


def test_hidden_files_and_links_to_folders_are_passed_over(folder):
    """What begins with a dot is not read; a link back to the folder is no endless way down."""
    meant, skipped = walked(folder)
    assert meant == ["a.md", "b.py", "build/out.md", "sub/c.md", "sub/deep/d.txt"]
    assert skipped == {".hidden": "hidden", ".venv": "hidden", "loop": "a link to a folder"}


def test_patterns_hold_for_names_and_for_paths(folder):
    """Only files need to be included; a folder that is excluded is not entered."""
    meant, skipped = walked(folder, include=["*.md", "sub/deep/*"], exclude=["build/"])
    assert meant == ["a.md", "sub/c.md", "sub/deep/d.txt"]
    assert skipped["build"] == "excluded"
    assert skipped["b.py"] == "not included"


def test_what_git_ignores_is_passed_over(folder):
    """The rules of `.gitignore`, negation and nested files included, are git's own; tracked files stay."""
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@example.org"]
    subprocess.run([*git, "init", "-q"], cwd=folder, check=True)
    subprocess.run([*git, "add", "build/out.md"], cwd=folder, check=True)
    (folder / ".gitignore").write_text("build/\n*.md\n!a.md\n")
    (folder / "sub" / ".gitignore").write_text("deep\n")
    meant, skipped = walked(folder)
    assert meant == ["a.md", "b.py", "build/out.md"]
    assert {path for path, why in skipped.items() if why == "ignored by git"} == {"sub/c.md", "sub/deep"}


def test_a_repository_starts_nothing(folder):
    """A hook that a hostile repository names in its settings is not run by looking at it."""
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    subprocess.run(["git", "config", "core.fsmonitor", "touch started"], cwd=folder, check=True)
    walked(folder)
    assert not (folder / "started").exists()


def test_a_folder_that_cannot_be_read_is_an_error(tmp_path):
    """A folder that is none is named."""
    with pytest.raises(InvalidInput, match="nowhere"):
        list(walk(str(tmp_path / "nowhere"), (), ()))
