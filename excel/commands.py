"""What `tokenplan excel ...` does, in functions that the composition root hands to the command line."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from planner.planner import Planner


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


def workbook(planner: Planner, route: str, models: Sequence[str], as_of: str | None) -> bytes:
    """The unit-economics workbook of a route, with the figures of its formulas in it.

    Raises:
        InvalidInput: a library is missing, no such route, or a model that a price table cannot hold.
        TokenplanError: a model that is not listed or has no price then.
    """
    from excel.workbook.book import MODELS, book  # noqa: PLC0415
    from excel.workbook.routes import route_named  # noqa: PLC0415
    from excel.workbook.values import evaluated  # noqa: PLC0415
    from excel.workbook.write import xlsx  # noqa: PLC0415

    named = route_named(route)
    described = book(planner, named, models or MODELS, as_of)
    return xlsx(described, named, evaluated(xlsx(described, named, {}), described, named, planner))


def refresh_prices(planner: Planner, file: bytes, as_of: str | None) -> tuple[bytes, int, int]:
    """The workbook with the catalog's prices; how many rows they are, and how many figures moved.

    Raises:
        InvalidInput: it is no workbook of ours, or the prices do not fit into it.
        TokenplanError: a model that is not listed any more, or has no price then.
    """
    from excel.workbook.refresh import refreshed  # noqa: PLC0415

    return refreshed(file, planner, as_of)


def convert(file: bytes, route: str) -> tuple[bytes, int]:
    """The workbook with its formulas as another route stores them, and how many there were.

    Raises:
        InvalidInput: it is no workbook, or there is no such route.
    """
    from excel.workbook.refresh import converted  # noqa: PLC0415
    from excel.workbook.routes import route_named  # noqa: PLC0415

    return converted(file, route_named(route))


def libreoffice(server: str, catalog: str | None, prices: str | None) -> bytes:
    """The extension for LibreOffice Calc, which answers in process, else through a server at that address.

    Raises:
        InvalidInput: the server's address is not one of this machine over http.
    """
    from excel.libreoffice.build import oxt  # noqa: PLC0415

    return oxt(server, catalog, prices)
