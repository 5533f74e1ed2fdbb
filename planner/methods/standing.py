"""What every answer stands on: a catalog, a counter and a clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from planner.tokens import Counter
    from pricing.catalog import Catalog


@dataclass(frozen=True, slots=True)
class Standing:
    """What every answer stands on, and nothing else.

    `counter` returns the token counter and is called by the verbs that count; `clock` returns the present UTC instant
    and is asked once a question.
    """

    catalog: Catalog
    counter: Callable[[], Counter]
    clock: Callable[[], datetime]
