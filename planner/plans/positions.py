"""Where the keys of a plan file stand: key path -> line; worked out only when there is something to complain of."""

from __future__ import annotations

import re
from json.decoder import JSONDecoder
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

Place = tuple[str | int, ...]
Lines = dict[Place, int]

_KEY: Final = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
_DOTTED: Final = rf"{_KEY}(?:\s*\.\s*{_KEY})*"
_HEADER: Final = re.compile(rf"\s*(\[\[?)\s*({_DOTTED})\s*\]\]?")
_PAIR: Final = re.compile(rf"\s*({_DOTTED})\s*=")
_INNER: Final = re.compile(rf"[{{,]\s*({_DOTTED})\s*=")
_QUIET: Final = re.compile(r'"""(?:\\.|[^\\])*?"""|\'\'\'.*?\'\'\'|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'|#[^\n]*', re.DOTALL)


def line_of(lines: Lines, place: Place) -> int:
    """The line of a key path, or of the nearest key above it; 1 where none is known."""
    while place and place not in lines:
        place = place[:-1]
    return lines.get(place, 1)


def of_toml(text: str) -> Lines:
    """The lines of a TOML file that parses: headers, keys, and the keys of inline tables that stand on their line."""
    found: Lines = {}
    table: Place = ()
    counts: dict[Place, int] = {}
    for number, line in _logical(text):
        if header := _HEADER.match(line):
            table = _resolved(_keys(header[2]), counts)
            if header[1] == "[[":
                at = counts[table] = counts.get(table, -1) + 1
                table = (*table, at)
            found.setdefault(table, number)
        elif pair := _PAIR.match(line):
            key = (*table, *_keys(pair[1]))
            found.setdefault(key, number)
            for inner in _INNER.finditer(line, pair.end()):
                found.setdefault((*key, *_keys(inner[1])), number)
    return found


def _logical(text: str) -> Iterator[tuple[int, str]]:
    """Each statement on one line with its number: what values hold over several lines is left out."""
    blank = _QUIET.sub(lambda found: _blanked(found[0]), text)
    depth = 0
    for number, (line, shown) in enumerate(zip(text.split("\n"), blank.split("\n"), strict=True), 1):
        if not depth:
            yield number, line
        header = not depth and _HEADER.match(line) is not None
        depth += 0 if header else shown.count("[") + shown.count("{") - shown.count("]") - shown.count("}")


def _blanked(string: str) -> str:
    """A string or comment without its brackets, as many lines long."""
    return re.sub(r"[^\n]", " ", string)


def _keys(dotted: str) -> Place:
    return tuple(each.strip("\"'") for each in re.findall(_KEY, dotted))


def _resolved(keys: Place, counts: dict[Place, int]) -> Place:
    """A header's keys with the places of the arrays of tables that it lies in."""
    place: Place = ()
    for at, key in enumerate(keys):
        place = (*place, key)
        if at < len(keys) - 1 and place in counts:
            place = (*place, counts[place])
    return place


def of_json(text: str) -> Lines:
    """The lines of a JSON text that parses."""
    found: Lines = {}
    _walk(text, 0, (), found)
    return found


def _walk(text: str, at: int, place: Place, found: Lines) -> int:
    """Note a value's line and those inside it; where it ends."""
    at = _blank(text, at)
    found.setdefault(place, text.count("\n", 0, at) + 1)
    if text[at] not in "{[":
        return JSONDecoder().raw_decode(text, at)[1]
    mapping, number, at = text[at] == "{", 0, _blank(text, at + 1)
    while text[at] not in "}]":
        key: str | int = number
        if mapping:
            line = text.count("\n", 0, at) + 1
            key, at = JSONDecoder().raw_decode(text, at)
            found.setdefault((*place, key), line)
            at = _blank(text, at) + 1
        at = _blank(text, _walk(text, at, (*place, key), found))
        number += 1
        if text[at] == ",":
            at = _blank(text, at + 1)
    return at + 1


def _blank(text: str, at: int) -> int:
    while text[at] in " \t\r\n":
        at += 1
    return at


def of_yaml(node: Any, place: Place = ()) -> Iterator[tuple[Place, int]]:
    """The lines of a composed YAML node: each key's own."""
    if hasattr(node.value, "append") and node.id == "mapping":
        for key, value in node.value:
            here = (*place, str(key.value))
            yield here, key.start_mark.line + 1
            yield from of_yaml(value, here)
    elif node.id == "sequence":
        for at, value in enumerate(node.value):
            yield (*place, at), value.start_mark.line + 1
            yield from of_yaml(value, (*place, at))
