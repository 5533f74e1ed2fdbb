"""The user's own prices: they win, they are visible, and their errors name line and key."""

from __future__ import annotations

from decimal import Decimal

import pytest
from catalogs import NOW, priced, write_catalog

from pricing import BadCatalog, Catalog, Usage, cost
from pricing.pricefile import read_price_file

GOOD = """\
source = "ACME agreement"
observed = 2026-11-01

[names]
house-small = "openai/gpt-5-mini"

[[models."openai/gpt-5-mini".prices]]
rates = { input_tokens = "0.20", output_tokens = "1.60" }

[models."acme/private-llama"]
limits = { context_window = 131072 }
[[models."acme/private-llama".prices]]
rates = { input_tokens = "0.10", output_tokens = 1 }
"""


@pytest.fixture
def catalog(tmp_path):
    batch = priced(input_tokens="0.125", output_tokens="1") | {"tier": "batch"}
    folder = write_catalog(
        tmp_path / "c",
        {"openai/gpt-5-mini": {"prices": [priced(input_tokens="0.25", output_tokens="2"), batch]}},
    )

    def opened(text):
        path = tmp_path / "prices.toml"
        path.write_text(text)
        return Catalog(str(folder), read_price_file(str(path)))

    return opened


def total(catalog, name, **more):
    return cost(Usage(input_tokens=10**6, output_tokens=10**6), catalog.resolve(name), at=NOW, **more)


def test_own_rates_win_and_name_their_file(catalog):
    """1 M in at 0.20 and 1 M out at 1.60 make 1.80, and every line says whose agreement that is."""
    answer = total(catalog(GOOD), "gpt-5-mini")
    assert answer.total_usd == Decimal("1.80")
    assert all("ACME agreement" in line.source and "prices.toml" in line.source for line in answer.lines)
    assert answer.catalog.version.startswith("test+")


def test_tiers_the_file_does_not_name_stay_the_catalogs(catalog):
    """Batch was not negotiated: 0.125 + 1."""
    assert total(catalog(GOOD), "gpt-5-mini", service_tier="batch").total_usd == Decimal("1.125")


def test_own_names_and_private_models_resolve(catalog):
    """An alias leads to its model, a private deployment is priced: 0.10 + 1."""
    opened = catalog(GOOD)
    assert opened.resolve("house-small").rule == "your price file"
    assert total(opened, "house-small").total_usd == Decimal("1.80")
    assert total(opened, "acme/private-llama").total_usd == Decimal("1.10")
    assert total(opened, "private-llama").total_usd == Decimal("1.10")
    assert opened.resolve("private-llama").model.limits.context_window == 131072


def test_a_currency_is_converted_exactly(catalog):
    """0.20 EUR at 1.08 USD are 0.216 USD a million; 1.60 are 1.728: 1.944."""
    text = GOOD.replace("[names]", '[currency]\ncode = "EUR"\nusd = "1.08"\n\n[names]')
    assert total(catalog(text), "gpt-5-mini").total_usd == Decimal("1.944")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('input_tokens = "0.20"', "input_tokens = 0.2", r"line 8: .*rates\.input_tokens is 0\.2"),
        ('input_tokens = "0.20"', 'imput_tokens = "0.20"', "line 8: unknown bucket 'imput_tokens'.*input_tokens"),
        ('input_tokens = "0.20"', 'input_tokens = "-1"', r"line 8: .*must be a decimal string"),
        ('input_tokens = "0.20"', 'input_tokens = "0"', "line 8: .*say free = true"),
        ("observed = 2026-11-01\n", "", "line 1: observed is missing"),
        ("[names]", "[nmaes]", "line 4: unknown key 'nmaes'; .*names"),
        ('"openai/gpt-5-mini"\n', '"gpt-5-mini"\n', 'line 5: .*must read "provider/model"'),
        ("context_window", "context_windo", "line 11: unknown key 'context_windo'"),
        ('source = "ACME', 'source = ACME"', "line 1"),
        ("[names]", '[currency]\ncode = "EUR"\n[names]', "line 4: currency is"),
        ("rates = {", 'tier = "btach"\nrates = {', "line 8: .*did you mean 'batch'"),
        (
            '[models."openai/gpt-5-mini"',
            '[models."openai/gpt-5-mni"',
            "line 7: openai lists no model 'gpt-5-mni'.*gpt-5-mini",
        ),
        ('= "openai/gpt-5-mini"', '= "openai/gpt-5-mni"', "line 5: 'house-small' names openai/gpt-5-mni.*gpt-5-mini"),
        ('= "openai/gpt-5-mini"', '= "opnai/gpt-5-mini"', "line 5: 'house-small' names opnai/gpt-5-mini.*openai"),
        ("rates = {", 'valid_from = "2027-01-01"\nvalid_to = "2026-01-01"\nrates = {', "line 9: .*valid_to is"),
    ],
)
def test_errors_name_the_file_the_line_and_the_key(catalog, old, new, said):
    """A person finds the mistake without counting lines."""
    assert old in GOOD
    with pytest.raises(BadCatalog, match=rf"(?s)prices\.toml.*{said}"):
        catalog(GOOD.replace(old, new, 1))


def test_a_missing_file_is_an_error(tmp_path):
    """A price file that was named must exist: nothing falls back silently."""
    with pytest.raises(BadCatalog, match=r"nowhere\.toml"):
        read_price_file(str(tmp_path / "nowhere.toml"))
