"""The .oxt: the formulas' types and their words for Calc, made from the registry, around the component."""

from __future__ import annotations

import json
import re
import sysconfig
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import excel
from excel.functions import FORMULAS, PREFIX
from pricing.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Sequence

    from excel.registry import Formula

COMPONENT: Final = Path(__file__).with_name("component.py")
IDENTIFIER: Final = "org.tokenplan.formulas"
SERVER: Final = "http://127.0.0.1:8321"
"""Where `tokenplan serve` listens."""
LOCAL: Final = re.compile(r"http://(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?/?")
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
_OOR: Final = 'xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema"'


def oxt(
    server: str = SERVER, catalog: str | None = None, prices: str | None = None, paths: Sequence[str] | None = None
) -> bytes:
    """The extension, for the Tokenplan that builds it.

    It answers in process where LibreOffice's Python can import that from `paths` (where this one is, unless given),
    else through the server.

    Raises:
        InvalidInput: the address is not one of this machine over http.
    """
    if not LOCAL.fullmatch(server):
        raise InvalidInput(
            f"server is {server!r}; it must be a server of this machine, such as http://127.0.0.1:8321",
            loc=("server",),
            value=server,
        )
    told = {
        "paths": _paths() if paths is None else list(paths),
        "server": server.rstrip("/"),
        "catalog": catalog,
        "prices": prices,
        "service": PREFIX,
        "formulas": list(FORMULAS),
    }
    files = {
        "META-INF/manifest.xml": _manifest(),
        "description.xml": _description(),
        "formulas.idl": _types(),
        "formulas.xcu": _words(),
        "component.py": COMPONENT.read_text(encoding="utf-8"),
        "told.json": json.dumps(told, indent=1),
    }
    out = BytesIO()
    with ZipFile(out, "w") as archive:
        for name, text in files.items():
            archive.writestr(ZipInfo(name), text.encode(), ZIP_DEFLATED)
    return out.getvalue()


def _paths() -> list[str]:
    """Where this Tokenplan and its libraries are."""
    home = str(Path(excel.__file__).parent.parent)
    return list(dict.fromkeys((home, sysconfig.get_path("purelib"), sysconfig.get_path("platlib"))))


def _manifest() -> str:
    kinds = {
        "formulas.idl": "application/vnd.sun.star.uno-typelibrary;type=RDB",
        "formulas.xcu": "application/vnd.sun.star.configuration-data",
        "component.py": "application/vnd.sun.star.uno-component;type=Python",
    }
    entries = "".join(
        f"<manifest:file-entry manifest:full-path={quoteattr(name)} manifest:media-type={quoteattr(kind)}/>\n"
        for name, kind in kinds.items()
    )
    space = 'xmlns:manifest="http://openoffice.org/2001/manifest"'
    return f"{_HEAD}<manifest:manifest {space}>\n{entries}</manifest:manifest>\n"


def _description() -> str:
    space = 'xmlns="http://openoffice.org/extensions/description/2006" xmlns:xlink="http://www.w3.org/1999/xlink"'
    return (
        f'{_HEAD}<description {space}><identifier value="{IDENTIFIER}"/><version value="{version("tokenplan")}"/>'
        '<display-name><name lang="en">Tokenplan</name></display-name></description>\n'
    )


def _types() -> str:
    """One interface with a method for each formula; LibreOffice reads its source as it is."""
    taken = {each.name: ", ".join(f"[in] any a{at}" for at in range(len(each.arguments))) for each in FORMULAS.values()}
    methods = "\n".join(f"  sequence< sequence< any > > {name}({arguments});" for name, arguments in taken.items())
    return f"module org {{ module tokenplan {{ interface XFormulas {{\n{methods}\n}}; }}; }};\n"


def _words() -> str:
    """The service is named as the prefix: Calc calls a formula by the names of both, `TP.COST`."""
    functions = "".join(map(_function, FORMULAS.values()))
    service = f'<node oor:name="{PREFIX}" oor:op="replace"><node oor:name="AddInFunctions">\n{functions}</node></node>'
    root = 'oor:name="CalcAddIns" oor:package="org.openoffice.Office"'
    whole = f'<node oor:name="AddInInfo">\n{service}\n</node>'
    return f"{_HEAD}<oor:component-data {_OOR} {root}>{whole}</oor:component-data>\n"


def _function(formula: Formula) -> str:
    shown = f"{PREFIX}.{formula.name}"
    arguments = [_told("DisplayName", each.name) + _told("Description", each.doc) for each in formula.arguments]
    parameters = "".join(f'<node oor:name="a{at}" oor:op="replace">{each}</node>' for at, each in enumerate(arguments))
    words = (
        _told("DisplayName", shown),
        _told("Description", formula.doc),
        '<prop oor:name="Category"><value>Add-In</value></prop>',
        _told("CompatibilityName", shown),
        f'<node oor:name="Parameters">{parameters}</node>',
    )
    return f'<node oor:name="{formula.name}" oor:op="replace">{"".join(words)}</node>\n'


def _told(name: str, text: str) -> str:
    return f'<prop oor:name="{name}"><value xml:lang="en">{escape(text)}</value></prop>'
