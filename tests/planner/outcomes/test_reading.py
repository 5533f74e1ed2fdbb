"""Rows of any form become the same scores and costs; what is wrong is named."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from catalogs import NOW
from hypothesis import given
from hypothesis import strategies as st

from planner import ColumnMap, OutcomesQuestion, Planner, Usage
from planner.calls import Call
from planner.wire import dumps
from pricing import InvalidInput, TokenplanError, UnknownModel

WIDE = ({"a": 1, "b": 0, "a_usd": 2.0, "b_usd": 1.0}, {"a": 0.5, "b": 1, "a_usd": 4.0, "b_usd": 1.0})
MAP = ColumnMap(score="{model}", cost_usd="{model}_usd")
LONG = (
    {"q": "x", "who": "a", "ok": True, "usd": "2"},
    {"q": "x", "who": "b", "ok": "False", "usd": 1},
    {"q": "y", "who": "a", "ok": "0.5", "usd": Decimal(4)},
    {"q": "y", "who": "b", "ok": 1.0, "usd": 1.0},
)
NAMES = ColumnMap(prompt="q", model="who", score="ok", cost_usd="usd")
TOKENS = ColumnMap(prompt="q", model="who", score="ok", input_tokens="use.in", output_tokens="use.out")


@pytest.fixture(scope="module")
def planner(shipped):
    from planner.tokens import Counter

    return Planner(shipped, Counter, lambda: NOW)


@pytest.fixture(scope="module")
def ask(planner):
    return lambda rows, names, **more: planner.outcomes(OutcomesQuestion(rows=tuple(rows), map=names, **more))


def test_wide_long_and_columns_are_one(planner, ask):
    """The same outcomes in each form get the same answer, whatever a number is written as."""
    columns = {name: tuple(row[name] for row in WIDE) for name in WIDE[0]}
    by_columns = planner.outcomes(OutcomesQuestion(columns=columns, map=MAP))
    assert dumps(ask(WIDE, MAP)) == dumps(ask(LONG, NAMES)) == dumps(by_columns)
    assert dumps(ask(reversed(LONG), NAMES)) == dumps(ask(WIDE, MAP))


def test_by_hand(ask):
    """Model a costs 3 and scores .75, b costs 1 and scores .5; the cheapest best answers cost 1.5 and score 1."""
    answer = ask(WIDE, MAP)
    assert [(each.model, each.cost_usd, each.score) for each in answer.frontier] == [("b", 1, 0.5), ("a", 3, 0.75)]
    assert (answer.oracle.cost_usd, answer.oracle.score) == (1.5, 1)
    assert (answer.random.cost_usd, answer.random.score) == (2, 0.625)
    assert (answer.pair.weak, answer.pair.strong, answer.router) == ("b", "a", None)
    assert answer.frontier[1].benefit_per_cost == pytest.approx(0.125)
    assert answer.quality.aiq == pytest.approx(0.625)


def test_a_dominated_model_leaves(ask):
    """A model that is dearer and worse is named with the one that beats it, and no pair is left to route between."""
    answer = ask([{"a": 0, "b": 1, "a_usd": 2, "b_usd": 1}], MAP)
    assert [(each.model, each.dominated_by) for each in answer.models] == [("b", None), ("a", "b")]
    assert answer.pair is None
    assert "b is no dearer and no worse than every other model" in answer.warnings[0]


def test_tokens_are_priced_by_each_models_list(ask, planner):
    """Each row costs what its own tokens cost on its own model, as `cost` says it."""
    from planner import CostQuestion

    rows = [
        {"q": "x", "who": "gpt-5-mini", "ok": 0, "use": {"in": 1000, "out": 200}},
        {"q": "x", "who": "haiku", "ok": 1, "use": {"in": 1100, "out": 260}},
    ]
    answer = ask(rows, TOKENS, calls={"haiku": Call(model="claude-haiku-4-5", service_tier="batch")})
    mini = planner.cost(CostQuestion(model="gpt-5-mini", usage=Usage(input_tokens=1000, output_tokens=200)))
    assert {each.model: each.cost_usd for each in answer.models} == {
        "gpt-5-mini": float(mini.total_usd),
        "haiku": pytest.approx((1100 * 1 + 260 * 5) / 1e6 / 2),
    }
    assert answer.models[0].priced_as.id.startswith("claude-haiku-4-5")
    assert {each.basis for each in answer.models} == {"listed"}


def test_texts_are_counted_by_each_models_tokenizer(ask):
    """Where a file has texts and no tokens, each model counts them itself; an estimate says so."""
    rows = [{"p": "Where is my parcel?", "gpt-5-mini": 1, "gpt-5-mini_says": "In Kiel."}]
    names = ColumnMap(score="{model}", input_text="p", output_text="{model}_says")
    answer = ask(rows, names, models=("gpt-5-mini",))
    assert answer.models[0].cost_usd == pytest.approx((5 * 0.25 + 3 * 2) / 1e6)
    rows = [{"p": "Where is my parcel?", "claude-haiku-4-5": 1, "claude-haiku-4-5_says": "In Kiel."}]
    answer = ask(rows, names, models=("claude-haiku-4-5",))
    assert answer.models[0].basis == "assumed"
    assert answer.warnings[0].startswith("claude-haiku-4-5: ")


def test_stated_costs_win(ask):
    """A stated figure goes over the file's column."""
    answer = ask(WIDE, MAP, calls={"a": Call(usd=Decimal(7))})
    assert {each.model: (each.cost_usd, each.basis) for each in answer.models} == {"a": (7, "stated"), "b": (1, "file")}


def test_incomplete_prompts_are_left_out_and_said(ask):
    """A prompt that one model lacks does not count for the other either; repeats are averaged."""
    rows = [*LONG, {"q": "z", "who": "a", "ok": 1, "usd": 1}, {"q": "z", "who": "b", "ok": None, "usd": 1}]
    rows += [{"q": "x", "who": "a", "ok": 0, "usd": 4}]
    answer = ask(rows, NAMES)
    assert (answer.prompts, answer.prompts_left_out) == (2, 1)
    assert {each.model: each.cost_usd for each in answer.models} == {"a": 3.5, "b": 1}
    assert "1 of 3 prompts are left out" in answer.warnings[0]
    assert "1 prompts have several rows" in answer.warnings[1]


WRONG = [
    ((), MAP, {}, "there are no rows"),
    (WIDE, ColumnMap(), {}, "map.score is None"),
    (WIDE, ColumnMap(score="a"), {}, "a column a model is needed"),
    (LONG, replace(NAMES, prompt=None), {}, "map.prompt is None"),
    (LONG, replace(NAMES, score="{model}"), {}, "exclude each other"),
    (LONG, replace(NAMES, score="okay"), {}, "no row has a value there; valid: q, who, ok, usd"),
    (LONG, replace(NAMES, cost_usd=None), {}, "nothing says what 'a' costs"),
    (LONG, replace(NAMES, score="q"), {}, "q of row 1 is 'x'; it must be a number"),
    (LONG, replace(NAMES, router_score="usd"), {}, "the same prompt had 2.0 before"),
    (LONG, NAMES, {"models": ("c",)}, "no model 'c' in the rows; valid: a, b"),
    (LONG, NAMES, {"weak": "c"}, "weak is 'c'; valid: a, b"),
    (LONG, NAMES, {"calls": {"c": Call(usd=Decimal(1))}}, "no model 'c' in the rows"),
    (LONG, NAMES, {"weak": "a", "strong": "a"}, "it must be another model than weak"),
    (LONG, NAMES, {"calls": {"a": Call()}}, "nothing says what 'a' costs"),
    (({**LONG[0], "usd": -1},), NAMES, {}, "must not be negative"),
    (({**LONG[0], "usd": float("nan")},), NAMES, {}, "must be a number"),
    ((*LONG, {**LONG[0], "who": None}), NAMES, {}, "does not say its model"),
    (LONG[:1] + LONG[3:], NAMES, {}, "no prompt has a score and a cost for every model; they have: a 1, b 1"),
    (WIDE, ColumnMap(score="{model}"), {}, "name the models among the columns a, b"),
    (LONG, NAMES, {"cost_low_usd": 0.5}, "must begin at the cheapest model's 1"),
    (LONG, NAMES, {"cost_low_usd": 3.0, "cost_high_usd": 2.0}, "must not be below cost_low_usd"),
    (LONG, NAMES, {"budget_usd": 1.0, "quality_floor": 0.5}, "exclude each other"),
    (LONG, NAMES, {"columns": {"a": (1,)}}, "give rows or columns, not both"),
    (LONG, NAMES, {"resamples": 100_001}, "resamples is 100001; it must be at most"),
    (LONG, NAMES, {"resamples": 1}, "resamples is 1; it must be at least 2"),
    ((), NAMES, {"columns": {"a": (1,), "b": ()}}, "equally many values"),
]


@pytest.mark.parametrize(("rows", "names", "more", "says"), WRONG)
def test_what_is_wrong_is_named(ask, rows, names, more, says):
    """Each error names the key, the value and what would be valid."""
    with pytest.raises(InvalidInput, match=says):
        ask(rows, names, **more)


@pytest.mark.parametrize("field", ["test_share", "confidence", "gap_recovered_share", "budget_usd", "correct_at"])
@given(value=st.sampled_from([-0.1, float("nan"), float("inf"), float("-inf")]))
def test_figures_out_of_range(ask, field, value):
    """Shares outside [0, 1], negative costs, NaN and infinities are refused by name."""
    if field == "correct_at" and value == -0.1:
        return
    with pytest.raises(InvalidInput, match=f"{field} is"):
        ask(WIDE, MAP, **{field: value})


def test_an_unknown_model_says_where(ask):
    """A model that the catalog does not list is named with the place of its call."""
    rows = [{"q": "x", "who": "no-such-model", "ok": 1, "use": {"in": 1, "out": 1}}]
    with pytest.raises(UnknownModel, match="no-such-model") as caught:
        ask(rows, TOKENS)
    assert caught.value.problems[0].loc[:2] == ("calls", "no-such-model")
    rows[0] |= {"who": "gpt-5-mini", "use": {"in": 1.5, "out": 1}}
    with pytest.raises(TokenplanError, match="must be a whole number"):
        ask(rows, TOKENS)


SCORE, USD = st.integers(0, 4).map(lambda n: n / 4), st.integers(0, 20).map(lambda n: n / 4)


@given(st.lists(st.tuples(SCORE, SCORE, SCORE, USD, USD, USD), min_size=1, max_size=12))
def test_bounds_hold_for_any_file(ask, cells):
    """The oracle scores at least what each model does, and AIQ lies between the worst and the best model."""
    names = ("a", "b", "c", "a_usd", "b_usd", "c_usd")
    answer = ask([dict(zip(names, row, strict=True)) for row in cells], MAP)
    scores = [each.score for each in answer.models]
    assert answer.oracle.score >= max(scores) - 1e-12
    assert answer.oracle.score >= answer.random.score - 1e-12
    assert min(scores) - 1e-12 <= answer.quality.aiq <= max(scores) + 1e-12
    kept = [each.model for each in answer.models if each.dominated_by is None]
    assert {each.model for each in answer.frontier} == set(kept)
    assert [each.cost_usd for each in answer.frontier] == sorted(each.cost_usd for each in answer.frontier)


def test_a_router_without_a_gap_is_said(ask):
    """Where the strong model is no better, models and bounds are answered and the router's absence is explained."""
    rows = [{"a": 1, "b": 1, "a_usd": 2, "b_usd": 1, "r": at} for at in range(6)]
    names = replace(MAP, router_score="r")
    answer = ask(rows, names, weak="b", strong="a")
    assert answer.router is None
    assert "no threshold was chosen" in answer.warnings[-1]
    with pytest.raises(InvalidInput, match="scores no better"):
        ask(rows, names, weak="b", strong="a", gap_recovered_share=0.5)


def test_the_classifier_is_paid_for_every_request(ask):
    """A router's own call makes each routed request dearer by what it costs."""
    rows = [{"a": 1, "b": at % 2, "a_usd": 2, "b_usd": 1, "r": (at + 1) % 2} for at in range(8)]
    names = replace(MAP, router_score="r")
    free = ask(rows, names, resamples=10).router.choice.test
    paid = ask(rows, names, resamples=10, classifier=Call(usd=Decimal("0.25"))).router.choice.test
    assert paid.cost_usd == pytest.approx(free.cost_usd + 0.25)
    assert "counts nowhere" in ask(rows, MAP, classifier=Call(usd=Decimal(1))).warnings[0]
