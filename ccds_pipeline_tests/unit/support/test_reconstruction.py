"""The attacker's linear programs on systems whose answer is known by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

from ccds_pipeline_tests.support.reconstruction.nesting import nesting_of
from ccds_pipeline_tests.support.reconstruction.programs import Finding, System, UnsolvedError, findings

INFINITY = np.inf


def system(exact: list[float], low: list[float], high: list[float], *relations: list[float]) -> System:
    """Return a system whose relations sum up to 0."""
    rows = csr_array(np.array(relations, dtype=float).reshape(len(relations), len(exact)))
    zeros = np.zeros(len(relations))
    return System(np.array(exact, dtype=float), np.array(low), np.array(high), rows, zeros, zeros)


def test_a_lone_withheld_part_is_found_between_exact_totals():
    sums = system([3, 40, 43], [1, 40, 43], [INFINITY, 40, 43], [1, 1, -1])
    assert findings(sums, np.array([0])) == [Finding(0, 3, 3)]


def test_rounding_leaves_the_same_part_wide_enough():
    sums = system([3, 40, 43], [1, 38, 43], [INFINITY, 42, 47], [1, 1, -1])
    assert findings(sums, np.array([0])) == []


def test_two_sums_together_find_what_neither_finds_alone():
    # 0 + 1 = 4 and 1 + 2 = 8, with 2 known to be 6: so 1 is 2, and 0 is 2.
    high = [INFINITY, INFINITY, 6, 4, 8]
    sums = system([2, 2, 6, 4, 8], [1, 1, 6, 4, 8], high, [1, 1, 0, -1, 0], [0, 1, 1, 0, -1])
    assert findings(sums, np.array([0, 1])) == [Finding(0, 2, 2), Finding(1, 2, 2)]


@pytest.mark.parametrize(("total", "found"), [(4, True), (5, False)])
def test_the_width_that_counts_as_found_is_below_three(total, found):
    sums = system([1, total - 1, total], [1, 1, total], [INFINITY, INFINITY, total], [1, 1, -1])
    assert bool(findings(sums, np.array([0]))) is found


def test_systems_that_share_nothing_are_looked_at_apart():
    sums = system(
        [3, 40, 43, 2, 2, 4], [1, 40, 43, 1, 2, 4], [INFINITY, 40, 43, INFINITY, 2, 4],
        [1, 1, -1, 0, 0, 0], [0, 0, 0, 1, 1, -1],
    )  # fmt: skip
    assert [finding.unknown for finding in findings(sums, np.array([0, 3]))] == [0, 3]


def test_what_contradicts_itself_is_said():
    sums = system([3, 40, 43], [1, 40, 50], [2, 40, 50], [1, 1, -1])
    with pytest.raises(UnsolvedError):
        findings(sums, np.array([0]))


def test_parts_inside_others_are_found_from_where_people_were_counted():
    places = pd.DataFrame({"region": ["Y60", "Y60", "Y61", "Y61"], "icb": ["Q1", "Q2", "Q3", "unknown"]})
    places.loc[4] = ["Y60", "unknown"]
    nesting = nesting_of(places).set_index(["breakdown", "level", "outer_level"])["is_inside"]
    assert nesting[("icb", "Q1", "Y60")]
    assert not nesting[("icb", "unknown", "Y60")]
    assert ("icb", "Q1", "all") in nesting.index  # since a board is in two regions, the whole is a sum too
    assert ("region", "Y60", "all") in nesting.index
