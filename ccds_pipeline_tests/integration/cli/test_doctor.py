"""``ccds doctor`` says of each part of an installation whether it is well, whatever state it is in."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from ccds_pipeline.alerts.looks import REFRESH, SILENT_REMEDY, tick
from ccds_pipeline.backup.generations import Kind
from ccds_pipeline.backup.make import back_up
from ccds_pipeline.cli.diagnosis import Finding, diagnose
from ccds_pipeline.ingest.installation import open_ingest
from ccds_pipeline.settings import Settings
from ccds_pipeline.sources.landing import find_deliveries
from ccds_pipeline.warehouse.audit import record_act
from ccds_pipeline.warehouse.engine import open_present, open_warehouse
from ccds_pipeline_tests.support.busy_warehouse import held
from ccds_pipeline_tests.support.commands import ccds
from ccds_pipeline_tests.support.keys import KEY, OTHER_KEY
from ccds_pipeline_tests.support.small_delivery import HEADERS, PROGRAMME_TEXT

_ROW = "1,ann@example.org,S1,2022-03-10 08:00,7"
_WELL = {"programme", "key", "data folder", "Dagster's home", "clock", "landing", "lock", "warehouse"}


def looked_at(settings: Settings, *options: str) -> dict[str, list[Finding]]:
    """Return the findings by their subject; none of them quotes a row or a key."""
    by_subject: dict[str, list[Finding]] = {}
    for finding in diagnose(settings, options):
        assert not any(secret in str(finding) for secret in (KEY, OTHER_KEY, "ann@example.org"))
        by_subject.setdefault(finding.subject, []).append(finding)
    return by_subject


def states(found: dict[str, list[Finding]], *subjects: str) -> set[str]:
    return {finding.state.value for subject in subjects for finding in found[subject]}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """An installation of which one delivery is loaded, and nothing released."""
    programme = tmp_path / "small.yaml"
    programme.write_text(PROGRAMME_TEXT, encoding="utf-8")
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    made = Settings(
        data_dir=data, landing=str(tmp_path / "landing"), programme=programme, pseudonym_key=SecretStr(KEY)
    )
    deliver(made, "2022-03-11")
    ingest = open_ingest(made)
    with open_warehouse(made.warehouse_file) as engine:
        for delivery in find_deliveries(made.landing_url, ingest.programme.sources_by_id).deliveries:
            ingest.load(engine, delivery)
    made.runs_folder.chmod(0o700)
    return made


def deliver(settings: Settings, day: str) -> None:
    file = Path(settings.landing_url) / "first" / day / "export.csv"
    file.parent.mkdir(parents=True)
    file.write_text(f"{HEADERS['first']}\n{_ROW}\n", encoding="utf-8")


def release(settings: Settings, release_id: str) -> None:
    settings.reporting_file.unlink(missing_ok=True)
    with duckdb.connect(str(settings.reporting_file)) as connection:
        connection.execute("CREATE SCHEMA reporting")
        connection.execute("CREATE TABLE reporting.release (release_id VARCHAR)")
        connection.execute("INSERT INTO reporting.release VALUES (?)", [release_id])


def note(settings: Settings, release_id: str, outcome: str, *, days_ago: int = 1) -> None:
    at = datetime.now(UTC).replace(tzinfo=None) - timedelta(days=days_ago)
    with open_present(settings.warehouse_file) as connection:
        connection.execute(
            sa.text("INSERT INTO ops.publication VALUES (:id, 'inputs', :at, :outcome, :at)"),
            {"id": release_id, "outcome": outcome, "at": at},
        )


def test_what_is_well_is_said_with_what_was_loaded_last(settings):
    found = looked_at(settings)
    assert states(found, *_WELL, "outstanding", "audit trail", "last load") == {"ok"}
    assert [finding.text for finding in found["outstanding"]] == ["no delivery"]
    newest = {finding.text.partition(":")[0]: finding for finding in found["source"]}
    assert "newest delivery 2022-03-11" in newest["first"].text
    assert (newest["second"].state, newest["second"].text) == ("warning", "second: nothing is loaded yet")


def test_a_source_that_did_not_come_is_a_warning_that_says_whom_to_ask(settings, tmp_path):
    expected = "  - id: first\n    owner: team:surveys\n    expected: {due: 0 9 * * MON}\n"
    programme = tmp_path / "expecting.yaml"
    text = settings.programme_file.read_text(encoding="utf-8").replace("  - id: first\n", expected)
    programme.write_text(text, encoding="utf-8")
    found = looked_at(settings.model_copy(update={"programme": programme}))
    (first,) = [finding for finding in found["source"] if finding.text.startswith("first:")]
    assert (first.state, "first is overdue: one is due by Monday" in first.text) == ("warning", True)
    assert first.remedy == "Ask team:surveys for the export, and put it into landing/first/<yyyy-mm-dd>/."


def test_a_delivery_that_is_not_loaded_is_named_with_the_command(settings):
    deliver(settings, "2022-04-11")
    (left,) = looked_at(settings)["outstanding"]
    assert (left.state, left.remedy) == ("warning", "ccds run")
    assert left.text == "1 deliveries: first/2022-04-11"


def test_before_the_first_run_everything_that_can_be_said_is_said(settings, tmp_path):
    new = settings.model_copy(update={"data_dir": tmp_path / "new"})
    found = looked_at(new)
    assert states(found, "data folder", "warehouse") == {"warning"}
    assert states(found, "programme", "key", "landing", "disk") == {"ok"}
    assert not new.data_dir.exists()


def test_without_landing_and_key_each_is_a_failure_with_its_remedy(tmp_path):
    found = looked_at(Settings(data_dir=tmp_path))
    assert states(found, "key", "landing") == {"failure"}
    assert "secrets.token_hex" in found["key"][0].remedy


def test_while_another_process_writes_the_last_finished_step_is_shown(settings):
    with held(settings.warehouse_file):
        found = looked_at(settings)
    assert "another process holds the warehouse (process" in found["lock"][0].text
    assert states(found, "lock", "warehouse", "outstanding") == {"ok"}


def test_a_damaged_warehouse_is_a_failure_that_says_how_to_restore_it(settings):
    settings.warehouse_file.write_bytes(b"\xa5" * 8192)
    found = looked_at(settings)
    (damage,) = found["warehouse"]
    assert (damage.state, "is damaged" in damage.text) == ("failure", True)
    assert "run ccds restore" in damage.remedy
    assert "lock" not in found


def test_a_backup_is_asked_for_and_the_newest_shown_with_when_it_was_verified(settings):
    (none,) = looked_at(settings)["backup"]
    assert (none.state, none.text) == ("warning", "there is none")
    assert none.remedy.startswith("ccds backup")
    made = back_up(settings, Kind.STATE).generation
    newest, same_disk = looked_at(settings)["backup"]
    assert (newest.state, newest.text.startswith(f"{made.name}, made ")) == ("ok", True)
    assert "0.0 days ago, not encrypted, 1 kept" in newest.text
    assert (same_disk.state, "CCDS_BACKUP_FOLDER" in same_disk.remedy) == ("warning", True)
    (made.path / "verified").unlink()
    assert looked_at(settings)["backup"][0].remedy == f"ccds verify {made.name}"
    made.path.rename(made.path.with_name("20261001T000000Z-1-state"))
    assert looked_at(settings)["backup"][0].text.endswith("it is old")


def test_backups_from_before_a_removal_and_an_old_list_are_failures(settings):
    assert states(looked_at(settings), "erased people") == {"ok"}
    back_up(settings, Kind.STATE)
    with open_present(settings.warehouse_file) as connection:
        record_act(connection, "erasure", {})
    (held_still,) = looked_at(settings)["erased people"]
    assert (held_still.state, "1 backups" in held_still.text) == ("failure", True)
    back_up(settings, Kind.STATE)
    assert states(looked_at(settings), "erased people") == {"ok"}
    settings.warehouse_file.with_suffix(".mark").write_text('{"people_erased": 2}', encoding="utf-8")
    (missing,) = looked_at(settings)["erased people"]
    assert (missing.state, "2 people who were erased are not on the list" in missing.text) == (
        "failure",
        True,
    )


def test_a_lost_warehouse_is_a_failure_that_says_how_to_bring_it_back(settings):
    settings.warehouse_file.unlink()
    (lost,) = looked_at(settings)["warehouse"]
    assert (lost.state, "ccds restore" in lost.remedy) == ("failure", True)


def test_a_wrong_programme_file_hides_nothing_else(settings):
    settings.programme_file.write_text("id: [", encoding="utf-8")
    found = looked_at(settings)
    assert states(found, "programme", "landing", "source", "outstanding") == {"failure"}
    assert states(found, "warehouse", "audit trail", "last load", "key") == {"ok"}


def test_another_key_than_the_warehouse_rests_on_is_a_failure(settings):
    other = settings.model_copy(update={"pseudonym_key": SecretStr(OTHER_KEY)})
    assert [finding.state for finding in looked_at(other)["key"]] == ["ok", "failure"]


def test_what_other_accounts_can_open_is_a_failure(settings):
    settings.warehouse_file.chmod(0o640)
    (folder,) = looked_at(settings)["data folder"]
    assert (folder.state, folder.remedy) == ("failure", f"chmod -R go-rwx {settings.data_dir}")


def test_a_damaged_run_history_is_a_failure(settings):
    (settings.dagster_home / "history").mkdir(parents=True, mode=0o700)
    (settings.dagster_home / "history" / "runs.db").write_bytes(b"\xa5" * 4096)
    (home,) = looked_at(settings)["Dagster's home"]
    assert (home.state, "Move the folder" in home.remedy) == ("failure", True)


def test_a_schedule_that_ticked_too_long_ago_is_a_warning(settings):
    tick(settings, REFRESH)
    assert states(looked_at(settings), "schedule") == {"ok"}
    (file,) = settings.alerts_folder.glob("*.tick")
    long_ago = (datetime.now(UTC) - timedelta(hours=settings.alert_after_hours + 1)).timestamp()
    os.utime(file, (long_ago, long_ago))
    (silent,) = looked_at(settings)["schedule"]
    assert (silent.state, silent.remedy) == ("warning", SILENT_REMEDY)


def test_a_clock_behind_the_newest_record_is_a_failure(settings, monkeypatch):
    class Later(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + timedelta(days=1)

    monkeypatch.setattr("ccds_pipeline.warehouse.audit.datetime", Later)
    with open_present(settings.warehouse_file) as connection:
        record_act(connection, "configuration", {})
    assert "failure" in states(looked_at(settings), "clock")


@pytest.mark.parametrize(
    ("noted", "file", "state", "says"),
    [
        ([], None, "warning", "nothing was released yet"),
        ([("one", "published", 1)], "one", "ok", "one, "),
        ([("one", "published", 1)], None, "failure", "readers have none"),
        ([("one", "undone", 1)], "one", "failure", "does not know as published"),
        ([("one", "published", 2), ("two", "published", 1)], "one", "warning", "an earlier one"),
        ([("one", "published", 2), ("two", "intended", 1)], "one", "warning", "is not settled"),
    ],
)
def test_what_readers_have_is_held_against_the_ledger_of_releases(settings, noted, file, state, says):
    for release_id, outcome, days_ago in noted:
        note(settings, release_id, outcome, days_ago=days_ago)
    if file is not None:
        release(settings, file)
    first = looked_at(settings)["release"][0]
    assert (first.state, says in first.text) == (state, True)


def test_each_setting_is_shown_with_its_origin_and_a_misspelt_one_is_told(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path(".env").write_text("CCDS_LOADING_ATTEMPTS=3\nCCDS_LOADING_PAUSE_MINUTES=7\nOTHER=1\n")
    monkeypatch.setenv("CCDS_LOADING_ATTEMPTS", "2")
    monkeypatch.setenv("CCDS_PSEUDONYM_KEY", KEY)
    monkeypatch.setenv("CCDS_DATADIR", "data")
    monkeypatch.setenv("CCDS_SOURCE_BOOKINGS_URL", "postgresql://me:hidden@host/db")
    settings = Settings(landing="sftp://me@host/exports")
    shown = [finding.text for finding in looked_at(settings, "landing")["setting"]]
    assert "CCDS_LOADING_ATTEMPTS: 2 (environment)" in shown
    assert "CCDS_LOADING_PAUSE_MINUTES: 7.0 (.env)" in shown
    assert "CCDS_DATA_DIR: data (default)" in shown
    assert "CCDS_LANDING: sftp://host/exports (--landing)" in shown
    assert "CCDS_PSEUDONYM_KEY: set (environment)" in shown
    assert "CCDS_SOURCE_BOOKINGS_URL: set (environment)" in shown
    assert "CCDS_DATADIR: there is no such setting (environment)" in shown


def test_the_command_ends_with_1_for_a_failure_alone_and_prints_json(settings):
    where = ["--data", settings.data_dir, "--landing", settings.landing_url]
    where += ["--programme", settings.programme_file]
    well = ccds("doctor", *where, key=KEY)
    assert (well.returncode, "0 failure" in well.stderr) == (0, True)
    assert "warning  release         nothing was released yet\n" in well.stdout
    sick = ccds("doctor", "--json", *where)
    assert sick.returncode == 1
    failures = [finding["subject"] for finding in json.loads(sick.stdout) if finding["state"] == "failure"]
    assert failures == ["key"]


def test_the_version_is_printed():
    assert ccds("--version").stdout == "ccds 0.1.0\n"
