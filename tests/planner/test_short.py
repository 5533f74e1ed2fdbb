"""Short forms of calls with a share behind them, and of times."""

from __future__ import annotations

import pytest

from planner import CascadeTier, Latency, Link
from planner.short import short


@pytest.mark.parametrize(
    ("kind", "text", "read"),
    [
        (CascadeTier, "gpt-5-mini@0.7", {"call": {"model": "gpt-5-mini"}, "accept_probability": 0.7}),
        (CascadeTier, "gpt-5", {"call": {"model": "gpt-5"}}),
        (CascadeTier, "0.001@1", {"call": {"usd": "0.001"}, "accept_probability": 1.0}),
        (CascadeTier, "claude-haiku-4-5@20251001", {"call": {"model": "claude-haiku-4-5@20251001"}}),
        (
            Link,
            "claude-haiku-4-5@20251001@.02",
            {"call": {"model": "claude-haiku-4-5@20251001"}, "failure_probability": 0.02},
        ),
        (Link, "gpt-5", {"call": {"model": "gpt-5"}}),
        (Latency, "1.2/3", {"seconds": {"p50": 1.2, "p95": 3.0}}),
        (Latency, "2..9", {"seconds": {"low": 2.0, "high": 9.0}}),
        (Latency, "4", {"seconds": 4.0}),
        (Latency, "soon", None),
    ],
)
def test_a_short_form_is_its_fields(kind, text, read):
    """What stands behind the last @ is a share where it is one, and part of the model's id where it is a date."""
    assert short(kind).read(text) == read
