"""Temporary tables have the types of the tables that they are written into, whatever the type."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
import sqlalchemy as sa

from ccds_pipeline.ingest.store import staging
from ccds_pipeline.ingest.store.staging import DeliveryKey, Incoming
from ccds_pipeline.schemas.register import TYPES, Column, Table, table_of
from ccds_pipeline.warehouse.bulk import append, create_temporary
from ccds_pipeline.warehouse.engine import open_warehouse
from ccds_pipeline.warehouse.tables import create_tables

BORN_ON = Column("born_on", "date", "Day.", nullable=True)
EVERY_TYPE = Table(
    "ops", "every_type", "One.", tuple(Column(f"a_{name}", name, "Value.", nullable=True) for name in TYPES)
)
TYPES_OF = "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = :name ORDER BY 1"


@pytest.fixture
def connection(tmp_path):
    with open_warehouse(tmp_path / "types.duckdb") as engine, engine.begin() as connection:
        yield connection


def types_of(connection: sa.Connection, name: str) -> list[tuple[str, str]]:
    return [(row[0], row[1]) for row in connection.execute(sa.text(TYPES_OF), {"name": name})]


def test_a_temporary_table_has_the_types_of_a_table(connection):
    create_tables(connection, [EVERY_TYPE])
    create_temporary(connection, "temporary_one", EVERY_TYPE.columns)
    assert types_of(connection, "temporary_one") == types_of(connection, "every_type")
    assert len(types_of(connection, "temporary_one")) == len(TYPES)


def test_a_record_may_have_a_date(connection, monkeypatch):
    attendance = table_of("staging.attendance")
    dated = replace(attendance, columns=(*attendance.columns, BORN_ON))
    monkeypatch.setattr(
        staging, "table_of", lambda name: dated if name == dated.full_name else table_of(name)
    )
    Incoming(connection, DeliveryKey("teams", date(2022, 3, 1)), record="attendance")
    assert ("born_on", "DATE") in types_of(connection, "incoming_record")
    rows = pd.DataFrame({"born_on": [date(1970, 1, 2), None]})
    append(connection, replace(dated, columns=(BORN_ON,)), rows, into="incoming_record")
    days = connection.execute(sa.text("SELECT born_on FROM incoming_record ORDER BY 1")).scalars().all()
    assert days == [date(1970, 1, 2), None]
