"""What Dagster shows of a release is what was released: nothing withheld, nothing exact."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccds_pipeline.errors import ConfigurationError
from ccds_pipeline.reporting.at_a_glance import read_glance, sparkline


def test_no_release_is_said(tmp_path):
    with pytest.raises(ConfigurationError, match="nothing was released yet"):
        read_glance(tmp_path / "release.duckdb")


@given(values=st.lists(st.none() | st.floats(0, 1), max_size=60))
def test_a_line_has_a_bar_for_each_value_and_a_dot_for_what_is_withheld(values):
    line = sparkline(values)
    shown = [value for value in values if value is not None]
    if len(shown) < 2:
        assert line == ""
    else:
        assert len(line) == len(values)
        assert [bar == "·" for bar in line] == [value is None for value in values]
        assert line[values.index(min(shown))] in "▁▄"
