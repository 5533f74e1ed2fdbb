"""Tables of three libraries are priced alike, and come back as what they were with four columns more."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from catalogs import NOW, priced

from pricing import InvalidInput
from pricing.frames import ADDED, price

EAST = timezone(timedelta(hours=2))
KINDS = [pl.DataFrame, pd.DataFrame, pa.table]
DATED = [
    priced(input_tokens="3") | {"valid_to": "2026-11-01T00:00:00Z"},
    priced(input_tokens="2") | {"valid_from": "2026-11-01T00:00:00Z"},
]


@pytest.fixture
def catalog(make_catalog):
    plain = {
        "prices": [
            priced(input_tokens="0.25", output_tokens="2", audio_seconds="0.0001"),
            priced(input_tokens="0.1", output_tokens="1") | {"tier": "batch"},
        ]
    }
    return make_catalog({"lab/m": plain, "lab/dated": {"prices": DATED}})


def column(frame, name):
    """A column's values as Python has them."""
    table = pa.Table.from_pandas(frame) if isinstance(frame, pd.DataFrame) else frame
    return (table.get_column(name).to_list() if isinstance(table, pl.DataFrame) else table[name].to_pylist())[:]


@pytest.mark.parametrize("kind", KINDS)
def test_costs_stand_beside_the_rows(catalog, kind):
    """1,000 x 0.25 + 200 x 2 a million = 0.00065 USD; the unknown model has its error, and no price."""
    given = kind({"model": ["m", "nope"], "input_tokens": [1000, 1], "output_tokens": [200, None], "note": ["a", "b"]})
    answer = price(given, catalog, as_of=NOW)
    assert type(answer) is type(given)
    assert column(answer, "cost_usd") == [Decimal("0.000650000000"), None]
    assert column(answer, "cost_error")[0] is None
    assert "unknown model 'nope'" in column(answer, "cost_error")[1]
    assert column(answer, "cost_model") == ["m", None]
    assert column(answer, "cost_provider") == ["lab", None]
    assert column(answer, "note") == ["a", "b"]
    assert not set(ADDED) & set(given.columns if kind is not pa.table else given.column_names)


@pytest.mark.parametrize("kind", KINDS)
def test_no_rows_give_no_rows(catalog, kind):
    """An empty table keeps its columns and gains the four."""
    empty = kind(pa.table({"model": pa.array([], pa.string()), "input_tokens": pa.array([], pa.int64())}).to_pydict())
    answer = price(empty, catalog, as_of=NOW)
    assert column(answer, "cost_usd") == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "times",
    [
        [datetime(2026, 10, 31, 23, 59, 59), datetime(2026, 11, 1)],  # noqa: DTZ001 - without a zone it is UTC
        [datetime(2026, 10, 31, 23, 59, 59, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)],
[datetime(2026, 11, 1, hour, tzinfo=EAST) for hour in (1, 2)],
        [date(2026, 10, 31), date(2026, 11, 1)],
    ],
    ids=["naive", "utc", "zoned", "dates"],
)  # fmt: skip
def test_times_are_utc_with_or_without_a_zone(catalog, kind, times):
    """The price falls from 3 to 2 USD a million at midnight UTC, which is 02:00 in a zone two hours ahead."""
    given = kind({"model": ["dated"] * 2, "input_tokens": [10**6] * 2, "when": times})
    assert column(price(given, catalog, as_of="when"), "cost_usd") == [3, 2]


@pytest.mark.parametrize("kind", KINDS)
def test_columns_may_have_other_names(catalog, kind):
    """Named columns are taken, a null tier is the standard one, and a row without a time has an error."""
    given = kind(
        {
            "llm": ["m", "m", "m"],
            "class": ["batch", None, None],
            "prompt": [10**6, 10**6, 1],
            "at": [datetime(2026, 11, 2, tzinfo=UTC)] * 2 + [None],
        }
    )
    answer = price(given, catalog, model="llm", service_tier="class", as_of="at", usage={"input_tokens": "prompt"})
    assert column(answer, "cost_usd") == [Decimal("0.1"), Decimal("0.25"), None]
    assert "NaT" in column(answer, "cost_error")[2]


@pytest.mark.parametrize("kind", KINDS)
def test_seconds_are_floats_or_decimals(catalog, kind):
    """0.1 s at 0.0001 USD are 0.00001 USD; a null is not used."""
    for values in ([0.1, None], [Decimal("0.1"), None]):
        given = kind({"model": ["m", "m"], "audio_seconds": values})
        assert column(price(given, catalog, as_of=NOW), "cost_usd") == [Decimal("0.00001"), 0]


def test_categories_are_texts(catalog):
    """Dictionary-encoded columns keep their codes: a null category of a model is that row's error."""
    values = ["m", "dated", None]
    for given in (
        pl.DataFrame({"model": pl.Series(values, dtype=pl.Categorical), "input_tokens": [4, 1, 1]}),
        pd.DataFrame({"model": pd.Categorical(values), "input_tokens": [4, 1, 1]}),
        pa.table({"model": pa.array(values).dictionary_encode(), "input_tokens": [4, 1, 1]}),
    ):
        assert column(price(given, catalog, as_of=NOW), "cost_usd") == [Decimal("0.000001"), Decimal("0.000002"), None]


def test_an_index_of_pandas_is_kept(catalog):
    """Rows are matched by their order, whatever their labels."""
    given = pd.DataFrame({"model": ["m", "dated"], "input_tokens": [4, 1]}, index=[7, 7])
    answer = price(given, catalog, as_of=NOW)
    assert answer.index.tolist() == [7, 7]
    assert answer["cost_usd"].sum() == Decimal("0.000003")


def test_arrow_tables_may_come_in_chunks(catalog):
    """Several chunks are one column."""
    part = pa.table({"model": ["m"], "input_tokens": [4]})
    assert column(price(pa.concat_tables([part, part]), catalog, as_of=NOW), "cost_usd") == [Decimal("0.000001")] * 2


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"model": [1]}, "'model' holds int64; it must hold text"),
        ({"input_tokens": [1.5]}, "'input_tokens' holds double; it must hold integers"),
        ({"input_tokens": ["1"]}, "'input_tokens' holds .*string; it must hold integers"),
        ({"input_tokens": [True]}, "'input_tokens' holds bool; it must hold integers"),
        ({"when": ["2026-11-01"]}, "'when' holds .*string; it must hold dates or times"),
        ({"cost_usd": [1]}, "has a column 'cost_usd' already"),
    ],
)
def test_a_wrong_column_is_named_with_what_it_must_hold(catalog, kind, columns, said):
    """Nothing is parsed or cast by guess."""
    given = {"model": ["m"], "input_tokens": [1], "when": [NOW]} | columns
    with pytest.raises(InvalidInput, match=said):
        price(kind(given), catalog, as_of="when")


@pytest.mark.parametrize("kind", KINDS)
def test_a_missing_column_is_named(catalog, kind):
    """The model, the time and at least one bucket must be there, and so must every column that is named."""
    given = kind({"model": ["m"], "input_token": [1]})
    with pytest.raises(InvalidInput, match="no column is named like a billing bucket"):
        price(given, catalog, as_of=NOW)
    with pytest.raises(InvalidInput, match=r"no column 'input_tokens'; valid: model, input_token"):
        price(given, catalog, as_of=NOW, usage={"input_tokens": "input_tokens"})
    with pytest.raises(InvalidInput, match="no column 'tier'"):
        price(given, catalog, as_of=NOW, service_tier="tier", usage={"input_tokens": "input_token"})
    with pytest.raises(InvalidInput, match="no column 'as_of'; say as_of="):
        price(given, catalog, usage={"input_tokens": "input_token"})
    with pytest.raises(InvalidInput, match="unknown bucket 'tokens'"):
        price(given, catalog, as_of=NOW, usage={"tokens": "input_token"})


@pytest.mark.parametrize("given", [[1], pl.LazyFrame({"model": ["m"]}), pl.Series(["m"])])
def test_what_is_no_table_is_refused(catalog, given):
    """A list, a lazy frame and a single column are none."""
    with pytest.raises(InvalidInput, match="is no table to price"):
        price(given, catalog, as_of=NOW)


def test_the_core_imports_none_of_it():
    """Who imports `pricing` pays for no table library."""
    heavy = {"numpy", "pyarrow", "polars", "pandas", "narwhals"}
    code = f"import pricing, sys; print([name for name in {heavy} if name in sys.modules])"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    )


@pytest.mark.parametrize(
    ("column", "say"), [("tier", "service_tier='tier'"), ("prompt_tokens", "usage={'input_tokens'")]
)
def test_a_column_that_may_change_the_price_is_warned_of(catalog, column, say):
    """Others' words for a term or a bucket are left alone, but not silently."""
    given = pa.table({"model": ["m"], "output_tokens": [1], column: ["batch"]})
    with pytest.warns(UserWarning, match=f"'{column}' is not priced.*{say}"):
        price(given, catalog, as_of=NOW)


@pytest.mark.parametrize("module", ["pricing.frames", "pricing.table"])
def test_a_missing_library_says_what_to_install(module):
    """The extra is named where NumPy is not there."""
    tried = f"try:\n  import {module}\nexcept pricing.InvalidInput as error:\n  print(error)"
    code = f"import sys\nsys.modules['numpy'] = None\nimport pricing\n{tried}"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "pip install 'tokenplan[table]'" in told
