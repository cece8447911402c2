"""The floor: one DuckDB script that reads the delivered files as they are and computes the headline KPIs.

No validation, no ledger, no privacy: what the pipeline adds over this is what it is for. The statements are
in ``floor_conform.sql`` and ``floor_kpis.sql``; here is what DuckDB does not read. Prints one JSON list per
reading: KPI, wave, reading, value.
Usage: python benchmarks/floor.py LANDING DATABASE
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
from python_calamine import CalamineWorkbook

HERE = Path(__file__).parent
CSV_SOURCES = ("pretix_bookings", "eventbrite_bookings", "qualtrics_post", "surveymonkey_follow_up")
READ_CSV = """
SELECT *, CAST(regexp_extract(filename, '(\\d{{4}}-\\d\\d-\\d\\d)/[^/]*$', 1) AS DATE) AS delivered_on
FROM read_csv(
    '{files}', header = true, delim = ',', quote = '"', escape = '"', all_varchar = true, filename = true
)
"""
_PRE = {
    "response": 0,
    "submitted_at": 2,
    "email": 3,
    "session_code": 6,
    "confidence": 7,
    "link_code": 9,
    "reference": 10,
}


def pre_rows(landing: Path) -> Iterator[dict[str, object]]:
    """Yield the answers in the workbooks of Microsoft Forms, with the day of their delivery."""
    for file in landing.glob("forms_pre/*/*.xlsx"):
        for row in CalamineWorkbook.from_path(str(file)).get_sheet_by_index(0).to_python()[1:]:
            cells = {name: None if row[place] == "" else str(row[place]) for name, place in _PRE.items()}
            yield {"delivered_on": date.fromisoformat(file.parent.name), "wave": "pre", **cells}


def attendance_rows(landing: Path) -> Iterator[dict[str, str]]:
    """Yield the joins in the reports of Microsoft Teams."""
    for file in landing.glob("teams_attendance/*/*.csv"):
        summary, _, activities = file.read_text(encoding="utf-16").partition("3. In-Meeting activities\n")
        facts = dict(line.split("\t", 1) for line in summary.splitlines()[1:7])
        for line in activities.splitlines()[1:]:
            name, joined, left, _, email, role = line.split("\t")
            yield {
                "title": facts["Meeting title"],
                "meeting_starts": facts["Start time"],
                "meeting_ends": facts["End time"],
                "full_name": name,
                "joined": joined,
                "left": left,
                "email": email,
                "role": role,
            }


def newest_delivery(landing: Path) -> date:
    """Return the day on which the KPIs are: that of the newest delivery."""
    return max(date.fromisoformat(file.parent.name) for file in landing.glob("*/*/*"))


def print_kpis(connection: duckdb.DuckDBPyConnection, landing: Path) -> None:
    """Print every reading, from tables as ``floor_conform.sql`` makes them."""
    connection.execute("SET VARIABLE as_of = CAST(? AS DATE)", [newest_delivery(landing)])
    for row in connection.execute((HERE / "floor_kpis.sql").read_text()).fetchall():
        print(json.dumps(row))


def print_values(connection: duckdb.DuckDBPyConnection, landing: Path) -> None:
    """Print every reading, from tables of delivered rows."""
    connection.execute((HERE / "floor_conform.sql").read_text())
    print_kpis(connection, landing)


def main(landing: Path, database: Path) -> None:
    """Read everything into a new database file, and print the values."""
    with duckdb.connect(str(database)) as connection:
        connection.register("delivered_forms_pre", pa.Table.from_pylist(list(pre_rows(landing))))
        connection.register(
            "delivered_teams_attendance", pa.Table.from_pylist(list(attendance_rows(landing)))
        )
        for source in CSV_SOURCES:
            files = READ_CSV.format(files=landing / source / "*" / "*.csv")
            connection.execute(f"CREATE VIEW delivered_{source} AS {files}")
        print_values(connection, landing)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
