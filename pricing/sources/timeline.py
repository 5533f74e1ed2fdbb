"""Joins the chosen current prices with the dated history that another source keeps; what ended is kept."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pricing.sources import compare
from pricing.sources.records import distinct

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pricing.sources.records import RateSet


def joined(chosen: Sequence[RateSet], history: Sequence[RateSet], now: str) -> tuple[RateSet, ...]:
    """One source's current and future sets after another's past ones, without overlap.

    Where both agree on today's price, the history says since when; otherwise the chosen price begins where its own
    source dates it, or where the history's last price began. Before the history's first price stand those that the
    chosen source dates.
    """
    current = compare.current(chosen, now)
    if not history or not current:
        return tuple(chosen)
    future = tuple(one for one in chosen if (one.valid_from or "") > now)
    own = next((one.valid_from for one in current if not one.windowed), None)
    last = compare.base(history, now)
    past = tuple(one for one in history if one.valid_to is not None and one.valid_to <= now)
    if compare.agree(current, history, now):
        since = _began(own, last, bool(past))
    elif own is not None and last is not None and own > (last.valid_from or ""):
        since, past = own, _until(history, own)
    else:
        since = last.valid_from if last else own or max((one.valid_to or "" for one in past), default=None)
    if not past:
        past = tuple(one for one in chosen if one.valid_to is not None and one.valid_to <= (since or ""))
    known = (*_until(past, since), *(_since(one, since) for one in current), *future)
    first = min(one.valid_from or "" for one in known)
    before = [one for one in chosen if not one.windowed and (one.valid_from or (one.valid_to or "~") <= first)]
    return (*_until(before, first or None), *known)


def completed(sets: Sequence[RateSet], other: Sequence[RateSet], now: str) -> tuple[RateSet, ...]:
    """Past sets with the buckets that they lack from a source that sold at the same prices in part of their time."""
    return tuple(_completed(one, other) if one.valid_to and one.valid_to <= now else one for one in sets)


def _completed(one: RateSet, other: Sequence[RateSet]) -> RateSet:
    for each in () if one.windowed else other:
        begins, ends = max(one.valid_from or "", each.valid_from or ""), min(one.valid_to or "~", each.valid_to or "~")
        if each.windowed or each.threshold != one.threshold or begins >= ends:
            continue
        lacks = {
            bucket: rate
            for bucket, rate in distinct(each.rates).items()
            if bucket not in {*one.rates, *compare.HEADLINE}
        }
        if lacks and compare.same(one.rates, each.rates):
            origins = dict.fromkeys(lacks, each.origin)
            return replace(one, rates={**one.rates, **lacks}, filled={**one.filled, **origins})
    return one


def _began(own: str | None, last: RateSet | None, has_past: bool) -> str | None:
    """When today's price began: as the history says if something came before, else the earlier of the two dates."""
    dated = last.valid_from if last else None
    if has_past:
        return dated or own
    return min(filter(None, (own, dated)), default=None)


def _until(sets: Sequence[RateSet], end: str | None) -> tuple[RateSet, ...]:
    """The sets that begin before an instant, ended by it."""
    if end is None:
        return ()
    return tuple(
        replace(one, valid_to=min(filter(None, (one.valid_to, end)))) for one in sets if (one.valid_from or "") < end
    )


def _since(one: RateSet, since: str | None) -> RateSet:
    """A current set begun at an instant; a windowed one no earlier than its source says."""
    start = max(since or "", one.valid_from or "") if one.windowed else since
    return replace(one, valid_from=start or None)
