"""An example body for each verb: OpenAPI shows them, the tests send them."""

from __future__ import annotations

from typing import Any, Final

_MESSAGES: Final = [
    {"role": "system", "content": "You are a support assistant. Answer from the passages only."},
    {"role": "user", "content": "My parcel says delivered, but nothing arrived. What now?"},
]

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
    "/v1/prices/changes": {
        "makers": {
            "summary": "What one provider changed since a date, and what it has announced",
            "value": {"since": "2026-10-01", "provider": "google"},
        },
        "cheaper": {
            "summary": "Models that became cheaper than the one in use",
            "value": {
                "since": "2026-09-01",
                "models": ["claude-haiku-5-5", "gemini-2.5-flash", "ministral-8b-2512", "gpt-5-mini"],
                "in_use": "gpt-5-mini",
                "usage": {"input_tokens": 3000, "output_tokens": 400},
            },
        },
    },
    "/v1/routing/route": {
        "stated": {
            "summary": "Costs that are known",
            "value": {
                "strong_share": 0.3,
                "weak": {"usd": "0.001"},
                "strong": {"usd": "0.01"},
                "classifier": {"usd": "0.0001"},
                "requests_per_month": 100000,
            },
        },
        "catalog": {
            "summary": "Models of the catalog, one usage for both",
            "value": {
                "strong_share": 0.3,
                "weak": {"model": "gpt-5-mini"},
                "strong": {"model": "gpt-5"},
                "classifier": {"model": "gpt-5-nano", "usage": {"input_tokens": 500, "output_tokens": 5}},
                "load": {"usage": {"input_tokens": 3000, "output_tokens": 400}},
            },
        },
    },
}
