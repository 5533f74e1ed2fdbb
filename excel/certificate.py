"""A development certificate for localhost, and how a person makes their machine trust it."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from pricing.errors import InvalidInput

if TYPE_CHECKING:
    from datetime import tzinfo
    from pathlib import Path

DAYS: Final = 365
"""How long it lasts; systems refuse ones of more than 825."""
SPARE: Final = timedelta(days=7)
"""A new one is made this long before the old one ends."""
NAMES: Final = ("localhost", "127.0.0.1", "::1")
AUTHORITY: Final = "tokenplan-authority.pem"

_TRUST: Final = {
    "win32": 'certutil -user -addstore Root "{authority}"',
    "darwin": 'security add-trusted-cert -r trustRoot -k ~/Library/Keychains/login.keychain-db "{authority}"',
    "linux": 'certutil -d sql:$HOME/.pki/nssdb -A -t C -n Tokenplan -i "{authority}"',  # Chromium's own store
}


class Certificate(NamedTuple):
    """The files of a server's certificate, of its private key, and of the authority that a person trusts."""

    chain: Path
    key: Path
    authority: Path


def development(folder: Path, now: datetime) -> tuple[Certificate, bool]:
    """The certificate kept in a folder, and whether it was made now: none was there, or it is about to end.

    The authority signs this one certificate and its key is never stored: who trusts it trusts nothing else.

    Raises:
        InvalidInput: the library is missing, or the folder cannot be written.
    """
    found = Certificate(folder / "localhost.pem", folder / "localhost-key.pem", folder / AUTHORITY)
    if all(each.is_file() for each in found) and _lasts(found.chain, now):
        return found, False
    try:
        _make(found, now)
    except OSError as error:
        raise InvalidInput(f"cannot write a certificate to {folder}: {error.strerror}", loc=("folder",)) from error
    return found, True


def trust(found: Certificate, platform: str = sys.platform) -> str:
    """How to make this machine trust it."""
    command = _TRUST.get(platform, _TRUST["linux"]).format(authority=found.authority)
    return (
        "Excel loads the add-in only when this machine trusts its certificate. Once, as yourself, run:\n\n"
        f"  {command}\n\n"
        f"It vouches for localhost alone, until {_ends(found.chain):%Y-%m-%d}; the key that could sign more is not "
        "kept."
    )


def _make(found: Certificate, now: datetime) -> None:
    try:
        import trustme  # noqa: PLC0415 - only who serves the add-in needs it
    except ImportError as error:
        raise InvalidInput("a certificate needs trustme: pip install 'tokenplan[excel]'") from error
    found.chain.parent.mkdir(parents=True, exist_ok=True)
    authority = trustme.CA(organization_name="Tokenplan development", organization_unit_name=_stamp(now, UTC))
    leaf = authority.issue_cert(*NAMES, not_before=now - timedelta(days=1), not_after=now + timedelta(days=DAYS))
    descriptor = os.open(found.key, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(leaf.private_key_pem.bytes())
    found.chain.write_bytes(b"".join(each.bytes() for each in leaf.cert_chain_pems))
    found.authority.write_bytes(authority.cert_pem.bytes())


def _stamp(now: datetime, zone: tzinfo) -> str:
    return f"{now.astimezone(zone):%Y-%m-%d %H:%M}"


def _lasts(chain: Path, now: datetime) -> bool:
    """Whether it is a certificate still, and for long enough."""
    try:
        return _ends(chain) - now > SPARE
    except ValueError:
        return False


def _ends(chain: Path) -> datetime:
    try:
        from cryptography import x509  # noqa: PLC0415
    except ImportError as error:
        raise InvalidInput("a certificate needs cryptography: pip install 'tokenplan[excel]'") from error
    return x509.load_pem_x509_certificate(chain.read_bytes()).not_valid_after_utc
