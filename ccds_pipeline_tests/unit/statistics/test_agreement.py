"""Cohen's kappa against statsmodels, a published example, and tables that say nothing."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.inter_rater import cohens_kappa as statsmodels_kappa

from ccds_pipeline.statistics.agreement import cohens_kappa

FLEISS = [[106, 10, 4], [22, 28, 10], [2, 12, 6]]
"""Fleiss, Cohen & Everitt (1969), table 1, as counts of 200: two readers, three diagnoses."""


def test_the_published_table_has_kappa_and_standard_error_as_statsmodels_gives_them():
    expected = statsmodels_kappa(FLEISS)
    found = cohens_kappa(FLEISS)
    assert (found.n, found.observed) == (200, 0.7)
    assert found.kappa == pytest.approx(0.429, abs=5e-4)
    assert found.kappa == pytest.approx(expected.kappa, rel=1e-12)
    assert found.standard_error == pytest.approx(expected.std_kappa, rel=1e-12)
    assert (found.ci_low, found.ci_high) == pytest.approx((expected.kappa_low, expected.kappa_upp), rel=1e-9)


@pytest.mark.parametrize("seed", range(8))
def test_any_table_agrees_with_statsmodels(seed):
    random = np.random.default_rng(seed)
    size = 2 + seed % 4
    table = random.integers(0, 40, (size, size)) + 20 * np.eye(size, dtype=int)
    expected, found = statsmodels_kappa(table), cohens_kappa(table)
    assert found.kappa == pytest.approx(expected.kappa, rel=1e-12)
    assert found.standard_error == pytest.approx(expected.std_kappa, rel=1e-10)


def test_the_interval_does_not_pass_one():
    found = cohens_kappa([[10, 1], [0, 9]])
    assert found.ci_high == 1.0
    assert found.ci_low < found.kappa < 1


def test_readers_who_always_agree_have_kappa_one_and_no_interval():
    found = cohens_kappa([[7, 0, 0], [0, 5, 0], [0, 0, 9]])
    assert (found.observed, found.kappa, found.standard_error) == (1, 1, 0)
    assert np.isnan([found.ci_low, found.ci_high]).all()


def test_a_category_that_nobody_uses_changes_nothing():
    assert cohens_kappa([[8, 2, 0], [3, 7, 0], [0, 0, 0]]) == cohens_kappa([[8, 2], [3, 7]])


@pytest.mark.parametrize("table", [[[0, 0], [0, 0]], np.zeros((0, 0))], ids=["of nothing", "empty"])
def test_without_anything_sorted_there_is_no_agreement(table):
    found = cohens_kappa(table)
    assert found.n == 0
    assert np.isnan([found.observed, found.kappa, found.standard_error, found.ci_low, found.ci_high]).all()


def test_kappa_is_undefined_when_both_put_everything_into_one_category():
    found = cohens_kappa([[12, 0], [0, 0]])
    assert (found.n, found.observed) == (12, 1)
    assert np.isnan([found.kappa, found.standard_error, found.ci_low, found.ci_high]).all()


@pytest.mark.parametrize("table", [[[1, 2]], [1, 2], [[1, -1], [2, 3]], [[1, np.nan], [2, 3]]])
def test_a_table_that_is_no_confusion_matrix_is_refused(table):
    with pytest.raises(ValueError, match=r"confusion matrix|counts must"):
        cohens_kappa(table)
