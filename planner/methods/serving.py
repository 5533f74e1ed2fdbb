"""What caching saves, how long users wait, and how much an account carries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.methods.standing import Standing

if TYPE_CHECKING:
    from planner.caching import CachingAnswer, CachingQuestion
    from planner.capacity.batch_share import BatchShareAnswer, BatchShareQuestion
    from planner.capacity.limits import CapacityAnswer, CapacityQuestion
    from planner.capacity.provisioned import ProvisionedAnswer, ProvisionedQuestion
    from planner.capacity.waiting import QueueAnswer, QueueQuestion
    from planner.conversation import ConversationAnswer, ConversationQuestion, SwitchAnswer, SwitchQuestion
    from planner.latency import LatencyAnswer, LatencyQuestion
    from planner.simulation import SimulateAnswer, SimulateQuestion


class Serving(Standing):
    """What caching saves, how long users wait, and how much an account carries."""

    __slots__ = ()

    def caching(self, question: CachingQuestion) -> CachingAnswer:
        """What caching a shared prefix saves, at which hit rate it pays, and which lifetime is the best."""
        from planner.caching import caching

        return caching(question, self.catalog, self.clock())

    def conversation(self, question: ConversationQuestion) -> ConversationAnswer:
        """What a growing chat or an agent loop costs, with prompt caching and without."""
        from planner.conversation import conversation

        return conversation(question, self.catalog, self.clock())

    def switch(self, question: SwitchQuestion) -> SwitchAnswer:
        """What changing the model in the middle of a session costs, and after how many turns it has paid."""
        from planner.conversation import switch

        return switch(question, self.catalog, self.clock())

    def latency(self, question: LatencyQuestion) -> LatencyAnswer:
        """How long a pipeline of hops takes, to the first visible token and to the end, against a budget."""
        from planner.latency import latency

        return latency(question)

    def simulate(self, question: SimulateQuestion) -> SimulateAnswer:
        """What a request, a user's month and a month may cost when the plan's inputs are uncertain."""
        from planner.simulation import simulate

        return simulate(question, self.catalog, self.clock())

    def capacity(self, question: CapacityQuestion) -> CapacityAnswer:
        """How many requests a second an account's rate limits carry, which one binds, and the head-room at a peak."""
        from planner.capacity.limits import capacity

        return capacity(question, self.catalog)

    def queue(self, question: QueueQuestion) -> QueueAnswer:
        """How long requests wait for a slot of provisioned units, and how many units keep the wait short."""
        from planner.capacity.waiting import queue

        return queue(question)

    def provisioned(self, question: ProvisionedQuestion) -> ProvisionedAnswer:
        """How many provisioned units a peak needs, and from which use they beat paying as you go."""
        from planner.capacity.provisioned import provisioned

        return provisioned(question, self.catalog, self.counter(), self.clock())

    def batch_share(self, question: BatchShareQuestion) -> BatchShareAnswer:
        """What a request costs on average when a share of the requests goes to the batch tier."""
        from planner.capacity.batch_share import batch_share

        return batch_share(question, self.catalog, self.counter(), self.clock())
