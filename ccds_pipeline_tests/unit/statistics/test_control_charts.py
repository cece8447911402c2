"""Funnel limits against the binomial distribution itself, XmR charts against series made by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from ccds_pipeline.statistics.control_charts import MINIMUM_POINTS, mean_funnel, share_funnel, xmr_chart

STEADY = [5.0, 6, 5, 4, 5, 6, 4, 5, 6, 5, 4, 5, 5, 6, 4, 5, 5, 4, 6, 5]


def signals(values, name: str) -> list[int]:
    return np.flatnonzero(xmr_chart(values)[name]).tolist()


def test_funnel_limits_lie_between_the_counts_that_enclose_the_chance():
    funnel = share_funnel([12, 25, 60], [30, 50, 120])
    centre = 97 / 200
    assert (funnel["centre"] == centre).all()
    for size, row in zip([30, 50, 120], funnel.to_dict("records"), strict=True):
        for name, chance in (("low_998", 0.001), ("low_95", 0.025)):
            above = int(stats.binom.ppf(chance, size, centre))
            assert above - 1 <= row[name] * size <= above
        for name, chance in (("high_95", 0.025), ("high_998", 0.001)):
            below = int(stats.binom.isf(chance, size, centre))
            assert below <= row[name] * size <= below + 1


@pytest.mark.parametrize("n", [5, 10, 37, 400])
@pytest.mark.parametrize("centre", [0.02, 0.5, 0.95])
def test_a_place_is_outside_where_its_tail_is_thin_enough(n, centre):
    hits = np.arange(n + 1)
    # A place so large that the others do not move the overall share.
    funnel = share_funnel([*hits, centre * 1e12], [*np.full(n + 1, n), 1e12]).iloc[:-1]
    for name, tail in (("95", 0.025), ("998", 0.001)):
        is_thin = (stats.binom.cdf(hits, n, centre) < tail) | (stats.binom.sf(hits - 1, n, centre) < tail)
        assert funnel[f"is_outside_{name}"].tolist() == is_thin.tolist()


def test_a_funnel_limit_is_interpolated_as_published():
    """Spiegelhalter (2005), appendix: r - (P(r) - p) / (P(r) - P(r - 1)), over n."""
    funnel = share_funnel([5, 5], [10, 10])
    # Of 10 at one half, P(1) = 11/1024 and P(2) = 56/1024 enclose 0.025.
    expected = (2 - (56 / 1024 - 0.025) / (45 / 1024)) / 10
    assert funnel.loc[0, "low_95"] == pytest.approx(expected, rel=1e-12)
    assert funnel.loc[0, "high_95"] == pytest.approx(1 - expected, rel=1e-9)


def test_funnel_limits_narrow_as_places_grow_and_stay_shares():
    funnel = share_funnel([1, 10, 100, 1_000, 19_000], [1, 11, 105, 1_052, 20_000])
    width = (funnel["high_95"] - funnel["low_95"]).to_numpy()
    assert (np.diff(width) < 0).all()
    limits = funnel[["low_998", "low_95", "high_95", "high_998"]]
    assert ((limits >= 0) & (limits <= 1)).all(axis=None)
    assert (limits.diff(axis=1).iloc[:, 1:] >= 0).all(axis=None)


def test_a_place_beyond_the_limits_is_flagged():
    funnel = share_funnel([48, 90, 90, 70], [100, 100, 100, 100])
    assert funnel["is_outside_998"].tolist() == [True, True, True, False]
    assert share_funnel([60, 75, 75], [100, 100, 100])["is_outside_95"].tolist() == [True, False, False]
    assert not share_funnel([60, 75, 75], [100, 100, 100])["is_outside_998"].any()


def test_about_one_place_in_twenty_is_beyond_the_inner_limits_by_chance():
    n = np.full(4_000, 60)
    funnel = share_funnel(np.random.default_rng(1).binomial(n, 0.8), n)
    assert 0.02 < funnel["is_outside_95"].mean() < 0.06
    assert funnel["is_outside_998"].mean() < 0.005


@pytest.mark.parametrize(("hits", "value"), [([0, 0], 0), ([10, 20], 1)])
def test_when_all_places_are_alike_at_an_end_nobody_is_outside(hits, value):
    funnel = share_funnel(hits, [10, 20])
    assert (funnel["value"] == value).all()
    assert not funnel[["is_outside_95", "is_outside_998"]].any(axis=None)
    assert funnel.notna().all(axis=None)


def test_a_place_of_nobody_has_neither_value_nor_limits():
    for funnel in (share_funnel([0, 5], [0, 9]), mean_funnel([np.nan, 8], [0, 9], standard_deviation=1)):
        assert funnel.loc[0, ["value", "low_95", "high_95", "low_998", "high_998"]].isna().all()
        assert not funnel.loc[0, ["is_outside_95", "is_outside_998"]].any()
        assert funnel.loc[1].notna().all()
    assert share_funnel([0], [0]).loc[0, ["value", "centre", "low_95"]].isna().all()


def test_limits_of_means_are_normal_around_the_mean_of_all_answers():
    funnel = mean_funnel([8.2, 6.5, 9], [100, 25, 400], standard_deviation=2)
    centre = (820 + 162.5 + 3600) / 525
    assert (funnel["centre"] == centre).all()
    expected = stats.norm.interval(0.998, loc=centre, scale=2 / np.sqrt([100, 25, 400]))
    np.testing.assert_allclose(funnel[["low_998", "high_998"]].to_numpy().T, expected, rtol=1e-12)
    assert funnel["is_outside_95"].tolist() == [True, True, True]
    assert funnel["is_outside_998"].tolist() == [False, True, False]


def test_xmr_limits_are_2_66_mean_moving_ranges_from_the_mean():
    chart = xmr_chart(STEADY)
    ranges = np.abs(np.diff(STEADY))
    assert chart["mean"].unique().tolist() == [np.mean(STEADY)]
    assert chart["low"].unique() == pytest.approx([np.mean(STEADY) - 2.66 * ranges.mean()])
    assert chart["high"].unique() == pytest.approx([np.mean(STEADY) + 2.66 * ranges.mean()])
    assert not chart[["is_outside", "is_shift", "is_trend", "is_near_limit"]].any(axis=None)


def test_a_moving_range_out_of_the_ordinary_is_left_out_of_the_limits():
    spiked = [*STEADY[:10], 25.0, *STEADY[10:]]
    ranges = np.abs(np.diff(spiked))
    usual = ranges[ranges <= 3.267 * ranges.mean()]
    assert len(usual) == len(ranges) - 2
    chart = xmr_chart(spiked)
    assert chart["high"].iloc[0] == pytest.approx(np.mean(spiked) + 2.66 * usual.mean())
    assert np.flatnonzero(chart["is_outside"]).tolist() == [10]


@pytest.mark.parametrize("direction", [1, -1])
def test_seven_points_on_one_side_of_the_mean_are_a_shift_and_six_are_none(direction):
    swings = [1.0, -1.0] * 8
    run = [0.5, 0.6, 0.5, 0.6, 0.5, 0.6, 0.5]
    series = direction * np.array([*swings, *run, *(-np.array(run)), *swings])
    found = signals(series, "is_shift")
    # The last swing before the run is below the mean, the first after it above: the second run is of 7.
    assert found == list(range(16, 30))
    broken = series.copy()
    broken[[18, 27]] *= -1
    assert signals(broken, "is_shift") == []


@pytest.mark.parametrize("direction", [1, -1])
def test_seven_points_that_rise_or_fall_are_a_trend_and_six_are_none(direction):
    swings = [0.0, 3, 0, 3, 0, 3, 0, 3]
    rising = [-1.0, 0, 1, 2, 3, 4, 5]
    assert signals(direction * np.array([*swings, *rising, 0, 3]), "is_trend") == list(range(8, 15))
    assert signals(direction * np.array([*swings, *rising[1:], 0, 3, 0]), "is_trend") == []
    level = [-1.0, 0, 1, 2, 2, 3, 4, 5]
    assert signals(direction * np.array([*swings, *level, 0, 3]), "is_trend") == []


@pytest.mark.parametrize("direction", [1, -1])
def test_two_of_three_points_near_a_limit_are_a_signal(direction):
    near, far = 3.6, 0.2  # limits lie at about 4.4 to either side of about 0
    calm = [0.3, -0.3, 1.3, -1.3] * 8
    pair = direction * np.array([*calm, far, near, near, *calm])
    assert signals(pair, "is_near_limit") == [33, 34]
    apart = direction * np.array([*calm, near, far, near, *calm])
    assert signals(apart, "is_near_limit") == [32, 34]
    crossed = direction * np.array([*calm, near, -far, near, *calm])
    assert signals(crossed, "is_near_limit") == []


def test_months_without_a_value_have_no_signal_and_do_not_break_a_run():
    gaps = [np.nan if number % 5 == 0 else value for number, value in enumerate(STEADY)]
    chart = xmr_chart(gaps)
    assert chart["value"].isna().sum() == 4
    assert chart["mean"].iloc[0] == pytest.approx(np.nanmean(gaps))
    series = [1.0, -1.0] * 8 + [0.5, 0.6, np.nan, 0.5, 0.6, 0.5, 0.6, 0.5] + [-1.0, 1.0, -1.4] * 3
    found = signals(series, "is_shift")
    assert found == [16, 17, 19, 20, 21, 22, 23]


@pytest.mark.parametrize("n", [0, 1, MINIMUM_POINTS - 1])
def test_a_short_series_has_no_limits_and_no_signals(n):
    chart = xmr_chart([*np.arange(n, dtype=float), np.nan, np.nan])
    assert len(chart) == n + 2
    assert chart[["mean", "low", "high"]].isna().all(axis=None)
    assert not chart[["is_outside", "is_shift", "is_trend", "is_near_limit"]].any(axis=None)
    assert xmr_chart(np.arange(MINIMUM_POINTS, dtype=float))["mean"].notna().all()


def test_a_series_that_never_moves_has_no_signal():
    chart = xmr_chart([4.0] * 20)
    assert (chart[["mean", "low", "high"]] == 4).all(axis=None)
    assert not chart[["is_outside", "is_shift", "is_trend", "is_near_limit"]].any(axis=None)
