"""A two-node Ray cluster on this machine, a job on it, a worker killed and a node removed meanwhile; told as JSON.

A process of its own: Ray leaves threads and open files behind that no test may inherit.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import psutil
from ray.cluster_utils import Cluster

from planner import BulkPriceQuestion, default_planner


def main(logs: str, out: str) -> None:
    """Run it; the node goes when some parts are finished and others are not."""
    nodes = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    leaving = nodes.add_node(num_cpus=1)
    told: dict[str, object] = {"killed": 0}
    harm = threading.Thread(target=_harm, args=(nodes, leaving, Path(out, "parts"), told), daemon=True)
    harm.start()
    question = BulkPriceQuestion(
        paths=(logs,), out=out, rows=True, keep=("id",), engine="ray", address=nodes.address
    )  # fmt: skip
    answer = default_planner().bulk_price(question)
    harm.join(timeout=60)
    nodes.shutdown()
    told |= {"rows": answer.rows, "refused": answer.refused, "failed": [each.reason for each in answer.failed]}
    told["total_usd"] = f"{answer.total.total_usd.normalize():f}"
    sys.stdout.write(f"{json.dumps(told)}\n")


def _harm(nodes: Cluster, leaving: object, records: Path, told: dict[str, object]) -> None:
    _wait(records, 5)
    told["killed"] = _kill_a_worker()
    _wait(records, 15)
    told["finished_when_node_left"] = len(list(records.glob("*.json")))
    nodes.remove_node(leaving, allow_graceful=False)


def _wait(records: Path, count: int) -> None:
    while len(list(records.glob("*.json"))) < count:
        time.sleep(0.02)


def _kill_a_worker() -> int:
    """End one process of ours that works on a part; of those, Ray names the task in the title."""
    for _ in range(300):
        for process in psutil.Process(os.getpid()).children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                if "ray::work_on" in " ".join(process.cmdline()):
                    process.send_signal(signal.SIGKILL)
                    return process.pid
        time.sleep(0.01)
    return 0


if __name__ == "__main__":
    main(*sys.argv[1:])
