"""A plan evaluated: money, tokens and waits worked by hand, and held against the verbs that say the same."""

from __future__ import annotations

from math import exp, log

import pytest
from catalogs import NOW, SEEN, priced
from hypothesis import given
from hypothesis import strategies as st
from plans import LIMITS, MODELS, evaluator, plan_of, step

from planner.conversation import ConversationQuestion, conversation
from planner.latency import LatencyQuestion, latency
from planner.latency_hops import Generation, Hop
from planner.plans.paths import numbers
from pricing import Catalog
from pricing.errors import InvalidInput, TokenplanError


@pytest.fixture
def evaluate(make_catalog):
    """An evaluator over round prices."""
    return evaluator(make_catalog(MODELS))


def test_a_step_costs_its_tokens_at_the_catalogs_prices(evaluate):
    """1,000 tokens at $1 and 100 at $10 a million are $0.002 a request, $2 for a thousand of them."""
    report = evaluate(plan_of({"answer": step()}))
    assert report.cost_per_request_usd.mean == pytest.approx(0.002)
    assert report.cost_per_month_usd.mean == pytest.approx(2.0)
    lines = report.steps[0].calls[0].lines
    assert [(line.bucket, line.quantity, line.usd_per_month) for line in lines] == [
        ("input_tokens", 1000, pytest.approx(1.0)),
        ("output_tokens", 100, pytest.approx(1.0)),
    ]


def test_a_value_replaced_by_its_key_path_is_evaluated_without_a_new_plan(evaluate):
    """Twice the answer adds $0.001 a request."""
    plan = plan_of({"answer": step()}).with_value("steps.answer.output_tokens", 200.0)
    assert evaluate(plan).cost_per_request_usd.mean == pytest.approx(0.003)


def test_shares_calls_and_routes_multiply(evaluate):
    """Half the requests, two calls, a quarter of them ten times as dear: 0.5*2*(0.75*0.002+0.25*0.02) = $0.0065."""
    routes = {"easy": {"share": 0.75}, "hard": {"share": 0.25, "model": "large"}}
    report = evaluate(plan_of({"answer": step(share=0.5, calls=2, routes=routes)}))
    assert report.cost_per_request_usd.mean == pytest.approx(0.0065)
    easy, hard = report.steps[0].calls
    assert (easy.usd_per_request, hard.usd_per_request) == (pytest.approx(0.0015), pytest.approx(0.005))


def test_retries_bill_what_fails_and_the_fallback_takes_what_is_left(evaluate):
    """F 0.1, two attempts, failures half billed: 0.99 + 0.5*0.11 attempts; a hundredth goes to the large model."""
    retry = {"failure_probability": 0.1, "attempts": 2, "failed_billed_share": 0.5}
    report = evaluate(
        plan_of({"answer": step(retry=retry, fallbacks=[{"model": "large", "failure_probability": 0.2}])})
    )
    first, second = report.steps[0].calls
    assert first.billed_attempts == pytest.approx(1.045)
    assert first.usd_per_request == pytest.approx(0.002 * 1.045)
    assert second.usd_per_request == pytest.approx(0.01 * 0.02 * 0.8)
    assert report.steps[0].success_probability == pytest.approx(1 - 0.01 * 0.2)


def test_a_stated_hit_rate_splits_the_prefix_into_reads_and_writes(evaluate):
    """800 of 1,000 tokens, found in 3 of 4 cases, read at a tenth: 600 at $0.1 and 400 at $1 a million."""
    cache = {"prefix_tokens": 800, "hit_rate": 0.75}
    report = evaluate(plan_of({"answer": step(cache=cache, output_tokens=0)}))
    assert report.cost_per_request_usd.mean == pytest.approx((600 * 0.1 + 400) / 1e6)


def test_without_a_hit_rate_it_is_that_of_random_arrivals(evaluate):
    """100 requests an hour spread over 5 prefixes, 300 seconds to live: 1 - exp(-20/12)."""
    traffic = {"requests_per_month": 100 * 500, "active_hours_per_month": 500}
    plan = plan_of({"answer": step(cache={"prefix_tokens": 800, "prefixes": 5})}, traffic=traffic)
    assert evaluate(plan).steps[0].calls[0].cache_hit_rate == pytest.approx(1 - exp(-20 / 12))


def test_a_model_that_sells_no_cache_bills_the_prefix_as_input_and_says_so(evaluate):
    """The large model lists no price for cached tokens."""
    report = evaluate(plan_of({"answer": step(model="large", cache={"prefix_tokens": 800, "hit_rate": 1})}))
    assert report.cost_per_request_usd.mean == pytest.approx(0.02)
    assert "answer: large lists no price for cached tokens: they are billed as input" in report.warnings


def test_a_loop_costs_what_the_conversation_verb_says(make_catalog):
    """Turns read what the turn before wrote and write only what is new, as `tokenplan caching conversation` has it."""
    catalog = make_catalog(MODELS)
    loop = {"turns": 7, "result_tokens": 300, "found_share": 0.9}
    cache = {"prefix_tokens": 0, "hit_rate": 0}
    report = evaluator(catalog)(plan_of({"work": step(kind="tool_loop", loop=loop, cache=cache)}))
    question = ConversationQuestion(
        model="small", turns=7, base_tokens=1000, growth_tokens=400, output_tokens=100, found_share=0.9
    )
    assert report.cost_per_request_usd.mean == pytest.approx(conversation(question, catalog, NOW).cached_usd)


def test_every_turn_of_a_loop_pays_its_own_context_tier(make_catalog):
    """Turns of 1,000, 2,000 and 3,000 tokens; from 2,500 on input costs the double: (1,000+2,000+2*3,000) at $1."""
    long = {**priced(input_tokens="2", output_tokens="10"), "prompt_above": 2499}
    models = {"openai/small": {"prices": [priced(input_tokens="1", output_tokens="10"), long], "limits": LIMITS}}
    loop = {"turns": 3, "result_tokens": 1000}
    report = evaluator(make_catalog(models))(plan_of({"work": step(kind="tool_loop", loop=loop, output_tokens=0)}))
    assert report.cost_per_request_usd.mean == pytest.approx(9000 / 1e6)


def test_prompts_that_vary_across_a_context_tier_pay_each_side_of_it(make_catalog):
    """Uniform from 0 to 2,000 with double prices from 1,000 on: half at 500, half at 1,500 twice."""
    long = {**priced(input_tokens="2", output_tokens="10"), "prompt_above": 999}
    models = {"openai/small": {"prices": [priced(input_tokens="1", output_tokens="10"), long], "limits": LIMITS}}
    prompt = {"tokens": {"low": 0, "high": 2000}}
    report = evaluator(make_catalog(models))(plan_of({"answer": step(prompt=prompt, output_tokens=0)}, draws=100_000))
    assert report.cost_per_request_usd.mean == pytest.approx(1750 / 1e6, rel=2e-3)
    assert report.cost_per_request_usd.p95 == pytest.approx(2 * 1900 / 1e6, rel=0.01)


def test_an_answer_that_is_cut_off_is_billed_up_to_the_limit(evaluate):
    """Uniform from 0 to 200 with a limit of 100: half are cut off, the mean is 75."""
    plan = plan_of({"answer": step(output_tokens={"low": 0, "high": 200}, max_output_tokens=100)})
    assert evaluate(plan).cost_per_request_usd.mean == pytest.approx((1000 + 75 * 10) / 1e6, rel=1e-3)


def test_what_is_no_model_costs_what_it_states(evaluate):
    """A store's query and its index, a person's six minutes in a tenth of the cases at $60 an hour."""
    retrieve = {"kind": "retrieve", "usd": 0.001, "usd_per_month": 50}
    person = {"kind": "human_review", "share": 0.1, "review": {"minutes": 6, "usd_per_hour": 60}}
    report = evaluate(plan_of({"retrieve": retrieve, "person": person}))
    assert report.cost_per_request_usd.mean == pytest.approx(0.001 + 0.6)
    assert report.cost_per_month_usd.mean == pytest.approx(1000 * 0.601 + 50)


def test_the_wait_is_that_of_the_latency_verb(evaluate):
    """Two steps one after another take as long as the same two hops: within the error of both simulations."""
    spread = {"p50": 0.5, "p95": 1.5}
    first = step(latency={"seconds": spread})
    answer = step(latency={"first_token_seconds": spread, "seconds_per_output_token": 0.01})
    report = evaluate(plan_of({"first": first, "answer": answer}, draws=100_000))
    hop = Hop(seconds=_spread(0.5, 1.5))
    generation = Generation(first_token_seconds=_spread(0.5, 1.5), seconds_per_output_token=0.01, output_tokens=100)
    told = latency(LatencyQuestion(hops=(hop, Hop(generation=generation))))
    for mine, theirs in ((report.first_token_seconds, told.first_visible_token), (report.end_seconds, told.end)):
        assert mine.mean == pytest.approx(theirs.mean_seconds, abs=6 * theirs.mean_standard_error_seconds)
        assert mine.p95 == pytest.approx(theirs.p95_seconds, abs=6 * theirs.p95_standard_error_seconds)


def _spread(p50, p95):
    from planner.distributions import Distribution

    return Distribution(p50=p50, p95=p95)


def test_steps_side_by_side_are_waited_for_once(evaluate):
    """A classifier of two seconds beside a retrieval of one: the answer begins after two, ends a second later."""
    steps = {
        "retrieve": {"kind": "retrieve", "latency": {"seconds": 1}},
        "classify": step(after=[], latency={"seconds": 2}),
        "answer": step(after=["retrieve", "classify"], latency={"seconds": 1}),
        "judge": step(background=True),
    }
    assert evaluate(plan_of(steps)).end_seconds.mean == 3.0


def test_a_step_without_latency_leaves_the_wait_unknown(evaluate):
    """No latency is built in: the report says which step states none."""
    report = evaluate(plan_of({"a": step(latency={"seconds": 1}), "b": step()}))
    assert report.end_seconds is None
    assert report.why_no_latency == "no latency is stated for b"


def test_users_and_segments_make_the_month_and_the_margin(evaluate):
    """100 users of 20 and 100 of 0 requests at $0.002: $0.02 a user against a price of $0.10 leaves 80 %."""
    segments = [
        {"name": "busy", "users_share": 0.5, "requests_per_user_per_month": 20},
        {"name": "idle", "users_share": 0.5, "requests_per_user_per_month": 0},
    ]
    plan = plan_of(
        {"answer": step()}, traffic={"users": 200, "segments": segments}, revenue={"price_usd_per_user_per_month": 0.1}
    )
    report = evaluate(plan)
    assert report.cost_per_month_usd.mean == pytest.approx(4.0)
    assert report.revenue.gross_margin_share == pytest.approx(0.8)
    assert [each.contribution_usd_per_user_per_month for each in report.segments] == pytest.approx([0.06, 0.1])


def test_a_rate_limit_is_shared_by_the_calls_of_all_steps(evaluate):
    """Calls of 1,100 tokens, 1.5 attempts and half a call a request; 660,000 tokens a minute are 10 a second."""
    retry = {"failure_probability": 0.5, "attempts": 2}
    plan = plan_of(
        {"a": step(retry=retry), "b": step(share=0.5)},
        traffic={"requests_per_month": 3600, "active_hours_per_month": 1, "peak_factor": 1},
        limits={"small": {"tokens_per_minute": 660_000, "counting": "used"}},
    )
    (rate,) = evaluate(plan).rates
    assert rate.calls_per_second_max == pytest.approx(10)
    assert rate.peak_calls_per_second == pytest.approx(1.5 + 0.5)
    assert rate.head_room_share == pytest.approx(0.8)


def test_months_ahead_grow(evaluate):
    """Ten per cent a month on $2 and $50 that stay."""
    traffic = {"requests_per_month": 1000, "growth_per_month": 0.1, "months": 3}
    report = evaluate(plan_of({"answer": step(usd_per_month=50)}, traffic=traffic))
    assert [each.usd for each in report.months] == pytest.approx([52.0, 52.2, 52.42])


def test_the_months_spread_is_the_inputs_not_the_requests(evaluate):
    """Requests of p50 1 and p95 2 times the plan move the month's p95 to twice its median."""
    plan = plan_of({"answer": step()}, uncertainty={"requests_factor": {"p50": 1, "p95": 2}}, draws=100_000)
    month = evaluate(plan).cost_per_month_usd
    assert month.p50 == pytest.approx(2.0, rel=0.01)
    assert month.p95 == pytest.approx(4.0, rel=0.02)
    assert month.mean == pytest.approx(2 * exp((log(2) / 1.6448536) ** 2 / 2), rel=1e-6)


def test_an_announced_price_is_a_dated_event(make_catalog):
    """Input doubles in January: a request of $0.002 costs half as much more."""
    now = {**priced(input_tokens="1", output_tokens="10"), "valid_to": "2027-01-01T00:00:00Z"}
    then = {**priced(input_tokens="2", output_tokens="10"), "valid_from": "2027-01-01T00:00:00Z", "basis": "announced"}
    models = {"openai/small": {"prices": [now, then], "limits": LIMITS, "retires": "2027-06-01"}}
    events = evaluator(make_catalog(models))(plan_of({"answer": step()})).events
    assert [(each.date, each.kind, each.steps) for each in events] == [
        ("2027-01-01", "price", ("answer",)),
        ("2027-06-01", "retirement", ("answer",)),
    ]
    assert events[0].cost_change_share == pytest.approx(0.5)


def test_a_prompt_is_counted_once_however_often_the_plan_changes(shipped):
    """A hundred evaluations with other figures ask the counter for nothing new."""
    asked = []

    def lengths(encoding):
        from planner.tokens import engine

        count = engine.lengths(encoding)
        return lambda text: asked.append(text) or count(text)

    from planner.plans.evaluate import Evaluator
    from planner.tokens import Counter

    evaluate = Evaluator(shipped, Counter(lengths=lengths), NOW)
    prompt = {"system": {"text": "Be brief."}, "user": {"text": "{{q}}"}, "variables": {"q": {"text": "Why?"}}}
    plan = plan_of({"answer": step(model="gpt-5-mini", prompt=prompt)})
    evaluate(plan, spread=False)
    once = len(asked)
    for tokens in range(100):
        evaluate(plan.with_value("steps.answer.output_tokens", float(tokens)), spread=False)
    assert len(asked) == once > 0


def test_repeated_samples_and_alike_variables_count_as_often_as_they_stand_there(shipped):
    """Ten pages are nine more than one, and the document is part of what the cache holds."""
    from planner.plans.evaluate import Evaluator
    from planner.tokens import Counter

    page = "The grid operator counts hours. " * 20
    prompt = {
        "user": {"text": "{{page}}\n{{q}}"},
        "variables": {"page": {"text": page, "repeat": 10}, "q": {"text": "Which hours?"}},
    }
    plan = plan_of({"answer": step(model="gpt-5-mini", prompt=prompt, cache={"shared": ["page"], "hit_rate": 1})})
    evaluate = Evaluator(shipped, Counter(), NOW)
    ten = evaluate(plan).steps[0].calls[0].prompt
    one = evaluate(plan.with_value("steps.answer.prompt.variables.page.repeat", 1.0)).steps[0].calls[0].prompt
    alone = Counter().count(page, "gpt-5-mini", "openai").tokens
    assert ten.tokens == one.tokens + 9 * alone
    assert ten.shared_tokens == one.shared_tokens + 9 * alone


SHARES = st.sampled_from([0, 0.1, 0.3, 0.5, 0.8, 1])  # what is rarer is not seen in a few thousand draws
SPREADS = st.one_of(
    st.just(0) | st.floats(1, 5000),
    st.tuples(st.floats(1, 3000), st.floats(1, 3)).map(lambda pair: {"p50": pair[0], "p95": pair[0] * pair[1]}),
    st.tuples(st.floats(1, 1000), st.floats(1, 1000)).map(lambda pair: {"low": pair[0], "high": pair[0] + pair[1]}),
)


@given(
    tokens=SPREADS,
    output=SPREADS,
    reasoning=SPREADS,
    share=SHARES,
    easy=SHARES,
    failing=SHARES,
    attempts=st.integers(1, 4),
    hit=SHARES,
    limit=st.none() | st.floats(1, 3000),
)
def test_the_mean_that_is_worked_out_is_that_of_the_draws(
    catalog_of_both, tokens, output, reasoning, share, easy, failing, attempts, hit, limit
):
    """Percentiles and means speak of the same requests: they differ by no more than six standard errors."""
    from dataclasses import replace

    from planner.plans.charges import Charges
    from planner.plans.drawn import deviation, requests
    from planner.plans.volume import volume

    answer = step(
        prompt={"tokens": tokens},
        output_tokens=output,
        reasoning_tokens=reasoning,
        share=share,
        routes={"easy": {"share": easy}, "hard": {"share": 1 - easy, "model": "large"}},
        retry={"failure_probability": failing, "attempts": attempts, "failed_billed_share": 0.3},
        fallbacks=[{"model": "large"}],
        cache={"prefix_tokens": 100, "hit_rate": hit},
        max_output_tokens=limit,
    )
    plan = replace(plan_of({"answer": answer}), draws=4000)
    evaluate = evaluator(catalog_of_both)
    steps = tuple(evaluate.costs(plan, volume(plan.traffic), NOW))
    drawn = requests(plan, steps, Charges(catalog_of_both, NOW)).usd
    error = deviation(drawn) / 4000**0.5
    assert steps[0].usd == pytest.approx(
        float(getattr(drawn, "mean", lambda: drawn)()), abs=7 * error + 3e-4 * steps[0].usd
    )


@pytest.fixture(scope="module")
def catalog_of_both(tmp_path_factory):
    """Both models, for properties."""
    from catalogs import write_catalog

    return Catalog(str(write_catalog(tmp_path_factory.mktemp("both") / "catalog", MODELS)))


def test_every_number_of_a_plan_has_a_path_that_replaces_it():
    """Breakpoints ask for each of them: the path leads back to the value, and a change is seen."""
    plan = plan_of({"answer": step(output_tokens={"p50": 100, "p95": 200}, routes={"a.b": {"share": 1}})})
    found = dict(numbers(plan))
    assert found["steps.answer.output_tokens.p50"] == 100
    assert found['steps.answer.routes."a.b".share'] == 1
    for path, value in found.items():
        assert dict(numbers(plan.with_value(path, value + 1)))[path] == value + 1


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("steps.answr.output_tokens", "no key 'answr'"),
        ("steps.answer.output_tokens.p50", "nothing lies below a value"),
        ("steps..x", "is no key path"),
        ('steps."a', "a quote does not close"),
    ],
)
def test_a_path_that_leads_nowhere_is_an_error(path, said):
    """It names the path, the key and the valid ones."""
    with pytest.raises(InvalidInput, match=said):
        plan_of({"answer": step()}).with_value(path, 1)


WRONG = {
    "share over 1": ({"answer": step(share=1.2)}, {}, "share is 1.2; it must be a share from 0 to 1"),
    "negative tokens": ({"answer": step(output_tokens=-1)}, {}, "output_tokens"),
    "routes": ({"answer": step(routes={"a": {"share": 0.5}})}, {}, "their shares must add up to 1"),
    "no model": ({"answer": {**step(), "model": None}}, {}, "needs a model"),
    "no prompt": ({"answer": {**step(), "prompt": None}}, {}, "needs a prompt"),
    "cycle": ({"a": step(after=["b"]), "b": step(after=["a"])}, {}, "a after b after a"),
    "no such step": ({"a": step(after=["c"])}, {}, "which is no step"),
    "itself": ({"a": step(after=["a"])}, {}, "a after a"),
    "unknown model": ({"a": step(model="smal")}, {}, "small"),
    "retrieve with a model": ({"a": step(kind="retrieve")}, {}, "calls no model"),
    "a loop that is none": ({"a": step(loop={"turns": 3})}, {}, "only a tool_loop has turns"),
    "a tool loop without turns": ({"a": step(kind="tool_loop")}, {}, "needs its turns"),
    "too many turns": ({"a": step(kind="tool_loop", loop={"turns": 1e6})}, {}, "from 1 to 1000"),
    "a review without people": ({"a": {"kind": "human_review"}}, {}, "needs minutes"),
    "a fallback that is never needed": ({"a": step(fallbacks=[{"model": "large"}])}, {}, "nothing ever fails"),
    "no traffic": ({"a": step()}, {"traffic": {}}, "give it, or users"),
    "both traffics": (
        {"a": step()},
        {"traffic": {"requests_per_month": 1, "users": 1, "sessions_per_user_per_month": 1}},
        "give one of them",
    ),
    "a price without users": ({"a": step()}, {"revenue": {"price_usd_per_user_per_month": 1}}, "needs traffic.users"),
    "half a latency": ({"a": step(latency={"first_token_seconds": 1})}, {}, "go together"),
    "two latencies": (
        {"a": step(latency={"seconds": 1, "first_token_seconds": 1, "seconds_per_output_token": 1})},
        {},
        "give it, or",
    ),
    "alike but no variable": ({"a": step(cache={"shared": ["x"]})}, {}, "no variable of the prompt"),
    "p95 below p50": ({"a": step(output_tokens={"p50": 9, "p95": 3})}, {}, "p95 not below p50"),
    "two bounds": (
        {"a": step()},
        {"policies": {"x": {"figure": "cost_per_request_usd", "at_most": 1, "at_least": 0}}},
        "exactly one",
    ),
    "a policy of no step": (
        {"a": step()},
        {"policies": {"x": {"figure": "cost_per_request_usd", "at_most": 1, "step": "b"}}},
        "it is no step",
    ),
    "limits of nobody": ({"a": step()}, {"limits": {"smal": {"requests_per_minute": 1}}}, "which no step calls"),
    "no limit": ({"a": step()}, {"limits": {"small": {}}}, "at least one limit"),
    "a price file": ({"a": step()}, {"prices": "ours.toml"}, "was not read"),
    "no steps": ({}, {}, "1 to 100 steps"),
    "draws": ({"a": step()}, {"draws": 5}, "1,000"),
}


@pytest.mark.parametrize(("steps", "fields", "said"), WRONG.values(), ids=WRONG)
def test_a_plan_that_cannot_be_is_refused_with_its_place(evaluate, steps, fields, said):
    """The message says what is wrong, and the location where."""
    with pytest.raises(TokenplanError) as caught:
        evaluate(plan_of(steps, **fields))
    assert said in str(caught.value)
    assert all(each.loc for each in caught.value.problems)


TEMPLATES = {
    "unknown slot": (
        {"user": {"text": "Hi {{nam}}"}, "variables": {"name": {"text": "A"}}},
        "in no text of the prompt",
    ),
    "no data": ({"user": {"text": "Hi {{nam}}"}}, "line 1: {{nam}} has no sample data"),
    "an expression": ({"user": {"text": "\n{{ name.__class__ }}"}, "variables": {}}, "line 2"),
    "a call": ({"user": {"text": "{{ range(9) }}"}}, "is no variable"),
    "empty": ({}, "the prompt is empty"),
    "tokens and text": ({"tokens": 5, "user": {"text": "x"}}, "give one"),
    "sample and tokens": ({"user": {"text": "{{a}}"}, "variables": {"a": {"text": "x", "tokens": 5}}}, "not both"),
    "nothing to send": ({"user": {}}, "give file or text"),
    "a file that nobody read": ({"user": {"file": "a.md"}}, "was not read"),
    "input beside a chat": ({"input": {"text": "x"}, "user": {"text": "y"}}, "stands alone"),
    "tools": ({"user": {"text": "x"}, "tools": {"text": "{}"}}, "must be a JSON list"),
    "no JSON": ({"user": {"text": "x"}, "tools": {"text": "[", "file": "t.json"}}, "t.json"),
}


@pytest.mark.parametrize(("prompt", "said"), TEMPLATES.values(), ids=TEMPLATES)
def test_a_template_is_names_and_texts_and_nothing_else(shipped, prompt, said):
    """What stands between braces is a name; anything else, and a name without data, is an error."""
    from planner.plans.evaluate import Evaluator
    from planner.tokens import Counter

    with pytest.raises(InvalidInput) as caught:
        Evaluator(shipped, Counter(), NOW)(plan_of({"answer": step(model="gpt-5-mini", prompt=prompt)}))
    assert said in str(caught.value)
    assert caught.value.problems[0].loc[:3] == ("steps", "answer", "prompt")


def test_a_price_rise_that_ends_the_offer_is_named(make_catalog):
    """A batch tier that is not sold from a date on: the event says so instead of a figure."""
    batch = {**priced(input_tokens="1", output_tokens="5"), "tier": "batch", "valid_to": "2027-01-01T00:00:00Z"}
    later = {"rates": {"input_tokens": "2"}, "valid_from": "2027-01-01T00:00:00Z", **SEEN}
    models = {"openai/small": {"prices": [batch, later], "limits": LIMITS}}
    events = evaluator(make_catalog(models))(plan_of({"a": step(service_tier="batch")})).events
    assert events[0].cost_change_share is None
    assert "not sold" in events[0].text
