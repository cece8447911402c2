"""What of a candidate goes into the released table."""

from __future__ import annotations

import pytest

from ccds_pipeline.release.candidate import without_blank_walls
from ccds_pipeline_tests.support.kpi_cells import cells, count_cell


@pytest.mark.parametrize(
    ("shown", "levels", "is_released"), [(1, 1, False), (1, 3, True), (1, 4, False), (4, 4, True)]
)
def test_a_breakdown_of_one_level_or_of_blanks_is_left_out(shown, levels, is_released):
    parts = [count_cell(f"Y{at}", 40, suppressed=at >= shown) for at in range(levels)]
    answer = without_blank_walls(cells(count_cell("all", 40 * levels), *parts))
    assert len(answer) == 1 + levels * is_released
