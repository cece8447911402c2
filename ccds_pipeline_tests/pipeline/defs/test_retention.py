"""The job removes what is too old by today's date, tells counts alone, and a new release follows it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from ccds_pipeline.definitions import defs
from ccds_pipeline.defs.installation import Installation
from ccds_pipeline.defs.retention import after_retention, retention
from ccds_pipeline_tests.support.rights_scenario import KEY, Scenario, new_scenario, scenario_in

DAYS = "retention: {source: Schedule 3, records: 90000, comments: 100, ledger: 90000}\n"


@pytest.fixture(scope="module")
def loaded_scenario(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("loaded") / "scenario"
    new_scenario(folder, rules=DAYS).load()
    return folder


@pytest.fixture
def scenario(loaded_scenario: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scenario:
    scenario = scenario_in(Path(shutil.copytree(loaded_scenario, tmp_path / "scenario")))
    monkeypatch.setenv("CCDS_DATA_DIR", str(scenario.settings.data_dir))
    monkeypatch.setenv("CCDS_PROGRAMME", str(scenario.settings.programme_file))
    monkeypatch.setenv("CCDS_PSEUDONYM_KEY", KEY.hex())
    return scenario


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.instance_for_test() as instance:
        yield instance


def installation_of(scenario: Scenario) -> Installation:
    settings = scenario.settings
    return Installation(
        data_dir=str(settings.data_dir),
        landing=settings.landing_url,
        programme_file=str(settings.programme_file),
    )


def without_retention(scenario: Scenario) -> None:
    file = scenario.settings.programme_file
    file.write_text(file.read_text(encoding="utf-8").removesuffix(DAYS), encoding="utf-8")


def asked_for(scenario: Scenario, instance: dg.DagsterInstance, done: dg.ExecuteInProcessResult) -> object:
    context = dg.build_run_status_sensor_context(
        sensor_name="after_retention", dagster_instance=instance, dagster_run=done.dagster_run,
        dagster_event=done.get_run_success_event(), resources={"installation": installation_of(scenario)},
    )  # fmt: skip
    return after_retention(context)


@pytest.mark.heavy
@pytest.mark.slow
def test_comments_that_are_too_old_go_and_the_release_is_made_anew(scenario, instance):
    definitions = defs()
    done = definitions.resolve_job_def("retention").execute_in_process(instance=instance)
    (handed,) = done.filter_events(lambda event: event.is_successful_output)
    told = {name: one.value for name, one in handed.step_output_data.metadata.items()}
    assert told == {"records": 0, "comments": 4, "ledger": 0}
    assert scenario.rows("SELECT count(*) FROM staging.comment") == [(0,)]
    assert scenario.rows("SELECT count(*) FROM kpi.kpi") == [(0,)]
    request = asked_for(scenario, instance, done)
    assert isinstance(request, dg.RunRequest)
    assert request.run_key == done.run_id
    assert after_retention.job_name == "publish"
    assert definitions.resolve_job_def("publish").execute_in_process(instance=instance).success
    assert scenario.rows("SELECT count(*) FROM kpi.kpi") != [(0,)]
    assert scenario.settings.reporting_file.exists()
    again = definitions.resolve_job_def("retention").execute_in_process(instance=instance)
    assert isinstance(asked_for(scenario, instance, again), dg.RunRequest), (
        "the one before may have been cut off"
    )


def test_without_retention_the_demonstration_says_so_and_nothing_is_done(scenario, instance):
    without_retention(scenario)
    (scenario.settings.data_dir / "landing" / "demonstration.json").write_text(
        '{"synthetic": true}', encoding="utf-8"
    )
    done = retention.execute_in_process(
        instance=instance, resources={"installation": installation_of(scenario)}
    )
    said = [record.message for record in instance.all_logs(done.run_id)]
    assert any("sets no retention" in message for message in said)
    assert isinstance(asked_for(scenario, instance, done), dg.SkipReason)
    assert scenario.rows("SELECT action FROM ops.audit WHERE action = 'retention'") == []


def test_real_data_without_retention_fails_the_job_without_a_value(scenario, instance):
    without_retention(scenario)
    with pytest.raises(dg.Failure, match="retention_set"):
        retention.execute_in_process(instance=instance, resources={"installation": installation_of(scenario)})
