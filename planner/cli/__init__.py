"""The command line: a thin, explicit adapter from arguments to questions and from answers to text. No arithmetic."""

from planner.cli.app import run

__all__ = ["run"]
