"""The add-in in a real Chromium with Microsoft's own office.js, against a real server over https."""

from __future__ import annotations

import os

import pytest
from addin import OFFICE, Running, Sheet
from browser import CHROMIUM, FLAGS
from catalogs import NOW
from playwright.sync_api import sync_playwright
from starlette.testclient import TestClient

from excel.addin.routes import add_addin
from excel.workbook import values
from excel.workbook.book import book
from excel.workbook.routes import ROUTES
from excel.workbook.write import xlsx
from planner.api.app import create_app
from planner.api.settings import Settings
from planner.planner import Planner
from planner.tokens import Counter


@pytest.fixture(scope="session")
def planner(shipped):
    """The shipped catalog and counter at a pinned instant."""
    counter = Counter()
    return Planner(shipped, lambda: counter, lambda: NOW)


@pytest.fixture(scope="session")
def client_of(planner):
    """A function that makes a client of the API with the add-in, reached over https."""

    def made(*keys: str) -> TestClient:
        app = create_app(lambda: planner, Settings(api_keys=keys))
        add_addin(app, lambda: planner)
        return TestClient(app, base_url="https://sheets.example:8322", raise_server_exceptions=False)

    return made


@pytest.fixture(scope="session")
def client(client_of):
    """A client of a server without keys."""
    return client_of()


@pytest.fixture(scope="module")
def browser():
    """One browser for a module's tests, closed with it: another module may drive one of its own."""
    if os.environ.get("CI") != "true" and not (CHROMIUM and OFFICE.is_dir()):
        pytest.skip("chromium or office.js is not installed here: sh tests/browser_setup.sh")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """A real `tokenplan excel serve`, shared by a module's tests."""
    server = Running(tmp_path_factory.mktemp("home"))
    yield server
    server.stop()


@pytest.fixture
def started(tmp_path):
    """A function that starts a server of the test's own, with further environment variables."""
    servers = []

    def start(**environment) -> Running:
        servers.append(Running(tmp_path, **environment))
        return servers[-1]

    yield start
    for each in servers:
        each.stop()


@pytest.fixture
def sheet(browser):
    """A function that opens the add-in of a server in a profile of its own; what it complains of fails the test."""
    opened = []

    def start(server: Running, **options) -> Sheet:
        opened.append(Sheet(browser, server, **options))
        return opened[-1]

    yield start
    for each in opened:
        each.close()
    assert [line for each in opened for line in each.complaints] == []


@pytest.fixture(scope="session")
def books(planner):
    """Each route's description, file and worked-out figures."""
    made = {}
    for route in ROUTES:
        described = book(planner, route)
        file = xlsx(described, route, {})
        found = values.evaluated(file, described, route, planner)
        made[route] = (described, xlsx(described, route, found), found)
    return made
