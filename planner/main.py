"""The composition root: the `tokenplan` command, with every face it can start."""

from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from fastapi import FastAPI

    from planner.cli.excel import Spreadsheet
    from planner.cli.service import Secure
    from planner.planner import Planner


HTML: Final = "text/html"
WORKBOOK: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line on `argv`, or on the process's own arguments, and return the exit code."""
    gc.disable()  # a command that ends in milliseconds frees nothing worth a collection; a server turns it on again
    try:
        refusal = stranger()
        if refusal:
            print(f"error: {refusal}", file=sys.stderr)  # noqa: T201 - a command speaks on stderr
            return 3
        from planner.cli import run  # noqa: PLC0415 - not before the packages are known to be ours

        return run(sys.argv[1:] if argv is None else argv, serve, spreadsheet)
    except KeyboardInterrupt:
        return 130
    finally:
        gc.enable()


def stranger() -> str | None:
    """Why the `pricing`, `planner` or `excel` that Python found cannot be ours; None when all are.

    Other distributions carry packages of these names; ours stand beside each other.
    """
    import excel  # noqa: PLC0415
    import planner  # noqa: PLC0415
    import pricing  # noqa: PLC0415

    home = _parent(__file__, 2)
    for package in (planner, pricing, excel):
        found = package.__file__
        if found is None or _parent(found, 2) != home:
            return (
                f"Python found another package named {package.__name__!r} ({found or 'a folder without __init__.py'}); "
                f"Tokenplan's own is in {home}. Install Tokenplan in an environment of its own, "
                f"or start it from a folder that holds no {package.__name__!r}"
            )
    return None


def serve(
    planner: Callable[[], Planner],
    *,
    host: str,
    port: int,
    cors_origins: tuple[str, ...] = (),
    secure: Secure | None = None,
    office_js: Path | None = None,
) -> None:
    """Start the HTTP face, with the page and the spreadsheet add-in, and block.

    Raises:
        InvalidInput: it refuses to bind there.
    """
    gc.enable()
    from excel.addin.routes import add_addin  # noqa: PLC0415
    from planner.api.server import serve as start  # noqa: PLC0415 - only who serves pays for a web framework
    from planner.cli.planfiles import html_page, workbook  # noqa: PLC0415
    from planner.web import add_page  # noqa: PLC0415

    def extend(app: FastAPI, current: Callable[[], Planner]) -> None:
        add_page(app)
        add_addin(app, current, office_js)
        app.state.forms = {"/v1/plans/report": {HTML: html_page, WORKBOOK: workbook}}

    start(planner, host=host, port=port, cors_origins=cors_origins, extend=extend, secure=secure)


def spreadsheet() -> Spreadsheet:
    """The spreadsheet face, for the commands that make its files."""
    from excel import commands  # noqa: PLC0415 - only who asks for it pays for it

    return commands


def _parent(path: str, levels: int) -> str:
    for _ in range(levels):
        path = os.path.dirname(path)  # noqa: PTH120 - pathlib doubles a cold start
    return os.path.realpath(path)


if __name__ == "__main__":
    sys.exit(main())
