"""`prices refresh`, `prices rollback` and `prices diff` as a person types them, from a folder of feeds."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "pricing" / "sources"))
from excerpts import texts

from pricing import installed
from pricing.sources import build, corrections, fetch, refresh

FILES = {"genai-prices": "genai-prices.json", "litellm": "litellm.json", "models-dev": "models-dev.json"}


@pytest.fixture
def feeds(tmp_path, pinned, monkeypatch):
    """A folder with the excerpts of the feeds; the catalog built from them stands for the shipped one."""
    shipped = tmp_path / "shipped"
    build.write(build.build(texts(), fetch.pins()), shipped)
    pinned.delenv("TOKENPLAN_CATALOG")
    pinned.setenv("TOKENPLAN_HOME", str(tmp_path / "home"))
    pinned.setenv("TOKENPLAN_NOW", "2026-11-24T12:00:00Z")
    monkeypatch.setattr(installed.in_use, "__defaults__", (str(shipped),))
    keywords = {**refresh.refresh.__kwdefaults__, "shipped": str(shipped)}
    monkeypatch.setattr(refresh.refresh, "__kwdefaults__", keywords)
    folder = tmp_path / "feeds"
    folder.mkdir()
    for name, file in FILES.items():
        (folder / file).write_text(texts()[name])
    return folder


def test_a_refresh_says_what_it_read_and_did(tokenplan, feeds):
    """The page lists the feeds and the changes, and how to go back; the next command uses the new catalog."""
    ran = tokenplan("prices", "refresh", "--from", str(feeds))
    assert (ran.code, ran.err) == (0, "")
    assert "litellm       new" in ran.out
    assert "`tokenplan prices rollback` goes back" in ran.out
    assert tokenplan("catalog").out.startswith("version     2026-11-24.")
    assert "nothing is new" in tokenplan("prices", "refresh", "--from", str(feeds)).out


def test_a_large_move_is_refused_until_it_is_accepted(tokenplan, feeds):
    """Exit code 1 names the models; with --accept the same feeds are installed; rollback undoes it."""
    tokenplan("prices", "refresh", "--from", str(feeds))
    file = feeds / "litellm.json"
    data = json.loads(file.read_text())
    for entry in data.values():
        entry.update({key: value * 10 for key, value in entry.items() if "cost" in key and isinstance(value, float)})
    file.write_text(json.dumps(data))
    refused = tokenplan("prices", "refresh", "--from", str(feeds))
    assert refused.code == 1
    assert "nothing is installed" in refused.err
    assert "+900.0 %" in refused.out
    told = json.loads(tokenplan("prices", "refresh", "--from", str(feeds), "--accept", "--json").out)
    assert (told["status"], told["unaccepted"]) == ("installed", [])
    assert any(move["factor"] == 10 for move in told["changes"]["moved"])
    assert "+900.0 %" in tokenplan("prices", "diff").out
    assert "answers again" in tokenplan("prices", "rollback").out


def test_a_bad_feed_is_named(tokenplan, feeds):
    """A feed that cannot be read is a line on the page, and with none readable the exit code is 2."""
    (feeds / "litellm.json").write_text("{")
    ran = tokenplan("prices", "refresh", "--from", str(feeds))
    assert "litellm: it does not have the feed's form" in ran.out
    for file in FILES.values():
        (feeds / file).write_text("")
    last = tokenplan("prices", "refresh", "--from", str(feeds / "models-dev.json"))
    assert (last.code, "no feed could be read" in last.err) == (2, True)


@pytest.mark.parametrize("command", ["refresh", "rollback"])
def test_a_stated_catalog_is_not_refreshed(tokenplan, command):
    """Beside a stated catalog a refresh would not be what answers: it is refused."""
    ran = tokenplan("prices", command)
    assert (ran.code, "the catalog is stated" in ran.err) == (2, True)


@pytest.mark.usefixtures("feeds")
def test_there_is_nothing_to_go_back_to(tokenplan):
    """Rollback without a refreshed catalog says so, and so does a comparison with the previous one."""
    assert "nothing to go back to" in tokenplan("prices", "rollback").err
    assert "no previous refreshed catalog" in tokenplan("prices", "diff", "previous").err


def test_corrections_that_lapsed_are_one_line_below_the_result(tokenplan, feeds, monkeypatch):
    """They matter to who keeps the catalog, not to who refreshes: counted last, named in the JSON."""
    monkeypatch.setattr(corrections.Corrections, "lapsed", lambda *_: ["a: old", "b: older"])
    ran = tokenplan("prices", "refresh", "--from", str(feeds), "--dry-run")
    lapsed = json.loads(tokenplan("prices", "refresh", "--from", str(feeds), "--dry-run", "--json").out)["lapsed"]
    assert lapsed == ["a: old", "b: older"]
    assert ran.out.splitlines()[-1] == "corrections that no feed calls for any more: 2; --json names them"
    assert lapsed[0] not in ran.out
