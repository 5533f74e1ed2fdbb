"""`tokenplan excel ...`: the add-in and the files that spreadsheets need."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from planner.cli.options import Command, count
from planner.cli.render import Output
from planner.cli.service import Secure
from pricing.errors import InvalidInput

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Mapping

    from planner.planner import Planner

HOST: Final = "localhost"
PORT: Final = 8322


class Spreadsheet(Protocol):
    """The spreadsheet face, as these commands use it."""

    def manifest(self, url: str, *, unified: bool) -> str:
        """The manifest of an add-in served at an https address."""

    def certificate(self, folder: Path) -> tuple[Path, Path, str]:
        """A development certificate, made where none is or it ends; its key; and how to trust it."""

    def install_classic(self) -> str:
        """Set up xlwings' add-in for the formulas; what is left to do."""


def _declare_serve(parser: ArgumentParser) -> None:
    parser.add_argument("--port", type=count, default=PORT, help=f"port to listen on, on localhost [{PORT}]")
    parser.add_argument("--folder", metavar="DIR", help="where the certificate is kept [TOKENPLAN_HOME/excel]")
    parser.add_argument(
        "--office-js", metavar="DIR", help="your copy of Microsoft's office.js, served instead of theirs"
    )


def _serve(planner: Planner, options: Namespace) -> Output:
    from planner.assemble import kept_current
    from pricing.installed import home

    folder = Path(options.folder) if options.folder else Path(home()) / "excel"
    office_js = Path(options.office_js) if options.office_js else None
    if office_js is not None and not (office_js / "office.js").is_file():
        raise InvalidInput(
            f"{office_js} holds no office.js; give the folder dist of the npm package @microsoft/office-js",
            loc=("office_js",),
            value=options.office_js,
        )
    certificate, key, trust = options.spreadsheet().certificate(folder)
    print(f"{trust}\n", flush=True)
    options.serve(
        kept_current(planner, options.catalog),
        host="127.0.0.1",
        port=options.port,
        secure=Secure(certificate, key),
        office_js=office_js,
    )
    return Output(None, tuple)


def _declare_manifest(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--url", default=f"https://{HOST}:{PORT}", help=f"where the add-in is served [https://{HOST}:{PORT}]"
    )
    parser.add_argument("--unified", action="store_true", help="the unified manifest (JSON) for Microsoft 365")
    parser.add_argument("--out", metavar="FILE", help="the file to write [standard output]")


def _manifest(planner: Planner, options: Namespace) -> Output:
    del planner  # every command is given one
    text = options.spreadsheet().manifest(options.url, unified=options.unified)
    if not options.out:
        return Output(None, lambda: (text.rstrip("\n"),))
    Path(options.out).write_text(text, encoding="utf-8")
    return Output(None, lambda: (f"{options.out} is written; docs/excel.md says where it goes",))


def _declare_classic(parser: ArgumentParser) -> None:
    del parser  # it takes no options


def _classic(planner: Planner, options: Namespace) -> Output:
    del planner
    said = options.spreadsheet().install_classic()
    return Output(None, lambda: (said,))


COMMANDS: Final[Mapping[str, Command]] = {
    "excel serve": Command(
        "[options]",
        "The Excel add-in on this machine. Excel wants https: a development certificate is made, for localhost only.",
        ("tokenplan excel serve", "tokenplan excel serve --port 9443"),
        _declare_serve,
        _serve,
        has_json=False,
    ),
    "excel manifest": Command(
        "[options]",
        "The file by which Excel finds the add-in.",
        (
            "tokenplan excel manifest --out tokenplan.xml",
            "tokenplan excel manifest --url https://tokenplan.example.com --out tokenplan.xml",
        ),
        _declare_manifest,
        _manifest,
        has_json=False,
    ),
    "excel install-classic": Command(
        "",
        "The formulas as tp_cost(...) through the free part of xlwings, on Windows with Python.",
        ("tokenplan excel install-classic",),
        _declare_classic,
        _classic,
        has_json=False,
    ),
}
