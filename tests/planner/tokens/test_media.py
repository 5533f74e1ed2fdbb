"""Images, pages, sound and video by their makers' rules: published figures, measured sizes, and invariants."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from planner.tokens import images, media
from planner.tokens.media import Audio, Image, Page, Video, count
from pricing.errors import InvalidInput, NoRule

DATA = json.loads(Path(media.SHIPPED).read_text(encoding="utf-8"))
FAMILIES = [row["models"][0] for row in DATA["images"].values()]
SIDES = st.integers(1, 9000)


@pytest.mark.parametrize(
    ("model", "size", "detail", "tokens"),
    [
        # OpenAI, "Calculating costs" of the vision guide
        ("gpt-4o", (1024, 1024), "high", 765),
        ("gpt-4o", (2048, 4096), "high", 1105),
        ("gpt-4o", (4096, 8192), "low", 85),
        ("gpt-4o-mini-2024-07-18", (1024, 1024), None, 2833 + 4 * 5667),
        ("o3", (1024, 1024), None, 75 + 4 * 150),
        ("gpt-5", (1024, 1024), None, 70 + 4 * 140),
        ("gpt-5-mini", (1024, 1024), "high", math.ceil(1024 * 1.62)),
        ("gpt-5-mini", (1800, 2400), "high", math.ceil(1452 * 1.62)),
        ("gpt-4.1-nano", (1800, 2400), None, math.ceil(1452 * 2.46)),
        ("ft:o4-mini-2025-04-16:us::1", (1024, 1024), None, math.ceil(1024 * 1.72)),
        # Google, "Token calculation" and "Token counts"
        ("gemini-2.5-flash", (384, 384), None, 258),
        ("gemini-2.5-flash", (960, 540), None, 6 * 258),
        ("gemini-2.5-flash", (960, 540), "low", 64),
        ("gemini-3-flash-preview", (10, 10), None, 1120),
        ("gemini-3-flash-preview", (960, 540), "low", 280),
        ("gemini-3.1-pro-preview", (960, 540), "ultra_high", 2240),
        # Amazon, "Image to tokens conversion": 800 by 400 counts as 900 by 450
        ("amazon.nova-lite-v1:0", (800, 400), None, 800),
        ("us.amazon.nova-pro-v1:0", (900, 900), None, 1300),
        ("amazon.nova-2-lite-v1:0", (8000, 8000), None, 230),
        # Together, "Pricing" of the vision overview
        ("meta-llama/Llama-3.2-11B-Vision-Instruct-Turbo", (500, 600), None, 3202),
        ("meta-llama/Llama-3.2-11B-Vision-Instruct-Turbo", (5000, 6000), None, 6404),
    ],
)
def test_a_published_example_is_counted_as_published(model, size, detail, tokens):
    """A maker's own worked example, under any spelling of the model's name."""
    assert count(Image(*size, detail), model).tokens == tokens


@pytest.mark.parametrize(
    ("size", "standard", "high"),
    [
        ((200, 200), 64, 64),
        ((1000, 1000), 1296, 1296),
        ((1092, 1092), 1521, 1521),
        ((1920, 1080), 1560, 2691),
        ((2000, 1500), 1564, 3888),
        ((3840, 2160), 1560, 4784),
    ],
)
def test_claude_counts_as_anthropics_table(size, standard, high):
    """The table of "Resolution and token cost", on both tiers; four tokens around an image are within the bounds."""
    for model, tokens in (
        ("claude-haiku-4-5", standard),
        ("anthropic.claude-opus-4-7", high),
        ("claude-fable-5", high),
    ):
        found = count(Image(*size), model)
        assert (found.tokens, found.low, found.high) == (tokens, tokens, tokens + 4)


def test_claude_scales_a_scanned_page_as_documented():
    """Anthropic's example: a page of 1075 by 1520 becomes 924 by 1307 on the standard tier and stays on the other."""
    tiers = DATA["images"]["claude_standard"], DATA["images"]["claude_high"]
    assert [images.claude_size(1075, 1520, row) for row in tiers] == [(924, 1307), (1075, 1520)]


MEASURED = [  # huggingface.co/datasets/JOHNISKING/image-token-cost: gpt-6 auto, gpt-6 high, gpt-5.5 auto
    ((256, 256), 77, 77, 77),
    ((512, 512), 308, 308, 308),
    ((768, 768), 692, 692, 692),
    ((1024, 1024), 1229, 1229, 1229),
    ((1280, 720), 1104, 1104, 1104),
    ((1920, 1080), 2448, 2448, 2448),
    ((1080, 1920), 2448, 2448, 2448),
    ((2560, 1440), 4320, 2931, 4320),
    ((3840, 2160), 9792, 2931, 9792),
    ((4032, 3024), 14364, 2942, 11868),
]


@pytest.mark.parametrize(("size", "auto", "high", "older"), MEASURED)
def test_measured_requests_are_reproduced(size, auto, high, older):
    """Ten sizes that somebody sent to gpt-6 and gpt-5.5, to the token."""
    found = [
        count(Image(*size, detail), model).tokens
        for model, detail in (("gpt-6-astra", None), ("gpt-6-luna", "high"), ("gpt-5.5", None))
    ]
    assert found == [auto, high, older]


@given(width=SIDES, height=SIDES)
def test_claude_takes_the_largest_size_within_its_limits(width, height):
    """The quick search finds what trying every size, one pixel at a time, finds."""
    row = DATA["images"]["claude_standard"]
    long, short = max(width, height), min(width, height)
    assume(long <= 2500)

    def fits(a, b):
        return math.ceil(a / 28) * 28 <= 1568 and math.ceil(a / 28) * math.ceil(b / 28) <= 1568

    sizes = ((a, max(round(a * short / long), 1)) for a in range(long, 0, -1))
    naive = next(size for size in sizes if fits(*size))
    found = images.claude_size(long, short, row)
    assert found == naive
    assert images.claude_size(short, long, row) == found[::-1]


@given(width=SIDES, height=SIDES)
def test_mistral_counts_as_its_own_library(width, height):
    """mistral-common's arithmetic, written as it stands there, with its break after each row."""
    for model, patch, most in (("pixtral-12b", 16, 1024), ("mistral-small-3.2", 28, 1540)):
        ratio = max(height / most, width / most)
        w, h = (round(width / ratio), round(height / ratio)) if ratio > 1 else (width, height)
        w, h = max(w, 1), max(h, 1)
        tokens = len((["img"] * ((w - 1) // patch + 1) + ["break"]) * ((h - 1) // patch + 1))
        assert count(Image(width, height), model).tokens == tokens


@given(model=st.sampled_from(FAMILIES), width=SIDES, height=SIDES, detail=st.sampled_from((None, *media.DETAILS)))
def test_every_family_counts_every_size_within_its_bounds(model, width, height, detail):
    """Low, figure and high are in order and positive; what is exact has one figure; what has bounds says why."""
    levels = list(next(row for row in DATA["images"].values() if model in row["models"])["levels"])
    if detail is not None and levels != ["auto"] and detail not in levels:
        with pytest.raises(NoRule, match=f"detail is '{detail}'; .* takes {', '.join(levels)}"):
            count(Image(width, height, detail), model)
        return
    found = count(Image(width, height, detail), model)
    assert 0 < found.low <= found.tokens <= found.high
    assert found.modality == "image"
    if found.how == "exact":
        assert found.low == found.tokens == found.high
    if found.low < found.high:
        assert found.note


@given(width=SIDES, height=SIDES)
def test_openais_budget_of_patches_is_kept(width, height):
    """However an image is shaped, its patches stay within the budget of its level, at the upper bound too."""
    most = {"gpt-5-mini": (1536, "1.62"), "gpt-5.5": (10000, "1.2")}
    for model, (budget, multiplier) in most.items():
        assert count(Image(width, height), model).high <= math.ceil(budget * float(multiplier) + 1e-9)


def test_two_documented_limits_that_disagree_are_bounds():
    """A panorama passes the side before the patches: the lesser figure counts, the other is the upper bound."""
    found = count(Image(8000, 500), "gpt-5-mini")
    by_side = math.ceil(2048 / 32) * math.ceil(128 / 32)  # 8000 by 500 within 2048 pixels is 2048 by 128
    assert found.tokens == found.low == math.ceil(by_side * 1.62)
    assert found.high > found.tokens
    assert found.how == "reconstructed"


@pytest.mark.parametrize(
    ("item", "model", "tokens", "low", "high"),
    [
        (Audio(60), "gemini-2.5-flash", 1920, 1920, 1920),  # 32 a second
        (Audio(2), "gpt-realtime", 20, 20, 20),  # one for 100 ms
        (Audio(0.05), "gpt-4o-audio-preview", 1, 1, 1),
        (Audio(31), "voxtral-small-24b-2507", 751, 751, 751),  # padded to 60 s at 12.5, and one to begin with
        (Audio(0), "voxtral-small-24b-2507", 0, 0, 0),
        (Video(60, sound=False), "gemini-2.5-pro", 263 * 60, 258 * 60, 268 * 60),  # 263 a second
        (Video(60), "gemini-2.5-pro", 295 * 60, 290 * 60, 300 * 60),  # about 300 with its sound
        (Video(10, detail="low"), "gemini-2.0-flash", 1030, 980, 1080),  # about 100
        (Page("x"), "gemini-2.5-flash", 258, 258, 258),
        (Page("x"), "gemini-3-pro-preview", 560, 560, 560),
        (Page("x", detail="high"), "gemini-3-pro-preview", 1120, 1120, 1120),
    ],
)
def test_sound_video_and_pages(item, model, tokens, low, high):
    """Seconds and pages at the documented rates."""
    found = count(item, model)
    assert (found.tokens, found.low, found.high) == (tokens, low, high)


@pytest.mark.parametrize("model", ["gpt-4o", "gpt-5-mini", "gpt-6-luna", "claude-haiku-4-5", "claude-opus-5"])
def test_a_page_that_is_drawn_at_an_unknown_size_has_wide_bounds(model):
    """OpenAI and Anthropic do not say how large they draw a page: half to twice an assumed size, and it is said."""
    found = count(Page("x", 595, 842), model)
    assert found.how == "estimated"
    assert found.low <= found.tokens / 2
    assert found.high >= found.tokens * 2
    assert found.note


def test_every_rule_has_a_source_and_no_name_stands_twice():
    """Each family names its source and a known rule, and no model is in two families of a kind."""
    for kind in ("images", "pages", "audio", "video", "limits"):
        names = [name for row in DATA[kind].values() for name in row["models"]]
        assert sorted(set(names)) == sorted(names), kind
        for name, row in DATA[kind].items():
            assert row["source"], name
            assert kind != "images" or row["rule"] in images.RULES, name
    assert DATA["observed"] >= "2026-11-25"


@pytest.mark.parametrize("item", [Image(10, 10), Audio(1), Video(1), Page("x")])
def test_a_model_without_a_rule_is_an_error_that_says_which_have_one(item):
    """No guess is made for a model that no family names."""
    with pytest.raises(NoRule, match=r"no rule is known for .+ on deepseek-chat at deepseek; there are for .*gemini"):
        count(item, "deepseek-chat", "deepseek")


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Image(0, 5), "width is 0; it must be from 1 to 100000 pixels"),
        (lambda: Image(5, 10**9), "height is 1000000000; it must be"),
        (lambda: Image(5, 5, "hight"), "detail is 'hight'; valid: auto, low"),
        (lambda: Page("x", float("nan"), 3), "width is nan"),
        (lambda: Audio(-1), "audio_seconds is -1; it must be from 0 to 1000000"),
        (lambda: Video(float("inf")), "video_seconds is inf"),
        (lambda: Video(1, detail="x"), "detail is 'x'"),
    ],
)
def test_what_cannot_be_is_refused(make, said):
    """Sizes, lengths and levels out of range name the value and what would do."""
    with pytest.raises(InvalidInput) as caught:
        make()
    assert said in str(caught.value)


def test_limits_follow_the_window():
    """Anthropic allows 600 images and pages a request, but 100 where the window is 200,000 tokens."""
    small, large = media.limits("claude-haiku-4-5", 200_000), media.limits("claude-opus-5", 1_000_000)
    assert (small.images, small.pages, large.images, large.pages) == (100, 100, 600, 600)
    assert media.limits("deepseek-chat", 1_000_000) == media.MediaLimits()
