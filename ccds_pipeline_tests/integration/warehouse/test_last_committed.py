"""A warehouse that another process holds is read from a private copy of what was committed last."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from ccds_pipeline.errors import BusyError
from ccds_pipeline.settings import Settings
from ccds_pipeline.warehouse import last_committed
from ccds_pipeline.warehouse.database import open_database
from ccds_pipeline.warehouse.engine import open_present, open_warehouse
from ccds_pipeline_tests.support.busy_warehouse import held, written_without_pause
from ccds_pipeline_tests.support.paths import ROOT
from ccds_pipeline_tests.support.watched import open_paths

COMMITTED = "CREATE TABLE fact (n INT); INSERT INTO fact VALUES (1), (2); BEGIN; INSERT INTO fact VALUES (3)"
KILLED = """
import os, sys
from pathlib import Path
from ccds_pipeline.warehouse.engine import open_warehouse
with open_warehouse(Path(sys.argv[1]), read_only=True):
    os._exit(0)
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return Settings(data_dir=tmp_path).warehouse_file


def number_of(connection: sa.Connection, query: str) -> int:
    return int(connection.execute(sa.text(query)).scalar_one())


def test_a_held_warehouse_answers_with_what_is_committed(file, caplog):
    with held(file, COMMITTED), open_present(file, read_only=True) as connection:
        assert number_of(connection, "SELECT sum(n) FROM fact") == 3
    (line,) = caplog.messages
    assert "Another process is at work" in line


def test_a_free_warehouse_is_not_copied(file, caplog):
    with open_warehouse(file) as engine, engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE fact (n INT)"))
    with open_present(file, read_only=True) as connection:
        assert number_of(connection, "SELECT count(*) FROM fact") == 0
    assert caplog.messages == []
    assert not (file.parent / "runs").exists()


def test_the_copy_lies_among_the_private_copies_and_is_for_its_owner_alone(file):
    before = os.umask(0o022)
    try:
        with held(file, COMMITTED), open_warehouse(file, read_only=True):
            (copy,) = Settings(data_dir=file.parent).runs_folder.glob("run-*/*/warehouse.duckdb")
            assert list(open_paths(file.parent / "runs")) == []
            assert copy.stat().st_size > 0
    finally:
        os.umask(before)
    assert list((file.parent / "runs").iterdir()) == []


def test_nothing_can_be_written_into_the_copy(file):
    with (
        held(file, COMMITTED),
        pytest.raises(Exception, match="warehouse_statement"),
        open_present(file, read_only=True) as connection,
    ):
        connection.execute(sa.text("DELETE FROM fact"))


def test_what_a_killed_reader_left_is_swept_by_the_next_one(file):
    with held(file, COMMITTED):
        command = [sys.executable, "-P", "-c", KILLED, str(file)]
        subprocess.run(command, check=True, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True)
        (left,) = (file.parent / "runs").iterdir()
        with open_warehouse(file, read_only=True):
            assert not left.exists()
    assert list((file.parent / "runs").iterdir()) == []


def test_who_writes_gets_no_copy_and_neither_does_who_reads_a_release(file):
    with held(file), pytest.raises(BusyError), open_warehouse(file):
        pass
    with held(file), pytest.raises(BusyError), open_database(file, read_only=True):
        pass


@pytest.mark.slow
@pytest.mark.parametrize("copies", [20, pytest.param(200, marks=pytest.mark.heavy)])
def test_every_copy_is_one_state_of_a_warehouse_that_is_written_without_a_pause(file, copies, monkeypatch):
    seen = []
    # Slowly, so that checkpoints begin and end while a copy is made.
    monkeypatch.setattr(last_committed, "_CHUNK_BYTES", 512)
    with written_without_pause(file) as writer:
        for _ in range(copies):
            with open_present(file, read_only=True) as connection:
                seen.append(number_of(connection, "SELECT n FROM step"))
                found = connection.execute(sa.text("SELECT coalesce(sum(n), 0), count(*) FROM part")).one()
                assert found == connection.execute(sa.text("SELECT total, rows_n FROM whole")).one()
        assert writer.poll() is None
    assert seen == sorted(seen)
    assert len(set(seen)) > copies / 2
    assert list((file.parent / "runs").iterdir()) == []
