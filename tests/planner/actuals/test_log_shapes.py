"""Every vendor's export, in the format it documents: what is read, priced, counted apart."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from planner import ActualsReportQuestion
from planner.actuals.reading import Log
from planner.actuals.report import actuals_report
from planner.actuals.shapes import SHAPES
from pricing.errors import InvalidInput

EXAMPLES = Path(__file__).parents[3] / "examples" / "actuals"
NOW = datetime(2026, 11, 25, tzinfo=UTC)


def report(catalog, *files, by=("model",), **asked):
    """The report of files."""
    log = Log(files=tuple(map(str, files)))
    return actuals_report(ActualsReportQuestion(by=by, **asked), catalog, NOW, log)


def of_rows(catalog, *rows, by=("model",), **asked):
    """The report of rows."""
    return actuals_report(ActualsReportQuestion(rows=rows, by=by, **asked), catalog, NOW)


@pytest.mark.parametrize(
    ("name", "shape", "rows", "others", "requests", "failed"),
    [
        ("support.csv", "plain", 927, 0, 927, 4),
        ("litellm.jsonl", "litellm", 12, 0, 12, 1),
        ("langfuse.jsonl", "langfuse", 10, 1, 9, 1),
        ("otel.jsonl", "otel_genai", 12, 4, 8, 1),
        ("openai-usage.json", "openai_usage", 3, 0, 2403, 0),
        ("openai-costs.json", "openai_costs", 3, 0, 0, 0),
        ("anthropic-usage.json", "anthropic_usage", 3, 0, 0, 0),
        ("anthropic-console.csv", "anthropic_usage", 2, 0, 0, 0),
    ],
)
def test_a_log_is_known_by_its_columns(name, shape, rows, others, requests, failed, shipped):
    """Each export is recognised, and each of its rows is a request, no call, or named as unpriced."""
    found = report(shipped, EXAMPLES / name)
    assert found.shapes == (shape,)
    assert (found.rows, found.other_rows, found.requests, found.failed_requests) == (rows, others, requests, failed)
    assert found.unpriced == ()
    assert not any("the log says" in each for each in found.warnings)
    assert sum(each.rows for each in found.groups) == rows - others
    assert sum(each.cost_usd for each in found.groups) == found.cost_usd


def test_openai_usage_is_priced_by_its_sums(shipped):
    """5.512 M uncached at 0.25, 4.4 M cached at 0.025, 0.66 M out at 2; batch: 0.9 M at 1.25, 0.12 M at 5."""
    found = report(shipped, EXAMPLES / "openai-usage.json")
    assert [(each.model, each.cost_usd) for each in found.groups] == [
        ("gpt-5-mini", Decimal("2.808")),
        ("gpt-4o", Decimal("1.725")),
    ]


def test_anthropic_usage_keeps_lifetimes_tiers_and_searches_apart(shipped):
    """Sonnet: 1.5 M at 3, 4 M read at 0.3, 0.3 M written at 3.75, 0.25 M out at 15, 3 searches at 0.01, and so on."""
    page = report(shipped, EXAMPLES / "anthropic-usage.json", by=("model", "day"))
    console = report(shipped, EXAMPLES / "anthropic-console.csv", by=("model", "service_tier"))
    # sonnet 4.5 + 1.2 + 1.125 + 3.75 + 0.03 = 10.605; its long prompts 1.8 + 0.15 + 0.03 = 1.98
    # haiku: 0.8 + 0.01 + 0.05 x 1.25 + 0.02 x 2 + 0.09 x 5 + 0.03 = 1.3925
    assert [each.cost_usd for each in page.groups] == [Decimal("12.585"), Decimal("1.3925")]
    # the same sonnet; haiku by batch: 0.8 x 0.5 + 0.09 x 2.5
    assert [(each.service_tier, each.cost_usd) for each in console.groups] == [
        (None, Decimal("10.605")),
        ("batch", Decimal("0.625")),
    ]
    assert not page.requests_known


def test_a_cost_export_has_amounts_and_no_tokens(shipped, tmp_path):
    """OpenAI's dollars and Anthropic's cents are what the log says; nothing is priced, nothing unpriced."""
    found = report(shipped, EXAMPLES / "openai-costs.json", by=("model", "day"))
    assert (found.reported, found.cost_usd, found.unpriced_rows) == (Decimal("1.998"), 0, 0)
    assert found.groups[0].model == "gpt-5-mini-2025-08-07"
    page = {"data": [{"starting_at": "2026-11-02T00:00:00Z", "ending_at": "2026-11-03T00:00:00Z", "results": [
        {"amount": "123.45", "currency": "USD", "cost_type": "tokens", "model": "claude-haiku-4-5"}]}]}  # fmt: skip
    path = tmp_path / "costs.json"
    path.write_text(json.dumps(page))
    assert report(shipped, path).reported == Decimal("1.2345")


def litellm(**changed):
    """One row of LiteLLM's spend logs."""
    usage = {"prompt_tokens_details": {"cached_tokens": 1000}, "completion_tokens_details": {"reasoning_tokens": 300}}
    return {
        "request_id": "r", "spend": 0.5, "prompt_tokens": 3000, "completion_tokens": 500, "model": "openai/gpt-5-mini",
        "custom_llm_provider": "openai", "startTime": "2026-11-02T08:00:00Z", "endTime": "2026-11-02T08:00:02.5Z",
        "end_user": "u", "request_tags": ["search"], "cache_hit": "False", "status": "success",
        "metadata": {"additional_usage_values": usage}, **changed,
    }  # fmt: skip


def test_a_prompt_that_holds_its_cached_tokens_is_taken_apart(shipped):
    """LiteLLM counts what was cached inside the prompt, and reasoning inside the completion."""
    found = of_rows(shipped, litellm(), by=("feature", "user"))
    # 2000 x 0.25 + 1000 x 0.025 + 500 x 2 = 1525 millionths
    assert found.cost_usd == Decimal("0.001525")
    assert (found.groups[0].feature, found.groups[0].user) == ("search", "u")
    assert (found.groups[0].cache_read_tokens, found.groups[0].output_tokens) == (1000, 500)
    assert found.reported == Decimal("0.5")
    assert "the log says 0.5 USD where its requests are priced at 0.0015" in found.warnings[-1]


def test_json_text_in_a_column_is_looked_into(shipped, tmp_path):
    """A CSV of a database has its JSON columns as text."""
    row = litellm()
    path = tmp_path / "spend.csv"
    cells = {name: value if isinstance(value, str) else json.dumps(value) for name, value in row.items()}
    quoted = ['"' + value.replace('"', '""') + '"' for value in cells.values()]
    path.write_text(",".join(cells) + "\n" + ",".join(quoted) + "\n")
    assert report(shipped, path).cost_usd == Decimal("0.001525")


def test_what_a_gateway_answers_or_what_fails_without_tokens_costs_nothing(shipped):
    """Both are counted; a failure that used tokens is paid for."""
    own = litellm(cache_hit="True", spend=0)
    failed = litellm(status="failure", prompt_tokens=None, completion_tokens=None, metadata={}, spend=0)
    paid = litellm(status="failure")
    found = of_rows(shipped, own, failed, paid)
    assert (found.own_cache_requests, found.failed_requests, found.unpriced_rows) == (1, 2, 0)
    assert found.cost_usd == Decimal("0.001525")
    assert [each.model for each in found.groups] == ["gpt-5-mini"]


def test_an_agents_span_does_not_count_its_calls_again(shipped):
    """Spans of agents and tools carry the tokens of the calls below them: they are no calls."""
    found = report(shipped, EXAMPLES / "otel.jsonl")
    assert found.other_rows == 4
    assert sum(each.prompt_tokens for each in found.groups) < 9000 * 4
    assert {each.model for each in found.groups} == {"gpt-5-mini", "anthropic.claude-haiku-4-5-20251001-v1:0"}


def test_rows_of_your_own_are_the_buckets_by_name(shipped):
    """Columns of other names are mapped, and one that may have been meant is not passed over in silence."""
    row = {"at": "2026-11-02", "model": "gpt-5-mini", "input_tokens": 1_000_000, "customer": {"id": "c9"}, "tier": "x"}
    found = of_rows(shipped, row, by=("user", "day"), map={"user": "customer/id"})
    assert (found.groups[0].user, found.groups[0].day, found.cost_usd) == ("c9", "2026-11-02", Decimal("0.25"))
    assert any("'tier' is not read" in each for each in found.warnings)


@pytest.mark.parametrize(
    "at", ["2026-11-02T08:00:00Z", "2026-11-02T09:00:00+01:00", "2026-11-02 08:00:00.000", 1793606400, 1793606400000,
           1793606400000000, "1793606400000000000", 1793606400.0],
)  # fmt: skip
def test_instants_in_all_the_usual_ways(at, shipped):
    """ISO 8601 with and without zone, and epochs in four units."""
    found = of_rows(shipped, {"at": at, "model": "gpt-5-mini", "input_tokens": 1})
    assert found.first == datetime(2026, 11, 2, 8, tzinfo=UTC)


def test_every_shape_says_what_it_is():
    """The list is documentation too: each shape has words, signs, and a model or a line item."""
    for name, shape in SHAPES.items():
        assert shape.about, name
        assert shape.signs, name
        assert "model" in shape.fields, name
        assert "at" in shape.fields, name


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"model": "gpt-5-minny"}, "unknown model 'gpt-5-minny'"),
        ({"model": None}, "names no model"),
        ({"service_tier": "gold"}, "sells no service tier 'gold'"),
        ({"input_tokens": -1}, "input_tokens is -1; it must be a whole number"),
        ({"input_tokens": 1.5}, "input_tokens is 1.5; it must be a whole number"),
        ({"input_tokens": "many"}, "input_tokens is many; it must be a whole number"),
        ({"input_tokens": True}, "input_tokens is true; it must be a whole number"),
        ({"input_tokens": None}, "names no tokens"),
        ({"at": None}, "has no time"),
        ({"at": "soon"}, "at is soon; it must be an ISO 8601 instant"),
        ({"cache_write_1h_tokens": 5}, "lists no price for cache_write_1h_tokens"),
    ],
)
def test_a_row_without_a_price_is_counted_and_named(changed, reason, shipped):
    """It is in no total, but in the list with its reason and line; the good row beside it is priced."""
    good = {"at": "2026-11-02", "model": "gpt-5-mini", "input_tokens": 1000}
    found = of_rows(shipped, good, {**good, **changed})
    assert found.cost_usd == Decimal("0.00025")
    assert (found.rows, found.unpriced_rows) == (2, 1)
    (each,) = found.unpriced
    assert reason in each.reason
    assert each.first == "rows: line 2"


def test_rows_without_a_time_take_the_date_that_is_given(shipped):
    """`as_of` stands for what the log does not say."""
    found = of_rows(shipped, {"model": "gpt-5-mini", "input_tokens": 1000}, as_of="2026-11-01")
    assert (found.cost_usd, found.unpriced_rows) == (Decimal("0.00025"), 0)


def test_more_cached_than_prompt_is_a_fault_of_its_row(shipped):
    """A part larger than its whole is not turned into a negative amount."""
    found = of_rows(shipped, litellm(prompt_tokens=10))
    assert "more tokens than the prompt" in found.unpriced[0].reason


def test_groups_beyond_the_limit_are_summed_up(shipped):
    """What is not shown is one row more, so that the groups still add up."""
    rows = [{"at": "2026-11-02", "model": "gpt-5-mini", "input_tokens": n * 1000, "user": f"u{n}"} for n in (1, 2, 3)]
    found = of_rows(shipped, *rows, by=("user",), most=1)
    assert [(each.user, each.cost_usd) for each in found.groups] == [
        ("u3", Decimal("0.00075")),
        (None, Decimal("0.00075")),
    ]
    assert found.groups_left == 2


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({}, "holds no rows"),
        ({"rows": ({"a": 1},)}, "no known usage log; its columns: a"),
        ({"rows": ({"model": "m", "input_tokens": 1},), "map": {"user": "nobody"}}, "no column 'nobody'"),
        ({"rows": ({"model": "m", "input_tokens": 1},), "map": {"usr": "model"}}, "unknown role 'usr'"),
        ({"rows": ({"model": "m", "input_tokens": 1},), "most": 0}, "most is 0"),
        ({"rows": ({"model": "m", "input_tokens": 1},), "as_of": "later"}, "as_of is 'later'"),
    ],
)
def test_a_log_that_cannot_be_read_is_refused(asked, said, shipped):
    """Before anything is summed, in words that name the column."""
    with pytest.raises(InvalidInput, match=said):
        actuals_report(ActualsReportQuestion(**asked), shipped, NOW)


def test_two_currencies_in_one_log_are_refused(shipped):
    """Money of two kinds adds up to nothing; each place is named."""
    rows = json.loads((EXAMPLES / "openai-costs.json").read_text())["data"][0]["results"]
    rows = [{"start_time": 1793577600, **row} for row in rows]
    rows[1]["amount"] = {"value": 1.0, "currency": "eur"}
    with pytest.raises(InvalidInput, match="rows: line 2: reports money in EUR, but rows: line 1 in USD"):
        of_rows(shipped, *rows)


def test_one_other_currency_is_shown_and_not_compared(shipped):
    """Euros beside prices in dollars are no difference."""
    row = {"at": "2026-11-02", "model": "gpt-5-mini", "input_tokens": 1000, "cost": 9, "currency": "eur"}
    found = of_rows(shipped, row)
    assert (found.reported, found.reported_currency) == (Decimal(9), "EUR")
    assert not any("the log says" in each for each in found.warnings)
