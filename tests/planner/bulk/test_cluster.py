"""On a Ray cluster nothing is lost or counted twice when a worker or a node goes, and errors have words."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pyarrow.parquet as pq
import pytest
from catalogs import NOW
from logs import EACH, write_logs

from planner import BulkPriceQuestion
from planner.bulk import cluster
from planner.bulk.job import bulk_price
from pricing import Catalog, Usage, cost
from pricing.errors import InvalidInput


@pytest.mark.slow
def test_a_removed_node_and_a_killed_worker_lose_nothing(tmp_path):
    """Two nodes: one worker is killed and one node removed in mid-job; totals equal to the digit, no id twice."""
    script = f"{__file__.removesuffix('test_cluster.py')}two_nodes.py"
    logs = write_logs(tmp_path / "logs", 100, 1500)
    env = os.environ | {"RAY_USAGE_STATS_ENABLED": "0", "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, script, str(logs), str(tmp_path / "job")]
    ran = subprocess.run(command, capture_output=True, text=True, env=env, check=False, timeout=170)
    assert ran.returncode == 0, ran.stderr[-3000:]
    told = json.loads(ran.stdout.splitlines()[-1])
    assert told["killed"], "no worker was there to be killed"
    assert 0 < told["finished_when_node_left"] < 100
    assert (told["rows"], told["refused"], told["failed"]) == (150_000, 0, [])
    assert told["total_usd"] == "97.5"  # 150,000 rows at 0.00065
    ids = pq.read_table(tmp_path / "job" / "rows", columns=["id"]).column("id").to_pylist()
    assert len(ids) == len(set(ids)) == 150_000


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("127.0.0.1:9", "no Ray cluster answers at '127.0.0.1:9': .*refused"),
        ("ray://127.0.0.1:9", "no Ray cluster answers"),
        ("127.0.0.1:port", "no Ray cluster answers"),
    ],
)
def test_an_unreachable_cluster_is_said_at_once(shipped, tmp_path, address, said):
    """Nobody waits minutes for a cluster that is not there."""
    logs = write_logs(tmp_path / "logs", 1, 1)
    question = BulkPriceQuestion(paths=(str(logs),), out=str(tmp_path / "job"), engine="ray", address=address)
    with pytest.raises(InvalidInput, match=said):
        bulk_price(question, shipped, NOW)


def test_a_machine_without_ray_is_told_what_to_install(monkeypatch, shipped, tmp_path):
    """The extra is named."""
    logs = write_logs(tmp_path / "logs", 1, 1)
    monkeypatch.setitem(sys.modules, "ray", None)
    question = BulkPriceQuestion(paths=(str(logs),), out=str(tmp_path / "job"), engine="ray")
    with pytest.raises(InvalidInput, match=r"pip install 'tokenplan\[ray\]'"):
        bulk_price(question, shipped, NOW)


def test_a_worker_without_the_extra_says_what_it_lacks(monkeypatch):
    """What travels to a worker runs without tokenplan there, and tells which package it could not import, and where."""
    monkeypatch.setitem(sys.modules, "planner.bulk.cluster", None)
    kind, said = cluster._task()(b"", b"")
    assert kind == "lacks"
    assert "planner.bulk.cluster" in said


def test_a_catalog_travels_whole(tmp_path, monkeypatch, shipped):
    """A catalog that was packed and unpacked answers as the first: the same version and the same price."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    files = cluster.packed(shipped)
    assert files == cluster.packed(Catalog())
    for _ in range(2):  # the second worker of a node finds it unpacked
        arrived = cluster.unpacked(files, None)
        assert arrived.ref == shipped.ref
        usage = Usage(input_tokens=1000, output_tokens=200)
        assert cost(usage, arrived.resolve("gpt-5-mini"), at=NOW).total_usd == EACH
    assert arrived.directory != shipped.directory
