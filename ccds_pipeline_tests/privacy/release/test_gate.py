"""Only the candidate that was attacked in vain goes up, and none that shows an identifier (A8, A16)."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from ccds_pipeline.errors import CheckFailedError
from ccds_pipeline.release.build import build_candidate, publish_candidate
from ccds_pipeline.warehouse.engine import open_warehouse
from ccds_pipeline_tests.support.rights_scenario import Story, new_story, story_in


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("loaded") / "story"
    new_story(folder).load()
    return folder


@pytest.fixture
def story(loaded: Path, tmp_path: Path) -> Story:
    return story_in(Path(shutil.copytree(loaded, tmp_path / "story")))


def build(story: Story) -> None:
    with open_warehouse(story.settings.warehouse_file) as engine:
        build_candidate(engine, story.ingest.programme, story.settings.candidate_file, note="")


def publish(story: Story) -> None:
    settings = story.settings
    with open_warehouse(settings.warehouse_file) as engine:
        publish_candidate(engine, story.ingest.programme, settings.candidate_file, settings.reporting_file)


@pytest.mark.attack("A8")
def test_a_candidate_that_was_changed_after_the_attack_does_not_go_up(story):
    build(story)
    with duckdb.connect(str(story.settings.candidate_file)) as connection:
        connection.execute("UPDATE kpi SET value = 3, suppressed = FALSE WHERE kpi_id = 'R1'")
    with pytest.raises(CheckFailedError, match="candidate_is_the_one_checked"):
        publish(story)
    assert not story.settings.reporting_file.exists()


@pytest.mark.attack("A16")
def test_an_identifier_that_was_typed_as_a_session_stops_the_release(story):
    session = "07700 900123"
    story.deliver(
        {"presence": [f"x@example.org,{session},2022-03-10 09:00,2022-03-10 12:00"]}, day="2022-05-02"
    )
    story.load()
    with pytest.raises(CheckFailedError, match="release_shows_no_identifier") as stopped:
        build(story)
    assert session not in str(stopped.value)
    assert not story.settings.candidate_file.exists()
