"""Two pictures of the page for the README: `make screenshots` writes them to docs/images."""

from __future__ import annotations

import io
from pathlib import Path

from browser import CHROMIUM, FLAGS
from PIL import Image
from playwright.sync_api import sync_playwright
from servers import Running

ROOT = Path(__file__).parents[2]
IMAGES = ROOT / "docs" / "images"
PLAN = ROOT / "examples" / "plans" / "support"
SIZE = {"width": 1280, "height": 940}
COLOURS = 256
"""Enough for flat colours; a quarter of the bytes."""


def estimate(page, address):
    """The example's ranking."""
    page.goto(address)
    page.get_by_role("button", name="Take an example").click()
    page.locator("#prices").wait_for()
    page.locator("td[data-name='Cached, a month']", has_text="$").first.wait_for()


def plan(page, address):
    """The shipped support assistant, with its prompts."""
    page.goto(f"{address}/#plan")
    page.get_by_label("Plan and prompt files").set_input_files(sorted(PLAN.rglob("*.*")))
    page.locator("#plan-wait .waterfall").wait_for()
    page.locator(".step", has_text="answer").first.click()


def main() -> None:
    """Take them."""
    IMAGES.mkdir(exist_ok=True)
    server = Running()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for take in (estimate, plan):
            page = browser.new_page(viewport=SIZE)
            take(page, server.url)
            page.wait_for_timeout(1500)
            page.mouse.move(0, 0)
            page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
            picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB").quantize(COLOURS)
            picture.save(IMAGES / f"page-{take.__name__}.png", optimize=True)
        browser.close()
    server.stop()


if __name__ == "__main__":
    main()
