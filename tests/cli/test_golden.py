"""Every help, table, JSON and CSV of the command line, held against files; TOKENPLAN_GOLDEN=write rewrites them."""

from __future__ import annotations

import json

import pytest

from planner.cli.app import COMMANDS

PROMPT = "Summarise the customer's message in one sentence. Hello, my lamp flickers when I dim it. What can I do?"
MESSAGES = [{"role": "system", "content": "Answer briefly."}, {"role": "user", "content": "Wie spät ist es in Kiel?"}]
ANTHROPIC = {
    "input_tokens": 120,
    "cache_read_input_tokens": 4000,
    "cache_creation_input_tokens": 500,
    "cache_creation": {"ephemeral_5m_input_tokens": 300, "ephemeral_1h_input_tokens": 200},
    "output_tokens": 80,
    "service_tier": "standard",
}
MODELS = "gpt-5-mini,claude-haiku-4-5,gpt-4o,mistral-small"
ESTIMATE = ("estimate", "--text", PROMPT, "--models", MODELS)
ITEMS = [
    {"id": "order", "kind": "tools", "tokens": 180},
    {"id": "rules", "kind": "system", "text": "Answer from the passages only.", "role": "system"},
    {"id": "ask", "kind": "history", "tokens": 240, "turn": 1},
    {"id": "call", "kind": "history", "tokens": 370, "turn": 1, "needs": ["order"]},
    {"id": "again", "kind": "history", "tokens": 190, "turn": 2},
    {"id": "low", "kind": "retrieved", "tokens": 420, "score": 0.5},
    {"id": "high", "kind": "retrieved", "tokens": 380, "score": 0.9},
    {"id": "mid", "kind": "retrieved", "tokens": 350, "score": 0.7},
    {"id": "terms", "kind": "pinned", "tokens": 4200},
    {"id": "now", "kind": "question", "text": "Where is my parcel?", "role": "user"},
]
PACK = ("context", "pack", "claude-haiku-4-5", "ITEMS")
COMPARE = ("compare", "--input", "3000", "--output", "400")

ANSWERS = {
    "cost": ("cost", "gpt-5-mini", "1000", "200"),
    "cost-buckets": ("cost", "claude-haiku-4-5", "2000", "500", "--cache-read", "10000", "--web-search-calls", "2"),
    "cost-tier": ("cost", "claude-sonnet-4-5", "200001", "100"),
    "cost-region": ("cost", "gpt-4o-2024-08-06", "1000", "100", "--region", "eu"),
    "cost-batch-hour": ("cost", "deepseek-chat", "1000", "100", "--as-of", "2026-11-23T02:00:00Z"),
    "compare": COMPARE,
    "compare-named": (*COMPARE, "--models", "gpt-4o,gpt-5-mini,mistral-listed", "--baseline", "gpt-4o"),
    "compare-prompt": ("compare", "--text", PROMPT, "--output", "400", "--models", MODELS),
    "cost-nearest": ("cost", "deepseek-chat", "1000", "200", "--as-of", "2025-06-01", "--allow-nearest-price"),
    "tokens": ("tokens", "gpt-4o", "--text", PROMPT),
    "tokens-messages": ("tokens", "gpt-4o", "--messages", "-"),
    "estimate": (*ESTIMATE, "--output", "400"),
    "estimate-month": (
        *ESTIMATE, "--model", "mistral-listed", "--output-p50", "250", "--output-p95", "700", "--requests-per-month",
        "300000", "--cached-prefix-share", "0.6", "--cache-hit-rate", "0.8", "--reasoning", "100",
    ),
    "pack": (
        *PACK, "--budget", "6000", "--reserve-output", "800", "--policy", "score_first", "--order", "edges",
        "--position-quality", "0:1,0.5:0.6,1:0.9", "--cache-hit-rate", "0.8",
    ),
    "pack-summary": (*PACK, "--summarise-at", "0.002", "--summary-tokens", "100", "--keep-turns", "1"),
    "chunks": ("context", "chunks", "gpt-4o", "--text", PROMPT, "--limit", "16", "--overlap", "4"),
    "chunks-planned": (
        "context", "chunks", "gpt-4o", "--document-tokens", "1000000", "--overlap", "64", "--dimensions", "1536",
        "--embedding", "gpt-5-mini:768", "--usd-per-gb-month", "0.33",
    ),
    "models": ("models",),
    "models-filtered": ("models", "--capability", "reasoning", "--max-price", "1", "--min-context", "200000"),
    "models-show": ("models", "--show", "gpt-4o"),
    "prices": ("prices", "deepseek-chat"),
    "prices-history": ("prices", "deepseek-chat", "--history"),
    "prices-changes": ("prices", "changes", "--since", "2026-06-01"),
    "prices-changes-cheaper": (
        "prices", "changes", "--since", "2026-01-02", "--models", "gpt-5-mini,deepseek-chat", "--in-use", "gpt-4o",
        "--input", "3000", "--output", "400",
    ),
    "prices-conflicts": ("prices", "conflicts"),
}  # fmt: skip
WITHOUT_ROWS = {
    "fit": ("fit", "gpt-4o", "--input-tokens", "120000", "--reserve-output", "4000"),
    "fit-not": ("fit", "gpt-4o", "--input-tokens", "120000", "--reserve-output", "6000", "--reserve-reasoning", "3000"),
    "catalog": ("catalog",),
}
EVERY = {**ANSWERS, **WITHOUT_ROWS}


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help(command, tokenplan, golden):
    """Every command's help is the one on file and ends with examples."""
    ran = tokenplan(*([command] if command else []), "--help")
    assert (ran.code, ran.err) == (0, "")
    assert "examples:\n  tokenplan " in ran.out or "examples:\n  eval " in ran.out
    golden(f"help-{(command or 'tokenplan').replace(' ', '-')}.txt", ran.out)


@pytest.fixture(autouse=True)
def _items(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ITEMS").write_text(json.dumps(ITEMS))


@pytest.mark.parametrize("name", EVERY)
def test_table(name, tokenplan, golden):
    """Every command's page is the one on file."""
    ran = tokenplan(*EVERY[name], stdin=json.dumps(MESSAGES))
    refused = name in ("compare-named", "estimate-month")
    assert ("could not be answered for" in ran.err) is refused
    assert ran.code == (2 if refused else 1 if name == "fit-not" else 0)
    golden(f"{name}.txt", ran.out)


@pytest.mark.parametrize("name", EVERY)
def test_json(name, tokenplan, golden):
    """Every command's JSON is one line, parses, and is the one on file."""
    out = tokenplan(*EVERY[name], "--json", stdin=json.dumps(MESSAGES)).out
    assert out.count("\n") == 1
    golden(f"{name}.json", json.dumps(json.loads(out), indent=1, ensure_ascii=False) + "\n")


@pytest.mark.parametrize("name", ANSWERS)
def test_csv(name, tokenplan, golden):
    """Every command whose answer is rows writes the CSV on file."""
    golden(f"{name}.csv", tokenplan(*ANSWERS[name], "--csv", stdin=json.dumps(MESSAGES)).out)


def test_provider_usage(tokenplan, golden):
    """A provider's own usage object from stdin is priced bucket by bucket."""
    ran = tokenplan("cost", "claude-haiku-4-5", "--usage", "-", "--shape", "anthropic", stdin=json.dumps(ANTHROPIC))
    # 120 x 1 + 4000 x 0.1 + 300 x 1.25 + 200 x 2 + 80 x 5 = 120 + 400 + 375 + 400 + 400 = 1695 millionths
    assert "total  0.001695 USD" in ran.out
    golden("cost-anthropic.txt", ran.out)
