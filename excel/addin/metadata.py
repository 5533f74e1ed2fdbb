"""What Excel is told of the formulas (functions.json), from the registry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from excel.functions import FORMULAS

if TYPE_CHECKING:
    from excel.registry import Argument, Formula


def functions() -> dict[str, Any]:
    """The metadata of every custom function, in Microsoft's format."""
    return {"functions": [_function(each) for each in FORMULAS.values()]}


def _function(formula: Formula) -> dict[str, Any]:
    """Every argument may be a range and every answer a spill, so all of them are matrices of anything."""
    return {
        "id": formula.name,
        "name": formula.name,
        "description": formula.doc,
        "parameters": [_parameter(each) for each in formula.arguments],
        "result": {"type": "any", "dimensionality": "matrix"},
        "options": {"cancelable": True},
    }


def _parameter(argument: Argument) -> dict[str, Any]:
    return {
        "name": argument.name,
        "description": argument.doc,
        "type": "any",
        "dimensionality": "matrix",
        "optional": not argument.required,
    }
