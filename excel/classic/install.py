"""Telling xlwings of the formulas: its user configuration, and its add-in in Excel's start folder."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pricing.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MODULE: Final = "excel.classic.udfs"

LEFT: Final = """\
xlwings is set up: {config}
What is left, in Excel:
  1. File > Options > Trust Center > Macro Settings: trust access to the VBA project object model.
  2. Open a macro-enabled workbook (.xlsm), ribbon xlwings > Import Functions.
  3. Type =tp_cost("gpt-5-mini",1000,200)."""


def install(platform: str = sys.platform, run: Callable[[list[str]], object] = subprocess.check_call) -> str:
    """Set up xlwings' add-in for the formulas, and say what is left to do.

    Raises:
        InvalidInput: this is no Windows, or xlwings is missing or refuses.
    """
    if platform != "win32":
        raise InvalidInput(
            f"classic xlwings formulas run on Windows only, and this is {platform}; "
            "use the add-in instead (tokenplan excel serve), or LibreOffice (tokenplan excel libreoffice)"
        )
    try:
        import xlwings as xw  # noqa: PLC0415 - only Windows needs it
    except ImportError as error:
        raise InvalidInput("classic formulas need xlwings: pip install 'tokenplan[classic]'") from error
    try:
        run([sys.executable, "-c", "from xlwings.cli import main; main()", "addin", "install"])
    except (OSError, subprocess.CalledProcessError) as error:
        raise InvalidInput(f"xlwings could not install its add-in: {error}; close Excel and try again") from error
    path = Path(xw.USER_CONFIG_FILE)
    path.parent.mkdir(parents=True, exist_ok=True)
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    path.write_text(configured(before, {"INTERPRETER_WIN": sys.executable}), encoding="utf-8")
    return LEFT.format(config=path)


def configured(before: str, settings: Mapping[str, str]) -> str:
    """Xlwings' configuration with these settings and our module among those it imports; the rest stays."""
    kept = {row[0]: row[1] for row in csv.reader(io.StringIO(before)) if len(row) == 2}  # noqa: PLR2004 - key, value
    modules = [each for each in kept.get("UDF MODULES", "").split(";") if each]
    kept |= {**settings, "UDF MODULES": ";".join(dict.fromkeys([*modules, MODULE]))}
    written = io.StringIO()
    csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(kept.items())
    return written.getvalue()
