"""A damaged file, a full disk, a folder that is not writable and a newer DuckDB are told apart."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
import sqlalchemy as sa

from ccds_pipeline.errors import CcdsError
from ccds_pipeline.warehouse.database import open_database
from ccds_pipeline.warehouse.engine import open_warehouse
from ccds_pipeline_tests.support.paths import ROOT
from ccds_pipeline_tests.support.recorded_warehouses import make_present

Damage = Callable[[bytearray], bytearray | bytes]
BLOCK = 262144
DAMAGED = {"file_is_whole", "file_may_be_damaged"}  # the latter where one thread of two meets the damage


def cut(share: float) -> Damage:
    return lambda content: content[: int(len(content) * share)]


def noise(at: int, *, length: int = 64) -> Damage:
    def overwrite(content: bytearray) -> bytearray:
        start = at % len(content)
        content[start : start + length] = b"\xa5" * length
        return content

    return overwrite


DAMAGES: dict[str, Damage] = {
    "empty": cut(0),
    "cut in the headers": lambda content: content[:5000],
    "cut after the headers": lambda content: content[:12288],
    "cut in the middle": cut(0.5),
    "cut at the end": lambda content: content[:-1],
    "first bytes": noise(0),
    "first bytes of a header": noise(4096),
    "another header": noise(8192),
    "first page": noise(0, length=4096),
    "text": lambda content: b"hello world\n" * 5000,
    "last block": noise(-BLOCK + 5000),
    "zeros in the middle": lambda content: content[:20000] + bytes(len(content) - 20000),
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "warehouse.duckdb"
    make_present(file)
    with duckdb.connect(str(file)) as connection:
        connection.execute(
            "INSERT INTO staging.sighting "
            "SELECT 'a', '2022-01-01', '2022-01-01', md5(range::VARCHAR), md5(range::VARCHAR), range "
            "FROM range(50000)"
        )
    return file


def damage(file: Path, how: Damage) -> None:
    file.write_bytes(how(bytearray(file.read_bytes())))


def read_everything(file: Path, *, read_only: bool) -> None:
    with open_warehouse(file, read_only=read_only) as engine, engine.connect() as connection:
        names = connection.execute(sa.text("SELECT schema_name || '.' || table_name FROM duckdb_tables()"))
        for name in names.scalars().all():
            connection.execute(sa.text(f"FROM {name}")).all()


def refused(file: Path, *, read_only: bool = False) -> CcdsError:
    with pytest.raises(CcdsError) as error:
        read_everything(file, read_only=read_only)
    return error.value


@pytest.mark.parametrize("read_only", [True, False], ids=["read", "written"])
@pytest.mark.parametrize("how", DAMAGES)
def test_a_damaged_file_is_called_damaged(file, how, read_only):
    damage(file, DAMAGES[how])
    error = refused(file, read_only=read_only)
    assert error.rule in DAMAGED
    assert (error.exit_code, error.place) == (1, "warehouse.duckdb")
    assert "The released tables are not affected" in error.remedy
    assert "run ccds restore" in error.remedy


def test_noise_in_any_block_is_found_when_it_is_read_or_does_not_matter(file):
    whole, found = file.read_bytes(), 0
    for start in range(12288, len(whole), BLOCK):
        file.write_bytes(noise(start + 1000)(bytearray(whole)))
        try:
            read_everything(file, read_only=True)
        except CcdsError as error:
            assert error.rule in DAMAGED  # noqa: PT017  # free blocks may hold anything
            found += 1
    assert found > 5


def test_a_damaged_log_is_damage_too(file):
    code = "import duckdb, os, sys; c = duckdb.connect(sys.argv[1]); c.execute(sys.argv[2]); os._exit(0)"
    written = "INSERT INTO ops.board SELECT range::VARCHAR, 'b', 'c', NULL FROM range(500)"
    subprocess.run([sys.executable, "-c", code, str(file), written], check=True)
    damage(file.with_name("warehouse.duckdb.wal"), noise(200))
    assert refused(file).rule == "file_is_whole"


def test_the_newest_backup_is_named(file):
    backups = file.parent / "backups"
    backups.mkdir()
    for name in ("v2-20261130T021500Z", "v10-20270101T000000Z", "v9-20261231T000000Z"):
        (backups / f"warehouse-{name}.duckdb").touch()
    damage(file, cut(0.5))
    assert "copy backups/warehouse-v10-20270101T000000Z.duckdb to warehouse.duckdb" in refused(file).remedy


def test_a_damaged_release_is_made_anew(tmp_path):
    (tmp_path / "release.duckdb").write_bytes(b"hello world\n" * 5000)
    with (
        pytest.raises(CcdsError, match="makes it anew") as error,
        open_database(tmp_path / "release.duckdb", read_only=True),
    ):
        pass
    assert error.value.rule == "file_is_whole"


def test_a_file_of_a_newer_duckdb_is_not_damaged(file):
    content = bytearray(file.read_bytes())
    content[12:20] = struct.pack("<Q", 999)
    checksum = 5381
    for (word,) in struct.iter_unpack("<Q", content[8:4096]):
        checksum ^= word * 0xBF58476D1CE4E5B9 % 2**64
    content[:8] = struct.pack("<Q", checksum)
    file.write_bytes(content)
    error = refused(file)
    assert (error.rule, error.exit_code) == ("duckdb_version", 3)


IN_A_LIMITED_PROCESS = """
import os, resource, sys
from pathlib import Path
import sqlalchemy as sa
from ccds_pipeline.errors import CcdsError
from ccds_pipeline.warehouse.engine import open_warehouse
open_warehouse(Path("/")), sa.create_engine("duckdb://").connect().close()
exec(sys.argv[2])
try:
    with open_warehouse(Path(sys.argv[1])) as engine, engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE fact AS SELECT md5(range::VARCHAR) FROM range(300000)"))
except CcdsError as error:
    print(error.exit_code, error)
"""


def tried(file: Path, limit: str) -> str:
    words = [sys.executable, "-P", "-c", IN_A_LIMITED_PROCESS, str(file), limit]
    done = subprocess.run(
        words, check=True, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)}
    )
    return done.stdout


@pytest.mark.parametrize("is_new", [True, False], ids=["new", "there"])
def test_a_folder_that_is_not_writable_is_named(is_new):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "data")
        folder.mkdir()
        if is_new:
            Path(name).chmod(0o755)
        else:
            make_present(folder / "warehouse.duckdb")
            (folder / "warehouse.duckdb").chmod(0o444)
            Path(name).chmod(0o755)
        folder.chmod(0o555)
        # Nothing is forbidden to root.
        printed = tried(folder / "warehouse.duckdb", "os.getuid() or (os.setgid(65534), os.setuid(65534))")
        assert printed.startswith("3 warehouse.duckdb: ")
        assert f"the folder {folder}" in printed
        assert "[data_folder_writable]" in printed


def test_a_full_disk_is_no_damage(tmp_path):
    limit = "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
    limit += "resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, 2**20))"
    printed = tried(tmp_path / "warehouse.duckdb", limit)
    assert "[warehouse_statement]" in printed
    assert "Free disk space" in printed
