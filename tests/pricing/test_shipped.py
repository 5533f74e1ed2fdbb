"""The shipped catalog as a user meets it: every listed name resolves, every price is a price."""

from __future__ import annotations

from decimal import Decimal

import pytest
from catalogs import NOW

from pricing import BUCKETS, NotPriced, Usage, cost


def test_every_listed_id_and_alias_resolves_to_itself(shipped):
    """With its provider named, and with the provider as a prefix, an id means exactly its model."""
    for model in shipped.models():
        assert shipped.resolve(model.id, model.provider).model is model
        assert shipped.resolve(f"{model.provider}/{model.id}").model is model
        for alias in model.aliases:
            assert shipped.resolve(alias, model.provider).model is model, alias


def test_the_index_names_every_id(shipped):
    """The index is derived from the files and leaves nothing out."""
    for model in shipped.models():
        for name in (model.id, *model.aliases):
            assert model.provider in shipped.sellers(name), name


def test_more_than_two_thousand_models_have_prices(shipped):
    """From at least the sixteen providers a plan is likely to name."""
    priced = [model for model in shipped.models() if model.sets]
    assert len(priced) > 2000
    named = {"openai", "anthropic", "google", "vertex", "mistral", "deepseek", "x-ai", "cohere", "aws", "azure"}
    named |= {"groq", "together", "fireworks", "openrouter", "alibaba", "meta"}
    assert named <= {model.provider for model in priced}


def test_no_model_is_silently_free(shipped):
    """A million of any bucket costs something, unless the set is marked free."""
    for model in shipped.models():
        for each in model.sets:
            for bucket, rate in each.rates.items():
                assert rate.usd_per_unit > 0 or each.free, (model.provider, model.id, bucket)


def test_every_current_standard_price_can_be_asked_for(shipped):
    """Each bucket a model prices today is priced when it is used alone: rate times quantity, to the digit."""
    asked = 0
    for model in shipped.models():
        for each in model.sets:
            if (
                (each.tier, each.region, each.window) != ("standard", None, None)
                or each.threshold
                or not each.valid(NOW)
            ):
                continue
            for bucket, rate in each.rates.items():
                answer = cost(
                    Usage(**{bucket: 1000, "requests": 0}) if bucket != "requests" else Usage(),
                    shipped.resolve(model.id, model.provider),
                    at=NOW,
                )
                quantity = 1 if bucket == "requests" else 1000
                line = next(line for line in answer.lines if line.bucket == bucket)
                if any(other.threshold or other.window for other in model.sets):
                    continue
                assert line.amount_usd == rate.usd_per_unit * quantity / BUCKETS[bucket].per
                asked += 1
    assert asked > 4000


@pytest.mark.parametrize(
    ("name", "buckets", "tier", "expected"),
    [
        # gpt-5-mini: 0.25 in, 0.025 cached, 2 out a million; batch and flex half, priority 0.45 / 3.60
        ("gpt-5-mini", {"input_tokens": 10**6, "output_tokens": 10**6}, None, "2.25"),
        ("gpt-5-mini", {"cache_read_tokens": 10**6}, None, "0.025"),
        ("gpt-5-mini", {"input_tokens": 10**6, "output_tokens": 10**6}, "batch", "1.125"),
        ("gpt-5-mini", {"input_tokens": 10**6, "output_tokens": 10**6}, "priority", "4.05"),
        # claude-haiku-4-5: 1 in, 5 out, write 1.25 (5 min) and 2 (1 h), read 0.10
        ("claude-haiku-4-5", {"input_tokens": 10**6, "output_tokens": 10**6}, None, "6"),
        ("claude-haiku-4-5", {"cache_write_5m_tokens": 10**6, "cache_write_1h_tokens": 10**6}, None, "3.25"),
        ("claude-haiku-4-5", {"cache_read_tokens": 10**6}, None, "0.1"),
        # gemini-2.5-pro: 1.25 / 10 up to 200k tokens of prompt, 2.50 / 15 above
        ("gemini-2.5-pro", {"input_tokens": 200_000, "output_tokens": 1000}, None, "0.26"),
        ("gemini-2.5-pro", {"input_tokens": 200_001, "output_tokens": 1000}, None, "0.5150025"),
        # grok-4.3: 1.25 / 2.50 below 200k, 2.50 / 5 from 200k on
        ("grok-4.3", {"input_tokens": 199_999}, None, "0.24999875"),
        ("grok-4.3", {"input_tokens": 200_000}, None, "0.5"),
    ],
)
def test_well_known_prices_are_what_the_providers_publish(shipped, name, buckets, tier, expected):
    """List prices, worked by hand from the figures in the comments."""
    assert cost(Usage(**buckets), shipped.resolve(name), at=NOW, service_tier=tier).total_usd == Decimal(expected)


@pytest.mark.parametrize(
    ("at", "expected"), [("2026-11-23T02:00:00Z", 2), ("2026-11-23T05:00:00Z", 1), ("2026-11-22T02:00:00Z", 1)]
)
def test_deepseek_costs_twice_at_its_peak(shipped, at, expected):
    """Monday 02:00 UTC is peak, 05:00 and Sunday are not; the peak price is twice the other."""
    from datetime import datetime

    resolved = shipped.resolve("deepseek-flash")
    base = cost(Usage(input_tokens=10**6), resolved, at=datetime.fromisoformat("2026-11-22T12:00:00Z")).total_usd
    asked = cost(Usage(input_tokens=10**6), resolved, at=datetime.fromisoformat(at)).total_usd
    assert asked == base * expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("global.anthropic.claude-opus-5-5", "4"),
        ("us.anthropic.claude-opus-5-5", "4.4"),  # regional and geographic profiles cost a tenth more than global
        ("eu.anthropic.claude-opus-5-5", "4.4"),
        ("apac.anthropic.claude-opus-5-5", "4.4"),
        ("us.anthropic.claude-haiku-4-5-20251001-v1:0", "1.1"),
        ("us.zai.glm-5.3", "1.848"),
    ],
)
def test_a_bedrock_profile_is_priced_in_its_geography(shipped, name, expected):
    """A geography before a Bedrock id chooses that region's offer, never the global one; a million input tokens."""
    assert cost(Usage(input_tokens=10**6), shipped.resolve(name), at=NOW).total_usd == Decimal(expected)


@pytest.mark.parametrize("name", ["gpt-5-chat-latest", "gpt-5.1-chat-latest", "gpt-5.2-chat-latest"])
def test_a_chat_model_does_not_inherit_its_siblings_window(shipped, name):
    """They cost what GPT-5 costs and hold 128,000 tokens with 16,384 of answer, not 400,000 and 128,000."""
    limits = shipped.resolve(name).model.limits
    assert (limits.context_window or limits.max_input_tokens, limits.max_output_tokens) == (128_000, 16_384)


def test_no_alias_hides_a_geography(shipped):
    """An alias that begins with a region would skip the region's own prices."""
    for model in shipped.models("aws"):
        assert not [name for name in model.aliases if name.split(".")[0] in ("us", "eu", "apac", "au", "jp", "global")]


def test_an_unpriced_model_is_listed_and_refused(shipped):
    """Sources list models without prices; they are there, and an error when asked for a cost."""
    unpriced = next(model for model in shipped.models("openai") if not model.sets)
    with pytest.raises(NotPriced, match="listed without prices"):
        cost(Usage(input_tokens=1), shipped.resolve(unpriced.id, "openai"), at=NOW)
