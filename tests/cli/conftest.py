"""The command line run in this process, over a small pinned catalog and at a pinned instant."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from planner.main import main

HERE = Path(__file__).parent
CATALOG = HERE / "catalog"
NOW = "2026-11-23T12:00:00Z"


class Ran(NamedTuple):
    """What one command line left behind."""

    code: int
    out: str
    err: str


class Stdin(io.TextIOWrapper):
    """A standard input with fixed bytes; `terminal` makes it look like a keyboard."""

    def __init__(self, data: bytes, *, terminal: bool = False) -> None:
        super().__init__(io.BytesIO(data), encoding="utf-8")
        self.terminal = terminal

    def isatty(self) -> bool:
        """Whether a person would be typing."""
        return self.terminal


@pytest.fixture
def pinned(monkeypatch):
    """The environment of every command here: its own catalog, one instant, nothing of the caller's."""
    for name in ("TOKENPLAN_PRICES", "TOKENPLAN_DEBUG", "COLUMNS", "NO_COLOR", "_ARGCOMPLETE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TOKENPLAN_CATALOG", str(CATALOG))
    monkeypatch.setenv("TOKENPLAN_NOW", NOW)
    return monkeypatch


@pytest.fixture
def tokenplan(pinned, capsys):
    """A function that runs a command line in this process."""

    def run(*argv: str, stdin: str | bytes = b"", terminal: bool = False) -> Ran:
        data = stdin.encode() if isinstance(stdin, str) else stdin
        pinned.setattr(sys, "stdin", Stdin(data, terminal=terminal))
        code = main(argv)
        out, err = capsys.readouterr()
        return Ran(code, out, err)

    return run


@pytest.fixture
def process():
    """A function that runs a command line as a process of its own."""

    def run(
        *argv: str, python: tuple[str, ...] = ("-m", "planner.main"), **more: str
    ) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "TOKENPLAN_CATALOG": str(CATALOG), "TOKENPLAN_NOW": NOW, **more}
        command = [sys.executable, *python, *argv]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)

    return run
