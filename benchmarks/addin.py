"""The add-in's JavaScript in Chromium: a sheet of formula cells against one formula over as many rows."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from benchmarks.chromium import page_of
from benchmarks.harness import Row, same
from benchmarks.processes import OURS
from benchmarks.servers import served

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.harness import Sample, Size

CELLS: Final = 10_000
_LOAD: Final = """async () => {
  const [{ Client }, { formula }] = await Promise.all([
    import("/excel/assets/client.js"), import("/excel/assets/functions.js"),
  ]);
  const fresh = () => formula(new Client(location.origin, "", () => {}), "COST");
  const cells = async (cost, count) => {
    const began = performance.now();
    const rows = await Promise.all(
      Array.from({ length: count }, (_, at) => cost([["gpt-5-mini"]], [[1000 + at]], [[200]], {})),
    );
    return { seconds: (performance.now() - began) / 1000, values: rows.map((row) => row[0][0]) };
  };
  window.cells = (count) => cells(fresh(), count);
  window.column = async (count) => {
    const cost = fresh(), began = performance.now();
    const rows = await cost([["gpt-5-mini"]], Array.from({ length: count }, (_, at) => [1000 + at]), [[200]], {});
    return { seconds: (performance.now() - began) / 1000, values: rows.map((row) => row[0]) };
  };
  window.again = async (count) => {
    const cost = fresh();
    await cells(cost, count);
    performance.clearResourceTimings();
    await cells(cost, count);
    return performance.getEntriesByType("resource").length;
  };
}"""


@contextmanager
def cells_against_column(size: Size) -> Iterator[tuple[Sample, Sample]]:
    """Wall time until every cell has its figure; both must show the same, and nothing changed must ask nothing."""
    count = size.of(CELLS)
    with (
        served([OURS, "-m", "planner.main", "serve", "--port", "{port}"], "/healthz") as server,
        page_of(f"http://127.0.0.1:{server.port}/excel/functions.json") as page,
    ):
        page.evaluate(_LOAD)

        def timed(what: str) -> dict[str, Any]:
            told: dict[str, Any] = page.evaluate(f"(count) => window.{what}(count)", count)
            return told

        same(timed("cells")["values"], timed("column")["values"], "USD")
        same(page.evaluate("(count) => window.again(count)", count), 0, "requests when nothing changed")
        yield (lambda: float(timed("cells")["seconds"])), (lambda: float(timed("column")["seconds"]))


def rows() -> tuple[Row, ...]:
    """The one row."""
    return (
        Row(
            "addin-cells",
            "10,000 formula cells through the add-in's JavaScript",
            "one call with 10,000 rows",
            6,
            cells_against_column,
            3,
            peer_packages=False,
            note="wall time in Chromium; nothing changed: no request",
        ),
    )
