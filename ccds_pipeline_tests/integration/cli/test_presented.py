"""Report and exports are of the release that readers have, whatever was killed or rolled back before."""

import duckdb
import pytest

from ccds_pipeline.cli.presented import present_release
from ccds_pipeline.exports.write import is_export_of
from ccds_pipeline.settings import Settings
from ccds_pipeline_tests.support.released_database import write_released_database


@pytest.fixture
def settings(tmp_path):
    write_released_database(tmp_path / "release.duckdb")
    return Settings(data_dir=tmp_path)


def test_what_is_of_the_present_release_is_left_alone(settings):
    assert present_release(settings) == ["report", "exports"]
    assert present_release(settings) == []


def test_another_release_in_front_of_readers_brings_its_report_and_exports(settings):
    present_release(settings)
    with duckdb.connect(str(settings.reporting_file)) as connection:
        connection.execute("UPDATE reporting.release SET release_id = 'release-6'")
    assert present_release(settings) == ["report", "exports"]
    assert "release-6" in settings.report_file.read_text(encoding="utf-8")
    assert is_export_of(settings.exports_folder, "release-6")


@pytest.mark.parametrize(
    ("lost", "written"), [("report.html", ["report"]), ("exports/csv/release.txt", ["exports"])]
)
def test_what_a_killed_run_left_out_is_written(settings, lost, written):
    present_release(settings)
    (settings.data_dir / lost).unlink()
    assert present_release(settings) == written
