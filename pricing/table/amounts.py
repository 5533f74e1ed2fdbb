"""Columns in, amounts out: the multiplication, and the few rows that need the scalar path's care."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import TYPE_CHECKING, Final

import numpy as np

from pricing.cost import EXACT, cost
from pricing.errors import TokenplanError, TooLarge
from pricing.rates import CatalogRef
from pricing.table.codes import CHUNK, Codes, Ints, total
from pricing.table.columns import UNPRICED, Errors, instant, instants, one_length, quantities
from pricing.table.rates import Rates
from pricing.table.segments import Segments
from pricing.table.terms import DIGITS, MOST, Chosen

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from pricing.catalog import Catalog
    from pricing.cost import Cost
    from pricing.table.columns import Instants, Quantities, Table, Text

_ROUND: Final = Context(prec=60, rounding=ROUND_HALF_EVEN)
_ROUNDED: Final = f"a cost finer than 1e-{DIGITS} USD is rounded to that, half to even"


@dataclass(frozen=True, slots=True, eq=False)
class Priced:
    """The rows' costs, in their order.

    `amounts` are in 1e-12 USD, `UNPRICED` where `errors` is not -1. `errors` index into `problems`, `offers` into
    `chosen`, where None stands for no price. `lines`, where asked for, hold each bucket's
    amounts, 0 in rows without a price.
    """

    amounts: Ints
    errors: Codes
    problems: tuple[TokenplanError, ...]
    offers: Codes
    chosen: tuple[Chosen | None, ...]
    lines: Mapping[str, Ints]
    catalog: CatalogRef

    def total(self) -> Decimal:
        """The exact sum of the priced rows in USD, also beyond what 64 bits hold."""
        good = self.amounts[self.errors < 0]
        return usd((int((good >> 32).sum()) << 32) + int((good & 0xFFFFFFFF).sum()))


def usd(units: int) -> Decimal:
    """Units of 1e-12 USD as USD."""
    return Decimal(units).scaleb(-DIGITS, EXACT)


def price(
    catalog: Catalog,
    usage: Mapping[str, Table],
    *,
    model: Text,
    provider: Text = None,
    service_tier: Text = None,
    region: Text = None,
    as_of: Table | datetime,
    lines: bool = False,
) -> Priced:
    """The cost of each row, as `pricing.cost.cost` gives it.

    `usage` holds a column a bucket, shape (rows,): integers; for seconds and token-hours also floats or Decimals. A
    bucket left out is 0, `requests` is 1. A plain text stands for all rows. `as_of` are UTC instants. A row whose exact
    cost is finer than 1e-12 USD is rounded to it once, half to even, and its warnings say so.

    Raises:
        InvalidInput: columns of several lengths, an unknown bucket, a dtype that holds no quantities. What is wrong in
            one row is that row's error, with the scalar path's class and message.
    """
    texts = {"model": model, "provider": provider, "service_tier": service_tier, "region": region}
    rows = one_length(usage, texts, as_of)
    errors = Errors(rows)
    taken, at = quantities(usage, rows, errors), instants(as_of, rows, errors)
    if not rows:
        none = np.zeros(0, np.int32)
        return Priced(none.astype(np.int64), none, (), none, (), {}, catalog.ref)
    parted = Segments(catalog, list(texts.values()), taken, at)
    work = _Amounts(parted, taken, at, errors)
    work.multiply()
    held = work.itemise() if lines else {}
    if errors.problems:
        work.amounts[errors.codes >= 0] = UNPRICED
    return Priced(work.amounts, errors.codes, tuple(errors.problems), parted.of, work.chosen(), held, catalog.ref)


class _Amounts:
    """The amounts of one table while they are made."""

    def __init__(self, parted: Segments, taken: Quantities, at: Instants, errors: Errors) -> None:
        self.amounts: Ints = np.zeros(len(parted.of), np.int64)
        self._parted = parted
        self._rates = Rates(list(taken.counts), parted.count)
        self._taken = taken
        self._at = at
        self._errors = errors
        self._said: dict[int, list[str]] = {}
        self._exact: dict[int, Cost] = {}

    def multiply(self) -> None:
        """Sum the products, refuse what has no price, then price apart what the sums cannot hold."""
        scratch = np.empty(CHUNK, np.int64)
        factors: list[tuple[Ints, list[Ints]]] = []
        for part, segment, new in self._parted.numbered():
            if new:
                self._rates.put({each: self._parted.terms[each] for each in new})
                factors = self._factors()
            amount, product = self.amounts[part], scratch[: len(segment)]
            for prices, columns in factors:
                prices.take(segment, out=product, mode="clip")  # in range by construction: no second look
                product *= total(columns, part)
                amount += product
        self._refuse()
        for row in sorted(self._apart()):
            if self._errors.codes[row] < 0:
                self._alone(row)

    def _factors(self) -> list[tuple[Ints, list[Ints]]]:
        """Prices by segment and the columns they hold for: buckets that cost the same everywhere are added first."""
        found: dict[bytes, list[Ints]] = {}
        for name, column in self._taken.counts.items():
            prices = self._rates.prices[name]
            if prices.any():
                found.setdefault(prices.tobytes(), []).append(column)
        return [(np.frombuffer(prices, np.int64), columns) for prices, columns in found.items()]

    def _refuse(self) -> None:
        """Give rows without a price their errors, and note the fallbacks that rows used."""
        refused = self._rates.refused
        if refused:
            self._errors.put(*self._coded(np.arange(len(self.amounts)), refused))
        for bucket in self._taken.counts:
            missing, fallen = self._rates.missing[bucket], self._rates.fallen[bucket]
            if missing:
                self._errors.put(*self._coded(self._using(bucket, missing), missing))
            if fallen:
                for segment in np.unique(self._parted.of[self._using(bucket, fallen)]).tolist():
                    self._said.setdefault(segment, []).append(fallen[segment])

    def _coded(self, rows: Ints, refused: Mapping[int, TokenplanError]) -> tuple[Ints, Codes]:
        """The rows that lie in refused segments, and their errors' codes."""
        codes = np.full(self._parted.count, -1, np.int32)
        met = np.zeros(len(codes), bool)
        met[self._parted.of[rows]] = True
        for segment, error in refused.items():
            if met[segment]:
                codes[segment] = self._errors.add(error)
        mine = codes[self._parted.of[rows]]
        return rows[mine >= 0], mine[mine >= 0]

    def _using(self, bucket: str, marked: Iterable[int]) -> Ints:
        """The rows of marked segments that use a bucket."""
        flags = np.zeros(self._parted.count, bool)
        flags[list(marked)] = True
        used = flags[self._parted.of]
        return np.flatnonzero(used & (self._taken.counts[bucket] > 0))

    def _apart(self) -> set[int]:
        """The rows whose quantities or prices have decimals here, or whose amount may pass 64 bits."""
        rows = {int(row) for column in self._taken.parts.values() for row in np.flatnonzero(column != 0)}
        for bucket, fine in self._rates.fine.items():
            rows |= set(self._using(bucket, fine).tolist()) if fine else set()
        if sum(int(prices.max()) * self._taken.most[name] for name, prices in self._rates.prices.items()) > MOST:
            about = sum(
                self._rates.prices[name].astype(float)[self._parted.of] * column
                for name, column in self._taken.counts.items()
            )
            rows |= set(np.flatnonzero(np.asarray(about) > MOST / 2).tolist())
        return rows

    def _alone(self, row: int) -> None:
        """One row by the scalar path, rounded to the unit once."""
        segment = int(self._parted.of[row])
        key = self._parted.keys[segment]
        assert not isinstance(key.resolved, TokenplanError)
        usage, at = self._taken.usage(row), instant(int(self._at.of[row]))
        try:
            exact = cost(usage, key.resolved, at=at, service_tier=key.tier, region=key.region)
        except TokenplanError as error:
            self._errors.put([row], self._errors.add(error))
            return
        units = _units(exact.total_usd)
        if units > MOST:
            self._errors.put([row], self._errors.add(_too_large(exact.total_usd)))
            return
        self.amounts[row], self._exact[row] = units, exact
        rounded = [] if usd(units) == exact.total_usd else [_ROUNDED]
        fallen = [each for each in exact.warnings if " priced as " in each]
        said = self._said.setdefault(segment, [])
        said += [each for each in (*fallen, *rounded) if each not in said]

    def itemise(self) -> dict[str, Ints]:
        """Each bucket's amounts; of rows priced alone, what a line adds to the rounded sum: lines sum to the amount."""
        good = self._errors.codes < 0
        held = {}
        for name, column in self._taken.counts.items():
            held[name] = np.where(good, self._rates.prices[name][self._parted.of] * column, 0)
        for row, exact in self._exact.items():
            for column in held.values():
                column[row] = 0
            sofar, done = Decimal(0), 0
            for line in exact.lines:
                sofar = EXACT.add(sofar, line.amount_usd)
                held.setdefault(line.bucket, np.zeros(len(good), np.int64))[row] = _units(sofar) - done
                done = _units(sofar)
        return {name: column for name, column in held.items() if column.any()}

    def chosen(self) -> tuple[Chosen | None, ...]:
        """What each segment was priced as, with all that is to be said of it; None where it has no price."""
        made: list[Chosen | None] = [None] * self._parted.count
        for segment, terms in self._parted.terms.items():
            if not isinstance(terms, TokenplanError):
                said = self._said.get(segment)
                chosen = terms.chosen
                made[segment] = replace(chosen, warnings=(*chosen.warnings, *said)) if said else chosen
        return tuple(made)


def _units(amount: Decimal) -> int:
    return int(amount.scaleb(DIGITS, EXACT).to_integral_value(context=_ROUND))


def _too_large(amount: Decimal) -> TooLarge:
    return TooLarge(
        f"the cost is {amount:f} USD; one row of a table holds at most {usd(MOST):f}", loc=("usage",), value=str(amount)
    )
