"""Gets the public feeds: over HTTP with ETag, size and time limits, or from a mirror; the last good text is kept."""

from __future__ import annotations

import hashlib
import json
import time
import tomllib
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final

import httpx

from pricing.errors import BadCatalog, InvalidInput, one_of
from pricing.sources.install import write

if TYPE_CHECKING:
    from collections.abc import Callable

LARGEST: Final = 64_000_000
"""Bytes of one feed; the largest today has 6 million."""

SECONDS: Final = 120.0
"""How long one feed may take in all."""

_QUIET: Final = 20.0


@dataclass(frozen=True, slots=True)
class Feed:
    """A public feed: its project, address, and file name in a mirror."""

    name: str
    url: str
    file: str
    license: str
    home: str


@dataclass(frozen=True, slots=True)
class Text:
    """A feed's text, the day it was last known to be current, and how it was come by: new, unchanged, or kept."""

    feed: Feed
    text: str
    observed: str
    how: str
    bytes: int
    problem: str = ""

    @property
    def name(self) -> str:
        """The project."""
        return self.feed.name

    @property
    def version(self) -> str:
        """How a rate's source names it: a feed has no version but its day, which stands beside it."""
        return "feed"

    def index_row(self) -> dict[str, str]:
        """What the catalog's index says about it."""
        digest = hashlib.sha256(self.text.encode()).hexdigest()[:12]
        return {
            "name": self.name,
            "version": f"feed {digest}",
            "observed": self.observed,
            "license": self.feed.license,
            "url": self.feed.home,
        }


def feeds() -> list[Feed]:
    """The feeds of feeds.toml."""
    rows = tomllib.loads(files("pricing.sources").joinpath("feeds.toml").read_text("utf-8"))["feed"]
    return [Feed(**row) for row in rows]


def mirrored(known: list[Feed], origin: str | None) -> list[Feed]:
    """The feeds at their own addresses, or at a mirror: a folder, a base address, or one feed's file.

    Raises:
        InvalidInput: the mirror is no folder, no file named like a feed, and no http address.
    """
    if origin is None:
        return known
    if "://" in origin:
        if not origin.startswith(("http://", "https://")):
            raise InvalidInput(f"--from is {origin!r}; it must be a folder, a file or an http address", loc=("from",))
        named = [feed for feed in known if origin.endswith(f"/{feed.file}")]
        return [replace(feed, url=origin) for feed in named] or [
            replace(feed, url=f"{origin.rstrip('/')}/{feed.file}") for feed in known
        ]
    path = Path(origin)
    if path.is_dir():
        found = [replace(feed, url=str(path / feed.file)) for feed in known if (path / feed.file).exists()]
        if found:
            return found
        raise InvalidInput(
            f"{origin} holds none of {', '.join(feed.file for feed in known)}", loc=("from",), value=origin
        )
    if not path.exists():
        raise InvalidInput(f"{origin}: no such file or folder", loc=("from",), value=origin)
    named = [feed for feed in known if path.name == feed.file]
    if not named:
        hint = one_of(path.name, [feed.file for feed in known])
        raise InvalidInput(f"{origin}: its name does not say which feed it is; {hint}", loc=("from",), value=origin)
    return [replace(named[0], url=origin)]


class Kept:
    """The last good text of each feed, beside the catalogs."""

    def __init__(self, home: str) -> None:
        self._folder = Path(home, "feeds")

    def read(self, feed: Feed) -> tuple[str, dict[str, str]] | None:
        """A feed's text and what is known of it; None where there is none, or it was damaged."""
        try:
            text = (self._folder / feed.file).read_text(encoding="utf-8")
            known = json.loads((self._folder / f"{feed.file}.about").read_text(encoding="utf-8"))
            whole = known["sha256"] == hashlib.sha256(text.encode()).hexdigest()
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return (text, known) if whole else None

    def keep(self, text: Text, etag: str) -> None:
        """Keep a text that was read without a fault."""
        self._folder.mkdir(parents=True, exist_ok=True)
        about = {
            "url": text.feed.url,
            "etag": etag,
            "observed": text.observed,
            "sha256": hashlib.sha256(text.text.encode()).hexdigest(),
        }
        write(self._folder / text.feed.file, text.text)
        write(self._folder / f"{text.feed.file}.about", json.dumps(about))


def fetch(
    feed: Feed, kept: Kept, today: str, client: httpx.Client, check: Callable[[str], object], seconds: float = SECONDS
) -> Text:
    """A feed's text, checked by its reader; where that fails, its last good one, with the problem.

    Raises:
        BadCatalog: it fails and no earlier text is kept.
    """
    known = kept.read(feed)
    try:
        body, etag = _body(feed, known, client, seconds)
        if body is None and known is not None:
            text = Text(feed, known[0], today, "unchanged", 0)
        else:
            decoded = (body or b"").decode("utf-8")
            text = Text(feed, decoded, today, "new", len(body or b""))
            check(decoded)
    except (OSError, ValueError, httpx.HTTPError, BadCatalog) as error:
        problem = f"{feed.name}: {_words(error)} ({feed.url})"
        if known is None:
            raise BadCatalog(problem, loc=(feed.name,)) from error
        return Text(feed, known[0], known[1]["observed"], "kept", 0, problem)
    kept.keep(text, etag)
    return text


def _body(
    feed: Feed, known: tuple[str, dict[str, str]] | None, client: httpx.Client, seconds: float
) -> tuple[bytes | None, str]:
    """The bytes and ETag of a feed; no bytes where the server says that they are unchanged."""
    if "://" not in feed.url:
        path = Path(feed.url)
        if path.exists() and not path.is_file():  # a pipe would be waited for without end
            raise OSError(f"{path.name} is no regular file")
        whole = path.read_bytes()
        _limit(len(whole))
        return whole, ""
    same = known is not None and known[1].get("url") == feed.url and known[1].get("etag")
    headers = {"If-None-Match": known[1]["etag"]} if same and known else {}
    until = time.monotonic() + seconds
    with client.stream("GET", feed.url, headers=headers) as answer:
        if answer.status_code == httpx.codes.NOT_MODIFIED and known is not None:
            return None, known[1]["etag"]
        answer.raise_for_status()
        body = bytearray()
        for chunk in answer.iter_bytes():
            body += chunk
            _limit(len(body))
            if time.monotonic() > until:
                raise ValueError(f"it took longer than {seconds:g} seconds")
        return bytes(body), answer.headers.get("etag", "")


def _limit(size: int) -> None:
    if size > LARGEST:
        raise ValueError(f"it is larger than {LARGEST} bytes")


def _words(error: Exception) -> str:
    if isinstance(error, httpx.HTTPStatusError):
        return f"the server answered {error.response.status_code}"
    if isinstance(error, UnicodeDecodeError):
        return f"byte {error.start} is no UTF-8"
    if isinstance(error, httpx.TimeoutException):
        return "the server does not answer in time"
    return str(error) or type(error).__name__


def client() -> httpx.Client:
    """An HTTP client that follows redirects and waits at most 20 seconds for the next byte."""
    return httpx.Client(timeout=_QUIET, follow_redirects=True, headers={"User-Agent": "tokenplan"})
