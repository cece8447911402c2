"""Only the candidate that was built last and shows no identifier goes up (A8, A16)."""

from __future__ import annotations

import duckdb
import pytest

from ccds_pipeline.errors import CheckFailedError
from ccds_pipeline.release.build import build_candidate, publish_candidate
from ccds_pipeline.warehouse.engine import open_warehouse
from ccds_pipeline_tests.support.rights_scenario import Scenario


def build(scenario: Scenario) -> None:
    with open_warehouse(scenario.settings.warehouse_file) as engine:
        build_candidate(engine, scenario.ingest.programme, scenario.settings.candidate_file, note="")


def publish(scenario: Scenario) -> None:
    settings = scenario.settings
    with open_warehouse(settings.warehouse_file) as engine:
        publish_candidate(
            engine, scenario.ingest.programme, settings.candidate_file, settings.reporting_file, inputs="test"
        )


@pytest.mark.attack("A8")
def test_a_candidate_that_was_changed_after_it_was_built_does_not_go_up(scenario):
    build(scenario)
    with duckdb.connect(str(scenario.settings.candidate_file)) as connection:
        connection.execute("UPDATE reporting.kpi SET value = 3, suppressed = FALSE WHERE kpi_id = 'R1'")
    with pytest.raises(CheckFailedError, match="candidate_is_the_one_built"):
        publish(scenario)
    assert not scenario.settings.reporting_file.exists()


@pytest.mark.attack("A16")
def test_an_identifier_that_was_typed_as_a_session_stops_the_release(scenario):
    session = "07700 900123"
    scenario.deliver(
        {"presence": [f"x@example.org,{session},2022-03-10 09:00,2022-03-10 12:00"]}, day="2022-05-02"
    )
    scenario.load()
    with pytest.raises(CheckFailedError, match="release_shows_no_identifier") as stopped:
        build(scenario)
    assert session not in str(stopped.value)
    assert not scenario.settings.candidate_file.exists()
