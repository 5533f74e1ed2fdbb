"""What a server may do and refuse; read from the environment once, at start."""

from __future__ import annotations

import os
from dataclasses import dataclass
from ipaddress import ip_address

from planner.assemble import MEGABYTE, megabytes
from pricing.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Settings:
    """Keys, CORS origins and the body limit in bytes."""

    api_keys: tuple[str, ...] = ()
    cors_origins: tuple[str, ...] = ()
    max_body: int = 16 * MEGABYTE


def from_environment(cors_origins: tuple[str, ...] = ()) -> Settings:
    """Settings from `TOKENPLAN_API_KEYS` (comma-separated) and `TOKENPLAN_MAX_BODY_MB`.

    Raises:
        InvalidInput: the limit is no positive number.
    """
    keys = tuple(key.strip() for key in os.environ.get("TOKENPLAN_API_KEYS", "").split(",") if key.strip())
    return Settings(keys, cors_origins, megabytes("TOKENPLAN_MAX_BODY_MB", "16"))


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
