"""The page's files without a browser: arrows between its rooms, nothing inline, nothing from outside, licences."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from planner.usual import MODELS
from planner.web import STATIC, add_page

if TYPE_CHECKING:
    from pathlib import Path

OURS = sorted(path for path in STATIC.rglob("*.js") if "vendor" not in path.parts)
ROOMS = {
    "app": {"app"},
    "catalog": {"app", "catalog"},
    "estimate": {"app", "catalog", "estimate"},
    "plan": {"app", "plan"},
    "api": {"api"},
}
"""What each room of the page may import; the shell, which brings them together, may import all."""


@pytest.fixture(scope="module")
def client():
    app = FastAPI()
    add_page(app)
    return TestClient(app)


def room(path: Path) -> str:
    """The folder of the page in which a file lies."""
    return path.relative_to(STATIC).parts[0]


@pytest.mark.parametrize("path", OURS, ids=lambda path: str(path.relative_to(STATIC)))
def test_a_module_imports_what_is_there_and_what_its_room_may(path):
    """Every import leads to a shipped file, in a room below or beside; vendored files are reached from app and plan."""
    for target in re.findall(r"""from "([^"]+)";""", path.read_text(encoding="utf-8")):
        found = (path.parent / target).resolve()
        assert found.is_file(), target
        if path.name != "shell.js":
            assert room(found) in ROOMS[room(path)] | {"vendor"}, target


def test_the_policy_allows_nothing_inline_and_nothing_from_outside(client):
    """The page's Content-Security-Policy names only 'self', and the page has no inline script or style to need more."""
    response = client.get("/")
    policy = response.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; ")
    assert not re.search(r"unsafe|https?:|\*", policy)
    assert not re.search(r"<style|style=|<script(?![^>]*src=)|\son\w+=|https?://", response.text)


def test_no_file_of_ours_names_an_outside_address_or_evaluates_text():
    """Scripts and styles load nothing from elsewhere and make no code of strings."""
    for path in (*OURS, *STATIC.glob("styles/*.css"), *STATIC.glob("*.html")):
        text = path.read_text(encoding="utf-8")
        assert not re.search(
            r"https?://|@import|\beval\(|new Function|innerHTML", text.replace("http://www.w3.org", "")
        ), path


def test_each_vendored_library_has_its_licence_beside_it():
    """Nobody gets other people's work from us without their terms."""
    for folder in (STATIC / "vendor").iterdir():
        assert list(folder.glob("LICENSE*")), folder


def test_modules_are_served_as_scripts_whatever_the_machine_thinks(client):
    """A wrong type in a machine's registry would keep every module from loading."""
    response = client.get("/assets/app/main.js")
    assert response.headers["content-type"].startswith("text/javascript")
    assert response.headers["x-content-type-options"] == "nosniff"


def test_the_page_starts_with_the_models_of_the_command_line(client):
    """An estimate on the page and one on the command line begin alike."""
    assert tuple(client.get("/assets/page.json").json()["models"]) == MODELS


def test_files_stay_small():
    """A module has one subject: none of ours is longer than 150 lines."""
    assert [path.name for path in OURS if len(path.read_text(encoding="utf-8").splitlines()) > 150] == []
