"""Arrow IPC over `POST /v1/cost/batch`: a batch for a batch, bounded, and no stranger's bytes trusted."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.api.arrow import ARROW, MOST_ROWS

PATH = "/v1/cost/batch"
HEADERS = {"content-type": ARROW}
GOOD = {"model": ["gpt-5-mini", "claude-haiku-4-5"], "input_tokens": [1000, 120], "output_tokens": [200, 310]}


def stream(*batches, **options):
    """Batches as the bytes of one stream."""
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, batches[0].schema, options=pa.ipc.IpcWriteOptions(**options)) as writer:
        for batch in batches:
            writer.write_batch(batch)
    return sink.getvalue()


def read(data):
    """The answer's batches but the last, and what the last one's metadata says."""
    found, said = [], None
    with pa.ipc.open_stream(data) as reader:
        while True:
            try:
                batch, metadata = reader.read_next_batch_with_custom_metadata()
            except StopIteration:
                return found, said
            except pa.ArrowInvalid:
                assert "stream_error" in said
                return found, said
            if metadata is not None:
                said = json.loads(metadata[b"tokenplan"])
            else:
                found.append(batch)


def post(client, data):
    return client.post(PATH, content=data, headers=HEADERS)


def test_a_batch_is_answered_by_a_batch(client):
    """1,000 x 0.25 + 200 x 2 and 120 x 1 + 310 x 5 a million; the last batch is empty and holds the totals."""
    batch = pa.record_batch(GOOD)
    answer = post(client, stream(batch, batch.slice(0, 1)))
    assert answer.headers["content-type"] == ARROW
    found, totals = read(answer.content)
    assert [each["cost_usd"].to_pylist() for each in found] == [
        [Decimal("0.000650000000"), Decimal("0.001670000000")], [Decimal("0.000650000000")],
    ]  # fmt: skip
    assert found[0]["cost_usd"].type == pa.decimal128(38, 12)
    assert found[0]["cost_model"].to_pylist() == GOOD["model"]
    assert (totals["count"], totals["priced"], totals["total_usd"]) == (3, 3, "0.00297")


def test_a_rows_error_stands_in_its_own_column(client):
    """Unknown names, fractions of a token and texts that are no time sink no other row; a null is left out."""
    batch = pa.record_batch({
        "model": ["gpt-5-mini", "nope", "gpt-5-mini", "gpt-5-mini"],
        "input_tokens": [1000.0, 1.0, 1.5, 1.0],
        "output_tokens": [None, 1, 1, 1],
        "as_of": [None, None, None, "soon"],
    })  # fmt: skip
    (found,), totals = read(post(client, stream(batch)).content)
    assert found["cost_usd"].to_pylist() == [Decimal("0.000250000000"), None, None, None]
    errors = found["cost_error"].to_pylist()
    assert errors[0] is None
    assert [word in said for word, said in zip(("'nope'", "1.5", "'soon'"), errors[1:], strict=True)] == [True] * 3
    assert (totals["priced"], totals["refused"]) == (1, 3)


def test_arrows_own_types_are_taken(client):
    """Dictionaries, large and viewed texts, instants with a zone, unsigned counts, decimals of seconds."""
    at = pa.array([datetime(2026, 11, 1, tzinfo=UTC)] * 2, pa.timestamp("ns", "Europe/Berlin"))
    batch = pa.record_batch({
        "model": pa.array(["gpt-5-mini", "whisper-1"]).dictionary_encode(),
        "provider": pa.array(["openai"] * 2, pa.large_string()),
        "service_tier": pa.array([None, "standard"], pa.string_view()),
        "input_tokens": pa.array([1000, 0], pa.uint16()),
        "audio_seconds": pa.array([Decimal(0), Decimal("2.5")], pa.decimal128(9, 1)),
        "as_of": at,
    })  # fmt: skip
    (found,), totals = read(post(client, stream(batch)).content)
    assert found["cost_error"].to_pylist() == [None, None]
    assert totals["total_usd"] == "0.0005"  # 1,000 x 0.25 a million, and 2.5 x 0.0001


def test_a_row_that_used_nothing_is_refused(client):
    """A null is not used: in one bucket of two it costs nothing, in both it is the row's error; no bucket is a 422."""
    nulls = pa.array([None, None], pa.int64())
    batch = pa.record_batch({"model": ["gpt-5-mini"] * 2, "input_tokens": [1000, None], "output_tokens": nulls})
    (found,), _ = read(post(client, stream(batch)).content)
    assert found["cost_usd"].to_pylist() == [Decimal("0.000250000000"), None]
    assert "no usage" in found["cost_error"][1].as_py()
    assert post(client, stream(pa.record_batch({"model": ["gpt-5-mini"]}))).status_code == 422


@pytest.mark.parametrize(
    ("data", "status", "said"),
    [
        (b"", 422, "the body is empty"),
        (b"{}", 422, "no Arrow IPC stream"),
        (b"garbage", 422, "no Arrow IPC stream"),
        (b"\xff" * 64, 422, "no Arrow IPC stream"),
        (b"\xff\xff\xff\xff\xff\xff\xff\x7f", 413, "larger than"),
        (stream(pa.record_batch(GOOD | {"ouput_tokens": [1, 1]})), 422, "ouput_tokens: unknown column"),
        (stream(pa.record_batch({"input_tokens": [1]})), 422, "no column is 'model'"),
        (stream(pa.RecordBatch.from_arrays([pa.array(["a"])] * 2, ["model"] * 2)), 422, "stands twice"),
    ],
)
def test_a_schema_that_is_none_of_ours_is_refused(client, data, status, said):
    """Before anything is answered the refusal is a problem document with its own status."""
    answer = post(client, data)
    assert (answer.status_code, said in answer.json()["detail"]) == (status, True), answer.text


def _of(**columns):
    return pa.record_batch(columns)


@pytest.mark.parametrize(
    ("second", "said"),
    [
        (stream(_of(**GOOD), compression="zstd"), "without compression"),
        (stream(_of(model=["gpt-5-mini"], input_tokens=["1"])), "column 'input_tokens' holds string"),
        (stream(_of(model=[7], input_tokens=[1])), "column 'model' holds int64"),
        (stream(_of(model=["a"], as_of=[1])), "column 'as_of' holds int64"),
        (stream(_of(model=pa.nulls(MOST_ROWS + 1))), "send at most"),
        (stream(_of(**GOOD))[:-80], "in the midst of a message"),
    ],
)
def test_a_wrong_first_batch_is_refused(client, second, said):
    """Nothing has been answered yet, so that the refusal is a problem document with its own status."""
    answer = post(client, second)
    assert (answer.status_code, said in answer.json()["detail"]) == (422 if "at most" not in said else 413, True)


def test_what_breaks_later_breaks_the_answer(client):
    """Seven batches cut in the seventh: six are answered, the last metadata says why, no reader takes it for all."""
    cut = stream(*[_of(**GOOD)] * 7)[:-9]
    answer = post(client, cut)
    assert answer.status_code == 200
    found, last = read(answer.content)
    assert len(found) == 6
    assert "in the midst of a message" in last["stream_error"]["errors"][0]["msg"]
    with pytest.raises(pa.ArrowInvalid):
        pa.ipc.open_stream(answer.content).read_all()


def test_memory_is_bounded_by_the_message(guarded):
    """A stream far over the body limit is priced to its end; a batch over it is refused, a growing dictionary too."""
    headers = HEADERS | {"authorization": "Bearer first"}
    batch = pa.record_batch({"model": ["gpt-5-mini"], "input_tokens": [1000]})
    found, totals = read(guarded.post(PATH, content=stream(*[batch] * 100), headers=headers).content)
    assert (len(found), totals["total_usd"]) == (100, "0.025")
    large = pa.record_batch({"model": ["gpt-5-mini"] * 500, "input_tokens": [1] * 500})
    assert guarded.post(PATH, content=stream(large), headers=headers).status_code == 413
    names = [pa.array([f"model-{at}-{way}" for way in range(40)]) for at in range(9)]
    every = pa.chunked_array(names).combine_chunks()
    growing = [
        _of(model=pa.DictionaryArray.from_arrays([0], every.slice(0, 40 * (at + 1))), input_tokens=[1])
        for at in range(len(names))
    ]
    _, said = read(guarded.post(PATH, content=stream(*growing, emit_dictionary_deltas=True), headers=headers).content)
    assert "dictionaries have grown" in said["stream_error"]["errors"][0]["msg"]


def test_columns_by_dictionary_may_be_replaced(client):
    """Each batch may bring its own dictionary."""
    batches = [
        pa.record_batch({"model": pa.array([name]).dictionary_encode(), "input_tokens": [1000]})
        for name in ("gpt-5-mini", "claude-haiku-4-5")
    ]
    _, totals = read(post(client, stream(*batches)).content)
    assert totals["total_usd"] == "0.00125"  # 1,000 x 0.25 and 1,000 x 1 a million


WHOLE = stream(pa.record_batch(GOOD | {"service_tier": pa.array([None, "standard"]).dictionary_encode()}))


@given(place=st.integers(0, len(WHOLE) - 1), value=st.integers(0, 255), cut=st.integers(1, len(WHOLE)))
def test_damaged_bytes_never_fault(client, place, value, cut):
    """One byte changed, or the end cut off: an answer or a refusal, never a fault of ours."""
    damaged = bytearray(WHOLE)
    damaged[place] = value
    for data in (bytes(damaged), WHOLE[:cut]):
        answer = post(client, data)
        assert answer.status_code in (200, 413, 422), answer.text
        if answer.status_code == 200:
            read(answer.content)


def test_without_pyarrow_the_extra_is_named(client, monkeypatch):
    """The refusal says what to install."""
    import sys

    monkeypatch.setitem(sys.modules, "pyarrow", None)
    answer = post(client, WHOLE)
    assert (answer.status_code, "tokenplan[table]" in answer.json()["detail"]) == (422, True)
