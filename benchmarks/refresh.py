"""The refresh row: a whole refresh against the builder alone, which reads and merges the same feed."""

from __future__ import annotations

import json
import shutil
import tempfile
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.harness import Row, Unavailable, same
from benchmarks.processes import OURS, cpu, output

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.harness import Sample, Size

_REFRESH: Final = (
    "import sys; from datetime import datetime, UTC; from pricing.sources.refresh import refresh; "
    "at = datetime(2030, 1, 1, tzinfo=UTC); "
    "print(refresh(sys.argv[1], at, origin=sys.argv[2], accept=['all'], dry_run=True).status)"
)
_BUILD: Final = (
    "import sys, pathlib; from pricing.sources import build, feeds; "
    "(feed,) = feeds.mirrored(feeds.feeds(), sys.argv[1]); text = pathlib.Path(feed.url).read_text(); "
    "made = build.build({feed.name: text}, [feeds.Text(feed, text, '2030-01-01', 'new', len(text))]); "
    "print(len(made.models))"
)
_DATA: Final = Path(__file__).parent.parent / "pricing" / "data" / "providers"


@contextmanager
def against_building(_: Size) -> Iterator[tuple[Sample, Sample]]:
    """Feeds of today's size are made from the shipped catalog: each priced model in LiteLLM's form."""
    folder = Path(tempfile.mkdtemp())
    try:
        feeds = folder / "feeds"
        feeds.mkdir()
        (feeds / "litellm.json").write_text(json.dumps(dict(_rows())))
        ours = [OURS, "-c", _REFRESH, str(folder / "home"), str(feeds)]
        peer = [OURS, "-c", _BUILD, str(feeds)]
        same(output(ours).strip(), "tried", "refresh")
        if not output(peer).strip().isdigit():
            raise Unavailable("the feed cannot be built")
        yield partial(cpu, ours), partial(cpu, peer)
    finally:
        shutil.rmtree(folder)


def rows() -> tuple[Row, ...]:
    """The row of the table."""
    title = "`prices refresh`, one feed of 4,600 models, history kept, gate, written to disk"
    return (Row("refresh", title, "the builder alone on the same feed", 4, against_building, 3, peer_packages=False),)


def _rows() -> Iterator[tuple[str, dict[str, object]]]:
    for file in sorted(_DATA.glob("*.json")):
        data = json.loads(file.read_text())
        for model, entry in data["models"].items():
            rates = entry["prices"][-1]["rates"] if entry["prices"] else {}
            if "input_tokens" not in rates:
                continue
            row = {
                "litellm_provider": data["provider"],
                "mode": "chat",
                "input_cost_per_token": float(rates["input_tokens"]) / 1e6,
                "output_cost_per_token": float(rates.get("output_tokens", 0)) / 1e6,
            }
            yield f"{data['provider']}/{model}", row
