"""Reliability: what failures, retries, repairs, guardrails and human review cost, and what they are worth."""
