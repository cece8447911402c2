"""A release is put in place whole or not at all, and never beside a write-ahead file."""

from pathlib import Path

import duckdb
import pytest

from ccds_pipeline.errors import CcdsError
from ccds_pipeline.warehouse.publish import publish


def database(path: Path, value: int) -> Path:
    path.parent.mkdir(exist_ok=True)
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE release AS SELECT ? AS value", [value])
    return path


def value_in(path: Path) -> int:
    with duckdb.connect(str(path), read_only=True) as connection:
        return int(connection.execute("SELECT value FROM release").fetchall()[0][0])


def test_readers_of_the_old_release_keep_it_and_new_ones_see_the_new(tmp_path):
    target = database(tmp_path / "release.duckdb", 1)
    reader = duckdb.connect(str(target), read_only=True)
    publish(database(tmp_path / "candidate" / "release.duckdb", 2), target)
    assert reader.execute("SELECT value FROM release").fetchall() == [(1,)]
    reader.close()
    assert value_in(target) == 2


@pytest.mark.parametrize("beside", ["release.duckdb.wal", "candidate/release.duckdb.wal"])
def test_a_write_ahead_file_stops_the_release_and_the_earlier_one_stays(tmp_path, beside):
    target = database(tmp_path / "release.duckdb", 1)
    candidate = database(tmp_path / "candidate" / "release.duckdb", 2)
    (tmp_path / beside).write_bytes(b"stale")
    with pytest.raises(CcdsError, match="write-ahead") as caught:
        publish(candidate, target)
    assert caught.value.rule == "no_write_ahead_file"
    (tmp_path / beside).unlink()
    assert value_in(target) == 1
