"""OpenRouter's model list: prices per token as text, `-1` for "it depends", tiers by prompt length."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from pricing.sources import genai_prices, openrouter
from pricing.sources.records import Origin

ORIGIN = Origin("openrouter feed", "2026-11-24")


def read(pricing: dict, **more):
    """The record of a model with these prices."""
    text = json.dumps({"data": [{"id": "acme/one", "pricing": pricing, **more}]})
    (record,) = openrouter.read(text, ORIGIN)
    return record


def test_prices_are_per_million_and_zero_fees_are_none():
    """0.0000025 USD a token is 2.5 a million; a fee of zero is not a price."""
    (one,) = read({"prompt": "0.0000025", "completion": "0.00001", "request": "0", "web_search": "0.01"}).sets
    assert one.rates == {
        "input_tokens": Decimal("2.5"),
        "output_tokens": Decimal(10),
        "web_search_calls": Decimal("0.01"),
    }


@pytest.mark.parametrize("price", ["-1", "", None])
def test_a_price_that_depends_is_none(price):
    """The router's own models state -1; some state nothing."""
    assert read({"prompt": price, "completion": price}).sets == ()


def test_a_longer_prompt_has_prices_of_its_own():
    """An override from 200,000 tokens makes a whole set, with the base prices that it does not name."""
    override = {"min_prompt_tokens": 200_000, "prompt": "0.000006"}
    _, long = read({"prompt": "0.000003", "completion": "0.000015", "overrides": [override]}).sets
    assert (long.at_least, long.rates["input_tokens"], long.rates["output_tokens"]) == (200_000, 6, 15)


def test_limits_and_abilities_are_read():
    """Window, output limit, inputs and parameters of the list."""
    record = read(
        {"prompt": "0", "completion": "0"},
        context_length=128_000,
        top_provider={"max_completion_tokens": 16_384},
        architecture={"input_modalities": ["text", "image"]},
        supported_parameters=["tools"],
    )
    assert (record.context_window, record.max_output) == (128_000, 16_384)
    assert record.capabilities == ("tools", "vision")


def test_the_feed_of_genai_prices_reads_like_its_package():
    """The JSON feed and `data.py` are two spellings of one list: the same model gives the same sets."""
    python = (
        "providers: list = [Provider(id='acme', name='Acme', models=[ModelInfo(id='one', "
        "match=ClauseEquals(equals='one-1'), "
        "prices=ModelPrice(input_mtok=TieredPrices(base=Decimal('3'), tiers=[Tier(start=200000, price=Decimal('6'))]), "
        "output_mtok=Decimal('15')))])]"
    )
    tiers = {"base": 3, "tiers": [{"start": 200_000, "price": 6}]}
    model = {"id": "one", "match": {"equals": "one-1"}, "prices": {"input_mtok": tiers, "output_mtok": 15}}
    feed = json.dumps([{"id": "acme", "name": "Acme", "models": [model]}])
    origin = Origin("genai-prices feed", "2026-11-24")
    assert genai_prices.read(feed, origin) == genai_prices.read(python, origin)
