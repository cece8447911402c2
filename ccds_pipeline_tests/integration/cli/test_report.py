"""``ccds report``: the report of the present release, and what it says where there is none."""

import webbrowser

import pytest
from typer.testing import CliRunner

from ccds_pipeline.cli.main import app
from ccds_pipeline.errors import ConfigurationError
from ccds_pipeline_tests.support.released_database import write_released_database


@pytest.fixture
def opened(monkeypatch):
    addresses: list[str] = []

    def note(address: str) -> bool:
        addresses.append(address)
        return True

    monkeypatch.setattr(webbrowser, "open", note)
    return addresses


@pytest.mark.parametrize("options", [(), ("--open",)])
def test_the_report_is_written_and_its_path_printed_and_opened_where_that_is_asked(tmp_path, opened, options):
    write_released_database(tmp_path / "release.duckdb", name="Welcome to the Ward")
    result = CliRunner().invoke(app, ["report", "--data", str(tmp_path), *options])
    target = tmp_path / "report.html"
    assert (result.exit_code, result.stdout.strip()) == (0, str(target))
    assert "Welcome to the Ward" in target.read_text(encoding="utf-8")
    assert opened == [target.as_uri()] * len(options)


def test_without_a_browser_the_reader_is_told_to_open_the_file(tmp_path, monkeypatch):
    monkeypatch.setattr(webbrowser, "open", lambda _: False)
    write_released_database(tmp_path / "release.duckdb")
    result = CliRunner().invoke(app, ["report", "--open", "--data", str(tmp_path)])
    assert result.exit_code == 0
    assert "open this file in one" in result.output


def test_before_a_release_it_says_what_to_do(tmp_path, opened):
    result = CliRunner().invoke(app, ["report", "--open", "--data", str(tmp_path)])
    assert isinstance(result.exception, ConfigurationError)
    assert "nothing was released yet" in str(result.exception)
    assert "ccds run" in str(result.exception)
    assert opened == []
