"""The ways to bring knowledge to a model, each as what it costs at any number of queries a month."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING

from planner.cached_request import CachedRequest, cached_request
from planner.caching import Lifetime
from planner.context import check
from planner.packing.positions import mean, quality, slots
from planner.retrieval.question import RetrievalQuestion
from pricing.catalog import Catalog

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.retrieval.index import Index


@dataclass(frozen=True, slots=True)
class Means:
    """What every plan is made of: the question, prices, and the reranking of one query in USD."""

    question: RetrievalQuestion
    catalog: Catalog
    now: datetime
    rerank_usd: float

    def request(self, prefix_tokens: int, input_tokens: int, output_tokens: int) -> CachedRequest:
        """One request to the answering model."""
        return cached_request(self.question, prefix_tokens, input_tokens, output_tokens, self.catalog, self.now)

    def fits(self, prompt_tokens: int) -> bool | None:
        """Whether the prompt and its answer fit the model."""
        limits = self.catalog.resolve(self.question.model, self.question.provider).model.limits
        return check(limits, prompt_tokens, self.question.output_tokens).fits


@dataclass(frozen=True, slots=True)
class Plan:
    """One way, in USD: `request` answers a query; `way` caches its prefix, or the cheapest one where `free`.

    `changes` is whether an update of the knowledge changes that prefix. `then` is the plan that `then_share` of the
    queries go on to, as `steps` says; for them `declined` is sent instead of `request`.
    """

    question: RetrievalQuestion
    name: str
    fits: bool | None
    prompt_tokens: int
    request: CachedRequest
    quality: float | None
    way: Lifetime | None = None
    free: bool = False
    changes: bool = False
    setup_usd: float = 0.0
    storage_usd: float = 0.0
    look_up_usd: float = 0.0
    then: Plan | None = None
    then_share: float = 0.0
    declined: CachedRequest | None = None
    steps: str = ""

    @property
    def lifetime(self) -> str | None:
        """The lifetime that is always bought; of a hybrid its second step's."""
        used = self.then.way if self.then else self.way
        return used.name if used else None

    @property
    def notes(self) -> tuple[str, ...]:
        """Warnings of its prices, and why its corpus cannot be cached."""
        why = () if self.request.why_uncached is None or self.free else (self.request.why_uncached,)
        return (*self.request.warnings, *why)

    def hit_rate(self, queries: float) -> float | None:
        """How often the corpus is found cached; None where it is not cached."""
        if self.then is not None:
            return self.then.hit_rate(queries * self.then_share)
        return None if self.way is None else self._hit(queries)

    def update_usd(self, queries: float) -> float:
        """One change of the knowledge: embedding it anew, and writing the corpus where it would have been found."""
        anew = self.setup_usd * self.question.updated_share
        if self.then is not None:
            return anew + self.then.update_usd(queries * self.then_share)
        if self.way is None or not self.changes:
            return anew
        return anew + self._hit(queries) * (self.way.write - self.way.read) * self.request.prefix_usd

    def query_usd(self, queries: float) -> float:
        """What a query costs at that many a month, without what is paid once or by the month."""
        asked = self._sent(self.request, queries)
        if self.then is None:
            return self.look_up_usd + asked
        assert self.declined is not None
        declined, share = self._sent(self.declined, queries), self.then_share
        onward = self.then.query_usd(queries * share) if share else 0.0
        return self.look_up_usd + (1 - share) * asked + share * (declined + onward)

    def month(self, queries: float) -> float:
        """All of a month: `setup/horizon + storage + updates*embedding + queries*query`.

        What updates cost a cached corpus is in the hit rate, so in the query.
        """
        anew = self.setup_usd * self.question.updated_share * self.question.updates_per_month
        return (
            self.setup_usd / self.question.horizon_months + self.storage_usd + anew + queries * self.query_usd(queries)
        )

    def _sent(self, request: CachedRequest, queries: float) -> float:
        hourly = queries / self.question.active_hours_per_month
        if self.free:
            return request.cheapest(hourly)[0]
        return request.usd(self.way, self._hit(queries), hourly)

    def _hit(self, queries: float) -> float:
        if self.way is None:
            return 0.0
        hours = self.question.active_hours_per_month
        changes = self.question.updates_per_month / hours if self.changes else 0.0
        return self.request.hit_rate(self.way, queries / hours, changes)


def by_retrieval(means: Means, stored: Index) -> Plan:
    """The best chunks of one embedding model's index; instructions are cached where that is cheaper."""
    asked = means.question
    held = min(asked.retrieved_chunks, stored.chunks)
    longest = min(stored.chunk_tokens, -(-asked.corpus_tokens // asked.document_count))
    given = held * longest + asked.query_tokens
    prompt = asked.instruction_tokens + given
    fits = means.fits(prompt)
    return Plan(
        asked,
        f"retrieval {stored.embedding}",
        False if stored.fits is False or fits is False else fits,
        prompt,
        means.request(asked.instruction_tokens, given, asked.output_tokens),
        _quality(asked, prompt, held),
        free=True,
        setup_usd=stored.ingestion_usd,
        storage_usd=stored.storage_usd_per_month,
        look_up_usd=stored.query_embedding_usd + asked.store.usd_per_query + means.rerank_usd,
    )


def by_long_context(means: Means) -> list[Plan]:
    """The whole corpus in every prompt: uncached, then once for each lifetime that the model offers."""
    asked = means.question
    prefix = asked.instruction_tokens + asked.corpus_tokens
    prompt = prefix + asked.query_tokens
    request = means.request(prefix, asked.query_tokens, asked.output_tokens)
    plain = Plan(asked, "long context", means.fits(prompt), prompt, request, _quality(asked, prompt, None))
    cached = (
        replace(plain, name=f"long context cached {way.name}", way=way, changes=True) for way in request.lifetimes
    )
    return [plain, *cached]


def by_both(means: Means, found: Sequence[Plan], whole: Sequence[Plan]) -> list[Plan]:
    """Retrieval first, the whole corpus for what it declines; of each the cheapest at the stated volume that fits."""
    asked, share = means.question, means.question.long_context_share
    if share is None:
        return []
    queries = asked.queries_per_month
    first = min(found, key=lambda plan: (plan.fits is False, plan.month(queries)))
    then = min(whole, key=lambda plan: plan.month(queries * share) if share else 0.0)
    given = first.prompt_tokens - asked.instruction_tokens
    verdicts = (first.fits, then.fits)
    both = None
    if first.quality is not None and then.quality is not None:
        both = (1 - share) * first.quality + share * then.quality
    plan = replace(
        first,
        name="hybrid",
        steps=f"{first.name}, then {then.name}",
        fits=False if False in verdicts else None if None in verdicts else True,
        prompt_tokens=max(first.prompt_tokens, then.prompt_tokens),
        quality=both,
        then=then,
        then_share=share,
        declined=means.request(asked.instruction_tokens, given, asked.declined_output_tokens),
    )
    return [plan]


def _quality(asked: RetrievalQuestion, prompt_tokens: int, held: int | None) -> float | None:
    """The mean quality over the chunks' places, or over all places of a whole corpus; recall counts for chunks."""
    if not asked.quality_table and asked.retrieval_recall is None:
        return None
    recall = 1.0 if held is None or asked.retrieval_recall is None else asked.retrieval_recall
    if not asked.quality_table:
        return recall
    by_length = []
    for tokens, rows in groupby(sorted(asked.quality_table), key=lambda row: row[0]):
        table = tuple((position, value) for _, position, value in rows)
        by_length.append((float(tokens), mean(table) if held is None else _mean(slots(table, held))))
    return recall * quality(tuple(by_length), float(prompt_tokens))


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
