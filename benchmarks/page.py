"""The page in a real Chromium: from a key stroke in a 20 KB prompt to the figures of 14 models on the screen."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from benchmarks.chromium import page_of
from benchmarks.processes import OURS
from benchmarks.servers import served

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.harness import Sample, Size

LENGTH: Final = 20_000
STROKES: Final = 60
ALLOWED: Final = 0.1
"""Seconds that may pass beyond an empty round trip."""

WIDE: Final[dict[str, Any]] = {"viewport": {"width": 1360, "height": 950}}

_WATCH: Final = """() => {
  const box = document.querySelector("textarea"), results = document.querySelector(".results");
  window.waits = [];
  let began = null;
  box.addEventListener("keydown", (event) => { began = event.timeStamp; }, true);
  new MutationObserver(() => {
    if (began === null || results.getAttribute("aria-busy") !== "false") return;
    const since = began;
    began = null;
    requestAnimationFrame(() => setTimeout(() => window.waits.push((performance.now() - since) / 1000)));
  }).observe(results, { attributes: true, attributeFilter: ["aria-busy"] });
  box.focus();
  box.setSelectionRange(box.value.length, box.value.length);
}"""
"""Each wait ends with the frame in which the figures are no longer those of the text before."""

_ROUND_TRIP: Final = """async (count) => {
  const waits = [];
  for (let at = 0; at < count; at += 1) {
    const began = performance.now();
    await (await fetch("/healthz", { cache: "no-store" })).text();
    waits.push((performance.now() - began) / 1000);
  }
  return waits;
}"""


@contextmanager
def strokes(size: Size, prose: str) -> Iterator[tuple[Sample, Sample]]:
    """The 95th percentile of key strokes, and that of empty round trips with what is allowed beyond them."""
    count = size.of(STROKES)
    command = [OURS, "-m", "planner.main", "serve", "--port", "{port}"]
    with served(command, "/healthz") as server, page_of(f"http://127.0.0.1:{server.port}", **WIDE) as page:
        page.locator(".chips li").first.wait_for()
        page.locator("textarea").fill(prose[:LENGTH])
        page.locator(".ranking tbody tr").first.wait_for()
        page.evaluate(_WATCH)
        yield (lambda: _typed(page, count)), (lambda: _p95(page.evaluate(_ROUND_TRIP, count)) + ALLOWED)


def _typed(page: Any, count: int) -> float:
    """Type letters, each when the figures of the last are there and the page has come to rest."""
    page.evaluate("() => { window.waits.length = 0; }")
    for at in range(count):
        page.keyboard.press("x" if at % 5 else "Space")
        page.wait_for_function("(done) => window.waits.length >= done", arg=at + 1)
        page.wait_for_timeout(60 if at % 2 else 250)  # in mid-typing, and while what comes later is asked
    return _p95(page.evaluate("window.waits"))


def _p95(waits: list[float]) -> float:
    """The wait that 19 of 20 do not pass."""
    return sorted(waits)[-(-95 * len(waits) // 100) - 1]
