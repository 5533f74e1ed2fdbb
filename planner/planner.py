"""The table of contents: the product's verbs, one method each, over a catalog, a counter and a clock."""

from __future__ import annotations

from planner.methods.actuals import Actuals
from planner.methods.bulk import Bulk
from planner.methods.choosing import Choosing
from planner.methods.economics import Economics
from planner.methods.plans import Plans
from planner.methods.prices import Prices
from planner.methods.prompts import Prompts
from planner.methods.quality import Quality
from planner.methods.serving import Serving


class Planner(Prices, Prompts, Serving, Choosing, Quality, Economics, Plans, Actuals, Bulk):
    """Answers questions, a room of verbs in each base class; `Planner(catalog, counter, clock)`.

    A verb's module is imported with its first use: a price in a script pays for no other.
    """

    __slots__ = ()
