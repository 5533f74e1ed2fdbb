"""Whole processes: the CPU time a child takes from start to end, and what it prints."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from benchmarks.harness import Unavailable
from benchmarks.peers import PYTHON, ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping

OURS: Final = sys.executable
PEERS: Final = str(PYTHON)
WORKERS: Final = Path(__file__).with_name("workers")
# Without .pyc files a cold start is three to four times longer; LiteLLM would fetch its price map.
_LEFT_OUT: Final = ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "PYTHONPYCACHEPREFIX")


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment every child gets: byte code is kept, and no peer looks for the network."""
    kept = {name: value for name, value in os.environ.items() if name not in _LEFT_OUT}
    return kept | {"LITELLM_LOCAL_MODEL_COST_MAP": "True"} | dict(more or {})


def cpu(command: list[str]) -> float:
    """User and system CPU seconds of one child process, run to its end.

    Raises:
        Unavailable: it failed.
    """
    child = subprocess.Popen(command, cwd=ROOT, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise Unavailable(f"{_short(command)} exits with {child.returncode}")
    return used.ru_utime + used.ru_stime


def output(command: list[str], given: str = "") -> str:
    """What a command prints when it reads `given`.

    Raises:
        Unavailable: it failed; carries the last line it said.
    """
    done = subprocess.run(
        command, cwd=ROOT, env=environment(), input=given, capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["nothing"]
        raise Unavailable(f"{_short(command)} exits with {done.returncode}: {said[-1][:200]}")
    return done.stdout


def worker(python: str, name: str, *arguments: str, given: str = "") -> dict[str, Any]:
    """The JSON object that a program in `workers/` prints."""
    started = ["-m", f"benchmarks.workers.{name}"] if python == OURS else [str(WORKERS / f"{name}.py")]
    answer: dict[str, Any] = json.loads(output([python, *started, *arguments], given))
    return answer


def _short(command: list[str]) -> str:
    """A command without this machine's paths."""
    return " ".join(Path(part).name for part in command[:3])
