"""Small invented tables of core and reporting of which every rule holds, and one fault for each rule.

The tables are made from the register, without its constraints, so that faults can be planted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date

import sqlalchemy as sa

from ccds_pipeline.schemas.register import Column, Table, table_of, tables_of
from ccds_pipeline_tests.support.quality_programmes import CCDS

_SQL_TYPES = {
    "text": "VARCHAR",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "date": "DATE",
    "instant": "TIMESTAMP",
    "boolean": "BOOLEAN",
}
_DEFAULTS: dict[str, object] = {
    "text": "text",
    "integer": 10,
    "number": 10.0,
    "date": date(2022, 3, 1),
    "instant": "2022-03-01 10:00:00",
    "boolean": False,
}
_PEOPLE = [f"{number:032x}" for number in range(1, 7)]
_PERSON = {
    "organisation_code": "RX1",
    "region_code": "Y60",
    "icb_code": "QH8",
    "care_setting": "secondary_acute",
    "staff_group": "nursing_midwifery",
    "session_code": "ccds-0001",
}
_SESSION = {
    "session_code": "ccds-0001",
    "starts_at": "2022-03-01 10:00:00",
    "ends_at": "2022-03-01 13:00:00",
    "session_on": date(2022, 3, 1),
    "month_label": "2022-03",
    "phase_id": "phase_2",
}
_BESIDE = ("ops.rejected_row", "staging.sighting")
_WINDOW = {"from_day": 28, "target_day": 42, "to_day": 70}
_MEASURED = {
    "wave": "post",
    "breakdown": "all",
    "level": "all",
    "denominator": 100.0,
    "people_n": 100,
    "status": "measured",
}
_SHARE = _MEASURED | {
    "estimand": "share",
    "is_headline": True,
    "unit": "share",
    "numerator": 95.0,
    "eligible_n": 100,
    "blank_n": 0,
    "value": 0.95,
    "ci_low": 0.89,
    "ci_high": 0.98,
}
_NUMBERS = [name for name, value in _SHARE.items() if isinstance(value, int | float) and value is not True]
_WITHHELD = {"suppressed": True, "suppression_reason": "withheld"}
_MEAN = {"estimand": "mean", "unit": "score", "value": 8.7, "ci_low": 8.5, "ci_high": 8.9}
_PERSONS = {"estimand": "persons", "unit": "persons", "numerator": 100.0, "value": 100.0}
_ACCOUNT = {
    "refused_files_n": 0,
    "outstanding_n": 0,
    "last_delivery_on": date(2022, 6, 1),
    "received_n": 110,
    "loaded_n": 100,
    "duplicate_n": 5,
    "excluded_n": 5,
    "rejected_n": 0,
    "withdrawn_n": 0,
}


@contextmanager
def good_tables() -> Iterator[sa.Connection]:
    """Open a database in memory that holds the good tables."""
    engine = sa.create_engine("duckdb:///:memory:")
    with engine.connect() as connection:
        for schema in ("core", "ops", "reporting", "staging"):
            connection.execute(sa.schema.CreateSchema(schema))
        for table in (*tables_of("core"), *tables_of("reporting"), *map(table_of, _BESIDE)):
            columns = ", ".join(f"{column.name} {_SQL_TYPES[column.type]}" for column in table.columns)
            connection.execute(sa.text(f"CREATE TABLE {table.full_name} ({columns})"))
        _fill_definitions(connection)
        _fill_places(connection)
        _fill_surveys(connection)
        _fill_release(connection)
        connection.commit()
        yield connection
    engine.dispose()


def insert(connection: sa.Connection, table: Table, *rows: Mapping[str, object]) -> None:
    """Add rows; a column that a row leaves out is missing where it may be, else some valid value."""
    columns: list[sa.ColumnClause[object]] = [sa.column(column.name) for column in table.columns]
    target = sa.table(table.name, *columns, schema=table.schema)
    filled = [
        {column.name: row.get(column.name, _default(column)) for column in table.columns} for row in rows
    ]
    connection.execute(sa.insert(target), filled)


def _default(column: Column) -> object:
    if column.nullable:
        return None
    return column.allowed[0] if column.allowed else _DEFAULTS[column.type]


def _fill_definitions(connection: sa.Connection) -> None:
    insert(connection, table_of("core.dim_programme"), {"programme_id": CCDS.id})
    insert(connection, table_of("core.dim_source"), *({"source_id": source.id} for source in CCDS.sources))
    phase = {"phase_id": "phase_2", "starts_on": date(2022, 3, 1), "ends_on": date(2022, 9, 30)}
    insert(connection, table_of("core.dim_phase"), phase)
    insert(
        connection,
        table_of("core.dim_wave"),
        {"wave": "pre", "wave_order": 1, "timing": "before"},
        {"wave": "post", "wave_order": 2, "timing": "after"},
        {"wave": "follow_up", "wave_order": 3, "timing": "after", **_WINDOW},
    )
    insert(
        connection,
        table_of("core.dim_question"),
        {"question_id": "confidence", "kind": "single", "scale_minimum": 0, "scale_maximum": 10},
        {"question_id": "recommend", "kind": "single", "scale_maximum": 2},
        {"question_id": "hopes", "kind": "text"},
    )
    insert(
        connection,
        table_of("core.dim_option"),
        {"question_id": "recommend", "option_code": "answered_no", "option_order": 1},
        {"question_id": "recommend", "option_code": "answered_yes", "option_order": 2},
    )
    indicator = {"wave": "post", "question_id": "recommend"}
    insert(connection, table_of("core.dim_kpi"), *({**indicator, "kpi_id": one.id} for one in CCDS.kpis))
    insert(connection, table_of("core.kpi_option"), {"kpi_id": "K07", "option_code": "answered_yes"})
    insert(connection, table_of("core.dim_breakdown"), {"breakdown": "region"})
    insert(
        connection,
        table_of("core.dim_care_setting"),
        {"care_setting": "secondary_acute", "sector": "secondary"},
    )
    insert(connection, table_of("core.dim_icb"), {"icb_code": "QH8", "region_code": "Y61"})
    days = "SELECT unnest(generate_series(DATE '2022-01-01', DATE '2022-12-31', INTERVAL 1 DAY))::DATE"
    connection.execute(sa.text(f"INSERT INTO core.dim_date (date_on) {days}"))


def _fill_places(connection: sa.Connection) -> None:
    people = [{**_PERSON, "participant_key": key} for key in _PEOPLE]
    records = ({"source_id": source.id, "record_key": key} for source in CCDS.sources for key in _PEOPLE)
    insert(connection, table_of("core.current_record"), *records)
    insert(connection, table_of("core.dim_organisation"), _PERSON)
    insert(connection, table_of("core.dim_session"), _SESSION)
    insert(connection, table_of("core.dim_facilitator"), {})
    insert(connection, table_of("core.session_facilitator"), _SESSION)
    insert(connection, table_of("core.dim_participant"), *people)
    insert(
        connection,
        table_of("core.fact_booking"),
        *({**one, "booking_key": one["participant_key"]} for one in people),
    )
    present = ({**one, "attendance_key": one["participant_key"], "is_attended": True} for one in people)
    insert(connection, table_of("core.fact_attendance"), *present)
    holders = ({**one, "booking_key": one["participant_key"], "is_present": True} for one in people)
    insert(connection, table_of("core.booking_holder"), *holders)
    insert(connection, table_of("core.shared_address"), {"person_key": "shared"})
    insert(
        connection,
        table_of("core.presence"),
        *({**one, "record_key": one["participant_key"]} for one in people),
    )
    insert(
        connection,
        table_of("core.session_evidence"),
        {**_SESSION, "kind": "plan", "state": "planned", "day_on": date(2022, 3, 1)},
        {**_SESSION, "kind": "meeting", "state": "held", "day_on": date(2022, 3, 1)},
    )


def _fill_surveys(connection: sa.Connection) -> None:
    for wave, days in {"pre": 0, "post": 0, "follow_up": 42}.items():
        response = {"wave": wave, "days_after": days, "session_code": "ccds-0001"}
        for person in _PEOPLE:
            key = {"response_key": f"{wave} {person}"}
            linked = {**response, **key, "participant_key": person, "respondent_key": person}
            insert(connection, table_of("core.response_identity"), linked)
            insert(connection, table_of("core.fact_response"), linked)
            insert(
                connection,
                table_of("core.fact_answer"),
                {**key, "question_id": "confidence", "option_code": "", "score": 8.0},
                {**key, "question_id": "recommend", "option_code": "answered_yes", "option_order": 2},
            )
    _fill_codes(connection)
    comment = {"response_key": f"pre {_PEOPLE[0]}", "question_id": "hopes", "redacted_text": "Ask [NAME]."}
    insert(connection, table_of("core.fact_comment"), comment)


def _fill_codes(connection: sa.Connection) -> None:
    """Two people with a code in two waves, and one whose second code has a slip."""
    one, two, three = ({"session_code": "ccds-0001", "respondent_key": person} for person in _PEOPLE[:3])
    insert(
        connection,
        table_of("core.coded_response"),
        {**one, "response_key": "a", "wave": "pre", "link_code_key": "k1", "code_outcome": "matched"},
        {**one, "response_key": "b", "wave": "post", "link_code_key": "k1", "code_outcome": "identified"},
        {**two, "response_key": "c", "wave": "pre", "link_code_key": "k2", "code_outcome": "matched"},
        {**two, "response_key": "d", "wave": "post", "link_code_key": "k2", "code_outcome": "identified"},
        {**three, "response_key": "e", "wave": "post", "link_code_key": "k3", "code_outcome": "identified"},
        {"response_key": "f", "session_code": "ccds-0001", "wave": "pre", "link_code_key": "k4",
         "code_outcome": "alone"},
    )  # fmt: skip
    near = {"response_key": "f", "code_outcome": "matched", "respondent_key": _PEOPLE[2]}
    insert(connection, table_of("core.near_code_link"), near)


def _fill_release(connection: sa.Connection) -> None:
    in_region = {**_SHARE, "kpi_id": "K07", "breakdown": "region"}
    insert(
        connection,
        table_of("reporting.kpi"),
        *({**_SHARE, "kpi_id": one.id} for one in CCDS.kpis),
        {**in_region, "level": "Y60", "numerator": 60.0, "denominator": 65.0, "value": 0.92},
        {**in_region, "level": "Y62", "numerator": 35.0, "denominator": 35.0, "value": 1.0, "ci_high": 1.0},
        {**in_region, **dict.fromkeys(_NUMBERS), **_WITHHELD, "kpi_id": "K08", "level": "Y60"},
        {**_MEASURED, **_MEAN, "kpi_id": "K13"},
        {**_MEASURED, **_PERSONS, "kpi_id": "K01"},
    )
    insert(connection, table_of("reporting.claim"), {**_SHARE, "state": "reproduced"})
    insert(connection, table_of("reporting.control_chart"), {**_SHARE, "breakdown": "region"})
    insert(
        connection, table_of("reporting.link_quality"), {"wave": "post", "phase": "all", "eligible_n": 100}
    )
    insert(connection, table_of("reporting.non_response"), {"kpi_id": "K16", "responders_n": 100})
    insert(connection, table_of("reporting.programme"), {"programme_id": CCDS.id})
    sources = ({**_ACCOUNT, "source_id": source.id} for source in CCDS.sources)
    insert(connection, table_of("reporting.data_status"), *sources)
    insert(
        connection,
        table_of("reporting.release"),
        {"as_of": date(2022, 6, 2), "released_at": "2022-06-02 05:00:00"},
    )
    _fill_for_analysts(connection)
    counts = {"comments_n": 25, "people_n": 25, "of_comments_n": 100, "share": 0.25}
    insert(
        connection,
        table_of("reporting.answer"),
        {"option_code": "agree", "answers_n": 25, "of_answers_n": 100, "share": 0.25, "suppressed": False},
        {"option_code": "disagree", "suppressed": True},
    )
    insert(
        connection,
        table_of("reporting.theme"),
        {"theme_id": "listening", "suppressed": False, **counts},
        {"theme_id": "boundaries", **_WITHHELD},
    )


def _fill_for_analysts(connection: sa.Connection) -> None:
    """The dimensions, and the tables that are derived from those above."""
    insert(connection, table_of("reporting.dim_wave"), {"wave": "post"})
    insert(connection, table_of("reporting.dim_kpi"), *({"kpi_id": one.id} for one in CCDS.kpis))
    insert(connection, table_of("reporting.dim_estimand"), {"estimand": "share"})
    parts = ({"breakdown": "region", "level": level} for level in ("Y60", "Y62"))
    insert(connection, table_of("reporting.dim_group"), {"breakdown": "all", "level": "all"}, *parts)
    insert(connection, table_of("reporting.dim_date"), {})
    columns = "kpi_id, wave, breakdown, level, suppressed, fraction, fraction_low, fraction_high, base_n"
    connection.execute(
        sa.text(
            f"INSERT INTO reporting.kpi_by_group ({columns}) "  # of code
            "SELECT kpi_id, wave, breakdown, level, suppressed, value, ci_low, ci_high, denominator "
            "FROM reporting.kpi WHERE is_headline"
        )
    )
    insert(connection, table_of("reporting.kpi_by_month"), {"kpi_id": "K07"})
    insert(connection, table_of("reporting.kpi_headline"), *({"kpi_id": one.id} for one in CCDS.kpis))
    insert(connection, table_of("reporting.change"), {"kpi_id": "K15"})
    insert(connection, table_of("reporting.response"), {"kpi_id": "K03", "due_n": 100, "answered_n": 80})
    reached = {"kpi_id": "K01", "breakdown": "region", "of_people_n": 100}
    insert(
        connection,
        table_of("reporting.reach"),
        {**reached, "level": "Y60", "people_n": 60, "share": 0.6},
        {**reached, "level": "Y62", "suppressed": True},
    )
    insert(connection, table_of("reporting.release_history"), {"release_id": "r1", "kpi_id": "K07"})
    held = {"first_session_on": date(2022, 3, 1), "last_session_on": date(2022, 6, 1)}
    insert(connection, table_of("reporting.session_summary"), {"breakdown": "all", "sessions_n": 20, **held})
