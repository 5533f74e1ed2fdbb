"""Chunk plans: a document in pieces under a limit, what the overlap and the embedding cost, and where it is stored."""

from __future__ import annotations

import math
from collections import Counter as Tally
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar, Final

from planner.context import refuse_negative
from planner.costing import Refusal, Terms, priced
from planner.prompt import Tokens, sized
from planner.splitting import By, Limits, split
from planner.tokens import Count
from planner.when import when
from pricing.cost import EXACT
from pricing.errors import InvalidInput, NotPriced, Problem, UnknownModel
from pricing.rates import CatalogRef, ModelRef
from pricing.usage import LARGEST, Usage

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from planner.splitting import Sized
    from planner.tokens import Counter
    from pricing.catalog import Catalog
    from pricing.names import Resolution

GIGABYTE: Final = 10**9
MOST: Final = 1_000_000
"""The most chunks that are listed or priced one by one."""


@dataclass(frozen=True, slots=True)
class Embedding:
    """An embedding model to compare: `dimensions` of its vectors, and its own `limit_tokens` where it has one."""

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    model: str
    provider: str | None = None
    dimensions: int | None = None
    limit_tokens: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunksQuestion(Terms):
    """How is this document, or one of `document_tokens`, cut into chunks of at most `limit_tokens` for this model?

    `overlap_tokens` of a chunk repeat the one before, at most. `by` says where it may be cut; `code` needs `language`.
    With `lossless` the chunks without their overlap are the document, character by character; without it white space
    at their ends is left out. An estimated count takes its high bound, or the middle figure and `safety_margin` (a
    share) where one is given. `embeddings` are compared on the same document, each with its own count; a vector takes
    `bytes_per_dimension` a dimension and `metadata_bytes`.
    """

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    model: str
    provider: str | None = None
    text: str | None = None
    document_tokens: int | None = None
    limit_tokens: int = 512
    overlap_tokens: int = 0
    by: By = "sentences"
    language: str | None = None
    lossless: bool = True
    safety_margin: float | None = None
    with_text: bool = False
    dimensions: int | None = None
    embeddings: tuple[Embedding, ...] = ()
    bytes_per_dimension: int = 4
    metadata_bytes: int = 0
    usd_per_gb_month: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Chunk:
    """Characters `start` to `end` of the document and their tokens; those before `fresh` repeat the chunk before."""

    index: int
    start: int
    fresh: int
    end: int
    tokens: int
    low: int
    high: int
    text: str | None


@dataclass(frozen=True, slots=True)
class Storage:
    """The vectors of the chunks: bytes, gigabytes (a milliard bytes), and USD a month where a price was given."""

    bytes: int
    gigabytes: float
    usd_per_month: Decimal | None


@dataclass(frozen=True, slots=True)
class ChunkPlan:
    """The document in chunks for one model, and what it costs to send or embed each once.

    `embedded` counts repeated tokens again; `overlap_usd` is what they cost. `fits` is whether the limit is within the
    model's maximum input, None where that is not known.
    """

    model: ModelRef
    limit_tokens: int
    max_input_tokens: int | None
    fits: bool | None
    document: Tokens
    chunks: int
    embedded: Tokens
    overlap_tokens: int
    total_usd: Decimal
    low_usd: Decimal
    high_usd: Decimal
    overlap_usd: Decimal
    storage: Storage | None
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChunksAnswer:
    """The plan for the model asked for, its chunks where there is a text, and the plans of the embedding models."""

    plan: ChunkPlan
    chunks: tuple[Chunk, ...]
    embeddings: tuple[ChunkPlan, ...]
    refused: tuple[Refusal, ...]
    by: By
    overlap_tokens: int
    assumptions: tuple[str, ...]
    as_of: datetime
    catalog: CatalogRef


def chunks(question: ChunksQuestion, catalog: Catalog, counter: Counter, now: datetime) -> ChunksAnswer:
    """Cut a document into chunks for a model and compare embedding models on it.

    Without a text the plan is that of `planned`. No chunk is over the limit, at the high bound of its count.

    Raises:
        InvalidInput: a number out of range, not exactly one of text and `document_tokens`, a missing extra.
        UnknownModel, NotPriced, NotCountable: of the model itself; errors of `embeddings` are kept in `refused`.
    """
    _validate(question)
    first = Embedding(question.model, question.provider, question.dimensions)
    plan, cut = _plan(question, first, catalog, counter, now)
    rows, refused = [], []
    for each in question.embeddings:
        try:
            rows.append(_plan(question, each, catalog, counter, now)[0])
        except (UnknownModel, NotPriced) as error:
            refused.append(Refusal(each.model, error.slug, error.problems))
    return ChunksAnswer(
        plan,
        _chunks(cut, question.text if question.with_text else None),
        tuple(rows),
        tuple(refused),
        question.by,
        question.overlap_tokens,
        _assumptions(question),
        when(question.as_of, now).at,
        catalog.ref,
    )


def planned(document_tokens: int, limit: int, overlap: int) -> int:
    """The chunks of a document: `0 if D == 0 else 1 + max(0, ceil((D - s) / (s - o)))`, limit s, overlap o < s."""
    if not document_tokens:
        return 0
    return 1 + max(0, math.ceil((document_tokens - limit) / (limit - overlap)))


@dataclass(frozen=True, slots=True)
class _Sizer:
    """Counts for one model; `margin` widens the middle figure in place of the high bound."""

    counter: Counter
    model: str
    provider: str
    margin: float | None

    def pieces(self, texts: Sequence[str]) -> Sequence[int]:
        """In the model's encoding, without scaling."""
        length = self.counter.lengths(self.counter.registry().method(self.model, self.provider).encoding)
        return list(map(length, texts))

    def counts(self, texts: Sequence[str]) -> Sequence[Count]:
        """As the counter counts for the model."""
        return self.counter.count_many(texts, self.model, self.provider)

    def size(self, count: Count) -> int:
        """The high bound, or the middle with the margin."""
        return count.high if self.margin is None else math.ceil(count.tokens * (1 + self.margin))


def _plan(
    question: ChunksQuestion, wanted: Embedding, catalog: Catalog, counter: Counter, now: datetime
) -> tuple[ChunkPlan, list[Sized]]:
    """One model's plan, and its chunks where there is a text."""
    resolved = catalog.resolve(wanted.model, wanted.provider)
    limit = wanted.limit_tokens or question.limit_tokens
    most = resolved.model.limits.max_input_tokens or resolved.model.limits.context_window
    if wanted.limit_tokens is None and most is not None and wanted.model != question.model:
        limit = min(limit, most)
    if question.overlap_tokens >= limit:
        raise InvalidInput(
            f"overlap_tokens is {question.overlap_tokens}; it must be less than the limit of {limit} tokens",
            loc=("overlap_tokens",),
            value=question.overlap_tokens,
        )
    if question.text is None:
        document, tally, repeated, cut = _by_formula(question, limit)
        notes: tuple[str, ...] = ()
    else:
        sizer = _Sizer(counter, resolved.model.id, resolved.model.provider, question.safety_margin)
        whole = counter.count(question.text, sizer.model, sizer.provider)
        limits = Limits(limit, question.overlap_tokens, question.lossless)
        cut = split(question.text, question.by, limits, sizer, question.language)
        repeats = _repeats(question.text, cut, sizer)
        document, notes, repeated = sized(whole), whole.notes, sum(repeats)
        tally = Tally((count.tokens, repeat) for (_, count), repeat in zip(cut, repeats, strict=True))
    embedded = _embedded(document, cut, tally)
    money = _money(question, resolved, now, tally)
    share = (embedded.low / embedded.tokens, embedded.high / embedded.tokens) if embedded.tokens else (1, 1)
    low, high = (EXACT.multiply(money.total, _exact(each)) for each in share)
    fits = None if most is None else limit <= most
    plan = ChunkPlan(
        ModelRef(resolved.model.id, resolved.model.provider, wanted.model, resolved.rule),
        limit,
        most,
        fits,
        document,
        sum(tally.values()),
        embedded,
        repeated,
        money.total,
        low,
        high,
        money.overlap,
        _storage(question, wanted, sum(tally.values())),
        (*resolved.warnings, *notes, *money.warnings, *_limit_notes(resolved, limit, most)),
    )
    return plan, cut
