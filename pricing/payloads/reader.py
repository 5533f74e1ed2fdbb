"""Read one usage payload by its table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from pricing.errors import InvalidUsage, Problem, one_of
from pricing.payloads.buckets import Figures, split
from pricing.payloads.paths import Loc, Node, leaves, select, spelled
from pricing.payloads.shapes import TABLES, Shape
from pricing.usage import LARGEST, Usage

if TYPE_CHECKING:
    from pricing.payloads.shapes import Items, Path, Role, Row

SHAPES: Final = tuple(TABLES)
"""Every payload shape that `read_usage` takes."""

_TIERS: Final[dict[str, str | None]] = {
    "default": "standard", "on_demand": "standard",
    "on_demand_flex": "flex", "on_demand_priority": "priority",
    "auto": None, "": None, "unspecified": None, "traffic_type_unspecified": None, "service_tier_unspecified": None,
}  # fmt: skip
_NO_REGION: Final = frozenset({"", "not_available"})
_AMOUNTS: Final[tuple[Role, ...]] = ("audio_seconds", "video_seconds")
_BILLABLE: Final = ("tokens", "tokencount", "token_count", "seconds", "requests", "calls", "_used")
"""How a key ends that may count something billed; unknown ones are reported, never dropped in silence."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a payload says: the usage, and the tier served, model and region where it names them (else None)."""

    usage: Usage
    service_tier: str | None = None
    model: str | None = None
    region: str | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Found:
    """A usage object, the objects around it (innermost first), and where it stands."""

    shape: Shape
    usage: Node
    around: tuple[Node, ...]
    loc: Loc


def read_usage(shape: str, payload: Mapping[str, object]) -> Reading:
    """Turn a provider's usage payload into disjoint buckets.

    The payload is the usage object, the response or final stream chunk that holds it, or `{"events": [...]}` with the
    events of a stream, whose later figures replace the earlier. Fees that only the response shows (OpenAI's web search
    calls) are counted where the whole response is given. `service_tier` is what was served: standard, batch, flex,
    priority, fast or the provider's own name.

    Raises:
        InvalidUsage: the shape is unknown, the payload holds no usage, a figure is missing, malformed or negative, or
            a part exceeds its whole; the message names key and value.
    """
    variants = TABLES.get(shape)
    if variants is None:
        raise InvalidUsage(f"no usage shape {shape!r}; {one_of(str(shape), SHAPES)}", loc=("shape",), value=shape)
    found = _find(shape, variants, payload)
    warnings: list[str] = []
    buckets = _buckets(found, warnings)
    return Reading(
        usage=_usage(found, buckets),
        service_tier=_tier(found),
        model=_first(found, found.shape.model),
        region=_region(found),
        warnings=tuple(dict.fromkeys(warnings)),
    )


def _find(name: str, variants: tuple[Shape, ...], payload: object) -> _Found:
    if isinstance(payload, Mapping):
        events = payload.get("events")
        found = _in_events(variants, events) if isinstance(events, list) else _in_response(variants, payload, ())
        if found:
            return found
    wanted = sorted({path[0] for shape in variants for row in shape.rows if row.role == "prompt" for path in row.paths})
    places = sorted({".".join(place) for shape in variants for place in shape.places})
    keys = ", ".join(map(str, list(payload)[:12])) if isinstance(payload, Mapping) else type(payload).__name__
    raise InvalidUsage(
        f"no {name} usage in the payload ({keys or 'empty'}); give the usage object ({' or '.join(wanted)}, ...), "
        f"the response or final stream chunk that holds it as {' or '.join(places)}, or every event as events: [...]",
        value=payload,
    )


def _in_response(variants: tuple[Shape, ...], payload: Node, early: tuple[Path, ...]) -> _Found | None:
    """The usage object that the payload is, or else holds in one of the documented places."""
    for shape in variants:
        if _is_usage(shape, payload):
            return _Found(shape, payload, (), ())
    for shape in variants:
        for place in (*shape.places, *early):
            for loc, usage in select(payload, place, snake=shape.snake):
                if isinstance(usage, Mapping) and (len(variants) == 1 or _is_usage(shape, usage)):
                    outer = [select(payload, place[:depth], snake=shape.snake)[0][1] for depth in range(len(place))]
                    return _Found(shape, usage, tuple(node for node in outer[::-1] if isinstance(node, Mapping)), loc)
    return None


def _is_usage(shape: Shape, node: Node) -> bool:
    def has(path: Path) -> bool:
        return bool(select(node, path, snake=shape.snake))

    totals = (path for row in shape.rows if row.role in {"prompt", "output"} for path in row.paths)
    return any(map(has, totals)) and all(map(has, shape.when)) and not any(map(has, shape.unless))


def _in_events(variants: tuple[Shape, ...], events: list[object]) -> _Found | None:
    """The usage of a stream: every event's figures, where a later one (they are cumulative) replaces an earlier."""
    merged: _Found | None = None
    whole = False
    for at, event in enumerate(events):
        if not isinstance(event, Mapping):
            continue
        last = _in_response(variants, event, ())
        whole = whole or last is not None
        found = last or _in_response(variants, event, variants[0].early)
        if found:
            before = merged or _Found(found.shape, {}, (), ())
            said = {key: value for key, value in found.usage.items() if value is not None}
            around = (*found.around, *before.around)
            merged = _Found(found.shape, {**before.usage, **said}, around, ("events", at, *found.loc))
    return merged if whole else None  # a stream cut off before its figures is not read as if it were complete


def _buckets(found: _Found, warnings: list[str]) -> dict[str, int]:
    """The buckets of the usage object and of the samplings that it leaves out."""
    shape, used = found.shape, set[Loc]()
    figures = _figures(found, used, warnings)
    searches = sum(_count_items(found, items, warnings) for items in shape.items)
    buckets, said = split(figures)
    warnings += said
    buckets["web_search_calls"] += searches
    for loc, entry in select(found.usage, (shape.rounds, "*"), snake=False) if shape.billed_rounds else ():
        if isinstance(entry, Mapping):
            for bucket, count in _round(found, loc, entry, warnings).items():
                buckets[bucket] += count
    warnings += _unknown(found, used)
    return buckets


def _round(found: _Found, loc: Loc, entry: Node, warnings: list[str]) -> dict[str, int]:
    """A sampling's own buckets if the usage object leaves it out."""
    kind = entry.get("type")
    if kind in found.shape.billed_rounds:
        warnings.append(
            f"{spelled(loc)} ({kind}) is billed beside the message; added to the request, tiers see the sum"
        )
        within = _Found(found.shape, entry, (), (*found.loc, *loc))
        return split(_figures(within, set(), warnings))[0]
    if kind != "message":
        warnings.append(f"{spelled(loc)} is of type {kind!r}; it is not in the cost: price it as a request of its own")
    return {}


def _figures(found: _Found, used: set[Loc], warnings: list[str]) -> Figures:
    """What each row of the table finds, every malformed or missing figure reported at once."""
    counts: dict[Role, int] = {}
    locs: dict[Role, Loc] = {}
    problems: list[Problem] = []
    for row in found.shape.rows:
        if row.role in _AMOUNTS:
            used |= {loc for path in row.paths for loc, _ in select(found.usage, path, snake=False)}
            continue
        said = _row(found, row, used, problems)
        if said is None:
            continue
        loc, count = said
        counts[row.role] = counts.get(row.role, 0) + count
        locs.setdefault(row.role, (*found.loc, *loc))
        if row.note and count:
            warnings.append(f"{spelled(loc)} {count}: {row.note}")
    problems += _missing(found, counts, problems)
    if problems:
        raise InvalidUsage.of(problems)
    return Figures(counts, locs, found.shape.outside)


def _row(found: _Found, row: Row, used: set[Loc], problems: list[Problem]) -> tuple[Loc, int] | None:
    """Where a row's figure stands and what it is; spellings must agree, a zero beside a figure counts as silence."""
    said: dict[Loc, int] = {}
    for path in row.paths:
        hits = [hit for hit in select(found.usage, path, snake=found.shape.snake) if hit[1] is not None]
        used |= {loc for loc, _ in hits}
        if hits:
            said[hits[0][0]] = sum(_count(found, loc, value, problems) for loc, value in hits)
    if not said:
        return None
    first = max(said, key=lambda loc: said[loc])
    for loc, count in said.items():
        if 0 < count != said[first]:
            text = f"{spelled(loc)} is {count}, but {spelled(first)} is {said[first]}; they must agree"
            problems.append(Problem((*found.loc, *loc), text, count))
    return first, said[first]


def _count(found: _Found, loc: Loc, value: object, problems: list[Problem]) -> int:
    if isinstance(value, str) and str(loc[-1]).startswith("x-amzn-") and value.isascii() and value.isdecimal():
        value = int(value[:20])  # HTTP headers are text
    if type(value) is int and 0 <= value <= LARGEST:
        return value
    text = f"{spelled((*found.loc, *loc))} is {_brief(value)}; it must be a whole number from 0 to {LARGEST}"
    problems.append(Problem((*found.loc, *loc), text, value))
    return 0


def _brief(value: object) -> str:
    if isinstance(value, int) and value.bit_length() > 256:  # noqa: PLR2004 - Python refuses to print huge integers
        return f"an integer of {value.bit_length()} bits"
    return type(value).__name__ if isinstance(value, (dict, list)) else f"{value!r:.60}"


def _missing(found: _Found, counts: dict[Role, int], problems: list[Problem]) -> list[Problem]:
    """Required figures that are absent; a total that the prompt alone makes says that there was no output."""
    if "prompt" in counts and counts.get("total") == counts["prompt"]:
        counts.setdefault("output", 0)
    roles = [role for role in found.shape.required if role not in counts] if not problems else []
    rows = [next(row for row in found.shape.rows if row.role == role) for role in roles]
    return [
        Problem(
            (*found.loc, *row.paths[0]),
            f"{spelled((*found.loc, *row.paths[0]))} is missing; it must be a whole number "
            "(for a stream, give the final chunk or every event as events: [...])",
        )
        for row in rows
    ]


def _count_items(found: _Found, items: Items, warnings: list[str]) -> int:
    """How many billed things the response around the usage object lists."""
    whole = next((node for node in found.around if items.path[0] in node), None)
    count = len(select(whole, items.path, snake=found.shape.snake))
    count -= sum(len(select(whole, path, snake=found.shape.snake)) for path in items.less)
    if items.note and count:
        warnings.append(f"{items.path[-2]} {count}: {items.note}")
    return count if items.role == "searches" else 0


def _unknown(found: _Found, used: set[Loc]) -> list[str]:
    """A warning for each non-zero figure that the table does not know."""
    return [
        f"{spelled(loc)} {_brief(value)} is not known to Tokenplan; it is not in the cost unless a total includes it"
        for loc, value in leaves(found.usage, found.shape.rounds)
        if value and loc not in used and str(loc[-1]).lower().endswith(_BILLABLE)
    ]


def _usage(found: _Found, buckets: Mapping[str, int]) -> Usage:
    audio, video = (_amount(found, role) for role in _AMOUNTS)
    return Usage(audio_seconds=audio, video_seconds=video, **buckets)  # type: ignore[arg-type] # buckets are the counts


def _amount(found: _Found, role: Role) -> Decimal:
    """A duration in seconds; the first spelling that is there."""
    rows = (row for row in found.shape.rows if row.role == role)
    for loc, value in (hit for row in rows for path in row.paths for hit in select(found.usage, path, snake=False)):
        amount = _decimal(value)
        if amount is None:
            text = f"{spelled((*found.loc, *loc))} is {_brief(value)}; it must be seconds from 0 to {LARGEST}"
            raise InvalidUsage(text, loc=(*found.loc, *loc), value=value)
        return amount
    return Decimal(0)


def _decimal(value: object) -> Decimal | None:
    """A decimal from 0 to the largest quantity; absent is 0, anything else is None."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal, type(None))):
        return None
    amount = Decimal(repr(value)) if isinstance(value, float) else Decimal(value or 0)
    return amount if amount.is_finite() and 0 <= amount <= LARGEST else None


def _texts(found: _Found, paths: tuple[Path, ...]) -> list[str]:
    """What the usage object and those around it say at some paths, in the order of the paths."""
    said: list[str] = []
    for path in paths:
        for node in (found.usage, *found.around):
            for loc, value in select(node, path, snake=found.shape.snake):
                if value is not None and not isinstance(value, str):
                    raise InvalidUsage(f"{spelled(loc)} is {_brief(value)}; it must be text", loc=loc, value=value)
                said += [value] if value else []
    return said


def _first(found: _Found, paths: tuple[Path, ...]) -> str | None:
    return next(iter(_texts(found, paths)), None)


def _tier(found: _Found) -> str | None:
    """The tier served: the first that is not standard, for a fast mode may stand beside a standard tier."""
    tiers = [_TIERS.get(text.lower(), text.lower()) for text in _texts(found, found.shape.tier)]
    known = [tier for tier in tiers if tier]
    return next((tier for tier in known if tier != "standard"), known[0] if known else None)


def _region(found: _Found) -> str | None:
    region = _first(found, found.shape.region)
    return None if region in _NO_REGION else region
