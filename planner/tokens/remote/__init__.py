"""A provider's own count, over the network with the user's key, only where a question asks for it."""

from planner.tokens.remote.counting import Remote

__all__ = ["Remote"]
