"""What providers count against a rate limit: `counting.json`, read as it stands, each rule with source and date.

A meter counts a request as the largest of its sums, because some providers count it when it starts and when it ends.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from os import path
from typing import Final, Literal

from pricing.errors import InvalidInput, one_of

SHIPPED: Final = path.join(path.dirname(__file__), "counting.json")  # noqa: PTH118, PTH120 - pathlib is a slow import

Meter = tuple[Mapping[str, float], ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """How one provider counts: for each limit it sets, weighted sums of what a request holds.

    `unset_max_tokens` is what a request without `max_tokens` holds; `output_weights` are tokens of quota for one of
    output by a part of the model's id, the first match first, None where the provider's figure is not known to us.
    """

    name: str
    meters: Mapping[str, Meter]
    unset_max_tokens: Literal["uncounted", "model_maximum"]
    output_weights: tuple[tuple[str, float | None], ...]
    source: str
    observed: str
    notes: tuple[str, ...]

    def needs(self, part: str) -> bool:
        """Whether any meter counts a part of a request."""
        return any(part in each for meter in self.meters.values() for each in meter)

    def output_weight(self, model: str | None) -> float:
        """Tokens of quota for one of output.

        Raises:
            InvalidInput: it depends on a model that is not given, or on a figure that is not known.
        """
        if not self.output_weights:
            return 1.0
        found = next((weight for part, weight in self.output_weights if part in model), None) if model else None
        if found is None:
            raise InvalidInput(
                f"{self.name} counts an output token several times for some models, and how often for "
                f"{model or 'an unnamed one'} is not known; state output_weight ({self.source})",
                loc=("output_weight",),
            )
        return found


@cache
def rules() -> Mapping[str, Rule]:
    """Every rule by name; a provider of the catalog is ruled by its own name."""
    with open(SHIPPED, encoding="utf-8") as file:  # noqa: PTH123 - pathlib is a slow import
        return {
            name: Rule(
                name,
                {limit: tuple(meter) for limit, meter in each["meters"].items()},
                each.get("unset_max_tokens", "uncounted"),
                tuple((part, weight) for part, weight in each.get("output_weights", ())),
                each["source"],
                each["observed"],
                tuple(each["notes"]),
            )
            for name, each in json.load(file).items()
        }


def rule(name: str) -> Rule:
    """The rule of that name.

    Raises:
        InvalidInput: there is none.
    """
    found = rules().get(name)
    if found is None:
        raise InvalidInput(
            f"no rule says what {name!r} counts against a limit; state counting, 'used' for every token used; "
            f"{one_of(name, rules())}",
            loc=("counting",),
            value=name,
        )
    return found


def counted(meter: Meter, held: Mapping[str, float]) -> float:
    """What one request counts on a meter: the largest of its weighted sums."""
    return max(sum(weight * held[part] for part, weight in each.items()) for each in meter)


def counting_reads(meter: Meter, *, reads: bool | None) -> Meter:
    """The meter with cache reads counted in full or not at all wherever input counts; None leaves the rule's own."""
    if reads is None:
        return meter
    return tuple({**each, "cache_read_tokens": float(reads)} if "input_tokens" in each else each for each in meter)
