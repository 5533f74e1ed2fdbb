"""What a name means: each rule on a catalog made for it, and what must never resolve."""

from __future__ import annotations

import pytest
from catalogs import priced
from hypothesis import given
from hypothesis import strategies as st

from pricing import AmbiguousModel, InvalidInput, TokenplanError, UnknownModel
from pricing.names import has_vendor

P = {"prices": [priced(input_tokens="1", output_tokens="2")]}
MODELS = {
    "openai/gpt-5-mini": P | {"aliases": ["gpt-5-mini-2025-08-07"]},
    "openai/gpt-4o": P,
    "openai/gpt-4o-2024-05-13": P,
    "openai/gpt-4o-2024-08-06": P,
    "openai/o9": P,
    "openai/ft:gpt-4.1-mini-2025-04-14": P,
    "openai/gpt-4.1-mini": P,
    "anthropic/claude-haiku-4-5-20251001": P,
    "anthropic/claude-twin-1-20250101": P,
    "anthropic/claude-twin-1-20250202": P,
    "aws/anthropic.claude-haiku-4-5-20251001-v1:0": {
        "prices": [priced(input_tokens="1"), priced(input_tokens="1.1") | {"region": "us"}]
    },
    "azure/gpt-5-mini": {"prices": [priced(input_tokens="1.1") | {"region": "eu"}]},
    "vertex/claude-haiku-4-5@20251001": P,
    "openrouter/openai/gpt-5-mini": P,
    "groq/llama-3.3-70b-versatile": P,
    "shop/deep-v4": P | {"resold": True},
    "shop/deep-own-20260101": P,
    "together/meta-llama/Llama-3.3-70B": P,
}
HOSTS = ("aws", "azure", "vertex", "openrouter", "groq", "together")


@pytest.fixture
def catalog(make_catalog):
    return make_catalog(MODELS, hosts=HOSTS)


@pytest.mark.parametrize(
    ("name", "provider", "found", "rule"),
    [
        ("gpt-5-mini", None, "openai/gpt-5-mini", "exact"),
        ("gpt-5-mini-2025-08-07", None, "openai/gpt-5-mini", "alias"),
        ("GPT-5-Mini", None, "openai/gpt-5-mini", "case"),
        ("gpt-5-mini-20250807", None, "openai/gpt-5-mini", "date spelling"),
        ("gpt-5-mini@2025-08-07", None, "openai/gpt-5-mini", "date spelling"),
        ("o9-2026-01-01", None, "openai/o9", "dated suffix"),
        ("gpt-4o-latest", None, "openai/gpt-4o", "latest"),
        ("claude-haiku-4-5", None, "anthropic/claude-haiku-4-5-20251001", "only snapshot"),
        ("claude-haiku-4-5@20251001", None, "anthropic/claude-haiku-4-5-20251001", "date spelling"),
        ("claude-haiku-4-5-latest", None, "anthropic/claude-haiku-4-5-20251001", "latest"),
        ("openai/gpt-5-mini", None, "openai/gpt-5-mini", "prefix openai/"),
        ("openrouter/openai/gpt-5-mini", None, "openrouter/openai/gpt-5-mini", "prefix openrouter/"),
        ("openai/gpt-5-mini", "openrouter", "openrouter/openai/gpt-5-mini", "exact"),
        ("openai/gpt-5-mini", "openai", "openai/gpt-5-mini", "exact"),
        ("azure/eu/gpt-5-mini", None, "azure/gpt-5-mini", "prefix azure/, region profile eu"),
        ("groq/llama-3.3-70b-versatile", None, "groq/llama-3.3-70b-versatile", "prefix groq/"),
        ("claude-haiku-4-5", "vertex", "vertex/claude-haiku-4-5@20251001", "only snapshot"),
        ("claude-haiku-4-5-20251001", "vertex", "vertex/claude-haiku-4-5@20251001", "date spelling"),
        ("anthropic.claude-haiku-4-5-20251001-v1:0", None, "aws/anthropic.claude-haiku-4-5-20251001-v1:0", "exact"),
        (
            "us.anthropic.claude-haiku-4-5-20251001-v1:0",
            None,
            "aws/anthropic.claude-haiku-4-5-20251001-v1:0",
            "region profile us",
        ),
        ("ft:gpt-4.1-mini-2025-04-14:acme::abc", None, "openai/ft:gpt-4.1-mini-2025-04-14", "fine-tuned"),
        ("ft:gpt-4.1-mini:acme::abc", None, "openai/ft:gpt-4.1-mini-2025-04-14", "fine-tuned"),
        ("deep-own", None, "shop/deep-own-20260101", "only snapshot"),
        ("shop/deep-v4", None, "shop/deep-v4", "prefix shop/"),
        ("meta-llama/Llama-3.3-70B", "together", "together/meta-llama/Llama-3.3-70B", "exact"),
    ],
)
def test_a_name_resolves_by_a_rule_that_is_said(catalog, name, provider, found, rule):
    """Each spelling in use leads to one listed model, and the answer says which rule led there."""
    answer = catalog.resolve(name, provider)
    assert (f"{answer.model.provider}/{answer.model.id}", answer.rule) == (found, rule)


def test_a_region_profile_prices_in_its_region(catalog):
    """`us.` before a Bedrock id means the us offer."""
    assert catalog.resolve("us.anthropic.claude-haiku-4-5-20251001-v1:0").region == "us"


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("gpt-5-minus", "gpt-5-mini"),
        ("gpt-5-mini-pro", "gpt-5-mini"),
        ("gpt-4o-2031-01-01", "gpt-4o-2024-05-13"),  # a snapshot that is not listed beside ones that are
        ("gpt-4o-2024-13-45", "gpt-4o-2024-05-13"),
        ("claude-haiku-4-6", "claude-haiku-4-5-20251001"),
        ("ft:gpt-4o:acme::abc", None),  # a fine-tuned price is never the base's
        ("openai/llama-3.3-70b-versatile", None),
    ],
)
def test_an_unknown_sibling_is_an_error_with_the_nearest_names(catalog, name, near):
    """Nothing inherits a price by looking alike."""
    with pytest.raises(UnknownModel) as caught:
        catalog.resolve(name)
    assert near is None or near in caught.value.nearest
    assert caught.value.problems[0].loc == ("model",)


def test_a_name_that_only_hosts_sell_lists_them(catalog):
    """Meta has no price here, so a bare Llama is a question of who serves it."""
    with pytest.raises(AmbiguousModel, match="Sold by: groq") as caught:
        catalog.resolve("llama-3.3-70b-versatile")
    assert caught.value.nearest == ("groq/llama-3.3-70b-versatile",)


def test_a_maker_that_only_resells_a_model_is_one_choice_among_sellers(catalog):
    """A bare name never means somebody else's API by accident."""
    with pytest.raises(AmbiguousModel, match=r"no maker sells 'deep-v4' itself.*Sold by: shop"):
        catalog.resolve("deep-v4")


def test_two_snapshots_make_the_undated_name_ambiguous(catalog):
    """Which of two snapshots an undated name means is the caller's to say."""
    with pytest.raises(AmbiguousModel, match="name one") as caught:
        catalog.resolve("claude-twin-1")
    assert caught.value.nearest == ("claude-twin-1-20250101", "claude-twin-1-20250202")


@pytest.mark.parametrize(
    ("name", "provider"),
    [
        ("gpt-4o-latest-latest", None),
        ("gpt-4o-2024-08-06-latest", None),
        ("gpt-4o-latest-2031-01-31", None),
        ("us.gpt-4o", None),
        ("apac.gpt-4o", "openai"),
        ("eu.ft:gpt-4.1-mini-2025-04-14", "openai"),
    ],
)
def test_what_no_api_would_call_so_is_refused(catalog, name, provider):
    """A latest of a latest or of a snapshot, a date on a latest, and a geography before an id without a vendor."""
    with pytest.raises(UnknownModel):
        catalog.resolve(name, provider)


@pytest.mark.parametrize(
    ("name", "has"),
    [
        ("anthropic.claude-opus-5", True), ("us-gov.anthropic.claude-opus-5", True), ("ai21.j2-mid-v1", True),
        ("qwen3.6-27b", False), ("qwen/qwen3.6-27b", False), ("gpt-4.1", False), ("ft:gpt-4.1-mini", False),
    ],
)  # fmt: skip
def test_a_vendor_is_a_word_before_a_dot(name, has):
    """A version before a dash is none."""
    assert has_vendor(name) is has


def test_latest_is_the_newest_listed_snapshot_and_says_so(catalog):
    """`-latest` moves, so the answer says where it pointed."""
    answer = catalog.resolve("claude-twin-1-latest")
    assert answer.model.id == "claude-twin-1-20250202"
    assert "newest listed snapshot" in answer.warnings[0]


@pytest.mark.parametrize("name", ["", "  ", "x" * 300])
def test_no_name_at_all_is_an_error(catalog, name):
    """An empty or endless name is refused before any rule runs."""
    with pytest.raises(InvalidInput, match="must be a name"):
        catalog.resolve(name)


def test_an_unknown_provider_is_an_error_with_the_valid_ones(catalog):
    """The provider is checked before the model."""
    with pytest.raises(UnknownModel, match="unknown provider 'opnai'") as caught:
        catalog.resolve("gpt-5-mini", "opnai")
    assert caught.value.problems[0].loc == ("provider",)


@given(name=st.text(max_size=60))
def test_any_text_resolves_to_a_listed_model_or_is_refused(any_catalog, name):
    """No spelling crashes the resolver."""
    try:
        found = any_catalog.resolve(name)
    except TokenplanError:
        return
    assert f"{found.model.provider}/{found.model.id}" in MODELS


@pytest.fixture(scope="module")
def any_catalog(tmp_path_factory):
    from catalogs import write_catalog

    from pricing import Catalog

    return Catalog(str(write_catalog(tmp_path_factory.mktemp("any") / "c", MODELS, hosts=HOSTS)))
