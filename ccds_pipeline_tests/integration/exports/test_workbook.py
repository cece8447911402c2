"""Charts of the workbook show the rows that they are of, wherever these lie in their table."""

import re
import zipfile
from collections.abc import Sequence
from html import unescape
from pathlib import Path

from ccds_pipeline.exports.workbook import FILE, write_workbook
from ccds_pipeline.schemas.register import table_of
from ccds_pipeline_tests.support.released_content import released_content
from ccds_pipeline_tests.support.released_rows import Row


def drawn(folder: Path, **tables: Sequence[Row]) -> list[list[str]]:
    """Return title, and ranges of labels and values, of each chart."""
    write_workbook(released_content(**tables), folder)
    with zipfile.ZipFile(folder / FILE) as book:
        charts = sorted(name for name in book.namelist() if name.startswith("xl/charts/chart"))
        return [texts(book.read(name).decode()) for name in charts]


def texts(chart: str) -> list[str]:
    return [unescape(text) for text in re.findall("<(?:a:t|c:f)>([^<]*)<", chart)]


def column(table: str, name: str) -> str:
    """Return the letter of a column of a released table."""
    return "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[table_of(f"reporting.{table}").column_names.index(name)]


def test_people_are_drawn_by_the_first_group_that_is_no_time(tmp_path):
    parts = [("month", "Month", 40), ("sector", "Sector", 30), ("sector", "Sector", 10), ("ward", "Ward", 5)]
    reach = [
        {"breakdown": breakdown, "breakdown_label": label, "people_n": people}
        for breakdown, label, people in parts
    ]
    (chart,) = drawn(tmp_path, reach=reach)
    labels, people = (column("reach", name) for name in ("level_label", "people_n"))
    assert chart == [
        "People reached: Sector",
        f"'People reached'!${labels}$7:${labels}$8",
        f"'People reached'!${people}$7:${people}$8",
    ]


def test_rows_that_do_not_lie_together_are_drawn_together(tmp_path):
    change = [{"kpi_id": kpi, "breakdown": part} for kpi in ("K1", "K2") for part in ("all", "ward", "ward")]
    (chart,) = drawn(tmp_path, change=change)
    before = column("change", "mean_before")
    assert f"('Before and after'!${before}$6,'Before and after'!${before}$9)" in chart


def test_a_release_without_rows_has_no_charts(tmp_path):
    assert drawn(tmp_path) == []
