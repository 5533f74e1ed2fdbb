"""A plan evaluated: money worked by hand, step by step."""

from __future__ import annotations

import pytest
from plans import MODELS, evaluator, plan_of, step


@pytest.fixture
def evaluate(make_catalog):
    """An evaluator over round prices."""
    return evaluator(make_catalog(MODELS))


def test_a_step_costs_its_tokens_at_the_catalogs_prices(evaluate):
    """1,000 tokens at $1 and 100 at $10 a million are $0.002 a request, $2 for a thousand of them."""
    report = evaluate(plan_of({"answer": step()}))
    assert report.cost_per_request_usd.mean == pytest.approx(0.002)
    assert report.cost_per_month_usd.mean == pytest.approx(2.0)
    assert [line.bucket for line in report.steps[0].calls[0].lines] == ["input_tokens", "output_tokens"]


def test_a_value_replaced_by_its_key_path_is_evaluated_without_a_new_plan(evaluate):
    """Twice the answer adds $0.001 a request."""
    plan = plan_of({"answer": step()}).with_value("steps.answer.output_tokens", 200.0)
    assert evaluate(plan).cost_per_request_usd.mean == pytest.approx(0.003)
