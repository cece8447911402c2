"""Invented exports of a programme "Leading hybrid teams": Zoom, LimeSurvey and SurveyMonkey, and no bookings.

Sixty people, numbered from 1, the first half on 10 May 2023, the others a week later. Every tenth stays away;
7 and 37 leave after five minutes, 3 and 33 join twice, and in each session is a guest without an address.
The first fifty were asked before, and 20 and 40 did not finish; afterwards every fifth is silent.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from pathlib import Path

SURE = "How sure are you in meetings of two places? (1 to 7)"
OFTEN = ("Every day", "Every week", "Less often")
DAYS = {1: "10", 2: "17"}
Row = Iterable[object]


def write_exports(folder: Path) -> dict[str, list[Path]]:
    """Write the files as the tools name them, and return them by tool."""
    meetings = [folder / f"participants_9000000000{session}.csv" for session in DAYS]
    for session, file in zip(DAYS, meetings, strict=True):
        _write(file, _meeting(session))
    before, after = folder / "results-survey482913.csv", folder / "Leading hybrid teams.csv"
    _write(before, _before())
    _write(after, _after())
    return {"zoom_attendance": meetings, "limesurvey": [before], "surveymonkey": [after]}


def _write(file: Path, rows: Iterable[Row]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    file.write_text(text.getvalue(), encoding="utf-8-sig", newline="")


def _address(person: int) -> str:
    return f"p{person:02}@firm.example"


def _clock(session: int, minutes: int) -> str:
    return f"05/{DAYS[session]}/2023 0{2 + minutes // 60}:{minutes % 60:02}:00 PM"


def _meeting(session: int) -> Iterator[Row]:
    joins = [
        [
            f"Person {person}",
            _address(person),
            _clock(session, start),
            _clock(session, end),
            end - start,
            "No",
        ]
        for person in range(30 * session - 29, 30 * session + 1)
        for start, end in _spans(person)
    ]
    joins.append(["Guest", "", _clock(session, 2), _clock(session, 90), 88, "Yes"])
    block = [
        "Meeting ID",
        "Topic",
        "Start Time",
        "End Time",
        "User Email",
        "Duration (Minutes)",
        "Participants",
    ]
    yield [*block, ""]
    said = [_clock(session, 0), _clock(session, 90), "host@firm.example", 90, len(joins), ""]
    yield [f"9000000000{session}", f"Leading hybrid teams, LHT-0{session}", *said]
    yield []
    yield ["Name (Original Name)", "User Email", "Join Time", "Leave Time", "Duration (Minutes)", "Guest"]
    yield from joins


def _spans(person: int) -> list[tuple[int, int]]:
    if person % 10 == 0:
        return []
    return {7: [(0, 5)], 3: [(0, 20), (40, 90)]}.get(person % 30, [(1, 90)])


def _before() -> Iterator[Row]:
    own = ["Response ID", "Date submitted", "Last page", "Start language", "Seed", "Date started"]
    yield [*own, "Date last action", "Your work e-mail", SURE, "How often do you lead such meetings?", "Why?"]
    for person in range(1, 51):
        is_done, at = person % 20 != 0, f"2023-05-02 09:{person:02}:00"
        said = [_address(person), 2 + person % 3, OFTEN[person % 3]] if is_done else ["", "", OFTEN[0]]
        tool = [person, at if is_done else "", 2 if is_done else 1, "en", 700000000 + person, at, at]
        yield [*tool, *said, "Calm meetings" if person % 9 == 0 else ""]


def _after() -> Iterator[Row]:
    own = ["Respondent ID", "Collector ID", "Start Date", "End Date", "IP Address", "Email Address"]
    asked = [SURE, "How useful was it?", "Would you tell a colleague to come?", "Anything else?"]
    yield [*own, "First Name", "Last Name", "Custom Data 1", *asked]
    yield [*[""] * 9, "Response", "Response", "Response", "Open-Ended Response"]
    for person in range(1, 61):
        if person % 5:
            at = f"05/{11 if person <= 30 else 18}/2023 10:{person % 60:02}:00 AM"
            useful = "Of some use" if person % 4 == 0 else "Very useful"
            said = [4 + person % 3, useful, "No" if person % 3 == 0 else "Yes", ""]
            yield [118300000000 + person, 438000001, at, at, "", _address(person), "", "", "", *said]
