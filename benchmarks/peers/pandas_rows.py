# /// script
# dependencies = ["duckdb==1.5.6", "pandas==3.1.1", "pyarrow==26.0.1", "python-calamine==0.9.1"]
# ///
"""Peer: plain pandas with row checks; bad rows go to a file with line and rule, the KPIs are the floor's SQL.

Usage: python pandas_rows.py LANDING WORKING_FOLDER
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import duckdb
import pandas as pd
from columns import EVENTBRITE, FOLLOW_UP, NO_CODES, OPTIONS, POST, PRETIX, STAFF, STATUS, TEAMS_TIME
from floor import attendance_rows, pre_rows, print_kpis


def delivered(landing: Path, source: str, names: dict[str, str]) -> pd.DataFrame:
    """Read every CSV file of a source as text, with delivery, file and row number, under other names."""
    frames = [
        pd.read_csv(file, dtype="str").assign(delivered_on=pd.Timestamp(file.parent.name), file=str(file))
        for file in sorted((landing / source).glob("*/*.csv"))
    ]
    return pd.concat([frame.assign(row=range(1, len(frame) + 1)) for frame in frames]).rename(columns=names)


def email_of(texts: pd.Series) -> pd.Series:
    """Return addresses in one spelling; missing where there is none."""
    spelt = texts.str.strip().str.lower()
    return spelt.where(spelt.str.fullmatch(r"[^@\s<>]+@[^@\s<>]+", na=False))


def session_of(texts: pd.Series) -> pd.Series:
    """Return the session code in each text."""
    return texts.str.extract("(?i)(ccds-[0-9]{4,})")[0].str.upper()


def name_of(texts: pd.Series) -> pd.Series:
    """Return the words of each name in one order and case, without what stands in brackets."""
    bare = {text: re.sub(r"\(.*?\)", "", text).upper().lower() for text in texts.dropna().unique()}
    return texts.map(
        {text: " ".join(sorted(set(re.findall(r"[^\W\d_'-]+", name)))) for text, name in bare.items()}
    )


def code_of(texts: pd.Series) -> pd.Series:
    """Return self-generated codes in one spelling; missing where somebody gives none."""
    lower = texts.str.lower()
    code = lower.str.replace(r"[\W_]", "", regex=True)
    return code.where((code != "") & ~lower.isin(NO_CODES))


def bookings(landing: Path, rejects: list[pd.DataFrame]) -> pd.DataFrame:
    """Return every version of every booking that was delivered; note bad rows."""
    pretix = delivered(landing, "pretix_bookings", PRETIX)
    pretix = pretix[pretix["Order comment"] != "TEST"]
    pretix = pretix.assign(
        reference=pretix["Order code"] + " " + pretix["Position ID"],
        email=pretix["email"].fillna(pretix["Email"]),
        booked_at=pd.to_datetime(pretix["Order date"] + " " + pretix["Order time"], errors="coerce"),
        starts_at=pd.to_datetime(pretix["starts_at"], errors="coerce"),
        ends_at=pd.to_datetime(pretix["ends_at"], errors="coerce"),
    )
    eventbrite = delivered(landing, "eventbrite_bookings", EVENTBRITE)
    eventbrite = eventbrite.assign(
        full_name=eventbrite["First Name"] + " " + eventbrite["Surname"],
        booked_at=pd.to_datetime(eventbrite["booked_at"], format="%d/%m/%Y %H:%M", errors="coerce"),
    )
    rows = pd.concat([pretix, eventbrite], ignore_index=True)
    rows = rows.assign(
        email=email_of(rows["email"]),
        full_name=name_of(rows["full_name"]),
        session_code=session_of(rows["session_code"]),
        status=rows["status"].map(STATUS),
        is_withdrawn=rows["consent"] == "No",
    )
    rows = without_bad_rows(rows, ["reference", "session_code", "booked_at", "status"], rejects)
    kept = ["delivered_on", "reference", "email", "full_name", "session_code", "starts_at", "ends_at"]
    return without_conflicts(rows[[*kept, "booked_at", "status", "is_withdrawn", "file", "row"]], rejects)


def attendances(landing: Path, rejects: list[pd.DataFrame]) -> pd.DataFrame:
    """Return every join; note bad rows."""
    rows = pd.DataFrame(attendance_rows(landing), dtype="str")
    times = {"meeting_starts": "meeting_starts_at", "meeting_ends": "meeting_ends_at"}
    times |= {"joined": "joined_at", "left": "left_at"}
    rows = rows.assign(
        **{to: pd.to_datetime(rows[name], format=TEAMS_TIME, errors="coerce") for name, to in times.items()},
        session_code=session_of(rows["title"]),
        email=email_of(rows["email"]),
        full_name=name_of(rows["full_name"]),
        is_staff=rows["role"].isin(STAFF),
        file=rows["title"],
        row=rows.index,
    )
    rows = without_bad_rows(rows, ["session_code", *times.values()], rejects)
    return rows[["session_code", "email", "full_name", *times.values(), "is_staff"]].drop_duplicates()


def responses(landing: Path, rejects: list[pd.DataFrame]) -> pd.DataFrame:
    """Return the newest version of each response; note bad rows, and take out answers that no scale has."""
    pre = pd.DataFrame(pre_rows(landing)).assign(file="", row=0)
    pre["delivered_on"] = pd.to_datetime(pre["delivered_on"])
    pre["submitted_at"] = pd.to_datetime(pre["submitted_at"], errors="coerce")
    pre["confidence"] = pre["confidence"].str.removesuffix(".0")
    post = delivered(landing, "qualtrics_post", POST).assign(wave="post")
    post = post[(post["Finished"] == "True") & (post["Status"] == "IP Address")]
    post["submitted_at"] = pd.to_datetime(post["submitted_at"], errors="coerce")
    later = delivered(landing, "surveymonkey_follow_up", FOLLOW_UP).assign(wave="follow_up")
    later = later.dropna(subset=["response", "submitted_at"])
    later["submitted_at"] = pd.to_datetime(
        later["submitted_at"], format="%m/%d/%Y %I:%M:%S %p", errors="coerce"
    )
    rows = pd.concat([pre, post, later], ignore_index=True)
    rows = rows.assign(
        email=email_of(rows["email"]),
        session_code=session_of(rows["session_code"]),
        link_code=code_of(rows["link_code"]),
        reference=rows["reference"].str.strip(),
        **{name: rows[name].where(rows[name].isin(options)) for name, options in OPTIONS.items()},
    )
    rows = without_bad_rows(rows, ["response", "submitted_at"], rejects)
    kept = ["delivered_on", "wave", "response", "email", "reference", "session_code", "link_code"]
    rows = rows[[*kept, "submitted_at", *OPTIONS]].sort_values("delivered_on", kind="stable")
    return rows.drop_duplicates(["wave", "response"], keep="last")


def without_bad_rows(rows: pd.DataFrame, required: list[str], rejects: list[pd.DataFrame]) -> pd.DataFrame:
    """Return the rows in which nothing required is missing or could not be read; note the others."""
    for name in required:
        is_bad = rows[name].isna()
        rejects.append(rows.loc[is_bad, ["file", "row"]].assign(column=name, rule="missing or not read"))
        rows = rows[~is_bad]
    return rows


def without_conflicts(rows: pd.DataFrame, rejects: list[pd.DataFrame]) -> pd.DataFrame:
    """Return each booking of a delivery once; note those that one delivery holds with two contents."""
    content = [name for name in rows.columns if name not in {"file", "row"}]
    once = rows.drop_duplicates(content)
    is_bad = once.duplicated(["delivered_on", "reference"], keep=False)
    rejects.append(once.loc[is_bad, ["file", "row"]].assign(column="", rule="two contents"))
    return once.loc[~is_bad, content]


def main(landing: Path, work: Path) -> None:
    """Read, check and keep the rows; write the rejected ones; print the values."""
    rejects: list[pd.DataFrame] = []
    tables = {
        "booking": bookings(landing, rejects),
        "attendance": attendances(landing, rejects),
        "response": responses(landing, rejects),
    }
    pd.concat(rejects).to_csv(work / "rejects.csv", index=False)
    with duckdb.connect(str(work / "pandas.duckdb")) as connection:
        for name, frame in tables.items():
            connection.register("frame", frame)
            connection.execute(f"CREATE TABLE {name} AS FROM frame")
        print_kpis(connection, landing)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
