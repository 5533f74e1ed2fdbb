"""Catalogs made on the spot, and the instant at which every test stands."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SEEN = {"source": "hand", "observed": "2026-11-01"}
CN = {"utc_offset_hours": 8, "covers_through": "2026-12-31", "dates": ["2026-10-01"], "source": "hand"}


def priced(**rates: str) -> dict[str, Any]:
    """A standard rate set."""
    return {"rates": rates, **SEEN}


def write_catalog(folder: Path, models: dict[str, dict[str, Any]], *, hosts: tuple[str, ...] = ()) -> Path:
    """A catalog directory from `provider/id` -> entry; every provider is a maker unless it is one of `hosts`."""
    by_provider: dict[str, dict[str, Any]] = defaultdict(dict)
    ids: dict[str, list[str]] = defaultdict(list)
    for name, entry in models.items():
        provider, model_id = name.split("/", 1)
        by_provider[provider][model_id] = entry
        for known in (model_id, *entry.get("aliases", ())):
            ids[known].append(provider)
    index = {
        "schema": 1,
        "version": "test",
        "observed": "2026-11-01",
        "sources": [{"name": "hand", "version": "1", "observed": "2026-11-01", "license": "MIT", "url": ""}],
        "calendars": {"cn": CN},
        "providers": {
            name: {"name": name, "maker": name not in hosts, "prefixes": [name], "models": len(entries)}
            for name, entries in by_provider.items()
        },
        "ids": ids,
    }
    (folder / "providers").mkdir(parents=True)
    (folder / "index.json").write_text(json.dumps(index))
    (folder / "conflicts.json").write_text('{"conflicts": []}')
    for name, entries in by_provider.items():
        data = {"schema": 1, "provider": name, "models": entries}
        (folder / "providers" / f"{name}.json").write_text(json.dumps(data))
    return folder
