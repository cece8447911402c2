"""A demonstration in which a person is erased, the key is rotated, and the warehouse is lost and restored."""

from __future__ import annotations

import csv
import json
import secrets
import sqlite3
import subprocess
import zlib
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from ccds_pipeline.deidentify.pseudonym import Pseudonymiser, read_key_file
from ccds_pipeline_tests.support.commands import ccds

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rights") / "data"
    for command in (("demo", "--participants", "60", "--seed", "5"), ("run",), ("backup", "--whole")):
        done = ccds(*command, "--data", folder)
        assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def person(data: Path) -> str:
    """Return the address of somebody who booked; the demonstration invents it."""
    for file in sorted((data / "landing").rglob("*.csv")):
        with file.open(encoding="utf-8-sig", newline="") as text:
            for row in csv.reader(text):
                for cell in row:
                    if "@" in cell and is_held(data, cell):
                        return cell
    pytest.fail("nobody of the demonstration is held")


def key_of(data: Path, email: str) -> str | None:
    codes = Pseudonymiser(read_key_file(data / "demonstration.key")).person_keys(
        pd.Series([email], dtype="str")
    )
    return None if codes.isna()[0] else str(codes[0])


def is_held(data: Path, email: str) -> bool:
    rows = "SELECT count(*) FROM core.fact_response WHERE participant_key = $1"
    with duckdb.connect(str(data / "warehouse.duckdb"), read_only=True) as connection:
        (found,) = connection.execute(rows, [key_of(data, email)]).fetchone() or (0,)
    return bool(found)


def contents(folder: Path) -> Iterator[bytes]:
    """Return the bytes of every file but landing's and the warehouse's, with SQLite's cells unpacked."""
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        if "landing" in file.relative_to(folder).parts[:1]:
            continue
        yield file.read_bytes()
        if file.read_bytes()[:15] == b"SQLite format 3":
            yield from cells_of(file)


def cells_of(file: Path) -> Iterator[bytes]:
    with closing(sqlite3.connect(file)) as connection:
        for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            for row in connection.execute(f'SELECT * FROM "{table}"'):
                for cell in row:
                    yield str(cell).encode()
                    with suppress(zlib.error, TypeError):
                        yield zlib.decompress(cell)


def traced(folder: Path, traces: list[str]) -> list[str]:
    lower = [content.lower() for content in contents(folder)]
    return [trace for trace in traces if any(trace.lower().encode() in content for content in lower)]


def people(data: Path) -> float:
    printed = ccds("kpis", "--exact", "--data", data, "--format", "json")
    (reach,) = [
        row["numerator"]
        for row in json.loads(printed.stdout)
        if (row["kpi_id"], row["breakdown"], row["is_headline"]) == ("K01", "all", True)
    ]
    return float(reach)


def sent(data: Path, command: str, address: str) -> subprocess.CompletedProcess[str]:
    return ccds(command, address, "--data", data)


@pytest.mark.heavy
def test_after_an_erasure_no_store_holds_the_person_and_the_release_is_made_anew(data, person):
    code = key_of(data, person)
    traces = [person, str(code)]
    assert traced(data, traces) == [code], "held in the warehouse, and the scanner finds it"
    released, before = (data / "release.duckdb").stat().st_ino, people(data)
    backups = list((data / "backups").glob("*-whole"))
    done = sent(data, "erase", person)
    assert done.returncode == 0, done.stderr
    assert [trace for trace in traces if trace in done.stdout + done.stderr] == []
    assert traced(data, traces) == []
    assert not set(backups) & set((data / "backups").iterdir())
    assert "1 backups from before were removed, and new ones made." in done.stderr
    assert (data / "release.duckdb").stat().st_ino != released
    assert people(data) <= before
    assert not is_held(data, person)
    assert "Nothing held." in sent(data, "erase", person).stderr


@pytest.mark.heavy
def test_after_a_rotation_the_same_kpis_are_released_under_the_new_key(data, person):
    before = people(data)
    new = data.parent / "new.key"
    new.write_text(secrets.token_hex(32), encoding="ascii")
    done = ccds("rotate-key", "--new-key-file", new, "--data", data)
    assert done.returncode == 0, done.stderr
    assert "1 backups from before were removed" in done.stderr
    assert people(data) == before
    old_key = ccds("run", "--data", data, "--delivery", "2022-02-28")
    assert (old_key.returncode, "one_key" in old_key.stderr) == (3, True)
    actions = [line.split()[3] for line in ccds("audit", "list", "--data", data).stdout.splitlines()]
    assert {"key_use", "configuration", "release", "erasure", "rotation"} <= set(actions)
    assert ccds("audit", "verify", "--data", data).returncode == 0


def released_rows(data: Path) -> list[tuple[object, ...]]:
    with duckdb.connect(str(data / "release.duckdb"), read_only=True) as connection:
        return connection.sql("SELECT * EXCLUDE (run_id) FROM reporting.kpi ORDER BY ALL").fetchall()


@pytest.mark.heavy
def test_after_a_loss_a_run_is_refused_until_a_backup_is_restored(data, person):
    new = ("--data", data)
    environment = (data.parent / "new.key").read_text(encoding="ascii")
    assert ccds("backup", *new).returncode == 0
    before, head = released_rows(data), ccds("audit", "verify", *new).stdout
    for lost in ("warehouse.duckdb", "release.duckdb"):
        (data / lost).unlink()
    refused = ccds("run", *new, key=environment)
    assert (refused.returncode, "ccds restore" in refused.stderr) == (3, True)
    stated = ccds("run", *new, "--nobody-erased", key=environment)
    assert (stated.returncode, "1 people are known to have been erased" in stated.stderr) == (3, True)
    (state,) = (data / "backups").glob("*-state")
    restored = ccds("restore", state.name, *new)
    assert restored.returncode == 0, restored.stderr
    assert "1 people on the list of the erased" in restored.stderr
    done = ccds("run", *new, key=environment)
    assert done.returncode == 0, done.stderr
    assert released_rows(data) == before
    assert traced(data, [person]) == []
    assert ccds("audit", "verify", *new, "--head", head.strip()).returncode == 0
