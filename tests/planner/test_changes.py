"""Changes over hand-made histories: every date, figure and kind is worked by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from catalogs import NOW, SEEN, priced
from hypothesis import given
from hypothesis import strategies as st

from planner import ChangesQuestion, Planner, Usage
from pricing import InvalidInput, NotPriced, UnknownModel


def dated(start, end, **rates):
    """A rate set between two dates; None is open."""
    ends = {"valid_from": start and f"{start}T00:00:00Z", "valid_to": end and f"{end}T00:00:00Z"}
    return {**priced(**rates), **{key: at for key, at in ends.items() if at}}


def batch(rate_set):
    return {**rate_set, "tier": "batch"}


CHAT = {"mode": "chat"}
MODELS = {
    "lab/mine": {
        **CHAT,
        "prices": [
            dated(None, "2026-10-01", input_tokens="4", output_tokens="8"),
            dated("2026-10-01", None, input_tokens="2", output_tokens="8", cache_read_tokens="1"),
        ],
    },
    "lab/fallen": {
        **CHAT,
        "retires": "2027-03-01",
        "prices": [
            dated(None, "2026-09-01", input_tokens="5", output_tokens="10"),
            dated("2026-09-01", "2027-01-01", input_tokens="1", output_tokens="1"),
            {**dated("2027-01-01", None, input_tokens="3", output_tokens="1"), "basis": "announced"},
        ],
    },
    "lab/young": {**CHAT, "prices": [dated("2026-11-01", None, input_tokens="1", output_tokens="2")]},
    "lab/always": {**CHAT, "prices": [priced(input_tokens="0.5", output_tokens="0.5")]},
    "lab/gone": {**CHAT, "prices": [dated(None, "2026-11-20", input_tokens="1", output_tokens="1")]},
    "lab/short": {
        **CHAT,
        "limits": {"context_window": 900_000},
        "prices": [dated("2026-11-02", None, input_tokens="0.1", output_tokens="0.1")],
    },
    "other/batched": {
        "prices": [
            priced(input_tokens="2", output_tokens="2"),
            batch(dated("2026-10-10", None, input_tokens="1", output_tokens="1")),
        ]
    },
}
REQUEST = Usage(input_tokens=1_000_000, output_tokens=100_000)


@pytest.fixture
def planner(make_catalog):
    return Planner(make_catalog(MODELS, hosts=("other",)), lambda: None, lambda: NOW)


def told(answer):
    return [
        (f"{each.at:%m-%d}", each.kind, each.model, each.bucket, each.old_usd, each.new_usd) for each in answer.changes
    ]


def test_prices_that_move_come_with_both_sides(planner):
    """A price that is followed by another is one change with old, new, share and the day it takes hold."""
    answer = planner.changes(ChangesQuestion(since="2026-09-15", until="2026-10-05"))
    assert told(answer) == [
        ("10-01", "added", "mine", "cache_read_tokens", None, Decimal(1)),
        ("10-01", "moved", "mine", "input_tokens", Decimal(4), Decimal(2)),
    ]
    moved = next(each for each in answer.changes if each.kind == "moved")
    assert (moved.change_share, moved.announced, moved.source) == (-0.5, False, SEEN["source"])


def test_announced_changes_lie_ahead(planner):
    """What begins after the present is announced: 1 to 3 is plus two hundred per cent; a retirement has no price."""
    answer = planner.changes(ChangesQuestion(since="2026-11-23", provider="lab"))
    assert [(each.kind, each.model, each.announced) for each in answer.changes] == [
        ("moved", "fallen", True),
        ("retires", "fallen", True),
    ]
    assert answer.changes[0].change_share == 2.0
    assert (answer.changes[1].bucket, answer.changes[1].at) == (None, datetime(2027, 3, 1, tzinfo=UTC))


def test_first_and_last_prices_are_told_apart_from_moves(planner):
    """A first known price is an appearance, a last one an end, another tier an addition under its condition."""
    kinds = {(each.kind, each.model) for each in planner.changes(ChangesQuestion(since="2026-10-05")).changes}
    assert {("appeared", "young"), ("ended", "gone"), ("added", "batched")} <= kinds
    added = planner.changes(ChangesQuestion(since="2026-10-05", models=("other/batched",))).changes
    assert {each.conditions for each in added} == {("service_tier=batch",)}


def test_the_span_is_half_open(planner):
    """A change at `since` is in, one at `until` is out."""
    only = ChangesQuestion(since="2026-10-01", until="2026-10-02", models=("mine",))
    assert len(planner.changes(only).changes) == 2
    assert planner.changes(replace(only, since="2026-09-01", until="2026-10-01")).changes == ()


def test_models_that_became_cheaper_than_the_one_in_use(planner):
    """At the start mine costs 4.8 and fallen 6; now mine costs 2.8, fallen 1.1, and young, unknown then, 1.2.

    always (0.55) was cheaper before and is no news, gone has no price left, short cannot hold the request.
    """
    answer = planner.changes(ChangesQuestion(since="2026-08-01", in_use="mine", usage=REQUEST)).cheaper
    assert (answer.then_usd, answer.now_usd) == (Decimal("4.8"), Decimal("2.8"))
    assert [(each.model.id, each.why, each.then_usd, each.now_usd) for each in answer.models] == [
        ("fallen", "fell", Decimal(6), Decimal("1.1")),
        ("young", "new", None, Decimal("1.2")),
    ]
    assert answer.models[0].saving_usd == Decimal("1.7")
    assert answer.models[0].saving_share == pytest.approx(1.7 / 2.8)


def test_a_dearer_model_in_use_is_the_reason(planner):
    """Where the one in use rose past a model that stood still, the reason says so."""
    question = ChangesQuestion(since="2026-12-01", as_of="2027-02-01", in_use="fallen", usage=REQUEST, models=("mine",))
    row = planner.changes(replace(question, models=("young",))).cheaper.models[0]
    assert (row.why, row.then_usd, row.now_usd) == ("rose", Decimal("1.2"), Decimal("1.2"))


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"since": "soon"}, "since is 'soon'"),
        ({"since": "2026-10-01", "until": "2026-10-01"}, "must lie after since"),
        ({"since": "2026-10-01", "in_use": "mine"}, "in_use needs usage"),
        ({"since": "2026-10-01", "usage": REQUEST}, "usage needs in_use"),
        ({"since": "2027-10-01", "in_use": "mine", "usage": REQUEST}, "must lie before 2026-11-23"),
    ],
)
def test_wrong_questions_are_named(planner, wrong, says):
    """Dates and pairs of fields that make no sense are refused with their key."""
    with pytest.raises(InvalidInput, match=says):
        planner.changes(ChangesQuestion(**wrong))


def test_what_is_not_listed_or_priced_is_an_error(planner):
    """An unknown model or provider, and a model in use that cannot price the usage, are never left out."""
    with pytest.raises(UnknownModel):
        planner.changes(ChangesQuestion(since="2026-10-01", models=("mien",)))
    with pytest.raises(UnknownModel):
        planner.changes(ChangesQuestion(since="2026-10-01", provider="labb"))
    with pytest.raises(NotPriced):
        planner.changes(ChangesQuestion(since="2026-10-01", in_use="gone", usage=REQUEST))


@given(day=st.dates(date(2025, 1, 1), date(2027, 12, 1)))
def test_two_spans_hold_what_one_holds(shipped, day):
    """Changes until a day and from that day on are together all changes, on the shipped catalog."""
    planner = Planner(shipped, lambda: None, lambda: NOW)

    def count(since, until):
        return len(planner.changes(ChangesQuestion(since=since, until=until, provider="deepseek")).changes)

    split = f"{day:%Y-%m-%d}"
    assert count("2024-01-01", split) + count(split, "2028-01-01") == count("2024-01-01", "2028-01-01")
