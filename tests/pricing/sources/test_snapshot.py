"""The shipped snapshot keeps the format's rules over all its files, and holds what was promised."""

from __future__ import annotations

import json
from collections import Counter
from itertools import chain

import pytest

from pricing.sources import build, check, corrections, emit, fetch

MUST_HAVE = (
    "openai", "anthropic", "google", "vertex", "mistral", "deepseek", "x-ai", "cohere", "aws", "azure", "groq",
    "together", "fireworks", "openrouter", "alibaba", "meta",
)  # fmt: skip


@pytest.fixture(scope="module")
def files():
    """Every file of the shipped snapshot as text."""
    paths = chain(build.DATA.glob("*.json"), build.DATA.glob("providers/*.json"))
    return {path.relative_to(build.DATA).as_posix(): path.read_text(encoding="utf-8") for path in paths}


@pytest.fixture(scope="module")
def index(files):
    """The shipped index."""
    return json.loads(files["index.json"])


@pytest.fixture(scope="module")
def models(files):
    """Every shipped model entry by provider and id."""
    providers = (json.loads(text) for name, text in files.items() if name.startswith("providers/"))
    return {(data["provider"], model): entry for data in providers for model, entry in data["models"].items()}


def test_every_rate_set_keeps_the_rules(files):
    """Known buckets, plain decimals, no zero that is not free, no ties, a source and a date everywhere."""
    check.check(files)


def test_more_than_2000_models_have_real_prices(models):
    """The promise was 2,000, from every provider named."""
    priced = {key for key, entry in models.items() if any(not line.get("free") for line in entry["prices"])}
    assert len(priced) > 2000
    assert set(MUST_HAVE) <= {provider for provider, _ in priced}


def test_the_index_lists_every_id_and_alias_with_its_providers(index, models):
    """Neither more nor fewer names than the provider files have."""
    listed = {(provider, name) for name, providers in index["ids"].items() for provider in providers}
    known = {(p, name) for (p, model), entry in models.items() for name in (model, *entry.get("aliases", ()))}
    assert listed == known
    counted = {name: row["models"] for name, row in index["providers"].items()}
    assert sum(counted.values()) == len(models)


def test_a_name_means_one_model_of_a_provider(models):
    """No alias is another model's id or alias."""
    names = Counter(
        (p, name)
        for (p, model), entry in models.items()
        for name in {model.lower(), *map(str.lower, entry.get("aliases", ()))}
    )
    assert [name for name, count in names.items() if count > 1] == []


def test_the_version_is_the_digest_of_the_provider_files(files, index):
    """A change to any figure changes the catalog's version."""
    assert index["version"] == emit.version(index["observed"], files)


def test_every_figure_is_from_a_pinned_source(index, models):
    """Sources carry their version, and each is in the index with licence and date; a correction names its evidence."""
    known = {f"{row['name']} {row['version']}" for row in index["sources"]}
    assert known == {f"{package.name} {package.version}" for package in fetch.pins()}
    lines = [line for entry in models.values() for line in entry["prices"]]
    used = {line["source"] for line in lines}
    used |= {origin["source"] for line in lines for origin in line.get("sources", {}).values()}
    corrected = {f"{rule['source']} (correction)" for rule in corrections.load().tables["set_price"]}
    assert used <= known | corrected


def test_a_prefix_names_one_provider(index):
    """No spelling before a slash means two providers."""
    prefixes = [prefix for row in index["providers"].values() for prefix in row["prefixes"]]
    assert len(prefixes) == len(set(prefixes))


@pytest.mark.parametrize(
    ("name", "maker"),
    [
        ("gpt-5-mini", "openai"), ("claude-haiku-4-5", "anthropic"), ("gemini-2.5-pro", "google"),
        ("grok-4.3", "x-ai"), ("deepseek-v4-pro", "deepseek"), ("kimi-k3", "moonshotai"), ("glm-5.3", "zai"),
        ("qwen-plus", "alibaba"), ("mistral-medium-latest", "mistral"), ("MiniMax-M3", "minimax"),
    ],
)  # fmt: skip
def test_a_familys_maker_comes_first(index, models, name, maker):
    """Resellers of a family, makers or hosts, stand after the provider that makes it."""
    first, *others = index["ids"][name]
    assert first == maker
    makers = [other for other in others if index["providers"][other]["maker"]]
    assert all(models[other, name].get("resold") for other in makers if (other, name) in models)


@pytest.mark.parametrize(
    ("provider", "model", "tier", "rates"),
    [
        ("anthropic", "claude-haiku-4-5", "standard", {"input_tokens": "1", "cache_write_1h_tokens": "2"}),
        ("anthropic", "claude-haiku-4-5", "batch", {"input_tokens": "0.5", "output_tokens": "2.5"}),
        ("google", "gemini-2.5-pro", "standard", {"input_tokens": "1.25", "output_tokens": "10"}),
        ("openai", "gpt-5.6-sol", "standard", {"input_tokens": "4", "output_tokens": "20"}),
        ("mistral", "mistral-medium-latest", "batch", {"input_tokens": "0.75", "output_tokens": "3.75"}),
        ("cohere", "command-r", "standard", {"input_tokens": "0.15", "output_tokens": "0.6"}),
        ("groq", "openai/gpt-oss-120b", "standard", {"input_tokens": "0.15", "output_tokens": "0.6"}),
        ("aws", "amazon.nova-pro-v1:0", "standard", {"input_tokens": "0.8", "output_tokens": "3.2"}),
        ("azure", "gpt-5", "batch", {"input_tokens": "0.625", "output_tokens": "5"}),
    ],
)
def test_well_known_current_prices(models, provider, model, tier, rates):
    """A dozen prices read by eye from the sources on 2026-11-23."""
    current = next(
        line["rates"]
        for line in models[provider, model]["prices"]
        if line.get("tier", "standard") == tier and not {"valid_to", "prompt_above", "region", "hours"} & line.keys()
    )
    assert rates.items() <= current.items()


def test_azure_gpt_5_has_openais_window_beside_its_input_limit(models):
    """400,000 in all and 272,000 in, where Azure's own rows know only the second."""
    limits = models["azure", "gpt-5"]["limits"]
    assert (limits["context_window"], limits["max_input_tokens"]) == (400000, 272000)


def test_announced_prices_are_kept(models):
    """A price that begins after the newest source was seen is in the snapshot and says so."""
    lines = [line for entry in models.values() for line in entry["prices"]]
    assert any(line.get("basis") == "announced" and line["valid_from"] > "2026-12-31" for line in lines)
