"""A provider's request packed: what stays, what goes in whole turns, and that nothing of it is lost."""

from __future__ import annotations

import pytest
from catalogs import NOW, priced

from planner import Item, PackQuestion, Planner, TokensQuestion
from planner.tokens import Counter
from pricing import InvalidInput

MODELS = {
    "openai/gpt-5-mini": {
        "limits": {"context_window": 100_000},
        "prices": [priced(input_tokens="1", cache_read_tokens="0.1", output_tokens="10")],
    }
}
CALL = {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Kiel"}'}}
TOOL = {"type": "function", "function": {"name": "weather", "description": "The weather", "parameters": {}}}
MESSAGES = (
    {"role": "system", "content": "You help travellers."},
    {"role": "user", "content": "What is the weather in Kiel and at which hours will it rain?"},
    {"role": "assistant", "content": None, "tool_calls": [CALL]},
    {"role": "tool", "tool_call_id": "call_1", "content": "Rain, nine degrees, wind from the west all day long"},
    {"role": "assistant", "content": "It rains in Kiel all day long."},
    {"role": "user", "content": "Thank you, and in Bonn?"},
    {"role": "assistant", "content": "I can look that up as well."},
    {"role": "user", "content": "Please do."},
)


ASKED = {"role": "user", "content": "Is it far?"}


@pytest.fixture
def planner(make_catalog):
    return Planner(make_catalog(MODELS), Counter, lambda: NOW)


def ask(planner, **more):
    return planner.pack(PackQuestion(model="gpt-5-mini", **{"messages": MESSAGES, "tools": (TOOL,), **more}))


def test_a_request_that_fits_goes_in_whole(planner):
    """Every message, the tools and the question are in, and they add up to what the request counts."""
    answer = ask(planner)
    whole = planner.tokens(TokensQuestion(model="gpt-5-mini", messages=MESSAGES, tools=(TOOL,)))
    assert sum(
        part.tokens for part in answer.parts if part.kind in ("system", "tools", "history", "question", "framing")
    ) == (whole.tokens)
    assert {part.id: part.kind for part in answer.items}["messages[7]"] == "question"
    assert not answer.dropped


def test_the_oldest_turn_goes_first_and_a_call_goes_with_its_result(planner):
    """With too little room the first turn is dropped in one piece: question, call, result and answer."""
    room = ask(planner).budget.used_tokens
    answer = ask(planner, budget_tokens=room - 1)
    assert [each.id for each in answer.dropped] == ["messages[1]", "messages[2]", "messages[3]", "messages[4]"]
    kept = {part.id for part in answer.items}
    assert {"messages[0]", "messages[5]", "messages[6]", "messages[7]", "tools[0]"} <= kept


def test_the_result_that_is_waited_for_always_stays(planner):
    """In an agent loop the last message is a tool's result: it stays, and so does the call it answers."""
    answer = ask(planner, messages=MESSAGES[:4], budget_tokens=400)
    assert {"messages[2]", "messages[3]"} <= {part.id for part in answer.items}
    with pytest.raises(InvalidInput, match="what must go in takes"):
        ask(planner, messages=MESSAGES[:4], budget_tokens=20)


def test_a_whole_body_and_passages_beside_it(planner):
    """An Anthropic body is packed on another maker's model, with passages that compete for the room."""
    body = {
        "model": "x",
        "max_tokens": 9,
        "system": "Be brief.",
        "messages": [{"role": "user", "content": "Is it far?"}],
    }
    passage = Item(id="map", kind="retrieved", text="Bonn lies 450 km from Kiel.", score=0.9)
    answer = planner.pack(PackQuestion(model="gpt-5-mini", request=body, items=(passage,)))
    assert [part.id for part in answer.items if part.kind in ("system", "retrieved", "question")][:3] == [
        "system", "map", "messages[0]",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"messages": None, "tools": None}, "items is empty; give at least one, or a chat request"),
        ({"items": (Item(id="messages[1]", kind="pinned", text="x"),)}, "is a part of the request, too"),
        ({"items": (Item(id="a", kind="history", text="x"),)}, "belongs into the request"),
        ({"items": (Item(id="a", kind="pinned", text="x", role="user"),)}, "belongs into the request"),
        ({"messages": ({"role": "user"},)}, "content"),
    ],
)
def test_what_contradicts_a_request_is_named(planner, more, says):
    """Nothing to pack, an id twice, or messages beside messages: an error that says which."""
    with pytest.raises(InvalidInput, match=says):
        ask(planner, **more)
