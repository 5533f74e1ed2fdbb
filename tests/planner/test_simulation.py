"""Simulated months against closed forms, plain NumPy and figures worked by hand."""

from __future__ import annotations

import sys
from math import exp, log, nan

import numpy as np
import pytest
from catalogs import NOW, priced
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from planner import Distribution, SimulateQuestion
from planner.simulation import simulate
from pricing import InvalidInput, UnknownModel

Z95 = stats.norm.ppf(0.95)
TIERED = {
    "openai/tiered": {
        "prices": [
            priced(input_tokens="1", output_tokens="10"),
            priced(input_tokens="2", output_tokens="15") | {"prompt_above": 1000},
        ]
    },
    "openai/caches": {
        "cache_minimum_tokens": 500,
        "prices": [priced(input_tokens="1", cache_read_tokens="0.1", cache_write_5m_tokens="1.25", output_tokens="10")],
    },
}


@pytest.fixture
def catalog(make_catalog):
    return make_catalog(TIERED)


def ask(catalog=None, **more):
    asked = {
        "input_usd_per_million_tokens": 1.0, "output_usd_per_million_tokens": 10.0, "input_tokens": 1000.0,
        "output_tokens": 100.0, "requests_per_user_per_month": 1000.0, "draws": 20_000,
    }  # fmt: skip
    if "model" in more:
        asked |= {"input_usd_per_million_tokens": None, "output_usd_per_million_tokens": None}
    return simulate(SimulateQuestion(**{**asked, **more}), catalog, NOW)


def near(spread, name, expected, errors=5):
    """Within five of its own standard errors."""
    error = getattr(spread, f"{name}_standard_error_usd")
    assert getattr(spread, f"{name}_usd") == pytest.approx(expected, abs=errors * error, rel=1e-9), name


def test_what_is_certain_is_certain():
    """1000 x 1 + 100 x 10 = 2000 millionths a request, 2 USD a user, 20 USD for ten: no spread and no noise."""
    answer = ask(users=10.0, budget_usd_per_month=20.0)
    for spread, usd in ((answer.request, 0.002), (answer.user_month, 2.0), (answer.month, 20.0)):
        assert (spread.p50_usd, spread.p99_usd) == pytest.approx((usd, usd))
        assert spread.p95_standard_error_usd == 0
    assert (answer.request_noise_share, answer.tornado, answer.closed_form, answer.budget.breach_probability) == (
        0.0, (), None, 0.0,
    )  # fmt: skip
    assert "no input is uncertain" in answer.assumptions[-1]


def test_products_of_lognormals_have_a_closed_form():
    """Log-variances add: the simulated month is that lognormal, and its tail is the breach."""
    users, prices = Distribution(p50=100, p95=300), Distribution(p50=0.9, p95=1.2)
    answer = ask(users=users, price_factor=prices, budget_usd_per_month=400.0, draws=100_000)
    a, b = log(3) / Z95, log(1.2 / 0.9) / Z95
    whole = stats.lognorm((a * a + b * b) ** 0.5, scale=100 * 0.9 * 2)
    closed = answer.closed_form
    assert (closed.p50_usd, closed.p95_usd, closed.p99_usd) == pytest.approx(tuple(whole.ppf([0.5, 0.95, 0.99])))
    assert closed.breach_probability == pytest.approx(whole.sf(400))
    for name, p in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99)):
        near(answer.month, name, whole.ppf(p))
    assert answer.budget.breach_probability == pytest.approx(whole.sf(400), abs=5 * answer.budget.standard_error)
    shares = {row.input: row.log_variance_share for row in answer.tornado}
    assert shares == pytest.approx({"users": a * a / (a * a + b * b), "price_factor": b * b / (a * a + b * b)})


def test_a_tornado_by_hand():
    """Users of 50 to 150 swing 100 x 0.8 x 2 USD between p10 and p90; a price of 1 to 1.2 swings 100 x 2 x 0.16."""
    answer = ask(users=Distribution(low=50, high=150), price_factor=Distribution(low=1.0, high=1.2))
    first, second = answer.tornado
    assert (first.input, first.low, first.high) == ("users", pytest.approx(60), pytest.approx(140))
    assert (first.low_usd, first.high_usd) == pytest.approx((60 * 2 * 1.1, 140 * 2 * 1.1))
    assert second.swing_usd == pytest.approx(100 * 2 * 0.16)
    assert answer.closed_form is None
    assert first.log_variance_share is None


def test_noise_of_requests_vanishes_and_that_of_inputs_does_not():
    """A thousandfold of users divides the relative spread of a certain plan by 32; an uncertain one keeps its own."""
    vary = {"output_tokens": Distribution(p50=100, p95=400), "requests_per_user_per_month": Distribution(p50=5, p95=30)}
    few, many = (ask(users=users, **vary).month for users in (10.0, 10_000.0))
    wide = ask(users=10_000.0, output_factor=Distribution(p50=1, p95=1.5), **vary)

    def relative(spread):
        return spread.p95_usd / spread.mean_usd - 1

    assert relative(many) * 31.6 == pytest.approx(relative(few), rel=0.15)
    assert relative(wide.month) > 10 * relative(many)
    assert wide.request_noise_share < 0.02


def test_a_month_against_plain_numpy():
    """Every request and user drawn one by one gives the user's and the month's percentiles."""
    output = Distribution(kind="gamma", mean=200, sd=300)
    answer = ask(
        output_tokens=output, requests_per_user_per_month=Distribution(kind="exponential", mean=20), users=40.0
    )
    draws, months = np.random.default_rng(4), []
    users = []
    for _ in range(1500):
        requests = draws.exponential(20, 40)
        counts = np.floor(requests + draws.random(40)).astype(int)  # whole requests of the same mean
        costs = (1000 + 10 * draws.gamma((2 / 3) ** 2, 450, counts.sum())) / 1e6
        owner = np.repeat(np.arange(40), counts)
        each = np.bincount(owner, costs, minlength=40)
        users.append(each)
        months.append(each.sum())
    for name, p in (("p50", 50), ("p95", 95)):
        assert getattr(answer.month, f"{name}_usd") == pytest.approx(np.percentile(months, p), rel=0.03)
        assert getattr(answer.user_month, f"{name}_usd") == pytest.approx(np.percentile(users, p), rel=0.05)


def test_truncation_is_the_limited_expected_value():
    """Of a lognormal: E[min(X, M)] = mean x Phi((ln M - mu - s^2)/s) + M x (1 - Phi((ln M - mu)/s)), and its tail."""
    answer = ask(output_tokens=Distribution(p50=250, p95=700), max_tokens=600)
    mu, s = log(250), log(700 / 250) / Z95
    edge = (log(600) - mu) / s
    limited = exp(mu + s * s / 2) * stats.norm.cdf(edge - s) + 600 * stats.norm.sf(edge)
    cut = answer.truncation
    assert cut.truncated_share == pytest.approx(stats.norm.sf(edge), abs=1e-3)
    assert (cut.wanted_tokens, cut.limited_tokens) == pytest.approx((exp(mu + s * s / 2), limited), rel=1e-3)
    assert answer.month.mean_usd == pytest.approx(1000 * (1000 + 10 * limited) / 1e6, rel=2e-3)


def test_an_uncertain_factor_is_truncated_too():
    """The month's mean over an uncertain output factor is that of NumPy over both."""
    factor = Distribution(p50=1, p95=2)
    answer = ask(output_tokens=Distribution(p50=250, p95=700), output_factor=factor, max_tokens=600, draws=50_000)
    draws, n = np.random.default_rng(3), 400_000
    tokens = draws.lognormal(log(250), log(2.8) / Z95, n) * draws.lognormal(0, log(2) / Z95, n)
    expected = 1000 * (1000 + 10 * np.minimum(tokens, 600).mean()) / 1e6
    near(answer.month, "mean", expected)
    assert answer.request.p99_usd == pytest.approx((1000 + 6000) / 1e6)


def test_long_prompts_pay_their_tier(catalog):
    """Prompts of 500 or 1,500 tokens: 1500 and 4500 millionths with 100 out, as the tier reprices all of it."""
    answer = ask(catalog, model="tiered", input_tokens=Distribution(samples=(500.0, 1500.0)))
    assert answer.model.id == "tiered"
    assert round(answer.request.p50_usd, 9) in (0.0015, 0.0045)
    assert answer.request.p99_usd == pytest.approx(0.0045)
    assert answer.month.mean_usd == pytest.approx(3.0, rel=1e-3)
    stated = ask(catalog, model="tiered", input_tokens=1500.0, output_usd_per_million_tokens=0.0)
    assert stated.request.p50_usd == pytest.approx(0.003)


def test_a_cached_prefix_by_hand(catalog):
    """600 of 1000 tokens found by 3 of 4: 400 + 600 x (0.75 x 0.1 + 0.25 x 1.25) + 1000 out; too short: never."""
    hits = {"cache_hit_rate": 0.75, "input_tokens": 1000.0}
    answer = ask(catalog, model="caches", cached_prefix_tokens=600, **hits)
    assert answer.month.mean_usd == pytest.approx(1000 * (400 + 600 * (0.075 + 0.3125) + 1000) / 1e6, rel=2e-3)
    assert answer.request.p50_usd == pytest.approx((400 + 60 + 1000) / 1e6)
    short = ask(catalog, model="caches", cached_prefix_tokens=400, **hits)
    assert short.month.mean_usd == pytest.approx(2.0)
    assert "a prefix of 400 tokens is never cached: caches caches from 500" in short.warnings[-1]
    assert "says nothing without cached_prefix_tokens" in ask(catalog, model="caches", **hits).warnings[-1]


FACTOR = st.one_of(
    st.floats(0.5, 2),
    st.builds(lambda p50, by: Distribution(p50=p50, p95=p50 * by), st.floats(0.5, 2), st.floats(1, 3)),
)


@given(FACTOR, FACTOR, FACTOR, st.integers(0, 10**6), st.integers(50, 400))
@settings(max_examples=40)
def test_bounds(a, b, users, seed, limit):
    """Percentiles in order, shares that sum to 1, and a limit on tokens never makes a month dearer."""
    spread = {"output_tokens": Distribution(p50=100, p95=300), "input_factor": a, "output_factor": b, "users": users}
    free, limited = (ask(**spread, seed=seed, draws=1000, max_tokens=each) for each in (None, limit))
    month = free.month
    assert month.p50_usd <= month.p95_usd <= month.p99_usd
    assert sum(each.month_share for each in free.histogram) == pytest.approx(1)
    assert 0 <= free.request_noise_share <= 1
    assert limited.request.p95_usd <= free.request.p95_usd
    assert limited.month.mean_usd <= month.mean_usd * 1.01
    swings = [row.swing_usd for row in free.tornado]
    assert swings == sorted(swings, reverse=True)


def test_the_same_seed_gives_the_same_figures():
    """A question is answered alike every time, and another seed moves it by its standard error."""
    more = {"users": Distribution(p50=100, p95=300)}
    assert ask(**more) == ask(**more)
    near(ask(**more, seed=2).month, "p95", ask(**more).month.p95_usd, errors=7)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"input_usd_per_million_tokens": None}, "give a model, or input_usd_per_million_tokens"),
        ({"output_usd_per_million_tokens": -1.0}, "output_usd_per_million_tokens is -1.0"),
        ({"input_tokens": -1.0}, "input_tokens: value is -1.0"),
        ({"output_tokens": Distribution(p50=2, p95=1)}, "output_tokens: p50 is 2"),
        ({"users": nan}, "users: value is nan"),
        ({"cache_hit_rate": 1.5}, "cache_hit_rate passes 1"),
        ({"cache_hit_rate": Distribution(p50=0.5, p95=0.9)}, "cache_hit_rate passes 1; give a number, low and high"),
        ({"max_tokens": 0}, "max_tokens is 0"),
        ({"cached_prefix_tokens": -5}, "cached_prefix_tokens is -5"),
        ({"budget_usd_per_month": 0.0}, "budget_usd_per_month is 0.0"),
        ({"draws": 999}, "draws is 999"),
        ({"seed": -1}, "seed is -1"),
        (
            dict.fromkeys(("users", "price_factor", "requests_factor", "input_factor"), Distribution(p50=1e-2, p95=1e5))
            | {"users": 1e15, "input_tokens": 1e15, "attempts_per_request": 1e15, "requests_per_user_per_month": 1e15}
            | {"other_usd_per_request": Distribution(kind="lognormal", mean=1e15, sd=1e15)},
            None,
        ),
    ],
    ids=lambda each: str(each)[:40],
)
def test_wrong_inputs_are_named(more, says):
    """No price, no distribution, a share above 1: an error that names the field; the largest figures are answered."""
    if says is None:
        assert np.isfinite(ask(**more).month.p99_usd)
        return
    with pytest.raises(InvalidInput, match=says):
        ask(**more)


def test_without_its_libraries_a_simulation_says_what_to_install(monkeypatch):
    """NumPy and SciPy are an extra: their absence is told with the command that mends it."""
    monkeypatch.setitem(sys.modules, "scipy", None)
    with pytest.raises(InvalidInput, match=r"pip install 'tokenplan\[planning\]'"):
        ask()


def test_an_unknown_model_is_named(catalog):
    """The catalog's own error."""
    with pytest.raises(UnknownModel):
        ask(catalog, model="teired")
