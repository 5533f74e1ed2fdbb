"""Fitted values written into a plan file as one of its scenarios; nothing else in the file is touched."""

from __future__ import annotations

import json
import os
import re
import tomllib
from os.path import splitext
from typing import TYPE_CHECKING, Any, Final

from pricing.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Mapping

_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")


def write_scenario(path: str, name: str, values: Mapping[str, Any], about: str) -> None:
    """Put a scenario into a TOML or JSON plan, in place of one of that name that was written so before.

    The file appears whole or not at all.

    Raises:
        InvalidInput: another kind of file, one that cannot be written, a scenario of that name that people wrote.
    """
    kind = splitext(path)[1].lower()  # noqa: PTH122
    if kind not in (".toml", ".json"):
        raise InvalidInput(
            f"{path}: values are written to TOML and JSON plans; copy the scenario from the answer",
            loc=("write",), value=path,
        )  # fmt: skip
    try:
        with open(path, encoding="utf-8") as file:  # noqa: PTH123
            text = file.read()
        written = _toml(path, text, name, values, about) if kind == ".toml" else _json(text, name, values, about)
        part = f"{path}.{os.getpid()}.part"
        with open(part, "w", encoding="utf-8") as file:  # noqa: PTH123
            file.write(written)
        os.replace(part, path)  # noqa: PTH105
    except OSError as error:
        raise InvalidInput(f"{path}: {error.strerror or error}", loc=("write",), value=path) from None


def toml_scenario(name: str, values: Mapping[str, Any], about: str) -> str:
    """The scenario as TOML."""
    lines = [f"[scenarios.{_key(name)}]", f"about = {_value(about)}", "", f"[scenarios.{_key(name)}.values]"]
    lines += [f"{_value(path)} = {_value(value)}" for path, value in values.items()]
    return "\n".join(lines) + "\n"


def _toml(path: str, text: str, name: str, values: Mapping[str, Any], about: str) -> str:
    begin, end = f"# begin: tokenplan actuals fit, {name}", f"# end: tokenplan actuals fit, {name}"
    own = re.compile(rf"\n*^{re.escape(begin)}$.*?^{re.escape(end)}$\n?", re.MULTILINE | re.DOTALL)
    rest = own.sub("\n", text).rstrip("\n")
    if name in (tomllib.loads(rest).get("scenarios") or {}):
        raise InvalidInput(
            f"{path}: has a scenario {name!r} that was not written by this command; say another --scenario",
            loc=("scenario",), value=name,
        )  # fmt: skip
    return f"{rest}\n\n{begin}\n{toml_scenario(name, values, about)}{end}\n"


def _json(text: str, name: str, values: Mapping[str, Any], about: str) -> str:
    plan = json.loads(text)
    plan.setdefault("scenarios", {})[name] = {"about": about, "values": dict(values)}
    return json.dumps(plan, indent=2, ensure_ascii=False) + "\n"


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else json.dumps(name)


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(key)} = {_value(each)}" for key, each in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False)  # texts and numbers are written alike
