"""Plan inputs from a log: figures worked by hand, and what is written back into a plan."""

from __future__ import annotations

import shutil
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner import ActualsFitQuestion, default_planner, questions
from planner.actuals.fit import actuals_fit
from planner.actuals.reading import Log
from planner.actuals.writing import write_scenario
from planner.examples import examples
from planner.plans.files import read_plan
from pricing import Catalog
from pricing.errors import InvalidInput

NOW = datetime(2026, 11, 25, tzinfo=UTC)
ROOT = Path(__file__).parents[3]
SUPPORT = ROOT / "examples" / "actuals" / "support.csv"
SHIPPED = Catalog()


def fit(*rows, **asked):
    return actuals_fit(ActualsFitQuestion(rows=rows, **asked), SHIPPED, NOW)


def row(hour=8, **changed):
    return {"at": f"2026-11-02T{hour:02d}:00:00Z", "model": "gpt-5-mini", "feature": "answer", "user": f"u{hour}",
            "input_tokens": 1000, "output_tokens": 100, "seconds": 2.0, **changed}  # fmt: skip


def test_lengths_rates_and_times_by_hand():
    """Twenty requests: 1 to 20 tens of tokens, every fourth cached, one failed, two tried again."""
    rows = [
        row(output_tokens=10 * n, cache_read_tokens=1000 if n % 4 == 0 else 0, seconds=n / 10,
            first_token_seconds=n / 100, reasoning_tokens=5, retries=int(n in (3, 9)))
        for n in range(1, 21)
    ]  # fmt: skip
    failed = row(status="failed", input_tokens=None, output_tokens=None, seconds=30)
    (call,) = fit(*rows, failed, days=1).calls
    assert (call.output_tokens.p50, call.output_tokens.p95, call.output_tokens.mean) == (100, 190, 105)
    assert (call.seconds.p50, call.seconds.p95, call.seconds.count) == (1.0, 1.9, 20)
    assert (call.first_token_seconds.p50, call.reasoning_tokens.p50) == (0.1, 5)
    assert call.cache_hit_rate == 5 / 20
    assert call.cached_prompt_share == 5000 / 25_000
    assert (call.failure_rate, call.retry_rate) == (1 / 21, 2 / 21)


def test_arrivals_by_hand():
    """Three hours of 1, 1 and 4 requests in two days: six of them, the peak twice the mean of 2."""
    rows = [row(8), row(9), *[row(10) for _ in range(4)]]
    traffic = fit(*rows, days=2).traffic
    assert traffic.requests_per_month == pytest.approx(6 / 2 * 30.4375)
    assert traffic.peak_factor == 2
    assert traffic.active_hours_per_month == pytest.approx(3 / 48 * 730.5)
    assert (traffic.users, traffic.feature) == (3, "answer")


def test_a_sample_is_scaled_up_and_says_nothing_of_hours():
    """One request in a hundred: a hundred times the traffic; most hours of a sample are empty by chance."""
    traffic = fit(row(8), row(9), days=1, sample_share=0.01).traffic
    assert traffic.requests_per_month == pytest.approx(200 * 30.4375)
    assert (traffic.peak_factor, traffic.active_hours_per_month) == (None, None)


def test_the_days_are_those_of_the_log_unless_given():
    """From the first request to the last, and no less than the hours that it touches."""
    assert fit(row(8), {**row(8), "at": "2026-11-05T20:00:00Z"}).days == 3.5
    assert fit(row(8)).days == pytest.approx(1 / 24)
    with pytest.raises(InvalidInput, match="the log has no times"):
        fit(row(at=None))


def test_rows_that_sum_requests_have_no_single_lengths():
    """An export by day gives traffic and shares, and says what it cannot give."""
    log = Log(files=(str(ROOT / "examples" / "actuals" / "openai-usage.json"),))
    found = actuals_fit(ActualsFitQuestion(), SHIPPED, NOW, log)
    assert found.days == 2
    assert found.traffic.requests_per_month == pytest.approx(2403 / 2 * 30.4375)
    assert all(each.output_tokens is None and each.cache_hit_rate is None for each in found.calls)
    assert any("lengths, latencies" in each for each in found.warnings)


@settings(max_examples=15)
@given(st.lists(st.integers(1, 5000), min_size=1, max_size=60))
def test_percentiles_are_values_that_were_seen(lengths):
    """The smallest value that at least half, or 95 %, do not exceed."""
    (call,) = fit(*(row(output_tokens=each) for each in lengths), days=1).calls
    ordered = sorted(lengths)
    for share, found in ((0.5, call.output_tokens.p50), (0.95, call.output_tokens.p95)):
        assert found == next(each for n, each in enumerate(ordered, 1) if n >= share * len(ordered))


@pytest.mark.parametrize(
    ("asked", "said"),
    [({"days": 0}, "days is 0"), ({"sample_share": 0}, "sample_share"), ({"sample_share": 1.5}, "sample_share is 1.5")],
)
def test_what_makes_no_sense_is_refused(asked, said):
    """No days, no sample, more than all."""
    with pytest.raises(InvalidInput, match=said):
        fit(row(), **asked)


def test_routes_of_a_plan_are_found_by_their_models():
    """A step's routes get the shares and lengths of their models; what routes share is the mean over requests."""
    question = questions.of_values(ActualsFitQuestion, examples("/v1/actuals/fit").asked["plan"]["value"])
    found = actuals_fit(question, SHIPPED, NOW).values
    assert found["traffic.requests_per_month"] == 91
    assert found["steps.answer.routes.easy.share"] == 0.6667
    assert found["steps.answer.routes.hard.output_tokens"] == {"p50": 270, "p95": 300}
    assert not [path for path in found if "cache" in path or "retry" in path]  # the plan states none


@pytest.fixture
def plan(tmp_path):
    """The support assistant's plan, to write into."""
    return Path(shutil.copytree(ROOT / "examples" / "plans" / "support", tmp_path / "support")) / "plan.toml"


def test_a_fit_is_written_as_a_scenario_that_the_plan_can_be(plan, monkeypatch):
    """Written twice it stands there once; nothing else of the file changes; the plan reads and reports with it."""
    monkeypatch.setenv("TOKENPLAN_NOW", "2026-11-25T12:00:00Z")
    before = plan.read_text()
    asked = ActualsFitQuestion(days=14, sample_share=0.005, plan=read_plan(str(plan)).plan)
    planner = default_planner()
    found = planner.actuals_fit(asked, Log(files=(str(SUPPORT),)))
    for _ in range(2):
        write_scenario(str(plan), "measured", found.values, found.about)
    after = plan.read_text()
    assert after.startswith(before.rstrip("\n"))
    assert after.count("[scenarios.measured]") == 1
    assert "2026-11-09 to 2026-11-22" in tomllib.loads(after)["scenarios"]["measured"]["about"]
    measured = read_plan(str(plan), scenario="measured").plan
    assert measured.steps["answer"].routes["hard"].share == found.values["steps.answer.routes.hard.share"]
    assert measured.steps["answer"].cache.hit_rate == found.values["steps.answer.cache.hit_rate"]


def test_a_scenario_of_people_is_not_overwritten(plan):
    """`launch` was written by hand; a name with a dot is quoted; a YAML plan is for hands."""
    before = plan.read_text()
    with pytest.raises(InvalidInput, match="'launch' that was not written by this command"):
        write_scenario(str(plan), "launch", {"traffic.users": 1}, "x")
    assert plan.read_text() == before
    write_scenario(str(plan), "week.45", {'steps."a.b".share': 0.5}, 'of "us"')
    assert tomllib.loads(plan.read_text())["scenarios"]["week.45"]["values"] == {'steps."a.b".share': 0.5}
    with pytest.raises(InvalidInput, match="TOML and JSON plans"):
        write_scenario(str(plan.with_suffix(".yaml")), "x", {}, "")
    with pytest.raises(InvalidInput, match="No such file"):
        write_scenario(str(plan.with_name("no.toml")), "x", {}, "")


def test_a_json_plan_gets_its_scenario_too(tmp_path):
    """Beside those that it has."""
    path = tmp_path / "plan.json"
    path.write_text('{"name": "x", "scenarios": {"a": {}}}')
    write_scenario(str(path), "measured", {"traffic.users": 3}, "since")
    assert path.read_text().count('"measured"') == 1
    assert '"traffic.users": 3' in path.read_text()
