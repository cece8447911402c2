"""A process that is killed before the database wrote back its log leaves a warehouse that opens."""

from __future__ import annotations

import os
import signal
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


_MAKE = """
import resource, signal, sys
from pathlib import Path
from ccds_pipeline.warehouse.database import open_database
# Python ignores the signal by which the system ends a process that writes too much.
signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
with open_database(Path(sys.argv[1])):
    pass
"""


@pytest.mark.parametrize("written", [0, 100, 4096, 8192, 10_000])
def test_who_is_killed_while_the_file_is_made_leaves_none_that_nothing_can_open(tmp_path, written):
    warehouse = tmp_path / "warehouse.duckdb"
    command = [sys.executable, "-P", "-c", _MAKE, str(warehouse), str(written)]
    ended = subprocess.run(command, check=False, env=os.environ | {"PYTHONPATH": str(ROOT)})
    assert ended.returncode == -signal.SIGXFSZ
    assert not warehouse.exists()
    with open_database(warehouse) as engine, engine.connect() as connection:
        assert connection.execute(sa.text("SELECT 1")).scalar_one() == 1
    assert sorted(tmp_path.glob(".warehouse*")) == []
