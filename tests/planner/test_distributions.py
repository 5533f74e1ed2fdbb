"""Laws against SciPy's distributions, and what states them."""

from __future__ import annotations

from math import inf, log, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from planner import Distribution
from planner.distributions import law
from pricing import InvalidInput

AT = np.array([0.01, 0.25, 0.5, 0.9, 0.99])
FIGURE = st.floats(0.01, 1000)
Z95 = stats.norm.ppf(0.95)


def of_percentiles(p50, p95):
    return stats.lognorm(log(p95 / p50) / Z95, scale=p50)


def of_moments(mean, sd):
    variance = log(1 + (sd / mean) ** 2)
    return stats.lognorm(variance**0.5, scale=mean * np.exp(-variance / 2))


@given(FIGURE, st.floats(1.01, 20))
def test_families_are_scipy_s(a, spread):
    """Quantiles and means of every family, from percentiles, moments and bounds."""
    sd = a * spread / 10
    cut = stats.truncnorm(-a / sd, 1, a, sd)
    for given_, reference in (
        (Distribution(p50=a, p95=a * spread), of_percentiles(a, a * spread)),
        (Distribution(kind="lognormal", mean=a, sd=sd), of_moments(a, sd)),
        (Distribution(kind="exponential", mean=a), stats.expon(scale=a)),
        (Distribution(kind="gamma", mean=a, sd=sd), stats.gamma((a / sd) ** 2, scale=sd * sd / a)),
        (Distribution(kind="normal", mean=a, sd=sd, high=a + sd), cut),
        (Distribution(low=a, high=a * spread), stats.uniform(a, a * spread - a)),
    ):
        found = law(given_)
        if hasattr(found, "beyond"):
            beyond = [found.beyond(float(value)) for value in reference.ppf(AT)]
            assert beyond == pytest.approx(1 - AT, abs=1e-9)
        assert found.quantile(AT) == pytest.approx(reference.ppf(AT), rel=1e-6)
        assert found.mean == pytest.approx(reference.mean(), rel=1e-6)


@pytest.mark.parametrize(
    "stated",
    [
        Distribution(p50=2, p95=5),
        Distribution(kind="gamma", mean=3, sd=2),
        Distribution(kind="exponential", mean=2),
        Distribution(kind="normal", mean=1, sd=2),
        Distribution(low=1, high=4),
    ],
    ids=repr,
)
def test_draws_follow_the_quantiles(stated):
    """A Kolmogorov-Smirnov test of 5,000 draws against the law's own quantiles, laid out evenly."""
    found = law(stated)
    even = found.quantile((np.arange(20_000) + 0.5) / 20_000)
    assert stats.ks_2samp(found.draw(np.random.default_rng(7), 5_000), even).pvalue > 0.001


def test_a_sample_is_drawn_as_it_is():
    """Every draw is one of a log's values, each as often; quantiles are values of the log too."""
    found = law(Distribution(samples=(3.0, 1.0, 2.0, 2.0)))
    drawn = found.draw(np.random.default_rng(1), 4_000)
    assert set(drawn) == {1.0, 2.0, 3.0}
    assert (drawn == 2.0).mean() == pytest.approx(0.5, abs=0.04)
    assert found.quantile(AT).tolist() == [1.0, 1.0, 2.0, 3.0, 3.0]


@pytest.mark.parametrize(
    ("stated", "says"),
    [
        (Distribution(), "nothing given; valid: value; p50, p95"),
        (Distribution(p50=1.0), "p50 given; valid"),
        (Distribution(p50=2.0, p95=1.0), "p50 is 2.0, p95 is 1.0; they must be above 0, and p95 not below p50"),
        (Distribution(p50=0.0, p95=1.0), "they must be above 0"),
        (Distribution(p50=1e-9, p95=1e9), "too far apart: sigma is 25.2; at most 10"),
        (Distribution(mean=1.0), "kind must be exponential"),
        (Distribution(mean=1.0, sd=1.0), "kind must be lognormal or gamma or normal"),
        (Distribution(kind="gamma", p50=1.0, p95=2.0), "kind gamma with p50, p95 given; valid: mean, sd"),
        (Distribution(kind="gamma", mean=1.0, sd=0.0), "sd is 0.0; it must be above 0"),
        (Distribution(kind="gamma", mean=1.0, sd=1e3), "at most a hundred times the mean"),
        (Distribution(kind="lognormal", mean=0.0, sd=1.0), "mean is 0.0"),
        (Distribution(kind="normal", mean=5.0, sd=1.0, high=4.0), "it must lie between low, 0.0, and high, 4.0"),
        (Distribution(low=2.0, high=1.0), "high is 1.0; it must not be below low, 2.0"),
        (Distribution(value=-1.0), "value is -1.0; it must be a number from 0 to 1e"),
        (Distribution(value=1e16), "value is 1e[+]16"),
        (Distribution(samples=(1.0, nan)), r"samples\[1\] is nan"),
        (Distribution(samples=(1.0,), p50=1.0), "p50, samples given"),
        (Distribution(samples=(1.0,) * 100_001), "100,001 samples; at most 100,000"),
        (nan, "value is nan"),
        (inf, "value is inf"),
        (-0.5, "value is -0.5"),
    ],
    ids=lambda each: str(each)[:40],
)
def test_what_states_no_law_is_named(stated, says):
    """Figures that fit no family, or several, or lie out of range, are told with where they stand."""
    with pytest.raises(InvalidInput, match=says) as error:
        law(stated, "hops", 0, "seconds")
    assert "hops.0.seconds" in str(error.value)
    assert error.value.problems[0].loc[:3] == ("hops", 0, "seconds")


FIELDS = ("value", "p50", "p95", "mean", "sd", "low", "high")
ANY = st.one_of(st.none(), st.floats(), st.floats(0, 100))


@given(
    st.builds(
        Distribution,
        kind=st.sampled_from([None, "lognormal", "gamma", "normal", "uniform"]),
        **dict.fromkeys(FIELDS, ANY),
    )
)
def test_any_figures_are_a_law_or_an_error(stated):
    """Whatever is stated: a law whose mean and quantiles are finite and in order, or a clear refusal."""
    try:
        found = law(stated)
    except InvalidInput:
        return
    quantiles = found.quantile(AT)
    assert np.isfinite([found.mean, *quantiles]).all()
    assert (np.diff(quantiles) >= 0).all()
