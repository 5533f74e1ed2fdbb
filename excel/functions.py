"""Every formula of the sheet: `FORMULAS` by name, and each as a plain function for xlwings (`tp_cost`, ...).

One definition serves the Office.js add-in, xlwings Lite, classic xlwings on Windows and LibreOffice: a function in
`excel.formulas`, whose signature and docstring are its arguments and help.
"""

from __future__ import annotations

from excel.formulas import knowledge, money, prices, quality, routing, waits, window
from excel.registry import FORMULAS, PREFIX, Formula

__all__ = ["FORMULAS", "PREFIX", "Formula"]

MODULES = (prices, window, routing, waits, knowledge, quality, money)
"""Imported for the formulas that they register."""
