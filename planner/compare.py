"""Comparison: one usage or one prompt over many models, ranked, with what each saves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar

from planner.costing import Refusal, Terms, priced
from planner.prompt import Prompt, Ready, Tokens, billed, buckets, count, ready, sized
from planner.when import when
from pricing.cost import EXACT
from pricing.errors import InvalidInput, NoRule, NotPriced, UnknownModel
from pricing.rates import CatalogRef, ModelRef
from pricing.usage import Usage

if TYPE_CHECKING:
    from collections.abc import Iterable

    from planner.tokens import Counter
    from pricing.catalog import Catalog
    from pricing.cost import Cost


@dataclass(frozen=True, slots=True)
class ComparisonRow:
    """One model's cost, its rank (1 is cheapest) and what it saves against the baseline.

    `tokens` is the prompt on this model, None where a usage was given. `saving_usd` is negative where the model is
    dearer; `saving_share` is None where the baseline costs nothing.
    """

    rank: int
    model: ModelRef
    tokens: Tokens | None
    total_usd: Decimal
    saving_usd: Decimal
    saving_share: float | None
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """One usage or prompt over several models, cheapest first; models that cannot be priced are in `refused`."""

    usage: Usage | None
    baseline: ModelRef
    rows: tuple[ComparisonRow, ...]
    refused: tuple[Refusal, ...]
    as_of: datetime
    catalog: CatalogRef


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareQuestion(Prompt, Terms):
    """What would this usage, or this prompt, cost on each of these models?

    Give `usage`, or a prompt with its `output_tokens`. The first model is the baseline unless `baseline` names one.

    Without `models`, every priced chat model sold by its maker is taken, and the `most` cheapest are shown.
    """

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    usage: Usage | None = None
    output_tokens: int | None = None
    models: tuple[str, ...] = ()
    baseline: str | None = None
    most: int = 20


def compare(question: CompareQuestion, catalog: Catalog, counter: Counter, now: datetime) -> Comparison:
    """The same usage or prompt over many models, ranked by cost, with what each saves against the baseline.

    Raises:
        InvalidInput: not exactly one of a usage and a prompt with `output_tokens`.
        TokenplanError: the baseline cannot be priced; other models' errors are kept in `refused`.
    """
    _validate(question)
    once = counter.once()
    read = ready(question)
    names = question.models or tuple(sold_by_makers(catalog, when(question.as_of, now).at))
    first = question.baseline or (question.models[0] if question.models else "")
    answers: list[tuple[str, Cost, Tokens | None]] = []
    refused = []
    for name in dict.fromkeys((first, *names) if first else names):
        try:
            answers.append((name, *_answer(question, name, catalog, once, now, read)))
        except (UnknownModel, NotPriced, NoRule) as error:  # the model's own; what is wrong with the question is raised
            if name == first:
                raise
            refused.append(Refusal(name, error.slug, error.problems))
    if not answers:
        raise InvalidInput("no model can price this", loc=("models",), value=list(names)[:5])
    answers.sort(key=lambda each: each[1].total_usd)
    base = next((answer for name, answer, _ in answers if name == first), answers[0][1])
    shown = answers if question.models else answers[: question.most]
    rows = tuple(_row(rank, answer, tokens, base) for rank, (_, answer, tokens) in enumerate(shown, 1))
    kept = tuple(refused) if question.models else ()
    return Comparison(question.usage, base.model, rows, kept, base.as_of, base.catalog)


def _answer(
    question: CompareQuestion,
    name: str,
    catalog: Catalog,
    counter: Counter,
    now: datetime,
    read: Ready,
) -> tuple[Cost, Tokens | None]:
    resolved = catalog.resolve(name)
    if question.usage is not None:
        return priced(question.usage, question, resolved, now), None
    found = count(question, resolved, counter, read)
    prompt = buckets(billed(found.split(), resolved.model))
    usage = Usage(output_tokens=question.output_tokens or 0, **prompt)  # type: ignore[arg-type]  # token buckets only
    answer = priced(usage, question, resolved, now)
    return replace(answer, warnings=(*answer.warnings, *found.notes)), sized(found)


def _validate(question: CompareQuestion) -> None:
    if question.most < 1:
        raise InvalidInput(f"most is {question.most}; it must be at least 1", loc=("most",), value=question.most)
    has_prompt = question.given
    if has_prompt == (question.usage is not None):
        raise InvalidInput("give exactly one of usage and a prompt (text, messages, ...)", loc=("usage",))
    if has_prompt and question.output_tokens is None:
        raise InvalidInput("a prompt needs output_tokens, the length of its answer", loc=("output_tokens",))
    if not has_prompt and question.output_tokens is not None:
        raise InvalidInput("output_tokens goes with a prompt; a usage holds its own", loc=("output_tokens",))


def _row(rank: int, answer: Cost, tokens: Tokens | None, base: Cost) -> ComparisonRow:
    saving = EXACT.subtract(base.total_usd, answer.total_usd)
    share = float(saving / base.total_usd) if base.total_usd else None
    return ComparisonRow(rank, answer.model, tokens, answer.total_usd, saving, share, answer.warnings)


def sold_by_makers(catalog: Catalog, at: datetime) -> Iterable[str]:
    """Every chat model that its own maker sells for money at an instant, by a name that resolves to it.

    Free ones save everything, and retired ones cannot be had: neither is a choice.
    """
    for provider in catalog.providers.values():
        if provider.maker:
            for model in catalog.models(provider.id):
                gone = model.retires is not None and model.retires <= f"{at:%Y-%m-%d}"
                if model.mode == "chat" and not gone and not all(each.free for each in model.sets):
                    yield f"{provider.id}/{model.id}"
