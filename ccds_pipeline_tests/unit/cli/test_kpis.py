"""The table of KPIs for people: per cents, counts and readings in the report's words."""

import pandas as pd

from ccds_pipeline.cli.kpis import as_table
from ccds_pipeline.schemas.readings import reading_text
from ccds_pipeline_tests.support.released_rows import Row, kpi_row, share_columns

_COLUMNS = ("value", "denominator", "ci_low", "ci_high", "target", "comparator", "met", "assured")


def table(*rows: Row, note: str = "") -> str:
    frame = pd.DataFrame([dict.fromkeys(_COLUMNS) | dict(row) for row in rows])
    return as_table(frame, note=note)


def test_per_cents_are_written_as_in_the_report():
    printed = table(kpi_row("A1", 1, "Warm welcome", **share_columns(955, 1000), target=0.7, comparator=">"))
    assert "95% interval" in printed
    for cell in ("95.5%", "94.5% to 96.5%", "> 70%"):
        assert cell in printed
    assert " %" not in printed


def test_readings_have_the_names_of_the_report():
    printed = table(
        kpi_row("A1", 1, "Calm", estimand="E1", unit="relative_change", value=0.25, denominator=450)
    )
    assert f"Calm: {reading_text('E1')} (After)" in printed


def test_records_are_counted_whole():
    printed = table(kpi_row("A1", 1, "Records", estimand="received", unit="records", value=6485.0))
    assert "6,485" in printed
    assert "6485.00" not in printed


def test_a_kpi_that_is_not_measured_says_so():
    assert "not measurable" in table(kpi_row("A1", 1, "Months", unit="months", status="not_measurable"))


def test_the_note_on_the_data_stands_above():
    assert table(kpi_row("A1", 1, "Calm"), note="Invented.").startswith("  Invented.")
