"""Schedule and sensor ask for the runs that new deliveries need, and for no others."""

import os
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

from ccds_pipeline.defs.automation import on_new_delivery, refresh_at_0500
from ccds_pipeline.defs.installation import Installation
from ccds_pipeline.programme.load import default_programme_file


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    for source in ("forms_pre", "qualtrics_post"):
        folder = tmp_path / "landing" / source / "2022-06-30"
        folder.mkdir(parents=True)
        (folder / "export.csv").write_text("a\n")
    return Installation(
        data_dir=str(tmp_path),
        landing=str(tmp_path / "landing"),
        programme_file=str(default_programme_file()),
    )


def look(installation: Installation, before: dg.SensorResult | None = None) -> dg.SensorResult:
    cursor = before.cursor if before is not None else None
    context = dg.build_sensor_context(cursor=cursor, resources={"installation": installation})
    result = on_new_delivery(context)
    assert isinstance(result, dg.SensorResult)
    return result


def asked_for(result: dg.SensorResult) -> set[str]:
    """Return the sources whose loading was asked for."""
    keys = [key for request in result.run_requests or [] for key in request.asset_selection or []]
    return {key.path[1] for key in keys if key.path[0] == "staging"}


def test_the_sensor_asks_for_one_run_a_day_with_the_delivered_sources_that_lie_still(installation):
    first = look(installation)
    assert asked_for(first) == set()
    second = look(installation, first)
    (request,) = second.run_requests or []
    assert request.partition_key == "2022-06-30"
    assert asked_for(second) == {"forms_pre", "qualtrics_post"}
    assert dg.AssetKey(["reporting", "report"]) in (request.asset_selection or [])


def test_an_upload_is_not_loaded_before_two_looks_find_it_alike(installation, tmp_path):
    file = tmp_path / "landing" / "forms_pre" / "2022-06-30" / "export.csv"
    result = look(installation)
    for part in ("half of", "half of an upload", "half of an upload and the rest\n"):
        file.write_text(part)
        result = look(installation, result)
        assert "forms_pre" not in asked_for(result)
    assert asked_for(look(installation, result)) == {"forms_pre"}


def test_a_file_that_is_only_touched_between_the_looks_does_not_lie_still(installation, tmp_path):
    file = tmp_path / "landing" / "forms_pre" / "2022-06-30" / "export.csv"
    first = look(installation)
    os.utime(file, (1, 1))
    assert asked_for(look(installation, first)) == {"qualtrics_post"}


def test_the_sensor_is_silent_until_a_delivery_changes(installation, tmp_path):
    loaded = look(installation, look(installation))
    assert asked_for(look(installation, loaded)) == set()
    (tmp_path / "landing" / "forms_pre" / "2022-06-30" / "export.csv").write_text("a corrected export\n")
    again = look(installation, look(installation, loaded))
    assert asked_for(again) == {"forms_pre"}
    (request,), (first_request,) = again.run_requests or [], loaded.run_requests or []
    assert request.run_key != first_request.run_key


def test_a_delivery_that_is_taken_away_and_given_again_is_loaded_again(installation, tmp_path):
    loaded = look(installation, look(installation))
    folder = tmp_path / "landing" / "forms_pre"
    folder.rename(tmp_path / "away")
    gone = look(installation, loaded)
    (tmp_path / "away").rename(folder)
    assert asked_for(look(installation, look(installation, gone))) == {"forms_pre"}


def test_a_landing_folder_that_cannot_be_listed_fails_without_a_value(installation, tmp_path):
    (tmp_path / "landing").rename(tmp_path / "away")
    with pytest.raises(dg.Failure, match="landing_missing"):
        look(installation)


@pytest.mark.parametrize(("day", "is_run"), [(30, True), (29, False)])
def test_the_schedule_loads_the_deliveries_of_its_day(installation, day, is_run):
    context = dg.build_schedule_context(
        scheduled_execution_time=datetime(2022, 6, day, 4, tzinfo=UTC),
        resources={"installation": installation},
    )
    result = refresh_at_0500(context)
    assert isinstance(result, dg.RunRequest if is_run else dg.SkipReason)
