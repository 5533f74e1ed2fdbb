"""What a file of rows cost in all: by model, the errors counted and named, the warnings counted."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from planner.batch import total
from planner.cli.render import Column, Rows, Table, aligned, bullets, grouped, money
from pricing.cost import EXACT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from planner.cli.render import Block
    from pricing.cost import Cost
    from pricing.errors import TokenplanError
    from pricing.rates import ModelRef


@dataclass(slots=True)
class Totals:
    """What was priced, by model, and what was not, by error, with the first lines of each."""

    models: dict[str, list[Any]] = field(default_factory=dict)
    errors: dict[str, list[int]] = field(default_factory=dict)
    first: dict[str, str] = field(default_factory=dict)
    warnings: dict[str, int] = field(default_factory=dict)
    rows: int = 0
    refused: int = 0

    def priced(self, cost: Cost) -> None:
        """Add one row's cost."""
        tokens = sum(int(each.quantity) for each in cost.lines if each.unit == "million_tokens")
        self.add(cost.model, 1, tokens, cost.total_usd)
        self.warned(cost.warnings, 1)

    def add(self, model: ModelRef, requests: int, tokens: int, usd: Decimal) -> None:
        """Add requests that were priced as a model."""
        held = self.models.setdefault(f"{model.provider}/{model.id}", [0, 0, Decimal(0)])
        held[0] += requests
        held[1] += tokens
        held[2] = EXACT.add(held[2], usd)

    def warned(self, warnings: Iterable[str], rows: int) -> None:
        """Count what was said of some rows."""
        for warning in warnings:
            if warning in self.warnings or len(self.warnings) < 100:  # noqa: PLR2004 - bounded, whatever the rows say
                self.warnings[warning] = self.warnings.get(warning, 0) + rows

    def failed(self, error: TokenplanError, line: int) -> None:
        """Count one row without a price."""
        self.refused += 1
        lines = self.errors.setdefault(error.slug, [0])
        lines[0] += 1
        if len(lines) <= 5:  # noqa: PLR2004 - a count and five lines
            lines.append(line)
            self.first.setdefault(error.slug, str(error))

    def total_usd(self) -> Decimal:
        """The exact sum of the priced rows."""
        return total(held[2] for held in self.models.values())


def summary(totals: Totals) -> dict[str, Any]:
    """The totals as `--json` prints them."""
    return {
        "rows": totals.rows,
        "priced": totals.rows - totals.refused,
        "refused": totals.refused,
        "total_usd": totals.total_usd(),
        "models": [
            {"model": name, "requests": held[0], "tokens": held[1], "usd": held[2]}
            for name, held in sorted(totals.models.items())
        ],
        "errors": [
            {"type": slug, "rows": said[0], "lines": said[1:], "first": totals.first[slug]}
            for slug, said in totals.errors.items()
        ],
        "warnings": [{"warning": text, "rows": rows} for text, rows in totals.warnings.items()],
    }


def page(totals: Totals) -> Iterable[Block]:
    """The totals as a person reads them."""
    columns = (
        Column("model"), Column("requests", right=True), Column("tokens", right=True), Column("USD", right=True),
    )  # fmt: skip
    rows = [
        (name, grouped(held[0]), grouped(held[1]), money(held[2])) for name, held in sorted(totals.models.items())
    ]  # fmt: skip
    yield aligned((
        ("rows", grouped(totals.rows)),
        ("total", f"{money(totals.total_usd())} USD"),
        ("no price", grouped(totals.refused) if totals.refused else ""),
    ))  # fmt: skip
    if rows:
        yield Table(columns, rows)
    yield bullets("errors", (_said(totals, slug) for slug in totals.errors))
    yield bullets("warnings", (f"{text} ({_rows(rows)})" for text, rows in totals.warnings.items()))


def _said(totals: Totals, slug: str) -> str:
    count, *lines = totals.errors[slug]
    more = ", ..." if count > len(lines) else ""
    where = f"{'line' if count == 1 else 'lines'} {', '.join(map(str, lines))}{more}"
    return f"{slug}: {_rows(count)}, {where}; the first: {totals.first[slug]}"


def _rows(count: int) -> str:
    return f"{grouped(count)} row{'s' * (count != 1)}"


def as_csv(totals: Totals) -> Rows:
    """The totals by model as `--csv` prints them."""
    fields = ("model", "requests", "tokens", "usd")
    return Rows(fields, [(name, *held) for name, held in sorted(totals.models.items())])
