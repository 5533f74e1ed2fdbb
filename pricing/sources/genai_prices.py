"""Reads genai-prices: the package's `data.py` as a syntax tree, so that nothing is ever run, or the feed's JSON."""

from __future__ import annotations

import ast
import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from pricing.sources.records import STANDARD, Origin, RateSet, Record, exact, instant

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

KIND: Final = "_"
TOKENS: Final = {
    "input_mtok": "input_tokens",
    "cache_read_mtok": "cache_read_tokens",
    "cache_write_mtok": "cache_write_5m_tokens",
    "cache_write_1h_mtok": "cache_write_1h_tokens",
    "output_mtok": "output_tokens",
    "output_reasoning_mtok": "reasoning_tokens",
    "input_audio_mtok": "input_audio_tokens",
    "output_audio_mtok": "output_audio_tokens",
    "cache_audio_read_mtok": "cache_audio_read_tokens",
    "input_image_mtok": "input_image_tokens",
    "output_image_mtok": "output_image_tokens",
    "cache_image_read_mtok": "cache_image_read_tokens",
    "input_video_mtok": "input_video_tokens",
}
_DIVIDED: Final = {
    "requests_kcount": ("requests", 1000),
    "web_searches_kcount": ("web_search_calls", 1000),
    "audio_hours": ("audio_seconds", 3600),
    "input_audio_hours": ("audio_seconds", 3600),
}
_DIGITS: Final = 20

Price = dict[str, Any]
Span = tuple[str | None, str | None, Price]


def read(text: str, origin: Origin) -> list[Record]:
    """Every model of the package's `data.py` or the feed's JSON, in its order, under the project's provider names."""
    return [_model(provider["id"], model, origin) for provider in _providers(text) for model in provider["models"]]


def provider_names(text: str) -> dict[str, str]:
    """The display name of each provider id."""
    return {provider["id"]: provider["name"] for provider in _providers(text)}


def _providers(text: str) -> list[dict[str, Any]]:
    if text.lstrip()[:1] == "[":
        return list(json.loads(text, parse_float=Decimal))
    for statement in ast.parse(text).body:
        if isinstance(statement, ast.AnnAssign) and statement.value is not None:
            return list(_value(statement.value))
    raise ValueError("genai-prices data.py has no annotated list of providers")


def _value(node: ast.expr) -> Any:
    """A literal, or a call as a dict of its keywords with its name under `_`; nothing is evaluated."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.List | ast.Tuple):
        return [_value(item) for item in node.elts]
    if isinstance(node, ast.Dict):
        return {_value(key): _value(value) for key, value in zip(node.keys, node.values, strict=True) if key}
    if isinstance(node, ast.Call):
        return _call(node)
    return ast.unparse(node)


def _call(node: ast.Call) -> Any:
    name = ast.unparse(node.func).rpartition(".")[2]
    positional = [_value(item) for item in node.args]
    if name == "Decimal":
        return Decimal(positional[0])
    if name == "date":
        return "{:04d}-{:02d}-{:02d}".format(*positional)
    if name == "time":
        return "{:02d}:{:02d}".format(*positional)
    return {KIND: name} | {str(keyword.arg): _value(keyword.value) for keyword in node.keywords}


def _model(provider: str, model: dict[str, Any], origin: Origin) -> Record:
    entries = _entries(model["prices"])
    variants = list(model.get("price_variants") or ())
    notes = list(_unplaced(price for _, price in entries)) + list(_untiered(variants))
    if model.get("deprecated"):
        notes.append("deprecated")
    return Record(
        provider=provider,
        model=model["id"],
        origin=origin,
        name=model.get("name"),
        aliases=tuple(alias for alias in _exact_names(model["match"]) if alias != model["id"]),
        context_window=model.get("context_window"),
        sets=tuple(_sets(entries, variants, origin)),
        notes=tuple(f"{origin.source}: {note}" for note in dict.fromkeys(notes)),
    )


def _entries(prices: Any) -> list[tuple[dict[str, str] | None, Price]]:
    """(constraint, price) pairs: later ones win; a plain price is one without a constraint."""
    if isinstance(prices, dict):
        return [(None, _price(prices))]
    return [(entry.get("constraint"), _price(entry["prices"])) for entry in prices]


def _price(call: Price) -> Price:
    return {key: value for key, value in call.items() if key != KIND and value is not None}


def _sets(entries: list[Any], variants: list[Any], origin: Origin) -> Iterator[RateSet]:
    standard = _spans(entry for entry in entries if not _hours(entry[0]))
    for since, until, price in standard:
        yield from _levels(price, RateSet(rates={}, origin=origin, valid_from=since, valid_to=until))
    yield from _windows(entries, origin)
    for tier in dict.fromkeys(filter(None, map(_tier, variants))):
        # The first variant that is active wins, where the last standard price does.
        chosen = [(v.get("constraint"), _price(v["prices"])) for v in reversed(variants) if _tier(v) == tier]
        for since, until, price in _spans(entry for entry in chosen if entry[1]):
            for base in standard:
                start, end = max(since or "", base[0] or "") or None, _earlier(until, base[1])
                if end is None or (start or "") < end:
                    shape = RateSet(rates={}, origin=origin, tier=tier, valid_from=start, valid_to=end)
                    yield from _levels({**base[2], **price}, shape)


def _spans(entries: Iterable[tuple[dict[str, str] | None, Price]]) -> list[Span]:
    """Dated entries as consecutive half-open spans."""
    dated = [(instant(limit["start_date"]) if limit else None, price) for limit, price in entries]
    starts = sorted({start or "" for start, _ in dated})
    spans: list[Span] = []
    for index, start in enumerate(starts):
        active = [price for since, price in dated if (since or "") <= start]
        until = starts[index + 1] if index + 1 < len(starts) else None
        spans.append((start or None, until, active[-1]))
    return spans


def _windows(entries: list[Any], origin: Origin) -> Iterator[RateSet]:
    """Daily windows hold from the dated price before them to the dated price after them."""
    for index, (limit, price) in enumerate(entries):
        if not _hours(limit):
            continue
        before = [_start(other) for other, _ in entries[:index] if _start(other)]
        after = [_start(other) for other, _ in entries[index:] if _start(other)]
        shape = RateSet(
            rates={},
            origin=origin,
            hours=_hours(limit),
            valid_from=max(filter(None, before), default=None),
            valid_to=min(filter(None, after), default=None),
        )
        yield from _levels(price, shape)


def _start(limit: dict[str, str] | None) -> str | None:
    return instant(limit["start_date"]) if limit and "start_date" in limit else None


def _hours(limit: dict[str, str] | None) -> tuple[str, ...]:
    return (f"{limit['start_time']}-{limit['end_time']}",) if limit and "start_time" in limit else ()


def _earlier(one: str | None, other: str | None) -> str | None:
    return min(filter(None, (one, other)), default=None)


def _levels(price: Price, shape: RateSet) -> Iterator[RateSet]:
    """One complete set for the base and each threshold; a price that names no tier holds at all of them."""
    starts = {tier["start"] for value in price.values() if isinstance(value, dict) for tier in value["tiers"]}
    for above in (None, *sorted(starts)):
        rates = dict(filter(None, (_rate(key, _at(value, above)) for key, value in price.items())))
        if rates:
            yield RateSet(
                rates=rates,
                origin=shape.origin,
                tier=shape.tier,
                above=above,
                valid_from=shape.valid_from,
                valid_to=shape.valid_to,
                hours=shape.hours,
            )


def _at(value: Any, above: int | None) -> Decimal:
    """The price at a prompt just over a threshold, or below all of them."""
    if not isinstance(value, dict):
        return exact(value)
    passed = [tier["price"] for tier in value["tiers"] if above is not None and tier["start"] <= above]
    return exact(passed[-1] if passed else value["base"])


def _rate(key: str, value: Decimal) -> tuple[str, Decimal] | None:
    """The bucket and price of a key, or None when there is no such bucket or the quotient is not exact."""
    if key in TOKENS:
        return TOKENS[key], value
    if key not in _DIVIDED:
        return None
    bucket, by = _DIVIDED[key]
    quotient = value / by
    whole = quotient * by == value and len(quotient.as_tuple().digits) < _DIGITS
    return (bucket, quotient) if whole else None


def _unplaced(prices: Iterable[Price]) -> Iterator[str]:
    """What a price names and no bucket takes."""
    for price in prices:
        for key, value in price.items():
            if key not in TOKENS and _rate(key, _at(value, None)) is None:
                yield f"{key} {_at(value, None)} has no bucket or no exact price per unit"


def _tier(variant: dict[str, Any]) -> str | None:
    """The service tier of a variant; None for variants by anything else, and for `default`, which is standard."""
    (key, value), *more = variant["when"].items()
    if more or (key, value) == ("service_tier", "default"):
        return None
    return str(value) if key in {"processing", "service_tier", "speed"} and value != STANDARD else None


def _untiered(variants: Iterable[dict[str, Any]]) -> Iterator[str]:
    for variant in variants:
        if _tier(variant) is None and _price(variant["prices"]):
            yield f"other prices when {', '.join(f'{k} is {v}' for k, v in variant['when'].items())} are left out"


def _exact_names(clause: dict[str, Any]) -> Iterator[str]:
    """The names that a match clause takes by equality; patterns and prefixes are no aliases."""
    if "equals" in clause:
        yield clause["equals"]
    for inner in clause.get("or_") or clause.get("or") or ():
        yield from _exact_names(inner)
