"""Where refreshed catalogs lie on this machine, and which of them answers.

    HOME/current.json          {"schema": 1, "version": "...", "previous": ["..."]}
    HOME/catalogs/VERSION/     one catalog each, as docs/adr/0001 describes; never changed once it is named

HOME is `TOKENPLAN_HOME`, else the platform's folder for a user's data. Only `pricing.sources.install` writes here.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from typing import Final

from pricing.catalog import SCHEMA, SHIPPED
from pricing.errors import BadCatalog, InvalidInput

POINTER: Final = "current.json"


@dataclass(frozen=True, slots=True)
class Installed:
    """The refreshed catalog that `current.json` names, and those kept before it, newest first."""

    version: str
    previous: tuple[str, ...]
    home: str

    @property
    def directory(self) -> str:
        """Where its files lie."""
        return directory(self.home, self.version)


def home() -> str:
    """The folder that holds refreshed catalogs; it need not exist.

    Raises:
        InvalidInput: `TOKENPLAN_HOME` is no folder.
    """
    chosen = os.environ.get("TOKENPLAN_HOME")
    if chosen:
        if os.path.exists(chosen) and not os.path.isdir(chosen):
            raise InvalidInput(f"TOKENPLAN_HOME is {chosen!r}, which is no folder", loc=("TOKENPLAN_HOME",))
        return chosen
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or os.path.expanduser(r"~\AppData\Local")
    elif sys.platform == "darwin":
        base = os.path.expanduser("~/Library/Application Support")
    else:
        base = os.environ.get("XDG_DATA_HOME") or os.path.expanduser("~/.local/share")
    return os.path.join(base, "tokenplan")


def directory(home: str, version: str) -> str:
    """Where the files of one refreshed catalog lie."""
    return os.path.join(home, "catalogs", version)


def current(home: str) -> Installed | None:
    """The refreshed catalog in use; None where there is none, or only one of another format.

    Raises:
        BadCatalog: the pointer is damaged.
    """
    path = os.path.join(home, POINTER)
    try:
        with open(path, encoding="utf-8") as file:
            data = json.load(file)
        found = Installed(data["version"], tuple(data["previous"]), home)
    except OSError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise BadCatalog(
            f"{path} is damaged ({error}); delete it to use the shipped catalog, or run `tokenplan prices refresh`"
        ) from error
    return found if data["schema"] == SCHEMA else None


def in_use(home: str, shipped: str = SHIPPED) -> str:
    """The directory of the catalog that answers: the refreshed one, unless the shipped one was observed later.

    Raises:
        BadCatalog: the pointer is damaged.
    """
    refreshed = current(home)
    if refreshed is None or refreshed.version[:_DAY] < _day_of(shipped):
        return shipped
    return refreshed.directory


_DAY: Final = len("2026-11-24")


def _day_of(directory: str) -> str:
    """The day of a catalog, from the head of its index: the whole would cost a cold start 10 ms."""
    with open(os.path.join(directory, "index.json"), encoding="utf-8") as file:
        head = file.read(200)
    return head.partition('"version": "')[2][:_DAY]
