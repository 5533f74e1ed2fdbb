"""Every formula against the verb behind it, and every argument as a column."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_formulas import EXAMPLES

from excel.cells import CellError
from excel.functions import FORMULAS
from planner import (
    CachingQuestion,
    CascadeQuestion,
    CascadeTier,
    CompareQuestion,
    Distribution,
    EconomicsQuestion,
    Embedder,
    FitQuestion,
    Hop,
    JudgeCostQuestion,
    LatencyQuestion,
    RetrievalQuestion,
    SampleSizeQuestion,
    SimulateQuestion,
    Store,
    TokensQuestion,
    TuningQuestion,
    Usage,
)
from planner.calls import Call
from planner.economics.margins import Payment, PlanTier

SPILLING = sorted(name for name, formula in FORMULAS.items() if not formula.table and formula.arguments)
TOKENS = st.integers(0, 200_000)
MONEY = st.floats(0.0001, 10)
SHARE = st.just(0.0) | st.floats(0.001, 1)


@pytest.mark.parametrize("name", SPILLING)
def test_each_argument_may_be_a_column(planner, name):
    """Two equal rows, and a blank one, in any argument that is one cell: the figure twice, then a blank."""
    formula, cells = FORMULAS[name], EXAMPLES[name]
    once = formula(planner, cells)
    for at, (told, cell) in enumerate(zip(formula.arguments, cells, strict=False)):
        if not told.ranged and cell is not None:
            spilled = formula(planner, [*cells[:at], [[cell], [cell], [""]], *cells[at + 1 :]])
            assert spilled == [[once], [once], [""]], told.name


@given(model=st.sampled_from(["gpt-5-mini", "claude-haiku-4-5"]), size=TOKENS, out=st.integers(0, 5000))
def test_window_formulas_are_the_verbs(planner, model, size, out):
    """FITS and HEADROOM say what `fit` does."""
    found = planner.fit(FitQuestion(model=model, input_tokens=size, reserved_output_tokens=out))
    assert FORMULAS["FITS"](planner, (model, size, out)) is found.fits
    assert FORMULAS["HEADROOM"](planner, (model, size, out)) == min(each.head_room_share for each in found.checks)


@given(st.text(min_size=1, max_size=60).filter(str.strip))
def test_a_counted_text_is_the_verb_s(planner, text):
    """TOKENS gives the count, its bounds and its method, of the text without the spaces around it."""
    found = planner.tokens(TokensQuestion(model="gpt-5-mini", text=text.strip()))
    figures = [FORMULAS["TOKENS"](planner, ("gpt-5-mini", text, each)) for each in ("", "low", "high", "method")]
    assert figures == [found.tokens, found.low, found.high, found.method]


@given(sizes=st.tuples(TOKENS, TOKENS), models=st.permutations(["gpt-5", "gpt-5-mini", "claude-haiku-4-5"]))
def test_a_comparison_is_the_verb_s(planner, sizes, models):
    """COMPARE lists models and money in its order; CHEAPEST is its first."""
    used = Usage(input_tokens=sizes[0], output_tokens=sizes[1])
    found = planner.compare(CompareQuestion(models=tuple(models), usage=used, most=3)).rows
    table = FORMULAS["COMPARE"](planner, ([models], *sizes))
    assert [row[1:4] for row in table[1:]] == [
        [each.model.id, each.model.provider, float(each.total_usd)] for each in found
    ]
    assert FORMULAS["CHEAPEST"](planner, ([models], *sizes)) == found[0].model.id


@given(st.lists(st.tuples(MONEY, SHARE), min_size=2, max_size=4))
def test_a_cascade_is_the_verb_s(planner, tiers):
    """Costs down a column and shares beside it."""
    called = [Call(usd=Decimal(repr(usd))) for usd, _ in tiers]
    asked = CascadeQuestion(
        tiers=tuple(
            CascadeTier(call=call, accept_probability=share if at < len(tiers) - 1 else None)
            for at, (call, (_, share)) in enumerate(zip(called, tiers, strict=True))
        )
    )
    cells = ([[usd] for usd, _ in tiers], [[share] for _, share in tiers])
    assert FORMULAS["CASCADE"](planner, cells) == planner.cascade(asked).cost_usd


@given(st.floats(0.01, 1000), st.integers(1024, 100_000))
def test_caching_is_the_verb_s(planner, rate, prefix):
    """The share that finds the prefix, and what it costs, of the lifetime that is named."""
    asked = CachingQuestion(model="claude-haiku-4-5", prefix_tokens=prefix, arrivals_per_hour=rate)
    found = {each.lifetime: each for each in planner.caching(asked).options}
    for name, option in found.items():
        assert FORMULAS["CACHECOST"](planner, ("claude-haiku-4-5", prefix, rate, name)) == option.prefix_usd
        if option.hit_rate:  # a prefix under the model's least is never found; CACHEHIT asks for a long one
            assert FORMULAS["CACHEHIT"](planner, ("claude-haiku-4-5", rate, name)) == option.hit_rate


@settings(max_examples=10)
@given(st.lists(st.tuples(st.floats(0.1, 5), st.floats(1.1, 4)), min_size=1, max_size=3))
def test_latency_is_the_verb_s(planner, hops):
    """Medians and 95th percentiles in columns; the same seed, the same seconds."""
    pairs = [(low, low * times) for low, times in hops]
    named = tuple(
        Hop(name=f"hop {at}", seconds=Distribution(p50=low, p95=high)) for at, (low, high) in enumerate(pairs, 1)
    )
    columns = [[low] for low, _ in pairs], [[high] for _, high in pairs]
    found = planner.latency(LatencyQuestion(hops=named, budget_seconds=3.0))
    assert FORMULAS["LATENCY"](planner, columns) == found.end.p95_seconds
    assert FORMULAS["LATENCYBREACH"](planner, (*columns, 3)) == found.budget.breach_probability


@given(price=st.floats(1, 1000), usd=MONEY, count=st.floats(0.1, 1000), fee=st.floats(0.001, 0.2))
def test_margins_are_the_verb_s(planner, price, usd, count, fee):
    """The margin of a price, and the price of a margin."""
    common = {
        "request": Call(usd=Decimal(repr(usd))),
        "sessions_per_user_per_month": count,
        "payment": Payment(fee_share=fee),
    }
    plan = EconomicsQuestion(**common, tiers=(PlanTier(name="plan", users=1.0, price_usd=price),))
    assert FORMULAS["MARGIN"](planner, (price, usd, count, 0, fee)) == planner.economics(plan).gross_margin_share
    wanted = EconomicsQuestion(**common, target_gross_margin_share=0.6)
    found = FORMULAS["PRICEFORMARGIN"](planner, (0.6, usd, count, 0, fee))
    assert found == planner.economics(wanted).target_price_usd


def test_the_other_formulas_are_the_verbs(planner):
    """Retrieval, tuning, evaluation and simulation, each asked as its example is."""
    retrieval = RetrievalQuestion(
        model="gpt-5-mini",
        corpus_tokens=200_000,
        queries_per_month=20_000,
        embeddings=(Embedder(model="text-embedding-3-small", dimensions=1536),),
        store=Store(),
        output_tokens=300,
        retrieved_chunks=5,
        chunk_tokens=512,
    )
    month = {each.option: each.cost_per_month_usd for each in planner.retrieval(retrieval).options}
    assert FORMULAS["RAG"](planner, EXAMPLES["RAG"]) == min(
        usd for option, usd in month.items() if option.startswith("retrieval")
    )
    long = min(usd for option, usd in month.items() if option.startswith("long context"))
    assert FORMULAS["LONGCONTEXT"](planner, EXAMPLES["LONGCONTEXT"]) == long
    tuning = TuningQuestion(
        base_usd=0.02,
        tuned_usd=0.01,
        train_tokens=1_000_000,
        training_usd_per_million_tokens=25.0,
        requests_per_month=100_000.0,
        horizon_months=12.0,
    )
    assert FORMULAS["FINETUNE"](planner, EXAMPLES["FINETUNE"]) == planner.tuning(tuning).savings_usd
    size = SampleSizeQuestion(purpose="interval", rate=0.5, margin=0.05)
    assert FORMULAS["SAMPLESIZE"](planner, EXAMPLES["SAMPLESIZE"]) == planner.sample_size(size).items
    judge = JudgeCostQuestion(items=500, judge=Call(usd=Decimal("0.01")))
    assert FORMULAS["JUDGECOST"](planner, EXAMPLES["JUDGECOST"]) == planner.judge_cost(judge).total_usd
    month = SimulateQuestion(
        model="gpt-5-mini",
        users=100.0,
        requests_per_user_per_month=20.0,
        input_tokens=1000.0,
        output_tokens=Distribution(p50=200.0, p95=400.0),
        draws=20_000,
        seed=7,
    )
    cells = ("gpt-5-mini", 100, 100, 20, 1000, 200, 400, 0.95, None, None, 7)
    assert FORMULAS["SIMULATE"](planner, cells) == planner.simulate(month).month.p95_usd


@pytest.mark.parametrize("name", SPILLING)
def test_a_missing_argument_is_named(planner, name):
    """Each that must be given, left blank, is an error that names it; never a figure."""
    for at, told in enumerate(FORMULAS[name].arguments):
        if told.required:
            cells = [*EXAMPLES[name][:at], None, *EXAMPLES[name][at + 1 :]]
            found = FORMULAS[name](planner, cells)
            assert isinstance(found, CellError)
            assert (found.code, found.message.startswith(f"{told.name} is empty")) == ("#VALUE!", True)
