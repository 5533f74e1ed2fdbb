"""Fixtures every test may use: catalogs made on the spot, and a pinned instant."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from catalogs import write_catalog
from hypothesis import settings
from hypothesis.internal.conjecture import providers

from pricing import Catalog

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


settings.register_profile("ci", derandomize=True, deadline=None)  # a gate must not fail by chance; people explore
settings.register_profile("people", deadline=None)
settings.register_profile("deep", deadline=None, max_examples=2000)
settings.load_profile("ci" if os.environ.get("CI") == "true" else os.environ.get("TOKENPLAN_EXAMPLES", "people"))
if os.environ.get("CI") == "true":
    # Else constants of whichever modules this worker has imported are drawn too, so that no two runs try the same.
    providers._get_local_constants = lambda: providers._local_constants


@pytest.fixture(scope="session", autouse=True)
def _no_refreshed_catalog(tmp_path_factory):
    """No test reads, or writes, the catalogs that the person who runs it has refreshed."""
    os.environ["TOKENPLAN_HOME"] = str(tmp_path_factory.mktemp("home"))
    os.environ["TOKENPLAN_TOKENIZERS"] = "off"  # what is installed here must not change what answers are held to


@pytest.fixture
def make_catalog(tmp_path: Path) -> Callable[..., Catalog]:
    """A function that writes a catalog and opens it."""

    def make(models: dict[str, dict[str, Any]], *, hosts: tuple[str, ...] = ()) -> Catalog:
        return Catalog(str(write_catalog(tmp_path / "catalog", models, hosts=hosts)))

    return make


@pytest.fixture(scope="session")
def shipped() -> Catalog:
    """The shipped catalog."""
    return Catalog()


@pytest.fixture
def golden(request):
    """A function that compares text with a golden file beside the test; TOKENPLAN_GOLDEN=write rewrites it."""
    folder = request.path.parent / "golden"

    def compare(name: str, text: str) -> None:
        path = folder / name
        if os.environ.get("TOKENPLAN_GOLDEN") == "write":
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert path.read_text(encoding="utf-8") == text

    return compare


@pytest.fixture(scope="session")
def server():
    """A real server process on a port of its own, with a pinned clock."""
    environment = {**os.environ, "TOKENPLAN_NOW": "2026-11-23T12:00:00Z"}
    command = [sys.executable, "-m", "planner.main", "serve", "--port", "0"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        line = process.stdout.readline()
        assert line.startswith("ready http://127.0.0.1:")
        yield line.split()[1]
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) in (0, 130)
