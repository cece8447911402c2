"""Schedule and sensor ask for the runs that outstanding deliveries need, and for no others."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from ccds_pipeline.defs.automation import ingest, on_new_delivery, refresh_at_0500
from ccds_pipeline.defs.installation import Installation
from ccds_pipeline.defs.reporting import releasing
from ccds_pipeline.defs.staging import sources
from ccds_pipeline.programme.load import default_programme_file
from ccds_pipeline_tests.support.rights_scenario import KEY

RETENTION = "retention: {source: Invented for tests, records: 36500, comments: 36500, ledger: 36500}\n"


@pytest.fixture
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.local_temp(str(tmp_path_factory.mktemp("dagster"))) as instance:
        yield instance


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    monkeypatch.setenv("CCDS_PSEUDONYM_KEY", KEY.hex())
    for source in ("forms_pre", "qualtrics_post"):
        folder = tmp_path / "landing" / source / "2022-06-30"
        folder.mkdir(parents=True)
        (folder / "export.csv").write_text("a\n")
    programme = tmp_path / "programme.yaml"
    programme.write_text(default_programme_file().read_text(encoding="utf-8") + RETENTION, encoding="utf-8")
    return Installation(
        data_dir=str(tmp_path), landing=str(tmp_path / "landing"), programme_file=str(programme)
    )


@pytest.fixture
def look(installation, instance):
    """Return the sensor, as a function of what it answered before."""

    def look(before: dg.SensorResult | None = None) -> dg.SensorResult:
        cursor = before.cursor if before is not None else None
        resources = {"installation": installation}
        with dg.build_sensor_context(cursor=cursor, resources=resources, instance=instance) as context:
            result = on_new_delivery(context)
        assert isinstance(result, dg.SensorResult)
        return result

    return look


def load(installation: Installation) -> None:
    """Load what is outstanding, as the runs that are asked for do."""
    with installation.open_warehouse() as engine:
        for delivery in installation.deliveries():
            installation.open_ingest().load(engine, delivery)


def deliver(installation: Installation, day: str, text: str = "a\n") -> Path:
    """Put an export of the booking system's survey into the landing; return its file."""
    folder = Path(installation.landing) / "forms_pre" / day
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "export.csv"
    file.write_text(text, encoding="utf-8")
    return file


def asked_for(result: dg.SensorResult) -> set[str]:
    """Return the sources whose loading was asked for."""
    keys = [key for request in result.run_requests or [] for key in request.asset_selection or []]
    return {key.path[1] for key in keys if key.path[0] == "staging"}


def days_of(request: dg.RunRequest) -> dict[str, list[str]]:
    """Return the days that a run is to load, by source."""
    ops = request.run_config["ops"]
    return {name.removeprefix("staging__"): each["config"]["days"] for name, each in ops.items()}


def test_the_sensor_asks_for_one_run_of_what_lies_still(look):
    first = look()
    assert asked_for(first) == set()
    second = look(first)
    (request,) = second.run_requests or []
    assert days_of(request) == {"forms_pre": ["2022-06-30"], "qualtrics_post": ["2022-06-30"]}
    assert asked_for(second) == {"forms_pre", "qualtrics_post"}
    assert dg.AssetKey(["reporting", "report"]) in (request.asset_selection or [])


def test_an_upload_is_not_loaded_before_two_looks_find_it_alike(look, tmp_path):
    file = tmp_path / "landing" / "forms_pre" / "2022-06-30" / "export.csv"
    result = look()
    for part in ("half of", "half of an upload", "half of an upload and the rest\n"):
        file.write_text(part)
        result = look(result)
        assert "forms_pre" not in asked_for(result)
    assert asked_for(look(result)) == {"forms_pre"}


def test_a_file_that_is_only_touched_between_the_looks_does_not_lie_still(look, tmp_path):
    file = tmp_path / "landing" / "forms_pre" / "2022-06-30" / "export.csv"
    first = look()
    os.utime(file, (1, 1))
    assert asked_for(look(first)) == {"qualtrics_post"}


def test_the_sensor_is_silent_about_what_is_loaded_until_it_changes(look, installation):
    asked = look(look())
    load(installation)
    loaded = look(asked)
    assert (asked_for(loaded), asked_for(look(loaded))) == (set(), set())
    deliver(installation, "2022-06-30", "a corrected export\n")
    again = look(look(loaded))
    assert asked_for(again) == {"forms_pre"}
    (request,), (first_request,) = again.run_requests or [], asked.run_requests or []
    assert request.run_key != first_request.run_key


def test_a_file_that_is_put_back_with_its_old_time_is_asked_for_again(look, installation):
    file = deliver(installation, "2022-06-30", "first\n")
    old = file.stat()
    first = look(look())
    load(installation)
    deliver(installation, "2022-06-30", "second, corrected\n")
    second = look(look(first))
    load(installation)
    deliver(installation, "2022-06-30", "first\n")
    os.utime(file, ns=(old.st_atime_ns, old.st_mtime_ns))
    third = look(look(second))
    assert asked_for(third) == {"forms_pre"}
    keys = {request.run_key for result in (first, second, third) for request in result.run_requests or []}
    assert len(keys) == 3


def test_a_run_that_failed_is_asked_for_again_after_growing_pauses(look, monkeypatch):
    monkeypatch.setenv("CCDS_LOADING_PAUSE_MINUTES", "0")
    first = look(look())
    second = look(first)
    assert asked_for(second) == asked_for(first) == {"forms_pre", "qualtrics_post"}
    monkeypatch.setenv("CCDS_LOADING_PAUSE_MINUTES", "60")
    assert asked_for(look(second)) == set()


def test_what_was_asked_for_often_enough_fails_the_check_once_and_is_left(look, monkeypatch):
    monkeypatch.setenv("CCDS_LOADING_PAUSE_MINUTES", "0")
    monkeypatch.setenv("CCDS_LOADING_ATTEMPTS", "2")
    result = look(look(look()))
    assert (asked_for(result), list(result.asset_events)) == ({"forms_pre", "qualtrics_post"}, [])
    result = look(result)
    (check,) = result.asset_events
    assert isinstance(check, dg.AssetCheckEvaluation)
    assert (check.check_name, check.passed, check.metadata["outstanding_n"].value) == (
        "everything_is_loaded",
        False,
        2,
    )
    assert asked_for(result) == set()
    result = look(result)
    assert (asked_for(result), list(result.asset_events)) == (set(), [])


def test_a_corrected_file_is_asked_for_although_the_sensor_had_given_up(look, installation, monkeypatch):
    monkeypatch.setenv("CCDS_LOADING_PAUSE_MINUTES", "0")
    monkeypatch.setenv("CCDS_LOADING_ATTEMPTS", "1")
    given_up = look(look(look()))
    deliver(installation, "2022-06-30", "a corrected export\n")
    assert asked_for(look(look(given_up))) == {"forms_pre"}


def test_nothing_is_asked_for_while_a_run_goes_on(look, installation, instance):
    run = instance.create_run_for_job(a_job, status=dg.DagsterRunStatus.STARTED)
    waiting = look(look())
    assert (asked_for(waiting), waiting.skip_reason.skip_message) == (set(), "A run goes on.")
    assert isinstance(morning(installation, instance), dg.SkipReason)
    instance.report_run_canceled(run)
    assert asked_for(look(waiting)) == {"forms_pre", "qualtrics_post"}


def test_several_days_are_one_run(look, installation):
    deliver(installation, "2022-05-31")
    (request,) = look(look()).run_requests or []
    assert days_of(request)["forms_pre"] == ["2022-05-31", "2022-06-30"]


def test_a_landing_folder_that_cannot_be_listed_fails_without_a_value(look, tmp_path):
    (tmp_path / "landing").rename(tmp_path / "away")
    with pytest.raises(dg.Failure, match="landing_missing"):
        look()


def test_the_schedule_asks_for_what_is_outstanding_whatever_its_date(installation, instance):
    deliver(installation, "2022-05-31")
    assert days_of(morning(installation, instance))["forms_pre"] == ["2022-05-31", "2022-06-30"]
    load(installation)
    assert isinstance(morning(installation, instance), dg.SkipReason)
    file = deliver(installation, "2022-05-31", "b\n")
    os.utime(file, (1, 1))
    assert days_of(morning(installation, instance)) == {"forms_pre": ["2022-05-31"]}


def test_a_load_that_fails_turns_the_check_red_although_nothing_after_it_is_reached(installation, instance):
    Path(installation.data_dir, "runs").write_text("no folder", encoding="utf-8")
    own = dg.Definitions(jobs=[ingest], resources={"installation": installation})
    found = dg.Definitions.merge(sources(), releasing(), own)
    result = found.resolve_job_def("ingest").execute_in_process(
        instance=instance, asset_selection=[dg.AssetKey(["staging", "forms_pre"])], raise_on_error=False
    )
    assert not result.success
    key = dg.AssetCheckKey(dg.AssetKey(["reporting", "candidate"]), "everything_is_loaded")
    (record,) = instance.event_log_storage.get_asset_check_execution_history(key, limit=5)
    evaluation = record.event.dagster_event.asset_check_evaluation_data
    assert (evaluation.passed, evaluation.metadata["outstanding"].value) == (False, "forms_pre/2022-06-30")


@dg.job
def a_job() -> None:
    """A run of some job on the instance."""


def morning(installation: Installation, instance: dg.DagsterInstance) -> Any:
    """Return what the schedule asks for: requests, or why there are none."""
    with dg.build_schedule_context(
        scheduled_execution_time=datetime(2022, 7, 15, 4, tzinfo=UTC),
        resources={"installation": installation},
        instance=instance,
    ) as context:
        return refresh_at_0500(context)
