"""The released file opens wherever it is put, by the DuckDB that a reader happens to have."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from ccds_pipeline.schemas.register import table_of, tables_of
from ccds_pipeline.warehouse.bulk import append
from ccds_pipeline.warehouse.database import open_database
from ccds_pipeline.warehouse.tables import create_tables
from ccds_pipeline_tests.support.released_rows import kpi_row, share_columns

OLDEST = "1.1.3"
READ = """
import sys, duckdb
file, *tables = sys.argv[1:]
with duckdb.connect(file, read_only=True) as connection:
    for table in tables:
        connection.sql(f"FROM {table}").fetchall()
        comments = "SELECT comment FROM duckdb_columns() WHERE schema_name = 'reporting' AND comment IS NULL"
        assert connection.sql(comments).fetchall() == []
    print(duckdb.__version__, connection.sql("SELECT count(*) FROM reporting.kpi").fetchall()[0][0])
"""
TABLES = [table.full_name for table in tables_of("reporting")]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file as a release makes it, with keys, rules and comments, and one value."""
    path, kpi = tmp_path / "release.duckdb", table_of("reporting.kpi")
    row = kpi_row("K1", 1, "Satisfaction", **share_columns(45, 50))
    with open_database(path) as engine, engine.begin() as connection:
        create_tables(connection, tables_of("reporting"))
        append(connection, kpi, pd.DataFrame([row]).reindex(columns=kpi.column_names))
    return path


@pytest.mark.parametrize("name", ["release", "copy of 2022-10", "kpi", "memory", "main", "export.v1"])
def test_one_statement_runs_whatever_the_file_is_called(file, name):
    moved = file.rename(file.with_name(f"{name}.duckdb"))
    with duckdb.connect(str(moved), read_only=True) as connection:
        assert connection.sql("SELECT count(*) FROM reporting.kpi").fetchall() == [(1,)]
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{moved}' AS attached (READ_ONLY)")
        connection.execute("USE attached.reporting")
        assert connection.sql("SELECT count(*) FROM kpi").fetchall() == [(1,)]


@pytest.mark.heavy
@pytest.mark.slow
def test_an_older_duckdb_reads_every_table(file, tmp_path):
    """In an environment of its own, where the registry of packages can be reached."""
    uv = Path(sys.executable).with_name("uv")
    installed = subprocess.run(
        [uv, "pip", "install", "--quiet", "--target", tmp_path / "old", f"duckdb=={OLDEST}"],
        capture_output=True,
        text=True,
        check=False,
    )
    if installed.returncode:
        pytest.skip(f"DuckDB {OLDEST} cannot be installed here: {installed.stderr[-300:]}")
    read = subprocess.run(
        [sys.executable, "-c", READ, file, *TABLES],
        env={"PYTHONPATH": str(tmp_path / "old")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (read.stderr, read.stdout.split()) == ("", [OLDEST, "1"])
