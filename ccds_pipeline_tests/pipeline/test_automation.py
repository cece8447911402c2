"""Schedule and sensor ask for the runs that new deliveries need, and for no others."""

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


def look(installation: Installation, cursor: str | None = None) -> dg.SensorResult | dg.SkipReason:
    context = dg.build_sensor_context(cursor=cursor, resources={"installation": installation})
    result = on_new_delivery(context)
    assert isinstance(result, dg.SensorResult | dg.SkipReason)
    return result


def test_the_sensor_asks_for_one_run_a_day_with_the_delivered_sources(installation):
    result = look(installation)
    assert isinstance(result, dg.SensorResult)
    (request,) = result.run_requests or []
    assert request.partition_key == "2022-06-30"
    staged = {key.path[1] for key in request.asset_selection or [] if key.path[0] == "staging"}
    assert staged == {"forms_pre", "qualtrics_post"}
    assert dg.AssetKey(["reporting", "report"]) in (request.asset_selection or [])


def test_the_sensor_is_silent_until_a_delivery_changes(installation, tmp_path):
    first = look(installation)
    assert isinstance(first, dg.SensorResult)
    assert isinstance(look(installation, first.cursor), dg.SkipReason)
    (tmp_path / "landing" / "forms_pre" / "2022-06-30" / "export.csv").write_text("a corrected export\n")
    second = look(installation, first.cursor)
    assert isinstance(second, dg.SensorResult)
    (request,) = second.run_requests or []
    assert [key.path[1] for key in request.asset_selection or [] if key.path[0] == "staging"] == ["forms_pre"]
    first_request = (first.run_requests or [])[0]
    assert request.run_key != first_request.run_key


@pytest.mark.parametrize(("day", "is_run"), [(30, True), (29, False)])
def test_the_schedule_loads_the_deliveries_of_its_day(installation, day, is_run):
    context = dg.build_schedule_context(
        scheduled_execution_time=datetime(2022, 6, day, 4, tzinfo=UTC),
        resources={"installation": installation},
    )
    result = refresh_at_0500(context)
    assert isinstance(result, dg.RunRequest if is_run else dg.SkipReason)
