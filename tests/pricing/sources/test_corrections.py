"""Hand corrections: a price set by hand carries its own evidence, and leaves what came before."""

from __future__ import annotations

from decimal import Decimal

from pricing.sources.corrections import Corrections
from pricing.sources.records import Origin, RateSet, Record

RULE = {
    "provider": "x", "models": "m", "since": "2026-05-15", "sets": [{"rates": {"input_tokens": "1"}}],
    "reason": "r", "source": "https://x.example/prices", "date": "2026-11-24",
}  # fmt: skip
FEED = Origin("feed 1", "2026-11-01")


def test_a_set_price_takes_over_on_its_day_and_names_its_evidence() -> None:
    """The feed's price holds until the day, the corrected one from then on, under its own source."""
    sets = (RateSet(rates={"input_tokens": Decimal("0.2")}, origin=FEED),)
    made = Corrections({"set_price": [RULE]}).apply(Record(provider="x", model="m", origin=FEED, sets=sets))
    assert made is not None
    before, after = made.sets
    assert (before.rates["input_tokens"], before.valid_to) == (Decimal("0.2"), "2026-05-15T00:00:00Z")
    assert (after.rates["input_tokens"], after.valid_from) == (Decimal(1), "2026-05-15T00:00:00Z")
    assert after.origin == Origin("https://x.example/prices (correction)", "2026-11-24")


def test_a_set_price_leaves_service_tiers_and_other_models() -> None:
    """Only the standard offer of the named model is set."""
    batch = RateSet(rates={"input_tokens": Decimal("0.1")}, origin=FEED, tier="batch")
    hand = Corrections({"set_price": [RULE]})
    made = hand.apply(Record(provider="x", model="m", origin=FEED, sets=(batch,)))
    assert made is not None
    assert batch in made.sets
    other = Record(provider="x", model="n", origin=FEED, sets=(batch,))
    assert hand.apply(other) == other
