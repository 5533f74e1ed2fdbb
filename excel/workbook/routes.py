"""How each route stores a formula of ours in a workbook's file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal

from excel.registry import PREFIX

if TYPE_CHECKING:
    from collections.abc import Mapping

    from excel.workbook.description import Computed

Route = Literal["officejs", "classic", "none"]
ROUTES: Final[Mapping[Route, str]] = {
    "officejs": "the Tokenplan add-in, as =TP.COST(...); LibreOffice with Tokenplan's extension reads the same file",
    "classic": "xlwings on Windows, as =tp_cost(...)",
    "none": "plain formulas over the sheet Prices; nothing to install",
}
"""What recalculates a workbook of each route."""

_CALL: Final = re.compile(rf"\b{PREFIX}\.([A-Z]+)\(")
_STORED: Final = {"officejs": f"_xldudf_{PREFIX}_", "classic": f"{PREFIX.lower()}_"}


def stored_name(route: Route, name: str) -> str:
    """What a file of that route calls a formula: Excel keeps an Office.js function as `_xldudf_TP_COST`."""
    return f"{_STORED[route]}{name.lower() if route == 'classic' else name}"


def stored(content: Computed, route: Route) -> str:
    """A formula as the file holds it, with its `=`."""
    if route == "none" or content.addin is None:
        return f"={content.plain}"
    return f"={_CALL.sub(lambda found: f'{stored_name(route, found[1])}(', content.addin)}"
