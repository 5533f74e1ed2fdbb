"""Choosing: the frontier of configurations under constraints, and the cheapest mix of models over traffic."""
