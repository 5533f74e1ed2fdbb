"""Requests that were made to hurt: an error of ours or a right count, in bounded time, whatever comes."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spelled import SPELLED

from planner.tokens import Counter, shapes
from pricing.errors import InvalidInput, TokenplanError, TooLarge

COUNTER = Counter()
HELLO = [{"role": "user", "content": "hello"}]


def _tools(schema, count=1):
    return shapes.Given(messages=HELLO, tools=[{"name": f"f{at}", "input_schema": schema} for at in range(count)])


def _deep(levels):
    schema = {"type": "string"}
    for _ in range(levels):
        schema = {"type": "object", "properties": {"a": schema}}
    return schema


def test_nesting_beyond_any_provider_is_refused():
    """Schemas of 20 levels count; of 1,000 or 100,000 they are refused as too large, without recursion."""
    assert COUNTER.count_request(shapes.read(_tools(_deep(20)), None), "gpt-4o").tokens > 60
    for levels in (1_000, 100_000):
        with pytest.raises(TooLarge, match="nested over 64 levels deep") as told:
            shapes.read(_tools(_deep(levels)), None)
        assert told.value.problems[0].loc == ("tools",)


def test_an_object_that_holds_itself_is_refused():
    """A Python object inside itself is nested without end, and said so."""
    schema = {"type": "object"}
    schema["properties"] = {"self": schema}
    with pytest.raises(TooLarge, match="nested over 64 levels"):
        shapes.read(_tools(schema), None)


def test_shared_objects_do_not_multiply():
    """A schema of 40 levels that refers to the next twice would have 2^40 values; it is refused, not walked."""
    schema = {"type": "string"}
    for _ in range(30):
        schema = {"type": "object", "properties": {"a": schema, "b": schema}}
    with pytest.raises(TooLarge):
        shapes.read(_tools(schema), None)


@pytest.mark.parametrize("model", ["gpt-4o", "claude-sonnet-4-5", "gemini-2.5-flash"])
def test_references_are_counted_as_written(model):
    """A `$ref` is never followed, so that one to itself is a text like any other; bounds are wide."""
    schema = {"$ref": "#/$defs/a", "$defs": {"a": {"properties": {"next": {"$ref": "#/$defs/a"}}}}}
    found = COUNTER.count_request(shapes.read(_tools(schema), None), model)
    tool = next(part for part in found.parts if part.name == "tools[0]")
    assert tool.low < tool.tokens < tool.high


def test_thousands_of_tools_are_counted():
    """Two thousand tools count, each as a part with its share of one text."""
    schema = {"type": "object", "properties": {f"p{at}": {"type": "string"} for at in range(10)}}
    found = COUNTER.count_request(shapes.read(_tools(schema, 2_000), None), "gpt-4o")
    assert len(found.parts) == 2_000 + 3
    assert sum(part.tokens for part in found.parts) == found.tokens > 2_000 * 10 * 3


def test_keys_are_strings():
    """A Python object whose keys are no strings is no JSON and is refused."""
    with pytest.raises(InvalidInput, match="holds the key 7; keys are strings"):
        shapes.read(_tools({"type": "object", "properties": {7: {}}}), None)


def test_values_that_are_no_json_are_refused():
    """A Python object inside a schema that JSON does not know is refused with the place of the schema."""
    with pytest.raises(InvalidInput, match="is no JSON: object is not a JSON value") as told:
        shapes.read(_tools({"default": object()}), None)
    assert told.value.problems[0].loc == ("tools", 0, "input_schema")


WORDS = st.sampled_from([
    "role", "content", "type", "text", "user", "assistant", "system", "tool", "parts", "tools", "function", "name",
    "arguments", "parameters", "input_schema", "properties", "items", "anyOf", "enum", "required", "description",
    "tool_calls", "tool_call_id", "call_id", "output", "functionCall", "functionResponse", "response", "args", "data",
    "inlineData", "mimeType", "source", "base64", "url", "image_url", "image", "input_text", "function_call", "width",
    "function_call_output", "tool_use", "tool_result", "thinking", "summary", "object", "array", "string", "height",
    "json_schema", "schema", "response_format", "format", "$ref", "id", "image/png", "detail",
])  # fmt: skip
SCALARS = st.none() | st.booleans() | st.integers(-9, 9) | st.floats() | WORDS | st.text(max_size=8)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4), max_leaves=12
)


def _places(value, place=()):
    """Every place inside a body."""
    yield place
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield from _places(each, (*place, key))


def _changed(value, place, new):
    """A body with the value at one place replaced, or left out where `new` is `GONE`."""
    if not place:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    if len(place) == 1 and new is GONE:
        del copy[place[0]]
    else:
        copy[place[0]] = _changed(value[place[0]], place[1:], new)
    return copy


GONE = object()
PLACES = {shape: [place for place in _places(body) if place] for shape, body in SPELLED.items()}


@st.composite
def bodies(draw):
    """A good request with one to three values changed or gone, and a shape that may not be its own."""
    shape = draw(st.sampled_from(list(SPELLED)))
    body = SPELLED[shape]
    for place in draw(st.lists(st.sampled_from(PLACES[shape]), min_size=1, max_size=3)):
        with suppress(KeyError, IndexError, TypeError):  # the place went with a change before
            body = _changed(body, place, draw(st.just(GONE) | VALUES))
    return body, draw(st.sampled_from([None, shape, shape, *SPELLED]))


@given(asked=bodies())
@settings(max_examples=400, deadline=None)
def test_no_request_raises_but_our_own_errors(asked):
    """Whatever becomes of a request, it is counted within bounds or refused by an error of ours."""
    body, shape = asked
    try:
        request = shapes.read_body(body, shape, ("request",))
        for model in ("gpt-4o", "claude-sonnet-4-5", "mistral-small"):
            found = COUNTER.count_request(request, model)
            assert 0 <= found.low <= found.tokens <= found.high
            assert sum(part.tokens for part in found.parts) == found.tokens
    except TokenplanError as error:
        refused = error
    else:
        return
    assert all(problem.msg for problem in refused.problems)
