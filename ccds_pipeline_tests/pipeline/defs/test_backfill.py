"""A run over a period loads what day by day would: the same rows, whatever was loaded before."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest

from ccds_pipeline.definitions import defs
from ccds_pipeline.defs.staging import FIRST_DAY, LAST_DAY, Period, staging_key
from ccds_pipeline.errors import UsageError
from ccds_pipeline_tests.integration.cli.test_bad_input import write_survey
from ccds_pipeline_tests.support.busy_warehouse import held
from ccds_pipeline_tests.support.keys import KEY
from ccds_pipeline_tests.support.paths import DATA

DAYS = {"2019-03-01": 2, "2019-05-01": 1, "2019-06-30": 3}
SOURCE = staging_key("indico_post")
TABLES = """SELECT schema_name || '.' || table_name FROM duckdb_tables()
    WHERE schema_name = 'staging' OR schema_name || '.' || table_name = 'ops.delivery' ORDER BY 1"""


@pytest.fixture
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.local_temp(str(tmp_path_factory.mktemp("dagster"))) as instance:
        yield instance


class Backfilled:
    """An installation whose runs load days of one landing."""

    def __init__(self, folder: Path, instance: dg.DagsterInstance, patch: pytest.MonkeyPatch) -> None:
        self.folder, self._instance, self._patch = folder, instance, patch
        folder.mkdir()

    def load(self, tags: dict[str, str] | None = None, *, days: tuple[str, ...] = ()) -> None:
        """Run the job that loads, for one source."""
        self._patch.setenv("CCDS_DATA_DIR", str(self.folder))
        config = {"ops": {SOURCE.to_python_identifier(): {"config": {"days": list(days)}}}} if days else {}
        done = (
            defs()
            .resolve_job_def("ingest")
            .execute_in_process(
                instance=self._instance, run_config=config, tags=tags or {}, asset_selection=[SOURCE]
            )
        )
        assert done.success

    def content(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return what was loaded, without the times of loading."""
        with duckdb.connect(str(self.folder / "warehouse.duckdb"), read_only=True) as connection:
            names = [name for (name,) in connection.execute(TABLES).fetchall()]
            return {
                name: connection.execute(
                    f"SELECT COLUMNS(c -> c NOT IN ('loaded_at')) FROM {name} ORDER BY ALL"
                ).fetchall()
                for name in names
            }


def test_a_period_is_loaded_as_day_by_day_and_again_to_the_same(tmp_path, instance, monkeypatch):
    for day, rows in DAYS.items():
        write_survey(tmp_path / "landing", day=day, rows=rows)
    monkeypatch.setenv("CCDS_PSEUDONYM_KEY", KEY)
    monkeypatch.setenv("CCDS_LANDING", str(tmp_path / "landing"))
    monkeypatch.setenv("CCDS_PROGRAMME", str(DATA / "workshop.yaml"))
    by_day = Backfilled(tmp_path / "by-day", instance, monkeypatch)
    for day in DAYS:
        by_day.load(days=(day,))
    at_once = Backfilled(tmp_path / "at-once", instance, monkeypatch)
    at_once.load({FIRST_DAY: "2019-05-01", LAST_DAY: "2019-06-30"})
    assert len(at_once.content()["ops.delivery"]) == 2
    at_once.load({FIRST_DAY: "2019-01-01"})
    expected = by_day.content()
    assert len(expected["ops.delivery"]) == len(DAYS)
    assert at_once.content() == expected


def test_a_run_waits_while_another_process_holds_the_warehouse(tmp_path, instance, monkeypatch):
    write_survey(tmp_path / "landing")
    monkeypatch.setenv("CCDS_PSEUDONYM_KEY", KEY)
    monkeypatch.setenv("CCDS_LANDING", str(tmp_path / "landing"))
    monkeypatch.setenv("CCDS_PROGRAMME", str(DATA / "workshop.yaml"))
    installation = Backfilled(tmp_path / "data", instance, monkeypatch)
    with ExitStack() as holding:
        holding.enter_context(held(installation.folder / "warehouse.duckdb"))
        let_go = threading.Thread(target=when_a_step_waits, args=(instance, holding.close))
        let_go.start()
        installation.load()
        let_go.join()
    assert len(installation.content()["ops.delivery"]) == 1


def when_a_step_waits(instance: dg.DagsterInstance, act: Callable[[], object]) -> None:
    """Act once a step of a run tries again; an error if none does while it may."""
    waiting = dg.DagsterEventType.STEP_UP_FOR_RETRY
    try:
        for _ in range(600):
            if any(instance.all_logs(run.run_id, of_type=waiting) for run in instance.get_runs()):
                return
            time.sleep(0.2)
        raise AssertionError("no step waited")
    finally:
        act()


@pytest.mark.parametrize(
    "tags", [{FIRST_DAY: "01.05.2019"}, {LAST_DAY: ""}, {FIRST_DAY: "2019-06-30", LAST_DAY: "2019-05-01"}]
)
def test_tags_that_name_no_period_are_refused(tags):
    with pytest.raises(UsageError, match="period"):
        Period.of(tags)


def test_a_run_without_tags_is_of_no_period():
    assert Period.of({"ccds/command": "run"}) is None
