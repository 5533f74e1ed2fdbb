"""The peers' environment: made once under `.bench/`, pinned by `peers.txt`, never ours."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

from benchmarks.harness import Unavailable

ROOT: Final = Path(__file__).resolve().parents[1]
HOME: Final = ROOT / ".bench" / "peers"
PINS: Final = Path(__file__).with_name("peers.txt")
PYTHON: Final = HOME / "bin" / "python"
SHOWN: Final = ("genai-prices", "litellm", "fastapi", "uvicorn", "tiktoken")


def prepare(home: Path = HOME, pins: Path = PINS) -> None:
    """Install what is pinned, once; pip's own settings decide where from.

    Raises:
        Unavailable: the installation failed; says why in pip's words.
    """
    stamp, wanted = home / "installed", hashlib.sha256(pins.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print(f"installing the peers of {pins.name} into {home} ...", file=sys.stderr)
    python = str(home / "bin" / "python")
    _run([sys.executable, "-m", "venv", str(home)])
    _run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "-r", str(pins)])
    stamp.write_text(wanted)


def versions() -> list[str]:
    """The versions that the table names: of the peers, and of what both environments share."""
    pinned = dict(re.findall(r"^([A-Za-z0-9_-]+)==(\S+)$", PINS.read_text(), re.MULTILINE))
    return [f"{name} {pinned[name]}" for name in SHOWN]


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = [each for each in (done.stderr + done.stdout).splitlines() if "error" in each.lower()]
        why = re.sub(r"\w+://\S+", "(an address)", said[-1] if said else f"exit code {done.returncode}")
        raise Unavailable(f"the peers' environment cannot be installed: {why[:200]}")
