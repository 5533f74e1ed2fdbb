"""The scalar path as the naive reference of the columnar one: rows priced both ways must agree in everything."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np

from pricing import BUCKETS, Usage, cost
from pricing.errors import TokenplanError
from pricing.table import UNPRICED, Column, price, usd

UNIT = Decimal("1e-12")


def scalar(catalog, row):
    """One row by the reference: its cost, or its error."""
    model, provider, tier, region, at, usage = row
    try:
        return cost(Usage(**usage), catalog.resolve(model, provider), at=at, service_tier=tier, region=region)
    except TokenplanError as error:
        return error


def table(catalog, rows):
    """The rows as columns."""
    model, provider, tier, region = (Column.of([row[place] for row in rows]) for place in range(4))
    names = [name for name in BUCKETS if any(name in row[5] for row in rows)]
    usage = {name: np.array([row[5].get(name, int(name == "requests")) for row in rows]) for name in names}
    at = np.array([row[4].replace(tzinfo=None) for row in rows], "datetime64[us]")
    return price(catalog, usage, model=model, provider=provider, service_tier=tier, region=region, as_of=at, lines=True)


def undated(text, at):
    """A gap's message without the instant of its row, which a table says once for many rows."""
    return text.replace(f" at {at:%Y-%m-%dT%H:%MZ}", " then")


def compare(catalog, rows):
    """Every row's amount, lines, warnings or error is the reference's; returns how many rows were priced."""
    answer = table(catalog, rows)
    assert sum(answer.errors < 0) == len(rows) - sum(answer.amounts == UNPRICED)
    for place, row in enumerate(rows):
        expected, error = scalar(catalog, row), int(answer.errors[place])
        if isinstance(expected, TokenplanError):
            found = answer.problems[error]
            assert (type(found), str(found)) == (type(expected), undated(str(expected), row[4])), row
            assert answer.amounts[place] == UNPRICED
            continue
        assert error == -1, (row, answer.problems[error])
        _agree(answer, place, expected, row)
    return int((answer.errors < 0).sum())


def _agree(answer, place, expected, row):
    """One priced row: the amount exactly, or rounded with a warning; the lines; what it was priced as."""
    exact = expected.total_usd.quantize(UNIT, ROUND_HALF_EVEN)
    assert usd(int(answer.amounts[place])) == exact, row
    lines = {name: usd(int(column[place])) for name, column in answer.lines.items() if column[place]}
    assert sum(lines.values()) == exact, row
    if exact == expected.total_usd:
        assert lines == {line.bucket: line.amount_usd for line in expected.lines if line.amount_usd}, row
    for line in expected.lines:
        assert abs(lines.get(line.bucket, 0) - line.amount_usd) < 2 * UNIT, row
    chosen = answer.chosen[answer.offers[place]]
    assert chosen.model == expected.model
    assert {each.partition(", in ")[0] for each in expected.warnings} <= set(chosen.warnings), row
    assert (exact == expected.total_usd) or any("finer than" in each for each in chosen.warnings)
