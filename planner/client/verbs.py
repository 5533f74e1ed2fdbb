"""The verbs of `Planner` as methods of a client: its signatures, sent to a server instead of asked in process.

A line a verb and no second signature: each method takes its parameters, its answer and its words from `Planner`.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Concatenate, Final, Generic, ParamSpec, Protocol, TypeVar, overload
from urllib.parse import quote

from planner.client.exchange import Asked
from planner.planner import Planner
from planner.verbs import VERBS
from planner.wire import dumps, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from decimal import Decimal

    from planner.listing import ModelsQuestion

P = ParamSpec("P")
A = TypeVar("A")


class Now(Protocol):
    """A client that waits for its answers."""

    def ask(self, asked: Asked) -> Any:
        """The answer of one call."""


class Later(Protocol):
    """A client whose answers are awaited."""

    async def ask_later(self, asked: Asked) -> Any:
        """The answer of one call."""


class Asks(Generic[P, A]):
    """A method of both clients, made of a method of `Planner` and of how its parameters become a request."""

    def __init__(self, method: Callable[Concatenate[Planner, P], A], request: Callable[..., Asked]) -> None:
        self._request = request
        self._name = method.__name__
        self.__doc__ = method.__doc__

    @overload
    def __get__(self, client: None, kind: type) -> Asks[P, A]: ...
    @overload
    def __get__(self, client: Now, kind: type) -> Callable[P, A]: ...
    @overload
    def __get__(self, client: Later, kind: type) -> Callable[P, Coroutine[Any, Any, A]]: ...
    def __get__(self, client: Now | Later | None, kind: type) -> Any:
        """The method, bound."""
        if client is None:
            return self
        ask: Callable[[Asked], Any] = client.ask_later if hasattr(client, "ask_later") else client.ask
        return partial(self._asked, ask)

    def _asked(self, ask: Callable[[Asked], Any], *args: P.args, **kwargs: P.kwargs) -> Any:
        return ask(self._request(self._name, *args, **kwargs))


_PATHS: Final = {verb.name: verb for verb in VERBS}


def posted(name: str, question: object) -> Asked:
    """A verb's question as the body of its path."""
    verb = _PATHS[name]
    return Asked("POST", verb.path, verb.answer_type, dumps(question).encode())


def listed(_: str, question: ModelsQuestion) -> Asked:
    """The look-up of models, its filters as parameters."""
    from planner.listing import Models  # noqa: PLC0415 - a client pays for what it asks

    given = {name: getattr(question, name) for name in _FILTERS}
    params = tuple((name, _text(value)) for name, value in given.items() if value is not None)
    return Asked("GET", "/v1/models", Models, params=params)


def shown(_: str, name: str, provider: str | None = None) -> Asked:
    """One model in full."""
    from planner.listing import ModelDetail  # noqa: PLC0415 - as above

    return Asked("GET", f"/v1/models/{quote(name)}", ModelDetail, params=_at(provider))


def priced(_: str, name: str, provider: str | None = None) -> Asked:
    """One model's prices."""
    from planner.listing import PriceHistory  # noqa: PLC0415 - as above

    return Asked("GET", f"/v1/models/{quote(name)}/prices", PriceHistory, params=_at(provider))


def told(_: str) -> Asked:
    """The catalog that answers."""
    from planner.listing import CatalogAnswer  # noqa: PLC0415 - as above

    return Asked("GET", "/v1/catalog", CatalogAnswer)


_FILTERS: Final = ("provider", "capability", "min_context", "max_price", "active_on", "search")


def _at(provider: str | None) -> tuple[tuple[str, str], ...]:
    return () if provider is None else (("provider", provider),)


def _text(value: str | int | Decimal) -> str:
    return value if isinstance(value, str) else str(value) if isinstance(value, int) else plain(value)


class Verbs:
    """What both clients can ask, with the names, parameters and answers of `Planner`."""

    cost = Asks(Planner.cost, posted)
    compare = Asks(Planner.compare, posted)
    tokens = Asks(Planner.tokens, posted)
    estimate = Asks(Planner.estimate, posted)
    fit = Asks(Planner.fit, posted)
    pack = Asks(Planner.pack, posted)
    chunks = Asks(Planner.chunks, posted)
    changes = Asks(Planner.changes, posted)
    caching = Asks(Planner.caching, posted)
    conversation = Asks(Planner.conversation, posted)
    switch = Asks(Planner.switch, posted)
    latency = Asks(Planner.latency, posted)
    simulate = Asks(Planner.simulate, posted)
    capacity = Asks(Planner.capacity, posted)
    queue = Asks(Planner.queue, posted)
    provisioned = Asks(Planner.provisioned, posted)
    batch_share = Asks(Planner.batch_share, posted)
    route = Asks(Planner.route, posted)
    cascade = Asks(Planner.cascade, posted)
    misrouting = Asks(Planner.misrouting, posted)
    vote = Asks(Planner.vote, posted)
    pass_at_k = Asks(Planner.pass_at_k, posted)
    hedge = Asks(Planner.hedge, posted)
    escalate = Asks(Planner.escalate, posted)
    fallback = Asks(Planner.fallback, posted)
    failures = Asks(Planner.failures, posted)
    retry = Asks(Planner.retry, posted)
    repair = Asks(Planner.repair, posted)
    guardrail = Asks(Planner.guardrail, posted)
    review = Asks(Planner.review, posted)
    outcomes = Asks(Planner.outcomes, posted)
    retrieval = Asks(Planner.retrieval, posted)
    tuning = Asks(Planner.tuning, posted)
    tuning_advice = Asks(Planner.tuning_advice, posted)
    sample_size = Asks(Planner.sample_size, posted)
    interval = Asks(Planner.interval, posted)
    systems = Asks(Planner.systems, posted)
    corrected_rate = Asks(Planner.corrected_rate, posted)
    judge_cost = Asks(Planner.judge_cost, posted)
    monitoring = Asks(Planner.monitoring, posted)
    repeats = Asks(Planner.repeats, posted)
    defects = Asks(Planner.defects, posted)
    economics = Asks(Planner.economics, posted)
    usage_skew = Asks(Planner.usage_skew, posted)
    free_tier = Asks(Planner.free_tier, posted)
    projection = Asks(Planner.projection, posted)
    optimise = Asks(Planner.optimise, posted)
    mix = Asks(Planner.mix, posted)

    report = Asks(Planner.report, posted)
    check = Asks(Planner.check, posted)
    pieces = Asks(Planner.pieces, posted)
    diff = Asks(Planner.diff, posted)
    breakpoints = Asks(Planner.breakpoints, posted)
    sweep = Asks(Planner.sweep, posted)
    actuals_report = Asks(Planner.actuals_report, posted)
    actuals_fit = Asks(Planner.actuals_fit, posted)
    actuals_compare = Asks(Planner.actuals_compare, posted)

    models = Asks(Planner.models, listed)
    model = Asks(Planner.model, shown)
    prices = Asks(Planner.prices, priced)
    about = Asks(Planner.about, told)
