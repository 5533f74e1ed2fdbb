"""The cost that a simulation draws: what a request costs at token counts and prices, and the mean of many requests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from planner.laws import Floats, Law
from planner.token_prices import ModelTerms, TokenPrices, token_prices
from pricing.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from decimal import Decimal

    import numpy as np

    from planner.simulated import Draws
    from pricing.catalog import Catalog

POINTS: Final = 8_192
"""Points of the stratified sample that means over requests are taken on."""
GRID: Final = 65
"""Factors at which a mean is worked out; between them it is a straight line."""

MILLION: Final = 1e6


@dataclass(frozen=True, slots=True)
class Prices:
    """USD per million tokens by prompt length: `edges` are the lengths from which each column's entry holds."""

    edges: Floats
    fresh: Floats
    read: Floats
    write: Floats
    output: Floats
    source: TokenPrices | None

    def at(self, prices: Floats, prompt: Floats) -> Floats:
        """A column's price for each prompt."""
        import numpy as np  # noqa: PLC0415 - an extra

        found: Floats = prices[np.searchsorted(self.edges, prompt, side="right") - 1]
        return found


class Stated(NamedTuple):
    """USD per million tokens that the question states itself; None takes the catalog's."""

    fresh: float | None
    read: float | None
    write: float | None
    output: float | None


def prices(terms: ModelTerms | None, stated: Stated, catalog: Catalog, now: datetime) -> Prices:
    """The model's prices at each of its context tiers, stated figures laid over them.

    A cache price that is neither listed nor stated is that of input.

    Raises:
        InvalidInput: neither a model nor the two prices that nothing stands in for.
        TokenplanError: the model cannot be priced.
    """
    if terms is None:
        if stated.fresh is None or stated.output is None:
            raise InvalidInput(
                "give a model, or input_usd_per_million_tokens and output_usd_per_million_tokens", loc=("model",)
            )
        return _columns([0], [], stated)
    edges = sorted({each.threshold for each in catalog.resolve(terms.model, terms.provider).model.sets} | {0})
    return _columns(edges, [token_prices(terms, max(edge, 1), catalog, now) for edge in edges], stated)


def _columns(edges: Sequence[int], tiers: Sequence[TokenPrices], stated: Stated) -> Prices:
    import numpy as np  # noqa: PLC0415 - an extra

    def column(own: float | None, name: str, otherwise: Sequence[float] = ()) -> list[float]:
        if own is not None:
            return [own] * len(edges)
        listed: list[Decimal | None] = [getattr(tier, name) for tier in tiers] or [None]
        if None in listed and not otherwise:
            raise InvalidInput(f"the model lists no {name}; state {name}_per_million_tokens", loc=("model",))
        return [otherwise[at] if usd is None else float(usd) for at, usd in enumerate(listed)]

    fresh = column(stated.fresh, "input_usd")
    read, write = column(stated.read, "cache_read_usd", fresh), column(stated.write, "cache_write_5m_usd", fresh)
    output = column(stated.output, "output_usd")
    at, *columns = (np.array(each, float) for each in (edges, fresh, read, write, output))
    return Prices(at, columns[0], columns[1], columns[2], columns[3], tiers[0] if tiers else None)


@dataclass(frozen=True, slots=True)
class Laws:
    """How requests differ: tokens in and out, reasoning tokens, USD beside the tokens."""

    input_tokens: Law
    output_tokens: Law
    reasoning_tokens: Law
    other_usd: Law


class Requests(NamedTuple):
    """Columns of requests, a row each."""

    input_tokens: Floats
    generated_tokens: Floats
    other_usd: Floats


@dataclass(frozen=True, slots=True)
class Model:
    """A request's cost: prices, the shared prefix, the limit on generated tokens, and how requests differ."""

    prices: Prices
    prefix: int
    max_tokens: int | None
    laws: Laws

    def stratified(self, random: np.random.Generator) -> Requests:
        """A Latin hypercube of requests: means over it are as good as exact."""
        import numpy as np  # noqa: PLC0415 - an extra

        at = (np.arange(POINTS) + 0.5) / POINTS

        def of(law: Law) -> Floats:
            return random.permutation(law.quantile(at))

        laws = self.laws
        return Requests(of(laws.input_tokens), of(laws.output_tokens) + of(laws.reasoning_tokens), of(laws.other_usd))

    def drawn(self, draws: Draws) -> Requests:
        """Independent requests, one a draw."""
        import numpy as np  # noqa: PLC0415 - an extra

        laws = self.laws
        tokens, output, reasoning, other = (
            draws.of(law) for law in (laws.input_tokens, laws.output_tokens, laws.reasoning_tokens, laws.other_usd)
        )
        return Requests(*(np.broadcast_to(each, draws.count) for each in (tokens, output + reasoning, other)))

    def usd(self, requests: Requests, inputs: Mapping[str, Floats | float], hit: Floats | float) -> Floats:
        """What each request costs; `hit` 1 where it finds the prefix cached."""
        prompt = inputs["input_factor"] * requests.input_tokens
        generated = self.limited(inputs["output_factor"] * requests.generated_tokens)
        tokens = self.input_usd(prompt, hit) + self.output_usd(prompt, generated)
        found: Floats = (inputs["price_factor"] * tokens + requests.other_usd) * inputs["attempts_per_request"]
        return found

    def input_usd(self, prompt: Floats, hit: Floats | float) -> Floats:
        """What prompts cost: fresh tokens, and the prefix read by the share `hit`, written by the others."""
        each, cached = self.prices, self._cached(prompt)
        read, write = each.at(each.read, prompt), each.at(each.write, prompt)
        found: Floats = each.at(each.fresh, prompt) * (prompt - cached) + cached * (write + hit * (read - write))
        return found / MILLION

    def output_usd(self, prompt: Floats, generated: Floats | float) -> Floats:
        """What generated tokens cost, at the tier of the prompt."""
        found: Floats = self.prices.at(self.prices.output, prompt) * generated / MILLION
        return found

    def limited(self, generated: Floats) -> Floats:
        """The tokens that are generated under `max_tokens`."""
        import numpy as np  # noqa: PLC0415 - an extra

        return generated if self.max_tokens is None else np.minimum(generated, self.max_tokens)

    def _cached(self, prompt: Floats) -> Floats | float:
        import numpy as np  # noqa: PLC0415 - an extra

        return np.minimum(prompt, self.prefix) if self.prefix else 0.0

    def mean_usd(self, over: Requests, inputs: Mapping[str, Floats | float]) -> Floats | float:
        """The mean cost of a request at uncertain inputs: `price*(A(a,h) + P(a)*B(b)) + other`, by attempts.

        A is the mean input cost at the input factor a and hit rate h, P the mean output price at a, B the limited mean
        of generated tokens at the output factor b: input and output are independent, so the means multiply.
        """
        a, b, hit = inputs["input_factor"], inputs["output_factor"], inputs["cache_hit_rate"]
        missed = _along(a, lambda factor: self.input_usd(factor * over.input_tokens, 0.0).mean())
        read = _along(a, lambda factor: self.input_usd(factor * over.input_tokens, 1.0).mean())
        price = _along(a, lambda factor: self.output_usd(factor * over.input_tokens, 1.0).mean())
        tokens = _along(b, lambda factor: self.limited(factor * over.generated_tokens).mean())
        usd = inputs["price_factor"] * (missed + hit * (read - missed) + price * tokens) + over.other_usd.mean()
        found: Floats | float = usd * inputs["attempts_per_request"]
        return found


def _along(factor: Floats | float, mean: Callable[[float], float]) -> Floats | float:
    """A mean at every factor: worked out on a grid that lies where the factors do, straight lines between."""
    import numpy as np  # noqa: PLC0415 - an extra

    if not isinstance(factor, np.ndarray):
        return float(mean(factor))
    at = (1 - np.cos(np.linspace(0, np.pi, GRID))) / 2  # closer at the ends, where percentiles are asked for
    grid = np.unique(np.quantile(factor, at))
    found: Floats = np.interp(factor, grid, [mean(each) for each in grid.tolist()])
    return found
