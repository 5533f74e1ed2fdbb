"""Readers that turn each provider's own usage payload into disjoint buckets.

`shapes` holds one table a provider, `paths` walks a payload, `buckets` takes the parts out of the totals.
"""

from pricing.payloads.reader import SHAPES, Reading, read_usage

__all__ = ["SHAPES", "Reading", "read_usage"]
