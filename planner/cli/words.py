"""Words that several pages say: footnotes, refusals, what the figures stand on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.cli.render import grouped, span

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from planner.costing import Refusal
    from planner.prompt import Tokens
    from pricing.rates import CatalogRef, ModelRef


class Footnotes:
    """Warnings of a table's rows: numbered once, marked in the rows, listed below."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def of(self, warnings: Iterable[str]) -> str:
        """The marks of a row."""
        return "".join(f"[{self._numbers.setdefault(each, len(self._numbers) + 1)}]" for each in warnings)

    def listed(self) -> str:
        """The notes, in the order of their marks."""
        return "\n".join(f"[{number}] {text}" for text, number in self._numbers.items())


def refusals(refused: Iterable[Refusal]) -> list[str]:
    """Models that were not answered for, a line each."""
    return [f"{each.requested}: {'; '.join(problem.msg for problem in each.errors)}" for each in refused]


def named(model: ModelRef) -> str:
    """A model, its provider, and how the name came to mean it where that is not plain."""
    how = "" if model.requested == model.id else f" ({model.requested!r} by rule: {model.resolved_by})"
    return f"{model.id} at {model.provider}{how}"


def standing(catalog: CatalogRef, at: datetime, *, rounded: bool = False) -> str:
    """What the figures stand on."""
    end = "\nfigures are rounded here, exact with --json and --csv" if rounded else ""
    return f"prices at {moment(at)}; {edition(catalog)}{end}"


def edition(catalog: CatalogRef) -> str:
    """The catalog that answered."""
    return f"catalog {catalog.version}, observed {catalog.observed}"


def moment(at: datetime) -> str:
    """A UTC instant to the minute."""
    return f"{at:%Y-%m-%d %H:%M} UTC"


def counted(tokens: Tokens) -> tuple[str, str, str]:
    """A count, its bounds where it has any, and its method."""
    sign = "" if tokens.low == tokens.high else "≈"
    return f"{sign}{grouped(tokens.tokens)}", span(grouped(tokens.low), grouped(tokens.high)), tokens.method


def unanswered(refused: int, answered: int) -> str | None:
    """What stderr says when a model could not be answered for: a script must not take a part for the whole."""
    if not answered:
        return "no model could be answered for"
    return f"{refused} of {refused + answered} models could not be answered for" if refused else None
