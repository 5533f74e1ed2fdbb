"""What a model's call on a prompt cost: as its row says, as its tokens are listed, or as the question states."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.calls import Call, Pricer
from planner.costing import priced
from pricing.errors import InvalidInput, TokenplanError
from pricing.usage import Usage

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from typing import Any

    from planner.outcomes.answer import Basis
    from planner.outcomes.question import ColumnMap
    from planner.outcomes.reading import Record
    from planner.tokens import Counter
    from pricing.catalog import Catalog
    from pricing.names import Resolution
    from pricing.rates import ModelRef

_OURS = Call()


class Costs:
    """Prices records, each distinct usage of a model once; remembers what each model's costs stand on."""

    def __init__(
        self,
        calls: Mapping[str, Call],
        columns: ColumnMap,
        catalog: Catalog,
        counter: Counter,
        now: datetime,
        models: Iterable[str],
    ) -> None:
        self._calls, self._columns, self._catalog, self._counter, self._now = (
            calls,
            columns,
            catalog,
            counter.once(),
            now,
        )
        self.basis: dict[str, Basis] = {}
        self.priced_as: dict[str, ModelRef | None] = {}
        self._said: dict[str, None] = {}
        self._stated: dict[str, float] = {}
        self._resolved: dict[str, Resolution] = {}
        self._known: dict[tuple[str, Usage], float] = {}
        for model in models:
            self._prepare(model)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the prices warn of, each once."""
        return tuple(self._said)

    def __call__(self, record: Record) -> float | None:
        """USD of a record; None where its row does not say.

        Raises:
            InvalidInput: a negative cost, tokens that are no whole number.
            TokenplanError: tokens that cannot be priced.
        """
        if record.model in self._stated:
            return self._stated[record.model]
        if record.model in self._resolved:
            usage = self._usage(record)
            return None if usage is None else self._listed(record, usage)
        cost = record.number(self._columns.cost_usd)
        if cost is not None and cost < 0:
            raise InvalidInput(
                f"the cost of row {record.at + 1} is {cost}; it must not be negative",
                loc=("rows", record.at),
                value=cost,
            )
        return cost

    def _prepare(self, model: str) -> None:
        call = self._calls.get(model)
        self.basis[model], self.priced_as[model] = "file", None
        if call is not None and (call.usd is not None or call.told):
            cost = Pricer(self._catalog, self._counter, self._now)(call, "calls", model)
            self._stated[model], self.basis[model], self.priced_as[model] = float(cost.usd), cost.basis, cost.model
            self._said |= dict.fromkeys(cost.warnings)
        elif call is not None or self._columns.cost_usd is None:
            self._resolve(model, call or _OURS)

    def _resolve(self, model: str, call: Call) -> None:
        """Take the model's tokens, by its own name or the call's, to the catalog."""
        columns = self._columns
        if not (columns.input_tokens or columns.input_text) or not (columns.output_tokens or columns.output_text):
            said = (
                f"nothing says what {model!r} costs: map cost_usd, or input and output (tokens or text), or give calls"
            )
            raise InvalidInput(said, loc=("calls", model))
        try:
            self._resolved[model] = self._catalog.resolve(call.model or model, call.provider)
        except TokenplanError as error:
            raise error.under("calls", model) from None
        self.basis[model] = "listed"

    def _usage(self, record: Record) -> Usage | None:
        columns = self._columns
        given = self._tokens(record, columns.input_tokens, columns.input_text)
        made = self._tokens(record, columns.output_tokens, columns.output_text)
        read = self._tokens(record, columns.cache_read_tokens, None) or 0
        if given is None or made is None:
            return None
        return Usage(input_tokens=given, output_tokens=made, cache_read_tokens=read)

    def _tokens(self, record: Record, column: str | None, text: str | None) -> int | None:
        tokens = record.number(column)
        if tokens is not None:
            if tokens < 0 or tokens != int(tokens):
                said = f"{column} of row {record.at + 1} is {tokens}; it must be a whole number from 0 on"
                raise InvalidInput(said, loc=("rows", record.at, str(column)), value=tokens)
            return int(tokens)
        words: Any = record.value(text)
        if words is None:
            return None
        model = self._resolved[record.model].model
        counted = self._counter.count(str(words), model.id, model.provider)
        if counted.method != "exact":
            self._said[f"{record.model}: {'; '.join(counted.notes)}"] = None
            self.basis[record.model] = "assumed"
        return counted.tokens

    def _listed(self, record: Record, usage: Usage) -> float:
        key = record.model, usage
        if key not in self._known:
            try:
                cost = priced(usage, self._calls.get(record.model, _OURS), self._resolved[record.model], self._now)
            except TokenplanError as error:
                raise error.under("rows", record.at) from None
            self._known[key], self.priced_as[record.model] = float(cost.total_usd), cost.model
            self._said |= dict.fromkeys(cost.warnings)
        return self._known[key]
