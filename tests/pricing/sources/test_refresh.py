"""A refresh against a real server on loopback: what it installs, what it refuses, and that nothing damages what is."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from excerpts import texts

from pricing import Catalog, Usage, installed
from pricing.cost import cost
from pricing.errors import BadCatalog, InvalidInput
from pricing.sources import build, fetch, install
from pricing.sources.refresh import refresh

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ONE = {"prompt": "0.000001", "completion": "0.000002"}
ROUTER = json.dumps({"data": [{"id": "acme/one", "name": "One", "context_length": 8000, "pricing": ONE}]})


class Mirror:
    """A server that holds the feeds; `faults` says how it serves one of them badly."""

    def __init__(self) -> None:
        named = texts()
        self.texts = {
            "genai-prices.json": named["genai-prices"],
            "litellm.json": named["litellm"],
            "models-dev.json": named["models-dev"],
            "openrouter.json": ROUTER,
        }
        self.faults = {}
        self.asked = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def _handler(mirror):  # noqa: N805 - the handler below is a self of its own
        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def do_GET(self):
                name = self.path.rpartition("/")[2]
                tag = f'"{hash(mirror.texts[name])}"'
                mirror.asked.append((name, self.headers.get("If-None-Match")))
                fault = mirror.faults.get(name)
                body = mirror.texts[name].encode()
                if fault == "500":
                    self.send_error(500)
                elif fault == "redirect" and "moved" not in self.path:
                    self.send_response(302)
                    self.send_header("Location", f"/moved/{name}")
                    self.end_headers()
                elif self.headers.get("If-None-Match") == tag and not fault:
                    self.send_response(304)
                    self.end_headers()
                else:
                    self.answer(fault, body, tag)

            def answer(self, fault, body, tag):
                body = {"truncated": body[: len(body) // 2], "latin": b"\xff\xfe" + body}.get(fault, body)
                self.send_response(200)
                self.send_header("ETag", tag)
                self.end_headers()
                if fault in ("endless", "slow"):
                    for _ in range(10_000):
                        try:
                            self.wfile.write(b" " * (10 if fault == "slow" else 1_000_000))
                            self.wfile.flush()
                        except OSError:
                            return
                        time.sleep(0.05 if fault == "slow" else 0)
                self.wfile.write(body)

        return Handler


@pytest.fixture
def mirror():
    """A loopback server with the excerpts of the feeds."""
    made = Mirror()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture(scope="module")
def shipped(tmp_path_factory):
    """A catalog built from the excerpts, standing for the shipped one."""
    folder = tmp_path_factory.mktemp("shipped")
    build.write(build.build(texts(), fetch.pins()), folder)
    return str(folder)


@pytest.fixture
def home(tmp_path):
    """An empty home for refreshed catalogs."""
    return str(tmp_path / "home")


@pytest.fixture
def run(mirror, home, shipped):
    """A function that refreshes from the mirror."""

    def refreshed(now=NOW, **options):
        return refresh(home, now, shipped=shipped, **{"origin": mirror.url, "seconds": 20, **options})

    return refreshed


def tenfold(text: str) -> str:
    """The litellm excerpt with every price ten times as high."""
    data = json.loads(text)
    for entry in data.values():
        for key, value in entry.items():
            if "cost" in key and isinstance(value, float):
                entry[key] = value * 10
    return json.dumps(data)


def prices(directory: str, at: datetime) -> dict[tuple[str, str, str, str | None], str]:
    """What a thousand tokens of each kind cost at an instant, wherever the catalog sells them."""
    found = {}
    catalog = Catalog(directory)
    for model in catalog.models():
        for tier, region in model.offers:
            try:
                used = Usage(input_tokens=1000, output_tokens=1000)
                answer = cost(used, catalog.resolve(model.id, model.provider), at=at, service_tier=tier, region=region)
            except Exception:  # noqa: BLE001 - what has no price has none in either
                continue
            found[model.provider, model.id, tier, region] = str(answer.total_usd)
    return found


def test_a_refresh_installs_what_the_feeds_say(run, home, shipped):
    """The first refresh installs a catalog, and it is the one in use."""
    done = run()
    assert (done.status, installed.in_use(home, shipped)) == ("installed", done.directory)
    answer = cost(Usage(input_tokens=10**6), Catalog(done.directory).resolve("openrouter/acme/one"), at=NOW)
    assert answer.total_usd == 1
    assert answer.lines[0].source == "openrouter feed"


def test_the_same_feeds_are_nothing_new(run, mirror, home):
    """A second refresh asks by ETag, is told that nothing changed, and installs nothing."""
    first = run()
    again = run(NOW + timedelta(hours=1))
    assert (again.status, {each.how for each in again.feeds}) == ("unchanged", {"unchanged"})
    assert all(tag for _, tag in mirror.asked[4:])
    assert installed.current(home).directory == first.directory


def test_a_moved_price_begins_and_the_old_one_ends(run, mirror):
    """After a price moves, instants before the refresh cost what they did, and instants after it cost the new price."""
    before = run().directory
    mirror.texts["openrouter.json"] = ROUTER.replace("0.000001", "0.0000014")
    later = NOW + timedelta(days=1)
    after = run(later).directory
    sold = Catalog(after).resolve("openrouter/acme/one")
    used = Usage(input_tokens=10**6)
    assert cost(used, sold, at=later).total_usd == Decimal("1.4")
    assert cost(used, sold, at=later - timedelta(seconds=1)).total_usd == 1
    for at in (NOW, later - timedelta(seconds=1), NOW - timedelta(days=400)):
        assert prices(before, at).items() <= prices(after, at).items()


@pytest.mark.parametrize("fault", ["500", "truncated", "latin", "slow", "endless"])
def test_a_bad_feed_leaves_its_prices_as_they_were(run, mirror, home, fault):
    """A feed that fails is named with its fault, its last good text stands, and no price changes."""
    before = prices(run().directory, NOW)
    mirror.faults["litellm.json"] = fault
    done = run(NOW + timedelta(hours=1), seconds=1)
    (bad,) = [each for each in done.feeds if each.problem]
    assert (bad.name, bad.how) == ("litellm", "kept")
    assert prices(installed.current(home).directory, NOW + timedelta(hours=1)) == before


@pytest.mark.parametrize(
    "text", ["{}", "[]", "null", '{"data": 3}', '{"gpt-5-mini": 7}', '{"gpt-5-mini": {"mode": []}}', ""]
)
@pytest.mark.parametrize("name", ["litellm.json", "openrouter.json", "genai-prices.json", "models-dev.json"])
def test_an_emptied_or_wrong_typed_feed_is_refused(run, mirror, home, name, text):
    """A feed without models, or of another form, counts as failed: no price changes."""
    before = prices(run().directory, NOW)
    mirror.texts[name] = text
    done = run(NOW + timedelta(hours=1))
    assert [each.how for each in done.feeds if each.problem] == ["kept"]
    assert prices(installed.current(home).directory, NOW + timedelta(hours=1)) == before


@pytest.mark.parametrize("price", ["-0.000001", "1e300", '"NaN"', "NaN", "-1"])
def test_a_price_that_cannot_be_is_its_feeds_fault(run, mirror, home, price):
    """A negative, endless or absurd price refuses the feed by name and model; its last good text stands."""
    before = prices(run().directory, NOW)
    stated = json.loads(mirror.texts["litellm.json"])["gpt-5-mini"]["input_cost_per_token"]
    mirror.texts["litellm.json"] = re.sub(rf": {stated}\b", f": {price}", mirror.texts["litellm.json"])
    done = run(NOW + timedelta(hours=1))
    (bad,) = [each for each in done.feeds if each.problem]
    assert (bad.name, bad.how) == ("litellm", "kept")
    assert prices(installed.current(home).directory, NOW + timedelta(hours=1)) == before


def test_a_bucket_that_loses_its_price_needs_to_be_accepted(run, mirror):
    """An output price that turns to nothing is listed as emptied, with the bucket, and holds the refresh back."""
    run()
    mirror.texts["openrouter.json"] = ROUTER.replace('"completion": "0.000002"', '"completion": "0"')
    refused = run(NOW + timedelta(hours=1))
    assert refused.status == "refused"
    assert [each.tiers for each in refused.changes.emptied if each.model == "acme/one"] == [
        ("output_tokens of standard",)
    ]


def test_a_pipe_is_no_feed(run, tmp_path):
    """A mirror in which a feed is a pipe is refused at once instead of waiting for a writer."""
    os.mkfifo(tmp_path / "litellm.json")
    with pytest.raises(BadCatalog, match=r"litellm\.json is no regular file"):
        run(origin=str(tmp_path / "litellm.json"))


def test_a_tenfold_move_needs_to_be_accepted(run, mirror, home):
    """Prices ten times as high are refused with the models' names, and installed when they are accepted."""
    first = run().directory
    mirror.texts["openrouter.json"] = ROUTER.replace("0.000001", "0.00001")
    refused = run(NOW + timedelta(hours=1))
    assert (refused.status, refused.unaccepted) == ("refused", ("openrouter/acme/one",))
    assert installed.current(home).directory == first
    assert run(NOW + timedelta(hours=2), accept=["openrouter/acme/one"]).status == "installed"


def test_a_tenfold_feed_is_refused(run, mirror, home):
    """A whole feed ten times as high moves too much to be installed."""
    first = run().directory
    mirror.texts["litellm.json"] = tenfold(mirror.texts["litellm.json"])
    assert run(NOW + timedelta(hours=1)).status == "refused"
    assert installed.current(home).directory == first


def test_a_model_that_is_gone_needs_to_be_accepted(run, mirror):
    """A model that its feed no longer lists is refused; accepted, it keeps its history and sells nothing more."""
    run()
    mirror.texts["openrouter.json"] = ROUTER.replace("acme/one", "acme/two")
    later = NOW + timedelta(days=1)
    assert run(later).unaccepted == ("openrouter/acme/one",)
    sold = prices(run(later, accept=["all"]).directory, NOW)
    assert ("openrouter", "acme/one", "standard", None) in sold


def test_a_dry_run_installs_nothing(run, home):
    """`dry_run` says what would change and leaves no catalog."""
    assert (run(dry_run=True).status, installed.current(home)) == ("tried", None)


def test_a_redirect_is_followed(run, mirror):
    """A feed that has moved is read where it is now."""
    mirror.faults["litellm.json"] = "redirect"
    assert not any(each.problem for each in run().feeds)


def test_no_feed_at_all_is_an_error(run, mirror, home):
    """When nothing can be read the error names every feed and nothing is installed."""
    mirror.faults = dict.fromkeys(mirror.texts, "500")
    with pytest.raises(BadCatalog, match=r"no feed could be read.*genai-prices.*litellm.*models-dev.*openrouter"):
        run()
    assert installed.current(home) is None


def test_rollback_goes_back_a_step_at_a_time(run, mirror, home, shipped):
    """Rollback returns to the refreshed catalog before, then to the shipped one, then says that there is none."""
    first = run().directory
    mirror.texts["openrouter.json"] = ROUTER.replace("0.000001", "0.0000011")
    run(NOW + timedelta(hours=1))
    install.rollback(home)
    assert installed.in_use(home, shipped) == first
    install.rollback(home)
    assert installed.in_use(home, shipped) == shipped
    with pytest.raises(InvalidInput, match="nothing to go back to"):
        install.rollback(home)


def test_two_refreshes_do_not_meet(run, home):
    """While one refresh holds the home another is refused."""
    with install.alone(home), pytest.raises(InvalidInput, match="another refresh is at work"):
        run()


def test_a_mirror_may_be_a_folder_or_one_file(mirror, home, shipped, tmp_path):
    """`origin` takes a folder of feeds or one feed's file, and says what is wrong with anything else."""
    for name, text in mirror.texts.items():
        (tmp_path / name).write_text(text)
    assert refresh(home, NOW, origin=str(tmp_path), shipped=shipped).status == "installed"
    one = refresh(home, NOW, origin=str(tmp_path / "openrouter.json"), shipped=shipped)
    assert [each.name for each in one.feeds] == ["openrouter"]
    for origin, said in (
        ("nowhere", "no such file"),
        (str(tmp_path / "home"), "holds none of"),
        ("ftp://x", "http address"),
    ):
        with pytest.raises(InvalidInput, match=said):
            refresh(home, NOW, origin=origin, shipped=shipped)


@pytest.mark.slow
def test_a_killed_refresh_leaves_the_installed_catalog(run, mirror, home, shipped):
    """Killed at any moment, a refresh leaves a catalog that answers as before, or the new one whole."""
    run()
    before = prices(installed.in_use(home, shipped), NOW)
    code = (
        "import sys; from datetime import datetime, UTC; from pricing.sources.refresh import refresh; "
        "refresh(sys.argv[1], datetime(2026, 11, 25, tzinfo=UTC), origin=sys.argv[2], shipped=sys.argv[3])"
    )
    command = [sys.executable, "-c", code, home, mirror.url, shipped]
    for step in range(1, 13):
        mirror.texts["openrouter.json"] = ROUTER.replace("0.000001", f"0.00000100{step}")
        process = subprocess.Popen(command, env=os.environ)
        time.sleep(step * 0.12)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert prices(installed.in_use(home, shipped), NOW) == before
    assert run(NOW + timedelta(days=2)).status == "installed"
    left = {each.name for each in Path(home, "catalogs").iterdir()}
    assert left == {installed.current(home).version, *installed.current(home).previous}
