"""Usage logs and what they cost, worked by hand: every row is 1,000 in and 200 out on gpt-5-mini, 0.00065 USD."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

EACH = Decimal("0.00065")
"""1,000 at 0.25 and 200 at 2 USD a million."""


def write_logs(folder: Path, files: int, rows: int, **more: object) -> Path:
    """JSONL files of rows with an id each."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in range(files):
        with (folder / f"{file:04}.jsonl").open("w") as out:
            for row in range(rows):
                usage = {"model": "gpt-5-mini", "input_tokens": 1000, "output_tokens": 200, "id": f"{file}-{row}"}
                out.write(json.dumps(usage | more) + "\n")
    return folder
