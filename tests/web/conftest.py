"""A real Chromium, and pages that fail their test when they complain, break their policy or ask anybody else."""

from __future__ import annotations

import os
import re
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from browser import CHROMIUM, FLAGS
from playwright.sync_api import expect, sync_playwright
from servers import Running

expect.set_options(timeout=15_000)  # a busy machine is no fault of the page
REFUSAL = re.compile(r"Failed to load resource: (the server responded with a status of 4(01|04|13|22)|net::ERR_)")
"""What Chromium itself writes of every answer that is no success."""


@pytest.fixture(scope="session")
def browser():
    """One browser for all tests; each has a profile of its own."""
    if not CHROMIUM and os.environ.get("CI") != "true":
        pytest.skip("chromium is not installed here")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def visit(browser, server):
    """A function that opens the page, wide and light unless said otherwise."""
    complaints, contexts = [], []

    def opened(path="/", *, width=1360, height=950, base=server, refusals=False, **options):
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()

        def said(message):
            expected = refusals and REFUSAL.match(message.text)
            if message.type in ("error", "warning") and not expected:
                complaints.append(message.text)

        page.on("console", said)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: mine(request.url, base) or complaints.append(f"asks {request.url}"))
        page.goto(f"{base}{path}")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def mine(url: str, base: str) -> bool:
    """Whether a request stays with the server, or with what the page itself holds."""
    return url.startswith((f"{base}/", "data:", "blob:"))


@pytest.fixture
def example(visit):
    """A function that opens the page with the example estimated."""

    def opened(**options):
        page = visit(**options)
        page.get_by_role("button", name="Take an example").click()
        page.locator(".ranking tbody tr").first.wait_for()
        return page

    return opened


@pytest.fixture
def running():
    """A context manager of a server of the test's own, with further environment variables."""

    @contextmanager
    def started(**environment):
        server = Running(**environment)
        try:
            yield server
        finally:
            server.stop()

    return started


@pytest.fixture
def api(server):
    """A function that asks the server what the page asks."""

    def ask(path, body=None):
        return (httpx.get(f"{server}{path}") if body is None else httpx.post(f"{server}{path}", json=body)).json()

    return ask


@pytest.fixture(scope="session")
def audit():
    """A function that lists what axe-core (MPL-2.0, in `vendor`) finds wrong with a page."""
    source = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")

    def violations(page):
        page.evaluate(source)
        found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
        return [(each["id"], node["target"], node["failureSummary"]) for each in found for node in each["nodes"]]

    return violations
