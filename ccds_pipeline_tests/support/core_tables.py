"""A small invented programme and core tables made of a few plain rows, for tests of what is counted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache

import pandas as pd
import sqlalchemy as sa

from ccds_pipeline.core.definitions import definition_frames
from ccds_pipeline.kpi.rows import build_kpi_rows
from ccds_pipeline.schemas.register import Table, table_of, tables_of
from ccds_pipeline.warehouse.bulk import append, read_frame
from ccds_pipeline.warehouse.select_files import fill_tables
from ccds_pipeline.warehouse.tables import create_tables
from ccds_pipeline_tests.support.core_content import Attendance, Booking, Core, Response, welcome_programme

AS_OF = date(2022, 6, 1)
_PLACE = {
    "organisation_code": "unknown",
    "region_code": "Y60",
    "icb_code": "unknown",
    "care_setting": "unknown",
    "staff_group": "unknown",
}


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
        pd.DataFrame(
            [{"participant_key": person, "person_key": person, **_PLACE} for person in dict.fromkeys(people)]
        ),
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
