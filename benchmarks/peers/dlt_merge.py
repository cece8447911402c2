# /// script
# dependencies = ["dlt[duckdb]==1.31.0", "duckdb==1.5.6", "pyarrow==26.0.1", "python-calamine==0.9.1"]
# ///
"""Peer: dlt merges the delivered rows into DuckDB by their keys; conforming and KPIs are the floor's SQL.

No row is checked, and none is accounted for.
Usage: python dlt_merge.py LANDING WORKING_FOLDER
"""

from __future__ import annotations

import csv
import os
import sys
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import dlt  # type: ignore[import-not-found]  # only in the peer's own environment
import duckdb
from floor import CSV_SOURCES, attendance_rows, pre_rows, print_values

# Columns keep their names; nothing is sent to anybody.
_SETTINGS = {"SCHEMA__NAMING": "direct", "RUNTIME__DLTHUB_TELEMETRY": "false"}
# A booking is kept in each version, since places change hands; of everything else the newest is kept.
_KEYS = {
    "pretix_bookings": ("Order code", "Position ID", "delivered_on"),
    "eventbrite_bookings": ("Attendee no.", "delivered_on"),
    "teams_attendance": ("title", "full_name", "email", "joined"),
    "forms_pre": ("response",),
    "qualtrics_post": ("ResponseId",),
    "surveymonkey_follow_up": ("Respondent ID",),
}
_NEWEST = {"delivered_on": {"data_type": "date", "dedup_sort": "desc"}}


def csv_rows(landing: Path, source: str) -> Iterator[Mapping[str, object]]:
    """Yield the rows with a key in the CSV files of a source, with the day of delivery; blank is None."""
    for file in (landing / source).glob("*/*.csv"):
        delivered_on = date.fromisoformat(file.parent.name)
        with file.open(encoding="utf-8-sig", newline="") as stream:
            for row in csv.DictReader(stream):
                if row[_KEYS[source][0]]:
                    yield {name: text or None for name, text in row.items()} | {"delivered_on": delivered_on}


def main(landing: Path, work: Path) -> None:
    """Merge every source, and print the values."""
    rows = {source: csv_rows(landing, source) for source in CSV_SOURCES}
    rows |= {"teams_attendance": attendance_rows(landing), "forms_pre": pre_rows(landing)}
    os.environ.update(_SETTINGS)
    database = work / "dlt.duckdb"
    pipeline = dlt.pipeline(
        "peer",
        pipelines_dir=work / "dlt",
        destination=dlt.destinations.duckdb(str(database)),
        dataset_name="raw",
    )
    pipeline.run(
        [
            dlt.resource(
                rows[source],
                name=f"delivered_{source}",
                write_disposition="merge",
                primary_key=key,
                columns=_NEWEST if source != "teams_attendance" else None,
            )
            for source, key in _KEYS.items()
        ]
    )
    with duckdb.connect(str(database)) as connection:
        connection.execute("USE raw")
        print_values(connection, landing)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
