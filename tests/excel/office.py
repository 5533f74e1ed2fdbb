"""A real LibreOffice, headless, with a profile of its own: it opens a workbook, works it out anew, and saves it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZipFile

import openpyxl
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SOFFICE = shutil.which("soffice")
RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item></oor:items>
"""
TINY = 1e-9
"""A sheet's binary figures against exact ones."""


def convert(folder: Path, file: bytes, kind: str = "xlsx", extension: bytes | None = None) -> Path:
    """The workbook as LibreOffice saves it after recalculating everything, with an extension where one is given."""
    profile, extensions, given = folder / "profile", folder / "extensions", folder / "given.xlsx"
    (profile / "user").mkdir(parents=True, exist_ok=True)
    (profile / "user" / "registrymodifications.xcu").write_text(RECALCULATE)
    (extensions / "tokenplan").mkdir(parents=True, exist_ok=True)
    if extension is not None:
        ZipFile(BytesIO(extension)).extractall(extensions / "tokenplan")
    given.write_bytes(file)
    out = folder / "saved"
    subprocess.run(
        [
            str(SOFFICE),
            "--headless",
            f"-env:UserInstallation={profile.as_uri()}",
            f"-env:BUNDLED_EXTENSIONS={extensions.as_uri()}",
            "--convert-to",
            kind,
            "--outdir",
            str(out),
            str(given),
        ],
        check=True,
        capture_output=True,
        timeout=180,
    )
    return out / f"given.{kind}"


def cells(file: Path) -> dict[tuple[str, str], object]:
    """Every cell's value, by sheet and place."""
    book = openpyxl.load_workbook(file, data_only=True)
    return {(sheet.title, cell.coordinate): cell.value for sheet in book for row in sheet for cell in row}


@contextmanager
def served(now: str) -> Iterator[str]:
    """A real `tokenplan serve` on a free port, at a pinned instant."""
    server = subprocess.Popen(
        [sys.executable, "-m", "planner.main", "serve", "--port", "0"],
        env={**os.environ, "TOKENPLAN_NOW": now},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield next(line for line in server.stdout if line.startswith("ready ")).split()[1]
    finally:
        server.terminate()
        server.wait(30)
        server.stdout.close()


def same(one, other):
    """Whether two cells show the same: equal words, or figures that differ by rounding alone."""
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return one == pytest.approx(other, rel=TINY, abs=1e-15)
    return (one or "") == (other or "")
