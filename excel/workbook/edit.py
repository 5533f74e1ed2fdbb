"""Edits within a stored workbook: only what is named changes, and every other byte of it stays as a person saved it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from io import BytesIO
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape
from zipfile import BadZipFile, ZipFile

from excel.cells import EPOCH
from excel.workbook.description import Computed
from excel.workbook.routes import stored
from pricing.errors import InvalidInput

if TYPE_CHECKING:
    from excel.workbook.description import Content
    from excel.workbook.routes import Route

BOOK: Final = "xl/workbook.xml"
RELATIONS: Final = "xl/_rels/workbook.xml.rels"
MAIN: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_ID: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_CALCULATE: Final = re.compile(r"<calcPr\b([^>]*?)/?>(?:</calcPr>)?")


@dataclass(frozen=True)
class Parts:
    """A workbook's file: its parts by name, in their order."""

    files: Mapping[str, bytes]

    @classmethod
    def read(cls, file: bytes) -> Parts:
        """The parts of a file.

        Raises:
            InvalidInput: it is no .xlsx file.
        """
        try:
            with ZipFile(BytesIO(file)) as archive:
                files = {each: archive.read(each) for each in archive.namelist()}
        except BadZipFile as error:
            raise InvalidInput("this is no .xlsx workbook") from error
        if BOOK not in files:
            raise InvalidInput("this is no .xlsx workbook: it holds no xl/workbook.xml")
        return cls(files)

    def written(self) -> bytes:
        """The file again."""
        out = BytesIO()
        with ZipFile(out, "w", 8) as archive:
            for name, part in self.files.items():
                archive.writestr(name, part)
        return out.getvalue()

    def text(self, part: str) -> str:
        """A part's text."""
        return self.files[part].decode()

    def holding(self, part: str, text: str) -> Parts:
        """The same with another text in a part."""
        return replace(self, files={**self.files, part: text.encode()})

    @property
    def sheets(self) -> dict[str, str]:
        """Each sheet's part by its name."""
        targets = {each.attrib["Id"]: each.attrib["Target"] for each in ET.fromstring(self.files[RELATIONS])}  # noqa: S314 - a workbook of the user's own
        found = ET.fromstring(self.files[BOOK]).iter(f"{MAIN}sheet")  # noqa: S314
        parts = {each.attrib["name"]: targets[each.attrib[_ID]] for each in found}
        return {name: part.removeprefix("/") if part.startswith("/") else f"xl/{part}" for name, part in parts.items()}

    def names(self) -> dict[str, str]:
        """The ranges by their names."""
        found = ET.fromstring(self.files[BOOK]).iter(f"{MAIN}definedName")  # noqa: S314
        return {each.attrib["name"]: each.text or "" for each in found}

    def recalculated(self) -> Parts:
        """The same, to be worked out anew when it is opened."""
        text = self.text(BOOK)
        if _CALCULATE.search(text) is None:
            end = "</definedNames>" if "</definedNames>" in text else "</sheets>"
            return self.holding(BOOK, text.replace(end, f'{end}<calcPr fullCalcOnLoad="1"/>', 1))

        def asked(found: re.Match[str]) -> str:
            kept = re.sub(r'\s*fullCalcOnLoad="[^"]*"', "", found[1])
            return f'<calcPr{kept} fullCalcOnLoad="1"/>'

        return self.holding(BOOK, _CALCULATE.sub(asked, text, count=1))


def with_cell(sheet: str, at: str, content: Content, route: Route) -> str:
    """A sheet's XML with another content in one cell, which keeps its looks.

    Raises:
        InvalidInput: the sheet does not hold the cell.
    """
    pattern = re.compile(rf'<c r="{at}"([^>]*?)(?:/>|>.*?</c>)', re.DOTALL)
    found = pattern.search(sheet)
    if found is None:
        raise InvalidInput(f"the sheet Prices has lost its cell {at}; write a new workbook", loc=(at,))
    look = re.search(r'\bs="\d+"', found[1])
    opening = f'<c r="{at}"' + (f" {look[0]}" if look else "")
    return sheet[: found.start()] + _cell(opening, content, route) + sheet[found.end() :]


def _cell(opening: str, content: Content, route: Route) -> str:
    if isinstance(content, Computed):
        return f"{opening}><f>{escape(stored(content, route)[1:])}</f></c>"
    if isinstance(content, date):
        return f"{opening}><v>{(content - EPOCH).days}</v></c>"
    if isinstance(content, str):
        return f'{opening} t="inlineStr"><is><t>{escape(content)}</t></is></c>' if content else f"{opening}/>"
    return f"{opening}><v>{content!r}</v></c>"
