"""Chat messages in OpenAI's shape: framing as documented, and nothing left out in silence."""

import pytest

from planner.tokens import Counter, encodings
from pricing.errors import InvalidInput, NotCountable

COUNTER = Counter()
COOKBOOK = [
    {
        "role": "system",
        "content": "You are a helpful, pattern-following assistant "
        "that translates corporate jargon into plain English.",
    },
    {"role": "system", "name": "example_user", "content": "New synergies will help drive top-line growth."},
    {
        "role": "system",
        "name": "example_assistant",
        "content": "Things working well together will increase revenue.",
    },
    {
        "role": "system",
        "name": "example_user",
        "content": "Let's circle back when we have more bandwidth "
        "to touch base on opportunities for increased leverage.",
    },
    {
        "role": "system",
        "name": "example_assistant",
        "content": "Let's talk later when we're less busy about how to do better.",
    },
    {
        "role": "user",
        "content": "This late pivot means we don't have time to boil the ocean for the client deliverable.",
    },
]


@pytest.mark.parametrize(
    ("model", "tokens"),
    [
        ("gpt-3.5-turbo", 129),
        ("gpt-4-0613", 129),
        ("gpt-4", 129),
        ("gpt-4o", 124),
        ("gpt-4o-mini", 124),
    ],
)
def test_cookbook_example_counts_as_the_api_did(model, tokens):
    """The example of OpenAI's cookbook has the count that the cookbook prints and the API confirmed."""
    found = COUNTER.count_messages(COOKBOOK, model)
    assert (found.low, found.tokens, found.high, found.method) == (tokens, tokens, tokens, "exact")


def test_parts_are_messages_and_priming():
    """Each message is a part: its words, its role (1), 3 around it and 1 for a name; 3 prime the answer."""
    found = COUNTER.count_messages([{"role": "user", "content": "hello world"}], "gpt-4o")
    assert [(part.name, part.tokens) for part in found.parts] == [("messages[0]", 2 + 1 + 3), ("priming", 3)]
    named = COUNTER.count_messages([{"role": "user", "content": "hello world", "name": "ada"}], "gpt-4o")
    assert named.tokens == found.tokens + 1 + COUNTER.count("ada", "gpt-4o").tokens


def test_framing_that_is_not_documented_is_reconstructed():
    """For families the cookbook does not name, text is exact and framing bounded: reconstructed, with a note."""
    found = COUNTER.count_messages(COOKBOOK, "gpt-5-mini")
    assert found.method == "reconstructed"
    assert found.low < found.tokens == 124 < found.high
    assert "cookbook" in found.notes[0]


def test_text_parts_are_counted():
    """A content of text parts counts as their texts; several of them make the framing a reconstruction."""
    parts = [{"type": "text", "text": "hello"}, {"type": "text", "text": " world"}]
    one = COUNTER.count_messages([{"role": "user", "content": parts[:1]}], "gpt-4o")
    two = COUNTER.count_messages([{"role": "user", "content": parts}], "gpt-4o")
    assert (one.tokens, one.method) == (8, "exact")
    assert (two.tokens, two.method) == (9, "reconstructed")


def test_claude_frames_a_single_message_as_measured():
    """One short message on Claude 3 to 4.6 has 7 tokens around its text, on 4.7 11, on Claude 5 6."""
    for model, frame in (("claude-sonnet-4-6", 7), ("claude-opus-4-7", 11), ("claude-sonnet-5", 6)):
        found = COUNTER.count_messages([{"role": "user", "content": ""}], model)
        assert found.low <= frame <= found.high
        assert found.tokens == pytest.approx(frame, abs=1)


def test_empty_extras_are_no_extras():
    """The empty keys of a dumped API message (no calls, no refusal, no name) change nothing."""
    plain = {"role": "assistant", "content": "Fine."}
    dumped = plain | {"tool_calls": None, "refusal": None, "annotations": [], "audio": None, "name": None}
    assert COUNTER.count_messages([dumped], "gpt-4o") == COUNTER.count_messages([plain], "gpt-4o")


@pytest.mark.parametrize(
    ("message", "loc", "words"),
    [
        ({"role": "user", "content": [{"type": "image_url", "image_url": "https://x/y"}]}, ("content", 0, "image_url"),
         "is an address, which is not fetched; give the image's width and height"),
        ({"role": "user", "content": [{"type": "input_audio", "input_audio": {}}]}, ("content", 0, "seconds"),
         "sound of unknown length; give its seconds"),
        ({"role": "user", "content": [{"type": "file", "file": {"file_id": "f"}}]}, ("content", 0, "file"),
         "a file that is not in the request'?, which is not counted; counted: a file by its bytes"),
        ({"role": "user", "content": [{"type": "video"}]}, ("content", 0, "type"), "'video', which is not counted"),
        ({"role": "assistant", "content": "x", "audio": {"id": "a"}}, ("audio",), "'audio', which is not counted"),
    ],
)  # fmt: skip
def test_what_has_no_rule_is_refused_by_name(message, loc, words):
    """What cannot be counted is refused with its place and what would do instead, never skipped."""
    with pytest.raises(NotCountable, match=words) as told:
        COUNTER.count_messages([{"role": "user", "content": "hi"}, message], "gpt-4o")
    assert told.value.problems[0].loc == ("messages", 1, *loc)


@pytest.mark.parametrize(
    ("message", "loc", "words"),
    [
        ("hi", (), "must be an object with role and content"),
        ({"content": "hi"}, ("role",), "role is None; valid: system, developer, user, assistant"),
        ({"role": "boss", "content": "hi"}, ("role",), "role is 'boss'; valid"),
        ({"role": ["user"], "content": "hi"}, ("role",), "role is .*; valid"),
        ({"role": "user"}, ("content",), "content is None; it must be a string or a list of text parts"),
        ({"role": "user", "content": 7}, ("content",), "content is 7; it must be a string"),
        ({"role": "user", "content": []}, ("content",), r"content is \[\]; it must be"),
        ({"role": "user", "content": ["hi"]}, ("content", 0), 'must be {"type": "text", "text": ...}'),
        ({"role": "user", "content": [{"type": "text"}]}, ("content", 0, "text"), "text is None; it must be a string"),
        ({"role": "user", "content": [{"type": "text", "text": "a", "x": 1}]}, ("content", 0, "x"), "has the key 'x'"),
        ({"role": "user", "content": "hi", "name": 5}, ("name",), "name is 5; it must be a string"),
        ({"role": "user", "content": "hi", "nmae": "x"}, ("nmae",), "has the key 'nmae'; valid: role, content, name"),
    ],
)
def test_malformed_messages_name_place_and_cure(message, loc, words):
    """A malformed message is refused with its place, the value and what would be valid."""
    with pytest.raises(InvalidInput, match=words) as told:
        COUNTER.count_messages([{"role": "user", "content": "hi"}, message], "gpt-4o")
    assert told.value.problems[0].loc == ("messages", 1, *loc)


@pytest.mark.parametrize("messages", [[], "hi", b"hi", {"role": "user"}])
def test_messages_must_be_a_list(messages):
    """No messages at all, or something else in their place, is refused."""
    with pytest.raises(InvalidInput, match="messages must be a list of at least one message"):
        COUNTER.count_messages(messages, "gpt-4o")


def test_long_values_are_cut_in_messages():
    """An error repeats the beginning of a long value, not a prompt of megabytes."""
    with pytest.raises(InvalidInput) as told:
        COUNTER.count_messages([{"role": "user", "content": "hi", "name": ["x" * 100_000]}], "gpt-4o")
    assert len(str(told.value)) < 200


def test_unsafe_text_in_a_message_names_its_place():
    """A run too long for tiktoken inside a content part is refused with the place of that part."""
    counter = Counter(lengths=encodings.lengths)
    with pytest.raises(NotCountable) as told:
        counter.count_messages([{"role": "user", "content": [{"type": "text", "text": "x" * 70_000}]}], "gpt-4o")
    assert told.value.problems[0].loc == ("messages", 0, "content", 0, "text")
