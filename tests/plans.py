"""Plans made on the spot over a catalog of round prices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from catalogs import NOW, priced

from planner.plans.evaluate import Evaluator
from planner.plans.plan import Plan
from planner.questions import of_values
from planner.tokens import Counter

if TYPE_CHECKING:
    from pricing import Catalog

LIMITS = {"context_window": 100_000, "source": "hand", "observed": "2026-11-01"}
MODELS = {
    "openai/small": {
        "prices": [priced(input_tokens="1", output_tokens="10", cache_read_tokens="0.1")],
        "limits": LIMITS,
    },
    "openai/large": {"prices": [priced(input_tokens="10", output_tokens="100")], "limits": LIMITS},
}


def step(**fields: Any) -> dict[str, Any]:
    """A step of 1,000 tokens in and 100 out on the small model: $0.002 a call."""
    usual = {"kind": "generate", "model": "small", "prompt": {"tokens": 1000}, "output_tokens": 100}
    return {**usual, **fields}


def plan_of(steps: dict[str, Any], **fields: Any) -> Plan:
    """A plan of 1,000 requests a month."""
    return of_values(Plan, {"name": "plan", "traffic": {"requests_per_month": 1000}, "steps": steps, **fields})


def evaluator(catalog: Catalog) -> Evaluator:
    """An evaluator at the tests' instant."""
    return Evaluator(catalog, Counter(), NOW)
