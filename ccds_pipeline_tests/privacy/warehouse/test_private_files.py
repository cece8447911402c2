"""What is written is for its owner alone, nothing is left over or fetched (A1, A14, A21, A26)."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
import sqlalchemy as sa

from ccds_pipeline.cli.dagster_home import prepare_home
from ccds_pipeline.comments.private_csv import write_private_csv
from ccds_pipeline.settings import Settings
from ccds_pipeline.warehouse.engine import open_warehouse
from ccds_pipeline_tests.support.canaries import Scanner
from ccds_pipeline_tests.support.commands import ccds
from ccds_pipeline_tests.support.watched import open_paths

CANARY = "zq.print+quux@canary.example"


@pytest.fixture
def careless_umask() -> Iterator[None]:
    """The umask of most accounts, under which others read what a program writes."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.attack("A21")
@pytest.mark.usefixtures("careless_umask")
def test_the_warehouse_and_what_lies_beside_it_are_for_their_owner_alone(tmp_path):
    with open_warehouse(tmp_path / "data" / "w.duckdb") as engine, engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE person (mail TEXT)"))
    assert list(open_paths(tmp_path / "data")) == []


@pytest.mark.attack("A21")
@pytest.mark.usefixtures("careless_umask")
def test_what_the_command_writes_is_for_its_owner_alone(tmp_path):
    assert ccds("demo", "--data", tmp_path / "data", "--participants", "20").returncode == 0
    assert list(open_paths(tmp_path / "data")) == []


@pytest.mark.attack("A21")
def test_what_a_killed_process_spilled_is_gone_when_the_warehouse_is_opened(tmp_path):
    spill = tmp_path / "w.duckdb.spill"
    spill.mkdir()
    (spill / "duckdb_temp_block-1.block").write_text(CANARY)
    with open_warehouse(tmp_path / "w.duckdb"):
        assert list(spill.iterdir()) == []


@pytest.mark.attack("A26")
def test_the_warehouse_fetches_no_extension(tmp_path):
    settings = sa.text(
        "SELECT value FROM duckdb_settings() WHERE name LIKE 'auto%known_extensions' ORDER BY name"
    )
    with open_warehouse(tmp_path / "w.duckdb") as engine, engine.connect() as connection:
        assert connection.execute(settings).scalars().all() == ["false", "false"]


@pytest.mark.attack("A1")
def test_what_a_step_prints_is_kept_nowhere(tmp_path):
    @dg.asset
    def talk() -> None:
        print(CANARY)  # noqa: T201  # what a library might do with a row

    scanner, homes = Scanner({"value": CANARY}), {}
    for name in ("ours", "bare"):
        homes[name] = prepare_home(Settings(data_dir=tmp_path / name))
    (homes["bare"] / "dagster.yaml").write_text("telemetry: {enabled: false}\n", encoding="utf-8")
    for home in homes.values():
        with dg.DagsterInstance.from_config(str(home)) as instance:
            assert dg.materialize([talk], instance=instance).success
    assert scanner.scan(tmp_path / "ours") == []
    assert scanner.scan(tmp_path / "bare")


@pytest.mark.attack("A14")
@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_comment_that_is_a_formula_for_a_spreadsheet_is_written_as_text(tmp_path: Path, start):
    write_private_csv(tmp_path / "sheet.csv", ["text"], [[f"{start}1+1"]])
    with (tmp_path / "sheet.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["text"] for row in csv.DictReader(file)] == [f"'{start}1+1"]
