"""Short forms: what a person types for an object that is mostly one or two figures, such as `1200/300` for a load.

A type that has one says so itself, in `__short__`; the command line, or a cell, only asks.
"""

from __future__ import annotations

import re
from types import UnionType
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Union, get_args, get_origin

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_FIGURE: Final = r"(\d+(?:\.\d+)?(?:[eE]-?\d+)?|\.\d+)"
_SPREADS: Final[Mapping[tuple[str, ...], re.Pattern[str]]] = {
    ("p50", "p95"): re.compile(f"{_FIGURE}/{_FIGURE}"),
    ("low", "high"): re.compile(rf"{_FIGURE}\.\.{_FIGURE}"),
}
_SIZE: Final = re.compile(r"(\d+)/(\d+)")
_SHARED: Final = re.compile(r"(.+)@(0|1|[01]?\.\d+)")


class Short(NamedTuple):
    """A short form: how it is written, and the fields that a text in it stands for; None where it is in another."""

    form: str
    read: Callable[[str], dict[str, Any] | None]


def short(kind: Any) -> Short | None:
    """The short form of a type, or of that type of a union which has one."""
    kinds = get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,)
    found = (vars(each).get("__short__") for each in kinds if isinstance(each, type))
    return next((each for each in found if isinstance(each, Short)), None)


def spread(text: str) -> dict[str, float] | None:
    """`P50/P95` or `LOW..HIGH`."""
    for names, form in _SPREADS.items():
        if found := form.fullmatch(text):
            return {name: float(figure) for name, figure in zip(names, found.groups(), strict=True)}
    return None


def shared(text: str) -> tuple[str, float | None]:
    """`WHAT@SHARE`, such as `gpt-5-mini@0.7`, or `WHAT` alone; ids of models that end in `@20250929` are no shares."""
    found = _SHARED.fullmatch(text)
    return (found[1], float(found[2])) if found else (text, None)


def size(text: str) -> dict[str, int] | None:
    """`IN/OUT`, tokens of a request and its answer, as a usage."""
    found = _SIZE.fullmatch(text)
    return {"input_tokens": int(found[1]), "output_tokens": int(found[2])} if found else None
