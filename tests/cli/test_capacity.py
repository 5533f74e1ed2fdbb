"""Capacity on the command line: what a reader looks for on the page, and the picture."""

from __future__ import annotations

QUEUE = ("capacity", "queue", "--arrivals-per-second", "2.5", "--service-seconds", "60", "--slots-per-unit", "8")


def test_limits_stand_in_a_table_with_what_is_counted(tokenplan):
    """The page shows each limit with what a request counts, what binds, and the rule's source and notes."""
    ran = tokenplan(
        "capacity", "--counting", "anthropic", "--input-tokens", "1500", "--output-tokens", "400",
        "--requests-per-minute", "1000", "--output-tokens-per-minute", "90000", "--peak-requests-per-second", "3",
    )  # fmt: skip
    assert ran.code == 0
    assert "binds                    output_tokens_per_minute" in ran.out
    assert "output_tokens_per_minute   90,000                  400                 3.75        80 %" in ran.out
    assert "platform.claude.com" in ran.out
    assert "max_tokens does not count" in ran.out


def test_waits_are_drawn_over_units(tokenplan, tmp_path):
    """`--plot` draws the probability of waiting, the chosen units and the target."""
    path = tmp_path / "waits.svg"
    ran = tokenplan(*QUEUE, "--wait-seconds", "2", "--target-wait-probability", "0.01", "--plot", str(path))
    assert ran.code == 0
    assert all(words in path.read_text() for words in ("waits over 2 s", "23 units", "target"))


def test_too_few_units_are_an_error_with_the_fewest(tokenplan):
    """An unstable queue ends with 2 and says how many units keep up."""
    ran = tokenplan(*QUEUE, "--units", "18")
    assert (ran.code, ran.out) == (2, "")
    assert "--units: units is 18: the load of 150 busy slots is not below its 144" in ran.err
    assert "must be at least 19" in ran.err
