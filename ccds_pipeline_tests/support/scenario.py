"""Invented people who book, attend and answer, taken through conform, staging and core by the real code.

Each scenario has a session of its own, so that one warehouse can hold many.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date

import pandas as pd
import pyarrow as pa
import sqlalchemy as sa

from ccds_pipeline.core.basis import Basis
from ccds_pipeline.core.build import refresh_core
from ccds_pipeline.deidentify.generalise import shipped_places
from ccds_pipeline.ingest.conform.layout import layout_of, pick_columns
from ccds_pipeline.ingest.conform.prepare import prepare
from ccds_pipeline.ingest.store.staging import DeliveryKey, Incoming
from ccds_pipeline.programme.load import parse_programme
from ccds_pipeline.programme.model import Programme
from ccds_pipeline.schemas.register import table_of
from ccds_pipeline.warehouse.select_files import fill_tables
from ccds_pipeline.warehouse.tables import create_warehouse
from ccds_pipeline_tests.support.keys import PSEUDONYMISER
from ccds_pipeline_tests.support.programmes import survey_source, table_source

DELIVERED_ON = date(2022, 6, 1)
_HEAD = """
id: scenarios
name: A programme of scenarios
version: "1"
waves:
  - {id: pre, label: Before, timing: before}
  - {id: post, label: After, timing: after}
  - {id: later, label: Later, timing: after}
attendance: {minimum_minutes: 30}
sources:
"""
_ZONE = "Europe/London"
_TIMES = {"pre": "2022-03-01 09:00", "post": "2022-03-01 13:00", "later": "2022-04-12 09:00"}
STARTS, ENDS = "2022-03-01 09:30", "2022-03-01 12:30"


def scenario_programme(linking: str = "{require_attendance: true}") -> Programme:
    """Return the programme of the scenarios, with bookings, attendance and three surveys."""
    answered = {
        "timezone": _ZONE,
        "email": "mail",
        "reference": "ref",
        "session_code": "session",
        "link_code": "code",
        "submitted_at": "sent",
    }
    sources = [
        table_source(
            "bookings",
            "booking",
            "[ref]",
            timezone=_ZONE,
            email="mail",
            name="name",
            reference="ref",
            session_code="session",
            status="status",
            follow_up_consent='{column: contact, values: {"Yes": given, "No": withdrawn}}',
        ),
        table_source(
            "attendance",
            "attendance",
            "[mail, name, session, joined]",
            timezone=_ZONE,
            email="mail",
            name="name",
            session_code="session",
            session_starts_at="joined",
            session_ends_at="left",
            joined_at="joined",
            left_at="left",
        ),
        *(survey_source(f"{wave}_survey", wave, "", **answered) for wave in _TIMES),
    ]
    return parse_programme(f"{_HEAD}{''.join(sources)}linking: {linking}\n", place="scenarios.yaml")


@dataclass
class Scenarios:
    """Rows of each source, as delivered."""

    rows: dict[str, list[dict[str, str]]] = field(
        default_factory=lambda: {
            name: [] for name in ("bookings", "attendance", *(f"{w}_survey" for w in _TIMES))
        }
    )

    def books(self, session: str, who: str, *, mail: str | None = None, **cells: str) -> None:
        """Book a place under the reference ``<session> <who>``."""
        row = {"ref": f"{session} {who}", "mail": address(who) if mail is None else mail, "session": session}
        row |= {"name": f"{who} Invented", "status": "booked", "contact": "Yes"}
        self.rows["bookings"].append(row | cells)

    def joins(self, session: str, who: str, *, mail: str | None = None, **cells: str) -> None:
        """Join the session's meeting, from its start to its end, under the name of somebody who books."""
        row = {"mail": address(who) if mail is None else mail, "name": f"{who} Invented", "session": session}
        self.rows["attendance"].append(row | {"joined": STARTS, "left": ENDS} | cells)

    def comes(self, session: str, who: str, *, mail: str | None = None) -> None:
        """Book and attend."""
        self.books(session, who, mail=mail)
        self.joins(session, who, mail=mail)

    def sessions(self) -> list[str]:
        """Return the codes of all sessions that somebody joined."""
        return sorted({row["session"] for row in self.rows["attendance"]})

    def answers(self, wave: str, scenario: str, key: str, **cells: str) -> None:
        """Answer a survey; ``key`` names the response in its scenario."""
        row = {
            "id": f"{scenario} {key}",
            "mail": "",
            "ref": "",
            "session": scenario,
            "code": "",
            "sent": _TIMES[wave],
        }
        self.rows[f"{wave}_survey"].append(row | cells)


def address(who: str) -> str:
    """The address that somebody books with."""
    return f"{who}@example.org"


def load(
    engine: sa.Engine, programme: Programme, scenarios: Scenarios, *, delivered_on: date = DELIVERED_ON
) -> None:
    """Load the rows into staging, as one delivery of each source."""
    with engine.begin() as connection:
        create_warehouse(connection)
        for source_id, rows in scenarios.rows.items():
            if rows:
                _load_source(connection, programme, DeliveryKey(source_id, delivered_on), rows)


def _load_source(
    connection: sa.Connection, programme: Programme, key: DeliveryKey, rows: list[dict[str, str]]
) -> None:
    source_id, delivered_on = key.source_id, key.delivery_on
    source = programme.sources_by_id[source_id]
    cells = {name: pa.array([row[name] for row in rows], pa.string()) for name in rows[0]}
    faults = pa.array([None] * len(rows), pa.string())
    table = pa.table({"@line": pa.array(range(2, len(rows) + 2), pa.int64()), "@fault": faults, **cells})
    chunk = pick_columns(table, layout_of(source, table), file_number=1).to_pandas()
    incoming = Incoming(connection, key, record=source.record)
    outcome = prepare(
        chunk, source=source, programme=programme, pseudonymiser=PSEUDONYMISER,
        places=shipped_places(), delivery=delivered_on.isoformat(),
    )  # fmt: skip
    assert len(outcome.records) == len(rows), outcome.rejected[["column_name", "rule"]]
    incoming.add(outcome)
    incoming.settle_duplicates()
    incoming.replace()
    incoming.close()


@contextmanager
def warehouse_of(programme: Programme, scenarios: Scenarios) -> Iterator[sa.Connection]:
    """Load the scenarios into a warehouse in memory, up to core and the tables of valid responses."""
    engine = sa.create_engine("duckdb:///:memory:", poolclass=sa.pool.StaticPool)
    load(engine, programme, scenarios)
    refresh(engine, programme)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def refresh(engine: sa.Engine, programme: Programme) -> None:
    """Rebuild core and the tables of valid responses."""
    refresh_core(engine, programme, Basis(DELIVERED_ON, "scenarios"))
    with engine.begin() as connection:
        tables = (table_of("kpi.population"), table_of("kpi.valid_response"), table_of("kpi.link_quality"))
        fill_tables(connection, tables, parameters={"as_of": DELIVERED_ON})


def outcomes(connection: sa.Connection, scenarios: Scenarios) -> pd.DataFrame:
    """Return how each response was linked, by the key ``<scenario> <key>``."""
    names = pd.DataFrame(
        [
            {"source_id": source_id, "key": row["id"]}
            for source_id, rows in scenarios.rows.items()
            if source_id.endswith("_survey")
            for row in rows
        ]
    )
    keys = [
        PSEUDONYMISER.keys(part["key"], purpose=f"record:{source_id}")
        for source_id, part in names.groupby("source_id")
    ]
    found = pd.DataFrame(
        connection.execute(sa.text("SELECT * FROM core.fact_response")).mappings().all()
    ).set_index("response_key")
    return (
        names.assign(response_key=pd.concat(keys))
        .join(found.drop(columns="source_id"), on="response_key")
        .set_index("key")
    )


def person_key(who: str) -> str:
    """The pseudonym of somebody's address."""
    return str(PSEUDONYMISER.person_keys(pd.Series([address(who)]))[0])
