"""What Dagster shows of a release is what was released: nothing withheld, nothing exact."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccds_pipeline.errors import ConfigurationError
from ccds_pipeline.reporting.at_a_glance import Glance, read_glance, sparkline
from ccds_pipeline_tests.support.released_database import write_released_database
from ccds_pipeline_tests.support.released_rows import kpi_row, share_columns, withheld_columns


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


MONTHS = ("2022-01", "2022-02", "2022-03")


@pytest.fixture
def glance(tmp_path: Path) -> Glance:
    """A release with a share by month, one month of it withheld, and a KPI that is withheld as a whole."""
    shares = (0.5, None, 0.9)
    by_month = [
        kpi_row(
            "K05",
            5,
            "Content | satisfaction",
            breakdown="month",
            level=month,
            **(share_columns(100 * share, 100) if share is not None else withheld_columns()),
        )
        for month, share in zip(MONTHS, shares, strict=True)
    ]
    rows = [
        kpi_row("K05", 5, "Content | satisfaction", **share_columns(140, 200)),
        kpi_row("K06", 6, "Withheld", **withheld_columns()),
        *by_month,
    ]
    source = {"source_id": "forms", "received_n": 200, "rejected_n": 10}
    return read_glance(write_released_database(tmp_path / "release.duckdb", rows, sources=[source]))


def test_numbers_are_those_that_were_released(glance):
    assert glance.numbers["kpi_headline"] == {"K05 after": 0.7}
    assert glance.numbers["kpi"] == {"cells": 5, "withheld_cells": 2}
    assert glance.numbers["data_status"] == {"rejected_share forms": 0.05}
    assert glance.numbers["release"]["bytes"] > 0


def test_the_table_has_a_row_for_each_headline_and_no_cell_breaks_it(glance):
    head, rule, *rows = glance.table.splitlines()
    assert [row.split(" ")[1] for row in rows] == ["K05", "K06"]
    assert {line.replace("\\|", "").count("|") for line in (head, rule, *rows)} == {8}


def test_a_line_shows_months_and_leaves_what_is_withheld_open(glance):
    assert glance.lines == "K05 after ▁·█"
    assert len(glance.lines) < 1000
