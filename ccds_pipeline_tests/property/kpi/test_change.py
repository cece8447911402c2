"""Readings of a change depend on the pairs alone, and are those of the pairs one by one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from ccds_pipeline_tests.support.pair_counts import WHOLE, change_rows, count_tables, readings_of

NORMAL: Any = "asymptotic"  # the stubs know its former name only

score = st.integers(0, 10)
pairs = st.lists(st.tuples(score, score), max_size=60)
few_scores = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), max_size=40)


@pytest.mark.slow
@settings(max_examples=10, deadline=None)
@given(given_pairs=pairs, seed=st.integers(0, 2**32 - 1))
def test_permuting_and_splitting_counts_changes_nothing(given_pairs, seed):
    random = np.random.default_rng(seed)
    tables = count_tables({WHOLE: given_pairs})
    counts = tables["pair_count"]
    first = random.integers(0, counts["pairs_n"].to_numpy() + 1)
    pieces = pd.concat([counts.assign(pairs_n=first), counts.assign(pairs_n=counts["pairs_n"] - first)])
    others = {name: frame.sample(frac=1, random_state=seed) for name, frame in tables.items()}
    mixed = others | {"pair_count": pieces.sample(frac=1, random_state=seed)}
    pd.testing.assert_frame_equal(change_rows(tables), change_rows(mixed), check_exact=True)


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(given_pairs=st.one_of(pairs, few_scores))
def test_readings_are_those_of_the_pairs_one_by_one(given_pairs):
    readings = readings_of(given_pairs)
    n = len(given_pairs)
    before, after = np.array(given_pairs, dtype=float).reshape(n, 2).T
    gains, changed = after - before, np.count_nonzero(after - before)
    values = readings["value"].to_dict()
    assert (readings["denominator"].drop(["E2", "E5"]) == n).all()
    if n:
        i, j = np.triu_indices(n)
        assert values["hodges_lehmann"] == np.median((gains[i] + gains[j]) / 2)
        assert values["E3"] == pytest.approx(gains.mean() / 10, abs=1e-12)
        assert sum(values[f"E6_{kind}"] for kind in ("improved", "same", "worse")) == pytest.approx(1)
    if n > 1 and np.ptp(gains) > 0:
        assert values["d_z"] == pytest.approx(gains.mean() / gains.std(ddof=1), abs=1e-9)
        assert values["paired_t_p"] == pytest.approx(stats.ttest_rel(after, before).pvalue, rel=1e-7)
    if changed > 50:
        expected = stats.wilcoxon(gains, correction=False, method=NORMAL).pvalue
        assert values["wilcoxon_p"] == pytest.approx(expected, rel=1e-9)
    if 0 < changed <= 10:
        expected = stats.wilcoxon(gains[gains != 0], method="auto").pvalue
        assert values["wilcoxon_p"] == pytest.approx(expected, rel=1e-9)


@pytest.mark.slow
@settings(max_examples=15, deadline=None)
@given(given_pairs=st.one_of(pairs, few_scores))
def test_readings_keep_their_promises_whatever_was_answered(given_pairs):
    readings = readings_of(given_pairs)
    has_value = readings["value"].notna()
    assert (has_value == (readings["status"] == "measured"))[readings["status"] != "too_few_pairs"].all()
    assert ((readings["denominator"] == 0) == (readings["status"] == "no_answers")).all()
    assert readings.loc[readings["unit"] == "p_value", "value"].dropna().between(0, 1).all()
    assert (readings["people_n"] <= readings["denominator"]).all()
    intervals = readings[readings["ci_low"].notna()]
    assert (intervals["ci_low"] <= intervals["ci_high"]).all()
    assert intervals["value"].notna().all()
    shift = readings.loc["hodges_lehmann"]
    assert pd.isna(shift["ci_low"]) or shift["ci_low"] <= shift["value"] <= shift["ci_high"]


@pytest.mark.slow
@settings(max_examples=10, deadline=None)
@given(given_pairs=pairs)
def test_swapping_the_waves_turns_the_differences_round(given_pairs):
    there = readings_of(given_pairs)
    back = readings_of([(after, before) for before, after in given_pairs])
    for name in ("difference", "E3", "E4", "d_z", "hodges_lehmann"):
        assert back.loc[name, "value"] == pytest.approx(-there.loc[name, "value"], abs=1e-12, nan_ok=True)
    for name, other in (("E6_improved", "E6_worse"), ("E6_same", "E6_same"), ("wilcoxon_p", "wilcoxon_p")):
        assert back.loc[name, "value"] == pytest.approx(there.loc[other, "value"], nan_ok=True)
    ends = tuple(-back.loc["hodges_lehmann", ["ci_high", "ci_low"]])
    assert ends == pytest.approx(tuple(there.loc["hodges_lehmann", ["ci_low", "ci_high"]]), nan_ok=True)
