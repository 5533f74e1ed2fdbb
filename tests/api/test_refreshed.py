"""A running server follows the catalog that is installed, and a request keeps one from start to end."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import httpx
import pytest
from catalogs import priced, write_catalog

from planner.assemble import default_planner, kept_current
from planner.costing import CostQuestion
from pricing import Usage, installed
from pricing.sources import install

ASKED = {"model": "one", "usage": {"input_tokens": 1_000_000}}


def installed_at(home, tmp_path, day: str, usd: str) -> str:
    """Install a catalog of one model at a price, and return its version."""
    folder = write_catalog(tmp_path / day, {"acme/one": {"prices": [priced(input_tokens=usd)]}})
    index = json.loads((folder / "index.json").read_text())
    (folder / "index.json").write_text(json.dumps({**index, "version": f"{day}.aaaaaaaaaaaa", "observed": day}))
    return install.install(str(home), folder).version


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home of its own, and no stated catalog."""
    monkeypatch.setenv("TOKENPLAN_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("TOKENPLAN_CATALOG", raising=False)
    return tmp_path / "home"


def test_a_server_takes_a_refreshed_catalog_without_a_restart(home, tmp_path):
    """What is installed while the server runs answers the next request; a damaged pointer changes nothing."""
    command = [sys.executable, "-m", "planner.main", "serve", "--port", "0"]
    with subprocess.Popen(
        command, env=os.environ, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            url = process.stdout.readline().split()[1]
            shipped = httpx.get(f"{url}/healthz").json()["catalog"]
            version = installed_at(home, tmp_path, "2030-01-01", "3")
            assert httpx.get(f"{url}/healthz").json()["catalog"] == version != shipped
            assert httpx.post(f"{url}/v1/cost", json=ASKED).json()["total_usd"] == "3"
            (home / installed.POINTER).write_text("{damaged")
            assert httpx.post(f"{url}/v1/cost", json=ASKED).json()["total_usd"] == "3"
            (home / installed.POINTER).unlink()
            installed_at(home, tmp_path, "2030-01-02", "4")
            assert httpx.post(f"{url}/v1/cost", json=ASKED).json()["total_usd"] == "4"
        finally:
            process.kill()


def test_a_request_keeps_its_catalog(home, tmp_path):
    """Who has asked for the planner goes on with its catalog, whatever is installed meanwhile."""
    installed_at(home, tmp_path, "2030-01-01", "3")
    current = kept_current(default_planner())
    held = current()
    installed_at(home, tmp_path, "2030-01-02", "4")
    question = CostQuestion(model="one", usage=Usage(input_tokens=1_000_000))
    assert [str(each.cost(question).total_usd.normalize()) for each in (held, current())] == ["3", "4"]


def test_a_stated_catalog_stays(home, tmp_path):
    """A server of a stated catalog does not look at what is installed."""
    folder = write_catalog(tmp_path / "stated", {"acme/one": {"prices": [priced(input_tokens="5")]}})
    current = kept_current(default_planner(str(folder)), str(folder))
    installed_at(home, tmp_path, "2030-01-01", "3")
    assert current().catalog.ref.version == "test"


def test_the_later_of_shipped_and_refreshed_answers(home, tmp_path):
    """A catalog that was refreshed before the shipped one was observed is not taken."""
    installed_at(home, tmp_path, "2020-01-01", "3")
    assert default_planner().catalog.ref.version.startswith("2026-")
