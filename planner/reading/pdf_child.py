"""The pages of a PDF, read in a process of its own: `python pdf_child.py MAX_PAGES MAX_CHARACTERS < FILE`, JSON out.

A PDF may be made so that its reader takes hours or all the memory; this process can be ended, the caller's cannot. It
imports nothing of Tokenplan, so that it starts from any place.
"""

from __future__ import annotations

import io
import json
import logging
import sys
from typing import Any

_MEMORY = 2 << 30


def main(max_pages: int, max_characters: int) -> dict[str, Any]:
    """`{"pages": [{"width", "height", "text"}]}` in points, or `{"error": why, "large": a limit was passed}`."""
    _limit_memory()
    logging.disable(logging.CRITICAL)
    import pypdf  # noqa: PLC0415 - after the limit
    from pypdf.errors import DependencyError, FileNotDecryptedError, LimitReachedError  # noqa: PLC0415

    try:
        reader = pypdf.PdfReader(io.BytesIO(sys.stdin.buffer.read()))
        if reader.is_encrypted and not reader.decrypt(""):
            return {"error": "is encrypted; remove its password"}
        return _pages(reader, max_pages, max_characters)
    except (DependencyError, FileNotDecryptedError):
        return {"error": "is encrypted; remove its password"}
    except LimitReachedError as error:
        return {"error": f"passes a limit of the reader: {error}", "large": True}
    except MemoryError:
        return {"error": f"needs more than {_MEMORY >> 20} MB of memory to read", "large": True}
    except Exception as error:  # noqa: BLE001 - a damaged file raises anything
        return {"error": f"no PDF, or a damaged one: {type(error).__name__}: {str(error)[:200]}"}


def _pages(reader: Any, max_pages: int, max_characters: int) -> dict[str, Any]:
    count = len(reader.pages)
    if count > max_pages:
        return {"error": f"has {count} pages; the limit is {max_pages}", "large": True}
    pages, left = [], max_characters
    for page in reader.pages:
        text = page.extract_text()
        left -= len(text)
        if left < 0:
            return {"error": f"holds more than {max_characters} characters of text", "large": True}
        unit, turned = float(page.get("/UserUnit", 1)), page.get("/Rotate", 0) % 180
        sides = (abs(float(page.cropbox.width)) * unit, abs(float(page.cropbox.height)) * unit)
        width, height = reversed(sides) if turned else sides
        pages.append({"width": width, "height": height, "text": text})
    return {"pages": pages}


def _limit_memory() -> None:
    """Bound the memory where the system can; Windows cannot, macOS does not always."""
    try:
        import resource  # noqa: PLC0415 - not on Windows

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    except (ImportError, ValueError, OSError):
        pass


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(int(sys.argv[1]), int(sys.argv[2]))))
