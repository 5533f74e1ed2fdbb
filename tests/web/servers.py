"""The servers that the page is tried with; also for `make screenshots`."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys


class Running:
    """A server that a test may stop and start again on its port."""

    def __init__(self, **environment):
        self._environment = {**os.environ, "TOKENPLAN_NOW": "2026-11-23T12:00:00Z", **environment}
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}"
        self.start()

    def start(self):
        """Start, and wait until it answers."""
        command = [sys.executable, "-m", "planner.main", "serve", "--port", str(self._port)]
        self._process = subprocess.Popen(command, env=self._environment, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout.readline().startswith("ready ")

    def stop(self):
        """Stop, and wait until it is gone."""
        self._process.send_signal(signal.SIGINT)
        self._process.wait(timeout=10)
        self._process.stdout.close()
