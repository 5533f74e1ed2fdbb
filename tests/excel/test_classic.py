"""The formulas through classic xlwings: its own generator and converters, with a stand-in for pywin32."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from excel.classic.install import MODULE, configured, install
from excel.functions import FORMULAS
from pricing.errors import InvalidInput

NA, VALUE = {"error": -2146826246}, {"error": -2146826273}


@pytest.fixture(scope="module")
def windows():
    """What xlwings makes of our module on Windows."""
    root = Path(__file__).parent.parent.parent
    environment = {**os.environ, "TOKENPLAN_NOW": "2026-11-23T12:00:00Z", "PYTHONPATH": str(root)}
    command = [sys.executable, str(Path(__file__).parent / "classic_vba.py")]
    return json.loads(subprocess.run(command, env=environment, capture_output=True, check=True, timeout=60).stdout)


def test_xlwings_writes_a_vba_function_for_each_formula(windows):
    """Each with its arguments in their order, the optional ones marked so, calling our module."""
    found = dict(re.findall(r"^Function (tp_\w+)\((.*)\)\s*$", windows["vba"], re.MULTILINE))
    assert set(found) == {f"tp_{name}".lower() for name in FORMULAS}
    for name, formula in FORMULAS.items():
        told = [each.name if each.required else f"Optional {each.name}" for each in formula.arguments]
        assert found[f"tp_{name}".lower()].split(", ") == (told or [""])
    assert f'XLPy.CallUDF("{MODULE}", "tp_cost", Array(model, input_tokens' in windows["vba"]


def test_figures_and_errors_pass_xlwings_converters(windows):
    """One cell gives its figure, a column spills, what is wrong is Excel's own error, and never a 0."""
    assert windows["one"] == [[0.00065]]
    assert windows["column"] == [[0.00065], [NA], [""]]
    assert windows["wrong"] == [[VALUE]]


def test_an_error_in_an_argument_is_no_blank(windows):
    """A cell that shows #N/A gives an error, not the price of no tokens."""
    assert windows["error"] == [[VALUE]]


def test_without_com_an_error_is_raised_alone_and_said_in_a_spill():
    """As xlwings Lite has it."""
    from excel.classic import udfs

    with pytest.raises(ValueError, match="nearest: gpt-5-mini"):
        udfs.tp_cost([["gpt-5-mni"]], [[1000.0]])
    assert udfs.tp_cost([["gpt-5-mini"], ["gpt-5-mni"]], [[1000.0]])[1][0].startswith("#N/A unknown model")


def test_the_configuration_keeps_what_is_there():
    """Our module joins those that xlwings imports, once; other settings stay."""
    before = '"INTERPRETER_WIN","old.exe"\n"UDF MODULES","mine"\n"SHOW CONSOLE","False"\n'
    after = configured(before, {"INTERPRETER_WIN": "new.exe"})
    assert after == f'"INTERPRETER_WIN","new.exe"\n"UDF MODULES","mine;{MODULE}"\n"SHOW CONSOLE","False"\n'
    assert configured(after, {"INTERPRETER_WIN": "new.exe"}) == after


def test_installing_runs_xlwings_and_writes_its_configuration(tmp_path, monkeypatch):
    """On Windows: the add-in by xlwings' own command, the interpreter and module in its file, and the steps left."""
    import xlwings

    monkeypatch.setattr(xlwings, "USER_CONFIG_FILE", str(tmp_path / "folder" / "xlwings.conf"))
    ran = []
    said = install("win32", ran.append)
    assert ran[0][-2:] == ["addin", "install"]
    assert MODULE in (tmp_path / "folder" / "xlwings.conf").read_text(encoding="utf-8")
    assert "Import Functions" in said


def test_an_installation_that_fails_says_so(monkeypatch):
    """Xlwings refusing, or missing, is an error in words."""

    def refuse(command):
        raise subprocess.CalledProcessError(1, command)

    with pytest.raises(InvalidInput, match="close Excel and try again"):
        install("win32", refuse)
    monkeypatch.setitem(sys.modules, "xlwings", None)
    with pytest.raises(InvalidInput, match=r"pip install 'tokenplan\[classic\]'"):
        install("win32")
