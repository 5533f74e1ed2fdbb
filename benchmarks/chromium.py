"""A page in a real Chromium, for the rows that a person sees."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from benchmarks.harness import Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

FLAGS: Final = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking")


@contextmanager
def page_of(url: str, **options: Any) -> Iterator[Any]:
    """A page of the server in a browser of its own; `options` are Playwright's for a new page.

    Raises:
        Unavailable: there is no Chromium, or nothing that drives it.
    """
    chromium = shutil.which("chromium")
    if chromium is None:
        raise Unavailable("chromium is not installed")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        raise Unavailable("playwright is not installed") from None
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        try:
            page = browser.new_page(**options)
            page.goto(url)
            yield page
        finally:
            browser.close()
