"""Fine-tuning's break-even and its advice, against a horizon enumerated month by month and figures worked by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from catalogs import NOW, priced
from hypothesis import given, settings
from hypothesis import strategies as st

from planner import CachingQuestion, Embedder, Planner, RetrievalQuestion, Served, TuningAdviceQuestion, TuningQuestion
from pricing import InvalidInput, NotPriced, UnknownModel

BOUGHT = priced(input_tokens="4", cache_read_tokens="0.4", cache_write_5m_tokens="5", output_tokens="20")
MODELS = {
    "lab/bought": {"prices": [BOUGHT]},
    "lab/cheap": {"prices": [priced(input_tokens="1", output_tokens="5")]},
    "lab/mute": {"prices": [priced(input_tokens="1")]},
}
ASKED = TuningQuestion(
    requests_per_month=100_000.0,
    train_tokens=2_000_000,
    training_usd_per_million_tokens=25.0,
    base_usd=0.004,
    tuned_usd=0.001,
)
MONEY = st.floats(0, 1)


@pytest.fixture
def planner(make_catalog):
    return Planner(make_catalog(MODELS), _Uncounted, lambda: NOW)


@pytest.fixture(scope="session")
def over_shipped(shipped):
    return Planner(shipped, _Uncounted, lambda: NOW)


class _Uncounted:
    """A counter for questions that count nothing."""

    def once(self):
        return self


def test_by_hand(planner):
    """2M tokens x 3 epochs x 25 USD are 150, three times in 12 months, with 10 a month of hosting 570, over 0.003."""
    answer = planner.tuning(replace(ASKED, hosting_usd_per_month=10.0, retrain_every_months=5.0))
    assert (answer.trainings, answer.training_usd, answer.hosting_usd) == (3, 450.0, 120.0)
    assert answer.break_even_requests == pytest.approx(570 / 0.003)
    assert answer.break_even_requests_per_month == pytest.approx(570 / 0.003 / 12)
    assert answer.savings_usd == pytest.approx(100_000 * 12 * 0.003 - 570)
    assert answer.paid_back_months == pytest.approx(150 / 290)
    assert answer.verdict.startswith("pays at 100,000 requests a month")


@given(
    base=MONEY, tuned=MONEY, requests=st.integers(1, 10**6), horizon=st.integers(1, 36), every=st.integers(1, 40),
    hosting=st.floats(0, 500), other=st.floats(0, 5000), runs=st.integers(1, 4),
)  # fmt: skip
def test_a_horizon_month_by_month(over_shipped, base, tuned, requests, horizon, every, hosting, other, runs):
    """Every month's requests, hosting and the trainings that fall due make the totals; who is cheaper is who pays."""
    question = replace(
        ASKED, requests_per_month=float(requests), base_usd=base, tuned_usd=tuned, horizon_months=float(horizon),
        retrain_every_months=float(every), hosting_usd_per_month=hosting, other_usd_per_training=other,
        runs_per_training=runs,
    )  # fmt: skip
    answer = over_shipped.tuning(question)
    plain = trained = 0.0
    for month in range(horizon):
        if month % every == 0:
            trained += runs * 150 + other
        plain += requests * base
        trained += requests * tuned + hosting
    assert (answer.base_total_usd, answer.tuned_total_usd) == pytest.approx((plain, trained))
    if answer.break_even_requests is None:
        assert tuned >= base
        assert answer.verdict.startswith("never pays: a tuned request saves nothing")
    elif abs(plain - trained) > 1e-6 * plain:
        assert answer.pays == (trained < plain) == (requests * horizon > answer.break_even_requests)


@given(base=st.floats(0.002, 1), requests=st.integers(100, 10**6), hosting=st.floats(0, 50))
def test_the_shortest_cadence_just_pays(over_shipped, base, requests, hosting):
    """Retrained as often as the savings allow, tuning costs no more than the base; once more often it does."""
    question = replace(ASKED, base_usd=base, requests_per_month=float(requests), hosting_usd_per_month=hosting)
    cadence = over_shipped.tuning(question).break_even_retrain_months
    if cadence is None:
        assert over_shipped.tuning(question).savings_usd < 1e-6
        return
    trainings = round(12 / cadence)
    often, oftener = (
        over_shipped.tuning(replace(question, retrain_every_months=12 / (count - 1e-6)))
        for count in (trainings, trainings + 1)
    )
    assert (often.trainings, oftener.trainings) == (trainings, trainings + 1)
    assert often.savings_usd >= -1e-6 * often.base_total_usd
    assert oftener.savings_usd <= 1e-6 * oftener.base_total_usd


def test_the_base_s_caching_is_taken_into_account(planner):
    """At a hit rate of 0.9 a prefix of 10,000 costs 0.4 x 0.9 + 5 x 0.1 a million instead of 4, so N* rises."""
    served = Served(model="bought", prefix_tokens=10_000, input_tokens=500, output_tokens=100)
    tuned = Served(model="cheap", input_tokens=500, output_tokens=100)
    asked = replace(ASKED, base_usd=None, tuned_usd=None, tuned=tuned)
    cached, fresh = (planner.tuning(replace(asked, base=replace(served, cache_hit_rate=hit))) for hit in (0.9, 0.0))
    assert (cached.base.usd, fresh.base.usd) == pytest.approx((0.0086 + 0.004, 0.04 + 0.004))
    assert (cached.base.hit_rate, fresh.base.hit_rate, fresh.base.cached) == (0.9, None, None)
    assert cached.tuned.usd == pytest.approx(0.001)
    assert cached.break_even_requests == pytest.approx(150 / 0.0116)
    assert fresh.break_even_requests == pytest.approx(150 / 0.043)


@settings(max_examples=25)
@given(prefix=st.integers(2000, 50_000), train=st.integers(10**5, 10**9))
def test_with_hit_rates_from_arrivals_the_break_even_is_equal_there(over_shipped, prefix, train):
    """At the break-even volume, with the hit rate of that volume, both totals are the same."""
    base = Served(model="claude-sonnet-5", prefix_tokens=prefix, input_tokens=500, output_tokens=100)
    question = replace(ASKED, base=base, base_usd=None, tuned_usd=0.0002, train_tokens=train)
    even = over_shipped.tuning(question).break_even_requests_per_month
    there, above = (over_shipped.tuning(replace(question, requests_per_month=even * by)) for by in (1.0, 1.01))
    assert there.base_total_usd == pytest.approx(there.tuned_total_usd)
    assert above.pays


def test_hit_rates_are_those_of_the_caching_verb(planner):
    """7,305 requests a month are ten an hour: the prefix costs what `caching` says."""
    base = Served(model="bought", prefix_tokens=10_000)
    answer = planner.tuning(replace(ASKED, base=base, base_usd=None, requests_per_month=14_610.0))
    caching = planner.caching(CachingQuestion(model="bought", prefix_tokens=10_000, arrivals_per_hour=20.0))
    assert answer.base.usd == pytest.approx(caching.options[0].prefix_usd)
    assert answer.base.hit_rate == pytest.approx(caching.options[0].hit_rate)


def test_caching_can_take_the_saving_away(planner):
    """Where the base is dearer only while it is rarely asked, tuning never pays for good, and the words say so."""
    base = Served(model="bought", prefix_tokens=10_000)
    answer = planner.tuning(replace(ASKED, base=base, base_usd=None, tuned_usd=0.01, requests_per_month=730.5))
    assert answer.savings_per_request_usd > 0
    assert answer.break_even_requests is None
    assert "saves too little at large volumes" in answer.verdict


def test_a_free_training_pays_from_the_first_request(planner):
    """With nothing to bring back, break-even is at no request at all."""
    answer = planner.tuning(replace(ASKED, training_usd_per_million_tokens=0.0))
    assert (answer.break_even_requests, answer.pays, answer.break_even_retrain_months) == (0.0, True, None)


@pytest.mark.parametrize(
    ("wrong", "error", "says"),
    [
        ({"base_usd": None}, InvalidInput, "give exactly one of base and base_usd"),
        ({"tuned": Served(model="cheap", input_tokens=1)}, InvalidInput, "give exactly one of tuned and tuned_usd"),
        ({"requests_per_month": 0.0}, InvalidInput, "requests_per_month is 0.0"),
        ({"train_tokens": 0}, InvalidInput, "train_tokens is 0"),
        ({"epochs": float("nan")}, InvalidInput, "epochs is nan"),
        ({"epochs": float("inf")}, InvalidInput, "epochs is inf"),
        ({"runs_per_training": 0}, InvalidInput, "runs_per_training is 0"),
        ({"training_usd_per_million_tokens": -1.0}, InvalidInput, "training_usd_per_million_tokens is -1.0"),
        ({"hosting_usd_per_month": -1.0}, InvalidInput, "hosting_usd_per_month is -1.0"),
        ({"base_usd": -0.1}, InvalidInput, "base_usd is -0.1"),
        ({"retrain_every_months": 0.0}, InvalidInput, "retrain_every_months is 0.0"),
        ({"horizon_months": 0.0}, InvalidInput, "horizon_months is 0.0"),
        ({"base_usd": None, "base": Served(model="bought")}, InvalidInput, "needs prefix_tokens, input_tokens or both"),
        (
            {"base_usd": None, "base": Served(model="bought", input_tokens=1, cache_hit_rate=1.2)},
            InvalidInput,
            "cache_hit_rate is 1.2",
        ),
        ({"base_usd": None, "base": Served(model="nobody", input_tokens=1)}, UnknownModel, "nobody"),
        ({"base_usd": None, "base": Served(model="mute", input_tokens=1, output_tokens=1)}, NotPriced, "output_tokens"),
    ],
)
def test_wrong_questions_are_named(planner, wrong, error, says):
    """A field out of its range, a side stated twice or not at all, a model without a price: never a figure."""
    with pytest.raises(error, match=says):
        planner.tuning(replace(ASKED, **wrong))


KNOWS = TuningAdviceQuestion(needs_knowledge=True, needs_behaviour=False)
BEHAVES = TuningAdviceQuestion(needs_knowledge=False, needs_behaviour=True)
WHOLE = RetrievalQuestion(
    model="bought",
    corpus_tokens=1000,
    queries_per_month=100.0,
    embeddings=(Embedder(model="any", dimensions=8, usd_per_million_tokens=1e6),),
)


@pytest.mark.parametrize(
    ("stated", "knowledge", "stale", "says"),
    [
        ({"knowledge_changes_every_days": 7.0, "training_days": 3.0}, "retrieval", 3 / 7, "longer than is tolerated"),
        ({"knowledge_changes_every_days": 1.0, "training_days": 3.0}, "retrieval", 1.0, "longer than is tolerated"),
        ({"knowledge_changes_every_days": 1.0}, "retrieval", None, "up to date at once"),
        ({"needs_citations": True, "tuning": ASKED}, "retrieval", 0.0, "cannot name where"),
        ({"needs_access_control": True, "tuning": ASKED}, "retrieval", 0.0, "nor deleted"),
        ({"tuning": ASKED}, "tuning", 0.0, "can be trained once"),
        ({"tuning": replace(ASKED, tuned_usd=1.0)}, "retrieval", 0.0, "never pays"),
        (
            {
                "knowledge_changes_every_days": 90.0,
                "training_days": 3.0,
                "tolerated_stale_share": 0.05,
                "tuning": ASKED,
            },
            "tuning",
            1 / 30,
            "no longer than is tolerated",
        ),
        ({"retrieval": WHOLE}, "long context", 0.0, "is the cheapest that fits"),
    ],
)
def test_knowledge_is_trained_only_where_nothing_speaks_against_it(planner, stated, knowledge, stale, says):
    """The cadence, citations, access and cost that were stated decide, and each is among the reasons."""
    answer = planner.tuning_advice(replace(KNOWS, **stated))
    assert (answer.knowledge, answer.behaviour) == (knowledge, "none")
    assert answer.stale_share == (None if stale is None else pytest.approx(stale))
    assert says in " ".join(each.because for each in answer.reasons)


@pytest.mark.parametrize(
    ("stated", "behaviour"),
    [
        ({}, "prompt"),
        ({"prompted_rate": 0.9, "required_rate": 0.9}, "prompt"),
        ({"prompted_rate": 0.8, "required_rate": 0.9}, "tuning"),
        ({"prompted_rate": 0.8, "required_rate": 0.9, "labelled_examples": 0}, "prompt"),
        ({"prompted_rate": 0.8, "required_rate": 0.9, "labelled_examples": 99, "needed_examples": 100}, "prompt"),
        ({"prompted_rate": 0.8, "required_rate": 0.9, "labelled_examples": 100, "needed_examples": 100}, "tuning"),
        ({"prompted_rate": 0.9, "required_rate": 0.9, "tuning": ASKED}, "tuning"),
        ({"labelled_examples": 0, "tuning": ASKED}, "prompt"),
    ],
)
def test_behaviour_is_trained_where_the_prompt_falls_short_or_training_pays(planner, stated, behaviour):
    """The measured rates, the examples at hand and the break-even decide."""
    answer = planner.tuning_advice(replace(BEHAVES, **stated))
    assert (answer.knowledge, answer.behaviour) == ("none", behaviour)


def test_the_advice_carries_what_keeping_up_would_cost(planner):
    """A change a week is 4.348 a month: trainings of 150 USD each, against embedding 1,000 tokens anew."""
    answer = planner.tuning_advice(replace(KNOWS, knowledge_changes_every_days=7.0, tuning=ASKED, retrieval=WHOLE))
    assert answer.retraining_usd_per_month == pytest.approx(150 * 30.4375 / 7)
    assert answer.update_usd_per_month == pytest.approx(answer.retrieval.options[0].update_usd * 30.4375 / 7)
    assert [each.split(":")[0] for each in answer.open_questions] == ["training_days"]


def test_what_was_not_stated_is_asked_for(planner):
    """The advice names each fact that could change it."""
    named = {
        each.split(":")[0] for each in planner.tuning_advice(replace(BEHAVES, needs_knowledge=True)).open_questions
    }
    assert named == {"retrieval", "prompted_rate and required_rate", "labelled_examples", "tuning"}


@pytest.mark.parametrize(
    ("question", "says", "loc"),
    [
        (replace(BEHAVES, needs_behaviour=False), "or there is nothing to advise on", ("needs_knowledge",)),
        (replace(BEHAVES, needs_citations=True), "only where needs_knowledge is true", ("needs_citations",)),
        (replace(KNOWS, training_days=0.0), "training_days is 0.0", ("training_days",)),
        (replace(KNOWS, tolerated_stale_share=2.0), "tolerated_stale_share is 2.0", ("tolerated_stale_share",)),
        (replace(BEHAVES, labelled_examples=-1), "labelled_examples is -1", ("labelled_examples",)),
        (replace(KNOWS, tuning=replace(ASKED, epochs=0.0)), "epochs is 0.0", ("tuning", "epochs")),
        (replace(KNOWS, retrieval=replace(WHOLE, corpus_tokens=0)), "corpus_tokens", ("retrieval", "corpus_tokens")),
    ],
)
def test_wrong_facts_are_named(planner, question, says, loc):
    """A fact out of its range or out of place is an error that says where."""
    with pytest.raises(InvalidInput, match=says) as found:
        planner.tuning_advice(question)
    assert found.value.problems[0].loc == loc
