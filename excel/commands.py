"""What `tokenplan excel ...` does, in functions that the composition root hands to the command line."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def manifest(url: str, *, unified: bool) -> str:
    """The manifest of an add-in served at an https address: XML, or the unified JSON.

    Raises:
        InvalidInput: the url is no https address.
    """
    from excel.addin import manifests  # noqa: PLC0415

    return f"{json.dumps(manifests.unified(url), indent=2)}\n" if unified else manifests.xml(url)


def certificate(folder: Path) -> tuple[Path, Path, str]:
    """A development certificate, made where none is or it ends; its key; and how to trust it.

    Raises:
        InvalidInput: the library is missing, or the folder cannot be written.
    """
    from excel.certificate import development, trust  # noqa: PLC0415

    found, made = development(folder, datetime.now(UTC))
    return found.chain, found.key, trust(found) if made else f"certificate: {found.chain}"


def install_classic() -> str:
    """Set up xlwings' add-in for the formulas, and say what is left to do.

    Raises:
        InvalidInput: this is no Windows, or xlwings is missing.
    """
    from excel.classic.install import install  # noqa: PLC0415

    return install()
