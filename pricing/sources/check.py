"""Checks a catalog's texts against the rules of docs/adr/0001 before they are written."""

from __future__ import annotations

import json
from decimal import Decimal
from itertools import combinations
from typing import TYPE_CHECKING, Any

from pricing.errors import BadCatalog, Problem
from pricing.usage import BUCKETS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_ALL_DAYS = frozenset(range(1, 8))


def check(files: Mapping[str, str]) -> None:
    """Passes silently when every provider file keeps the rules.

    Raises:
        BadCatalog: with one problem a fault: unknown buckets, zeros, ties, no source, bare ids of two makers.
    """
    problems = [
        Problem((name, *place), message)
        for name, text in files.items()
        if name.startswith("providers/")
        for place, message in _provider(json.loads(text))
    ]
    problems += [Problem(("index.json", "ids", name), message) for name, message in _ids(files)]
    if problems:
        raise BadCatalog.of(problems)


def _provider(data: dict[str, Any]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for model, entry in data["models"].items():
        for place, line in enumerate(entry["prices"]):
            for message in _line(line):
                yield (model, place), f"{model}: {message}"
        for one, other in combinations(entry["prices"], 2):
            if tie(one, other):
                yield (model,), f"{model}: two sets tie: {one} and {other}"


def _line(line: dict[str, Any]) -> Iterator[str]:
    if not line["rates"]:
        yield "a rate set has no rates"
    for bucket, text in line["rates"].items():
        if bucket not in BUCKETS:
            yield f"unknown bucket {bucket}"
        if not isinstance(text, str) or "e" in text.lower() or Decimal(text) < 0:
            yield f"{bucket} is {text!r}, not a plain decimal string"
        if Decimal(text) == 0 and not line.get("free"):
            yield f"{bucket} is zero and not free"
    if not line.get("source") or not line.get("observed"):
        yield "no source or observed date"
    if line.get("valid_from", "") >= line.get("valid_to", "~"):
        yield f"it ends at {line['valid_to']}, before it begins"


def tie(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two rate sets could hold at once with nothing to choose between them."""
    for key in ("tier", "region", "prompt_above", "prompt_from"):
        if one.get(key) != other.get(key):
            return False
    dates = max(a.get("valid_from", "") for a in (one, other)) < min(a.get("valid_to", "~") for a in (one, other))
    return dates and _windowed(one) == _windowed(other) and _meet(one, other)


def _windowed(line: dict[str, Any]) -> bool:
    return any(line.get(key) for key in ("hours", "weekdays", "except_holidays"))


def _meet(one: dict[str, Any], other: dict[str, Any]) -> bool:
    days = set(one.get("weekdays", _ALL_DAYS)) & set(other.get("weekdays", _ALL_DAYS))
    return bool(days and _minutes(one) & _minutes(other))


def _minutes(line: dict[str, Any]) -> set[int]:
    """The minutes of the day that a set's hours cover; all of them without hours."""
    covered: set[int] = set()
    for span in line.get("hours", ["00:00-24:00"]):
        start, end = (int(clock[:2]) * 60 + int(clock[3:]) for clock in span.split("-"))
        covered |= set(range(start, end)) if start < end else set(range(start, 1440)) | set(range(end))
    return covered


def _ids(files: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Bare ids that two makers list as their own."""
    index = json.loads(files["index.json"])
    makers = {name for name, row in index["providers"].items() if row["maker"]}
    own: dict[str, list[str]] = {}
    for name in sorted(makers):
        for model, entry in json.loads(files[f"providers/{name}.json"])["models"].items():
            if not entry.get("resold"):
                own.setdefault(model, []).append(name)
    for model, names in own.items():
        if len(names) > 1:
            yield model, f"{model} is listed as their own by {', '.join(names)}"
