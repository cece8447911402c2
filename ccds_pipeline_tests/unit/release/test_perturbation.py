"""The noise of counts: its distribution, and who decides it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ccds_pipeline.release.perturbation import REACH, VARIANCE, mixed, noise_table, perturbed

NOISES = np.arange(-REACH, REACH + 1)
KEYS = pd.Series(np.random.default_rng(4).integers(0, 2**32, 100_000), dtype="UInt64")


def test_noise_moves_counts_neither_up_nor_down():
    np.testing.assert_allclose(noise_table() @ NOISES, 0, atol=1e-9)
    np.testing.assert_allclose(noise_table().sum(axis=1), 1)


def test_noise_has_the_same_spread_for_every_count_that_leaves_room_for_it():
    spread = noise_table() @ NOISES**2
    np.testing.assert_allclose(spread[3:], VARIANCE)
    assert (spread[1:3] >= VARIANCE).all()


def test_no_count_becomes_negative_or_one_or_two():
    for count, row in enumerate(noise_table()):
        results = count + NOISES[row > 0]
        assert set(results) <= {0, *range(3, 2 * count + REACH + 1)}, count


@pytest.mark.parametrize("count", [1, 2, 5, 9, 300])
def test_keys_draw_noise_as_the_table_says(count):
    noise = perturbed(pd.Series(float(count), KEYS.index), KEYS) - count
    drawn = (noise.to_numpy()[:, np.newaxis] == NOISES).mean(axis=0)
    np.testing.assert_allclose(drawn, noise_table()[min(count, 2 * REACH - 1)], atol=0.01)


def test_nobody_and_what_is_missing_stay():
    counts = pd.Series([0.0, np.nan, 40.0])
    answer = perturbed(counts, pd.Series([7, 7, pd.NA], dtype="UInt64"))
    assert answer.isna().tolist() == [False, True, True]
    assert answer[0] == 0


def test_other_counts_of_the_same_people_have_noise_of_their_own():
    counts = pd.Series(40.0, KEYS.index)
    noises = [perturbed(counts, keys) - 40 for keys in (KEYS, mixed(KEYS, "blank_n"), mixed(KEYS, "again"))]
    assert np.abs(np.corrcoef(noises) - np.eye(3)).max() < 0.02


def test_keys_that_lie_close_together_draw_different_noise():
    keys = pd.Series(np.arange(100_000), dtype="UInt64")
    noise = perturbed(pd.Series(40.0, keys.index), keys) - 40
    assert abs(np.corrcoef(noise[1:], noise[:-1])[0, 1]) < 0.02
