"""A file of rows by the table and row by row: the same bytes and the same totals, whatever stands in it."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest
from catalogs import NOW, priced, write_catalog
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from planner.cli.rows import chunks
from planner.cli.rows import parquet as parquet_rows
from planner.cli.rows.alone import Reading
from planner.cli.rows.chunks import ADDED, CsvFile, JsonlFile
from planner.cli.rows.command import price_rows
from planner.cli.rows.parquet import ParquetFile
from planner.cli.rows.totals import summary
from planner.planner import Planner
from planner.tokens import Counter
from planner.wire import dumps
from pricing import Catalog

HOURS = ["01:00-05:00"]
MODELS = {
    "lab/plain": {"prices": [priced(input_tokens="0.25", output_tokens="2", audio_seconds="0.0001")]},
    "lab/fine": {"prices": [priced(input_tokens="0.0000001", output_tokens="2", requests="0.01")]},
    "lab/large": {"prices": [priced(input_tokens="900000000000", output_tokens="2")]},
    "lab/retires": {"prices": [priced(input_tokens="1", output_tokens="2")], "retires": "2026-12-24"},
    "lab/dated": {
        "prices": [
            priced(input_tokens="3", output_tokens="1") | {"valid_to": "2026-10-01T00:00:00Z"},
            priced(input_tokens="2", output_tokens="1") | {"valid_from": "2026-11-01T00:00:00Z"},
            priced(input_tokens="1", output_tokens="1") | {"valid_from": "2026-11-01T00:00:00Z", "tier": "batch"},
        ]
    },
    "lab/hours": {
        "prices": [
            priced(input_tokens="4", output_tokens="8"),
            priced(input_tokens="1", output_tokens="2") | {"hours": HOURS},
        ]
    },
}
NAMES = ["plain", "fine", "large", "retires", "dated", "hours", "plian", ""]
TIMES = ["", "2026-11-02", "2026-10-15", "2026-11-02T03:00:00Z", "2026-11-02T04:00:00+02:00", "2026-12-26", "soon"]


@pytest.fixture(scope="module")
def planner(tmp_path_factory):
    catalog = Catalog(str(write_catalog(tmp_path_factory.mktemp("both") / "c", MODELS)))
    return Planner(catalog, Counter, lambda: NOW)


@pytest.fixture(autouse=True, scope="module")
def small():
    """Chunks of a few rows, so that a file of a dozen has several."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chunks, "ROWS", 5)
        patch.setattr(parquet_rows, "ROWS", 5)
        patch.setattr(chunks, "_FEW", 2)
        yield


def both(planner, given, make, how):
    """The rows' bytes and the totals, by the table and row by row."""
    found = []
    for table in (True, False):
        out = io.BytesIO()
        writer = io.TextIOWrapper(out, encoding="utf-8", newline="")
        file = make(io.TextIOWrapper(io.BytesIO(given), encoding="utf-8", newline=""), writer)
        totals = price_rows(planner, file, how, table=table)
        writer.flush()
        found.append((out.getvalue().decode(), dumps(summary(totals))))
    return found


COUNT = st.sampled_from(
    ["", "0", "7", "1000", "007", " 12 ", "1e3", "-1", "2.5", "1000.0", "10" + "0" * 12, "9" * 25, "x", "٣"]
)
ROWS = st.lists(
    st.fixed_dictionaries({
        "id": st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=4),
        "model": st.sampled_from(NAMES),
        "service_tier": st.sampled_from(["", "", "standard", "batch"]),
        "as_of": st.sampled_from(TIMES),
        "input": COUNT,
        "output_tokens": COUNT,
        "audio_seconds": st.sampled_from(["", "0", "1.5"]),
        "requests": st.sampled_from(["", "1", "2"]),
    }),
    max_size=14,
)  # fmt: skip
DROPPED = st.sets(st.sampled_from(["service_tier", "as_of", "audio_seconds", "requests", "input"]))
HOW = st.sampled_from([
    Reading({}), Reading({"model": "plain", "as_of": "2026-11-03"}), Reading({"allow_nearest_price": True}),
])  # fmt: skip


@given(rows=ROWS, dropped=DROPPED, how=HOW, data=st.data())
def test_csv_is_the_same_both_ways(planner, rows, dropped, how, data):
    """Odd numbers, empty cells, lines between and rows too short: each byte of the answer is equal."""
    text = io.StringIO(newline="")
    names = [name for name in ("id", "model", *TAIL) if name not in dropped]
    writer = csv.writer(text)
    writer.writerow(names)
    for row in rows:
        cells = [row[name] for name in names]
        writer.writerow(cells[: data.draw(st.sampled_from([None, None, None, 3]))])
        text.write(data.draw(st.sampled_from(["", "", "", "\n"])))
    table, alone = both(planner, text.getvalue().encode(), CsvFile, how)
    assert table == alone


TAIL = ("service_tier", "as_of", "input", "output_tokens", "audio_seconds", "requests")
VALUE = st.sampled_from([None, 0, 7, 1000, "12", "", 1.5, True, -1, 10**13, 10**25, [1]])
OBJECT = st.fixed_dictionaries(
    {"model": st.sampled_from([*NAMES, None, 7])},
    optional={
        "input_tokens": VALUE,
        "output_tokens": VALUE,
        "as_of": st.sampled_from([*TIMES, None, 3]),
        "service_tier": st.sampled_from([None, "batch", 1]),
        "usage": st.one_of(
            st.fixed_dictionaries({}, optional={"input_tokens": VALUE, "output_tokens": VALUE, "nope": VALUE}),
            st.sampled_from([None, 3, '{"input_tokens": 5}']),
        ),
        "note": st.sampled_from(["ä", '"cost_usd"', "\\u"]),
    },
)


@given(rows=st.lists(OBJECT, max_size=14), how=HOW, data=st.data())
def test_jsonl_is_the_same_both_ways(planner, rows, how, data):
    """Flat rows, usage objects and lines that are no rows, mixed: each byte of the answer is equal."""
    for row in rows:
        row.update(dict.fromkeys(ADDED, "9") if data.draw(st.booleans()) else {})
    lines = [json.dumps(row, ensure_ascii=data.draw(st.booleans())) for row in rows]
    for odd in ("{", "[]", "3", "", '{"model": "plain", "input_tokens": 1.50}', '{"model": "\\ud800"}', "{}"):
        lines.insert(data.draw(st.integers(0, len(lines))), odd)
    table, alone = both(planner, "\n".join(lines).encode(), JsonlFile, how)
    assert table == alone


ARROWS = {
    "model": ([*NAMES, None], [pa.string(), pa.large_string(), pa.dictionary(pa.int8(), pa.string())]),
    "input_tokens": ([None, 0, 7, 1000], [pa.int32(), pa.uint64(), pa.float64(), pa.decimal128(38, 0), pa.string()]),
    "output_tokens": ([None, 0, 3, 1.5, float("nan")], [pa.float64(), pa.float32()]),
    "audio_seconds": ([None, 0.0, 2.5], [pa.float64(), pa.null()]),
    "as_of": (
        [None, datetime(2026, 11, 2, 3, tzinfo=UTC), datetime(2026, 10, 15, tzinfo=UTC)],
        [pa.timestamp("us"), pa.timestamp("ms", "Europe/Berlin"), pa.date32(), pa.string()],
    ),
    "tags": ([["a"], None], [pa.list_(pa.string())]),
}


def _array(values, kind):
    if pa.types.is_null(kind):
        return pa.nulls(len(values))
    if pa.types.is_string(kind):
        values = [None if each is None else str(each) for each in values]
    if pa.types.is_date(kind):
        values = [each and date(each.year, each.month, each.day) for each in values]
    if pa.types.is_timestamp(kind) and kind.tz is None:
        values = [each and each.replace(tzinfo=None) for each in values]
    if pa.types.is_decimal(kind):
        values = [None if each is None else Decimal(each) for each in values]
    return pa.array(values, kind)


@given(data=st.data(), size=st.integers(1, 14), how=HOW)
def test_parquet_is_the_same_both_ways(planner, data, size, how):
    """Arrow's own types of the same values, nulls among them: the answer's table is equal."""
    columns = {}
    for name, (values, kinds) in ARROWS.items():
        chosen = data.draw(st.lists(st.sampled_from(values), min_size=size, max_size=size))
        columns[name] = _array(chosen, data.draw(st.sampled_from(kinds)))
    source = io.BytesIO()
    parquet.write_table(pa.table(columns), source)
    found = []
    for table in (True, False):
        out = io.BytesIO()
        file = ParquetFile(io.BytesIO(source.getvalue()), out, how.counts)
        totals = price_rows(planner, file, how, table=table)
        found.append((parquet.read_table(out).to_pylist(), dumps(summary(totals))))
    assert repr(found[0]) == repr(found[1])  # a NaN is itself in words only
