"""Columns are priced as the scalar path prices rows: one by one it is the naive reference of every test here."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import numpy as np
import pytest
from catalogs import NOW, priced, write_catalog
from hypothesis import given, settings
from hypothesis import strategies as st
from tables import compare, table

from pricing import Catalog, InvalidInput, InvalidUsage, NotPriced, TooLarge, UnknownModel, Usage
from pricing.errors import TokenplanError
from pricing.table import UNPRICED, Column, price

MOST = 2**63 - 1
PEAK = {"hours": ["01:00-04:00", "16:30-00:30"], "weekdays": [1, 2, 3, 4, 5], "except_holidays": "cn"}
LONG = priced(input_tokens="4", output_tokens="9")
MODELS = {
    "lab/plain": {"prices": [priced(input_tokens="0.25", output_tokens="2", web_search_calls="0.01")]},
    "lab/tiers": {
        "retires": "2026-12-11",
        "uplifts": {"eu": {"factor": "1.1", "source": "hand", "observed": "2026-11-01"}},
        "prices": [
            priced(input_tokens="2", cache_read_tokens="0.2", output_tokens="8", requests="0.005"),
            LONG | {"prompt_above": 200_000},
            priced(input_tokens="1") | {"tier": "batch"},
            priced(input_tokens="3", output_tokens="9") | {"region": "us"},
        ],
    },
    "lab/from": {"prices": [priced(input_tokens="2", output_tokens="8"), LONG | {"prompt_from": 200_000}]},
    "lab/dated": {
        "prices": [
            priced(input_tokens="3") | {"valid_from": "2026-06-01T00:00:00Z", "valid_to": "2026-11-20T00:00:00Z"},
            priced(input_tokens="2") | {"valid_from": "2026-11-22T08:00:00Z", "basis": "announced"},
        ]
    },
    "lab/hours": {"prices": [priced(input_tokens="1"), priced(input_tokens="2") | PEAK]},
    "lab/fine": {"prices": [priced(input_tokens="0.0833333333333333", output_tokens="2")]},
    "lab/none": {"prices": []},
    "lab/talks": {"prices": [priced(audio_seconds="0.0001", input_audio_tokens="3")]},
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return Catalog(str(write_catalog(tmp_path_factory.mktemp("table") / "c", MODELS)))


counts = st.one_of(st.just(0), st.sampled_from([1, 199_999, 200_000, 200_001]), st.integers(0, 10**6))
usages = st.fixed_dictionaries(
    {"input_tokens": counts},
    optional={
        "cache_read_tokens": counts,
        "output_tokens": counts,
        "reasoning_tokens": st.integers(0, 1000),
        "web_search_calls": st.integers(0, 2),
        "requests": st.integers(0, 2),
        "input_audio_tokens": st.integers(0, 2),
    },
)
row_of = st.tuples(
    st.sampled_from([*(name.partition("/")[2] for name in MODELS), "lab/plain", "plian", "eu/tiers"]),
    st.sampled_from([None, None, "lab", "bal"]),
    st.sampled_from([None, "standard", "batch", "flex"]),
    st.sampled_from([None, None, "eu", "us", "mars"]),
    st.integers(0, 235 * 86400).map(lambda second: datetime(2026, 5, 20, tzinfo=UTC) + timedelta(seconds=second)),
    usages,
)
some_rows = st.lists(row_of, min_size=1, max_size=30)


@given(rows=some_rows)
def test_every_row_is_priced_as_if_it_were_alone(made, rows):
    """Amounts, lines, warnings and errors of any mix of rows are those of the scalar path."""
    compare(made, rows)


@given(rows=some_rows, seed=st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_amount(made, rows, seed):
    """Shuffled rows have shuffled amounts."""
    order = list(range(len(rows)))
    seed.shuffle(order)
    shuffled = table(made, [rows[place] for place in order])
    assert shuffled.amounts.tolist() == table(made, rows).amounts[order].tolist()


@given(rows=some_rows, at=st.integers(0, 30))
def test_a_table_may_be_cut_anywhere(made, rows, at):
    """The parts' amounts are the whole's, also where a part is empty, and so are their totals."""
    whole, parts = table(made, rows), [table(made, part) for part in (rows[:at], rows[at:]) if part]
    assert np.concatenate([part.amounts for part in parts]).tolist() == whole.amounts.tolist()
    assert sum(part.total() for part in parts) == whole.total()


def test_a_table_by_hand(make_catalog):
    """1,000 at 0.25 and 200 at 2 USD a million are 0.00065 USD; the second row's 4,000 input tokens are 0.001."""
    catalog = make_catalog({"lab/m": {"prices": [priced(input_tokens="0.25", output_tokens="2")]}})
    usage = {"input_tokens": np.array([1000, 4000]), "output_tokens": np.array([200, 0], np.int32)}
    answer = price(catalog, usage, model="m", as_of=NOW, lines=True)
    assert answer.amounts.tolist() == [650_000_000, 1_000_000_000]
    assert answer.lines["output_tokens"].tolist() == [400_000_000, 0]
    assert answer.total() == Decimal("0.00165")
    assert answer.catalog == catalog.ref
    assert answer.chosen[answer.offers[0]].sources == ("hand",)


@pytest.mark.parametrize("dtype", [np.int8, np.uint16, np.int32, np.uint64, np.int64])
def test_any_integers_are_counts(made, dtype):
    """100 tokens at 0.25 USD a million are 0.000025 USD, however wide the integers are."""
    assert price(made, {"input_tokens": np.array([100], dtype)}, model="plain", as_of=NOW).amounts.tolist() == [
        25 * 10**6
    ]


@pytest.mark.parametrize("column", [np.array([1.0]), np.array([True]), np.array(["1"]), np.array([[1]])])
def test_a_column_that_holds_no_counts_is_refused_by_name(made, column):
    """Floats, booleans, texts and matrices are no tokens."""
    with pytest.raises(InvalidInput, match="input_tokens is "):
        price(made, {"input_tokens": column}, model="plain", as_of=NOW)


def test_no_rows_cost_nothing(made):
    """An empty table has an empty answer and a total of 0."""
    none = np.array([], np.int64)
    answer = price(made, {"input_tokens": none}, model=Column.of([]), as_of=none.astype("datetime64[us]"), lines=True)
    assert (len(answer.amounts), answer.problems, answer.total()) == (0, (), 0)


def test_ragged_columns_and_unknown_buckets_are_refused(made):
    """What is wrong with the whole table is an error of the whole."""
    with pytest.raises(InvalidInput, match="one length; they have input_tokens 2, model 1"):
        price(made, {"input_tokens": np.array([1, 2])}, model=Column.of(["plain"]), as_of=NOW)
    with pytest.raises(InvalidInput, match="unknown bucket 'tokens'"):
        price(made, {"tokens": np.array([1])}, model="plain", as_of=NOW)
    with pytest.raises(InvalidInput, match="codes must lie from 0 to 0"):
        price(made, {"input_tokens": np.array([1])}, model=Column(("plain",), np.array([1], np.int32)), as_of=NOW)
    with pytest.raises(InvalidInput, match="holds 7"):
        Column.of(["plain", 7])


@pytest.mark.parametrize("dear", ["9223372.036854775807", "9223372.036854775808"])
def test_a_row_that_passes_64_bits_is_an_error_and_never_wraps(make_catalog, dear):
    """2^63-1 units are one call at 9223372.036854775807 USD: it fits, and with a token of one unit more it does not."""
    catalog = make_catalog({"lab/m": {"prices": [priced(web_search_calls=dear, input_tokens="0.000001")]}})
    usage = {"web_search_calls": np.array([1, 1, 0, 10**12]), "input_tokens": np.array([0, 1, 7, 10**12])}
    answer = price(catalog, usage, model="m", as_of=NOW, lines=True)
    fits = dear.endswith("7")
    assert answer.amounts.tolist() == [MOST if fits else UNPRICED, UNPRICED, 7, UNPRICED]
    assert {type(answer.problems[error]) for error in answer.errors[[1, 3]]} == {TooLarge}
    assert "9223372.03685477580" in str(answer.problems[answer.errors[1]])


def test_a_total_may_pass_64_bits(make_catalog):
    """A thousand rows of 9,000,000 USD are 9 thousand million: 9e21 units, more than 64 bits hold."""
    catalog = make_catalog({"lab/m": {"prices": [priced(web_search_calls="9000000")]}})
    answer = price(catalog, {"web_search_calls": np.ones(1000, np.int64)}, model="m", as_of=NOW)
    assert answer.total() == 9_000_000_000


@pytest.mark.parametrize(("tokens", "units"), [(5, 2), (15, 8), (25, 12), (35, 18)])
def test_a_cost_finer_than_a_unit_is_rounded_once_half_to_even_and_says_so(make_catalog, tokens, units):
    """Tokens of half a unit: 5 are 2.5, rounded to 2; 15 are 7.5, to 8; 25 are 12.5, to 12; 35 are 17.5, to 18."""
    catalog = make_catalog({"lab/m": {"prices": [priced(input_tokens="0.0000005")]}})
    answer = price(catalog, {"input_tokens": np.array([tokens])}, model="m", as_of=NOW)
    assert answer.amounts.tolist() == [units]
    assert "rounded" in answer.chosen[answer.offers[0]].warnings[-1]


@pytest.mark.parametrize(
    "seconds",
    [np.array([1.5, 0, 0.1]), np.array([Decimal("1.5"), 0, Decimal("0.1")], object), np.array([15, 0, 1]) / 10],
)
def test_seconds_may_have_decimals(made, seconds):
    """1.5 s at 0.0001 USD are 0.00015; a float is the decimal that it shows, 0.1 and not 0.1000000000000000055."""
    answer = price(made, {"audio_seconds": seconds}, model="talks", as_of=NOW)
    assert answer.amounts.tolist() == [150_000_000, 0, 10_000_000]


def test_wrong_quantities_are_their_rows_errors_in_the_scalar_paths_words(made):
    """One row may have several; the others keep their price."""
    usage = {"input_tokens": np.array([-1, 10**12 + 1, 4]), "output_tokens": np.array([-5, 0, 0])}
    answer = price(made, usage, model="plain", as_of=NOW)
    for place, row in enumerate([{"input_tokens": -1, "output_tokens": -5}, {"input_tokens": 10**12 + 1}]):
        with pytest.raises(InvalidUsage) as caught:
            Usage(**row)
        assert answer.problems[answer.errors[place]].problems == caught.value.problems
    assert answer.amounts.tolist() == [UNPRICED, UNPRICED, 10**6]
    floats = price(made, {"audio_seconds": np.array([np.nan, np.inf, -1.0])}, model="talks", as_of=NOW)
    assert (floats.errors >= 0).all()


def test_a_row_without_an_instant_has_an_error(made):
    """NaT is no date on which a price is known."""
    at = np.array(["2026-11-23", "NaT"], "datetime64[s]")
    answer = price(made, {"input_tokens": np.array([4, 4])}, model="plain", as_of=at)
    assert answer.amounts.tolist() == [10**6, UNPRICED]
    assert "NaT" in str(answer.problems[0])


def test_equal_errors_are_kept_once_and_only_those_that_rows_have(made):
    """Names, missing prices and unsold tiers, each with the class that the scalar path raises."""
    names = ["plian", "plain", "none", "plian", "plain"]
    usage = {"input_tokens": np.full(5, 1), "video_seconds": np.array([0, 0, 0, 0, 1])}
    answer = price(made, usage, model=Column.of(names), as_of=NOW)
    assert [type(each) for each in answer.problems] == [UnknownModel, NotPriced, NotPriced]
    assert answer.errors.tolist() == [0, -1, 1, 0, 2]


def test_many_combinations_of_texts_are_told_apart(made):
    """Two thousand models in as many tiers are four million combinations, of which rows have two."""
    models = Column(("plain", *map(str, range(2000))), np.array([0, 0], np.int32))
    tiers = Column((*map(str, range(1999)), "standard", None), np.array([1999, 2000], np.int32))
    answer = price(made, {"input_tokens": np.array([4, 8])}, model=models, service_tier=tiers, as_of=NOW)
    assert answer.amounts.tolist() == [10**6, 2 * 10**6]


def test_a_fee_counts_towards_what_64_bits_hold(make_catalog):
    """A request of 9,000,000 USD and a token of 1,000,000 are 10,000,000 USD: too much, though either fits."""
    catalog = make_catalog({"lab/m": {"prices": [priced(requests="9000000", input_tokens="1000000000000")]}})
    answer = price(catalog, {"input_tokens": np.array([0, 1])}, model="m", as_of=NOW)
    assert answer.amounts.tolist() == [9 * 10**18, UNPRICED]
    assert "10000000" in str(answer.problems[answer.errors[1]])


@given(
    prices=st.lists(st.integers(1, 2**62), min_size=2, max_size=2),
    counts=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=9),
)
def test_no_amount_near_64_bits_wraps(tmp_path_factory, prices, counts):
    """Huge prices times few calls are the exact product, or an error where that passes 2^63-1 units."""
    calls, images = (Decimal(each).scaleb(-12) for each in prices)
    rates = priced(web_search_calls=f"{calls:f}", output_images=f"{images:f}")
    catalog = Catalog(str(write_catalog(tmp_path_factory.mktemp("huge") / "c", {"lab/m": {"prices": [rates]}})))
    columns = np.array(counts)
    answer = price(catalog, {"web_search_calls": columns[:, 0], "output_images": columns[:, 1]}, model="m", as_of=NOW)
    exact = [prices[0] * first + prices[1] * second for first, second in counts]
    assert answer.amounts.tolist() == [units if units <= MOST else UNPRICED for units in exact]
    assert answer.total() == sum(Decimal(units).scaleb(-12) for units in exact if units <= MOST)


@pytest.mark.parametrize(
    "at", [datetime(2026, 11, 22, 8, tzinfo=UTC), datetime(2026, 11, 22, 10, tzinfo=timezone(timedelta(hours=2)))]
)
def test_one_instant_may_stand_for_all_rows(made, at):
    """The price of 2 USD a million begins at 08:00 UTC; a moment before, in the gap, there is none."""
    usage = {"input_tokens": np.array([10, 20])}
    answer = price(made, usage, model="dated", as_of=at)
    assert answer.amounts.tolist() == [20 * 10**6, 40 * 10**6]
    assert "announcement" in answer.chosen[answer.offers[1]].warnings[0]
    gap = price(made, usage, model="dated", as_of=at - timedelta(microseconds=1))
    assert gap.errors.tolist() == [0, 0]
    assert "is known then; known: 2026-06-01 to 2026-11-20" in str(gap.problems[0])


def test_a_naive_instant_is_utc(made):
    """Without a zone 08:00 is 08:00 UTC, as in a column."""
    at = datetime(2026, 11, 22, 8)  # noqa: DTZ001 - that it has no zone is the point
    assert price(made, {"input_tokens": np.array([1])}, model="dated", as_of=at).amounts.tolist() == [2 * 10**6]


def test_a_row_without_a_model_is_that_rows_error(made):
    """None in a column of names is refused by the row, in a class of the one error tree."""
    answer = price(made, {"input_tokens": np.array([4, 4])}, model=Column.of(["plain", None]), as_of=NOW)
    assert answer.amounts.tolist() == [10**6, UNPRICED]
    assert isinstance(answer.problems[0], TokenplanError)


def test_a_column_of_texts_keeps_each_value_once():
    """Values are numbered in their order of appearance, None among them."""
    column = Column.of(["b", None, "a", "b"])
    assert column.values == ("b", None, "a")
    assert column.codes.tolist() == [0, 1, 2, 0]


def test_codes_below_zero_are_refused(made):
    """-1 is no value, though Python would take the last."""
    with pytest.raises(InvalidInput, match="codes must lie from 0 to 0"):
        price(made, {"input_tokens": np.array([1])}, model=Column(("plain",), np.array([-1], np.int32)), as_of=NOW)


@pytest.mark.parametrize("as_of", [np.array([20_000]), np.array(["2026-11-23"]), np.array([[1]], "datetime64[s]")])
def test_what_is_no_column_of_instants_is_refused(made, as_of):
    """Integers and texts are not guessed to be dates."""
    with pytest.raises(InvalidInput, match="must be one column of datetime64"):
        price(made, {"input_tokens": np.array([1])}, model="plain", as_of=as_of)


CROWD = [
    (model, None, None, None, datetime(2026, 11, 20, tzinfo=UTC) + timedelta(minutes=44 * step, seconds=step % 60), {})
    for step in range(66)
    for model in ("dated", "hours", "tiers")
]


@settings(max_examples=30)
@given(at=st.lists(st.sampled_from([-1, 0, 1]), min_size=1, max_size=9), seconds=st.integers(0, 3 * 86400))
def test_rows_that_outnumber_the_hours_are_priced_as_if_alone(made, at, seconds):
    """In two days of many rows each instant, also one beside a change of price, has its own price."""
    near = [datetime(2026, 11, 20, tzinfo=UTC) + timedelta(seconds=seconds), datetime(2026, 11, 22, 8, tzinfo=UTC)]
    turns = [each + timedelta(microseconds=step) for each in near for step in at]
    crowd = [(*row[:5], {"input_tokens": 7}) for row in CROWD]
    compare(
        made,
        [*crowd, *((model, None, None, None, at, {"input_tokens": 9}) for model in ("dated", "hours") for at in turns)],
    )


def test_a_price_that_changes_within_an_hour_changes_at_that_instant(make_catalog):
    """From 10:20:17 a token costs 3 units and no longer 2, however many rows lie about it."""
    turn = "2026-11-20T10:20:17Z"
    old, new = priced(input_tokens="0.000002"), priced(input_tokens="0.000003")
    catalog = make_catalog({"lab/m": {"prices": [old | {"valid_to": turn}, new | {"valid_from": turn}]}})
    at = np.datetime64("2026-11-20T10:20:17", "us") + np.arange(-50, 50).astype("timedelta64[us]")
    answer = price(catalog, {"input_tokens": np.full(100, 1)}, model="m", as_of=at)
    assert answer.amounts.tolist() == [2] * 50 + [3] * 50


def test_each_hour_may_have_a_price_of_its_own(make_catalog):
    """24 windows in one model and as many in others: a token at hour h costs h + 1 units."""
    prices = [priced(input_tokens=f"{(hour + 1) * Decimal('1e-6'):f}") for hour in range(24)]
    hours = [f"{hour:02}:00-{(hour + 1) % 24:02}:00" for hour in range(24)]
    sets = [each | {"hours": [span]} for each, span in zip(prices, hours, strict=True)]
    one = {"lab/all": {"prices": sets}}
    catalog = make_catalog(one | {f"lab/m{hour}": {"prices": [each]} for hour, each in enumerate(sets)})
    at = np.datetime64("2026-11-20", "us") + np.arange(96).astype("timedelta64[h]")
    usage = {"input_tokens": np.full(96, 1)}
    assert price(catalog, usage, model="all", as_of=at).amounts.tolist() == [hour % 24 + 1 for hour in range(96)]
    own = price(catalog, usage, model=Column.of([f"m{hour % 24}" for hour in range(96)]), as_of=at)
    assert own.amounts.tolist() == [hour % 24 + 1 for hour in range(96)]


def test_many_context_tiers_are_told_apart(make_catalog):
    """Forty tiers from 10, 20, 30 ... tokens: a prompt of n tokens pays the price of tier n // 10."""
    sets = [
        priced(input_tokens="0.000001"),
        *(
            priced(input_tokens=f"{(tier + 1) * Decimal('1e-6'):f}") | {"prompt_from": 10 * tier}
            for tier in range(1, 41)
        ),
    ]
    catalog = make_catalog({"lab/m": {"prices": sets}})
    tokens = np.arange(1, 420)
    answer = price(catalog, {"input_tokens": tokens}, model="m", as_of=NOW)
    assert answer.amounts.tolist() == [n * (min(n // 10, 40) + 1) for n in tokens.tolist()]


def test_buckets_of_one_price_are_counted_together_only_where_all_rows_agree(make_catalog):
    """Reasoning costs what output costs in one model and not in the other; both are mixed."""
    own = priced(input_tokens="1", output_tokens="2", reasoning_tokens="5")
    catalog = make_catalog(
        {"lab/a": {"prices": [priced(input_tokens="1", output_tokens="2")]}, "lab/b": {"prices": [own]}}
    )
    usage = {"output_tokens": np.array([3, 3]), "reasoning_tokens": np.array([4, 4])}
    answer = price(catalog, usage, model=Column.of(["a", "b"]), as_of=NOW)
    assert answer.amounts.tolist() == [14 * 10**6, 26 * 10**6]


def test_a_catalog_that_remembers_answers_as_one_that_does_not(tmp_path):
    """What was asked before, and in which order, changes no answer; nor do the names that mean nothing."""
    rows = [
        ("plain", None, None, None, NOW, {"input_tokens": 4}),
        ("plian", None, None, None, NOW, {"input_tokens": 4}),
    ]
    old = Catalog(str(write_catalog(tmp_path / "old", MODELS)))
    for _ in range(3):
        compare(old, rows)
        compare(old, [("dated", None, None, None, NOW - timedelta(days=day), {"input_tokens": 1}) for day in (9, 4, 0)])
    changed = MODELS | {"lab/plain": {"prices": [priced(input_tokens="9")]}}
    new = Catalog(str(write_catalog(tmp_path / "new", changed)))
    assert table(new, rows[:1]).amounts.tolist() == [36 * 10**6]


@pytest.mark.parametrize("dtype", [np.int8, np.int16, np.int32, np.int64])
def test_a_negative_count_is_its_rows_error_however_narrow_its_column(made, dtype):
    """-1 is never taken for 255 or for 65,535 tokens; nor is a code of it for the value 255."""
    answer = price(made, {"input_tokens": np.array([-1, 4], dtype)}, model="plain", as_of=NOW)
    assert answer.amounts.tolist() == [UNPRICED, 10**6]
    names = Column(("plain", *map(str, range(70_000))), np.array([0, -1], dtype))
    with pytest.raises(InvalidInput, match="codes must lie from 0 to 70000"):
        price(made, {"input_tokens": np.array([4, 4])}, model=names, as_of=NOW)
