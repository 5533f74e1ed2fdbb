"""Counts that providers' APIs returned or their documentation prints, against ours: the yardstick of every rule."""

import json
from pathlib import Path
from statistics import median

import pytest

from planner.tokens import Counter, shapes

COUNTER = Counter()
PUBLISHED = Path(__file__).with_name("published")
OPENAI = json.loads((PUBLISHED / "openai.json").read_text())
RECORDED = json.loads((PUBLISHED / "recorded.json").read_text())["cases"]
LOCATION = {"type": "string", "description": "The city and state, e.g. San Francisco, CA"}
WEATHER = {
    "name": "get_weather",
    "description": "Get the current weather in a given location",
    "input_schema": {"type": "object", "properties": {"location": LOCATION}, "required": ["location"]},
}
COOKBOOK = {
    "messages": [
        {
            "role": "system",
            "content": "You are a helpful assistant that can answer to questions about the weather.",
        },
        {"role": "user", "content": "What's the weather like in San Francisco?"},
    ],
    "tools": [
        {
            "type": "function",
            "function": {
                "name": "get_current_weather",
                "description": "Get the current weather in a given location",
                "parameters": {
                    "type": "object",
                    "properties": {
                        "location": LOCATION,
                        "unit": {
                            "type": "string",
                            "description": "The unit of temperature to return",
                            "enum": ["celsius", "fahrenheit"],
                        },
                    },
                    "required": ["location"],
                },
            },
        }
    ],
}
THOUGHT = {
    "messages": [
        {"role": "user", "content": "Are there an infinite number of prime numbers such that n mod 4 == 3?"},
        {
            "role": "assistant",
            "content": [
                {
                    "type": "thinking",
                    "thinking": "This is a nice number theory question. Let's think about it step by step...",
                    "signature": "EuYBCkQYAiJAgCs1le6",
                },
                {
                    "type": "text",
                    "text": "Yes, there are infinitely many prime numbers p such that p mod 4 = 3...",
                },
            ],
        },
        {"role": "user", "content": "Can you write a formal proof?"},
    ]
}
CATS = "I have 57 cats, each owns 44 mittens, how many mittens is that in total?"
FOX = "The quick brown fox jumps over the lazy dog."


def _operation(name, sign):
    numbers = {"a": {"type": "number"}, "b": {"type": "number"}}
    schema = {"type": "object", "properties": numbers, "required": ["a", "b"]}
    return {"name": name, "description": f"returns a {sign} b.", "parameters": schema}


OPERATIONS = [_operation(*each) for each in (("add", "+"), ("subtract", "-"), ("multiply", "*"), ("divide", "/"))]
DOCUMENTED = {
    # https://platform.claude.com/docs/en/build-with-claude/token-counting, first written for this model
    "claude system": (
        "claude-3-5-sonnet-20241022",
        14,
        {"system": "You are a scientist", "messages": [{"role": "user", "content": "Hello, Claude"}]},
    ),
    "claude tool": (
        "claude-3-5-sonnet-20241022",
        403,
        {"tools": [WEATHER], "messages": [{"role": "user", "content": "What's the weather like in San Francisco?"}]},
    ),
    "claude thinking": ("claude-sonnet-4", 88, THOUGHT),
    # https://ai.google.dev/gemini-api/docs/tokens, for Gemini 1.5, whose tokenizer Gemini 2 shares
    "gemini text": ("gemini-2.5-flash", 10, {"contents": FOX}),
    "gemini system": (
        "gemini-2.5-flash",
        21,
        {"contents": FOX, "system_instruction": "You are a cat. Your name is Neko."},
    ),
    "gemini chat": (
        "gemini-2.5-flash",
        10,
        {
            "contents": [
                {"role": "user", "parts": [{"text": "Hi my name is Bob."}]},
                {"role": "model", "parts": [{"text": "Hi Bob!"}]},
            ]
        },
    ),
    "gemini tools": (
        "gemini-2.5-flash",
        206,
        {"contents": CATS, "tools": [{"functionDeclarations": OPERATIONS}]},
    ),
}


def _count(body, model, shape=None):
    return COUNTER.count_request(shapes.read_body(body, shape, ("request",)), model)


@pytest.mark.parametrize("case", OPENAI["cases"], ids=lambda case: str(case["tokens"]))
def test_openai_counts_come_out_to_the_token(case):
    """Tools, calls, results, tool choice: the figure is the one that OpenAI's API returned, and lies in the bounds."""
    found = _count(case["request"], OPENAI["model"], "openai_chat")
    assert found.tokens == case["tokens"]
    assert found.low <= case["tokens"] <= found.high
    assert found.method in ("exact", "reconstructed")


@pytest.mark.parametrize("case", RECORDED, ids=lambda case: f"{case['model']} {case['tokens']}")
def test_recorded_requests_lie_in_the_bounds(case):
    """What OpenAI, Anthropic, Google and Mistral billed for recorded requests lies between low and high."""
    found = _count(case["request"], case["model"])
    assert found.low <= case["tokens"] <= found.high


def test_recorded_requests_are_met_within_a_few_percent():
    """Over the recorded requests the median error is under 3 %; only Gemini 2.0, which counts less, is far off."""
    errors = {}
    for case in RECORDED:
        found = _count(case["request"], case["model"]).tokens
        errors.setdefault(case["model"], []).append(abs(found - case["tokens"]) / case["tokens"])
    every = [error for each in errors.values() for error in each]
    assert median(every) < 0.03
    assert {model for model, each in errors.items() if max(each) > 0.25} == {"gemini-2.0-flash"}


@pytest.mark.parametrize(("model", "tokens"), [("gpt-3.5-turbo", 105), ("gpt-4", 105), ("gpt-4o", 101)])
def test_the_cookbook_tool_counts_as_the_api_did(model, tokens):
    """The tool of OpenAI's cookbook has the tokens that the API confirmed, in both encodings; its rule is inferred."""
    found = _count(COOKBOOK, model)
    assert (found.tokens, found.method) == (tokens, "reconstructed")
    assert found.low <= tokens <= found.high <= tokens + 8


@pytest.mark.parametrize(("model", "tokens", "body"), DOCUMENTED.values(), ids=DOCUMENTED)
def test_documented_counts_lie_in_the_bounds(model, tokens, body):
    """What Anthropic and Google print for their examples lies between low and high, within a fifth of the figure."""
    found = _count(body, model)
    assert found.low <= tokens <= found.high
    assert found.tokens == pytest.approx(tokens, rel=0.2, abs=3)


@pytest.mark.parametrize(
    ("tokens", "names"),
    [(5, "u"), (8, "su"), (12, "uau"), (15, "suau"), (85, "u+"), (132, "ucr+"), (216, "ucrau++")],
)
def test_mistral_framing_is_that_of_mistral_common(tokens, names):
    """Turns, tools, calls and results on Mistral: what mistral-common 1.13.1 encodes (tekken v3) lies in the bounds."""
    call = {"name": "get_weather", "arguments": '{"location": "SF"}'}
    said = {
        "u": {"role": "user", "content": "hello world"},
        "s": {"role": "system", "content": "Be brief."},
        "a": {"role": "assistant", "content": "Fine."},
        "c": {"role": "assistant", "content": None, "tool_calls": [{"id": "abcdefghi", "function": call}]},
        "r": {"role": "tool", "tool_call_id": "abcdefghi", "name": "get_weather", "content": "Sunny"},
    }
    tool = {"type": "function", "function": WEATHER | {"parameters": WEATHER["input_schema"]}}
    tool["function"].pop("input_schema")
    body = {"messages": [said[each] for each in names if each != "+"], "tools": [tool] * names.count("+")}
    found = _count(body, "mistral-small", "mistral")
    assert found.low <= tokens <= found.high
    assert found.tokens == pytest.approx(tokens, rel=0.25, abs=2)
