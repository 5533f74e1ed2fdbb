"""How each route stores a formula of ours in a workbook's file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal

from excel.registry import PREFIX
from pricing.errors import InvalidInput, one_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from excel.workbook.description import Computed

Route = Literal["officejs", "classic", "libreoffice", "none"]
ROUTES: Final[Mapping[Route, str]] = {
    "officejs": "the Tokenplan add-in, as =TP.COST(...)",
    "classic": "xlwings on Windows, as =tp_cost(...)",
    "libreoffice": "LibreOffice with Tokenplan's extension, as =TP.COST(...)",
    "none": "plain formulas over the sheet Prices; nothing to install",
}
"""What recalculates a workbook of each route."""

_CALL: Final = re.compile(rf"\b{PREFIX}\.([A-Z]+)\(")
_PREFIXES: Final[Mapping[Route, str]] = {
    "officejs": f"_xldudf_{PREFIX}_",
    "classic": f"{PREFIX.lower()}_",
    "libreoffice": f"{PREFIX}.",
}
"""Excel keeps an Office.js function as `_xldudf_TP_COST`; LibreOffice knows `TP.COST` by its service and method."""


def stored_name(route: Route, name: str) -> str:
    """What a file of that route calls a formula."""
    return f"{_PREFIXES[route]}{name.lower() if route == 'classic' else name}"


def route_named(name: str) -> Route:
    """A route by its name.

    Raises:
        InvalidInput: there is no such route.
    """
    if name not in ROUTES:
        raise InvalidInput(f"route is {name!r}; {one_of(name, ROUTES)}", loc=("route",), value=name)
    return name  # type: ignore[return-value]  # one of them


def stored(content: Computed, route: Route) -> str:
    """A formula as the file holds it, with its `=`."""
    if route == "none" or content.addin is None:
        return f"={content.plain}"
    return f"={_CALL.sub(lambda found: f'{stored_name(route, found[1])}(', content.addin)}"
