"""What a request becomes: a part for each item, tools joined as one text, images as images."""

import base64
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner import FitQuestion, default_planner
from planner.tokens import Counter, encodings, framing, registry, shapes, typescript
from planner.tokens.request import Tool
from pricing.errors import InvalidInput, NoRule

COUNTER = Counter()
TOOL = {"name": "find", "description": "Find it", "input_schema": {"properties": {"what": {"type": "string"}}}}
PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 1024, 1024) + b"\x08\x02\x00\x00\x00"
DATA_URL = "data:image/png;base64," + base64.b64encode(PNG).decode()


def _parts(model, shape=None, **given):
    found = COUNTER.count_request(shapes.read(shapes.Given(**given), shape), model)
    return {part.name: part for part in found.parts}, found


def test_every_item_is_a_part():
    """Tools and what they bring along, system prompt, messages, the answer's schema and priming are each a part."""
    parts, found = _parts(
        "gpt-4o",
        system="Be brief.",
        messages=[{"role": "user", "content": "hello"}],
        tools=[TOOL],
        schema={"type": "object"},
    )
    assert list(parts) == ["tools", "tools[0]", "system", "messages[0]", "response_format", "priming"]
    assert found.method == "reconstructed"
    assert any("openai-chat-tokens" in note for note in found.notes)


def test_tools_alone_are_counted():
    """Tools may be sized before a word is written: no message, no priming."""
    parts, _ = _parts("gpt-4o", tools=[TOOL])
    assert list(parts) == ["tools", "tools[0]"]


def test_nothing_to_count_is_refused():
    """A request without messages, system prompt, tools or schema is an error, not zero."""
    with pytest.raises(InvalidInput, match="nothing to count"):
        COUNTER.count_request(shapes.read(shapes.Given(), None), "gpt-4o")


@pytest.mark.parametrize(
    ("model", "choice", "tokens"),
    [
        ("claude-opus-5", "auto", 286),
        ("claude-opus-5", {"type": "any"}, 406),
        ("us.anthropic.claude-opus-4-7-v1", None, 675),
        ("anthropic/claude-opus-4.8", {"type": "none"}, 290),
        ("claude-haiku-4-5-20251001", "required", 588),
        ("claude-3-opus-20240229", {"type": "tool", "name": "find"}, 281),
        ("claude-mythos-5", "auto", 354),
    ],
)
def test_claude_brings_a_prompt_for_tools(model, choice, tokens):
    """The hidden prompt for tools has the tokens that Anthropic lists by model and tool choice, else wide bounds."""
    parts, _ = _parts(model, tools=[TOOL], choice=choice)
    assert parts["tools"].tokens == tokens
    if model == "claude-mythos-5":
        assert parts["tools"].high - parts["tools"].low > 400


def test_a_schema_beyond_what_was_measured_has_wide_bounds():
    """Keywords that no count was measured with widen the bounds: at least half, at most as the JSON itself."""
    plain, _ = _parts("gpt-4o", tools=[TOOL])
    odd = TOOL | {"input_schema": {"properties": {"what": {"type": "string", "pattern": "^[a-z]+$", "default": "x"}}}}
    wide, _ = _parts("gpt-4o", tools=[odd])
    assert plain["tools[0]"].high - plain["tools[0]"].low <= 4
    assert wide["tools[0]"].tokens == plain["tools[0]"].tokens
    assert wide["tools[0]"].high >= plain["tools[0]"].tokens + 20


def test_system_prompts_join_where_the_model_has_them():
    """A system prompt is a message with a role on OpenAI's models and words alone on Claude and Gemini."""
    openai, _ = _parts("gpt-4o", system="Be brief.", messages=[{"role": "user", "content": "x"}])
    gemini, _ = _parts("gemini-2.5-flash", system="Be brief.", messages=[{"role": "user", "content": "x"}])
    assert openai["system"].tokens == COUNTER.count("Be brief.", "gpt-4o").tokens + 4
    assert gemini["system"].tokens == COUNTER.count("Be brief.", "gemini-2.5-flash").tokens


@pytest.mark.parametrize(
    "content",
    [
        [{"type": "text", "text": "What is it?"}, {"type": "image_url", "image_url": {"url": DATA_URL}}],
        [
            {"type": "text", "text": "What is it?"},
            {"type": "image_url", "image_url": {"url": "https://x/y.png", "width": 1024, "height": 1024}},
        ],
        [
            {"type": "text", "text": "What is it?"},
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": DATA_URL[22:]}},
        ],
    ],
    ids=["data", "size", "anthropic"],
)
def test_images_among_words_are_parts_of_their_own(content):
    """An image's size is read from its bytes or stated, and its tokens are billed as an image: 4 tiles, 765 tokens."""
    parts, found = _parts("gpt-4o", messages=[{"role": "user", "content": content}])
    (image,) = (part for part in found.parts if part.modality == "image")
    assert (image.tokens, image.name.startswith("messages[0].content[1]")) == (765, True)
    assert found.split()["text"] == parts["messages[0]"].tokens + parts["priming"].tokens


def test_gemini_takes_images_inline():
    """`inlineData` is sized by its bytes; a level of resolution counts as asked for."""
    for level, tokens in ((None, 1120), ("MEDIA_RESOLUTION_LOW", 280)):
        part = {"inlineData": {"mimeType": "image/png", "data": DATA_URL[22:]}, "mediaResolution": level}
        _, found = _parts("gemini-3-pro-preview", shape="gemini", messages=[{"role": "user", "parts": [part]}])
        assert found.split()["image"] == tokens


def test_images_among_words_are_held_against_the_limit():
    """A request with 101 images on a model that takes 100 does not fit, whoever's shape they come in."""
    image = {"type": "image", "width": 8, "height": 8, "source": {"type": "url", "url": "https://x/y.png"}}
    messages = ({"role": "user", "content": [image] * 101},)
    fit = default_planner().fit(FitQuestion(model="claude-haiku-4-5", messages=messages))
    assert (fit.fits, fit.binding) == (False, "images")
    assert [(each.needed, each.allowed) for each in fit.counts] == [(101, 100)]


def test_a_model_without_a_rule_for_images_says_so():
    """An image on a model that has no rule for images is an error of that model, not a zero."""
    content = [{"type": "image_url", "image_url": {"url": DATA_URL}}]
    with pytest.raises(NoRule):
        _parts("deepseek-chat", messages=[{"role": "user", "content": content}])


def test_an_image_inside_a_tools_answer_is_counted():
    """An image that a tool returned costs as any other."""
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": DATA_URL[22:]}}
    block = {"type": "tool_result", "tool_use_id": "1", "content": [image]}
    _, found = _parts("claude-sonnet-4-5", messages=[{"role": "user", "content": [block]}])
    assert found.split()["image"] > 1000


NAMES = st.from_regex(r"[a-z_]{1,12}", fullmatch=True)
TEXTS = st.text(max_size=30)
TYPES = st.sampled_from(({"type": "string"}, {"type": "integer"}, {"enum": ["a", "b"]}, {"type": "array"}))
SCHEMAS = st.dictionaries(NAMES, TYPES, max_size=4).map(lambda properties: {"properties": properties})
TOOLS = st.lists(st.builds(Tool, NAMES, TEXTS, SCHEMAS, st.just(("tools", 0))), min_size=1, max_size=4)


@given(tools=TOOLS, model=st.sampled_from(["gpt-4o", "gpt-4"]))
@settings(max_examples=150, deadline=None)
def test_tools_counted_one_by_one_add_up_to_their_joint_text(tools, model):
    """The parts of tools are the tokens of one namespace: cut between tools, no token is lost or counted twice."""
    request = shapes.read(shapes.Given(), None)
    named = tuple(
        Tool(f"{tool.name}{at}", tool.description, tool.schema, ("tools", at)) for at, tool in enumerate(tools)
    )
    parts = COUNTER.count_request(type(request)((), named), model).parts
    text = typescript.HEAD + "".join(typescript.declaration(tool, nested=False) for tool in named) + typescript.FOOT
    whole = encodings.lengths(registry.shipped().method(model).encoding)(text)
    assert sum(part.tokens for part in parts) == whole + framing.shipped()["openai"].tools.once.free.tokens


def test_every_framing_is_used_and_names_its_source():
    """No framing stands idle, every family has one, and each says where its figures are from."""
    used = {id(method.framing) for method in (*registry.shipped().names.values(), registry.shipped().unknown)}
    for name, each in framing.shipped().items():
        assert id(each) in used, name
        assert each.source
        assert each.tools.source
        assert each.message.low <= each.message.tokens <= each.message.high
