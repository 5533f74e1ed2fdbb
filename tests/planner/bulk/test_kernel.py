"""The kernel answers each row as the scalar path does, and its sums are exact whatever they come to."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from catalogs import NOW, priced
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.bulk import totals as summing
from planner.bulk.batch import Batch
from planner.bulk.kernel import COUNTED, PRICED, WARNINGS, Terms, count_batch, price_batch
from planner.bulk.picks import Picked, Wanted
from planner.bulk.totals import Totals
from planner.tokens import Counter
from pricing import BUCKETS, Catalog, Usage, cost
from pricing.errors import InvalidInput, TokenplanError, TooLarge
from pricing.table import usd

UNIT = Decimal("1e-12")
BUCKET = st.sampled_from(("input_tokens", "output_tokens", "cache_read_tokens", "web_search_calls", "audio_seconds"))
AMOUNT = st.one_of(st.none(), st.integers(-1, 50), st.sampled_from((10**6, 10**12, 10**12 + 1)))
ROW = st.fixed_dictionaries(
    {
        "model": st.sampled_from(("gpt-5-mini", "gpt-5", "claude-sonnet-4-5", "gemini-2.5-pro", "nothing", None)),
        "service_tier": st.sampled_from((None, "batch", "standard", "never")),
        "as_of": st.one_of(st.none(), st.integers(0, 330).map(lambda days: NOW - timedelta(days=days))),
        "usage": st.dictionaries(BUCKET, AMOUNT),
    }
)


def scalar(catalog, row):
    """One row by the reference: its units and what it was priced as, or its error's kind."""
    usage = {name: _given(name, value) for name, value in row["usage"].items() if value is not None}
    if row["model"] is None:
        return "invalid-input"
    if not usage:
        return "invalid-usage"
    try:
        at = row["as_of"] or NOW
        found = cost(Usage(**usage), catalog.resolve(row["model"]), at=at, service_tier=row["service_tier"])
    except TokenplanError as error:
        return error.slug
    units = int(found.total_usd.quantize(UNIT, ROUND_HALF_EVEN) / UNIT)
    return (units, found.model.id) if units < 1 << 63 else "too-large"


def _given(name, value):
    return Decimal(value) if name == "audio_seconds" else value


def batch_of(rows):
    """Rows as an Arrow batch, and which of its columns are which."""
    names = sorted({name for row in rows for name in row["usage"]} | {"input_tokens"})
    columns = {name: pa.array([row["usage"].get(name) for row in rows], pa.int64()) for name in names}
    columns["model"] = pa.array([row["model"] for row in rows], pa.string())
    columns["service_tier"] = pa.array([row["service_tier"] for row in rows], pa.string())
    columns["as_of"] = pa.array([row["as_of"] for row in rows], pa.timestamp("us", "UTC"))
    batch = pa.RecordBatch.from_pydict(columns)
    return batch, Picked({name: name for name in columns}, tuple(columns))


@given(st.lists(ROW, min_size=1, max_size=12))
@settings(max_examples=40)
def test_each_row_costs_what_the_scalar_path_says(shipped, rows):
    """Units, model and kind of error of every row are those of `pricing.cost.cost`, rounded to 1e-12 USD."""
    results = price_batch(*batch_of(rows), Terms(), shipped, NOW).to_pylist()
    for row, found in zip(rows, results, strict=True):
        expected = scalar(shipped, row)
        if isinstance(expected, str):
            assert (found["cost_units"], found["cost_error_type"]) == (None, expected), (row, found["cost_error"])
        else:
            assert (found["cost_units"], found["cost_model"]) == expected, row


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.one_of(st.none(), st.integers(0, (1 << 63) - 1), st.integers(0, 1 << 40))),
        max_size=40,
    )
)
@settings(max_examples=60)
def test_sums_are_exact_to_the_digit(pairs):
    """Sums by group equal Python's integers, for rows up to the edge of 64 bits."""
    totals = Totals(("team",), ("cost_units",))
    teams = pa.RecordBatch.from_pydict({"team": pa.array([team for team, _ in pairs], pa.string())})
    units = pa.array([units for _, units in pairs], pa.int64())
    results = pa.RecordBatch.from_pydict({"cost_units": units}, metadata={WARNINGS: b"[]"})
    batch = Batch(teams, Picked({}, ("team",)), "row", range(1, len(pairs) + 1), (), 0)
    refused = totals.add(batch, results)
    expected: dict[tuple[str], list[int]] = {}
    for team, each in pairs:
        if each is not None:
            held = expected.setdefault((team,), [0, 0])
            held[0], held[1] = held[0] + 1, held[1] + each
    assert totals.groups == expected
    assert list(refused) == [place for place, (_, each) in enumerate(pairs) if each is None]


def test_a_row_at_the_edge_of_64_bits_and_a_sum_beyond_it(make_catalog):
    """9,223,372 USD is the most that a row holds; 25 such rows sum to 230 million USD, a dearer row is refused."""
    catalog = make_catalog({"maker/dear": {"prices": [priced(input_tokens="9.223372")]}})  # 1e12 tokens: 9,223,372 USD
    rows = [10**12] * 25
    held = pa.RecordBatch.from_pydict({"input_tokens": pa.array(rows)})
    picked, terms = Picked({"input_tokens": "input_tokens"}, ("input_tokens",)), Terms(model="dear")
    results = price_batch(held, picked, terms, catalog, NOW)
    totals = Totals(("model",), PRICED)
    totals.add(Batch(held, picked, "row", range(25), (), 0), results)
    assert results.column("cost_units")[0].as_py() == 9_223_372 * 10**12
    assert usd(totals.groups[("maker/dear",)][2]) == 230_584_300
    two = {"input_tokens": held.column(0), "output_tokens": held.column(0)}
    both = pa.RecordBatch.from_pydict(two)
    dearer = make_dearer(catalog)
    refused = price_batch(both, Picked({name: name for name in two}, tuple(two)), terms, dearer, NOW).to_pylist()
    assert {(row["cost_units"], row["cost_error_type"]) for row in refused} == {(None, "too-large")}


def make_dearer(catalog):
    """The same catalog with a price for output that carries a row over the edge."""
    path = Path(catalog.directory, "providers", "maker.json")
    data = json.loads(path.read_text())
    data["models"]["dear"]["prices"] = [priced(input_tokens="9.223372", output_tokens="1")]
    path.write_text(json.dumps(data))
    return Catalog(catalog.directory)


def test_counts_carry_bounds_that_are_priced(shipped):
    """An exact model's bounds are its count; an estimated one's lie around it, and so do their costs."""
    texts = pa.RecordBatch.from_pydict({"text": pa.array(["Hello, world!", "", "x" * 400])})
    exact = count_batch(texts, "text", Terms(model="gpt-5-mini"), shipped, Counter(), NOW).to_pylist()
    assert [row["tokens"] for row in exact] == [4, 0, 50]
    assert all(row["tokens_low"] == row["tokens"] == row["tokens_high"] for row in exact)
    assert [row["cost_units"] for row in exact] == [4 * 250_000, 0, 50 * 250_000]  # at 0.25 USD a million
    unsure = count_batch(texts, "text", Terms(model="claude-sonnet-4-5"), shipped, Counter(), NOW).to_pylist()
    assert unsure[0]["tokens_low"] < unsure[0]["tokens"] < unsure[0]["tokens_high"]
    assert unsure[0]["cost_high_units"] == unsure[0]["tokens_high"] * 3_000_000  # at 3 USD a million


def test_a_text_that_cannot_be_counted_is_its_rows_error(shipped):
    """A null or a text beyond the limit is refused with its reason, and the texts beside it are counted."""
    texts = pa.RecordBatch.from_pydict({"text": pa.array(["one", None, "three " * 100])})
    found = count_batch(texts, "text", Terms(model="gpt-5-mini"), shipped, Counter(max_bytes=100), NOW)
    assert found.column("cost_error_type").to_pylist() == [None, "invalid-input", "too-large"]
    assert found.column("cost_units").to_pylist() == [250_000, None, None]
    totals = Totals((), COUNTED)
    picked = Picked({"text": "text"}, ("text",))
    assert list(totals.add(Batch(texts, picked, "row", range(3), (), 0), found)) == [1, 2]
    assert totals.total() == [1, 1, 1, 1, 250_000, 250_000, 250_000]


def test_a_column_of_numbers_holds_no_texts(shipped):
    """What is wrong with a column is refused whole."""
    with pytest.raises(InvalidInput, match="column 'text' holds int64; it must hold text"):
        count_batch(
            pa.RecordBatch.from_pydict({"text": [1]}), "text", Terms(model="gpt-5-mini"), shipped, Counter(), NOW
        )


def test_rows_fall_into_the_hour_day_month_and_year_of_their_instants(shipped):
    """Periods are UTC, whatever else totals are parted by; rows without a time stand at the job's instant."""
    at = [NOW, NOW - timedelta(days=40), None]
    held = pa.RecordBatch.from_pydict(
        {"input_tokens": [1, 2, 3], "as_of": pa.array(at, pa.timestamp("us", "UTC")), "team": ["a", None, "a"]}
    )
    picked = Picked({"input_tokens": "input_tokens", "as_of": "as_of"}, ("input_tokens", "as_of", "team"))
    results = price_batch(held, picked, Terms(model="gpt-5-mini"), shipped, NOW)
    for by, groups in (
        (("day", "team"), {("2026-11-23", "a"), ("2026-10-14", None)}),
        (("hour",), {("2026-11-23T12",), ("2026-10-14T12",)}),
        (("provider", "month"), {("openai", "2026-11"), ("openai", "2026-10")}),
        (("year", "model"), {("2026", "openai/gpt-5-mini")}),
    ):
        totals = Totals(by, PRICED)
        totals.add(Batch(held, picked, "row", range(3), (), 0), results)
        assert set(totals.groups) == groups
        assert totals.total()[:2] == [3, 6]


def test_more_groups_than_stay_bounded_are_refused(monkeypatch):
    """Totals by something like a request's id would take all memory; groups that are there may grow."""
    totals = Totals(("id",), ())
    monkeypatch.setattr(summing, "MOST_GROUPS", 2)
    for each in "abab":
        totals.put((each,), (1,))
    with pytest.raises(TooLarge, match="totals by id have more than 2 groups"):
        totals.put(("c",), (1,))


def test_every_bucket_is_a_column_that_may_be_renamed():
    """A job for rows that name their own columns reads every bucket under its name or the one it was given."""
    ours = Wanted({"input_tokens": "prompt"}, ("id",)).every().ours
    assert ours["input_tokens"] == "prompt"
    assert set(BUCKETS) < set(ours)
