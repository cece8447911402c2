"""An erasure or a rotation that is killed at any step is completed by asking for it again."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from ccds_pipeline.deidentify.pseudonym import Pseudonymiser
from ccds_pipeline.rights.erasure import erase
from ccds_pipeline.rights.rotation import rotate
from ccds_pipeline.schemas.register import kept_tables
from ccds_pipeline_tests.support.commands import killed_in
from ccds_pipeline_tests.support.rights_scenario import KEY, OTHER_KEY, VERA, Scenario, scenario_in

ERASURE, REWRITE = "ccds_pipeline.rights.erasure", "ccds_pipeline.warehouse.rewrite"
ROTATION = "ccds_pipeline.rights.rotation"
# The first of each command is tried with every change, the others before a release.
STEPS_OF_ERASURE = [
    (ERASURE, "rewrite_warehouse"),
    *(
        pytest.param(module, name, marks=pytest.mark.heavy)
        for module, name in [
            (ERASURE, "list_records"),
            (ERASURE, "forget_people"),
            (ERASURE, "record_act"),
            (ERASURE, "keep_mark"),
            (ERASURE, "forget_days"),
            (REWRITE, "copy_rows"),
            (REWRITE, "publish"),
            (REWRITE, "remove_backups"),
        ]
    ),
]
STEPS_OF_ROTATION = [
    (ROTATION, "publish"),
    *(
        pytest.param(ROTATION, name, marks=pytest.mark.heavy)
        for name in ("_carry_erased_list", "_refuse_other_files", "_carry", "remove_backups")
    ),
]


def rows(scenario: Scenario) -> dict[str, list[tuple[object, ...]]]:
    """Return what is kept of deliveries and persons; when it was loaded, and in which order, is no matter."""
    with duckdb.connect(str(scenario.settings.warehouse_file), read_only=True) as connection:
        return {
            table.full_name: connection.execute(
                f"SELECT * EXCLUDE ({', '.join(changing)}) FROM {table.full_name} ORDER BY ALL"
                if (changing := [name for name in table.column_names if name in CHANGING])
                else f"FROM {table.full_name} ORDER BY ALL"
            ).fetchall()
            for table in kept_tables()
            if table.schema == "staging" or table.full_name in {"ops.delivery", "ops.noise_key"}
        }


CHANGING = {"loaded_at", "run_id", "ingested_at"}


def backed_up(scenario: Scenario) -> Path:
    """Make a backup such as a new version leaves, and return it."""
    folder = scenario.settings.warehouse_file.parent / "backups"
    folder.mkdir(exist_ok=True)
    return Path(
        shutil.copy(scenario.settings.warehouse_file, folder / "warehouse-v1-20260101T000000Z.duckdb")
    )


def erase_vera(scenario: Scenario) -> None:
    erase(scenario.settings, scenario.ingest.programme, Pseudonymiser(KEY), VERA, dry_run=False)


def rotate_once(scenario: Scenario) -> None:
    rotate(scenario.settings, scenario.ingest, Pseudonymiser(OTHER_KEY), dry_run=False)


def erase_in(folder: Path) -> None:
    erase_vera(scenario_in(folder))


def rotate_in(folder: Path) -> None:
    rotate_once(scenario_in(folder))


@pytest.fixture(scope="module")
def erased(loaded_scenario, tmp_path_factory) -> dict[str, list[tuple[object, ...]]]:
    folder = tmp_path_factory.mktemp("erased") / "scenario"
    undisturbed = scenario_in(Path(shutil.copytree(loaded_scenario, folder)))
    erase_vera(undisturbed)
    return rows(undisturbed)


@pytest.fixture(scope="module")
def rotated(loaded_scenario, tmp_path_factory) -> dict[str, list[tuple[object, ...]]]:
    folder = tmp_path_factory.mktemp("rotated") / "scenario"
    undisturbed = scenario_in(Path(shutil.copytree(loaded_scenario, folder)))
    rotate_once(undisturbed)
    return rows(undisturbed)


@pytest.mark.parametrize(("module", "name"), STEPS_OF_ERASURE)
def test_an_erasure_that_was_killed_is_completed_by_the_next(scenario, erased, module, name):
    backup = backed_up(scenario)
    killed_in(module, name, 1, erase_in, scenario.settings.data_dir.parent)
    erase_vera(scenario)
    assert rows(scenario) == erased
    assert not backup.exists()
    assert not scenario.settings.rewritten_file.parent.exists()


@pytest.mark.parametrize(("module", "name"), STEPS_OF_ROTATION)
def test_a_rotation_that_was_killed_was_made_whole_or_not_at_all(scenario, rotated, module, name):
    backup, before = backed_up(scenario), rows(scenario)
    killed_in(module, name, 1, rotate_in, scenario.settings.data_dir.parent)
    after = rows(scenario)
    assert after in (before, rotated)
    if after == before:
        rotate_once(scenario)
    assert rows(scenario) == rotated
    assert not backup.exists(), "it opens to the old key"
    assert not scenario.settings.rewritten_file.parent.exists()
