"""A small invented programme and core tables made of a few plain rows, for tests of what is counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

import pandas as pd
import sqlalchemy as sa

from ccds_pipeline.core.definitions import definition_frames
from ccds_pipeline.kpi.rows import build_kpi_rows
from ccds_pipeline.programme.load import parse_programme
from ccds_pipeline.programme.model import Programme
from ccds_pipeline.schemas.register import Table, table_of, tables_of
from ccds_pipeline.warehouse.bulk import append, read_frame
from ccds_pipeline.warehouse.select_files import fill_tables
from ccds_pipeline.warehouse.tables import create_tables

AS_OF = date(2022, 6, 1)
PROGRAMME_TEXT = """
id: welcome
name: Welcome to the ward
version: "3"
waves:
  - {id: before, label: Before, timing: before}
  - {id: after, label: After, timing: after}
  - {id: later, label: Later, timing: after, window: {from_day: 28, target_day: 42, to_day: 70}}
scales:
  agreement:
    not_applicable: [N/A]
    options: [{code: disagree, label: Disagree}, {code: partly, label: Partly}, {code: agree, label: Agree}]
  tactic: {options: [{code: listen, label: Listen}, {code: pause, label: Pause}, {code: ask, label: Ask}]}
  five: {minimum: 1, maximum: 5}
questions:
  - {id: clear, text: It was clear, scale: agreement}
  - {id: tactics, text: "Which tactics?", kind: multiple, scale: tactic}
  - {id: sure, text: "How sure are you?", scale: five}
  - {id: calm, text: "How calm are you?", scale: five}
sources:
  - {id: survey, label: Survey, format: table, record: response, wave: after}
  - {id: late, label: Late, format: table, record: response, wave: later, questions: {sure: Sure}}
kpis:
  - {id: W1, label: Reach, level: reach, rule: {type: reach}}
  - {id: W2, label: Returned, level: reach, wave: after, rule: {type: returned}}
  - {id: W3, label: Response rate, level: process, rule: {type: response_rate, waves: [after, later]}}
  - id: W4
    label: Clear
    level: "1"
    wave: after
    rule: {type: top_share, question: clear, favourable: [agree], mean_of_maximum: true}
    target: {comparator: ">", value: 0.5}
    status: confirmed
    version: "2"
  - id: W5
    label: Tactics
    level: "1"
    wave: after
    rule: {type: top_share, question: tactics, favourable: [pause, ask]}
  - {id: W6, label: Sure, level: "2", wave: after, rule: {type: mean, question: sure, high: 4, minus: calm}}
  - id: W7
    label: Surer
    level: "2"
    wave: after
    rule: {type: change, question: sure, before: before, confident: 4}
  - {id: W8, label: Coverage, level: "3", wave: later, rule: {type: coverage}}
  - id: W9
    label: At least partly clear
    level: "1"
    wave: after
    rule: {type: top_share, question: clear, favourable: [partly, agree]}
  - id: W10
    label: Still surer
    level: 2 to 3
    wave: later
    rule: {type: sustained, question: sure, before: before, after: after}
  - id: W11
    label: Still clear
    level: "3"
    wave: later
    rule:
      type: top_share
      question: clear
      favourable: [agree]
      non_response: {question: sure, before: before, after: after}
  - {id: W12, label: Quality, level: operations, rule: {type: data_quality}}
breakdowns: [month, region]
"""
_PLACE = {
    "organisation_code": "unknown",
    "region_code": "Y60",
    "icb_code": "unknown",
    "care_setting": "unknown",
    "staff_group": "unknown",
}
Answers = Mapping[str, str | int | Sequence[str] | None]


@dataclass(frozen=True)
class Attendance:
    """``person`` None is somebody who cannot be identified."""

    person: str | None
    session: str
    region: str = "Y60"
    is_attended: bool = True


@dataclass(frozen=True)
class Booking:
    person: str | None
    session: str
    region: str = "Y60"
    status: str = "booked"
    is_no_show: bool = False
    is_withdrawn: bool = False


@dataclass(frozen=True)
class Response:
    """``answers`` by question: option(s), a score, None for blank, ``N/A`` or ``not reached``."""

    person: str | None
    session: str | None
    wave: str
    answers: Answers
    days_after: int | None = 0
    state: str = "valid"
    tier: str = "email"


@dataclass(frozen=True)
class Core:
    """What happened; ``sessions`` gives the local date of each session that is known."""

    sessions: Mapping[str, date | None]
    attendances: Sequence[Attendance] = ()
    bookings: Sequence[Booking] = ()
    responses: Sequence[Response] = ()


@cache
def welcome_programme() -> Programme:
    """Return the invented programme."""
    return parse_programme(PROGRAMME_TEXT, place="welcome.yaml")


def kpi_tables(content: Core, *, as_of: date = AS_OF) -> dict[str, pd.DataFrame]:
    """Write the content to core tables, fill the kpi tables, and return these by name."""
    with _warehouse_without_facts().connect() as connection:
        transaction = connection.begin()
        write_facts(connection, content)
        fill_tables(connection, tables_of("kpi", "sql"), parameters={"as_of": as_of})
        frames = {table.name: read_frame(connection, table) for table in tables_of("kpi", "sql")}
        transaction.rollback()
    return frames


@cache
def _warehouse_without_facts() -> sa.Engine:
    """Tables with their constraints take a second to make, so each case rolls back what it writes."""
    engine = sa.create_engine(
        "duckdb:///:memory:", poolclass=sa.pool.StaticPool, connect_args={"config": {"threads": 1}}
    )
    with engine.begin() as connection:
        create_tables(connection, (table_of("ops.delivery"), *tables_of("core"), *tables_of("kpi", "sql")))
        definitions = definition_frames(welcome_programme())
        for table in tables_of("core", "definition"):
            _write(connection, table, definitions[table.name])
    return engine


def kpi_rows(content: Core, *, as_of: date = AS_OF) -> pd.DataFrame:
    """Return the rows of ``kpi.kpi`` for the content."""
    return build_kpi_rows(
        welcome_programme(),
        kpi_tables(content, as_of=as_of),
        as_of=as_of,
        data_version="data-1",
        code_version="9.9.9",
        run_id="run-1",
    )


def write_facts(connection: sa.Connection, content: Core) -> None:
    """Write sessions, people and what they did."""
    people = [
        record.person
        for records in (content.attendances, content.bookings, content.responses)
        for record in records
        if record.person is not None
    ]
    _write(
        connection,
        table_of("core.dim_session"),
        pd.DataFrame([_session(*item) for item in content.sessions.items()]),
    )
    _write(
        connection,
        table_of("core.dim_participant"),
        pd.DataFrame([{"participant_key": person, **_PLACE} for person in dict.fromkeys(people)]),
    )
    _write(
        connection,
        table_of("core.fact_booking"),
        pd.DataFrame([_booking(*item) for item in enumerate(content.bookings)]),
    )
    _write(
        connection,
        table_of("core.fact_attendance"),
        pd.DataFrame([_attendance(*item) for item in enumerate(content.attendances)]),
    )
    _write(
        connection,
        table_of("core.fact_response"),
        pd.DataFrame([_response(*item) for item in enumerate(content.responses)]),
    )
    answers = [
        {"response_key": f"r{number}", "question_id": question, **answer}
        for number, response in enumerate(content.responses)
        for question, given in response.answers.items()
        for answer in _answers(given, question)
    ]
    _write(connection, table_of("core.fact_answer"), pd.DataFrame(answers))


def _write(connection: sa.Connection, table: Table, rows: pd.DataFrame) -> None:
    if len(rows):
        append(connection, table, rows)


def _session(code: str, on: date | None) -> dict[str, object]:
    return {
        "session_code": code,
        "starts_at": None,
        "ends_at": None,
        "session_on": on,
        "month_label": f"{on:%Y-%m}" if on else "unknown",
        "phase_id": "unknown",
        "delivery_mode": "unknown",
    }


def _booking(number: int, booking: Booking) -> dict[str, object]:
    return {
        "booking_key": f"b{number}",
        "source_id": "bookings",
        "participant_key": booking.person,
        "reference_key": None,
        "session_code": booking.session,
        "booked_at": None,
        "status": booking.status,
        **_PLACE,
        "region_code": booking.region,
        "is_no_show": booking.is_no_show,
        "is_withdrawn": booking.is_withdrawn,
    }


def _attendance(number: int, attendance: Attendance) -> dict[str, object]:
    return {
        "attendance_key": f"a{number}",
        "participant_key": attendance.person,
        "session_code": attendance.session,
        "minutes": 60.0,
        "is_attended": attendance.is_attended,
        **_PLACE,
        "region_code": attendance.region,
    }


def _response(number: int, response: Response) -> dict[str, object]:
    return {
        "response_key": f"r{number}",
        "source_id": "survey",
        "wave": response.wave,
        "participant_key": response.person,
        "session_code": response.session,
        "respondent_key": response.person,
        "link_tier": response.tier if response.person else "none",
        "link_outcome": "matched" if response.person else "unmatched",
        "submitted_at": None,
        "days_after": response.days_after,
        "state": response.state,
    }


def _answers(given: str | int | Sequence[str] | None, question: str) -> list[dict[str, object]]:
    blank: dict[str, object] = {"state": "blank", "option_code": "", "option_order": None, "score": None}
    if given is None:
        return [blank]
    if given == "N/A":
        return [{**blank, "state": "not_applicable"}]
    if given == "not reached":
        return [{**blank, "state": "not_reached"}]
    if isinstance(given, int):
        return [{**blank, "state": "answered", "score": float(given)}]
    scale = welcome_programme().questions_by_id[question].scale
    codes = [option.code for option in welcome_programme().scales[str(scale)].options]
    return [
        {**blank, "state": "answered", "option_code": code, "option_order": codes.index(code) + 1}
        for code in ([given] if isinstance(given, str) else given)
    ]
