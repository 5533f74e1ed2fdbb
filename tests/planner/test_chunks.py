"""Chunk plans on hand-made prices: every figure is worked by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest
from catalogs import NOW, priced
from hypothesis import given
from hypothesis import strategies as st

from planner import ChunksQuestion, Embedding, Planner
from planner.chunks import planned
from planner.tokens import Counter
from pricing import InvalidInput, NotPriced
from pricing.errors import TooLarge

MODELS = {
    "openai/text-embedding-3-small": {
        "mode": "embedding",
        "limits": {"max_input_tokens": 400},
        "prices": [priced(input_tokens="2")],
    },
    "lab/other": {"mode": "embedding", "prices": [priced(input_tokens="1")]},
    "lab/unpriced": {"prices": []},
}
SMALL = "text-embedding-3-small"


@pytest.fixture
def planner(make_catalog):
    return Planner(make_catalog(MODELS), Counter, lambda: NOW)


def test_a_document_known_by_its_size_is_planned(planner):
    """1,000 tokens, limit 300, overlap 100: 1 + ceil(700 / 200) = 5 chunks of 300, 300, 300, 300 and 200 = 1,400.

    At 2 USD a million 0.0028; the 400 repeated ones are 0.0008. Vectors: 5 x (4 x 10 + 60) = 500 bytes, at 2 USD a GB
    and month 0.000001.
    """
    question = ChunksQuestion(
        model=SMALL, document_tokens=1000, limit_tokens=300, overlap_tokens=100, dimensions=10, metadata_bytes=60,
        usd_per_gb_month=Decimal(2),
    )  # fmt: skip
    plan = planner.chunks(question).plan
    assert (plan.chunks, plan.embedded.tokens, plan.overlap_tokens) == (5, 1400, 400)
    assert (plan.cost.usd, plan.overlap_usd) == (Decimal("0.0028"), Decimal("0.0008"))
    assert (plan.storage.bytes, plan.storage.usd_per_month) == (500, Decimal("0.000001"))
    assert (plan.fits, plan.max_input_tokens) == (True, 400)


@given(tokens=st.integers(0, 10**12), limit=st.integers(1, 10**6), data=st.data())
def test_planned_chunks_cover_the_document(tokens, limit, data):
    """The chunks reach the end of the document, one fewer would not, and no document has none."""
    overlap = data.draw(st.integers(0, limit - 1))
    count = planned(tokens, limit, overlap)
    assert count * limit - max(0, count - 1) * overlap >= tokens
    if count > 1:
        assert (count - 1) * limit - (count - 2) * overlap < tokens
    assert bool(count) is bool(tokens)


def test_a_text_is_cut_and_its_chunks_are_priced(planner):
    """20 sentences of 4 tokens under 8 make 10 chunks of 8: 80 tokens at 2 USD a million are 0.00016."""
    answer = planner.chunks(
        ChunksQuestion(model=SMALL, text="I see it." + " I see it." * 19, limit_tokens=8, with_text=True)
    )
    assert (answer.plan.chunks, answer.plan.document.tokens, answer.plan.embedded.tokens) == (10, 80, 80)
    assert answer.plan.cost.usd == Decimal("0.00016")
    assert [chunk.text for chunk in answer.chunks[:2]] == ["I see it. I see it.", " I see it. I see it."]
    assert answer.chunks[-1].end == 199


def test_embedding_models_are_compared_each_by_its_own_count(planner):
    """Another model estimates, so its chunks are smaller; one without a price is refused and sinks no other."""
    text = "The lamp flickers when I dim it. " * 40
    rows = (Embedding("other", dimensions=768, limit_tokens=64), Embedding("unpriced"), Embedding("nobody"))
    answer = planner.chunks(ChunksQuestion(model=SMALL, text=text, limit_tokens=100, embeddings=rows))
    (other,) = answer.embeddings
    assert (other.limit_tokens, other.fits, other.storage.bytes) == (64, None, other.chunks * 768 * 4)
    assert other.chunks > answer.plan.chunks
    assert other.cost.low_usd < other.cost.usd < other.cost.high_usd
    assert [(each.requested, each.type) for each in answer.refused] == [
        ("unpriced", "not-priced"),
        ("nobody", "unknown-model"),
    ]
    with pytest.raises(NotPriced):
        planner.chunks(ChunksQuestion(model="unpriced", text=text))


def test_a_limit_over_the_models_input_is_told(planner):
    """Chunks of 512 may pass the 400 tokens that the model takes."""
    plan = planner.chunks(ChunksQuestion(model=SMALL, document_tokens=5000)).plan
    assert plan.fits is False
    assert "takes at most 400 tokens" in plan.warnings[-1]


@pytest.mark.parametrize(("limit", "overlap"), [(1, 0), (10_000, 9_990)])
def test_what_would_take_minutes_is_refused(planner, limit, overlap):
    """120,000 one-token chunks, or 11,000 chunks of 10,000 tokens each, are too large; the figures alone are not."""
    asked = {"model": SMALL, "limit_tokens": limit, "overlap_tokens": overlap}
    with pytest.raises(TooLarge, match=r"at most 100000 are cut by sentences"):
        planner.chunks(ChunksQuestion(**asked, text=" word" * 120_000))
    assert planner.chunks(ChunksQuestion(**asked, document_tokens=120_000)).plan.chunks > 10_000


@pytest.mark.parametrize("margin", [0.0, 0.25])
def test_a_margin_takes_the_place_of_the_high_bound(planner, margin):
    """With a margin, the middle figure and that share of it stay within the limit."""
    question = ChunksQuestion(model="other", text="The lamp flickers. " * 60, limit_tokens=50, safety_margin=margin)
    assert max(chunk.tokens * (1 + margin) for chunk in planner.chunks(question).chunks) <= 50


@pytest.mark.parametrize(
    ("wrong", "key"),
    [
        ({}, "text"),
        ({"text": "x", "document_tokens": 1}, "text"),
        ({"text": "x", "limit_tokens": 0}, "limit_tokens"),
        ({"text": "x", "limit_tokens": 8, "overlap_tokens": 8}, "overlap_tokens"),
        ({"text": "x", "overlap_tokens": -1}, "overlap_tokens"),
        ({"document_tokens": -1}, "document_tokens"),
        ({"document_tokens": 10**13}, "document_tokens"),
        ({"document_tokens": 1, "with_text": True}, "with_text"),
        ({"text": "x", "by": "code"}, "language"),
        ({"text": "x", "language": "python"}, "language"),
        ({"text": "x", "by": "code", "language": "cobol"}, "language"),
        ({"text": "x", "safety_margin": float("nan")}, "safety_margin"),
        ({"text": "x", "safety_margin": 1.5}, "safety_margin"),
        ({"text": "x", "dimensions": 0}, "dimensions"),
        ({"text": "x", "bytes_per_dimension": 0}, "bytes_per_dimension"),
        ({"text": "x", "metadata_bytes": -1}, "metadata_bytes"),
        ({"text": "x", "usd_per_gb_month": Decimal(-1)}, "usd_per_gb_month"),
        ({"text": "x", "usd_per_gb_month": Decimal("NaN")}, "usd_per_gb_month"),
        ({"text": "x", "usd_per_gb_month": Decimal("1e-30")}, "usd_per_gb_month"),
        ({"text": "x", "embeddings": (Embedding("other", dimensions=-1),)}, "dimensions"),
        ({"text": "x", "embeddings": (Embedding("other"),) * 21}, "embeddings"),
    ],
)
def test_a_question_out_of_range_is_refused_by_its_key(planner, wrong, key):
    """Each is an error that names the key, never a plan."""
    with pytest.raises(InvalidInput) as caught:
        planner.chunks(ChunksQuestion(**{"model": SMALL, **wrong}))
    assert caught.value.problems[0].loc[-1] == key
