"""Retrieval against a long prompt, and whether fine-tuning pays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from excel.arguments import AsOf, Model, Output, Requests, Tier
from excel.registry import formula
from planner import Embedder, RetrievalQuestion, Store, TuningQuestion

if TYPE_CHECKING:
    from planner import RetrievalAnswer
    from planner.planner import Planner
    from planner.retrieval.compare import RetrievalOption

from pricing.errors import InvalidInput, NotPriced

Corpus = Annotated[int, {"kind": "whole", "doc": "tokens of all documents"}]
Queries = Annotated[float, {"kind": "number", "doc": "questions a month"}]
Embedding = Annotated[str, {"kind": "text", "doc": "embedding model, such as text-embedding-3-small"}]
Dimensions = Annotated[int, {"kind": "whole", "doc": "numbers in one of its vectors, such as 1536"}]
Chunks = Annotated[int | None, {"kind": "whole", "doc": "chunks that a question brings along [5]"}]
ChunkTokens = Annotated[int | None, {"kind": "whole", "doc": "tokens of a chunk [512]"}]
StoreUsd = Annotated[float | None, {"kind": "number", "doc": "least that the vector store charges a month, in USD [0]"}]
Updates = Annotated[float | None, {"kind": "number", "doc": "updates of all documents a month [0]"}]
Usd = Annotated[float, {"kind": "number", "doc": "USD a request"}]

_ANY = Embedder(model="none", dimensions=1, usd_per_million_tokens=0.0)
"""Long context embeds nothing; the verb compares and wants one."""


@formula("RAG")
def rag(
    planner: Planner,
    model: Model,
    corpus_tokens: Corpus,
    queries_per_month: Queries,
    embedding_model: Embedding,
    dimensions: Dimensions,
    output_tokens: Output = None,
    retrieved_chunks: Chunks = None,
    chunk_tokens: ChunkTokens = None,
    store_usd_per_month: StoreUsd = None,
    updates_per_month: Updates = None,
    tier: Tier = None,
    as_of: AsOf = None,
) -> float:
    """What a month of answering from retrieved chunks costs, in USD: indexing, store, look-ups and answers."""
    asked = RetrievalQuestion(
        model=model,
        corpus_tokens=corpus_tokens,
        queries_per_month=queries_per_month,
        embeddings=(Embedder(model=embedding_model, dimensions=dimensions),),
        output_tokens=300 if output_tokens is None else output_tokens,
        retrieved_chunks=5 if retrieved_chunks is None else retrieved_chunks,
        chunk_tokens=chunk_tokens or 512,
        store=Store(minimum_usd_per_month=store_usd_per_month or 0.0),
        updates_per_month=updates_per_month or 0.0,
        service_tier=tier,
        as_of=as_of,
    )
    return _month(planner.retrieval(asked), "retrieval")


@formula("LONGCONTEXT")
def long_context(
    planner: Planner,
    model: Model,
    corpus_tokens: Corpus,
    queries_per_month: Queries,
    output_tokens: Output = None,
    updates_per_month: Updates = None,
    tier: Tier = None,
    as_of: AsOf = None,
) -> float:
    """What a month of sending all documents with every question costs, in USD, cached where that is cheaper."""
    asked = RetrievalQuestion(
        model=model,
        corpus_tokens=corpus_tokens,
        queries_per_month=queries_per_month,
        embeddings=(_ANY,),
        output_tokens=300 if output_tokens is None else output_tokens,
        store=Store(),
        updates_per_month=updates_per_month or 0.0,
        service_tier=tier,
        as_of=as_of,
    )
    return _month(planner.retrieval(asked), "long context")


@formula("FINETUNE")
def fine_tune(
    planner: Planner,
    base_usd: Usd,
    tuned_usd: Usd,
    train_tokens: Annotated[int, {"kind": "whole", "doc": "tokens of the training set"}],
    training_usd_per_million: Annotated[float, {"kind": "number", "doc": "USD a million training tokens and epoch"}],
    requests: Requests,
    hosting_usd_per_month: Annotated[float | None, {"kind": "number", "doc": "USD to keep it ready [0]"}] = None,
    horizon_months: Annotated[float | None, {"kind": "number", "doc": "months to look at [12]"}] = None,
    retrain_every_months: Annotated[float | None, {"kind": "number", "doc": "months between trainings [once]"}] = None,
) -> float:
    """What fine-tuning saves over the horizon, in USD, training and hosting paid; negative where it does not pay."""
    asked = TuningQuestion(
        base_usd=base_usd,
        tuned_usd=tuned_usd,
        train_tokens=train_tokens,
        training_usd_per_million_tokens=training_usd_per_million,
        requests_per_month=requests,
        hosting_usd_per_month=hosting_usd_per_month or 0.0,
        horizon_months=12.0 if horizon_months is None else horizon_months,
        retrain_every_months=retrain_every_months,
    )
    return planner.tuning(asked).savings_usd


def _month(answer: RetrievalAnswer, option: str) -> float:
    """The cheapest way of that option that fits."""
    named = [each for each in answer.options if _is(each, option)]
    fitting = [each for each in named if each.fits is not False]
    if not named:
        raise InvalidInput(f"there is no option {option}")
    if not fitting:
        raise NotPriced(f"{named[0].prompt_tokens:,} tokens do not fit into {answer.model.id}", loc=("corpus_tokens",))
    return min(each.cost_per_month_usd for each in fitting)


def _is(given: RetrievalOption, option: str) -> bool:
    return given.option.startswith(option)
