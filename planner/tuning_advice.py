"""Knowledge or behaviour: what to retrieve, what to say in the prompt, what to train, and which figures say so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final, Literal, NamedTuple

from planner.checks import STRICT, Checks
from planner.retrieval.compare import RetrievalAnswer, retrieval
from planner.retrieval.question import RetrievalQuestion
from planner.tuning import TuningAnswer, TuningQuestion, tuning
from pricing.errors import TokenplanError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from planner.tokens import Counter
    from pricing.catalog import Catalog

Way = Literal["prompt", "long context", "retrieval", "tuning", "none"]

_DAYS_PER_MONTH: Final = 30.4375
"""A twelfth of a mean year."""
_STUDY: Final = "retrieval beat fine-tuning at teaching facts, new ones above all (Ovadia et al., EMNLP 2024)"


@dataclass(frozen=True, slots=True, kw_only=True)
class TuningAdviceQuestion:
    """Is this a matter of knowledge, of behaviour or of both, and is it to be retrieved, prompted or trained?"""

    __pydantic_config__: ClassVar = STRICT

    needs_knowledge: bool
    """Whether answers need facts that the model does not have."""
    needs_behaviour: bool
    """Whether answers must keep a style, a format or a way of working."""
    knowledge_changes_every_days: float | None = None
    """Days between changes of the knowledge; none is knowledge that does not change."""
    training_days: float | None = None
    """Days from a change until a newly trained model serves: data, training, evaluation, release."""
    tolerated_stale_share: float = 0.0
    """Share of the time in which answers may rest on knowledge that is out of date, from 0 to 1."""
    needs_citations: bool = False
    """Whether an answer must name the place that it rests on."""
    needs_access_control: bool = False
    """Whether people may see different parts of the knowledge, or parts must be deleted on demand."""
    prompted_rate: float | None = None
    """Share of answers that behave as they should with the best prompt so far, as you measured it, from 0 to 1."""
    required_rate: float | None = None
    """Share that must, from 0 to 1."""
    labelled_examples: int | None = None
    """Examples of right answers at hand."""
    needed_examples: int | None = None
    """Examples that you hold a training to need."""
    tuning: TuningQuestion | None = None
    """The figures of tuning, as `/v1/tuning` takes them."""
    retrieval: RetrievalQuestion | None = None
    """The figures of retrieval and long context, as `/v1/retrieval/compare` takes them."""


@dataclass(frozen=True, slots=True)
class Reason:
    """What one stated fact favours, whether it rules training out, why, and the figures that it rests on."""

    aspect: Literal["knowledge", "behaviour", "cost"]
    favours: Way
    rules_out: Literal["tuning"] | None
    because: str
    figures: str


@dataclass(frozen=True, slots=True)
class TuningAdviceAnswer:
    """What to do about the knowledge and about the behaviour, and each reason.

    `stale_share` is the part of the time in which a trained model would be out of date; `retrainings_per_month` keeps
    it up to date at `retraining_usd_per_month`, against `update_usd_per_month` of the cheapest other way that fits.
    """

    advice: str
    knowledge: Way
    behaviour: Way
    stale_share: float | None
    retrainings_per_month: float | None
    retraining_usd_per_month: float | None
    update_usd_per_month: float | None
    reasons: tuple[Reason, ...]
    open_questions: tuple[str, ...]
    tuning: TuningAnswer | None
    retrieval: RetrievalAnswer | None
    basis: Literal["assumed"]
    warnings: tuple[str, ...]


class _Stated(NamedTuple):
    """The question with what follows from its figures."""

    question: TuningAdviceQuestion
    tuning: TuningAnswer | None
    retrieval: RetrievalAnswer | None
    stale_share: float | None
    retrainings: float | None


def tuning_advice(
    question: TuningAdviceQuestion, catalog: Catalog, counter: Counter, now: datetime
) -> TuningAdviceAnswer:
    """Rules over stated facts: knowledge that changes is out of date `min(1, training_days/changes_every)` of the time.

    Knowledge goes into a store or the prompt unless nothing speaks against training it and tuning pays; behaviour is
    trained where the prompt is measured to fall short or tuning pays, and examples are at hand. No threshold is built
    in: each is a field of the question.

    Raises:
        InvalidInput: a number out of range, neither knowledge nor behaviour.
        TokenplanError: what `tuning` and `retrieval` raise.
    """
    _validate(question)
    stated = _stated(question, catalog, counter, now)
    reasons = [*_of_knowledge(stated), *_of_behaviour(stated), *_of_cost(stated)]
    knowledge, behaviour = _knowledge(stated, reasons), _behaviour(stated, reasons)
    trained = stated.tuning.training_usd / stated.tuning.trainings if stated.tuning else None
    changes = stated.retrainings
    return TuningAdviceAnswer(
        _said(knowledge, behaviour),
        knowledge,
        behaviour,
        stated.stale_share,
        changes,
        None if trained is None or changes is None else trained * changes,
        _update_usd(stated, changes),
        tuple(reasons),
        tuple(_open(stated)),
        stated.tuning,
        stated.retrieval,
        "assumed",
        tuple(dict.fromkeys(note for each in (stated.tuning, stated.retrieval) if each for note in each.warnings)),
    )


def _validate(question: TuningAdviceQuestion) -> None:
    checks = Checks().positive(
        knowledge_changes_every_days=question.knowledge_changes_every_days, training_days=question.training_days
    )
    shares = ("tolerated_stale_share", "prompted_rate", "required_rate")
    checks.share(**{name: getattr(question, name) for name in shares})
    checks.not_negative(labelled_examples=question.labelled_examples, needed_examples=question.needed_examples)
    if not (question.needs_knowledge or question.needs_behaviour):
        checks.refuse("needs_knowledge", False, "it or needs_behaviour must be true, or there is nothing to advise on")
    for name in ("knowledge_changes_every_days", "needs_citations", "needs_access_control"):
        if getattr(question, name) and not question.needs_knowledge:
            checks.refuse(name, getattr(question, name), "it says something only where needs_knowledge is true")
    checks.done()


def _stated(question: TuningAdviceQuestion, catalog: Catalog, counter: Counter, now: datetime) -> _Stated:
    trained = found = None
    try:
        if question.tuning is not None:
            trained = tuning(question.tuning, catalog, now)
    except TokenplanError as error:
        raise error.under("tuning") from None
    try:
        if question.retrieval is not None:
            found = retrieval(question.retrieval, catalog, counter, now)
    except TokenplanError as error:
        raise error.under("retrieval") from None
    every, days = question.knowledge_changes_every_days, question.training_days
    stale = 0.0 if every is None else None if days is None else min(1.0, days / every)
    if not question.needs_knowledge:
        return _Stated(question, trained, found, None, None)
    return _Stated(question, trained, found, stale, 0.0 if every is None else _DAYS_PER_MONTH / every)


def _of_knowledge(stated: _Stated) -> Iterator[Reason]:
    question = stated.question
    if not question.needs_knowledge:
        return
    every, stale = question.knowledge_changes_every_days, stated.stale_share
    if every is None:
        yield _knows("tuning", "knowledge that does not change can be trained once", "never changes")
    elif stale is None:
        yield _knows(
            "retrieval", "a store is up to date at once, a model after a training", f"changes every {every:g} days",
        )  # fmt: skip
    else:
        over = stale > question.tolerated_stale_share
        figures = (
            f"{question.training_days:g} of {every:g} days: {stale:.3g}, tolerated {question.tolerated_stale_share:g}"
        )
        because = "a trained model is out of date for longer than is tolerated" if over else _IN_TIME
        yield _knows("retrieval" if over else "tuning", because, figures, no_training=over)
    if question.needs_citations:
        yield _knows(
            "retrieval", "a model cannot name where a trained fact came from", "needs_citations", no_training=True
        )
    if question.needs_access_control:
        because = "what was trained cannot be withheld from some, nor deleted"
        yield _knows("retrieval", because, "needs_access_control", no_training=True)
    yield _knows("retrieval", "facts are learnt unreliably by training", _STUDY)


_IN_TIME: Final = "a trained model is out of date no longer than is tolerated"


def _knows(way: Way, because: str, figures: str, *, no_training: bool = False) -> Reason:
    return Reason("knowledge", way, "tuning" if no_training else None, because, figures)


def _of_behaviour(stated: _Stated) -> Iterator[Reason]:
    question = stated.question
    if not question.needs_behaviour:
        return
    have, need = question.prompted_rate, question.required_rate
    if have is not None and need is not None:
        short = have < need
        because = "prompting falls short of what is required" if short else "prompting is good enough"
        yield Reason("behaviour", "tuning" if short else "prompt", None, because, f"{have:g} of {need:g}")
    examples, needed = question.labelled_examples, question.needed_examples
    if examples is not None and (examples == 0 or (needed is not None and examples < needed)):
        figures = f"{examples} examples" + ("" if needed is None else f", {needed} needed")
        yield Reason("behaviour", "prompt", "tuning", "there are too few examples to train on", figures)


def _of_cost(stated: _Stated) -> Iterator[Reason]:
    trained, found = stated.tuning, stated.retrieval
    if trained is not None:
        way: Way = "tuning" if trained.pays else "prompt"
        figures = f"{trained.savings_usd:,.2f} USD over the horizon"
        yield Reason("cost", way, None, f"tuning {trained.verdict}", figures)
    if found is not None and found.cheapest is not None:
        best = found.options[0]
        way = "long context" if best.option.startswith("long context") else "retrieval"
        figures = f"{best.cost_per_month_usd:,.2f} USD a month, an update {best.update_usd:,.4f} USD"
        yield Reason("cost", way, None, f"{best.option} is the cheapest that fits", figures)


def _knowledge(stated: _Stated, reasons: Sequence[Reason]) -> Way:
    """Retrieved or in the prompt, whichever is the cheaper; trained only where nothing forbids it and it pays."""
    if not stated.question.needs_knowledge:
        return "none"
    mine = [each for each in reasons if each.aspect == "knowledge"]
    trainable = any(each.favours == "tuning" for each in mine) and not any(each.rules_out for each in mine)
    if trainable and stated.tuning is not None and stated.tuning.pays:
        return "tuning"
    cost = [each.favours for each in reasons if each.aspect == "cost" and each.favours != "prompt"]
    return "long context" if "long context" in cost else "retrieval"


def _behaviour(stated: _Stated, reasons: Sequence[Reason]) -> Way:
    """Trained where the prompt falls short or training pays, and there are examples; else prompted."""
    if not stated.question.needs_behaviour:
        return "none"
    mine = [each for each in reasons if each.aspect == "behaviour"]
    falls_short = any(each.favours == "tuning" for each in mine)
    pays = stated.tuning is not None and stated.tuning.pays
    return "tuning" if (falls_short or pays) and not any(each.rules_out for each in mine) else "prompt"


def _said(knowledge: Way, behaviour: Way) -> str:
    parts = {"knowledge": knowledge, "behaviour": behaviour}
    return "; ".join(f"{name}: {_WORDS[way]}" for name, way in parts.items() if way != "none")


_WORDS: Final[dict[Way, str]] = {
    "prompt": "say it in the prompt",
    "long context": "send the whole corpus in the prompt",
    "retrieval": "retrieve it",
    "tuning": "train it",
}


def _update_usd(stated: _Stated, changes: float | None) -> float | None:
    """What the stated changes cost the cheapest way that fits."""
    if stated.retrieval is None or stated.retrieval.cheapest is None or changes is None:
        return None
    return stated.retrieval.options[0].update_usd * changes


def _open(stated: _Stated) -> Iterator[str]:
    """What was not stated and could change the advice."""
    question = stated.question
    if question.needs_knowledge and question.knowledge_changes_every_days and question.training_days is None:
        yield "training_days: how long a trained model would be out of date is not known"
    if question.needs_knowledge and question.retrieval is None:
        yield "retrieval: whether the corpus fits the prompt, and what is cheaper, is not known"
    if question.needs_behaviour and (question.prompted_rate is None or question.required_rate is None):
        yield "prompted_rate and required_rate: measure what the best prompt reaches before you train"
    if question.needs_behaviour and question.labelled_examples is None:
        yield "labelled_examples: whether there is enough to train on is not known"
    if question.tuning is None:
        yield "tuning: whether training pays is not known"
