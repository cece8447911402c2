"""Every reading of a change: known answers from SciPy on the pairs themselves, and every hard case."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from ccds_pipeline.statistics.bootstrap import METHOD
from ccds_pipeline_tests.support.pair_counts import WHOLE, change_rows, count_tables, readings_of

RANDOM = np.random.default_rng(12)
BEFORE = np.clip(RANDOM.normal(5, 3, 400).round(), 0, 10)
AFTER = np.clip(BEFORE + RANDOM.normal(1.2, 1.5, 400).round(), 0, 10)
PAIRS = list(zip(BEFORE, AFTER, strict=True))
GAINS = AFTER - BEFORE

NORMAL: Any = "asymptotic"  # the stubs know its former name only

RESAMPLED = ["E1", "E2", "E3", "E4", "d_z", "E1_first_tier", "E1_clustered"]
SHARES = ["E6_improved", "E6_same", "E6_worse", "zero_before", "ceiling_before"]
MEANS = ["mean_before", "mean_after", "difference"]
RANKED = ["hodges_lehmann", "wilcoxon_p", "paired_t_p"]
INTERVAL = ["ci_low", "ci_high", "ci_method"]
OF_SESSIONS = ["icc", "design_effect"]
PAIRED = [*RESAMPLED, *SHARES, *MEANS, *RANKED]


@pytest.fixture(scope="module")
def readings() -> Any:
    return readings_of(PAIRS)


def test_every_reading_is_there_once(readings):
    assert sorted(readings.index) == sorted([*PAIRED, *OF_SESSIONS, "E5"])
    assert readings["is_headline"].to_dict() == {name: name == "E1" for name in readings.index}


def test_values_are_those_of_the_pairs(readings):
    positive = BEFORE > 0
    expected = {
        "E1": AFTER.mean() / BEFORE.mean() - 1,
        "E2": (GAINS[positive] / BEFORE[positive]).mean(),
        "E3": GAINS.mean() / 10,
        "E4": (AFTER >= 7).mean() - (BEFORE >= 7).mean(),
        "E5": AFTER.mean() / BEFORE.mean() - 1,
        "E1_first_tier": AFTER.mean() / BEFORE.mean() - 1,
        "E1_clustered": AFTER.mean() / BEFORE.mean() - 1,
        "E6_improved": (GAINS > 0).mean(),
        "E6_same": (GAINS == 0).mean(),
        "E6_worse": (GAINS < 0).mean(),
        "zero_before": (BEFORE == 0).mean(),
        "ceiling_before": (BEFORE == 10).mean(),
        "mean_before": BEFORE.mean(),
        "mean_after": AFTER.mean(),
        "difference": GAINS.mean(),
        "d_z": GAINS.mean() / GAINS.std(ddof=1),
        "paired_t_p": stats.ttest_rel(AFTER, BEFORE).pvalue,
        "wilcoxon_p": stats.wilcoxon(GAINS, correction=False, method=NORMAL).pvalue,
    }
    assert readings["value"].drop(["hodges_lehmann", *OF_SESSIONS]).to_dict() == pytest.approx(
        expected, rel=1e-10
    )
    assert (readings["status"].drop(OF_SESSIONS) == "measured").all()


def test_p_values_hold_where_the_change_is_slight():
    after = BEFORE + np.tile([1, 0, 0, 1, 0, -1, 0, 0, -1, 0, 1, 0, 0, 0, 0, -1, 0, 0, 0, 1], 20)
    readings = readings_of(list(zip(BEFORE, after, strict=True)))
    expected = stats.ttest_rel(after, BEFORE).pvalue
    assert readings.loc["paired_t_p", "value"] == pytest.approx(expected, rel=1e-9)
    assert 0.001 < expected < 0.5


def test_every_value_stands_with_what_it_is_of(readings):
    assert (readings["denominator"].drop(["E2", "E5"]) == 400).all()
    assert readings.loc["E2", "denominator"] == (BEFORE > 0).sum() < 400
    assert readings.loc["zero_before", "numerator"] == (BEFORE == 0).sum()
    assert readings.loc["E5", "denominator"] == 800
    assert readings.loc["E4", "numerator"] == (AFTER >= 7).sum() - (BEFORE >= 7).sum()
    assert (readings["people_n"] <= readings["denominator"]).all()
    assert (readings[["eligible_n", "blank_n", "not_applicable_n"]].drop("E5") == [400, 0, 0]).all(axis=None)


def test_units_and_methods_of_intervals(readings):
    units = readings["unit"].to_dict()
    assert {units[name] for name in ("E1", "E2", "E5", "E1_first_tier", "E1_clustered")} == {
        "relative_change"
    }
    assert {units[name] for name in SHARES} == {"share"}
    assert {units[name] for name in (*MEANS, "hodges_lehmann")} == {"score"}
    assert (units["E3"], units["E4"], units["d_z"]) == (
        "share_of_range", "share_change", "standard_deviations",
    )  # fmt: skip
    assert units["paired_t_p"] == units["wilcoxon_p"] == "p_value"
    methods = readings["ci_method"].to_dict()
    assert {methods[name] for name in ("E1", "E2", "E3", "E4", "E5", "d_z", "E1_first_tier")} == {METHOD}
    assert methods["E1_clustered"] == f"{METHOD} of sessions"
    assert methods["hodges_lehmann"] == "signed rank"
    assert readings.loc[["paired_t_p", "wilcoxon_p"], INTERVAL].isna().all(axis=None)


def test_means_have_t_intervals_and_shares_wilsons(readings):
    for name, scores in (("mean_before", BEFORE), ("mean_after", AFTER), ("difference", GAINS)):
        expected = stats.t.interval(0.95, 399, loc=scores.mean(), scale=stats.sem(scores))
        assert tuple(readings.loc[name, ["ci_low", "ci_high"]]) == pytest.approx(expected, rel=1e-10)
    expected = proportion_confint((GAINS > 0).sum(), 400, method="wilson")
    assert tuple(readings.loc["E6_improved", ["ci_low", "ci_high"]]) == pytest.approx(expected, rel=1e-10)


def test_e1_and_e3_share_their_draws(readings):
    """E3 is E1 times the mean before over the range, so their ends lie at the same places."""
    again = readings_of(PAIRS)
    pd.testing.assert_frame_equal(readings, again, check_exact=True)
    width = readings["ci_high"] - readings["ci_low"]
    assert width["E3"] == pytest.approx(width["E1"] * BEFORE.mean() / 10, rel=0.25)


def test_first_tier_is_e1_of_the_pairs_that_the_reference_linked():
    is_first = [number % 3 > 0 for number in range(400)]
    readings = readings_of(PAIRS, first_tier=is_first)
    linked = [pair for pair, first in zip(PAIRS, is_first, strict=True) if first]
    expected = readings_of(linked).loc["E1"]
    columns = ["value", "denominator", "ci_low", "ci_high", "status", "people_n"]
    assert readings.loc["E1_first_tier", columns].tolist() == expected[columns].tolist()
    assert not readings.loc["E1_first_tier", "is_headline"]


def test_first_tier_of_too_few_pairs_is_said_to_be_so():
    readings = readings_of(PAIRS, first_tier=[number < 29 for number in range(400)])
    assert readings.loc["E1", "status"] == "measured"
    assert readings.loc["E1_first_tier", "status"] == "too_few_pairs"
    assert readings_of(PAIRS, first_tier=[False] * 400).loc["E1_first_tier", "status"] == "no_answers"


def test_people_of_fewer_pairs_are_at_least_so_many():
    """40 pairs of 25 people; of the 30 that began above 0, at least 15 people can be sure to be left."""
    pairs = [(0.0, 3.0)] * 10 + [(4.0, 6.0)] * 20 + [(5.0, 5.0)] * 10
    rows = change_rows(count_tables({WHOLE: pairs}, people={WHOLE: 25})).droplevel([1, 2])
    assert rows.loc["E1", "people_n"] == 25
    assert (rows.loc["E2", "people_n"], rows.loc["E2", "denominator"]) == (15, 30)


def test_sessions_of_like_people_widen_the_interval_as_the_bootstrap_of_whole_sessions_does():
    pairs = [pair for pair in PAIRS[:60] for _ in range(5)]
    rows = change_rows(count_tables({WHOLE: pairs}, in_session=5)).droplevel([1, 2])
    width, plain = rows["ci_high"] - rows["ci_low"], readings_of(pairs).loc["E1"]
    assert width["E1_clustered"] > 1.8 * (plain["ci_high"] - plain["ci_low"])
    assert width["E1"] == pytest.approx(width["E1_clustered"], rel=0.1)


def test_few_sessions_are_not_resampled():
    tables = count_tables({WHOLE: PAIRS[:116]}, in_session=4)
    row = change_rows(tables).loc["E1_clustered"].iloc[0]
    assert (row["status"], row["value"] is not None, pd.isna(row["ci_low"])) == ("measured", True, True)
    tables = count_tables({WHOLE: PAIRS[:120]}, in_session=4)
    assert change_rows(tables).loc["E1_clustered", "ci_low"].notna().all()


def test_some_readings_are_of_the_whole_alone():
    """Of p-values for two hundred parts ten would pass 0.05 by chance."""
    parts = {WHOLE: PAIRS, ("region", "Y60"): PAIRS[:200], ("region", "Y61"): PAIRS[200:]}
    rows = change_rows(count_tables(parts)).groupby("estimand").size()
    of_the_whole = ["E1_clustered", "paired_t_p", "wilcoxon_p", *OF_SESSIONS]
    assert (rows[of_the_whole] == 1).all()
    assert (rows.drop(of_the_whole) == 3).all()


def test_a_part_is_measured_as_if_it_stood_alone():
    parts = {WHOLE: PAIRS, ("region", "Y60"): PAIRS[:150], ("region", "Y61"): PAIRS[150:]}
    rows = change_rows(count_tables(parts)).xs(("region", "Y60"), level=["breakdown", "level"])
    alone = readings_of(PAIRS[:150]).drop(["E1_clustered", "paired_t_p", "wilcoxon_p", *OF_SESSIONS])
    columns = ["value", "numerator", "denominator", "ci_low", "ci_high"]
    np.testing.assert_allclose(
        rows.loc[alone.index, columns].to_numpy(dtype=float), alone[columns].to_numpy(dtype=float), rtol=1e-12
    )


@pytest.mark.parametrize(
    ("pairs", "undefined"),
    [
        pytest.param([(4, 6)] * 40, {"d_z", "paired_t_p"}, id="zero variance"),
        pytest.param([(4, 4)] * 40, {"d_z", "paired_t_p", "wilcoxon_p"}, id="identical answers"),
        pytest.param(
            [(0, 4), (0, 6)] * 20, {"E1", "E5", "E1_first_tier", "E1_clustered"}, id="zero before everywhere"
        ),
        pytest.param([(10, 9), (10, 10)] * 20, set(), id="everybody at the maximum before"),
    ],
)
def test_what_a_formula_does_not_define_is_said_to_be_undefined(pairs, undefined):
    readings = readings_of(pairs).drop(OF_SESSIONS)
    is_undefined = readings["status"] == "undefined"
    assert set(readings.index[is_undefined]) == undefined
    assert (readings["value"].isna() == (readings["status"] != "measured")).all()
    assert readings.loc[is_undefined, INTERVAL].isna().all(axis=None)


def test_e2_of_nobody_above_zero_has_no_answers():
    readings = readings_of([(0, 4), (0, 6)] * 20)
    assert (readings.loc["E2", "status"], readings.loc["E2", "denominator"]) == ("no_answers", 0)
    assert readings.loc["E2", "people_n"] == 0
    assert readings.loc["zero_before", "value"] == 1


def test_everybody_at_the_maximum_before_can_only_stay_or_fall():
    readings = readings_of([(10, 9), (10, 10)] * 20)
    assert readings.loc[["ceiling_before", "E6_improved", "E6_worse"], "value"].tolist() == [1, 0, 0.5]
    assert readings.loc["E1", "value"] == -0.05
    assert pd.isna(readings.loc["mean_before", "ci_low"])


def test_like_changes_have_values_but_no_intervals():
    readings = readings_of([(4, 6)] * 40)
    assert readings.loc[["E1", "E2", "difference", "hodges_lehmann"], "value"].tolist() == [0.5, 0.5, 2, 2]
    without = [*RESAMPLED, *MEANS, "hodges_lehmann"]
    assert readings.loc[without, INTERVAL].isna().all(axis=None)


def test_a_value_that_is_no_ratio_of_counts_or_sums_has_no_numerator(readings):
    measured = readings[readings["numerator"].notna()]
    assert {"E2", "E4", "difference", "E6_improved"} <= set(measured.index)
    assert measured["value"].tolist() == (measured["numerator"] / measured["denominator"]).tolist()


SESSIONS_APART = [(5.0, 5.0 + gain) for gain in (0, 3, 1, 4, 0, 2) for _ in range(10)] + [(4.0, 6.0)] * 4


def test_intervals_are_wider_where_sessions_differ():
    """Six sessions of ten who gained alike, and four others: as sure as of seven people, not of 64."""
    plain = readings_of(SESSIONS_APART)
    apart = change_rows(count_tables({WHOLE: SESSIONS_APART}, in_session=10)).droplevel([1, 2])
    assert (
        plain["value"]
        .drop([*OF_SESSIONS, "paired_t_p"])
        .equals(apart["value"].drop([*OF_SESSIONS, "paired_t_p"]))
    )
    effect = apart.loc["design_effect", "value"]
    assert apart.loc["icc", "value"] == pytest.approx(1, abs=0.01)
    assert effect == pytest.approx(1 + (616 / 64 - 1) * apart.loc["icc", "value"])
    t = stats.t.ppf(0.975, 6)
    reach = (apart["ci_high"] - apart["ci_low"]) / (plain["ci_high"] - plain["ci_low"])
    assert reach["difference"] == pytest.approx(np.sqrt(effect) * t / stats.t.ppf(0.975, 63))
    assert reach["E1"] == pytest.approx(np.sqrt(effect) * t / stats.norm.ppf(0.975))
    assert apart.loc["E1", "ci_method"] == f"{METHOD} by session"
    gains = np.array([after - before for before, after in SESSIONS_APART])
    expected = 2 * stats.t.sf(gains.mean() / (stats.sem(gains) * np.sqrt(effect)), 6)
    assert apart.loc["paired_t_p", "value"] == pytest.approx(expected)


def test_a_part_of_one_session_is_of_its_people_alone():
    parts = {WHOLE: SESSIONS_APART, ("session", "s1"): [(5.0, 8.0), (5.0, 7.0)] * 20}
    rows = change_rows(count_tables(parts, in_session=40)).xs("session", level="breakdown")
    assert set(rows.loc[["E1", "difference", "E6_improved"], "ci_method"]) == {METHOD, "t", "wilson"}


@pytest.mark.parametrize("n", [1, 2, 29])
def test_few_pairs_keep_their_values_without_resampled_intervals(n):
    readings = readings_of(PAIRS[:n])
    assert (readings.loc[PAIRED, "status"] == "too_few_pairs").all()
    assert readings.loc[[*RESAMPLED, "E5"], INTERVAL].isna().all(axis=None)
    assert readings.loc["E1", "value"] == pytest.approx(AFTER[:n].mean() / BEFORE[:n].mean() - 1)
    assert readings.loc[SHARES, "ci_low"].notna().all()
    assert (readings.loc[MEANS, "ci_low"].notna() == (n > 1)).all()


def test_one_pair_has_a_change_but_no_spread():
    readings = readings_of([(4, 6)])
    assert readings.loc[["E1", "E3", "difference", "hodges_lehmann", "wilcoxon_p"], "value"].tolist() == [
        0.5, 0.2, 2, 2, 1,
    ]  # fmt: skip
    assert readings.loc[["d_z", "paired_t_p"], "value"].isna().all()


def test_without_any_pair_nothing_is_measured_and_every_row_is_there():
    readings = readings_of([])
    assert sorted(readings.index) == sorted([*PAIRED, *OF_SESSIONS, "E5"])
    assert (readings["status"] == "no_answers").all()
    assert readings[["value", "ci_low", "ci_high", "ci_method"]].isna().all(axis=None)
    assert (readings["denominator"] == 0).all()


def test_thirty_pairs_are_measured():
    readings = readings_of(PAIRS[:30])
    assert (readings.loc[["E1", "E3", "E4", "d_z"], "status"] == "measured").all()
    assert readings.loc[["E1", "E3", "d_z"], "ci_low"].notna().all()
