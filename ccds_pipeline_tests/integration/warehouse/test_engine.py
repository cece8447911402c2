"""Where a warehouse opens: after its process was killed, and below folders of whatever name."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from ccds_pipeline.errors import ConfigurationError
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


def test_a_folder_may_have_any_other_sign_in_its_name(tmp_path):
    file = tmp_path / "x#%'& é*[];$~y" / "w.duckdb"
    with open_database(file) as engine, engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE kept AS SELECT 1 AS one"))
    with open_database(file, read_only=True) as engine, engine.connect() as connection:
        assert connection.execute(sa.text("FROM kept")).scalar_one() == 1


def test_a_folder_below_one_with_a_question_mark_is_refused_before_anything_is_made(tmp_path, monkeypatch):
    """DuckDB would fail at the commit, and leave a file that nothing opens."""
    folder = tmp_path / "final?"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for file in (folder / "data" / "w.duckdb", Path("data/w.duckdb")):
        with (
            pytest.raises(ConfigurationError, match=r"question mark.*data_folder_name") as refused,
            open_database(file),
        ):
            pass
        assert str(folder) in str(refused.value)
    assert list(folder.iterdir()) == []
