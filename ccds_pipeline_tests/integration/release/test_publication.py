"""Publishing in two phases: whatever a run is killed between, the next start settles it."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from ccds_pipeline.errors import CheckFailedError, UsageError
from ccds_pipeline.release import publication
from ccds_pipeline.release.build import build_candidate
from ccds_pipeline.release.publication import (
    PUBLISHED,
    UNDONE,
    kept_releases,
    last_inputs,
    note_computation,
    publish_checked,
    refuse_changed_inputs,
    roll_back,
    settle_publication,
)
from ccds_pipeline.warehouse.audit import record_act
from ccds_pipeline.warehouse.database import open_database
from ccds_pipeline.warehouse.engine import open_present, open_warehouse
from ccds_pipeline_tests.support.rights_scenario import Scenario


class Killed(BaseException):
    """Stands for a signal that ends the process there."""


@pytest.fixture
def killed_at(monkeypatch) -> Iterator[object]:
    def at(name: str) -> None:
        def end(*_: object, **__: object) -> None:
            raise Killed

        monkeypatch.setattr(publication, name, end)

    yield at
    monkeypatch.undo()


def publish(scenario: Scenario, *, inputs: str) -> None:
    settings, programme = scenario.settings, scenario.ingest.programme
    with open_warehouse(settings.warehouse_file) as engine:
        build_candidate(engine, programme, settings.candidate_file, note="")
        publish_checked(engine, programme, settings.candidate_file, settings.reporting_file, inputs=inputs)


def settle(scenario: Scenario) -> str | None:
    settings = scenario.settings
    with open_warehouse(settings.warehouse_file) as engine:
        return settle_publication(engine, scenario.ingest.programme, settings.reporting_file)


def noted(scenario: Scenario) -> tuple[object, ...]:
    """Return how many releases ledger and audit trail know, and what became of the attempts."""
    releases, acts, outcomes = scenario.all_rows(
        [
            "SELECT count(*) FROM ops.release",
            "SELECT count(*) FROM ops.audit WHERE action = 'release'",
            "SELECT outcome FROM ops.publication ORDER BY intended_at",
        ]
    )
    return releases[0][0], acts[0][0], [outcome for (outcome,) in outcomes]


def test_a_release_is_confirmed_and_kept(scenario):
    publish(scenario, inputs="a")
    assert noted(scenario) == (1, 1, [PUBLISHED])
    assert len(kept_releases(scenario.settings.reporting_file)) == 1
    with open_present(scenario.settings.warehouse_file) as connection:
        assert last_inputs(connection) == "a"
    assert settle(scenario) is None


def test_killed_after_the_move_the_release_is_noted_at_the_next_start(scenario, killed_at, monkeypatch):
    killed_at("_confirm")
    with pytest.raises(Killed):
        publish(scenario, inputs="a")
    monkeypatch.undo()
    assert noted(scenario) == (0, 0, ["intended"])
    assert scenario.settings.reporting_file.exists()
    assert settle(scenario) == PUBLISHED
    assert noted(scenario) == (1, 1, [PUBLISHED])
    assert settle(scenario) is None


def test_killed_before_the_move_the_release_is_undone_at_the_next_start(scenario, killed_at, monkeypatch):
    killed_at("publish")
    with pytest.raises(Killed):
        publish(scenario, inputs="a")
    monkeypatch.undo()
    assert not scenario.settings.reporting_file.exists()
    assert settle(scenario) == UNDONE
    assert noted(scenario) == (0, 0, [UNDONE])
    with open_present(scenario.settings.warehouse_file) as connection:
        assert last_inputs(connection) is None


def test_an_earlier_release_can_be_put_back(scenario, monkeypatch):
    publish(scenario, inputs="a")
    target = scenario.settings.reporting_file
    first = target.read_bytes()
    (kept,) = kept_releases(target)
    kept.rename(kept.with_stem("20220101T000000Z-earlier"))
    time.sleep(1.1)  # a release is named by its second
    publish(scenario, inputs="b")
    assert len(kept_releases(target)) == 2
    with open_warehouse(scenario.settings.warehouse_file) as engine:
        roll_back(engine, target, "20220101T000000Z-earlier")
    assert target.read_bytes() == first
    assert scenario.rows("SELECT count(*) FROM ops.audit WHERE action = 'rollback'") == [(1,)]


def test_a_release_from_before_an_erasure_is_not_put_back(scenario):
    publish(scenario, inputs="a")
    target = scenario.settings.reporting_file
    (kept,) = kept_releases(target)
    with open_warehouse(scenario.settings.warehouse_file) as engine:
        roll_back(engine, target, kept.stem)
        with engine.begin() as connection:
            record_act(connection, "erasure", {})
        with pytest.raises(UsageError, match="release_before_erasure"):
            roll_back(engine, target, kept.stem)


def test_a_release_whose_tables_are_of_another_version_is_not_put_back(scenario):
    publish(scenario, inputs="a")
    target = scenario.settings.reporting_file
    (kept,) = kept_releases(target)
    with open_database(kept) as engine, engine.begin() as connection:
        connection.execute(sa.text("UPDATE reporting.release SET tables_version = '0.9'"))
    before = target.read_bytes()
    with (
        pytest.raises(UsageError, match="release_tables_version"),
        open_warehouse(scenario.settings.warehouse_file) as engine,
    ):
        roll_back(engine, target, kept.stem)
    assert target.read_bytes() == before


def test_a_release_under_the_name_that_it_had_before_is_not_left_beside_the_present_one(scenario):
    former = scenario.settings.data_dir / "reporting.duckdb"
    former.write_bytes(b"an earlier release")
    publish(scenario, inputs="a")
    assert not former.exists()


def test_what_changed_since_the_computation_began_is_not_released(scenario):
    with open_warehouse(scenario.settings.warehouse_file) as engine:
        for refused in ("a", "b"):
            with pytest.raises(CheckFailedError, match="inputs_unchanged"):
                refuse_changed_inputs(engine, refused)
            note_computation(engine, "a")
        refuse_changed_inputs(engine, "a")


def test_a_release_that_is_not_kept_cannot_be_put_back(scenario):
    publish(scenario, inputs="a")
    before = scenario.settings.reporting_file.read_bytes()
    with (
        pytest.raises(UsageError, match="release_is_kept"),
        open_warehouse(scenario.settings.warehouse_file) as engine,
    ):
        roll_back(engine, scenario.settings.reporting_file, "20200101T000000Z-none")
    assert scenario.settings.reporting_file.read_bytes() == before


def test_only_the_last_releases_are_kept(scenario, monkeypatch):
    monkeypatch.setattr(publication, "KEPT_RELEASES", 1)
    publish(scenario, inputs="a")
    (first,) = kept_releases(scenario.settings.reporting_file)
    first.rename(first.with_stem("20220101T000000Z-earlier"))
    time.sleep(1.1)  # a release is named by its second
    publish(scenario, inputs="b")
    assert [path.stem for path in kept_releases(scenario.settings.reporting_file)] != [
        "20220101T000000Z-earlier"
    ]
    assert len(kept_releases(scenario.settings.reporting_file)) == 1
