"""Chunk plans: a document in pieces under a limit, what the overlap and the embedding cost, and where it is stored."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache, reduce
from operator import attrgetter
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple

from planner.costing import Refusal, Terms, priced
from planner.estimate import Money
from planner.prompt import Tokens, sized
from planner.splitting import LANGUAGES, By, Limits, ModelSizer, Sized, split
from planner.when import when
from pricing.cost import EXACT
from pricing.errors import InvalidInput, NotPriced, Problem, TooLarge, UnknownModel
from pricing.rates import CatalogRef, ModelRef
from pricing.usage import LARGEST, Usage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from planner.tokens import Counter
    from pricing.catalog import Catalog
    from pricing.names import Resolution


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
    """The vectors of the chunks: `chunks * (bytes_per_dimension * dimensions + metadata_bytes)`; a gigabyte is 1e9."""

    dimensions: int
    bytes: int
    usd_per_month: Decimal | None


@dataclass(frozen=True, slots=True)
class ChunkPlan:
    """The document in chunks for one model, and what it costs to send or embed each of them once.

    `embedded` counts repeated tokens again; `overlap_usd` is what these cost. `fits` is whether the limit is within the
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
    cost: Money
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
    assumptions: tuple[str, ...]
    as_of: datetime
    catalog: CatalogRef


class _Size(NamedTuple):
    """A chunk's tokens with bounds, and how many of them repeat the chunk before."""

    tokens: int
    low: int
    high: int
    repeated: int


@dataclass(frozen=True, slots=True)
class _Cut:
    """A document cut for one model: how many chunks there are of each size, and the chunks where there is a text."""

    document: Tokens
    sizes: Tally[_Size]
    notes: tuple[str, ...] = ()
    chunks: Sequence[Sized] = ()

    def total(self, one: Callable[[_Size], int]) -> int:
        """The sum of a figure over all chunks."""
        return sum(one(size) * times for size, times in self.sizes.items())


def chunks(question: ChunksQuestion, catalog: Catalog, counter: Counter, now: datetime) -> ChunksAnswer:
    """Cut a document into chunks for a model, and compare embedding models on it; no chunk is over the limit.

    Without a text the number of chunks is `planned`, as if a cut could stand anywhere.

    Raises:
        InvalidInput: a number out of range, not exactly one of text and `document_tokens`, a missing extra.
        UnknownModel, NotPriced, NotCountable: of the model itself; errors of `embeddings` are kept in `refused`.
    """
    _validate(question)
    first = Embedding(question.model, question.provider, question.dimensions)
    plan, cut = _plan(question, first, catalog, counter, now)
    rows, refused = [], []
    for each in dict.fromkeys(question.embeddings):
        try:
            rows.append(_plan(question, each, catalog, counter, now)[0])
        except (UnknownModel, NotPriced) as error:
            refused.append(Refusal(each.model, error.slug, error.problems))
    return ChunksAnswer(
        plan,
        _listed(question, cut),
        tuple(rows),
        tuple(refused),
        question.by,
        tuple(_assumptions(question)),
        when(question.as_of, now).at,
        catalog.ref,
    )


def planned(document_tokens: int, limit: int, overlap: int) -> int:
    """The chunks of a document: `0 if D == 0 else 1 + max(0, ceil((D - s) / (s - o)))`, limit s, overlap o < s."""
    if not document_tokens:
        return 0
    return 1 + max(0, -(-(document_tokens - limit) // (limit - overlap)))


def _plan(
    question: ChunksQuestion, wanted: Embedding, catalog: Catalog, counter: Counter, now: datetime
) -> tuple[ChunkPlan, _Cut]:
    """One model's plan, and the chunks it rests on."""
    resolved = catalog.resolve(wanted.model, wanted.provider)
    limits = resolved.model.limits
    most = limits.max_input_tokens or limits.context_window
    limit = wanted.limit_tokens or question.limit_tokens
    _refuse_overlap(question.overlap_tokens, limit)
    cut = _by_formula(question, limit) if question.text is None else _by_text(question, limit, resolved, counter)
    cost, overlap_usd, notes = _money(question, resolved, now, cut)
    fits = None if most is None else limit <= most
    if fits is False:
        notes = (*notes, f"{resolved.model.id} takes at most {most} tokens; chunks of {limit} may pass that")
    plan = ChunkPlan(
        ModelRef(resolved.model.id, resolved.model.provider, wanted.model, resolved.rule),
        limit,
        most,
        fits,
        cut.document,
        cut.sizes.total(),
        _embedded(cut),
        cut.total(lambda size: size.repeated),
        cost,
        overlap_usd,
        _storage(question, wanted.dimensions, cut.sizes.total()),
        (*resolved.warnings, *cut.notes, *notes),
    )
    return plan, cut


def _by_formula(question: ChunksQuestion, limit: int) -> _Cut:
    """Full chunks and a last one with what is left."""
    tokens, overlap = question.document_tokens or 0, question.overlap_tokens
    count = planned(tokens, limit, overlap)
    last = tokens - (count - 1) * (limit - overlap)
    sizes: Tally[_Size] = Tally()
    for size, repeated, times in (
        (limit, 0, count > 1),
        (limit, overlap, count - 2),
        (last, overlap * (count > 1), count > 0),
    ):
        if times > 0:
            sizes[_Size(size, size, size, repeated)] += int(times)
    return _Cut(Tokens(tokens, tokens, tokens, "given", None), sizes)


def _by_text(question: ChunksQuestion, limit: int, resolved: Resolution, counter: Counter) -> _Cut:
    """The document itself, cut."""
    text = question.text or ""
    sizer = ModelSizer(counter, resolved.model.id, resolved.model.provider, question.safety_margin)
    whole = counter.count(text, sizer.model, sizer.provider)
    _refuse_many(question, whole.tokens, limit)
    wanted = Limits(limit, question.overlap_tokens, question.lossless)
    cut = split(text, question.by, wanted, sizer, question.language)
    repeats = _repeats(text, cut, sizer)
    sizes = Tally(_Size(c.tokens, c.low, c.high, again) for (_, c), again in zip(cut, repeats, strict=True))
    return _Cut(sized(whole), sizes, whole.notes, cut)


def _refuse_many(question: ChunksQuestion, tokens: int, limit: int) -> None:
    """Refuse what would take minutes: too many chunks, or too many tokens in all of them together."""
    count, most = planned(tokens, limit, question.overlap_tokens), _MOST_CHUNKS[question.by]
    if count > most or count * limit > max(_MOST_EMBEDDED, 2 * limit):
        raise TooLarge(
            f"{tokens} tokens in chunks of {limit}, {question.overlap_tokens} of them repeated, make {count} chunks; "
            f"at most {most} are cut by {question.by}, of {_MOST_EMBEDDED} tokens together; raise limit_tokens, lower "
            "the overlap, or give document_tokens for the figures alone",
            loc=("limit_tokens",),
            value=limit,
        )


_MOST_CHUNKS: Final[dict[By, int]] = {"tokens": 100_000, "sentences": 100_000, "markdown": 10_000, "code": 10_000}
_MOST_COMPARED: Final = 20
_MOST_EMBEDDED: Final = 50_000_000


def _repeats(text: str, cut: Sequence[Sized], sizer: ModelSizer) -> list[int]:
    """The tokens of each chunk that repeat the one before."""
    again = [span for span, _ in cut if span.start < span.fresh]
    counted = dict(zip(again, sizer.counts([text[span.start : span.fresh] for span in again]), strict=True))
    return [counted[span].tokens if span in counted else 0 for span, _ in cut]


def _embedded(cut: _Cut) -> Tokens:
    tokens, low, high = (cut.total(figure) for figure in _FIGURES)
    return Tokens(tokens, low, high, cut.document.method, cut.document.encoding)


def _money(
    question: ChunksQuestion, resolved: Resolution, now: datetime, cut: _Cut
) -> tuple[Money, Decimal, tuple[str, ...]]:
    """What the chunks cost as a request each, with bounds; what their repeated tokens cost of it; warnings."""
    notes: dict[str, None] = {}

    @cache
    def one(tokens: int) -> Decimal:
        answer = priced(Usage(input_tokens=tokens), question, resolved, now)
        notes.update(dict.fromkeys(answer.warnings))
        return answer.total_usd

    def every(figure: Callable[[_Size], int]) -> Decimal:
        amounts = (EXACT.multiply(one(figure(size)), times) for size, times in cut.sizes.items())
        return reduce(EXACT.add, amounts, Decimal(0))

    usd, low, high = (every(figure) for figure in _FIGURES)
    fresh = every(lambda size: size.tokens - size.repeated)
    return Money(usd, low, high, "listed"), EXACT.subtract(usd, fresh), tuple(notes)


_FIGURES: Final[tuple[Callable[[_Size], int], ...]] = (attrgetter("tokens"), attrgetter("low"), attrgetter("high"))


def _storage(question: ChunksQuestion, dimensions: int | None, count: int) -> Storage | None:
    if dimensions is None:
        return None
    size = count * (question.bytes_per_dimension * dimensions + question.metadata_bytes)
    price = question.usd_per_gb_month
    return Storage(dimensions, size, None if price is None else EXACT.multiply(price, Decimal(size).scaleb(-9)))


def _listed(question: ChunksQuestion, cut: _Cut) -> tuple[Chunk, ...]:
    text = question.text or ""
    return tuple(
        Chunk(
            index,
            *span,
            count.tokens,
            count.low,
            count.high,
            text[span.start : span.end] if question.with_text else None,
        )
        for index, (span, count) in enumerate(cut.chunks)
    )


def _assumptions(question: ChunksQuestion) -> Iterator[str]:
    yield "each chunk is sent once, as a request of its own"
    if question.text is None:
        yield "a cut may stand between any two tokens: a real document, cut at sentences, makes a few more chunks"
        yield "document_tokens is taken as every model's own count"
    elif question.safety_margin is None:
        yield "a chunk is within its limit at the high bound of its count"
    else:
        yield f"a chunk is within its limit at the middle of its count and {question.safety_margin:g} of it"


def _refuse_overlap(overlap: int, limit: int) -> None:
    if overlap >= limit:
        raise InvalidInput(
            f"overlap_tokens is {overlap}; it must be less than the limit of {limit} tokens",
            loc=("overlap_tokens",),
            value=overlap,
        )


def _validate(question: ChunksQuestion) -> None:
    if (question.text is None) == (question.document_tokens is None):
        raise InvalidInput("give exactly one of text and document_tokens", loc=("text",))
    problems = [*_out_of_range(question), *_out_of_place(question)]
    for at, each in enumerate(question.embeddings):
        problems += [Problem(("embeddings", at, *p.loc), p.msg, p.input) for p in _out_of_range(each)]
    if problems:
        raise InvalidInput.of(problems)


_RANGES: Final = {
    "document_tokens": (0, LARGEST),
    "limit_tokens": (1, LARGEST),
    "overlap_tokens": (0, LARGEST),
    "dimensions": (1, 10**6),
    "bytes_per_dimension": (1, 10**4),
    "metadata_bytes": (0, 10**9),
    "safety_margin": (0, 1),
}


def _out_of_range(question: ChunksQuestion | Embedding) -> Iterator[Problem]:
    for name, (least, most) in _RANGES.items():
        value = getattr(question, name, None)
        if value is not None and not least <= value <= most:
            yield Problem((name,), f"{name} is {value}; it must be from {least} to {most}", str(value))


_DECIMALS: Final = 18
"""Decimals of a price: more would not be a price, and could not be multiplied exactly."""


def _sane(price: Decimal) -> bool:
    exponent = price.as_tuple().exponent
    return isinstance(exponent, int) and 0 <= price <= LARGEST and exponent >= -_DECIMALS


def _out_of_place(question: ChunksQuestion) -> Iterator[Problem]:
    if (question.by == "code") != (question.language is not None):
        known = ", ".join(LANGUAGES)
        yield Problem(
            ("language",), f"by 'code' needs language, and nothing else takes it; one of {known}", question.language
        )
    if (price := question.usd_per_gb_month) is not None and not _sane(price):
        said = f"usd_per_gb_month is {price}; it must be from 0 to {LARGEST}, with at most {_DECIMALS} decimals"
        yield Problem(("usd_per_gb_month",), said, str(price))
    if (count := len(question.embeddings)) > _MOST_COMPARED:
        yield Problem(("embeddings",), f"a list of {count} models; at most {_MOST_COMPARED} are compared", count)
    if question.text is None and question.with_text:
        yield Problem(("with_text",), "with_text needs a text", question.with_text)
