"""Every question that is asked with a body: its method on `Planner`, its path, its question and answer types.

The one list that the HTTP face, the command line, the tests and the documentation read.
"""

from __future__ import annotations

from importlib import import_module
from typing import Final, NamedTuple


class Verb(NamedTuple):
    """One verb; `question` and `answer` name a type as `module:Name`, imported when first asked for."""

    name: str
    path: str
    question: str
    answer: str

    @property
    def words(self) -> str:
        """The verb on the command line: the path's words."""
        return self.path.removeprefix("/v1/").replace("/", " ")

    @property
    def question_type(self) -> type:
        """The frozen question."""
        return _named(self.question)

    @property
    def answer_type(self) -> type:
        """The frozen answer."""
        return _named(self.answer)


def _named(home: str) -> type:
    module, _, name = home.partition(":")
    found: type = getattr(import_module(module), name)
    return found


VERBS: Final = (
    Verb("cost", "/v1/cost", "planner.costing:CostQuestion", "pricing.cost:Cost"),
    Verb("compare", "/v1/compare", "planner.compare:CompareQuestion", "planner.compare:Comparison"),
    Verb("tokens", "/v1/tokens", "planner.prompt:TokensQuestion", "planner.prompt:TokensAnswer"),
    Verb("estimate", "/v1/estimate", "planner.estimate:EstimateQuestion", "planner.estimate:Estimate"),
    Verb("fit", "/v1/context/fit", "planner.context:FitQuestion", "planner.context:FitAnswer"),
    Verb("changes", "/v1/prices/changes", "planner.changes:ChangesQuestion", "planner.changes:Changes"),
    Verb("caching", "/v1/caching", "planner.caching:CachingQuestion", "planner.caching:CachingAnswer"),
    Verb(
        "conversation",
        "/v1/caching/conversation",
        "planner.conversation:ConversationQuestion",
        "planner.conversation:ConversationAnswer",
    ),
    Verb("switch", "/v1/caching/switch", "planner.conversation:SwitchQuestion", "planner.conversation:SwitchAnswer"),
    Verb("route", "/v1/routing/route", "planner.routing.route:RouteQuestion", "planner.routing.route:RouteAnswer"),
)
"""In the order in which a reader of the API meets them."""
