"""Hand corrections: a price set by hand carries its own evidence, and leaves what came before."""

from __future__ import annotations

from decimal import Decimal

from pricing.sources.corrections import Corrections
from pricing.sources.records import Origin, RateSet, Record

RULE = {
    "provider": "x", "models": "m", "since": "2026-05-15", "was": [{"input_tokens": "0.2"}],
    "sets": [{"rates": {"input_tokens": "1"}}],
    "reason": "r", "source": "https://x.example/prices", "date": "2026-11-24",
}  # fmt: skip
FEED = Origin("feed 1", "2026-11-01")


def record(*sets, **facts):
    """What the feed says of model m of provider x."""
    return Record(**{"provider": "x", "model": "m", "origin": FEED, "sets": sets, **facts})


def priced(text, **conditions):
    """A rate set of the feed with an input price."""
    return RateSet(rates={"input_tokens": Decimal(text)}, origin=FEED, **conditions)


def test_a_set_price_takes_over_on_its_day_and_names_its_evidence() -> None:
    """The feed's price holds until the day, the corrected one from then on, under its own source."""
    made = Corrections({"set_price": [RULE]}).apply(record(priced("0.2")))
    assert made is not None
    before, after = made.sets
    assert (before.rates["input_tokens"], before.valid_to) == (Decimal("0.2"), "2026-05-15T00:00:00Z")
    assert (after.rates["input_tokens"], after.valid_from) == (Decimal(1), "2026-05-15T00:00:00Z")
    assert after.origin == Origin("https://x.example/prices (correction)", "2026-11-24")


def test_a_set_price_leaves_service_tiers_and_other_models() -> None:
    """Only the standard offer of the named model is set."""
    batch = priced("0.1", tier="batch")
    hand = Corrections({"set_price": [RULE]})
    made = hand.apply(record(priced("0.2"), batch))
    assert made is not None
    assert batch in made.sets
    other = record(priced("0.2"), batch, model="n")
    assert hand.apply(other) == other


def test_a_correction_lapses_where_the_feed_has_moved() -> None:
    """A source that no longer says the wrong figure is left alone; once none says it, the correction is reported."""
    hand = Corrections({"set_price": [RULE]})
    wrong, moved = record(priced("0.2")), record(priced("0.3"))
    assert hand.apply(moved) == moved
    assert hand.lapsed([wrong, moved]) == []
    assert hand.lapsed([moved]) == ["x/m: r"]
    assert hand.lapsed([record(model="n")]) == []  # nobody lists the model: nothing can be said


def test_a_wrong_figure_counts_only_where_it_holds_today() -> None:
    """An old or a future price, another tier's and a long prompt's are not the figure that was found wrong."""
    hand = Corrections({"set_price": [RULE]})
    for conditions in (
        {"valid_to": "2026-10-01T00:00:00Z"}, {"valid_from": "2026-12-01T00:00:00Z"}, {"tier": "batch"},
        {"above": 200_000},
    ):  # fmt: skip
        one = record(priced("0.2", **conditions))
        assert hand.apply(one) == one


def test_a_correction_names_its_tier_and_regions() -> None:
    """Only the offers in the named regions that have the wrong figure are set."""
    rule = {**RULE, "tier": "batch", "regions": ["eu", "us"]}
    usual, here, there = (
        priced("0.2"),
        priced("0.2", tier="batch", region="eu"),
        priced("0.3", tier="batch", region="us"),
    )
    made = Corrections({"set_price": [rule]}).apply(record(usual, here, there))
    assert made is not None
    assert usual in made.sets
    assert there in made.sets
    assert [one.region for one in made.sets if one.rates["input_tokens"] == 1] == ["eu"]


def test_what_ended_is_history_whatever_the_feed_says() -> None:
    """A correction with an end holds up to it; the feed's own price holds from then on."""
    rule = {**RULE, "until": "2026-08-01"}
    made = Corrections({"set_price": [rule]}).apply(record(priced("0.7")))
    assert made is not None
    told = sorted((one.valid_from or "", str(one.rates["input_tokens"])) for one in made.sets)
    assert told == [("", "0.7"), ("2026-05-15T00:00:00Z", "1"), ("2026-08-01T00:00:00Z", "0.7")]
    assert Corrections({"set_price": [rule]}).lapsed([record(priced("0.9"))]) == []


def test_an_alias_that_means_another_model_is_dropped() -> None:
    """The named aliases are gone, the others stay."""
    rule = {"provider": "x", "aliases": "old-.*", "reason": "r", "source": "s", "date": "2026-11-25"}
    made = Corrections({"drop_alias": [rule]}).apply(record(priced("1"), aliases=("old-1", "m-latest")))
    assert made is not None
    assert made.aliases == ("m-latest",)
