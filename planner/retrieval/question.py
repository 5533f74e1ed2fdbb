"""The question of `planner.retrieval.compare`: a corpus, its queries, and every price that may be stated."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Final

from planner.cached_request import HOURS_PER_MONTH, CachedTerms, check_terms
from planner.calls import Call
from planner.checks import LARGEST, STRICT, Checks
from planner.retrieval.index import Embedder, Store, check_embedder

MOST_EMBEDDINGS: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrievalQuestion(CachedTerms):
    """What does a query cost when a corpus is retrieved from, sent whole, or both; and from how many queries on?"""

    __pydantic_config__: ClassVar = STRICT

    corpus_tokens: int
    """Tokens of all the knowledge, as the answering model counts."""
    queries_per_month: float
    """Queries a month."""
    embeddings: tuple[Embedder, ...]
    """Embedding models to compare, at least one."""
    query_tokens: int = 50
    """Tokens of a query."""
    instruction_tokens: int = 0
    """Tokens of the instructions that every prompt starts with."""
    output_tokens: int = 300
    """Tokens of an answer, reasoning included."""
    document_count: int = 1
    """Documents that the corpus consists of, of about equal length; each is cut for itself."""
    chunk_tokens: int = 512
    """Tokens of a chunk."""
    overlap_tokens: int = 0
    """Tokens of a chunk that repeat the one before."""
    retrieved_chunks: int = 5
    """Chunks that a prompt holds."""
    rerank: Call | None = None
    """One reranking call a query, with what it sends; none costs nothing."""
    store: Store = field(default_factory=Store)
    """The vector store's prices."""
    updates_per_month: float = 0.0
    """Times a month that the knowledge changes."""
    updated_share: float = 1.0
    """Share of the corpus that is embedded anew at each update."""
    horizon_months: float = 12.0
    """Months over which embedding the corpus for the first time is spread."""
    active_hours_per_month: float = HOURS_PER_MONTH
    """Hours a month in which queries arrive (at random); fewer hours find a cached corpus more often."""
    long_context_share: float | None = None
    """Share of queries that retrieval leaves unanswered and that go on to the whole corpus; none is no hybrid."""
    declined_output_tokens: int = 0
    """Tokens that retrieval's prompt generates for such a query."""
    quality_table: tuple[tuple[int, float, float], ...] = ()
    """Rows of prompt tokens, relative position (0 first, 1 last) and quality of what stands there; none is built in."""
    retrieval_recall: float | None = None
    """Share of queries for which the retrieved chunks hold what is needed."""


def embedding_names(question: RetrievalQuestion) -> list[str]:
    """What each embedding model's options are called: with dimensions and chunk size where a model stands twice."""
    models = [each.model for each in question.embeddings]
    return [
        each.model
        if models.count(each.model) == 1
        else f"{each.model} {each.dimensions}x{each.chunk_tokens or question.chunk_tokens}"
        for each in question.embeddings
    ]


def validate(question: RetrievalQuestion) -> None:
    """Refuse figures that are out of range.

    Raises:
        InvalidInput: with a problem for each.
    """
    checks = Checks().positive(
        queries_per_month=question.queries_per_month,
        horizon_months=question.horizon_months,
        active_hours_per_month=question.active_hours_per_month,
    )
    counts = ("corpus_tokens", "document_count", "chunk_tokens", "retrieved_chunks", "query_tokens")
    checks.at_least(1, **{name: getattr(question, name) for name in counts})
    rest = ("instruction_tokens", "output_tokens", "overlap_tokens", "updates_per_month", "declined_output_tokens")
    checks.not_negative(**{name: getattr(question, name) for name in rest})
    shares = ("updated_share", "long_context_share", "retrieval_recall")
    checks.share(**{name: getattr(question, name) for name in shares})
    check_terms(checks, question)
    if question.document_count > question.corpus_tokens:
        checks.refuse(
            "document_count", question.document_count, f"it must be at most corpus_tokens, {question.corpus_tokens}"
        )
    if question.active_hours_per_month > _LONGEST_MONTH:
        checks.refuse("active_hours_per_month", question.active_hours_per_month, "a month has at most 744 hours")
    _check_table(checks, question.quality_table)
    names = embedding_names(question)
    if len(set(names)) < len(names):
        checks.refuse("embeddings", ", ".join(names), "two of them are the same model, dimensions and chunk size")
    if not 1 <= len(names) <= MOST_EMBEDDINGS:
        checks.refuse("embeddings", f"{len(names)} models", f"give 1 to {MOST_EMBEDDINGS}")
    checks.done()
    store = question.store
    Checks("store").not_negative(
        usd_per_gb_month=store.usd_per_gb_month,
        minimum_usd_per_month=store.minimum_usd_per_month,
        usd_per_query=store.usd_per_query,
        metadata_bytes=store.metadata_bytes,
    ).positive(bytes_per_dimension=store.bytes_per_dimension).done()
    for at, each in enumerate(question.embeddings):
        check_embedder(at, each, question.overlap_tokens, question.chunk_tokens)


_LONGEST_MONTH: Final = 744


def _check_table(checks: Checks, table: tuple[tuple[int, float, float], ...]) -> None:
    places = [row[:2] for row in table]
    for at, (tokens, position, quality) in enumerate(table):
        if tokens < 1 or not 0 <= position <= 1 or not 0 <= quality <= LARGEST:
            checks.refuse("quality_table", table[at], f"tokens from 1, position a share, quality from 0 to {LARGEST:g}")
        elif places.index((tokens, position)) != at:
            checks.refuse("quality_table", table[at], "that length and position were given before")
