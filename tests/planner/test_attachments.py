"""What a prompt holds beside text: named part by part, counted on each model, priced as what it is, held to limits."""

from __future__ import annotations

import io
from base64 import b64encode
from decimal import Decimal

import pytest
from catalogs import NOW, priced
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from reportlab.pdfgen import canvas

from planner import (
    CompareQuestion,
    DocumentInput,
    EstimateQuestion,
    FitQuestion,
    ImageInput,
    Planner,
    TokensQuestion,
    Usage,
    attachments,
)
from planner.calls import Call, Pricer
from planner.tokens import Counter
from pricing import InvalidInput, NoRule, TooLarge

TEXT = priced(input_tokens="1", cache_read_tokens="0.1", cache_write_5m_tokens="1.25", output_tokens="4")
APART = priced(input_tokens="1", input_audio_tokens="3", input_image_tokens="5", cache_read_tokens="0.1",
               cache_image_read_tokens="0.5", output_tokens="4")  # fmt: skip
MODELS = {
    "openai/gpt-4o": {"limits": {"context_window": 128_000}, "prices": [TEXT], "capabilities": ["tools"]},
    "google/gemini-2.5-flash": {"limits": {"context_window": 1_000_000}, "prices": [APART]},
    "google/gemini-3-flash": {"prices": [TEXT]},
    "anthropic/claude-haiku-4-5": {"limits": {"context_window": 200_000}, "prices": [TEXT]},
    "lab/blind": {"prices": [TEXT]},
}
SQUARE = ImageInput(width=1024, height=1024)


@pytest.fixture
def planner(make_catalog):
    return Planner(make_catalog(MODELS), Counter, lambda: NOW)


def encoded(data):
    return b64encode(data).decode()


def png(width, height):
    out = io.BytesIO()
    Image.new("L", (width, height)).save(out, "PNG")
    return encoded(out.getvalue())


def pdf(pages):
    out = io.BytesIO()
    page = canvas.Canvas(out)
    for number in range(pages):
        page.drawString(72, 72, f"This is page {number + 1} of the contract.")
        page.showPage()
    page.save()
    return DocumentInput(name="contract.pdf", data=encoded(out.getvalue()))


def test_everything_attached_is_a_part_and_the_parts_add_up(planner):
    """Text, images by size and by bytes, each page's text and image, a note, sound and video, under their names."""
    found = planner.tokens(
        TokensQuestion(
            model="gemini-2.5-flash",
            text="What is this?",
            images=(ImageInput(width=384, height=384), ImageInput(data=png(960, 540), detail="low")),
            documents=(pdf(2), DocumentInput(name="note.txt", data=encoded(b"A short note."))),
            audio_seconds=10,
            video_seconds=1.5,
        )
    )
    parts = {part.name: (part.tokens, part.modality) for part in found.parts}
    assert list(parts) == [
        "text", "images[0]", "images[1]", "documents[0] page 1", "documents[0] page 1 image", "documents[0] page 2",
        "documents[0] page 2 image", "documents[1]", "audio", "video",
    ]  # fmt: skip
    assert parts["images[0]"] == (258, "image")
    assert parts["images[1]"] == (64, "image")
    assert parts["documents[0] page 2 image"] == (258, "image")
    assert parts["audio"] == (320, "audio")
    assert parts["video"] == (443, "video")  # 295 a second
    assert parts["documents[1]"][1] == "text"
    for level in ("tokens", "low", "high"):
        assert getattr(found, level) == sum(getattr(part, level) for part in found.parts)
    assert found.method == "estimated"


def test_messages_and_images_stand_together(planner):
    """What is attached comes after the messages and leaves their parts as they are."""
    messages = ({"role": "user", "content": "Hello"},)
    plain = planner.tokens(TokensQuestion(model="gpt-4o", messages=messages))
    both = planner.tokens(TokensQuestion(model="gpt-4o", messages=messages, images=(SQUARE,)))
    assert both.parts == (*plain.parts, both.parts[-1])
    assert (both.tokens, both.method) == (plain.tokens + 765, "exact")


def test_a_model_that_is_not_known_to_see_is_warned_of(planner):
    """Where the catalog lists what a model can do and sight is not among it, the answer says so."""
    found = planner.tokens(TokensQuestion(model="gpt-4o", images=(SQUARE,)))
    assert "the catalog does not list vision among what gpt-4o can do" in found.warnings


def test_the_text_of_a_page_that_is_not_billed_is_an_upper_bound(planner):
    """Gemini 3 takes 560 tokens a page and does not bill the text in it; the window may still hold that."""
    found = planner.tokens(TokensQuestion(model="gemini-3-flash", documents=(pdf(1),)))
    text, image = found.parts
    assert (text.tokens, text.low, image.tokens) == (0, 0, 560)
    assert text.high > 5
    assert (found.tokens, found.high) == (560, 560 + text.high)


def test_a_model_whose_pages_have_no_rule_counts_their_text_and_says_so(planner):
    """The text of a PDF is sent in some way by everybody; that its images are not counted is told."""
    found = planner.tokens(TokensQuestion(model="blind", documents=(pdf(1),)))
    assert [part.modality for part in found.parts] == ["text"]
    assert "how blind takes PDF pages is not known; their text alone is counted" in found.warnings


def test_sound_and_images_are_priced_as_such_where_they_have_a_price(planner):
    """10 s of sound are 320 tokens at 3 USD, a small image 258 at 5: 960 + 1,290 millionths, and 4 for an answer."""
    ask = {"images": (ImageInput(width=300, height=300),), "audio_seconds": 10, "output_tokens": 1}
    (row,) = planner.estimate(EstimateQuestion(models=("gemini-2.5-flash",), **ask)).rows
    assert row.cost_per_request.usd == Decimal("0.002254")
    compared = planner.compare(CompareQuestion(models=("gemini-2.5-flash",), **ask))
    assert compared.rows[0].total_usd == Decimal("0.002254")


def test_images_bill_as_text_where_they_have_no_price(planner):
    """765 tokens at 1 USD a million and one of 4: 769 millionths, and no warning: that is the rule, not a gap."""
    (row,) = planner.estimate(EstimateQuestion(models=("gpt-4o",), images=(SQUARE,), output_tokens=1)).rows
    assert row.cost_per_request.usd == Decimal("0.000769")
    assert not [each for each in row.warnings if "priced as" in each]


def test_sound_without_a_price_of_its_own_is_told(planner):
    """A list that holds no price for sound may lack one: it is priced as text, and the answer says so."""
    (row,) = planner.estimate(EstimateQuestion(models=("gemini-3-flash",), audio_seconds=10, output_tokens=0)).rows
    assert row.cost_per_request.usd == Decimal("0.00032")
    assert any("input_audio_tokens priced as input_tokens" in each for each in row.warnings)


def test_a_cached_prefix_holds_text_and_images_but_no_sound(planner):
    """A prefix beyond text and images is cut there: 258 image tokens read at 0.5, 320 of sound at 3 USD a million."""
    ask = EstimateQuestion(
        models=("gemini-2.5-flash",), images=(ImageInput(width=300, height=300),), audio_seconds=10, output_tokens=0,
        cached_prefix_share=1.0, cache_hit_rate=1.0,
    )  # fmt: skip
    (row,) = planner.estimate(ask).rows
    assert row.cached_prefix_tokens == 258
    assert row.cost_per_request.usd == Decimal("0.000129") + Decimal("0.00096")
    assert any("sound and video are taken fresh" in each for each in row.warnings)


def test_one_model_without_a_rule_does_not_sink_the_others(planner):
    """Of two models the blind one is refused with its reason; asked alone, its error is raised."""
    ask = {"images": (SQUARE,), "output_tokens": 1}
    answer = planner.estimate(EstimateQuestion(models=("gpt-4o", "blind"), **ask))
    assert [(each.requested, each.type) for each in answer.refused] == [("blind", "no-rule")]
    assert len(planner.compare(CompareQuestion(models=("gpt-4o", "blind"), **ask)).refused) == 1
    with pytest.raises(NoRule, match="no rule is known for images on blind at lab"):
        planner.estimate(EstimateQuestion(models=("blind",), **ask))


def test_files_are_opened_once_for_all_models(planner, monkeypatch):
    """A PDF is read once a question, however many models are asked."""
    opened, read = [], attachments.opened
    monkeypatch.setattr("planner.prompt.opened", lambda asked: opened.append(1) or read(asked))
    models = ("gpt-4o", "gemini-2.5-flash", "claude-haiku-4-5")
    assert len(planner.estimate(EstimateQuestion(models=models, documents=(pdf(1),), output_tokens=1)).rows) == 3
    assert opened == [1]


def test_more_pages_or_images_than_allowed_do_not_fit(planner):
    """101 images pass Anthropic's limit for a window of 200,000 tokens, whatever room the tokens leave."""
    images = (ImageInput(width=28, height=28),) * 101
    found = planner.fit(FitQuestion(model="claude-haiku-4-5", images=images))
    assert (found.fits, found.binding) == (False, "images")
    (check,) = found.counts
    assert (check.limit, check.allowed, check.needed, check.fits) == ("images", 100, 101, False)
    assert all(each.fits for each in found.checks)
    assert planner.fit(FitQuestion(model="claude-haiku-4-5", images=images[:100])).fits
    assert planner.fit(FitQuestion(model="claude-haiku-4-5", documents=(pdf(2),))).counts[0].limit == "pages"


@pytest.mark.parametrize(
    ("more", "loc", "said"),
    [
        ({"images": (ImageInput(),)}, ("images", 0, "width"), "an image needs its width and height, or its data"),
        ({"images": (SQUARE, ImageInput(width=5))}, ("images", 1, "height"), "needs its width and height"),
        ({"images": (ImageInput(width=5, height=5, data="eA=="),)}, ("images", 0, "data"), "not both"),
        ({"images": (ImageInput(data="no base64!"),)}, ("images", 0, "data"), "data is no base64"),
        ({"images": (ImageInput(data="eA=="),)}, ("images", 0), "is no PNG, JPEG, GIF, WebP or BMP image"),
        ({"images": (ImageInput(width=-1, height=5),)}, ("images", 0, "width"), "width is -1"),
        ({"images": (ImageInput(width=1, height=1, detail="x"),)}, ("images", 0, "detail"), "valid: auto, low"),
        ({"documents": (DocumentInput(name="a.pdf", data="eA=="),)}, ("documents", 0), "a.pdf: its name says a PDF"),
        ({"documents": (DocumentInput(name="a", data=""),)}, ("documents", 0), "a: is empty"),
        ({"audio_seconds": -1.0}, ("audio_seconds",), "audio_seconds is -1.0"),
        ({"video_seconds": 1e9}, ("video_seconds",), "video_seconds is 1000000000.0"),
        ({}, ("text",), "images, documents, audio_seconds or video_seconds"),
    ],
)
def test_what_cannot_be_counted_is_told_with_its_place(planner, more, loc, said):
    """Every fault of an attachment names its place in the question."""
    with pytest.raises(InvalidInput) as caught:
        planner.tokens(TokensQuestion(model="gemini-2.5-flash", **more))
    assert caught.value.problems[0].loc == loc
    assert said in str(caught.value)


def test_a_document_whose_text_cannot_be_counted_is_named(make_catalog):
    """A text beyond the counter's limit is an error of that document, not of the model."""
    planner = Planner(make_catalog(MODELS), lambda: Counter(max_bytes=1000), lambda: NOW)
    long = DocumentInput(name="a.txt", data=encoded(b"word " * 300))
    with pytest.raises(TooLarge) as caught:
        planner.tokens(TokensQuestion(model="gpt-4o", documents=(long,)))
    assert caught.value.problems[0].loc[:2] == ("documents", 0)


def test_too_many_attachments_are_refused_before_any_is_read(planner):
    """Thousands of images or documents are a mistake, or worse."""
    with pytest.raises(TooLarge, match="images has 4001 items; the limit is 4000"):
        planner.tokens(TokensQuestion(model="gpt-4o", images=(SQUARE,) * 4001))
    bad = (DocumentInput(name="a.pdf", data="eA=="),) * 101
    with pytest.raises(TooLarge, match="documents has 101 items; the limit is 100"):
        planner.tokens(TokensQuestion(model="gpt-4o", documents=bad))


@given(st.binary(max_size=200))
def test_bytes_come_back_from_base64_and_from_data_urls(data):
    """An image's bytes may stand bare or in a `data:` URL, as chat messages carry them."""
    text = encoded(data)
    assert attachments._decoded(text) == attachments._decoded(f"data:image/png;base64,{text}") == data


def test_a_planned_call_prices_what_is_attached(planner):
    """What a load of a planning verb holds beside text is not lost: 765 tokens of image and one of answer."""
    call = Call(model="gpt-4o", images=(SQUARE,), output_tokens=1)
    pricer = Pricer(planner.catalog, Counter(), NOW)
    assert pricer(call).usd == Decimal("0.000769")
    both = Call(model="gpt-4o", images=(SQUARE,), usage=Usage(input_tokens=1))
    with pytest.raises(InvalidInput, match="give a usage or a prompt, not both"):
        pricer(both)
