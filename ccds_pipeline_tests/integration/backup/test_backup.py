"""A backup brings back what no delivery does, says when it is not whole, and loses nothing that is newer."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import duckdb
import pandas as pd
import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from ccds_pipeline.backup.generations import Generation, Kind, find_generation, generations
from ccds_pipeline.backup.make import back_up, renew_backups, verify
from ccds_pipeline.backup.restore import begin_anew, refuse_unrestored, restore
from ccds_pipeline.deidentify.pseudonym import Pseudonymiser
from ccds_pipeline.errors import BusyError, CcdsError, CheckFailedError, ConfigurationError, UsageError
from ccds_pipeline.release.publication import kept_releases, release_id_of
from ccds_pipeline.rights.erasure import erase
from ccds_pipeline.schemas.register import irreplaceable_tables, kept_tables
from ccds_pipeline.settings import Settings
from ccds_pipeline.warehouse.audit import audit_trail, record_act, verify_trail
from ccds_pipeline.warehouse.engine import open_present, open_warehouse
from ccds_pipeline.warehouse.mark import erased_before
from ccds_pipeline_tests.support.busy_warehouse import held
from ccds_pipeline_tests.support.commands import killed_in
from ccds_pipeline_tests.support.keys import KEY as KEY_TEXT
from ccds_pipeline_tests.support.keys import OTHER_KEY as OTHER_KEY_TEXT
from ccds_pipeline_tests.support.rights_scenario import KEY, VERA, Scenario, scenario_in

PSEUDONYMISER = Pseudonymiser(KEY)
PERSON = str(PSEUDONYMISER.person_keys(pd.Series([VERA], dtype="str"))[0])
KPIS = "(SELECT * EXCLUDE (run_id) FROM reporting.kpi)"
ROOM = "ccds_pipeline.backup"
STATE = [table.full_name for table in irreplaceable_tables()]
LOADED = [table.full_name for table in kept_tables() if table.full_name not in STATE]


@pytest.fixture(scope="module")
def released(loaded_scenario: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the scenario: Vera was erased, it was released then, and the state backed up."""
    folder = Path(shutil.copytree(loaded_scenario, tmp_path_factory.mktemp("released") / "scenario"))
    scenario = scenario_in(folder)
    erase_vera(scenario)
    scenario.refresh()
    scenario.release()
    back_up(scenario.settings, Kind.STATE)
    return folder


@pytest.fixture
def before_erasure(loaded_scenario: Path, tmp_path: Path) -> Scenario:
    return scenario_in(Path(shutil.copytree(loaded_scenario, tmp_path / "before")))


@pytest.fixture
def scenario(released: Path, tmp_path: Path) -> Scenario:
    return scenario_in(Path(shutil.copytree(released, tmp_path / "scenario")))


def erase_vera(scenario: Scenario) -> None:
    erase(scenario.settings, scenario.ingest.programme, PSEUDONYMISER, VERA, dry_run=False)


def newest(scenario: Scenario) -> Generation:
    return find_generation(scenario.settings.backups_folder, None)


def with_settings(scenario: Scenario, **changes: object) -> Settings:
    return scenario.settings.model_copy(update=changes)


def lose(scenario: Scenario) -> None:
    """Delete warehouse and releases."""
    scenario.settings.warehouse_file.unlink()
    scenario.settings.reporting_file.unlink(missing_ok=True)
    shutil.rmtree(scenario.settings.kept_releases_folder, ignore_errors=True)


def rows_of(database: Path, names: list[str]) -> dict[str, list[tuple[object, ...]]]:
    with duckdb.connect(str(database), read_only=True) as connection:
        return {name: sorted(connection.execute(f"FROM {name}").fetchall(), key=str) for name in names}


def load_again(scenario: Scenario) -> None:
    with open_warehouse(scenario.settings.warehouse_file) as engine, engine.begin() as connection:
        connection.execute(
            sa.text(
                "UPDATE ops.delivery SET loaded_at = loaded_at + INTERVAL 1 DAY WHERE source_id = 'bookings'"
            )
        )


def release_again(scenario: Scenario) -> None:
    with duckdb.connect(str(scenario.settings.reporting_file)) as connection:
        connection.execute("UPDATE reporting.release SET release_id = 'another'")


def is_held(scenario: Scenario) -> bool:
    return bool(scenario.rows(f"FROM staging.booking WHERE person_key = '{PERSON}'"))


@pytest.mark.attack("A17")
def test_what_no_delivery_brings_again_comes_back_and_erased_people_do_not(scenario):
    file = scenario.settings.warehouse_file
    releases = [path.name for path in kept_releases(scenario.settings.reporting_file)]
    generation = newest(scenario)
    (before,) = rows_of(scenario.settings.reporting_file, [KPIS]).values()
    state, shown = rows_of(file, STATE), scenario.settings.reporting_file.read_bytes()
    lose(scenario)
    restored = restore(scenario.settings, generation, overwrite=False)
    assert restored.people_erased_n == 1
    after = rows_of(file, STATE)
    assert [name for name in STATE if after[name] != state[name]] == ["ops.audit"]
    assert [row[3] for row in after["ops.audit"] if row not in state["ops.audit"]] == ["restore"]
    assert sum(len(rows) for rows in rows_of(file, LOADED).values()) == 0
    assert scenario.settings.reporting_file.read_bytes() == shown
    assert [path.name for path in kept_releases(scenario.settings.reporting_file)] == releases
    scenario.load()
    assert not is_held(scenario)
    scenario.release()
    (after_load,) = rows_of(scenario.settings.reporting_file, [KPIS]).values()
    assert after_load == before
    with open_present(file) as connection:
        verify_trail(audit_trail(connection), head=restored.audit_head)


def test_a_backup_of_the_whole_warehouse_needs_no_delivery(scenario):
    before = rows_of(scenario.settings.warehouse_file, [*STATE, *LOADED])
    state = newest(scenario)
    made = back_up(with_settings(scenario, backup_generations=1), Kind.WHOLE)
    assert generations(scenario.settings.backups_folder) == [made.generation, state], (
        "one of each kind is kept"
    )
    assert made.generation.verified_at is not None
    lose(scenario)
    restore(scenario.settings, made.generation, overwrite=False)
    after = rows_of(scenario.settings.warehouse_file, [*STATE, *LOADED])
    assert [name for name in after if after[name] != before[name]] == ["ops.audit"]


def test_what_a_backup_holds_is_counted_and_for_its_owner_alone(scenario):
    generation = newest(scenario)
    manifest = verify(scenario.settings, generation)
    rows = manifest.files["warehouse.duckdb"].rows
    expected = rows_of(scenario.settings.warehouse_file, STATE)
    assert {name: rows[name] for name in STATE} == {name: len(found) for name, found in expected.items()}
    assert not any(rows[name] for name in LOADED)
    assert manifest.files["release.duckdb"].rows["reporting.kpi"] > 0
    modes = {stat.S_IMODE(path.stat().st_mode) for path in generation.path.rglob("*") if path.is_file()}
    folders = {generation.path, generation.path.parent, generation.path / "releases"}
    assert (modes, {stat.S_IMODE(path.stat().st_mode) for path in folders}) == ({0o600}, {0o700})
    assert list(scenario.settings.runs_folder.iterdir()) == []


def test_while_another_process_writes_what_it_committed_last_is_backed_up(scenario):
    written = "INSERT INTO ops.board VALUES ('a', 'b', 'c', NULL); BEGIN; DELETE FROM ops.board"
    with held(scenario.settings.warehouse_file, written):
        made = back_up(scenario.settings, Kind.WHOLE)
    assert made.manifest.files["warehouse.duckdb"].rows["ops.board"] == 1
    assert verify(scenario.settings, made.generation) == made.manifest


def test_an_encrypted_backup_says_nothing_and_opens_with_its_key_alone(scenario, tmp_path):
    key_file = tmp_path / "backup.key"
    key_file.write_text(KEY_TEXT)
    settings = with_settings(scenario, backup_key_file=key_file)
    made = back_up(settings, Kind.STATE)
    assert made.generation.is_encrypted
    for path in made.generation.path.rglob("*"):
        assert path.is_dir() or path.name == "verified" or path.read_bytes()[:14] == b"ccds-sealed-1\n"
    with pytest.raises(ConfigurationError, match="backup_key_present"):
        verify(scenario.settings, made.generation)
    with pytest.raises(CheckFailedError, match="backup_opens"):
        verify(with_settings(scenario, backup_key=SecretStr(OTHER_KEY_TEXT)), made.generation)
    original = made.generation.path
    assert [how for how in DAMAGES if not is_refused(settings, original, tmp_path / "copy", how)] == []
    state = rows_of(settings.warehouse_file, ["ops.suppressed_person"])
    lose(scenario)
    restore(settings, made.generation, overwrite=False)
    assert rows_of(settings.warehouse_file, ["ops.suppressed_person"]) == state


def test_a_backup_key_that_could_be_guessed_is_called_a_backup_key(scenario):
    with pytest.raises(ConfigurationError, match="backup key") as refused:
        back_up(with_settings(scenario, backup_key=SecretStr("00" * 32)), Kind.STATE)
    assert "pseudonym" not in refused.value.problem


def flip(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


DAMAGES: dict[str, Callable[[Path], object]] = {
    "a bit": lambda backup: flip(next(backup.glob("warehouse.duckdb*"))),
    "a release": lambda backup: flip(next((backup / "releases").iterdir())),
    "a missing file": lambda backup: next(backup.glob("release.duckdb*")).unlink(),
    "a file more": lambda backup: (backup / "more").touch(),
    "no manifest": lambda backup: next(backup.glob("manifest.json*")).unlink(),
    "a cut manifest": lambda backup: next(backup.glob("manifest.json*")).write_bytes(b"{"),
    "files that changed places": lambda backup: [
        next(backup.glob("release.duckdb*")).write_bytes(next(backup.glob("warehouse.duckdb*")).read_bytes())
    ],
}


def is_refused(settings: Settings, original: Path, copy: Path, how: str) -> bool:
    """Return whether a copy of a backup is refused once it was changed."""
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(original, copy / original.name)
    DAMAGES[how](copy / original.name)
    try:
        verify(settings, find_generation(copy, None))
    except CheckFailedError as refused:
        return refused.rule in {"backup_is_whole", "backup_opens"}
    return False


def test_a_backup_that_was_changed_is_not_taken_for_whole(released, tmp_path):
    scenario = scenario_in(released)
    original = newest(scenario).path
    taken = [how for how in DAMAGES if not is_refused(scenario.settings, original, tmp_path / "copy", how)]
    assert taken == []
    assert list(scenario.settings.runs_folder.glob("run-*")) == []


@pytest.mark.attack("A17")
def test_no_backup_from_before_an_erasure_is_kept(before_erasure):
    scenario = before_erasure
    old = back_up(scenario.settings, Kind.WHOLE).generation
    erase_vera(scenario)
    (made,) = renew_backups(scenario.settings)
    assert generations(scenario.settings.backups_folder) == [made.generation] != [old]
    assert made.generation.kind is Kind.WHOLE
    stored = [path.read_bytes() for path in scenario.settings.backups_folder.rglob("*") if path.is_file()]
    assert not any(PERSON.encode() in content for content in stored)


def test_without_a_backup_nothing_is_made_anew_after_an_erasure(before_erasure):
    assert renew_backups(before_erasure.settings) == []
    assert not before_erasure.settings.backups_folder.exists()


def test_backups_that_cannot_be_reached_after_an_erasure_are_told(scenario, tmp_path):
    with pytest.raises(ConfigurationError, match="run ccds backup, which removes them"):
        renew_backups(with_settings(scenario, backup_folder=tmp_path / "not mounted"))


def test_a_newer_warehouse_is_not_overwritten_unless_told(scenario):
    generation = newest(scenario)
    note(scenario, "approval")
    with pytest.raises(ConfigurationError, match="1 recorded acts") as refused:
        restore(scenario.settings, generation, overwrite=False)
    assert (refused.value.rule, refused.value.exit_code) == ("warehouse_is_newer", 3)
    restore(scenario.settings, generation, overwrite=True)
    assert not scenario.settings.restored_file.parent.exists()


def test_loaded_deliveries_and_a_newer_release_are_not_overwritten_unless_told(scenario):
    generation = newest(scenario)
    load_again(scenario)
    with pytest.raises(ConfigurationError, match="2 loaded deliveries"):
        restore(scenario.settings, generation, overwrite=False)
    scenario.settings.warehouse_file.unlink()
    release_again(scenario)
    with pytest.raises(ConfigurationError, match="release_is_newer"):
        restore(scenario.settings, generation, overwrite=False)
    restore(scenario.settings, generation, overwrite=True)
    assert release_id_of(scenario.settings.reporting_file) != "another"


@pytest.mark.attack("A17")
def test_a_backup_from_before_an_erasure_is_not_restored_unless_told(before_erasure):
    scenario = before_erasure
    made = back_up(scenario.settings, Kind.WHOLE)
    erase_vera(scenario)
    lose(scenario)
    with pytest.raises(ConfigurationError, match="1 people were erased after this backup"):
        restore(scenario.settings, made.generation, overwrite=False)
    restore(scenario.settings, made.generation, overwrite=True)
    assert erased_before(scenario.settings.warehouse_file) == 1, "so that ccds doctor asks for it"
    assert is_held(scenario)


def test_a_warehouse_that_another_process_holds_is_not_overwritten(scenario):
    with held(scenario.settings.warehouse_file), pytest.raises(BusyError, match="one_writer"):
        restore(scenario.settings, newest(scenario), overwrite=True)


def test_a_damaged_warehouse_is_moved_away_by_hand(scenario):
    scenario.settings.warehouse_file.write_bytes(b"\xa5" * 8192)
    with pytest.raises(CcdsError, match="and run ccds restore again"):
        restore(scenario.settings, newest(scenario), overwrite=True)


@pytest.mark.attack("A17")
def test_a_lost_warehouse_is_not_made_anew(scenario):
    lose(scenario)
    with (
        pytest.raises(ConfigurationError, match="1 people stood on it") as refused,
        open_warehouse(scenario.settings.warehouse_file),
    ):
        pass
    assert (refused.value.rule, refused.value.exit_code) == ("warehouse_is_lost", 3)
    assert not scenario.settings.warehouse_file.exists()
    with pytest.raises(ConfigurationError, match="1 people are known to have been erased"):
        begin_anew(scenario.settings)


def test_where_nobody_was_ever_erased_it_is_made_anew_once_that_is_stated(before_erasure):
    scenario = before_erasure
    with pytest.raises(UsageError, match="warehouse_is_gone"):
        begin_anew(scenario.settings)
    lose(scenario)
    with (
        pytest.raises(ConfigurationError, match="ccds run --nobody-erased"),
        open_warehouse(scenario.settings.warehouse_file),
    ):
        pass
    begin_anew(scenario.settings)
    with open_warehouse(scenario.settings.warehouse_file):
        pass
    assert scenario.rows("SELECT action FROM ops.audit") == [("nobody_erased",)]


def test_in_a_new_data_folder_backups_elsewhere_are_to_be_restored_first(scenario, tmp_path):
    elsewhere = shutil.copytree(scenario.settings.backups_folder, tmp_path / "elsewhere")
    settings = with_settings(scenario, backup_folder=elsewhere)
    refuse_unrestored(settings)
    new = settings.model_copy(update={"data_dir": tmp_path / "new"})
    with pytest.raises(ConfigurationError, match="warehouse_is_not_restored"):
        refuse_unrestored(new)
    with pytest.raises(ConfigurationError, match="1 people are known to have been erased"):
        begin_anew(new)
    restore(new, find_generation(new.backups_folder, None), overwrite=False)
    refuse_unrestored(new)
    assert erased_before(new.warehouse_file) == 1


def test_a_backup_is_named_and_what_is_none_is_said(scenario, tmp_path):
    with pytest.raises(UsageError, match="Make one with ccds backup"):
        find_generation(tmp_path / "elsewhere", None)
    made = newest(scenario)
    assert find_generation(scenario.settings.backups_folder, made.name) == made
    with pytest.raises(UsageError, match=made.name):
        find_generation(scenario.settings.backups_folder, "another")


def test_a_folder_that_is_a_file_is_refused_with_what_to_do(scenario, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError, match="CCDS_BACKUP_FOLDER"):
        back_up(with_settings(scenario, backup_folder=tmp_path / "file"), Kind.STATE)


def note(scenario: Scenario, action: str) -> None:
    with open_warehouse(scenario.settings.warehouse_file) as engine, engine.begin() as connection:
        record_act(connection, action, {})


def test_retention_renews_backups_too(scenario):
    old = newest(scenario)
    note(scenario, "retention")
    (made,) = renew_backups(scenario.settings)
    assert (made.removed_n, old.path.exists()) == (1, False)


@pytest.mark.heavy
def test_a_killed_backup_is_none_and_the_next_one_sweeps_it(scenario):
    settings = with_settings(scenario, backup_generations=1)
    folder, before = settings.backups_folder, rows_of(settings.warehouse_file, STATE)
    first = newest(scenario)
    for module, name, nth in [("manifest", "store", 2), ("make", "read_back", 1), ("make", "finish", 1)]:
        killed_in(f"{ROOM}.{module}", name, nth, back_up, settings, Kind.STATE)
        assert generations(folder) == [first]
        assert len(list(folder.glob("*.part"))) == 1, "of those killed before, what was left was swept"
    killed_in(f"{ROOM}.generations", "rmtree", 2, back_up, settings, Kind.STATE)  # the first sweeps
    (second,) = generations(folder)
    assert second != first
    verify(settings, second)
    third = back_up(settings, Kind.STATE).generation
    assert {path.name for path in folder.iterdir()} == {third.name, "backup.lock"}
    assert list(settings.runs_folder.iterdir()) == []
    assert rows_of(settings.warehouse_file, STATE) == before


def test_a_killed_restore_leaves_the_warehouse_lost_until_it_is_given_again(scenario):
    settings, before = scenario.settings, rows_of(scenario.settings.warehouse_file, STATE)
    made = newest(scenario)
    lose(scenario)
    for name, nth in [("_put_files", 1), ("publish", 1), ("publish", 2)]:
        killed_in(f"{ROOM}.restore", name, nth, bring_back, settings, made)
        assert not settings.warehouse_file.exists()
    restore(settings, made, overwrite=False)
    after = rows_of(settings.warehouse_file, STATE)
    assert [name for name in STATE if after[name] != before[name]] == ["ops.audit"]
    assert settings.reporting_file.exists()
    assert not is_held(scenario)
    assert not settings.restored_file.parent.exists()


def bring_back(settings, made) -> None:
    restore(settings, made, overwrite=False)
