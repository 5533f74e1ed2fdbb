"""The models that an estimate takes when none is named: on the command line, and first on the page."""

from __future__ import annotations

from typing import Final

MODELS: Final = (
    "gpt-6.1-sol",
    "gpt-6.1-terra",
    "gpt-6-luna",
    "claude-opus-5-5",
    "claude-sonnet-5-5",
    "claude-haiku-5-5",
    "gemini-3.1-pro-preview",
    "gemini-3.8-flash",
    "gemini-3.5-flash-lite",
    "mistral-large-4",
    "mistral-small-2603",
    "deepseek-v4-pro",
    "grok-4.7",
    "qwen3.8-max",
)
"""Current models of seven makers, by names that the catalog resolves without a provider."""
