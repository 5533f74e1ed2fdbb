"""Ratios learned from the user's own texts and their true counts, kept in a file, used for that model afterwards.

A ratio is the median of true tokens over o200k tokens among the texts of a kind, shrunk towards the shipped ratio as if
that stood on `PRIOR` texts; bounds are the outer quantiles of the same, shrunk likewise. How often they hold is told by
cross-validation: each fifth of the texts is counted by what the other four taught.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, replace
from statistics import median
from typing import TYPE_CHECKING, Any, Final

from planner.tokens.kinds import shares
from planner.tokens.registry import Ratio, Registry
from pricing.errors import InvalidInput, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from planner.tokens.counter import Counter
    from planner.tokens.registry import Method

LEAST: Final = 10
"""Pairs below which nothing is learned."""

PRIOR: Final = 5
"""Texts that the shipped ratio of a kind weighs."""

FOLDS: Final = 5
TAIL: Final = 0.02
"""The share of texts of a kind beyond each of its bounds."""

SCHEMA: Final = 1
_FACTORS: Final = (0.1, 10.0)
"""Tokens for one of o200k between which a pair is believed."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A text and its true number of tokens on the model, without any framing."""

    text: str
    tokens: int


@dataclass(frozen=True, slots=True)
class KindRatio:
    """What was learned of one kind: tokens for one of o200k with bounds, from so many pairs; what was shipped."""

    kind: str
    pairs: int
    ratio: float
    low: float
    high: float
    shipped: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """A model's learned ratios; share of pairs within bounds and median error, by cross-validation and as shipped."""

    model: str
    learned: str
    pairs: int
    coverage: float
    median_error: float
    shipped_coverage: float
    shipped_median_error: float
    kinds: tuple[KindRatio, ...]


def learn(pairs: Sequence[Pair], model: str, provider: str | None, counter: Counter, today: date) -> Calibration:
    """What the pairs teach of a model.

    Raises:
        InvalidInput: too few pairs, a count that cannot be true, or a model that is counted exactly.
        NotCountable, TooLarge: a text cannot be counted.
    """
    base = counter.registry().method(model, provider)
    if base.ratios is None:
        raise InvalidInput(f"{model} is counted exactly with {base.encoding}; there is nothing to learn", value=model)
    once = counter.once()
    found = _measured(pairs, base, once)
    _check(pairs, found)
    folds = [[pair for at, pair in enumerate(found) if at % FOLDS != fold] for fold in range(FOLDS)]
    methods = [_taught(base, _kinds(rest, base)) for rest in folds]
    checked = [_checked(pair, methods[at % FOLDS], once) for at, pair in enumerate(found)]
    shipped = [_checked(pair, replace(base, at_hand=()), once) for pair in found]
    return Calibration(
        model.lower(), today.isoformat(), len(found), *_quality(checked), *_quality(shipped), _kinds(found, base)
    )


def applied(registry: Registry, calibrations: Iterable[Calibration]) -> Registry:
    """The registry in which names that hold a calibrated model's are counted by what was learned."""
    for each in calibrations:
        method = _taught(registry.method(each.model), each.kinds)
        note = f"calibrated on {each.pairs} pairs of yours, {each.learned}"
        registry = registry.named(each.model, replace(method, note=note))
    return registry


def read(path: str) -> tuple[Calibration, ...]:
    """The calibrations of a file, by model; none where there is no file.

    Raises:
        InvalidInput: the file is damaged.
    """
    try:
        with open(path, encoding="utf-8") as file:  # noqa: PTH123 - pathlib is a slow import
            data = json.load(file)
        if data["schema"] != SCHEMA:
            raise InvalidInput(f"{path} has schema {data['schema']!r}; valid: {SCHEMA}", value=data["schema"])
        return tuple(_read_one(row) for row in data["calibrations"])
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise InvalidInput(f"{path}: {error.strerror or error}", value=path) from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidInput(
            f"{path} is no calibration file ({error}); delete it, or calibrate anew", value=path
        ) from None


def write(path: str, calibrations: Iterable[Calibration]) -> None:
    """Put calibrations in the file's place, whole or not at all."""
    rows = [_row(each) for each in sorted(calibrations, key=lambda each: each.model)]
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)  # noqa: PTH103, PTH120 - pathlib is a slow import
    fresh = f"{path}.{os.getpid()}.new"
    with open(fresh, "w", encoding="utf-8") as file:  # noqa: PTH123 - the same
        json.dump({"schema": SCHEMA, "calibrations": rows}, file, indent=1)
        file.write("\n")
    os.replace(fresh, path)  # noqa: PTH105 - the same


def _row(each: Calibration) -> dict[str, Any]:
    fields = {name: getattr(each, name) for name in Calibration.__dataclass_fields__}
    kinds = [{name: getattr(kind, name) for name in KindRatio.__dataclass_fields__} for kind in each.kinds]
    return {**fields, "kinds": kinds}


def _read_one(row: Mapping[str, Any]) -> Calibration:
    kinds = tuple(KindRatio(**kind) for kind in row["kinds"])
    for kind in kinds:
        if not 0 < kind.low <= kind.ratio <= kind.high:
            raise ValueError(f"{row['model']}: {kind.kind} has {kind.low}, {kind.ratio}, {kind.high}")
    return Calibration(**{**row, "kinds": kinds})


@dataclass(frozen=True, slots=True)
class _Measured:
    """A pair with its main kind of text and its tokens for one of o200k."""

    pair: Pair
    kind: str
    ratio: float


def _measured(pairs: Sequence[Pair], base: Method, counter: Counter) -> list[_Measured]:
    """The pairs that hold a token, measured."""
    found = []
    for at, pair in enumerate(pairs):
        tokens = counter.tokens(pair.text, base.encoding, ("pairs", at, "text"))
        if tokens:
            found.append(_Measured(pair, next(iter(shares(pair.text))), pair.tokens / tokens))
    return found


def _check(pairs: Sequence[Pair], found: Sequence[_Measured]) -> None:
    """Refuse too few pairs, and each that says what no tokenizer does."""
    if len(found) < LEAST:
        raise InvalidInput(
            f"{len(found)} pairs of {len(pairs)} hold text; at least {LEAST} are needed",
            loc=("pairs",),
            value=len(found),
        )
    low, high = _FACTORS
    wrong = [
        Problem(
            ("pairs", at, "tokens"),
            f"pairs[{at}] says {each.pair.tokens} tokens, {each.ratio:.3g} times as many as o200k makes of its text; "
            f"believed from {low:g} to {high:g} times",
            each.pair.tokens,
        )
        for at, each in enumerate(found)
        if not low <= each.ratio <= high
    ]
    if wrong:
        raise InvalidInput.of(wrong)


def _kinds(found: Sequence[_Measured], base: Method) -> tuple[KindRatio, ...]:
    """What the pairs of each kind teach; a kind without any is left as shipped."""
    assert base.ratios is not None
    ratios: dict[str, list[float]] = {}
    for each in found:
        ratios.setdefault(each.kind, []).append(each.ratio)
    return tuple(_kind(kind, sorted(mine), _wide(base.ratios[kind], base)) for kind, mine in sorted(ratios.items()))


def _kind(kind: str, ratios: Sequence[float], shipped: Ratio) -> KindRatio:
    """One kind's ratio and bounds, shrunk towards the shipped ones."""
    weight = len(ratios) / (len(ratios) + PRIOR)

    def shrunk(own: float, prior: float) -> float:
        return round(float(own**weight * prior ** (1 - weight)), 4)

    middle = shrunk(median(ratios), shipped.middle)
    low = min(middle, shrunk(_quantile(ratios, TAIL), shipped.low))
    high = max(middle, shrunk(_quantile(ratios, 1 - TAIL), shipped.high))
    return KindRatio(kind, len(ratios), middle, low, high, round(shipped.middle, 4))


def _quantile(ordered: Sequence[float], share: float) -> float:
    """A quantile, linear between order statistics (Hyndman and Fan's type 7)."""
    place = share * (len(ordered) - 1)
    at = int(place)
    after = ordered[min(at + 1, len(ordered) - 1)]
    return ordered[at] + (after - ordered[at]) * (place - at)


def _wide(ratio: Ratio, base: Method) -> Ratio:
    """A shipped ratio with the family's own bounds, which a calibrated method no longer has."""
    if base.bounds is None:
        return ratio
    low, high = base.bounds
    return Ratio(ratio.middle, min(ratio.low, ratio.middle * low), max(ratio.high, ratio.middle * high))


def _taught(base: Method, kinds: Iterable[KindRatio]) -> Method:
    """The method that counts by what was learned, and as shipped where nothing was."""
    shipped = {kind: _wide(ratio, base) for kind, ratio in (base.ratios or {}).items()}
    learned = {kind.kind: Ratio(kind.ratio, kind.low, kind.high) for kind in kinds}
    return replace(base, how="estimated", ratios={**shipped, **learned}, bounds=None, own=(), at_hand=())


def _checked(each: _Measured, method: Method, counter: Counter) -> tuple[bool, float]:
    """Whether a method's bounds hold the true count, and how far its estimate is off."""
    only = Registry({}, {}, method)
    found = replace(counter, registry=lambda: only).count(each.pair.text, "calibrated")
    true = each.pair.tokens
    return found.low <= true <= found.high, abs(found.tokens / true - 1)


def _quality(checked: Sequence[tuple[bool, float]]) -> tuple[float, float]:
    """The share within bounds and the median error."""
    held = sum(within for within, _ in checked) / len(checked)
    return round(held, 4), round(median(error for _, error in checked), 4)
