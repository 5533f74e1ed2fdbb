"""Requests in every provider's spelling: one meaning, told apart by their keys, and nothing in them passed over."""

import pytest
from spelled import ARGUMENTS, SCHEMA, SPELLED

from planner.tokens import shapes
from planner.tokens.request import Call, Choice, Result, Text
from pricing.errors import InvalidInput, NotCountable


def _read(body, shape=None):
    return shapes.read_body(body, shape, ("request",))


def _said(piece):
    if isinstance(piece, Text):
        return piece.text
    if isinstance(piece, Call):
        return ("call", piece.name.text, piece.arguments.text)
    assert isinstance(piece, Result)
    return ("result", *(each.text for each in piece.pieces))


@pytest.mark.parametrize("shape", SPELLED)
def test_one_conversation_in_every_shape_is_one_request(shape):
    """System prompt, question, call, result, tool, choice and schema mean the same in whichever shape they come."""
    request = _read(SPELLED[shape], shape)
    told = [_said(piece) for message in request.messages for piece in message.pieces]
    result = '{"is": "Rain"}' if shape == "gemini" else "Rain"
    assert told == ["Be brief.", "Weather in Kiel?", ("call", "weather", ARGUMENTS), ("result", result)]
    assert [(tool.name, tool.description, tool.schema) for tool in request.tools] == [("weather", "Weather", SCHEMA)]
    assert request.choice == Choice("named", "weather")
    assert request.schema.schema == SCHEMA
    assert request.schema.name == ("" if shape == "gemini" else "report")
    assert request.messages[0].role == "system"


@pytest.mark.parametrize("shape", SPELLED)
def test_the_shape_is_told_by_its_keys(shape):
    """A body whose keys are one shape's own needs no shape; stated or told, it reads the same."""
    assert _read(SPELLED[shape]) == _read(SPELLED[shape], shape)


def test_mixed_shapes_are_refused_until_one_is_stated():
    """Keys of two shapes in one body are an error that names them and asks for the shape."""
    body = {
        "messages": [
            {"role": "user", "content": [{"type": "image", "source": {}}]},
            {"role": "tool", "content": "4", "tool_call_id": "1"},
        ]
    }
    with pytest.raises(
        InvalidInput, match="mixes shapes: part image of anthropic, tool_call_id of openai_chat"
    ) as told:
        _read(body)
    assert told.value.problems[0].loc == ("shape",)


@pytest.mark.parametrize(
    ("shape", "more", "loc", "words"),
    [
        (
            "openai_chat",
            {"tols": []},
            ("tols",),
            "has the key 'tols', which openai_chat has not; nearest: tools",
        ),
        ("anthropic", {"frequency_penalty": 1}, ("frequency_penalty",), "which anthropic has not"),
        (
            "openai_responses",
            {"previous_response_id": "x"},
            ("previous_response_id",),
            "openai_responses has not",
        ),
        ("gemini", {"cachedContent": "x"}, ("cachedContent",), "which gemini has not"),
        ("mistral", {"max_completion_tokens": 1}, ("max_completion_tokens",), "which mistral has not"),
    ],
)
def test_an_unknown_key_of_a_body_is_refused(shape, more, loc, words):
    """A key that the shape has not, or that stands for tokens kept elsewhere, is an error with the valid keys."""
    with pytest.raises(InvalidInput, match=words) as told:
        _read(SPELLED[shape] | more, shape)
    assert told.value.problems[0].loc == ("request", *loc)


@pytest.mark.parametrize("shape", SPELLED)
def test_settings_hold_no_tokens(shape):
    """Every setting on the list may be in a body and changes nothing."""
    body = {key: value for key, value in SPELLED[shape].items() if key not in shapes.SHAPES[shape].settings}
    assert _read(body | dict.fromkeys(shapes.SHAPES[shape].settings, 1), shape) == _read(body, shape)


def test_an_unknown_shape_lists_those_there_are():
    """A shape that does not exist is refused with the five that do."""
    with pytest.raises(
        InvalidInput, match="shape is 'claude'; valid: openai_chat, openai_responses, anthropic, gemini"
    ):
        shapes.shape_named("claude")


@pytest.mark.parametrize(
    ("shape", "body", "loc", "words"),
    [
        ("anthropic", {"messages": []}, ("messages",), "must be a list of at least one message"),
        ("anthropic", {"messages": [{"role": "tool", "content": "x"}]}, ("messages", 0, "role"), "valid: user, assis"),
        ("anthropic", {"messages": [{"role": "user", "content": [{"text": "x"}]}]},
         ("messages", 0, "content", 0, "type"), "has no type; valid: text, image"),
        ("anthropic", {"messages": [{"role": "user", "content": [{"type": "tool_use", "name": 3, "input": {}}]}]},
         ("messages", 0, "content", 0, "name"), "name is 3; it must be a string"),
        ("anthropic", {"messages": [{"role": "user", "content": "x", "name": "y"}]}, ("messages", 0, "name"),
         "has the key 'name'; valid: role, content"),
        ("gemini", {"contents": [{"role": "assistant", "parts": []}]}, ("contents", 0, "role"), "valid: user, model"),
        ("gemini", {"contents": [{"parts": [{"text": "a", "functionCall": {}}]}]}, ("contents", 0, "parts", 0),
         "must hold one of text, inlineData"),
        ("gemini", {"contents": [{"parts": [{"txt": "a"}]}]}, ("contents", 0, "parts", 0, "txt"), "has the key 'txt'"),
        ("gemini", {"contents": [{"text": "a"}]}, ("contents", 0, "text"), "has the key 'text'; valid: role, parts"),
        ("openai_responses", {"input": []}, ("input",), "must be a list of at least one item"),
        ("openai_responses", {"input": [{"type": "function_call", "name": "f", "arguments": {}}]},
         ("input", 0, "arguments"), "arguments is {}; it must be a string"),
        ("openai_responses", {"input": [{"role": "tool", "content": "x"}]}, ("input", 0, "role"), "valid: system, dev"),
        ("openai_chat", {"tools": []}, ("messages",), "has no messages, where openai_chat holds messages"),
        ("openai_chat", {"messages": [{"role": "assistant", "tool_calls": [{"id": "1"}]}]},
         ("messages", 0, "tool_calls", 0, "function"), "it must be an object with name and arguments"),
        ("openai_chat", {"messages": [{"role": "user", "content": "x"}], "tool_choice": "always"}, ("tool_choice",),
         "tool_choice is 'always'; valid: auto, none"),
        ("openai_chat", {"messages": [{"role": "user", "content": "x"}], "response_format": 3}, ("response_format",),
         "must be an object with type json_schema"),
    ],
)  # fmt: skip
def test_malformed_requests_name_place_and_cure(shape, body, loc, words):
    """Whatever is wrong in a request is told with its place, its value and what would be valid."""
    with pytest.raises(InvalidInput, match=words) as told:
        _read(body, shape)
    assert told.value.problems[0].loc == ("request", *loc)


@pytest.mark.parametrize(
    ("tool", "loc", "words"),
    [
        ({"type": "web_search"}, (0,), "the tool 'web_search'.*which is not counted; counted: a function"),
        ({"type": "bash_20250124", "name": "bash"}, (0,), "the tool 'bash_20250124'"),
        ({"googleSearch": {}}, (0,), "the tool 'googleSearch'"),
    ],
)
def test_hosted_tools_have_no_published_tokens(tool, loc, words):
    """A hosted or built-in tool is refused by its name: nobody says what it costs."""
    with pytest.raises(NotCountable, match=words) as told:
        shapes.read(shapes.Given(messages=[{"role": "user", "content": "x"}], tools=[tool]), None)
    assert told.value.problems[0].loc == ("tools", *loc)


@pytest.mark.parametrize(
    ("tools", "loc", "words"),
    [
        ({"name": "f"}, (), "must be a list of tools"),
        (["f"], (0,), "it must be a function"),
        ([{"type": "function", "function": {"description": "x"}}], (0, "function", "name"), "must be a string"),
        ([{"name": "f", "input_schema": {"description": 7}}], (0, "input_schema", "description"), "description is 7"),
        ([{"name": "f", "input_schema": "{}"}], (0, "input_schema"), "it must be a JSON Schema object"),
        (
            [{"name": "f", "input_schema": {"properties": {"a": {"properties": {"b": 3}}}}}],
            (0, "input_schema", "properties", "a", "properties", "b"),
            "b is 3; it must be a JSON Schema object",
        ),
        ([{"name": "f", "parametrs": {}}], (0, "parametrs"), "has the key 'parametrs'; valid: name, description"),
        ([{"functionDeclarations": [{"nam": "f"}]}], (0, "functionDeclarations", 0, "nam"), "has the key 'nam'"),
    ],
)
def test_malformed_tools_name_place_and_cure(tools, loc, words):
    """A tool that is none of the known forms, or has a wrong value inside, is refused with its place."""
    with pytest.raises(InvalidInput, match=words) as told:
        shapes.read(shapes.Given(tools=tools), None)
    assert told.value.problems[0].loc == ("tools", *loc)


def test_reasoning_may_be_left_out_by_the_model():
    """Thinking blocks, reasoning items and thoughts are kept apart: a model may drop them, so they count from 0 up."""
    thoughts = {
        "anthropic": {"messages": [{"role": "assistant", "content": [{"type": "thinking", "thinking": "Hm"}]}]},
        "openai_responses": {"input": [{"type": "reasoning", "summary": [{"type": "summary_text", "text": "Hm"}]}]},
        "gemini": {"contents": [{"role": "model", "parts": [{"text": "Hm", "thought": True}]}]},
        "openai_chat": {"messages": [{"role": "assistant", "content": "", "reasoning_content": "Hm"}]},
    }
    for shape, body in thoughts.items():
        piece = _read(body, shape).messages[0].pieces[0]
        assert (piece.text, piece.kept) == ("Hm", False)
