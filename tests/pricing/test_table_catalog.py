"""The shipped catalog by columns: each model, tier, region, date, threshold and hour as the scalar path prices it."""

from __future__ import annotations

import random
from datetime import UTC, datetime, time, timedelta

import pytest
from catalogs import NOW
from tables import compare

from pricing import BUCKETS

MOMENT = timedelta(microseconds=1)
PIECE = 20_000


def compare_all(catalog, rows):
    """All rows in tables that mix models, the same ones each run; returns the share that has a price."""
    mixed = random.Random(7).sample(rows, len(rows))
    done = [compare(catalog, mixed[start : start + PIECE]) for start in range(0, len(mixed), PIECE)]
    return sum(done) / len(rows)


def turns(model):
    """The instants at which a model's prices or warnings may change: dates, retirement, 90 days before it."""
    known = {at for each in model.sets for at in (each.valid_from, each.valid_to) if at is not None}
    if model.retires:
        gone = datetime.fromisoformat(model.retires).replace(tzinfo=UTC)
        known |= {gone, gone - timedelta(days=90)}
    return known


def hours(model):
    """The instants at which a window opens or closes, on every day of a fortnight with a holiday in it, and beyond."""
    windows = {each.window for each in model.sets if each.window}
    days = [NOW.date().replace(month=9, day=24) + timedelta(days=step) for step in range(15)]
    beyond = {window.holidays.covers_through + timedelta(days=1) for window in windows if window.holidays}
    for window in windows:
        minutes = {minute for span in window.spans for minute in span} | {0}
        if window.holidays:
            minutes.add(-window.holidays.utc_offset_hours * 60 % 1440)
        for day in (*days, *beyond, *(each - timedelta(days=1) for each in beyond)):
            yield from (datetime.combine(day, time(), UTC) + timedelta(minutes=minute) for minute in minutes)


def places(model):
    """Every tier and region that a model sells, and those that it may not."""
    for tier in (None, *model.tiers, "priority"):
        for region in (None, *model.regions, "global", "mars"):
            yield model.id, model.provider, tier, region


def both_sides(instants):
    """Each instant and the moment before it."""
    return sorted({at + step for at in instants for step in (-MOMENT, timedelta(0))})


def edge_rows(model):
    """Just before and at each date, each threshold and, in the default offer, each hour."""
    levels = {each.threshold + step for each in model.sets if each.threshold for step in (-1, 0)}
    usages = [
        {"input_tokens": prompt - prompt // 3, "cache_read_tokens": prompt // 3, "output_tokens": 7}
        for prompt in sorted({1000, *levels})
    ]
    for place in places(model):
        at_hours = hours(model) if place[3] != "mars" else ()
        for at in (NOW, *both_sides([*turns(model), *at_hours])):
            yield from ((*place, at, usage) for usage in usages)


def bucket_rows(model):
    """Each bucket by itself, then all that the model has a price for."""
    own = {bucket for each in model.sets for bucket in each.rates}
    for tier, region in model.offers:
        place = (model.id, model.provider, tier, region)
        yield from ((*place, NOW, {bucket: 3}) for bucket in BUCKETS)
        yield (*place, NOW, dict.fromkeys(sorted(own), 11))


@pytest.mark.slow
def test_every_edge_of_the_shipped_catalog_costs_the_same_by_columns(shipped):
    """All models in all tiers and regions, one moment before and at each boundary, one token below and at each tier."""
    rows = [row for model in shipped.models() for row in edge_rows(model)]
    assert {row[:2] for row in rows} == {(model.id, model.provider) for model in shipped.models()}
    assert compare_all(shipped, rows) > 0.25


@pytest.mark.slow
def test_every_bucket_of_the_shipped_catalog_costs_the_same_by_columns(shipped):
    """Each bucket alone, priced by itself, by its fallback, by the standard set's fee or refused in the same words."""
    rows = [row for model in shipped.models() for row in bucket_rows(model)]
    assert compare_all(shipped, rows) > 0.1


def test_prices_by_the_hour_change_with_the_minute(shipped):
    """Models with windows around every opening, closing, weekday and holiday, alone and in one table."""
    hourly = [model for model in shipped.models() if any(each.window for each in model.sets)]
    assert any(model.provider == "deepseek" for model in hourly)
    rows = [
        (model.id, model.provider, None, None, at, {"input_tokens": 9, "output_tokens": 3})
        for model in hourly
        for at in both_sides(hours(model))
    ]
    assert compare(shipped, rows) == len(rows)
    for model in hourly:
        compare(shipped, [row for row in rows if row[:2] == (model.id, model.provider)][::7])
