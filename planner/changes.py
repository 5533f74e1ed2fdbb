"""What moves in the catalog over time: prices past and announced, models that come or retire, cheaper models."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar, Final, Literal

from planner.compare import sold_by_makers
from planner.context import check
from planner.costing import Terms, priced
from planner.when import when
from pricing.cost import EXACT
from pricing.errors import InvalidInput, NotPriced
from pricing.rates import CatalogRef, ModelRef
from pricing.usage import Usage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pricing.catalog import Catalog
    from pricing.names import Resolution
    from pricing.rates import Model, Rate

Kind = Literal["moved", "added", "dropped", "appeared", "ended", "retires"]
"""`moved`, `added`, `dropped`: a price of a model that sells before and after. `appeared`, `ended`: its first price
that is known, its last. `retires`: its maker turns it off."""

_INSTANT: Final = timedelta(microseconds=1)
_OUTPUT: Final = ("output_tokens", "reasoning_tokens")


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that changes at an instant; USD per the bucket's unit, None where there is no price on that side.

    `change_share` is new over old less one, None where one is missing or the old is zero; `announced`: it lies ahead.
    A retirement has no bucket and no prices.
    """

    at: datetime
    kind: Kind
    announced: bool
    provider: str
    model: str
    bucket: str | None = None
    conditions: tuple[str, ...] = ()
    old_usd: Decimal | None = None
    new_usd: Decimal | None = None
    change_share: float | None = None
    source: str | None = None
    observed: str | None = None


@dataclass(frozen=True, slots=True)
class CheaperModel:
    """A model that costs less than the one in use now and did not at the start, for one request of the usage.

    `why` is `fell` (it became cheaper), `rose` (the one in use became dearer) or `new` (no price of it is known at the
    start, where `then_usd` is None).
    """

    model: ModelRef
    why: Literal["fell", "rose", "new"]
    then_usd: Decimal | None
    now_usd: Decimal
    saving_usd: Decimal
    saving_share: float


@dataclass(frozen=True, slots=True)
class Cheaper:
    """The model in use, what the usage cost on it at the start and costs now, and the models that now undercut it."""

    model: ModelRef
    usage: Usage
    then_usd: Decimal | None
    now_usd: Decimal
    models: tuple[CheaperModel, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """Every change from `since` to before `until` (None: as far as announced), in the order of time."""

    since: datetime
    as_of: datetime
    until: datetime | None
    changes: tuple[Change, ...]
    cheaper: Cheaper | None
    catalog: CatalogRef


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangesQuestion(Terms):
    """What moved, appeared and retires since a date, and what is announced?

    With `in_use` and `usage`: which models became cheaper than the one in use? The terms are those of that comparison;
    what lies after `as_of` is announced. `models` and `provider` narrow both.
    """

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    since: str
    until: str | None = None
    provider: str | None = None
    models: tuple[str, ...] = ()
    in_use: str | None = None
    usage: Usage | None = None


def changes(question: ChangesQuestion, catalog: Catalog, now: datetime) -> Changes:
    """The dated changes of the catalog within a span of time.

    Raises:
        InvalidInput: a malformed date, an empty span, one of `in_use` and `usage` without the other.
        UnknownModel: a model or provider that is not listed.
        NotPriced: the usage cannot be priced on the model in use.
    """
    since, present = when(question.since, now, "since").at, when(question.as_of, now).at
    until = None if question.until is None else when(question.until, now, "until").at
    _validate(question, since, present, until)
    found = [
        change for model in _models(question, catalog) for change in _of_model(model, since, until, present)
    ]  # fmt: skip
    found.sort(key=lambda each: (each.at, each.provider, each.model, each.kind))
    cheaper = None if question.in_use is None else _cheaper(question, question.in_use, catalog, since, now)
    return Changes(since, present, until, tuple(found), cheaper, catalog.ref)


def _validate(question: ChangesQuestion, since: datetime, present: datetime, until: datetime | None) -> None:
    if until is not None and until <= since:
        raise InvalidInput(
            f"until is {question.until}; it must lie after since, {question.since}",
            loc=("until",),
            value=question.until,
        )
    if (question.in_use is None) != (question.usage is None):
        given, missing = ("in_use", "usage") if question.usage is None else ("usage", "in_use")
        raise InvalidInput(f"{given} needs {missing}: give the model in use and one request's usage", loc=(missing,))
    if question.in_use is not None and since >= present:
        raise InvalidInput(
            f"since is {question.since}; to tell what became cheaper it must lie before {present:%Y-%m-%d}",
            loc=("since",),
            value=question.since,
        )


def _models(question: ChangesQuestion, catalog: Catalog) -> Iterable[Model]:
    if question.models:
        return [catalog.resolve(name, question.provider).model for name in dict.fromkeys(question.models)]
    return catalog.models(question.provider)


def _of_model(model: Model, since: datetime, until: datetime | None, present: datetime) -> Iterator[Change]:
    """What changes of one model: at each instant at which a rate set begins or ends, and at its retirement."""
    edges = {at for each in model.sets for at in (each.valid_from, each.valid_to) if at is not None}
    for at in sorted(edge for edge in edges if since <= edge and (until is None or edge < until)):
        before, after = _prices(model, at - _INSTANT), _prices(model, at)
        whole: Kind | None = "appeared" if not before else "ended" if not after else None
        for key in dict.fromkeys((*before, *after)):
            change = _change(model, at, whole, key, before.get(key), after.get(key), announced=at > present)
            if change is not None:
                yield change
    retires = datetime.fromisoformat(model.retires).replace(tzinfo=UTC) if model.retires else None
    if retires is not None and since <= retires and (until is None or retires < until):
        yield Change(retires, "retires", retires > present, model.provider, model.id)


def _prices(model: Model, at: datetime) -> Mapping[tuple[str, tuple[str, ...]], Rate]:
    """Every price that holds at an instant, by bucket and by the conditions that are no dates."""
    return {
        (bucket, tuple(word for word in each.conditions if not word.startswith(_DATES))): rate
        for each in model.sets
        if each.valid(at)
        for bucket, rate in each.rates.items()
    }


_DATES: Final = ("from=", "until=", "basis=")


def _change(
    model: Model,
    at: datetime,
    whole: Kind | None,
    key: tuple[str, tuple[str, ...]],
    old: Rate | None,
    new: Rate | None,
    *,
    announced: bool,
) -> Change | None:
    """The change of one price; None where it stays."""
    was, becomes = old.usd_per_unit if old else None, new.usd_per_unit if new else None
    if was == becomes:
        return None
    kind: Kind = whole or ("added" if was is None else "dropped" if becomes is None else "moved")
    share = float(becomes / was) - 1 if was and becomes is not None else None
    told = new or old
    assert told is not None  # the key is of one of them
    bucket, conditions = key
    return Change(
        at,
        kind,
        announced,
        model.provider,
        model.id,
        bucket,
        conditions,
        was,
        becomes,
        share,
        told.source,
        told.observed,
    )


def _cheaper(question: ChangesQuestion, in_use: str, catalog: Catalog, since: datetime, now: datetime) -> Cheaper:
    usage = question.usage
    assert usage is not None  # validated
    mine = catalog.resolve(in_use)
    today, then = priced(usage, question, mine, now), _then(usage, question, mine, since, now)
    names = question.models or tuple(
        name for name in sold_by_makers(catalog, today.as_of) if question.provider in (None, name.partition("/")[0])
    )
    rows = []
    for name in dict.fromkeys(names):
        row = _undercuts(question, usage, catalog.resolve(name), then, today.total_usd, since, now)
        if row is not None:
            rows.append(row)
    rows.sort(key=lambda row: (row.now_usd, row.model.provider, row.model.id))
    return Cheaper(today.model, usage, then, today.total_usd, tuple(rows))


def _undercuts(
    question: ChangesQuestion,
    usage: Usage,
    other: Resolution,
    mine_then: Decimal | None,
    mine_now: Decimal,
    since: datetime,
    now: datetime,
) -> CheaperModel | None:
    """The other model where it costs less now and did not, or was not sold, at the start; and holds such a request."""
    answer = sum(getattr(usage, name) for name in _OUTPUT)
    if check(other.model.limits, usage.prompt_tokens, answer).fits is False:
        return None
    try:
        today = priced(usage, question, other, now)
    except NotPriced:
        return None
    then = _then(usage, question, other, since, now)
    if today.total_usd >= mine_now or (then is not None and mine_then is not None and then < mine_then):
        return None
    saving = EXACT.subtract(mine_now, today.total_usd)
    why: Literal["fell", "rose", "new"] = "new" if then is None else "fell" if today.total_usd < then else "rose"
    return CheaperModel(today.model, why, then, today.total_usd, saving, float(saving / mine_now))


def _then(
    usage: Usage, question: ChangesQuestion, resolved: Resolution, since: datetime, now: datetime
) -> Decimal | None:
    """What the usage cost at the start; None where no price of that time is known."""
    terms = Terms(
        service_tier=question.service_tier,
        region=question.region,
        as_of=since.isoformat(),
        allow_nearest_price=question.allow_nearest_price,
    )
    try:
        return priced(usage, terms, resolved, now).total_usd
    except NotPriced:
        return None
