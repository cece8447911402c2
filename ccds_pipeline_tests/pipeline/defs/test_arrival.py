"""A source that does not come is seen without a run of it, and freshness is that of what came."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from ccds_pipeline.defs.arrival import arrival
from ccds_pipeline.defs.installation import installation
from ccds_pipeline.defs.staging import freshness_policy, landing_key, sources
from ccds_pipeline.programme.load import parse_programme
from ccds_pipeline_tests.support.keys import KEY
from ccds_pipeline_tests.support.small_delivery import HEADERS, PROGRAMME_TEXT, first_answer

EXPECTING = PROGRAMME_TEXT.replace(
    "  - id: first\n", "  - id: first\n    owner: team:surveys\n    expected: {due: 0 0 * * *}\n"
)
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


@pytest.fixture
def definitions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dg.Definitions:
    programme = tmp_path / "programme.yaml"
    programme.write_text(EXPECTING, encoding="utf-8")
    for name, value in (("DATA_DIR", tmp_path), ("PROGRAMME", programme), ("PSEUDONYM_KEY", KEY)):
        monkeypatch.setenv(f"CCDS_{name}", str(value))
    (tmp_path / "landing" / "first").mkdir(parents=True)
    load = dg.define_asset_job("load", dg.AssetSelection.assets(["staging", "first"]))
    return dg.Definitions.merge(installation(), sources(), arrival(), dg.Definitions(jobs=[load]))


def run(definitions: dg.Definitions, job: str, instance: dg.DagsterInstance) -> dg.ExecuteInProcessResult:
    return definitions.resolve_job_def(job).execute_in_process(QUIET, instance=instance)


def test_a_source_is_overdue_until_it_came_and_fresh_from_then_on(definitions, instance, tmp_path):
    (late,) = run(definitions, "expect", instance).get_asset_check_evaluations()
    assert (late.asset_key, late.passed, late.severity) == (
        landing_key("first"),
        False,
        dg.AssetCheckSeverity.WARN,
    )
    assert "first is overdue" in str(late.description)
    assert "Ask team:surveys" in str(late.description)

    day = datetime.now(UTC).date().isoformat()
    file = tmp_path / "landing" / "first" / day / "export.csv"
    file.parent.mkdir()
    file.write_text("\n".join([HEADERS["first"], first_answer("anna", 5), ""]), encoding="utf-8")
    loaded = run(definitions, "load", instance)
    usual = {check.check_name: check for check in loaded.get_asset_check_evaluations()}
    assert not usual["deliveries_are_as_usual"].passed
    assert "Not measured yet" in str(usual["deliveries_are_as_usual"].description)
    came = instance.get_latest_materialization_event(landing_key("first"))
    assert came is not None
    assert came.asset_materialization.metadata["delivery"].value == day

    (in_time,) = run(definitions, "expect", instance).get_asset_check_evaluations()
    assert in_time.passed

    run(definitions, "load", instance)
    assert instance.get_latest_materialization_event(landing_key("first")) == came


def test_a_time_of_the_calendar_is_a_freshness_policy_and_days_after_a_session_are_none():
    by_the_calendar = parse_programme(EXPECTING, place="small.yaml").sources_by_id["first"]
    daily = dg.FreshnessPolicy.cron("0 0 * * *", timedelta(days=1), "Europe/London")
    assert freshness_policy(by_the_calendar, "Europe/London") == daily
    other = EXPECTING.replace("due: 0 0 * * *", "days_after_session: 5")
    after_sessions = parse_programme(other, place="small.yaml").sources_by_id["first"]
    assert freshness_policy(after_sessions, "Europe/London") is None
