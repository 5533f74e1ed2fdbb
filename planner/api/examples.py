"""An example body for each verb: OpenAPI shows them, the tests send them."""

from __future__ import annotations

from typing import Any, Final

_MESSAGES: Final = [
    {"role": "system", "content": "You are a support assistant. Answer from the passages only."},
    {"role": "user", "content": "My parcel says delivered, but nothing arrived. What now?"},
]

_ITEMS: Final = [
    {"id": "get_order", "kind": "tools", "tokens": 180},
    {"id": "rules", "kind": "system", "text": "Answer from the passages only.", "role": "system"},
    {"id": "ask-1", "kind": "history", "tokens": 240, "turn": 1},
    {"id": "call-1", "kind": "history", "tokens": 60, "turn": 1, "group": "call-1", "needs": ["get_order"]},
    {"id": "result-1", "kind": "history", "tokens": 310, "turn": 1, "group": "call-1"},
    {"id": "ask-2", "kind": "history", "tokens": 190, "turn": 2},
    {"id": "returns", "kind": "retrieved", "tokens": 420, "score": 0.82},
    {"id": "delivery", "kind": "retrieved", "tokens": 380, "score": 0.91},
    {"id": "warranty", "kind": "retrieved", "tokens": 350, "score": 0.4},
    {"id": "terms", "kind": "pinned", "tokens": 4200},
    {"id": "now", "kind": "question", "text": "My parcel says delivered, but nothing arrived.", "role": "user"},
]

_DOCUMENT: Final = (
    "Returns are free within 30 days. Keep the receipt, and send the parcel back with the label that came with it. "
    "We refund within five working days.\n\n"
    "Lamps are tested before they leave us. If one flickers all the same, tell us its number and we send another."
)

EXAMPLES: Final[dict[str, dict[str, dict[str, Any]]]] = {
    "/v1/cost": {
        "usage": {
            "summary": "Buckets",
            "value": {"model": "gpt-5-mini", "usage": {"input_tokens": 1000, "output_tokens": 200}},
        },
        "provider_usage": {
            "summary": "A provider's own usage object",
            "value": {
                "model": "claude-haiku-4-5",
                "provider_usage": {
                    "shape": "anthropic",
                    "payload": {"input_tokens": 120, "cache_read_input_tokens": 4800, "output_tokens": 310},
                },
            },
        },
        "batch": {
            "summary": "Batch tier",
            "value": {
                "model": "gpt-5-mini",
                "usage": {"input_tokens": 500000, "output_tokens": 20000},
                "service_tier": "batch",
            },
        },
    },
    "/v1/compare": {
        "named": {
            "summary": "Three models, the first is the baseline",
            "value": {
                "usage": {"input_tokens": 3000, "output_tokens": 400},
                "models": ["gpt-5", "gpt-5-mini", "claude-haiku-4-5"],
            },
        },
        "prompt": {
            "summary": "A prompt, counted by each model's own method",
            "value": {
                "messages": _MESSAGES,
                "output_tokens": 300,
                "models": ["gpt-5-mini", "claude-haiku-4-5", "gemini-2.5-flash"],
            },
        },
        "cheapest": {
            "summary": "The five cheapest chat models of all makers",
            "value": {"usage": {"input_tokens": 3000, "output_tokens": 400}, "most": 5},
        },
    },
    "/v1/tokens": {
        "text": {"summary": "Text", "value": {"model": "gpt-5-mini", "text": "How many tokens is this?"}},
        "messages": {"summary": "Chat messages", "value": {"model": "gpt-5-mini", "messages": _MESSAGES}},
    },
    "/v1/estimate": {
        "messages": {
            "summary": "A chat prompt on three models",
            "value": {
                "messages": _MESSAGES,
                "models": ["gpt-5-mini", "claude-haiku-4-5", "gemini-2.5-flash"],
                "output_tokens": {"p50": 250, "p95": 700},
                "requests_per_month": 100000,
                "cached_prefix_share": 0.6,
                "cache_hit_rate": 0.8,
            },
        },
    },
    "/v1/context/fit": {
        "counted": {
            "summary": "A number of tokens",
            "value": {"model": "gpt-5-mini", "input_tokens": 250000, "reserved_output_tokens": 8000},
        },
        "text": {
            "summary": "A text",
            "value": {"model": "gpt-5-mini", "text": "Does this fit?", "reserved_output_tokens": 1000},
        },
    },
    "/v1/context/pack": {
        "window": {
            "summary": "A support chat with passages, 6,000 tokens of budget",
            "value": {
                "model": "claude-haiku-4-5",
                "items": _ITEMS,
                "reserved_output_tokens": 800,
                "budget_tokens": 6000,
                "policy": "score_first",
                "order": "edges",
                "position_quality": [[0, 1], [0.5, 0.6], [1, 0.9]],
                "cache_hit_rate": 0.8,
            },
        },
        "summary": {
            "summary": "A long history becomes a summary",
            "value": {
                "model": "gpt-5-mini",
                "items": _ITEMS,
                "budget_tokens": 7000,
                "summarise": {"at": 0.1, "summary_tokens": 120, "keep_turns": 1},
            },
        },
    },
    "/v1/context/chunks": {
        "text": {
            "summary": "A text in chunks of at most 24 tokens that share up to 8",
            "value": {
                "model": "text-embedding-3-small",
                "text": _DOCUMENT,
                "limit_tokens": 24,
                "overlap_tokens": 8,
                "with_text": True,
            },
        },
        "planned": {
            "summary": "A document known by its size, on two embedding models",
            "value": {
                "model": "text-embedding-3-small",
                "document_tokens": 1000000,
                "limit_tokens": 512,
                "overlap_tokens": 64,
                "dimensions": 1536,
                "embeddings": [{"model": "text-embedding-3-large", "dimensions": 3072}],
                "usd_per_gb_month": "0.33",
            },
        },
    },
}
