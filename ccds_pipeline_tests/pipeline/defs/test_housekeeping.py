"""Old runs go with their files, and what the UI needs of them stays; the state is backed up by a job."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import dagster as dg
import pytest
import yaml

from ccds_pipeline.backup.generations import generations
from ccds_pipeline.backup.make import verify
from ccds_pipeline.cli.dagster_home import prepare_home
from ccds_pipeline.defs.housekeeping import housekeeping
from ccds_pipeline.defs.installation import Installation
from ccds_pipeline.defs.run_history import compact, delete_old_runs
from ccds_pipeline.settings import Settings
from ccds_pipeline_tests.support.recorded_warehouses import make_present


@dg.asset(check_specs=[dg.AssetCheckSpec("is_there", asset="daily")])
def daily(context: dg.AssetExecutionContext):
    if "fails" in context.run.tags:
        raise dg.Failure("asked to")
    return dg.MaterializeResult(check_results=[dg.AssetCheckResult(passed=True)])


@dg.asset
def seldom() -> None:
    pass


EVERY_DAY = dg.define_asset_job("every_day", dg.AssetSelection.assets(daily))
NOW_AND_THEN = dg.define_asset_job("every_day", dg.AssetSelection.assets(seldom))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = prepare_home(Settings(data_dir=tmp_path))
    configuration = yaml.safe_load((home / "dagster.yaml").read_text("utf-8"))
    del configuration["compute_logs"]  # so that there are such logs to delete
    (home / "dagster.yaml").write_text(yaml.safe_dump(configuration), "utf-8")
    monkeypatch.setenv("DAGSTER_HOME", str(home))
    return home


@pytest.fixture
def instance(home: Path) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.get() as instance:
        yield instance


def run(instance: dg.DagsterInstance, asset: dg.AssetsDefinition, *, fails: bool = False) -> str:
    """Run the job that bears one name, of an asset; return the run."""
    job = dg.Definitions(assets=[asset], jobs=[EVERY_DAY if asset is daily else NOW_AND_THEN])
    done = job.resolve_job_def("every_day").execute_in_process(
        instance=instance, tags={"fails": "yes"} if fails else {}, raise_on_error=False
    )
    return done.run_id


def files_of(home: Path) -> set[str]:
    """Return the names of files and folders that bear the name of a run."""
    return {path.name.partition(".")[0] for path in home.rglob("*") if path.name.count("-") == 4}


def test_the_last_runs_of_a_job_stay_and_the_others_go_with_their_files(home, instance):
    made_once = run(instance, seldom)
    failed = [run(instance, daily, fails=True) for _ in range(2)]
    succeeded = [run(instance, daily) for _ in range(3)]
    assert {made_once, *failed, *succeeded} <= files_of(home)
    assert delete_old_runs(instance, kept=2, kept_failed=1) == 2
    kept = {made_once, failed[-1], *succeeded[-2:]}
    assert {one.run_id for one in instance.get_runs()} == kept
    assert files_of(home) == kept
    for asset in (daily, seldom):
        assert instance.get_latest_materialization_event(asset.key) is not None
    with closing(sqlite3.connect(home / "history" / "runs" / "index.db")) as connection:
        for table in ("event_logs", "asset_check_executions"):
            assert {row[0] for row in connection.execute(f"SELECT DISTINCT run_id FROM {table}")} <= kept
    with closing(sqlite3.connect(home / "history" / "runs.db")) as connection:
        assert {row[0] for row in connection.execute("SELECT DISTINCT run_id FROM run_tags")} <= kept
    assert delete_old_runs(instance, kept=2, kept_failed=1) == 0


def test_the_space_of_deleted_rows_is_given_back_unless_somebody_is_at_work(home):
    database = home / "history" / "runs.db"
    database.parent.mkdir()
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE run AS SELECT randomblob(1000000) AS event")
        connection.execute("DELETE FROM run")
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("BEGIN IMMEDIATE")
        compact(home)
        assert database.stat().st_size > 1_000_000
        connection.rollback()
        compact(home)
    assert database.stat().st_size < 100_000


def test_the_job_backs_the_state_up(tmp_path):
    settings = Settings(data_dir=tmp_path)
    make_present(settings.warehouse_file)
    installation = Installation(
        data_dir=str(settings.data_dir),
        landing=settings.landing_url,
        programme_file=str(settings.programme_file),
    )
    done = housekeeping.execute_in_process(resources={"installation": installation})
    (made,) = generations(settings.backups_folder)
    told = [
        {name: one.value for name, one in event.step_output_data.metadata.items()}
        for event in done.filter_events(lambda event: event.is_successful_output)
    ]
    assert {"backup": made.name, "removed": 0, "encrypted": False} in told
    assert {"runs": 0} in told
    assert verify(settings, made).people_erased_n == 0
