"""The main job on hand-made prices and a counter that says what it is told: every figure is worked by hand."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import pytest
from catalogs import NOW, priced
from hypothesis import given
from hypothesis import strategies as st

from planner import CompareQuestion, CostQuestion, EstimateQuestion, FitQuestion, OutputSpread, Planner, Usage
from planner.tokens import Count
from pricing import InvalidInput, NotPriced, UnknownModel


@dataclass(frozen=True)
class Told:
    """A counter that answers a fixed count for each model, so that the money can be worked by hand."""

    sizes: dict[str, tuple[int, int, int]]

    def once(self):
        return self

    def count(self, text, model, provider=None):
        tokens, low, high = self.sizes[model]
        return Count(tokens, low, high, "exact" if low == high else "estimated", None, (), ())


CACHED = priced(input_tokens="1", cache_read_tokens="0.1", cache_write_5m_tokens="1.25", output_tokens="4")
MODELS = {
    "lab/cached": {
        "limits": {"context_window": 3000, "max_output_tokens": 1000},
        "cache_minimum_tokens": 500,
        "prices": [CACHED],
    },
    "lab/plain": {"limits": {"max_input_tokens": 1500}, "prices": [priced(input_tokens="2", output_tokens="2")]},
    "lab/small": {"limits": {"context_window": 1000}, "prices": [priced(input_tokens="0.1", output_tokens="0.1")]},
    "lab/rough": {"prices": [priced(input_tokens="1", output_tokens="1")]},
    "lab/unpriced": {"prices": []},
}
SIZES = {
    "cached": (1000, 1000, 1000),
    "plain": (1000, 1000, 1000),
    "small": (1000, 1000, 1000),
    "rough": (1000, 900, 1200),
    "unpriced": (1000, 1000, 1000),
}


@pytest.fixture
def planner(make_catalog):
    return Planner(make_catalog(MODELS), lambda: Told(SIZES), lambda: NOW)


def ask(planner, *models, output=100, **more):
    return planner.estimate(EstimateQuestion(text="x", models=models, output_tokens=output, **more))


def test_a_prompt_is_priced_a_request_and_a_month(planner):
    """1,000 in at 1 and 100 out at 4 USD a million are 0.0014; a million requests are 1,400."""
    (row,) = ask(planner, "cached", requests_per_month=10**6).rows
    assert row.cost_per_request.usd == Decimal("0.0014")
    assert row.cost_per_month.usd == Decimal(1400)
    assert row.cost_per_request.basis == "listed"
    assert (row.parts.prompt_usd, row.parts.output_usd, row.parts.fees_usd) == (Decimal("0.001"), Decimal("0.0004"), 0)


def test_a_cached_prefix_is_read_by_some_and_written_by_the_rest(planner):
    """Prefix 800 of 1,000, hit rate 0.75.

    hit: 200 x 1 + 800 x 0.1 + 100 x 4 = 680; miss: 200 x 1 + 800 x 1.25 + 100 x 4 = 1,600 (each / 1e6);
    0.75 x 680 + 0.25 x 1,600 = 910 / 1e6.
    """
    (row,) = ask(planner, "cached", cached_prefix_share=0.8, cache_hit_rate=0.75).rows
    assert row.cached_prefix_tokens == 800
    assert row.cost_per_request.usd == Decimal("0.00091")
    assert row.cost_per_request.basis == "assumed"
    assert row.parts.prompt_usd + row.parts.output_usd + row.parts.fees_usd == row.cost_per_request.usd


def test_what_a_miss_is_billed_as_is_said_too(planner):
    """`plain` lists neither reads nor writes: both are billed as input, and both warnings stand in the answer."""
    (row,) = ask(planner, "plain", cached_prefix_share=0.8, cache_hit_rate=0.75).rows
    assert row.cost_per_request.usd == Decimal("0.0022")  # 1,000 x 2 + 100 x 2
    assert [warning.split(" ")[0] for warning in row.warnings] == ["cache_read_tokens", "cache_write_5m_tokens"]


def test_a_prefix_under_the_models_minimum_is_never_cached(planner):
    """400 tokens are fewer than the 500 it caches from: the full price of 0.0014, and a warning."""
    (row,) = ask(planner, "cached", cached_prefix_tokens=400, cache_hit_rate=0.9).rows
    assert row.cost_per_request.usd == Decimal("0.0014")
    assert "never cached: cached caches from 500 tokens" in row.warnings[0]


def test_an_output_spread_is_priced_at_its_mean_with_bounds_at_p50_and_p95(planner):
    """p50 100, p95 300: sigma = ln 3 / 1.6449 = 0.66790, mean 100 e^0.22305 = 125; without spread it is p50."""
    assert OutputSpread(100, 100).mean == 100
    (row,) = ask(planner, "cached", output=OutputSpread(100, 300)).rows
    money = row.cost_per_request
    assert money.usd == Decimal("0.0015")  # 0.001 + 125 x 4 / 1e6
    assert (money.low_usd, money.high_usd) == (Decimal("0.0014"), Decimal("0.0022"))
    assert money.basis == "assumed"


def test_an_estimated_count_bounds_the_money_and_the_fit_takes_the_high_one(planner):
    """900 to 1,200 tokens at 1 and 100 out at 1: 0.001 to 0.0013."""
    (row,) = ask(planner, "rough").rows
    assert (row.cost_per_request.low_usd, row.cost_per_request.high_usd) == (Decimal("0.001"), Decimal("0.0013"))
    assert row.fit.fits is None
    assert row.fit.unknown == ("context_window", "max_input_tokens", "max_output_tokens")


def test_models_that_do_not_fit_rank_last_however_cheap(planner):
    """`small` costs a tenth, and 1,000 + 100 tokens pass its 1,000."""
    rows = ask(planner, "small", "plain", "cached").rows
    assert [(row.rank, row.model.id, row.fit.fits) for row in rows] == [
        (1, "cached", True),
        (2, "plain", True),
        (3, "small", False),
    ]
    assert rows[2].fit.binding == "context_window"
    assert rows[2].fit.checks[0].head_room_tokens == -100


def test_a_model_that_cannot_be_answered_for_does_not_sink_the_others(planner):
    """Refusals carry their slug and problems; a single model's refusal is the answer."""
    answer = ask(planner, "cached", "unpriced", "cachet")
    assert [row.model.id for row in answer.rows] == ["cached"]
    assert [(each.requested, each.type) for each in answer.refused] == [
        ("unpriced", "not-priced"),
        ("cachet", "unknown-model"),
    ]
    with pytest.raises(UnknownModel):
        ask(planner, "cachet")


@pytest.mark.parametrize(
    ("wrong", "key"),
    [
        ({"cache_hit_rate": -0.1}, "cache_hit_rate"),
        ({"cache_hit_rate": 0.5}, "cache_hit_rate"),
        ({"cache_hit_rate": float("nan"), "cached_prefix_share": 0.5}, "cache_hit_rate"),
        ({"cached_prefix_share": 2.0}, "cached_prefix_share"),
        ({"cached_prefix_share": 0.5, "cached_prefix_tokens": 5}, "cached_prefix_share"),
        ({"cached_prefix_tokens": 5000}, "cached_prefix_tokens"),
        ({"requests_per_month": -1}, "requests_per_month"),
        ({"reasoning_tokens": -1}, "reasoning_tokens"),
        ({"output": OutputSpread(0, 5)}, "output_tokens"),
        ({"output": OutputSpread(5, 4)}, "output_tokens"),
        ({"as_of": "soon"}, "as_of"),
    ],
)
def test_a_question_out_of_range_is_refused_by_its_key(planner, wrong, key):
    """Shares lie in [0,1], counts are not negative, a spread has 0 < p50 <= p95."""
    with pytest.raises(InvalidInput) as caught:
        ask(planner, "cached", **wrong)
    assert caught.value.problems[0].loc == (key,)


@pytest.mark.parametrize(
    ("asked", "fits", "binding", "room"),
    [
        ({"input_tokens": 2000, "reserved_output_tokens": 1000}, True, "context_window", 0),
        (
            {"input_tokens": 2001, "reserved_output_tokens": 900, "reserved_reasoning_tokens": 100},
            False,
            "context_window",
            -1,
        ),
        ({"input_tokens": 10, "reserved_output_tokens": 1001}, False, "max_output_tokens", -1),
        ({"input_tokens": 2999}, True, "context_window", 1),
    ],
)
def test_fit_checks_each_limit_with_output_and_reasoning_reserved(planner, asked, fits, binding, room):
    """Window 3,000 and output 1,000: reasoning counts against both, the tightest limit is named."""
    answer = planner.fit(FitQuestion(model="cached", **asked))
    assert (answer.fits, answer.binding) == (fits, binding)
    assert min(each.head_room_tokens for each in answer.checks if each.limit == binding) == room


def test_fit_says_what_it_cannot_check(planner):
    """An unknown limit is a warning, no known limit at all is neither yes nor no."""
    answer = planner.fit(FitQuestion(model="rough", input_tokens=5))
    assert answer.fits is None
    assert "rough: context_window is not known" in answer.warnings


def test_compare_counts_a_prompt_by_each_models_method(planner):
    """1,000 tokens and 500 of answer: plain 1,500 x 2 = 0.003, cached 1,000 x 1 + 500 x 4 = 0.003, small 0.00015."""
    question = CompareQuestion(text="x", output_tokens=500, models=("plain", "cached", "small"))
    answer = planner.compare(question)
    assert {row.model.id: row.total_usd for row in answer.rows} == {
        "plain": Decimal("0.003"),
        "cached": Decimal("0.003"),
        "small": Decimal("0.00015"),
    }
    assert {row.tokens.tokens for row in answer.rows} == {1000}


@pytest.mark.parametrize(
    "wrong",
    [{}, {"text": "x"}, {"text": "x", "output_tokens": 1, "usage": Usage()}, {"usage": Usage(), "output_tokens": 1}],
)
def test_compare_takes_a_usage_or_a_prompt_with_its_answer(planner, wrong):
    """Neither, both, or half of one is refused."""
    with pytest.raises(InvalidInput, match=r"usage|output_tokens"):
        planner.compare(CompareQuestion(models=("plain",), **wrong))


def test_a_date_without_a_price_takes_the_nearest_one_only_when_allowed(make_catalog):
    """Known from 2026-06-01 at 2, asked for 2026-05-01: an error, or 2 with a warning; the date asked for is kept."""
    dated = priced(input_tokens="2") | {"valid_from": "2026-06-01T00:00:00Z"}
    planner = Planner(make_catalog({"lab/m": {"prices": [dated]}}), lambda: Told({}), lambda: NOW)
    asked = {"model": "m", "usage": Usage(input_tokens=10**6), "as_of": "2026-05-01"}
    with pytest.raises(NotPriced, match="known: 2026-06-01 to open"):
        planner.cost(CostQuestion(**asked))
    answer = planner.cost(CostQuestion(**asked, allow_nearest_price=True))
    assert answer.total_usd == 2
    assert f"{answer.as_of:%Y-%m-%d}" == "2026-05-01"
    assert "the nearest known one, of 2026-06-01, was taken" in answer.warnings[0]


def test_compare_ranks_and_says_what_each_saves(planner):
    """1 M in, none out: plain 2 USD, cached 1 USD, small 0.10 USD; against plain they save 1 (50 %) and 1.90 (95 %)."""
    question = CompareQuestion(usage=Usage(input_tokens=10**6), models=("plain", "cached", "small", "unpriced"))
    answer = planner.compare(question)
    assert [(row.model.id, row.total_usd, row.saving_usd, row.saving_share) for row in answer.rows] == [
        ("small", Decimal("0.1"), Decimal("1.9"), 0.95),
        ("cached", Decimal(1), Decimal(1), 0.5),
        ("plain", Decimal(2), Decimal(0), 0.0),
    ]
    assert [each.requested for each in answer.refused] == ["unpriced"]


@given(
    share=st.floats(0, 1),
    hit=st.floats(0, 1),
    output=st.integers(0, 10**6),
    requests=st.integers(0, 10**9),
)
def test_parts_sum_to_the_whole_and_the_month_to_its_requests(steady, share, hit, output, requests):
    """Whatever the shares, nothing is lost to rounding, and bounds enclose the figure."""
    hit = hit if share else 0.0
    (row,) = ask(
        steady, "cached", output=output, cached_prefix_share=share, cache_hit_rate=hit, requests_per_month=requests
    ).rows
    money = row.cost_per_request
    assert row.parts.prompt_usd + row.parts.output_usd + row.parts.fees_usd == pytest.approx(
        money.usd, rel=Decimal("1e-20")
    )
    assert row.cost_per_month.usd == pytest.approx(money.usd * requests, rel=Decimal("1e-20"))
    assert money.low_usd <= money.usd <= money.high_usd


@given(a=st.floats(0, 1), b=st.floats(0, 1))
def test_a_higher_hit_rate_never_costs_more(steady, a, b):
    """Reading costs less than writing on this model, so cost falls as hits rise."""
    low, high = sorted((a, b))
    dear, cheap = (
        ask(steady, "cached", cached_prefix_share=0.8, cache_hit_rate=rate).rows[0].cost_per_request.usd
        for rate in (low, high)
    )
    assert cheap <= dear


@pytest.fixture(scope="module")
def steady(tmp_path_factory):
    from catalogs import write_catalog

    from pricing import Catalog

    folder = write_catalog(tmp_path_factory.mktemp("steady") / "c", MODELS)
    return Planner(Catalog(str(folder)), lambda: Told(SIZES), lambda: NOW)
