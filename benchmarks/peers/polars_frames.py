# /// script
# dependencies = ["duckdb==1.5.6", "polars==2.1.0", "pyarrow==26.0.1", "python-calamine==0.9.1"]
# ///
"""Peer: Polars reads and conforms the files; the KPIs are the floor's SQL. No row is checked.

Usage: python polars_frames.py LANDING WORKING_FOLDER
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb
import polars as pl  # type: ignore[import-not-found]  # only in the peer's own environment
from columns import EVENTBRITE, FOLLOW_UP, NO_CODES, OPTIONS, POST, PRETIX, STAFF, STATUS, TEAMS_TIME
from floor import attendance_rows, pre_rows, print_kpis

_EMAIL = pl.col("email").str.strip_chars().str.to_lowercase().str.extract(r"^([^@\s<>]+@[^@\s<>]+)$")
_SESSION = pl.col("session_code").str.extract("(?i)(ccds-[0-9]{4,})").str.to_uppercase()
# Words in any order and case, without what stands in brackets.
_NAME = (
    pl.col("full_name")
    .str.replace_all(r"\(.*?\)", "")
    .str.to_uppercase()
    .str.to_lowercase()
    .str.extract_all(r"[\pL'-]+")
    .list.unique()
    .list.sort()
    .list.join(" ")
)
_BARE_CODE = pl.col("link_code").str.to_lowercase().str.replace_all(r"[^\pL\pN]", "")
_CODE = pl.when(_BARE_CODE != "", ~pl.col("link_code").str.to_lowercase().is_in(NO_CODES)).then(_BARE_CODE)


def delivered(landing: Path, source: str, names: dict[str, str]) -> pl.LazyFrame:
    """Read every CSV file of a source as text, with the day of its delivery, under other names."""
    rows = pl.scan_csv(landing / source / "*" / "*.csv", infer_schema=False, include_file_paths="file")
    day = pl.col("file").str.extract(r"(\d{4}-\d\d-\d\d)").str.to_date()
    return rows.with_columns(delivered_on=day).rename(names)


def instant(text: pl.Expr, form: str = "%Y-%m-%d %H:%M:%S") -> pl.Expr:
    """Return the time that a text says; missing where it says none."""
    return text.str.to_datetime(form, strict=False)


def bookings(landing: Path) -> pl.DataFrame:
    """Return every version of every booking that was delivered."""
    pretix = (
        delivered(landing, "pretix_bookings", PRETIX)
        .filter(pl.col("Order comment").ne_missing("TEST"))
        .with_columns(
            reference=pl.concat_str("Order code", "Position ID", separator=" "),
            email=pl.coalesce("email", "Email"),
            booked_at=instant(pl.concat_str("Order date", "Order time", separator=" ")),
            starts_at=instant(pl.col("starts_at")),
            ends_at=instant(pl.col("ends_at")),
        )
    )
    eventbrite = delivered(landing, "eventbrite_bookings", EVENTBRITE).with_columns(
        full_name=pl.concat_str("First Name", "Surname", separator=" "),
        booked_at=instant(pl.col("booked_at"), "%d/%m/%Y %H:%M"),
        starts_at=pl.lit(None, pl.Datetime),
        ends_at=pl.lit(None, pl.Datetime),
    )
    kept = ["delivered_on", "reference", "session_code", "booked_at", "starts_at", "ends_at"]
    return (
        pl.concat(
            [rows.select(*kept, "status", "email", "full_name", "consent") for rows in (pretix, eventbrite)]
        )
        .with_columns(
            email=_EMAIL,
            full_name=_NAME,
            session_code=_SESSION,
            status=pl.col("status").replace_strict(STATUS, default=None),
            is_withdrawn=pl.col("consent").eq_missing("No"),
        )
        .drop("consent")
        .drop_nulls(["session_code", "booked_at", "status"])
        .unique()
        .collect()
    )


def attendances(landing: Path) -> pl.DataFrame:
    """Return every join."""
    rows = pl.DataFrame(list(attendance_rows(landing))).rename({"title": "session_code"})
    return (
        rows.select(
            full_name=_NAME,
            email=_EMAIL,
            session_code=_SESSION,
            meeting_starts_at=instant(pl.col("meeting_starts"), TEAMS_TIME),
            meeting_ends_at=instant(pl.col("meeting_ends"), TEAMS_TIME),
            joined_at=instant(pl.col("joined"), TEAMS_TIME),
            left_at=instant(pl.col("left"), TEAMS_TIME),
            is_staff=pl.col("role").is_in(STAFF),
        )
        .drop_nulls("joined_at")
        .unique()
    )


def responses(landing: Path) -> pl.DataFrame:
    """Return the newest version of each response; an answer that is on no scale is none."""
    pre = pl.LazyFrame(list(pre_rows(landing)), infer_schema_length=None).with_columns(
        submitted_at=instant(pl.col("submitted_at")), confidence=pl.col("confidence").str.strip_suffix(".0")
    )
    post = (
        delivered(landing, "qualtrics_post", POST)
        .filter(pl.col("Finished") == "True", pl.col("Status") == "IP Address")
        .with_columns(submitted_at=instant(pl.col("submitted_at")), wave=pl.lit("post"))
    )
    follow_up = (
        delivered(landing, "surveymonkey_follow_up", FOLLOW_UP)
        .drop_nulls(["response", "submitted_at"])
        .with_columns(
            submitted_at=instant(pl.col("submitted_at"), "%m/%d/%Y %I:%M:%S %p"), wave=pl.lit("follow_up")
        )
    )
    kept = [
        "delivered_on",
        "wave",
        "response",
        "email",
        "reference",
        "session_code",
        "link_code",
        "submitted_at",
    ]
    return (
        pl.concat([pre, post, follow_up], how="diagonal")
        .with_columns(
            email=_EMAIL,
            session_code=_SESSION,
            link_code=_CODE,
            reference=pl.col("reference").str.strip_chars(),
            **{name: pl.when(pl.col(name).is_in(options)).then(name) for name, options in OPTIONS.items()},
        )
        .select(*kept, *OPTIONS)
        .sort("delivered_on")
        .unique(["wave", "response"], keep="last", maintain_order=True)
        .collect()
    )


def main(landing: Path, work: Path) -> None:
    """Read and conform the files; print the values."""
    tables = {
        "booking": bookings(landing),
        "attendance": attendances(landing),
        "response": responses(landing),
    }
    with duckdb.connect(str(work / "polars.duckdb")) as connection:
        for name, frame in tables.items():
            connection.register("frame", frame.to_arrow())
            connection.execute(f"CREATE TABLE {name} AS FROM frame")
        print_kpis(connection, landing)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
