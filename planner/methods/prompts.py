"""What a prompt is in tokens, whether it fits a window, and what it costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.methods.standing import Standing

if TYPE_CHECKING:
    from collections.abc import Callable

    from planner.chunks import ChunksAnswer, ChunksQuestion
    from planner.context import FitAnswer, FitQuestion
    from planner.estimate import Estimate, EstimateQuestion
    from planner.files import Files, FilesQuestion
    from planner.packing.pack import PackQuestion
    from planner.packing.packed import PackAnswer
    from planner.pieces import PiecesAnswer, PiecesQuestion
    from planner.prompt import TokensAnswer, TokensQuestion


class Prompts(Standing):
    """What a prompt is in tokens, whether it fits a window, and what it costs."""

    __slots__ = ()

    def tokens(self, question: TokensQuestion) -> TokensAnswer:
        """How many tokens a prompt is on a model, with bounds and method."""
        from planner.prompt import tokens

        return tokens(question, self.catalog, self.counter())

    def pieces(self, question: PiecesQuestion) -> PiecesAnswer:
        """Where a text is cut into tokens, piece by piece."""
        from planner.pieces import pieces

        return pieces(question, self.catalog, self.counter())

    def count_files(self, question: FilesQuestion, progress: Callable[[int, int], None] | None = None) -> Files:
        """How many tokens each of many files and folders is on a model; `progress` is told files done and all."""
        from planner.files import count_files

        return count_files(question, self.catalog, self.counter(), self.clock(), progress)

    def fit(self, question: FitQuestion) -> FitAnswer:
        """Whether a prompt fits a model's total, input and output limits."""
        from planner.context import fit

        return fit(question, self.catalog, self.counter())

    def pack(self, question: PackQuestion) -> PackAnswer:
        """What goes into a model's window, in which order, what stays out and why, and what each part costs."""
        from planner.packing.pack import pack

        return pack(question, self.catalog, self.counter(), self.clock())

    def chunks(self, question: ChunksQuestion) -> ChunksAnswer:
        """A document in chunks that never pass a limit, and what overlap, embedding and storage cost."""
        from planner.chunks import chunks

        return chunks(question, self.catalog, self.counter(), self.clock())

    def estimate(self, question: EstimateQuestion) -> Estimate:
        """What a real prompt costs on each model, a request and a month, and whether it fits."""
        from planner.estimate import estimate

        return estimate(question, self.catalog, self.counter(), self.clock())
