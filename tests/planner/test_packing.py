"""Windows packed on hand-made prices: who goes in, in which order, what it costs; figures worked by hand."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import combinations, permutations

import pytest
from catalogs import NOW, priced, write_catalog
from hypothesis import given
from hypothesis import strategies as st

from planner import Item, PackQuestion, Planner, Summarise
from planner.packing.knapsack import by_rank, optimal
from planner.packing.positions import at_edges, by_quality, quality, slots, weighted
from planner.tokens import Counter
from pricing import Catalog, InvalidInput
from pricing.errors import TooLarge

PRICES = priced(
    input_tokens="1", cache_read_tokens="0.1", cache_write_5m_tokens="1.25", output_tokens="4", reasoning_tokens="4"
)
MODELS = {
    "lab/m": {
        "limits": {"context_window": 2000, "max_output_tokens": 500},
        "cache_minimum_tokens": 100,
        "prices": [PRICES],
    },
    "lab/narrow": {"limits": {"context_window": 2000, "max_input_tokens": 600}, "prices": [PRICES]},
    "lab/unlimited": {"prices": [PRICES]},
}
U_SHAPE = ((0.0, 1.0), (0.5, 0.5), (1.0, 0.9))


@pytest.fixture(scope="module")
def planner(tmp_path_factory):
    folder = write_catalog(tmp_path_factory.mktemp("window") / "c", MODELS)
    return Planner(Catalog(str(folder)), Counter, lambda: NOW)


def turn(at, tokens, **more):
    return Item(id=f"t{at}", kind="history", tokens=tokens, turn=at, **more)


def passage(at, tokens, score, **more):
    return Item(id=f"p{at}", kind="retrieved", tokens=tokens, score=score, **more)


SYSTEM = Item(id="system", kind="system", tokens=100)
ASK = Item(id="ask", kind="question", tokens=50)


def ask(planner, *items, model="m", **more):
    return planner.pack(PackQuestion(model=model, items=items, **more))


def ids(answer):
    return [each.id for each in answer.items]


def out(answer):
    return {each.id: each.reason for each in answer.dropped}


def test_the_newest_turns_stay_and_one_that_does_not_fit_keeps_older_ones_out(planner):
    """400 of budget less 150 fixed leave 250: turns of 100 and 120 stay, 200 does not, and 10 goes with it."""
    answer = ask(planner, SYSTEM, turn(1, 10), turn(2, 200), turn(3, 120), turn(4, 100), ASK, budget_tokens=400)
    assert ids(answer) == ["system", "t3", "t4", "ask"]
    assert out(answer) == {"t1": "older_turns", "t2": "no_room"}
    assert (answer.budget.used_tokens, answer.budget.free_tokens, answer.budget.binding) == (370, 30, "budget_tokens")


def test_tool_calls_and_results_stay_together_with_their_tool(planner):
    """A call in turn 1 whose result is in turn 3 keeps turns 1 to 3 as one, and brings the tool that is on demand."""
    tools = Item(id="search", kind="tools", tokens=40, pinned=False)
    spare = Item(id="spare", kind="tools", tokens=40, pinned=False)
    history = (turn(1, 30, group="c", needs=("search",)), turn(2, 30), turn(3, 30, group="c"), turn(4, 30))
    whole = ask(planner, tools, spare, *history, ASK, budget_tokens=210)
    assert ids(whole) == ["search", "t1", "t2", "t3", "t4", "ask"]
    assert out(whole) == {"spare": "not_needed"}
    less = ask(planner, tools, spare, *history, ASK, budget_tokens=209)
    assert ids(less) == ["t4", "ask"]
    assert out(less)["search"] == "not_needed"


def test_without_turns_a_message_of_the_user_begins_one(planner):
    """Answers go in and out with the question before them."""
    chat = [
        Item(id=f"{role}{at}", kind="history", text="a b c", role=role)
        for at in (1, 2)
        for role in ("user", "assistant")
    ]
    used = ask(planner, *chat, ASK, safety_margin=0.0).budget.used_tokens
    answer = ask(planner, *chat, ASK, budget_tokens=used - 1, safety_margin=0.0)
    assert ids(answer) == ["user2", "assistant2", "ask"]


def test_the_policy_says_who_is_served_first(planner):
    """250 are left: the newest turn of 200 or the best passage of 200, not both."""
    items = (SYSTEM, turn(1, 200), passage(1, 200, 0.9), ASK)
    assert out(ask(planner, *items, budget_tokens=400)) == {"p1": "no_room"}
    assert out(ask(planner, *items, budget_tokens=400, policy="score_first")) == {"t1": "no_room"}


@pytest.mark.parametrize(("by", "kept"), [("score", "p1"), ("density", "p2 p3"), ("optimal", "p2 p3")])
def test_passages_are_chosen_by_score_density_or_exactly(planner, by, kept):
    """100 of room: the best alone (0.9), or two of 0.6 and 0.5 with 1.1 in all."""
    items = (passage(1, 100, 0.9), passage(2, 50, 0.6), passage(3, 50, 0.5), ASK)
    assert " ".join(ids(ask(planner, *items, budget_tokens=150, retrieved_by=by))[:-1]) == kept


def test_the_same_text_goes_in_once_and_low_scores_stay_out(planner):
    """Of equal texts the better score stays; one under the least score stays out; a pinned passage goes in."""
    one, two = (Item(id=name, kind="retrieved", text="same", score=score) for name, score in (("a", 0.5), ("b", 0.7)))
    answer = ask(planner, one, two, passage(1, 10, 0.1), passage(2, 10, 0.0, pinned=True), ASK, min_score=0.2)
    assert out(answer) == {"a": "duplicate", "p1": "below_min_score"}
    assert answer.dropped[0].detail == "the same text as 'b'"
    assert ids(answer) == ["b", "p2", "ask"]


def test_what_must_go_in_and_does_not_is_an_error_that_says_by_how_much(planner):
    """100 + 50 + 300 pinned into 400 is over by 50."""
    with pytest.raises(
        InvalidInput, match=r"takes 450 tokens; the budget is 400, so it is over by 50: keep 300, system 100"
    ):
        ask(planner, SYSTEM, Item(id="keep", kind="pinned", tokens=300), ASK, budget_tokens=400)


def test_limits_and_reservations_make_the_budget(planner):
    """2,000 less 300 + 100 reserved is 1,600; a maximum input of 600 is tighter; 501 of output is one too many."""
    wide = ask(planner, ASK, reserved_output_tokens=300, reserved_reasoning_tokens=100)
    assert (wide.budget.input_tokens, wide.budget.binding) == (1600, "context_window")
    assert wide.reserved_usd == Decimal("0.0016")  # 400 x 4 / 1e6
    narrow = ask(planner, ASK, model="narrow", reserved_output_tokens=300)
    assert (narrow.budget.input_tokens, narrow.budget.binding) == (600, "max_input_tokens")
    assert [(part.kind, part.tokens) for part in narrow.parts][-2:] == [("free", 550), ("out_of_reach", 1100)]
    with pytest.raises(InvalidInput, match="over by 1"):
        ask(planner, ASK, reserved_output_tokens=501)
    with pytest.raises(InvalidInput, match="no limit of unlimited is known; give budget_tokens"):
        ask(planner, ASK, model="unlimited")


def test_the_stable_part_goes_first_and_what_that_saves(planner):
    """Given: passage 200, system 100, question 50; laid out system first. Hit rate 0.8.

    A token of the prefix: 0.8 x 0.1 + 0.2 x 1.25 = 0.33; 100 x 0.33 + 250 = 283 millionths against 350.
    Caching pays from (1.25 - 1) / (1.25 - 0.1) = 0.217.
    """
    answer = ask(planner, passage(1, 200, 1.0), SYSTEM, ASK, cache_hit_rate=0.8)
    assert ids(answer) == ["system", "p1", "ask"]
    assert answer.prompt.usd == Decimal("0.000283")
    prefix = answer.prefix
    assert (prefix.tokens, prefix.cacheable, prefix.given_order_tokens) == (100, True, 0)
    assert (prefix.given_order_usd, prefix.saving_usd) == (Decimal("0.00035"), Decimal("0.000067"))
    assert prefix.break_even_hit_rate == pytest.approx(0.25 / 1.15)


def test_a_prefix_under_the_models_minimum_is_not_cached(planner):
    """99 tokens are fewer than the 100 it caches from: the full price, and a warning."""
    answer = ask(planner, replace(SYSTEM, tokens=99), ASK, cache_hit_rate=0.8)
    assert answer.prompt.usd == Decimal("0.000149")
    assert answer.prefix.cacheable is False
    assert "never cached: m caches from 100 tokens" in answer.warnings[0]


def test_a_history_that_loses_turns_is_no_stable_prefix(planner):
    """With all turns in, history belongs to the prefix; once turns fall out its start moves, and a warning says so."""
    items = (SYSTEM, turn(1, 100), turn(2, 100), ASK)
    assert ask(planner, *items).prefix.tokens == 300
    less = ask(planner, *items, budget_tokens=260)
    assert less.prefix.tokens == 100
    assert "turns fall out of the history" in less.warnings[0]


def test_a_long_history_becomes_a_summary(planner):
    """400 of 1,000 pass 0.3: turns 1 to 3 (300) become 60, 240 fewer a turn.

    Making it reads 300 at 1 and writes 60 at 4: 540 millionths; a turn saves 240, so it pays after 3.
    """
    items = (*(turn(at, 100) for at in (1, 2, 3, 4)), ASK)
    answer = ask(planner, *items, budget_tokens=1000, summarise=Summarise(0.3, 60, 1))
    assert ids(answer) == ["summary", "t4", "ask"]
    assert set(out(answer).values()) == {"summarised"}
    told = answer.summary
    assert (told.replaces, told.saved_tokens_per_turn) == (("t1", "t2", "t3"), 240)
    assert (told.making_usd, told.saved_usd_per_turn, told.break_even_turns) == (
        Decimal("0.00054"), Decimal("0.00024"), 3,
    )  # fmt: skip
    assert ask(planner, *items, budget_tokens=1000, summarise=Summarise(0.4, 60, 1)).summary is None


def test_passages_lie_by_the_users_table(planner):
    """Scores 3, 2, 1 on places of quality 1, 0.5, 0.9: best first, second last, worst in the middle: 3 + 0.5 + 1.8."""
    items = (passage(1, 10, 1.0), passage(2, 10, 2.0), passage(3, 10, 3.0), ASK)
    answer = ask(planner, *items, order="edges", position_quality=U_SHAPE)
    assert ids(answer)[:3] == ["p3", "p1", "p2"]
    told = answer.ordering
    assert (told.weighted, told.weighted_by_score, told.weighted_as_given) == pytest.approx((5.3, 4.9, 4.7))
    assert ids(ask(planner, *items, order="edges"))[:3] == ["p3", "p1", "p2"]
    assert ids(ask(planner, *items))[:3] == ["p3", "p2", "p1"]
    assert ids(ask(planner, *items, order="chronological"))[:3] == ["p1", "p2", "p3"]


def test_estimated_counts_take_their_high_bound_or_a_margin(planner):
    """The size of a text whose count has bounds is the high one, or the middle with the margin."""
    item = Item(id="s", kind="system", text="The lamp flickers when I dim it. " * 9)
    (high,) = ask(planner, item).items
    assert high.size_tokens == high.high > high.tokens
    (wide,) = ask(planner, item, safety_margin=0.5).items
    assert wide.size_tokens == -(-wide.tokens * 3 // 2)


SIZE = st.integers(0, 200)
TURNS = st.builds(
    lambda n, g: Item(id="", kind="history", tokens=n, group=g), SIZE, st.sampled_from([None, None, "a", "b"])
)
PASSAGES = st.builds(lambda n, s: Item(id="", kind="retrieved", tokens=n, score=s), SIZE, st.floats(0, 1))
ALWAYS = st.builds(
    lambda n, k: Item(id="", kind=k, tokens=n),
    st.integers(0, 40),
    st.sampled_from(["tools", "system", "pinned", "question"]),
)
ITEMS = st.lists(st.one_of(TURNS, PASSAGES, ALWAYS), min_size=1, max_size=12).map(
    lambda items: tuple(replace(item, id=f"i{at}") for at, item in enumerate(items))
)
ASKED = st.fixed_dictionaries(
    {
        "policy": st.sampled_from(["newest_first", "score_first"]),
        "retrieved_by": st.sampled_from(["score", "density", "optimal"]),
        "order": st.sampled_from(["edges", "score", "chronological"]),
        "reserved_output_tokens": st.integers(0, 500),
        "cache_hit_rate": st.one_of(st.none(), st.floats(0, 1)),
    }
)


@given(items=ITEMS, budget=st.integers(480, 900), asked=ASKED)
def test_a_packed_window_keeps_its_promises(planner, items, budget, asked):
    """Never over budget, each item in or out once, pairs intact, parts sum to window and cost, repeatable."""
    answer = ask(planner, *items, budget_tokens=budget, **asked)
    kept, dropped = set(ids(answer)), set(out(answer))
    assert answer.budget.used_tokens == sum(each.size_tokens for each in answer.items) <= budget
    assert kept | dropped == {item.id for item in items}
    assert not kept & dropped
    for group in ("a", "b"):
        assert len({item.id in kept for item in items if item.group == group}) <= 1
    history = [item.id in kept for item in items if item.kind == "history"]
    assert history == sorted(history)
    assert sum(part.tokens for part in answer.parts) == 2000
    assert sum(each.usd for each in answer.items) == answer.prompt.usd
    assert answer == ask(planner, *items, budget_tokens=budget, **asked)


@given(items=ITEMS, low=st.integers(480, 900), more=st.integers(0, 300))
def test_more_room_never_loses_a_turn_or_a_better_passage(planner, items, low, more):
    """Of what is served first: turns only come in, and passages by score are lexicographically no worse."""
    for policy, kind in (("newest_first", "history"), ("score_first", "retrieved")):
        small, large = (
            {each.id for each in ask(planner, *items, budget_tokens=room, policy=policy).items if each.kind == kind}
            for room in (low, low + more)
        )
        if kind == "history":
            assert small <= large
        else:
            ranked = sorted((item for item in items if item.kind == kind), key=lambda item: -item.score)
            assert [item.id in small for item in ranked] <= [item.id in large for item in ranked]


@given(sets=st.lists(st.tuples(st.integers(0, 30), st.floats(0, 1)), max_size=8), room=st.integers(0, 90))
def test_the_exact_choice_is_the_best_of_all(sets, room):
    """Brute force over every subset finds no higher score, and a greedy choice none either."""
    sizes, scores = [size for size, _ in sets], [score for _, score in sets]
    taken = optimal(sizes, scores, room)
    every = (c for n in range(len(sets) + 1) for c in combinations(range(len(sets)), n))
    best = max(sum(scores[at] for at in c) for c in every if sum(sizes[at] for at in c) <= room)
    assert sum(sizes[at] for at in taken) <= room
    assert sum(scores[at] for at in taken) == pytest.approx(best)
    greedy = by_rank(sizes, sorted(range(len(sets)), key=lambda at: -scores[at]), room)
    assert sum(scores[at] for at in greedy) <= best + 1e-9


@given(scores=st.lists(st.floats(-5, 5), max_size=6), middle=st.floats(0, 2), end=st.floats(0, 2))
def test_the_row_by_quality_is_the_best_of_all(scores, middle, end):
    """Brute force over every order finds no greater sum of score times quality."""
    table = ((0.0, 1.0), (0.5, middle), (1.0, end))
    row = by_quality(scores, table)
    assert sorted(row) == sorted(at_edges(scores)) == list(range(len(scores)))
    best = max(weighted(scores, each, table) for each in permutations(range(len(scores))))
    assert weighted(scores, row, table) == pytest.approx(best, abs=1e-9)


def test_an_exact_choice_among_too_many_is_refused(monkeypatch):
    """Beyond the bound the error says to choose otherwise, and nothing stalls."""
    monkeypatch.setattr("planner.packing.knapsack.MOST_STATES", 100)
    with pytest.raises(TooLarge, match="40 items are too many for the exact choice"):
        optimal([2**at for at in range(40)], [float(2**at) for at in range(40)], 2**39)


def test_many_items_are_packed_in_linear_time(planner):
    """20,000 turns in nested groups, each with a tool of its own: one unit, and an answer at once."""
    tools = [Item(id=f"f{at}", kind="tools", tokens=0, pinned=False) for at in range(10_000)]
    calls = [turn(at, 0, group=str(min(at, 19_999 - at)), needs=(f"f{at % 10_000}",)) for at in range(20_000)]
    answer = ask(planner, *tools, *calls, ASK)
    assert len(answer.items) == 30_001


def test_quality_is_linear_between_rows_and_flat_beyond():
    """Between (0.2, 1) and (0.6, 0.5) the middle is 0.75; before and after, the nearest row's; one passage is first."""
    table = ((0.2, 1.0), (0.6, 0.5))
    assert [quality(table, at) for at in (0, 0.2, 0.4, 0.6, 1)] == pytest.approx([1, 1, 0.75, 0.5, 0.5])
    assert slots(table, 1) == [1.0]


@pytest.mark.parametrize(
    ("wrong", "loc"),
    [
        ({"items": ()}, ("items",)),
        ({"items": (ASK, ASK)}, ("items", 1, "id")),
        ({"items": (Item(id="x", kind="question"),)}, ("items", 0, "text")),
        ({"items": (Item(id="x", kind="question", text="a", tokens=1),)}, ("items", 0, "text")),
        ({"items": (Item(id="x", kind="question", tokens=-1),)}, ("items", 0, "tokens")),
        ({"items": (Item(id="x", kind="answer", tokens=1),)}, ("items", 0, "kind")),
        ({"items": (Item(id="x", kind="system", tokens=1, turn=2),)}, ("items", 0, "turn")),
        ({"items": (Item(id="x", kind="retrieved", tokens=1),)}, ("items", 0, "score")),
        ({"items": (passage(1, 1, float("nan")),)}, ("items", 0, "score")),
        ({"items": (replace(ASK, pinned=False),)}, ("items", 0, "pinned")),
        ({"items": (turn(1, 1, needs=("no",)),)}, ("items", 0, "needs")),
        ({"items": (turn(2, 1), turn(1, 1))}, ("items", "turn")),
        ({"items": (Item(id="x", kind="question", text="a", role="robot"),)}, ("items", 0, "role")),
        ({"items": (passage(1, 1, -1.0),), "retrieved_by": "optimal"}, ("items", 0, "score")),
        ({"reserved_output_tokens": -1}, ("reserved_output_tokens",)),
        ({"budget_tokens": -1}, ("budget_tokens",)),
        ({"safety_margin": 2.0}, ("safety_margin",)),
        ({"cache_hit_rate": float("nan")}, ("cache_hit_rate",)),
        ({"min_score": float("inf")}, ("min_score",)),
        ({"position_quality": U_SHAPE}, ("position_quality",)),
        ({"position_quality": ((0.5, 1.0), (0.5, 1.0)), "order": "edges"}, ("position_quality", 1)),
        ({"position_quality": ((2.0, 1.0),), "order": "edges"}, ("position_quality", 0)),
        ({"summarise": Summarise(1.5, 1, 1)}, ("summarise", "at")),
        ({"summarise": Summarise(0.5, -1, 1)}, ("summarise", "summary_tokens")),
    ],
)
def test_a_question_that_cannot_be_is_refused_by_its_key(planner, wrong, loc):
    """Each is an error that names item and key, never a window."""
    with pytest.raises(InvalidInput) as caught:
        planner.pack(PackQuestion(**{"model": "m", "items": (ASK,), **wrong}))
    assert caught.value.problems[0].loc == loc
