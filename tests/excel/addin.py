"""The add-in under test: a server that may stop and start again on its port, and a sheet that calls its formulas."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
OFFICE = HERE.parent.parent / ".build" / "office" / "node_modules" / "@microsoft" / "office-js" / "dist"
EXPECTED = re.compile(
    r"Framing 'https://telemetryservice\.firstpartyapps\.oaspapps\.com/'"  # Microsoft's, refused by our policy
    r"|Failed to load resource: (the server responded with a status of (401|422|503)|net::ERR_)"
)
IMPATIENT = "const set = setTimeout; setTimeout = (work, ms) => set(work, ms > 10_000 ? ms : Math.min(ms, 50));"
"""Retries without their pauses: what is tried is that they end well, not how long they take."""


class Running:
    """`tokenplan excel serve` on a port of its own."""

    def __init__(self, home: Path, **environment: str) -> None:
        self._environment = {
            **os.environ,
            "TOKENPLAN_NOW": "2026-11-23T12:00:00Z",
            "TOKENPLAN_HOME": str(home),
            **environment,
        }
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self.url = f"https://localhost:{self._port}"
        self.start()

    def start(self) -> None:
        """Start, and wait until it answers."""
        command = [sys.executable, "-m", "planner.main", "excel", "serve", "--port", str(self._port)]
        self._process = subprocess.Popen(
            [*command, "--office-js", str(OFFICE)], env=self._environment, stdout=subprocess.PIPE, text=True
        )
        self.said = []
        for line in self._process.stdout:
            self.said.append(line)
            if line.startswith("ready "):
                return
        raise AssertionError("".join(self.said))

    def stop(self) -> None:
        """Stop where it runs, and wait until it is gone."""
        if self._process.poll() is not None:
            return
        self._process.send_signal(signal.SIGINT)
        self._process.wait(timeout=10)
        self._process.stdout.close()


class Sheet:
    """The add-in's page with a stand-in for Excel (`host.js`); counts what it asks of the server."""

    def __init__(self, browser, server: Running, *, patient: bool = True) -> None:
        self._context = browser.new_context(ignore_https_errors=True, viewport={"width": 340, "height": 640})
        self.page = self._context.new_page()
        self.page.set_default_timeout(20_000)
        self.complaints: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.add_init_script(path=HERE / "host.js")
        if not patient:
            self.page.add_init_script(IMPATIENT)
        self.page.goto(f"{server.url}/excel/taskpane.html")
        self.until("host.startup === 'load'")

    def until(self, expression: str) -> None:
        """Wait until an expression holds; the page's policy forbids Playwright's own way."""
        for _ in range(400):
            if self.page.evaluate(expression):
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"never: {expression}")

    def call(self, name: str, *cells):
        """A formula's answer, its arguments ranges."""
        return self.page.evaluate("([name, cells]) => host.call(name, ...cells)", [name, list(cells)])

    def requests(self) -> int:
        """How many requests for figures there were so far."""
        return sum(url.endswith("/v1/excel/calls") for url in self.asked)

    def state(self) -> str:
        """What the pane says of the connection."""
        return self.page.locator("#state").inner_text()

    def wait_for_state(self, text: str) -> None:
        """Until the pane says so."""
        self.page.locator("#state", has_text=text).wait_for()

    def close(self) -> None:
        """Close the page and forget its profile."""
        self.page.unroute_all(behavior="ignoreErrors")
        self._context.close()

    def _heard(self, message) -> None:
        if message.type in ("error", "warning") and not EXPECTED.match(message.text):
            self.complaints.append(message.text)
