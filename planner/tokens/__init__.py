"""Counting tokens offline: encodings shipped in the package, a registry of methods by model, and honest bounds."""

from planner.tokens.count import Count, Part
from planner.tokens.counter import Counter
from planner.tokens.registry import Method, Registry

__all__ = ["Count", "Counter", "Method", "Part", "Registry"]
