"""Dagster tells by itself: of the last run of each job, and of what is found beside it."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from ccds_pipeline.alerts.looks import HOUSEKEEPING, last_ticks
from ccds_pipeline.defs.alerts import alerts
from ccds_pipeline.defs.described import value_free_failures
from ccds_pipeline.defs.housekeeping import tell_what_is_wrong
from ccds_pipeline.defs.installation import Installation
from ccds_pipeline.defs.outcomes import look_at_runs
from ccds_pipeline.errors import ConfigurationError
from ccds_pipeline_tests.support.alerts import Receiver, receiving
from ccds_pipeline_tests.support.small_delivery import PROGRAMME_TEXT


@dg.asset(check_specs=[dg.AssetCheckSpec("is_sound", asset="made", blocking=True)])
def made(context: dg.AssetExecutionContext):
    with value_free_failures():
        if "breaks" in context.run.tags:
            raise ConfigurationError("no pseudonym key is set", rule="key_present", remedy="Make one.")
    metadata: dict[str, str | float] = {
        "broken_rules": "not_a_timestamp",
        "rejected_n": 12,
        "rejected_share": 0.5,
    }
    passed = "fails" not in context.run.tags
    return dg.MaterializeResult(check_results=[dg.AssetCheckResult(passed=passed, metadata=metadata)])


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.local_temp(str(tmp_path_factory.mktemp("dagster"))) as instance:
        yield instance


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    for name in ("landing", "data"):
        (tmp_path / name).mkdir()
    programme = tmp_path / "small.yaml"
    programme.write_text(PROGRAMME_TEXT, encoding="utf-8")
    return Installation(
        data_dir=str(tmp_path / "data"), landing=str(tmp_path / "landing"), programme_file=str(programme)
    )


def run(instance: dg.DagsterInstance, job: str, how: str = "well") -> None:
    jobs = dg.Definitions(assets=[made], jobs=[dg.define_asset_job(job, "made")])
    jobs.resolve_job_def(job).execute_in_process(instance=instance, tags={how: "yes"}, raise_on_error=False)


def look(installation: Installation, instance: dg.DagsterInstance) -> str:
    with dg.build_sensor_context(resources={"installation": installation}, instance=instance) as context:
        skipped = alerts(context)
    assert isinstance(skipped, dg.SkipReason)
    return str(skipped.skip_message)


def test_the_sensor_tells_of_failed_runs_and_checks_once_and_when_they_are_over(
    installation, instance, receiver, monkeypatch
):
    assert "CCDS_ALERT_URL is not set" in look(installation, instance)
    monkeypatch.setenv("CCDS_ALERT_URL", receiver.url)
    run(instance, "ingest", "breaks")
    run(instance, "retention", "fails")
    for _ in range(2):
        assert look(installation, instance) == "Everything that is wrong was told."
    (message,) = receiver.messages
    assert message["title"] == "[ccds] 2 things need somebody"
    assert "no pseudonym key is set [key_present]" in message["message"]
    assert (
        "A check failed: made, is_sound\n  Rules: not_a_timestamp\n  Counts: rejected 12"
        in message["message"]
    )
    # What loads, and what loads and releases, is one thing: the last of them counts.
    run(instance, "refresh")
    look(installation, instance)
    assert receiver.messages[1]["title"] == "[ccds] Over: The run of refresh failed"
    receiver.status = 500
    run(instance, "retention")
    assert "did not get through" in look(installation, instance)


def test_a_run_that_was_stopped_says_nothing_of_the_one_before(instance):
    run(instance, "publish", "fails")
    before = look_at_runs(instance)
    stopped = instance.create_run_for_job(dg.Definitions(jobs=[nothing]).resolve_job_def("publish"))
    instance.report_run_canceled(stopped)
    assert look_at_runs(instance) == before
    assert [cause.name for cause in before.causes] == ["made, is_sound"]


@dg.job(name="publish")
def nothing() -> None:
    pass


def test_housekeeping_notes_that_it_ran_and_tells_of_deliveries(installation, receiver, monkeypatch):
    monkeypatch.setenv("CCDS_ALERT_URL", receiver.url)
    file = Path(installation.landing) / "first" / "2022-03-11" / "export.csv"
    file.parent.mkdir(parents=True)
    file.write_text("a\n")
    with dg.build_op_context(resources={"installation": installation}) as context:
        tell_what_is_wrong(context)
    assert "1: first/2022-03-11" in receiver.text
    assert set(last_ticks(installation.settings)) == {HOUSEKEEPING}
