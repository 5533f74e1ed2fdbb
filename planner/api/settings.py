"""What a server may do and refuse; read from the environment once, at start."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Final

from planner.assemble import MEGABYTE, megabytes
from planner.tokens.workers import Bounds
from pricing.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Settings:
    """Keys, CORS origins, the body limit in bytes, and what counting a large text may take."""

    api_keys: tuple[str, ...] = ()
    cors_origins: tuple[str, ...] = ()
    max_body: int = 16 * MEGABYTE
    counting: Bounds = field(default_factory=Bounds)


MOST_WORKERS: Final = 64
LONGEST: Final = 3600
"""Seconds."""


def from_environment(cors_origins: tuple[str, ...] = ()) -> Settings:
    """Settings from `TOKENPLAN_API_KEYS` (comma-separated), `TOKENPLAN_MAX_BODY_MB` and `TOKENPLAN_COUNT_*`.

    `TOKENPLAN_COUNT_WORKERS` processes count large texts (2; 0: the server itself does, unbounded), each count within
    `TOKENPLAN_COUNT_SECONDS` (10) and `TOKENPLAN_COUNT_MEMORY_MB` (1000).

    Raises:
        InvalidInput: a variable is no number, or out of range; keys are set and none is named.
    """
    stated = os.environ.get("TOKENPLAN_API_KEYS", "")
    keys = tuple(key.strip() for key in stated.split(",") if key.strip())
    if stated and not keys:  # who sets it means to be protected
        raise InvalidInput(
            f"TOKENPLAN_API_KEYS is {stated!r}, which holds no key; unset it, or name keys parted by commas",
            loc=("TOKENPLAN_API_KEYS",),
        )
    counting = Bounds(
        int(_number("TOKENPLAN_COUNT_WORKERS", "2", whole=True, least=0, most=MOST_WORKERS)),
        _number("TOKENPLAN_COUNT_SECONDS", "10", whole=False, least=0.001, most=LONGEST),
        megabytes("TOKENPLAN_COUNT_MEMORY_MB", "1000"),
    )
    return Settings(keys, cors_origins, megabytes("TOKENPLAN_MAX_BODY_MB", "16"), counting)


def _number(variable: str, unset: str, *, whole: bool, least: float, most: float) -> float:
    """A number from an environment variable."""
    text = os.environ.get(variable, unset)
    try:
        found = float(text)
    except ValueError:
        found = -1
    if not least <= found <= most or (whole and found != int(found)):
        kind = "a whole number" if whole else "a number"
        raise InvalidInput(
            f"{variable} is {text!r}; it must be {kind} from {least:g} to {most:g}", loc=(variable,), value=text
        )
    return found


def refuse_open_bind(host: str, settings: Settings) -> None:
    """Refuse an address that other machines reach while no key protects the server.

    Raises:
        InvalidInput: the host is not loopback and no key is set.
    """
    if settings.api_keys or _is_loopback(host):
        return
    raise InvalidInput(
        f"host {host!r} is reachable from other machines; set TOKENPLAN_API_KEYS first, or bind 127.0.0.1",
        loc=("host",),
        value=host,
    )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
