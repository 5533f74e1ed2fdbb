"""How much room a prompt has on a model: its limits less what the answer is promised."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pricing.errors import InvalidInput

if TYPE_CHECKING:
    from pricing.rates import Model


@dataclass(frozen=True, slots=True)
class Budget:
    """The prompt's budget, which limit set it, and what of it is used; limits that no source states are None."""

    input_tokens: int
    binding: str
    used_tokens: int
    free_tokens: int
    reserved_output_tokens: int
    reserved_reasoning_tokens: int
    context_window: int | None
    max_input_tokens: int | None
    max_output_tokens: int | None

    def filled(self, used: int) -> Budget:
        """The same with so many tokens used."""
        return replace(self, used_tokens=used, free_tokens=self.input_tokens - used)


def budgeted(model: Model, output: int, reasoning: int, own: int | None) -> Budget:
    """The smallest of the window less what is reserved, the maximum input and the user's own budget.

    Raises:
        InvalidInput: more is reserved than the model answers with or has room for; no limit is known or given.
    """
    limits, reserved = model.limits, output + reasoning
    for name in ("max_output_tokens", "context_window"):
        allowed = getattr(limits, name)
        if allowed is not None and reserved > allowed:
            raise InvalidInput(
                f"{output} tokens of output and {reasoning} of reasoning are reserved; "
                f"{name} of {model.id} is {allowed}, so they are over by {reserved - allowed}",
                loc=("reserved_output_tokens",),
                value=reserved,
            )
    window = None if limits.context_window is None else limits.context_window - reserved
    rooms = {"context_window": window, "max_input_tokens": limits.max_input_tokens, "budget_tokens": own}
    known = {name: room for name, room in rooms.items() if room is not None}
    if not known:
        raise InvalidInput(f"no limit of {model.id} is known; give budget_tokens", loc=("budget_tokens",))
    binding = min(known, key=lambda name: known[name])
    room = known[binding]
    return Budget(
        room, binding, 0, room, output, reasoning,
        limits.context_window, limits.max_input_tokens, limits.max_output_tokens,
    )  # fmt: skip
