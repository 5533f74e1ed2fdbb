"""Retrieval against long context, against a month counted query by query and figures worked by hand."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from catalogs import NOW, priced
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from planner import CostQuestion, Embedder, Planner, RetrievalQuestion, Store, Usage
from planner.calls import Call
from planner.packing.positions import mean, quality
from planner.retrieval.plans import Means, by_long_context, by_retrieval
from pricing import InvalidInput, NotPriced, UnknownModel

BOUGHT = priced(
    input_tokens="4", cache_read_tokens="0.4", cache_write_5m_tokens="5", cache_write_1h_tokens="8", output_tokens="20"
)
TIER = {**priced(input_tokens="8", cache_read_tokens="0.8", output_tokens="40"), "prompt_above": 50_000}
MODELS = {
    "lab/bought": {
        "cache_minimum_tokens": 1024,
        "limits": {"context_window": 200_000},
        "prices": [BOUGHT],
    },
    "lab/tiered": {"prices": [priced(input_tokens="4", cache_read_tokens="0.4", output_tokens="20"), TIER]},
    "lab/plain": {"limits": {"context_window": 60_000}, "prices": [priced(input_tokens="2", output_tokens="10")]},
    "lab/mute": {"prices": [priced(input_tokens="1")]},
    "lab/small": {
        "limits": {"max_input_tokens": 1000},
        "prices": [priced(input_tokens="0.02"), {**priced(input_tokens="0.01"), "tier": "batch"}],
    },
    "lab/large": {"prices": [priced(input_tokens="0.1")]},
    "lab/ranker": {"prices": [priced(requests="0.002")]},
}
SMALL, LARGE = Embedder(model="small", dimensions=100), Embedder(model="large", dimensions=1000)
ASKED = RetrievalQuestion(model="bought", corpus_tokens=100_000, queries_per_month=3000.0, embeddings=(SMALL,))


@pytest.fixture
def planner(make_catalog):
    return Planner(make_catalog(MODELS), _Uncounted, lambda: NOW)


class _Uncounted:
    """A counter for questions that count nothing."""

    def once(self):
        return self


def ask(planner, **more):
    answer = planner.retrieval(replace(ASKED, **more))
    return {each.option: each for each in answer.options}


@settings(max_examples=50)
@given(tokens=st.integers(1, 3000), documents=st.integers(1, 5), size=st.integers(2, 200), overlap=st.integers(0, 1))
def test_an_index_is_that_of_documents_cut_one_by_one(shipped, tokens, documents, size, overlap):
    """Windows laid over every document, token by token, are as many chunks and embedded tokens as the formula says."""
    documents = min(documents, tokens)
    question = replace(
        ASKED,
        model="claude-sonnet-5",
        corpus_tokens=tokens,
        document_count=documents,
        chunk_tokens=size,
        overlap_tokens=overlap,
        embeddings=(replace(SMALL, usd_per_million_tokens=1.0),),
    )
    (index,) = Planner(shipped, _Uncounted, lambda: NOW).retrieval(question).embeddings
    chunks = embedded = 0
    for number in range(documents):
        length = tokens // documents + (number < tokens % documents)
        start = 0
        while True:
            end = min(length, start + size)
            chunks, embedded = chunks + 1, embedded + end - start
            if end == length:
                break
            start = end - overlap
    assert (index.chunks, index.embedded_tokens) == (chunks, embedded)
    assert index.storage_bytes == chunks * 400


def test_a_month_counted_query_by_query(planner):
    """Thirty days of a hundred queries and an update, each priced by the cost verb, are the month's figure."""
    embeddings = (replace(SMALL, ingestion_service_tier="batch"),)
    store = Store(usd_per_gb_month=1000.0, usd_per_query=0.0001, metadata_bytes=100)
    rerank = Call(model="ranker", usage=Usage(requests=1))
    options = ask(
        planner, embeddings=embeddings, store=store, rerank=rerank, instruction_tokens=500, updates_per_month=30.0,
        updated_share=0.25, horizon_months=10.0,
    )  # fmt: skip

    def paid(model, tier=None, **usage):
        return float(planner.cost(CostQuestion(model=model, service_tier=tier, usage=Usage(**usage))).total_usd)

    embedding = paid("small", "batch", input_tokens=100_000)
    chunks = 196  # 100,000 / 512, rounded up
    retrieved = embedding / 10 + chunks * (4 * 100 + 100) / 1e9 * 1000
    whole = 0.0
    for _ in range(30):
        retrieved += 0.25 * embedding
        for _ in range(100):
            retrieved += paid("small", input_tokens=50) + paid("ranker", requests=1) + 0.0001
            retrieved += paid("bought", input_tokens=500 + 5 * 512 + 50, output_tokens=300)
            whole += paid("bought", input_tokens=500 + 100_000 + 50, output_tokens=300)
    assert options["retrieval small"].cost_per_month_usd == pytest.approx(retrieved)
    assert options["long context"].cost_per_month_usd == pytest.approx(whole)
    assert options["retrieval small"].update_usd == pytest.approx(0.25 * embedding)
    assert options["long context"].update_usd == 0


@pytest.mark.parametrize("refreshed", [True, False])
def test_a_cached_month_is_that_of_a_simulation(planner, refreshed):
    """40,000 random queries with random updates, each a read or a write, cost what the closed form says."""
    hourly, updates = 20.0, 8.0
    options = ask(
        planner, queries_per_month=hourly * 100, active_hours_per_month=100.0, updates_per_month=updates * 100,
        refreshed_on_read=refreshed,
    )  # fmt: skip
    draws, at, until, hits, count = random.Random(5), 0.0, 0.0, 0, 40_000
    change = draws.expovariate(updates)
    for _ in range(count):
        at += draws.expovariate(hourly)
        while change < at:
            until, change = 0.0, change + draws.expovariate(updates)
        hit = at < until
        hits += hit
        if refreshed or not hit:
            until = at + 5 / 60
    option = options["long context cached 5m"]
    assert option.hit_rate == pytest.approx(hits / count, abs=4 * 0.5 / count**0.5)
    h = option.hit_rate
    rest = (50 * 4 + 300 * 20) / 1e6
    assert option.next_query_usd == pytest.approx(0.1 * (h * 0.4 + (1 - h) * 5) + rest)
    assert option.update_usd == pytest.approx(h * 0.1 * 4.6)


@settings(max_examples=40)
@given(corpus=st.integers(2000, 150_000), updates=st.floats(0, 500), share=st.floats(0.01, 1), fee=st.floats(0, 50))
def test_break_evens_are_equal_there(shipped, corpus, updates, share, fee):
    """At a break-even both options cost the same a month; below and above it the named one is the cheaper."""
    planner = Planner(shipped, _Uncounted, lambda: NOW)
    stated = (replace(SMALL, usd_per_million_tokens=0.02), replace(LARGE, usd_per_million_tokens=0.1))
    question = replace(
        ASKED, model="claude-sonnet-5", corpus_tokens=corpus, embeddings=stated, updates_per_month=updates,
        updated_share=share, store=Store(minimum_usd_per_month=fee, usd_per_gb_month=0.3),
    )  # fmt: skip
    answer = planner.retrieval(question)
    means = Means(question, shipped, NOW, 0.0)
    plans = [*(by_retrieval(means, each) for each in answer.embeddings), *by_long_context(means)]
    months = {plan.name: plan.month for plan in plans}
    for row in answer.break_evens:
        first, second, at = months[row.first], months[row.second], row.queries_per_month
        below, above = (1.0, 1e9) if at is None else (at * 0.999, at * 1.001)
        if at is not None:
            assert first(at) == pytest.approx(second(at), rel=1e-9)
        for queries, cheaper in ((below, row.cheaper_below), (above, row.cheaper_above)):
            least = min(first(queries), second(queries))
            assert months.get(cheaper, first)(queries) == pytest.approx(least, rel=1e-9)


@settings(max_examples=30)
@given(low=st.floats(1, 1e6), more=st.floats(1, 1e3))
def test_more_queries_cost_more_and_caching_pays_when_they_are_frequent(shipped, low, more):
    """Uncached options rise with the volume; from 1,000 queries an hour a cached corpus is never the dearer."""
    planner = Planner(shipped, _Uncounted, lambda: NOW)
    stated = (replace(SMALL, usd_per_million_tokens=0.02),)
    question = replace(ASKED, model="claude-sonnet-5", embeddings=stated)
    before, after = (
        {each.option: each for each in planner.retrieval(replace(question, queries_per_month=queries)).options}
        for queries in (low, low * more)
    )
    for name in ("retrieval small", "long context"):
        assert after[name].cost_per_month_usd >= before[name].cost_per_month_usd
    if low > 1000 * 730.5:
        assert before["long context cached 5m"].cost_per_month_usd <= before["long context"].cost_per_month_usd


def test_a_price_step_counts_for_the_whole_prompt(planner):
    """A corpus beyond the step is priced by the upper tier, retrieval's short prompt by the lower one."""
    options = ask(planner, model="tiered", corpus_tokens=50_000)
    assert options["long context"].next_query_usd == pytest.approx((50_050 * 8 + 300 * 40) / 1e6)
    assert options["retrieval small"].next_query_usd == pytest.approx((2610 * 4 + 300 * 20 + 50 * 0.02) / 1e6)
    assert "long context cached automatic" in options


def test_what_does_not_fit_is_said_and_never_the_cheapest(planner):
    """A corpus over the window and chunks over the embedding model's input are no choice and have no break-even."""
    question = replace(ASKED, model="plain", embeddings=(SMALL, LARGE), chunk_tokens=1001)
    answer = planner.retrieval(question)
    fits = {each.option: each.fits for each in answer.options}
    assert fits == {"retrieval large": True, "retrieval small": False, "long context": False}
    assert (answer.cheapest, answer.break_evens) == ("retrieval large", ())
    assert "long context does not fit" in " ".join(answer.warnings)
    assert "lists no price for cached tokens" in " ".join(answer.warnings)


def test_nothing_fits(planner):
    """Where no option fits there is no cheapest one."""
    answer = planner.retrieval(replace(ASKED, model="plain", chunk_tokens=20_000))
    assert answer.cheapest is None


def test_the_store_charges_its_minimum(planner):
    """A small index costs the minimum, a large one its gigabytes: 196 x (4 x 100) bytes at 1e6 USD are 78.4."""
    (small, large) = (
        ask(planner, store=Store(usd_per_gb_month=price, minimum_usd_per_month=25.0))["retrieval small"]
        for price in (0.3, 1e6)
    )
    assert large.cost_per_month_usd - small.cost_per_month_usd == pytest.approx(78.4 - 25)


def test_a_hybrid_lies_between_its_limits(planner):
    """With nothing declined it is retrieval; with all declined it pays retrieval's prompt and the whole corpus."""
    base = ask(planner)
    none, every = (ask(planner, long_context_share=share, declined_output_tokens=7)["hybrid"] for share in (0.0, 1.0))
    assert none.cost_per_month_usd == pytest.approx(base["retrieval small"].cost_per_month_usd)
    long = min(each.next_query_usd for name, each in base.items() if name.startswith("long"))
    declined = base["retrieval small"].next_query_usd - (300 - 7) * 20 / 1e6
    assert every.next_query_usd == pytest.approx(declined + long)


def test_instructions_alone_are_cached_where_that_is_cheaper(planner):
    """Long instructions of a frequent question cost retrieval what reading them costs."""
    fresh, cached = (
        ask(planner, model=model, instruction_tokens=10_000, queries_per_month=1e6)["retrieval small"].next_query_usd
        for model in ("plain", "bought")
    )
    assert fresh == pytest.approx((12_610 * 2 + 300 * 10 + 1) / 1e6)
    assert cached == pytest.approx((10_000 * 0.4 + 2610 * 4 + 300 * 20 + 1) / 1e6)


def test_storage_of_the_cache_is_paid_while_it_lives(planner):
    """At many arrivals the corpus always lives: 100,000 tokens at 10 USD a million token hours are 1 USD an hour."""
    free, paid = (
        ask(planner, queries_per_month=73_050.0, storage_usd_per_million_token_hours=usd)["long context cached 1h"]
        for usd in (0.0, 10.0)
    )
    assert paid.next_query_usd - free.next_query_usd == pytest.approx(1 / 100)


def test_stated_prices_stand_instead_of_the_catalog_s(planner):
    """Input, output and multipliers as stated: 100,050 tokens at 1, 300 at 2; cached at half of 1."""
    options = ask(
        planner, model="mute", input_usd_per_million_tokens=1.0, output_usd_per_million_tokens=2.0, read_multiplier=0.5,
        queries_per_month=1e9,
    )  # fmt: skip
    assert options["long context"].next_query_usd == pytest.approx(0.10065)
    assert options["long context cached automatic"].next_query_usd == pytest.approx(0.05065)


@given(rows=st.dictionaries(st.integers(0, 100), st.floats(0, 2), min_size=1, max_size=6))
def test_the_mean_over_positions_is_the_integral(rows):
    """The closed form is what numerical integration finds."""
    table = tuple((percent / 100, value) for percent, value in sorted(rows.items()))
    places = [place for place, _ in table]
    found, _ = quad(lambda at: quality(table, at), 0, 1, points=places, limit=200)
    assert mean(table) == pytest.approx(found, abs=1e-6)


def test_quality_by_length_and_position(planner):
    """A corpus takes the mean over all places, k chunks that of their own, between lengths linear, times the recall.

    At 50,000 tokens: (1 + 0.5)/2 = 0.75 and at 150,000: 0.5; 100,050 lie at 0.50025. Two chunks stand at the ends: 1.
    """
    table = ((50_000, 0.0, 1.0), (50_000, 0.5, 0.5), (50_000, 1.0, 1.0), (150_000, 0.0, 0.5))
    options = ask(
        planner, quality_table=table, retrieval_recall=0.8, retrieved_chunks=2, long_context_share=0.5
    )  # fmt: skip
    assert options["long context"].quality == pytest.approx(0.75 - 0.25 * 0.5005)
    assert options["retrieval small"].quality == pytest.approx(0.8)
    assert options["hybrid"].quality == pytest.approx((0.75 - 0.25 * 0.5005 + 0.8) / 2)
    assert ask(planner)["long context"].quality is None


def test_one_model_at_two_sizes(planner):
    """The same embedding model with other dimensions is another option, named by them."""
    options = ask(planner, embeddings=(SMALL, replace(SMALL, dimensions=50)))
    assert {"retrieval small 100x512", "retrieval small 50x512"} < set(options)


@pytest.mark.parametrize(
    ("wrong", "error", "says"),
    [
        ({"corpus_tokens": 0}, InvalidInput, "corpus_tokens is 0; it must be at least 1"),
        ({"queries_per_month": 0.0}, InvalidInput, "queries_per_month is 0.0"),
        ({"queries_per_month": float("nan")}, InvalidInput, "queries_per_month is nan"),
        ({"queries_per_month": float("inf")}, InvalidInput, "queries_per_month is inf"),
        ({"embeddings": ()}, InvalidInput, "embeddings is 0 models; give 1 to 10"),
        ({"embeddings": (SMALL, SMALL)}, InvalidInput, "the same model, dimensions and chunk size"),
        ({"embeddings": (replace(SMALL, dimensions=0),)}, InvalidInput, "dimensions is 0"),
        ({"embeddings": (replace(SMALL, model="nobody"),)}, UnknownModel, "nobody"),
        ({"embeddings": (replace(SMALL, usd_per_million_tokens=-1.0),)}, InvalidInput, "usd_per_million_tokens is -1"),
        ({"overlap_tokens": 512}, InvalidInput, "it must be above overlap_tokens, 512"),
        ({"overlap_tokens": -1}, InvalidInput, "overlap_tokens is -1"),
        ({"document_count": 100_001}, InvalidInput, "at most corpus_tokens, 100000"),
        ({"updated_share": 1.5}, InvalidInput, "updated_share is 1.5"),
        ({"long_context_share": -0.1}, InvalidInput, "long_context_share is -0.1"),
        ({"retrieval_recall": 2.0}, InvalidInput, "retrieval_recall is 2.0"),
        ({"horizon_months": 0.0}, InvalidInput, "horizon_months is 0.0"),
        ({"active_hours_per_month": 745.0}, InvalidInput, "at most 744 hours"),
        ({"read_multiplier": -1.0}, InvalidInput, "read_multiplier is -1.0"),
        ({"store": Store(usd_per_gb_month=-1.0)}, InvalidInput, "usd_per_gb_month is -1.0"),
        ({"store": Store(bytes_per_dimension=0.0)}, InvalidInput, "bytes_per_dimension is 0.0"),
        ({"quality_table": ((0, 0.0, 1.0),)}, InvalidInput, "tokens from 1"),
        ({"quality_table": ((9, 0.5, 1.0), (9, 0.5, 0.9))}, InvalidInput, "were given before"),
        ({"quality_table": ((9, 0.5, float("nan")),)}, InvalidInput, "quality from 0 to"),
        ({"rerank": Call()}, InvalidInput, "exactly one of usd and model"),
        ({"model": "mute"}, NotPriced, "no price for output_tokens"),
        ({"model": "nobody"}, UnknownModel, "nobody"),
    ],
)
def test_wrong_questions_are_named(planner, wrong, error, says):
    """A field out of its range or a model without a price is an error that names it."""
    with pytest.raises(error, match=says):
        ask(planner, **wrong)


def test_an_error_says_which_embedding_model(planner):
    """The location names the place in the list."""
    with pytest.raises(UnknownModel) as found:
        ask(planner, embeddings=(SMALL, replace(SMALL, model="nobody")))
    assert found.value.problems[0].loc[:2] == ("embeddings", 1)
