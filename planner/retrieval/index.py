"""A corpus in a vector store: chunks, embedding, what the vectors take, and what all that costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final

from planner.checks import STRICT, Checks
from planner.chunks import planned
from planner.costing import Terms
from planner.short import Short
from planner.token_prices import ModelTerms, token_prices
from pricing.rates import ModelRef

if TYPE_CHECKING:
    from datetime import datetime

    from pricing.catalog import Catalog

_MILLION: Final = 1e6
_GIGABYTE: Final = 1e9


def _sized(text: str) -> dict[str, Any] | None:
    """`MODEL:DIMENSIONS`."""
    name, _, size = text.rpartition(":")
    return {"model": name, "dimensions": int(size)} if size.isdecimal() and name else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedder(Terms):
    """An embedding model to compare: one of the catalog, or any whose price is stated."""

    __pydantic_config__: ClassVar = STRICT
    __short__: ClassVar = Short("MODEL:DIMENSIONS", _sized)

    model: str
    """A model of the catalog; with a stated price, only a name."""
    provider: str | None = None
    """Who sells it, when that is not its maker."""
    dimensions: int
    """Numbers in one of its vectors."""
    chunk_tokens: int | None = None
    """Tokens of a chunk for this model, instead of the question's."""
    corpus_tokens: int | None = None
    """The corpus in this model's own tokens, where its tokenizer counts differently."""
    usd_per_million_tokens: float | None = None
    """Price, instead of the catalog's."""
    max_input_tokens: int | None = None
    """The longest text it embeds, instead of the catalog's."""
    ingestion_service_tier: str | None = None
    """Tier of embedding the corpus, such as batch; queries take `service_tier`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """What a vector store takes; the catalog lists no store, so every price is yours."""

    __pydantic_config__: ClassVar = STRICT

    usd_per_gb_month: float = 0.0
    """Storage of a gigabyte (1e9 bytes) for a month."""
    minimum_usd_per_month: float = 0.0
    """The least that the store charges a month for storage."""
    usd_per_query: float = 0.0
    """What one look-up costs."""
    bytes_per_dimension: float = 4.0
    """Bytes of one number of a vector: 4 as float32, 1 as int8, 0.125 as one bit."""
    metadata_bytes: int = 0
    """Bytes beside each vector: ids, text, filters."""


@dataclass(frozen=True, slots=True)
class Index:
    """The corpus embedded by one model, in USD; `fits` is whether a chunk is within the model's maximum input.

    `model` is None where the price was stated.
    """

    embedding: str
    model: ModelRef | None
    fits: bool | None
    chunk_tokens: int
    chunks: int
    embedded_tokens: int
    storage_bytes: int
    ingestion_usd: float
    storage_usd_per_month: float
    query_embedding_usd: float
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Corpus:
    """What is indexed, and how it is cut: documents of about equal length, each for itself."""

    tokens: int
    documents: int
    chunk_tokens: int
    overlap_tokens: int
    query_tokens: int


def index(
    corpus: Corpus, embedder: Embedder, store: Store, catalog: Catalog, now: datetime, name: str | None = None
) -> Index:
    """Embed `D + (chunks-1)*o` tokens a document, store `n*(bytes*dimensions + metadata)/1e9` GB, at least the minimum.

    Raises:
        TokenplanError: a model without a stated price cannot be priced.
    """
    chunks, embedded = _cut(corpus)
    model, price, query_price, warnings = _prices(corpus, embedder, catalog, now)
    most = embedder.max_input_tokens
    if model is not None and most is None:
        limits = catalog.resolve(embedder.model, embedder.provider).model.limits
        most = limits.max_input_tokens or limits.context_window
    size = round(chunks * (store.bytes_per_dimension * embedder.dimensions + store.metadata_bytes))
    longest = min(corpus.chunk_tokens, -(-corpus.tokens // corpus.documents))
    return Index(
        name or embedder.model,
        model,
        None if most is None else longest <= most,
        corpus.chunk_tokens,
        chunks,
        embedded,
        size,
        embedded * price / _MILLION,
        max(float(store.minimum_usd_per_month), size / _GIGABYTE * store.usd_per_gb_month),
        corpus.query_tokens * query_price / _MILLION,
        warnings,
    )


def _cut(corpus: Corpus) -> tuple[int, int]:
    """Chunks and embedded tokens of all documents; a remainder makes some of them a token longer."""
    short, longer = divmod(corpus.tokens, corpus.documents)
    chunks = embedded = 0
    for tokens, times in ((short + 1, longer), (short, corpus.documents - longer)):
        each = planned(tokens, corpus.chunk_tokens, corpus.overlap_tokens)
        chunks += times * each
        embedded += times * (tokens + max(0, each - 1) * corpus.overlap_tokens)
    return chunks, embedded


def _prices(
    corpus: Corpus, embedder: Embedder, catalog: Catalog, now: datetime
) -> tuple[ModelRef | None, float, float, tuple[str, ...]]:
    """The model, USD a million tokens for the corpus and for a query, warnings."""
    stated = embedder.usd_per_million_tokens
    if stated is not None:
        return None, stated, stated, ()
    ingested, asked = (
        token_prices(
            ModelTerms(
                model=embedder.model,
                provider=embedder.provider,
                service_tier=tier,
                region=embedder.region,
                as_of=embedder.as_of,
            ),
            tokens,
            catalog,
            now,
        )
        for tier, tokens in (
            (embedder.ingestion_service_tier or embedder.service_tier, corpus.chunk_tokens),
            (embedder.service_tier, corpus.query_tokens),
        )
    )
    return asked.model, float(ingested.input_usd), float(asked.input_usd), asked.warnings


def check_embedder(at: int, embedder: Embedder, overlap_tokens: int, chunk_tokens: int) -> None:
    """Refuse figures of one embedding model that are out of range.

    Raises:
        InvalidInput: with a problem for each.
    """
    checks = Checks("embeddings", at).at_least(
        1,
        dimensions=embedder.dimensions,
        chunk_tokens=embedder.chunk_tokens,
        corpus_tokens=embedder.corpus_tokens,
        max_input_tokens=embedder.max_input_tokens,
    )
    checks.not_negative(usd_per_million_tokens=embedder.usd_per_million_tokens)
    if overlap_tokens >= (embedder.chunk_tokens or chunk_tokens):
        checks.refuse("chunk_tokens", embedder.chunk_tokens, f"it must be above overlap_tokens, {overlap_tokens}")
    checks.done()
