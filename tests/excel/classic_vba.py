"""Run as a process of its own: xlwings on a Windows that is not there writes the VBA of our formulas and calls them.

pywin32 is replaced by as much of it as is asked for. Prints a JSON object: the VBA, and the answers of `tp_cost`.
"""

from __future__ import annotations

import ctypes
import importlib
import io
import json
import sys
from types import SimpleNamespace
from unittest.mock import MagicMock


class Variant:
    """pywin32's way to say which type a value has for COM."""

    def __init__(self, kind: int, value: int) -> None:
        self.varianttype, self.value = kind, value


class ComError(Exception):
    """What COM raises."""


def stub(name: str, **members: object) -> None:
    """A module of pywin32."""
    module = MagicMock(name=name, __path__=[], __spec__=None, **members)
    sys.modules[name] = module
    parent, _, child = name.rpartition(".")
    if parent:
        setattr(sys.modules[parent], child, module)


for each in (
    "win32api",
    "win32con",
    "win32gui",
    "win32process",
    "win32timezone",
    "win32event",
    "win32com",
    "win32com.server",
):
    stub(each)
stub("pythoncom", __file__="pythoncom.dll", VT_ERROR=10, CoInitialize=lambda: None)
stub("pywintypes", com_error=ComError, TimeType=type("TimeType", (), {}))
stub("win32com.client", Dispatch=lambda given: given, VARIANT=Variant, CDispatch=object)
for each in ("win32com.server.util", "win32com.server.policy", "win32com.server.dispatcher", "comtypes"):
    stub(each)
for each in ("oledll", "windll", "PyDLL", "WINFUNCTYPE", "WinError", "HRESULT"):
    setattr(ctypes, each, MagicMock())
sys.modules["winreg"] = MagicMock()
for each in ("matplotlib", "numpy", "pandas", "polars", "PIL"):  # xlwings does without them
    sys.modules[each] = None  # type: ignore[assignment]
sys.platform = "win32"
from xlwings import udfs as writer  # noqa: E402

sys.platform = "linux"
for each in ("matplotlib", "numpy", "pandas", "polars", "PIL"):
    del sys.modules[each]
ours = importlib.import_module("excel.classic.udfs")


def plain(value: object) -> object:
    """An answer, its errors as their codes."""
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    return {"error": value.value} if isinstance(value, Variant) else value


text = io.StringIO()
writer.generate_vba_wrapper("excel.classic.udfs", ours, text, SimpleNamespace(Name="costs.xlsm"))


def asked(*cells: object) -> object:
    """`tp_cost` as Excel calls it: cells read and answers written by xlwings' own converters."""
    told = ours.tp_cost.__xlfunc__
    read = [
        writer.conversion.read(None, each, info["options"]) for each, info in zip(cells, told["args"], strict=False)
    ]
    return plain(writer.conversion.write(ours.tp_cost(*read), None, told["ret"]["options"]))


answers = {
    "vba": text.getvalue(),
    "one": asked("gpt-5-mini", 1000.0, 200.0),
    "column": asked((("gpt-5-mini",), ("gpt-5-mni",), (None,)), ((1000.0,), (1000.0,), (None,)), 200.0),
    "wrong": asked("gpt-5-mini", "many"),
    "error": asked("gpt-5-mini", 1000.0, -2146826246),
}
sys.stdout.write(json.dumps(answers))
