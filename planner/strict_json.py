"""JSON in which no object holds a key twice: most readers keep the last one and say nothing."""

from __future__ import annotations

import json
from typing import Any

from pricing.errors import InvalidInput


def loads(text: str | bytes) -> Any:
    """The value of a JSON text.

    Raises:
        InvalidInput: a key stands twice in one object.
        ValueError, RecursionError: it is no JSON; nested too deep.
    """
    return json.loads(text, object_pairs_hook=once)


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of its keys and values, for `json.loads(object_pairs_hook=once)`.

    Raises:
        InvalidInput: a key stands twice.
    """
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        values = [value for key, value in pairs if key == twice]
        raise InvalidInput(f"the key {twice!r} stands twice in one object; leave one", loc=(twice,), value=values)
    return found
