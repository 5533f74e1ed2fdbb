"""Every question that is asked with a body: its method on `Planner`, its path, its question and answer types.

The one list that the HTTP face, the command line, the tests and the documentation read.
"""

from __future__ import annotations

from importlib import import_module
from typing import Final, NamedTuple


class Verb(NamedTuple):
    """One verb; `question` and `answer` are types of `module`, imported when first asked for."""

    name: str
    path: str
    module: str
    question: str
    answer: str

    @property
    def words(self) -> str:
        """The verb on the command line: the path's words."""
        return self.path.removeprefix("/v1/").replace("/", " ")

    @property
    def question_type(self) -> type:
        """The frozen question."""
        found: type = getattr(import_module(self.module), self.question)
        return found

    @property
    def answer_type(self) -> type:
        """The frozen answer."""
        found: type = getattr(import_module(self.module), self.answer)
        return found


VERBS: Final = (
    Verb("cost", "/v1/cost", "planner.costing", "CostQuestion", "Cost"),
    Verb("compare", "/v1/compare", "planner.compare", "CompareQuestion", "Comparison"),
    Verb("tokens", "/v1/tokens", "planner.prompt", "TokensQuestion", "TokensAnswer"),
    Verb("pieces", "/v1/tokens/pieces", "planner.pieces", "PiecesQuestion", "PiecesAnswer"),
    Verb("estimate", "/v1/estimate", "planner.estimate", "EstimateQuestion", "Estimate"),
    Verb("fit", "/v1/context/fit", "planner.context", "FitQuestion", "FitAnswer"),
    Verb("pack", "/v1/context/pack", "planner.packing.pack", "PackQuestion", "PackAnswer"),
    Verb("chunks", "/v1/context/chunks", "planner.chunks", "ChunksQuestion", "ChunksAnswer"),
    Verb("changes", "/v1/prices/changes", "planner.changes", "ChangesQuestion", "Changes"),
    Verb("caching", "/v1/caching", "planner.caching", "CachingQuestion", "CachingAnswer"),
    Verb(
        "conversation", "/v1/caching/conversation", "planner.conversation", "ConversationQuestion", "ConversationAnswer"
    ),
    Verb("switch", "/v1/caching/switch", "planner.conversation", "SwitchQuestion", "SwitchAnswer"),
    Verb("latency", "/v1/latency", "planner.latency", "LatencyQuestion", "LatencyAnswer"),
    Verb("simulate", "/v1/simulate", "planner.simulation", "SimulateQuestion", "SimulateAnswer"),
    Verb("capacity", "/v1/capacity", "planner.capacity.limits", "CapacityQuestion", "CapacityAnswer"),
    Verb("queue", "/v1/capacity/queue", "planner.capacity.waiting", "QueueQuestion", "QueueAnswer"),
    Verb(
        "provisioned",
        "/v1/capacity/provisioned",
        "planner.capacity.provisioned",
        "ProvisionedQuestion",
        "ProvisionedAnswer",
    ),
    Verb(
        "batch_share",
        "/v1/capacity/batch-share",
        "planner.capacity.batch_share",
        "BatchShareQuestion",
        "BatchShareAnswer",
    ),
    Verb("route", "/v1/routing/route", "planner.routing.route", "RouteQuestion", "RouteAnswer"),
    Verb("cascade", "/v1/routing/cascade", "planner.routing.cascade", "CascadeQuestion", "CascadeAnswer"),
    Verb(
        "misrouting", "/v1/routing/misrouting", "planner.routing.misrouting", "MisroutingQuestion", "MisroutingAnswer"
    ),
    Verb("vote", "/v1/routing/vote", "planner.routing.vote", "VoteQuestion", "VoteAnswer"),
    Verb("pass_at_k", "/v1/routing/pass-at-k", "planner.routing.vote", "PassAtKQuestion", "PassAtKAnswer"),
    Verb("hedge", "/v1/routing/hedge", "planner.routing.hedge", "HedgeQuestion", "HedgeAnswer"),
    Verb("escalate", "/v1/routing/escalate", "planner.routing.escalate", "EscalateQuestion", "EscalateAnswer"),
    Verb("fallback", "/v1/routing/fallback", "planner.routing.fallback", "FallbackQuestion", "FallbackAnswer"),
    Verb("failures", "/v1/reliability", "planner.reliability.failures", "FailuresQuestion", "FailuresAnswer"),
    Verb("retry", "/v1/reliability/retry", "planner.reliability.attempts", "RetryQuestion", "RetryAnswer"),
    Verb("repair", "/v1/reliability/repair", "planner.reliability.attempts", "RepairQuestion", "RepairAnswer"),
    Verb(
        "guardrail",
        "/v1/reliability/guardrail",
        "planner.reliability.safeguards",
        "GuardrailQuestion",
        "GuardrailAnswer",
    ),
    Verb("review", "/v1/reliability/review", "planner.reliability.safeguards", "ReviewQuestion", "ReviewAnswer"),
    Verb("outcomes", "/v1/routing/outcomes", "planner.outcomes.outcomes", "OutcomesQuestion", "OutcomesAnswer"),
    Verb(
        "retrieval",
        "/v1/retrieval/compare",
        "planner.retrieval.compare",
        "RetrievalQuestion",
        "RetrievalAnswer",
    ),
    Verb("tuning", "/v1/tuning", "planner.tuning", "TuningQuestion", "TuningAnswer"),
    Verb("tuning_advice", "/v1/tuning/advice", "planner.tuning_advice", "TuningAdviceQuestion", "TuningAdviceAnswer"),
    Verb(
        "sample_size",
        "/v1/evaluation/sample-size",
        "planner.evaluation.sample_size",
        "SampleSizeQuestion",
        "SampleSizeAnswer",
    ),
    Verb("interval", "/v1/evaluation/interval", "planner.evaluation.intervals", "IntervalQuestion", "IntervalAnswer"),
    Verb("systems", "/v1/evaluation/compare", "planner.evaluation.intervals", "SystemsQuestion", "SystemsAnswer"),
    Verb(
        "corrected_rate",
        "/v1/evaluation/corrected-rate",
        "planner.evaluation.intervals",
        "CorrectedRateQuestion",
        "CorrectedRateAnswer",
    ),
    Verb("judge_cost", "/v1/evaluation/judge-cost", "planner.evaluation.costs", "JudgeCostQuestion", "JudgeCostAnswer"),
    Verb(
        "monitoring", "/v1/evaluation/monitoring", "planner.evaluation.costs", "MonitoringQuestion", "MonitoringAnswer"
    ),
    Verb("repeats", "/v1/evaluation/repeats", "planner.evaluation.costs", "RepeatsQuestion", "RepeatsAnswer"),
    Verb("defects", "/v1/evaluation/defects", "planner.evaluation.sample_size", "DefectsQuestion", "DefectsAnswer"),
    Verb("economics", "/v1/economics", "planner.economics.margins", "EconomicsQuestion", "EconomicsAnswer"),
    Verb("usage_skew", "/v1/economics/usage-skew", "planner.economics.skew", "SkewQuestion", "SkewAnswer"),
    Verb("free_tier", "/v1/economics/free-tier", "planner.economics.free_tier", "FreeTierQuestion", "FreeTierAnswer"),
    Verb(
        "projection",
        "/v1/economics/projection",
        "planner.economics.projection",
        "ProjectionQuestion",
        "ProjectionAnswer",
    ),
    Verb("optimise", "/v1/optimise", "planner.optimise.choosing", "OptimiseQuestion", "OptimiseAnswer"),
    Verb("mix", "/v1/optimise/mix", "planner.optimise.mix", "MixQuestion", "MixAnswer"),
    Verb("report", "/v1/plans/report", "planner.plans.asked", "ReportQuestion", "Report"),
    Verb("check", "/v1/plans/check", "planner.plans.asked", "CheckQuestion", "CheckAnswer"),
    Verb("diff", "/v1/plans/diff", "planner.plans.difference", "DiffQuestion", "Difference"),
    Verb(
        "breakpoints", "/v1/plans/breakpoints", "planner.plans.breakpoints", "BreakpointsQuestion", "BreakpointsAnswer"
    ),
    Verb("sweep", "/v1/plans/sweep", "planner.plans.sweep", "SweepQuestion", "SweepAnswer"),
    Verb("actuals_report", "/v1/actuals/report", "planner.actuals.report", "ActualsReportQuestion", "ActualsReport"),
    Verb("actuals_fit", "/v1/actuals/fit", "planner.actuals.fit", "ActualsFitQuestion", "ActualsFit"),
    Verb(
        "actuals_compare",
        "/v1/actuals/compare",
        "planner.actuals.compare",
        "ActualsCompareQuestion",
        "ActualsComparison",
    ),
)
"""In the order in which a reader of the API meets them."""
