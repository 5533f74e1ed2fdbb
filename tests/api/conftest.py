"""An app over the shipped catalog with a pinned clock, and a client that speaks to it without a socket."""

from __future__ import annotations

import pytest
from catalogs import NOW
from starlette.testclient import TestClient

from planner.api.app import create_app
from planner.api.settings import Settings
from planner.planner import Planner
from planner.tokens import Counter


@pytest.fixture(scope="session")
def planner(shipped):
    """The shipped catalog and counter at a pinned instant."""
    return Planner(shipped, Counter, lambda: NOW)


@pytest.fixture(scope="session")
def app(planner):
    """The API without a key."""
    return create_app(lambda: planner)


@pytest.fixture(scope="session")
def client(app):
    """A client whose server errors come back as answers."""
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(scope="session")
def guarded(planner):
    """A client of a server with two keys and a small body limit."""
    app = create_app(lambda: planner, Settings(api_keys=("first", "second"), max_body=2000))
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client
