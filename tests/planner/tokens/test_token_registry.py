"""Every model of the catalog has a way of counting, by whatever name a host lists it."""

import json
from pathlib import Path

import pytest
from tiktoken.model import MODEL_PREFIX_TO_ENCODING, MODEL_TO_ENCODING

import pricing
from planner.tokens import encodings, kinds, registry

SHIPPED = registry.shipped()
PROVIDERS = Path(pricing.__file__).parent / "data" / "providers"

NAMES = (
    ("openai", "gpt-5-mini", "o200k", "exact"),
    ("openai", "gpt-5.4-mini-2026-03-17", "o200k", "exact"),
    ("azure", "gpt-5-2025-08-07", "o200k", "exact"),
    ("azure", "azure/gpt-5-mini", "o200k", "exact"),
    ("openrouter", "openai/gpt-5-mini", "o200k", "exact"),
    ("openrouter", "openai/gpt-5.1:batch", "o200k", "exact"),
    ("databricks", "databricks-gpt-5-4-mini", "o200k", "exact"),
    ("aws", "openai.gpt-5.5", "o200k", "exact"),
    ("openai", "o1", "o200k", "exact"),
    ("openai", "o3-deep-research", "o200k", "exact"),
    ("openai", "o4-mini-2025-04-16", "o200k", "exact"),
    ("openai", "gpt-4.1-nano", "o200k", "exact"),
    ("openai", "ft:gpt-4.1-mini:acme::7p4lURel", "o200k", "exact"),
    ("openai", "ft:gpt-4.1-mini-2025-04-14:gpt-4::x", "o200k", "exact"),
    ("openai", "chatgpt-4o-latest", "o200k", "exact"),
    ("openai", "codex-mini-latest", "codex-mini", "exact"),
    ("openai", "gpt-4o-mini", "gpt-4o", "exact"),
    ("openai", "gpt-4-turbo", "cl100k", "exact"),
    ("openai", "gpt-3.5-turbo-0125", "cl100k", "exact"),
    ("azure", "gpt-35-turbo-16k", "cl100k", "exact"),
    ("openai", "text-embedding-3-large", "cl100k", "exact"),
    ("openai", "davinci-002", "cl100k", "exact"),
    ("openai", "davinci", "r50k", "exact"),
    ("openai", "text-davinci-003", "p50k", "exact"),
    ("groq", "openai/gpt-oss-120b", "gpt-oss", "exact"),
    ("aws", "openai.gpt-oss-20b-1:0", "gpt-oss", "exact"),
    ("openai", "gpt-6-sol", "openai_unpublished", "estimated"),
    ("openai", "gpt-realtime-mini", "openai_unpublished", "estimated"),
    ("openai", "gpt-audio", "openai_unpublished", "estimated"),
    ("openrouter", "openai/gpt-luna-latest", "openai_unpublished", "estimated"),
    ("anthropic", "claude-3-5-haiku-latest", "claude_3", "estimated"),
    ("aws", "anthropic.claude-haiku-4-5-20251001-v1:0", "claude_3", "estimated"),
    ("aws", "us.anthropic.claude-opus-4-6-v1", "claude_3", "estimated"),
    ("vertex", "claude-sonnet-4@20250514", "claude_3", "estimated"),
    ("anthropic", "claude-opus-4-7", "claude_4_7", "estimated"),
    ("anthropic", "claude-opus-4-8", "claude_5", "estimated"),
    ("openrouter", "anthropic/claude-sonnet-5.5", "claude_5", "estimated"),
    ("anthropic", "claude-opus-latest", "claude_unplaced", "estimated"),
    ("google", "gemini-2.5-flash", "gemini", "estimated"),
    ("google", "gemini-3-pro-preview", "gemini", "estimated"),
    ("google", "gemini-4-argon", "gemini_unplaced", "estimated"),
    ("groq", "llama-3.3-70b-versatile", "llama_3", "estimated"),
    ("fireworks", "accounts/fireworks/models/llama-v3p3-70b-instruct", "llama_3", "estimated"),
    ("aws", "us.meta.llama3-1-70b-instruct-v1:0", "llama_3", "estimated"),
    ("together", "meta-llama/Llama-4-Maverick-17B-128E-Instruct-FP8", "llama_4", "estimated"),
    ("groq", "deepseek-r1-distill-llama-70b", "llama_3", "estimated"),
    ("together", "meta-llama/Llama-2-13b-chat-hf", "llama_2", "estimated"),
    ("aws", "qwen.qwen3-32b-v1:0", "qwen_3", "estimated"),
    ("openrouter", "qwen/qwen3.6-plus", "qwen_3_6", "estimated"),
    ("alibaba", "qwen-plus", "qwen_unplaced", "estimated"),
    ("mistral", "mistral-small-2506", "mistral", "estimated"),
    ("together", "mistralai/Mixtral-8x7B-Instruct-v0.1", "mistral_sentencepiece", "estimated"),
    ("deepseek", "deepseek-v4-flash", "deepseek", "estimated"),
    ("x-ai", "grok-4", "unknown", "estimated"),
    ("azure", "Phi-4", "phi_4", "estimated"),
    ("azure", "Phi-4-mini-instruct", "unknown", "estimated"),
    ("openrouter", "z-ai/glm-4.5-air", "glm_4_5", "estimated"),
    ("openrouter", "z-ai/glm-4.6", "glm_4_6", "estimated"),
    ("openrouter", "z-ai/glm-5", "glm_unplaced", "estimated"),
    ("openrouter", "moonshotai/kimi-k2-thinking", "kimi_k2", "estimated"),
    ("openrouter", "moonshotai/kimi-latest", "kimi_unplaced", "estimated"),
    ("mistral", "mistral-large-4", "mistral_unplaced", "estimated"),
    ("openrouter", "qwen/qwen3.8-max", "qwen_3_7", "estimated"),
    ("aws", "mistral.mixtral-8x7b-instruct-v0:1", "mistral_sentencepiece", "estimated"),
    ("aws", "mistral.mistral-large-2402-v1:0", "mistral_sentencepiece", "estimated"),
    ("openai", "gpt-4odd", "openai_unpublished", "estimated"),
    ("openai", "gpt-5.1-codex-mini", "o200k", "exact"),
    ("google", "gemini-2.5-computer-use-preview-10-2025", "gemini", "estimated"),
    ("aws", "deepseek.v3.1", "deepseek", "estimated"),
    ("openai", "ft:gpt-4o-mini-2024-07-18:claude-sonnet-4-5::x", "gpt-4o", "exact"),
    (None, "a-model-of-mine", "unknown", "estimated"),
    (None, "", "unknown", "estimated"),
    (None, "adaptive-9", "unknown", "estimated"),
)


@pytest.mark.parametrize(("provider", "model", "family", "how"), NAMES)
def test_names_find_their_family(provider, model, family, how):
    """A model's name, as its provider or a host spells it, finds the family that counts it."""
    method = SHIPPED.method(model, provider)
    assert (method.family, method.how) == (family, how)


@pytest.mark.parametrize(
    "model", [*MODEL_TO_ENCODING, *(f"{start.rstrip('-')}-x" for start in MODEL_PREFIX_TO_ENCODING)]
)
def test_agrees_with_tiktokens_map(model):
    """Where tiktoken's map names an encoding we ship, the registry counts with it and calls that exact."""
    known = MODEL_TO_ENCODING | {f"{start.rstrip('-')}-x": name for start, name in MODEL_PREFIX_TO_ENCODING.items()}
    method = SHIPPED.method(model, "openai")
    if known[model] == "p50k_edit":
        assert (method.encoding, method.how) == ("o200k_base", "estimated")
    else:
        assert (method.encoding, method.how) == (known[model].replace("gpt2", "r50k_base"), "exact")


@pytest.mark.parametrize("method", {one.family: one for one in SHIPPED.names.values()}.values(), ids=lambda m: m.family)
def test_families_are_whole(method):
    """Each family has a shipped encoding and a source; estimates have an ordered ratio for every kind of text."""
    assert method.encoding in encodings.ENCODINGS
    assert method.source
    assert method.observed <= "2026-11-25"
    assert (method.ratios is None) == (method.how == "exact")
    if method.ratios is not None:
        assert set(method.ratios) == set(kinds.KINDS)
        assert all(0 < ratio.low <= ratio.middle <= ratio.high for ratio in method.ratios.values())
    if method.bounds is not None:
        assert method.bounds[0] < 1 < method.bounds[1]
        assert method.note


def test_no_name_stands_in_two_families():
    """A beginning of a name belongs to one family: the data holds no duplicates and only lower case."""
    data = json.loads(Path(registry.SHIPPED).read_text(encoding="utf-8"))
    names = [name for family in data["families"].values() for name in family["models"]]
    assert len(names) == len(set(names))
    assert names == [name.lower() for name in names]


def test_unknown_models_span_the_measured_ones():
    """The bounds for a model nothing is known of hold the ratio of every measured family on every kind of text."""
    wide = SHIPPED.unknown
    for method in {one.family: one for one in SHIPPED.names.values() if one.ratios}.values():
        for kind, ratio in method.ratios.items():
            middle = wide.ratios[kind].middle
            low = min(wide.ratios[kind].low, middle * wide.bounds[0])
            high = max(wide.ratios[kind].high, middle * wide.bounds[1])
            assert low <= ratio.middle <= high, (method.family, kind)


def test_catalog_is_covered():
    """Of the models that the catalog's makers sell, most have a measured family; every other one counts as unknown."""
    measured = {}
    for path in sorted(PROVIDERS.glob("*.json")):
        listed = json.loads(path.read_text(encoding="utf-8"))
        provider, models = listed["provider"], listed["models"]
        known = sum(SHIPPED.method(model, provider).family != "unknown" for model in models)
        measured[provider] = known, len(models)
    assert sum(total for _, total in measured.values()) > 2000
    for maker in ("openai", "anthropic", "google", "deepseek"):
        known, total = measured[maker]
        assert known >= 0.9 * total, (maker, known, total)
    assert sum(known for known, _ in measured.values()) > 0.5 * sum(total for _, total in measured.values())
