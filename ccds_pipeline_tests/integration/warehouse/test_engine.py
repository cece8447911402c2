"""A process that is killed before the database wrote back its log leaves a warehouse that opens."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
import sqlalchemy as sa

from ccds_pipeline.schemas.register import restricted_tables, tables_of
from ccds_pipeline.warehouse.database import open_database
from ccds_pipeline_tests.support.paths import ROOT

TABLES = {"restricted": restricted_tables(), "released": tables_of("reporting")}
CREATE = """
import os, sys
from pathlib import Path
from ccds_pipeline.warehouse.database import open_database
from ccds_pipeline.warehouse.tables import recreate_tables
from ccds_pipeline_tests.integration.warehouse.test_engine import TABLES
with open_database(Path(sys.argv[1])) as engine, engine.connect() as connection:
    for _ in range(2):
        recreate_tables(connection, TABLES[sys.argv[2]])
        connection.commit()
    os._exit(0)
"""


@pytest.mark.parametrize("zone", TABLES)
def test_tables_are_there_after_their_creator_was_killed(tmp_path, zone):
    file = tmp_path / "w.duckdb"
    command = [sys.executable, "-P", "-c", CREATE, str(file), zone]
    subprocess.run(command, check=True, env=os.environ | {"PYTHONPATH": str(ROOT)})
    assert file.with_name("w.duckdb.wal").stat().st_size > 0
    with open_database(file) as engine, engine.connect() as connection:
        names = sa.text("SELECT schema_name || '.' || table_name FROM duckdb_tables()")
        found = set(connection.execute(names).scalars())
    assert found == {table.full_name for table in TABLES[zone]}
