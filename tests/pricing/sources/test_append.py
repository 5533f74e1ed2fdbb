"""A new catalog over the installed one: whose word ends a price."""

from __future__ import annotations

from pricing.sources.append import append
from pricing.sources.build import Draft

AT = "2026-11-24T12:00:00Z"


def draft(rate, source, observed):
    """A catalog of one model at one price."""
    line = {"rates": {"input_tokens": rate}, "source": source, "observed": observed}
    return Draft({"x": {"m": {"prices": [line]}}}, observed, [], {}, {}, {"x": []}, [])


def spans(old, new):
    """Price and dates of the model after one feed was read."""
    lines = append(old, new, AT, {"litellm"}).entries["x"]["m"]["prices"]
    return [(line["rates"]["input_tokens"], line.get("valid_from"), line.get("valid_to")) for line in lines]


def test_a_correction_that_has_lapsed_gives_way_to_the_feed():
    """A price set by hand is decided anew by every build: where it is gone, the feed's holds from now on."""
    by_hand = draft("1", "https://x.example/prices (correction)", "2026-11-12")
    assert spans(by_hand, draft("3", "litellm feed", "2026-11-24")) == [("1", None, AT), ("3", AT, None)]
    assert spans(by_hand, by_hand) == [("1", None, None)]


def test_a_source_that_was_not_asked_keeps_its_price_against_one_feed():
    """One feed alone does not move a price that another source stated."""
    assert spans(draft("1", "model-prices 1", "2026-10-26"), draft("3", "litellm feed", "2026-11-24")) == [
        ("1", None, None)
    ]
