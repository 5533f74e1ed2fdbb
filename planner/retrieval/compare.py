"""Knowledge by retrieval, by a long prompt, or by both: what each costs, whether it fits, and where they break even."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import combinations
from typing import TYPE_CHECKING, Final, Literal

from planner.break_even import crossings
from planner.calls import CallCost, Pricer
from planner.retrieval.index import Corpus, Index, index
from planner.retrieval.plans import Means, Plan, by_both, by_long_context, by_retrieval
from planner.retrieval.question import RetrievalQuestion, embedding_names, validate
from pricing.errors import TokenplanError
from pricing.rates import ModelRef

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from planner.tokens import Counter
    from pricing.catalog import Catalog

    _Month = Callable[[float], float]

LARGEST_QUERIES_DECADES: Final = 9
"""Break-evens are looked for from one query a month to a thousand million."""


@dataclass(frozen=True, slots=True)
class RetrievalOption:
    """One way to bring the knowledge to the model, in USD.

    `setup_usd` is paid once, `update_usd` at each change of the knowledge, `next_query_usd` by one more query at the
    stated volume; the month and `cost_per_query_usd` hold all of it, setup spread over the horizon. `cached` is the
    lifetime that is used, `hit_rate` how often the prefix is found. `fits` is None where no limit is known.
    """

    option: str
    fits: bool | None
    prompt_tokens: int
    cached: str | None
    hit_rate: float | None
    setup_usd: float
    update_usd: float
    next_query_usd: float
    cost_per_query_usd: float
    cost_per_month_usd: float
    quality: float | None


@dataclass(frozen=True, slots=True)
class BreakEven:
    """The queries a month at which two options cost the same, and which is the cheaper below and above.

    `queries_per_month` is None where one is the cheaper at every volume from 1 to 1e9, or both cost the same.
    """

    first: str
    second: str
    queries_per_month: float | None
    cheaper_below: str
    cheaper_above: str


@dataclass(frozen=True, slots=True)
class RetrievalAnswer:
    """Every option, cheapest first, those that do not fit last; `cheapest` is None where none fits."""

    model: ModelRef
    queries_per_month: float
    cheapest: str | None
    options: tuple[RetrievalOption, ...]
    embeddings: tuple[Index, ...]
    break_evens: tuple[BreakEven, ...]
    rerank: CallCost | None
    basis: Literal["assumed"]
    assumptions: tuple[str, ...]
    warnings: tuple[str, ...]


def retrieval(question: RetrievalQuestion, catalog: Catalog, counter: Counter, now: datetime) -> RetrievalAnswer:
    """A month is `setup/horizon + storage + updates*update + queries*query`, for each option.

    Retrieval embeds the corpus, stores it, embeds and reranks the query and sends `k` chunks; long context sends the
    corpus whole, cached or not; the hybrid asks retrieval first and the whole corpus where that declines (Self-Route:
    Li et al., EMNLP 2024). A cached corpus is found by random arrivals as in `planner.caching`, and every update of the
    knowledge makes the next request write it again.

    Raises:
        InvalidInput: a number out of range, no embedding model, two of one name, a rerank without a cost.
        TokenplanError: a model that cannot be priced.
    """
    validate(question)
    rerank = None
    if question.rerank is not None:
        rerank = Pricer(catalog, counter.once(), now)(question.rerank, "rerank")
    means = Means(question, catalog, now, float(rerank.usd) if rerank else 0.0)
    indexes = tuple(_index(question, at, catalog, now) for at in range(len(question.embeddings)))
    found = [by_retrieval(means, each) for each in indexes]
    whole = by_long_context(means)
    plans = [*found, *whole, *by_both(means, found, whole)]
    rows = sorted((_row(question, plan) for plan in plans), key=lambda row: (row.fits is False, row.cost_per_month_usd))
    usable = [plan for plan in plans if plan.fits is not False]
    return RetrievalAnswer(
        whole[0].request.model,
        question.queries_per_month,
        rows[0].option if usable else None,
        tuple(rows),
        indexes,
        _every_break_even(usable),
        rerank,
        "assumed",
        _assumptions(question, plans),
        _warnings(plans, indexes, rerank),
    )


def _index(question: RetrievalQuestion, at: int, catalog: Catalog, now: datetime) -> Index:
    embedder = question.embeddings[at]
    corpus = Corpus(
        embedder.corpus_tokens or question.corpus_tokens,
        question.document_count,
        embedder.chunk_tokens or question.chunk_tokens,
        question.overlap_tokens,
        question.query_tokens,
    )
    try:
        return index(corpus, embedder, question.store, catalog, now, embedding_names(question)[at])
    except TokenplanError as error:
        raise error.under("embeddings", at) from None


def _row(question: RetrievalQuestion, plan: Plan) -> RetrievalOption:
    queries = question.queries_per_month
    month = plan.month(queries)
    hit = plan.hit_rate(queries)
    return RetrievalOption(
        plan.name, plan.fits, plan.prompt_tokens, plan.lifetime, hit, plan.setup_usd, plan.update_usd(queries),
        plan.query_usd(queries), month / queries, month, plan.quality,
    )  # fmt: skip


def _every_break_even(plans: list[Plan]) -> tuple[BreakEven, ...]:
    """Of each pair; a plan's months are worked out once."""
    months = [(plan, cache(plan.month)) for plan in plans]
    return tuple(row for pair in combinations(months, 2) for row in _break_evens(*pair))


def _break_evens(one: tuple[Plan, _Month], other: tuple[Plan, _Month]) -> list[BreakEven]:
    """Every volume at which two plans cost the same; a cached corpus may give more than one."""
    (first, month), (second, months) = one, other
    found, dearer = crossings(lambda queries: (month(queries), months(queries)), LARGEST_QUERIES_DECADES)
    if dearer is None:
        return [BreakEven(first.name, second.name, None, "equal", "equal")]
    above, below = (second.name, first.name) if dearer else (first.name, second.name)
    if not found:
        return [BreakEven(first.name, second.name, None, above, above)]
    rows = []
    for queries in reversed(found):
        rows.append(BreakEven(first.name, second.name, queries, below, above))
        above, below = below, above
    return rows[::-1]


def _assumptions(question: RetrievalQuestion, plans: list[Plan]) -> tuple[str, ...]:
    said = ["queries arrive at random (Poisson) within the active hours"]
    said.append("every retrieved chunk is a full one; a month is 730.5 hours")
    if question.updates_per_month:
        said.append("updates come at random too, and change the corpus at its start: all of it is written again")
    said += [note for plan in plans for note in plan.request.assumptions]
    said += [
        f"hybrid: {plan.steps}, both the cheapest at this volume; retrieval is paid for every query"
        for plan in plans
        if plan.then
    ]
    if question.quality_table or question.retrieval_recall is not None:
        said.append("what is needed may stand at any position with equal probability; qualities are yours")
    return tuple(dict.fromkeys(said))


def _warnings(plans: list[Plan], indexes: tuple[Index, ...], rerank: CallCost | None) -> tuple[str, ...]:
    said = [note for plan in plans for note in plan.notes]
    said += [note for each in indexes for note in each.warnings]
    said += rerank.warnings if rerank else ()
    for plan in plans:
        if plan.fits is False:
            said.append(f"{plan.name} does not fit: its figures are for comparison, and it has no break-even")
    return tuple(dict.fromkeys(said))
