"""A fault in Dagster's own files is said as what it is, and what it does not concern."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from ccds_pipeline.cli.dagster_home import prepare_home
from ccds_pipeline.errors import CcdsError, ConfigurationError
from ccds_pipeline.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = Settings(data_dir=tmp_path)
    history = prepare_home(settings) / "history"
    history.mkdir()
    connection = sqlite3.connect(history / "runs.db")
    connection.execute("CREATE TABLE runs (id INT)")
    connection.commit()
    connection.close()
    return settings


def test_a_home_that_is_whole_is_taken(settings):
    assert prepare_home(settings) == settings.dagster_home.absolute()


@pytest.mark.parametrize("start", [0, 100])
def test_a_damaged_run_history_is_called_so(settings, start):
    file = settings.dagster_home / "history" / "runs.db"
    content = file.read_bytes()
    file.write_bytes(content[:start] + b"\xa5" * (len(content) - start))
    with pytest.raises(CcdsError, match="warehouse and the released tables are not affected") as error:
        prepare_home(settings)
    assert (error.value.rule, error.value.exit_code) == ("run_history_is_whole", 1)
    assert str(settings.dagster_home) in error.value.remedy


def test_a_driver_that_dagster_does_not_speak_by_is_refused(settings, monkeypatch):
    monkeypatch.setenv("DAGSTER_POSTGRES_URL", "postgresql://dagster@localhost/dagster")
    with pytest.raises(ConfigurationError, match="dagster_postgres_url"):
        prepare_home(settings)


@pytest.mark.parametrize(
    ("text", "place"),
    [("a: 1\nb: [1,\n", "dagster.yaml, line 3"), ("hello", "dagster.yaml"), ("\0", "dagster.yaml")],
)
def test_a_configuration_that_is_no_yaml_is_named_with_its_line(settings, text, place):
    (settings.dagster_home / "dagster.yaml").write_text(text)
    with pytest.raises(ConfigurationError, match="dagster_yaml") as error:
        prepare_home(settings)
    assert error.value.place.endswith(place)
