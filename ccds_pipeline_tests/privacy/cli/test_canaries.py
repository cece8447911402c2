"""Attacks A1, A3, A16, A21 and A26 on whole runs: personal data and key stay where they belong.

One run over sound and spoilt deliveries, killed once while it reads and then started again, serves most of
the tests; further ends of a run follow, those that take long marked heavy.
"""

from __future__ import annotations

import base64
import os
import resource
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import duckdb
import pandas as pd
import pytest

from ccds_pipeline.defs.installation import Installation
from ccds_pipeline_tests.support.canaries import Hit, Scanner, unpacked_files
from ccds_pipeline_tests.support.canary_delivery import PROGRAMME, Canaries, deliver, deliver_badly
from ccds_pipeline_tests.support.commands import kpis_without_dagster
from ccds_pipeline_tests.support.watched import Watched, open_paths

pytestmark = pytest.mark.slow

SPILL = "warehouse.duckdb.spill"
KPI = ["kpi_id", "estimand", "wave", "breakdown", "level", "numerator", "denominator", "value", "status"]


def watched(folder: Path, *, is_spoilt: bool = False) -> tuple[Watched, Scanner]:
    run, canaries = Watched(folder, PROGRAMME), Canaries()
    deliver(run.landing, canaries)
    if is_spoilt:
        deliver_badly(run.landing, canaries)
    return run, Scanner(canaries.texts)


def is_reading(data: Path) -> bool:
    return any(data.glob("runs/run-*/0*"))


@dataclass(frozen=True)
class Interrupted:
    """A run that was killed while it read, what lay there then, and the run after it."""

    run: Watched
    scanner: Scanner
    hits_when_killed: list[Hit]
    open_when_killed: list[str]
    exit_code: int


@pytest.fixture(scope="module")
def interrupted(tmp_path_factory: pytest.TempPathFactory) -> Interrupted:
    run, scanner = watched(tmp_path_factory.mktemp("interrupted"), is_spoilt=True)
    run.kill_when(is_reading)
    hits, is_open = scanner.scan(run.out), list(open_paths(run.data))
    spill = run.data / SPILL
    spill.mkdir(exist_ok=True)
    (spill / "duckdb_temp_block-1.block").write_bytes(next(run.landing.rglob("*.csv")).read_bytes())
    return Interrupted(run, scanner, hits, is_open, run.run())


@pytest.mark.attack("A1")
def test_every_canary_lies_in_landing(interrupted):
    found = interrupted.scanner.scan(interrupted.run.landing)
    assert {hit.canary for hit in found} == interrupted.scanner.planted


@pytest.mark.attack("A1", "A21")
def test_a_killed_run_leaves_personal_data_in_its_private_folder_alone(interrupted):
    places = {
        Path(hit.where).relative_to(interrupted.run.data).parts[:1] for hit in interrupted.hits_when_killed
    }
    assert places == {("runs",)}
    assert interrupted.open_when_killed == []


@pytest.mark.attack("A21")
def test_the_next_run_removes_what_the_killed_one_left(interrupted):
    assert list((interrupted.run.data / "runs").iterdir()) == []
    assert list((interrupted.run.data / SPILL).iterdir()) == []
    assert list((interrupted.run.out / "tmp").iterdir()) == []


@pytest.mark.attack("A1", "A21")
def test_no_canary_is_anywhere_after_a_run_with_failed_checks_and_refused_files(interrupted):
    assert interrupted.exit_code == 1
    for rule in ("several_sheets", "workbook_damaged", "html_page", "column_missing", "wrong_encoding"):
        assert f"[{rule}]" in interrupted.run.printed()
    for rule in ("conflicting_rows", "not_a_timestamp", "row_too_long", "value_not_known"):
        assert f"[{rule}]" in interrupted.run.printed()
    assert "rows_meet_the_contract" in interrupted.run.printed()
    hits = interrupted.scanner.scan(interrupted.run.out)
    # Whoever runs the command can list the landing, and has to find the file: its messages name it, also in
    # the mail of a scheduled run. What is stored, where others read it, holds no name of a file.
    told = {hit for hit in hits if Path(hit.where).name == "stderr.log" and is_name_of_a_file(hit)}
    assert "name of open quote" in {hit.canary for hit in told}
    assert set(hits) - told == set()


def is_name_of_a_file(hit: Hit) -> bool:
    return hit.canary.endswith("file name") or hit.canary.startswith("name of ")


@pytest.mark.attack("A21")
def test_nobody_but_the_owner_may_read_what_a_run_writes(interrupted):
    assert list(open_paths(interrupted.run.data)) == []


@pytest.mark.attack("A26")
def test_nothing_is_asked_of_a_network_and_the_result_is_the_same(interrupted, tmp_path):
    assert interrupted.run.attempts == ""
    with duckdb.connect(str(interrupted.run.data / "warehouse.duckdb"), read_only=True) as connection:
        found = connection.execute("FROM kpi.kpi").df()
    expected = kpis_without_dagster(interrupted.run.landing, tmp_path / "data", interrupted.run.programme)
    pd.testing.assert_frame_equal(results(found), results(expected), check_dtype=False)


@pytest.mark.attack("A26")
def test_an_attempt_to_reach_a_network_is_noticed(tmp_path):
    run, _ = watched(tmp_path)
    run.reach_out()
    assert run.attempts == "socket.getaddrinfo\n"


@pytest.mark.attack("A21")
def test_a_run_that_dagster_starts_by_itself_writes_for_its_owner_alone(tmp_path):
    @dg.asset
    def write(installation: Installation) -> None:
        (tmp_path / "written").write_text("")

    bound = {"installation": Installation(data_dir=str(tmp_path), landing="x", programme_file="x")}
    before = os.umask(0o022)
    try:
        dg.materialize([write], resources=bound)
    finally:
        os.umask(before)
    assert list(open_paths(tmp_path / "written")) == []


def results(kpis: pd.DataFrame) -> pd.DataFrame:
    """Return what does not depend on time and run."""
    return kpis[KPI].sort_values(KPI).reset_index(drop=True)


@pytest.mark.attack("A16")
def test_personal_data_in_the_wrong_column_reaches_core_only_as_its_class(interrupted):
    with duckdb.connect(str(interrupted.run.data / "warehouse.duckdb"), read_only=True) as connection:

        def rows(statement: str) -> set[tuple[object, ...]]:
            return set(connection.execute(statement).fetchall())

        groups = rows("SELECT DISTINCT staff_group, organisation_code FROM staging.booking")
        assert groups <= {("other", "not_listed"), ("unknown", "not_listed")}
        assert rows("SELECT DISTINCT is_facilitator FROM staging.attendance") == {(False,)}
        assert ("sure", "not_understood") in rows("SELECT question_id, state FROM staging.answer")
        assert rows("SELECT min(unmapped_columns_n) FROM ops.delivery WHERE status = 'loaded'") == {(1,)}


def forms_of_key(text: str) -> dict[str, bytes]:
    """Return what tells the key: itself, and the two blocks that HMAC mixes it into."""
    key = bytes.fromhex(text)
    block = key.ljust(64, b"\0")
    bare = {
        "key": key,
        "inner": bytes(byte ^ 0x36 for byte in block),
        "outer": bytes(byte ^ 0x5C for byte in block),
    }
    written = {f"{name} {way}": write(one) for name, one in bare.items() for way, write in _WAYS.items()}
    return written | {"key text": text.encode(), "reversed": key[::-1]}


_WAYS: dict[str, Callable[[bytes], bytes]] = {
    "raw": bytes,
    "hex": lambda content: content.hex().encode(),
    "upper hex": lambda content: content.hex().upper().encode(),
    "base64": lambda content: base64.b64encode(content).rstrip(b"="),
    "url base64": lambda content: base64.urlsafe_b64encode(content).rstrip(b"="),
    "utf-16": lambda content: content.hex().encode("utf-16-le"),
    "escaped": lambda content: repr(content)[2:-1].encode(),
}


def found_keys(folder: Path, key: str) -> set[str]:
    forms = forms_of_key(key)
    return {name for _, part in unpacked_files(folder) for name, form in forms.items() if form in part}


@pytest.mark.attack("A3")
def test_the_key_is_nowhere_in_databases_catalogues_event_log_and_output(interrupted, tmp_path):
    assert found_keys(interrupted.run.out, interrupted.run.key) == set()
    with duckdb.connect(str(tmp_path / "x.duckdb")) as connection:
        connection.execute(f"CREATE MACRO pseudonym(x) AS sha256('{interrupted.run.key}' || x)")
        connection.execute(
            "CREATE TABLE x AS SELECT ? AS pad", [forms_of_key(interrupted.run.key)["inner base64"]]
        )
    assert found_keys(tmp_path, interrupted.run.key) >= {"key hex", "key text", "inner base64"}


def with_broken_programme(run: Watched) -> int:
    run.programme.write_text(PROGRAMME.replace("record: booking", "record: [", 1))
    return run.run()


def with_locked_warehouse(run: Watched) -> int:
    run.data.mkdir()
    with duckdb.connect(str(run.data / "warehouse.duckdb")):
        return run.run()


def with_damaged_warehouse(run: Watched) -> int:
    run.data.mkdir()
    (run.data / "warehouse.duckdb").write_bytes(b"x" * 8 + b"DUCK" + bytes(9000))
    return run.run()


def with_lost_private_folder(run: Watched) -> int:
    """Make the private folder of a run impossible: a fault that no module expects."""
    run.data.mkdir()
    (run.data / "runs").write_text("")
    return run.run()


def with_full_disk(run: Watched, kilobytes: int = 1000) -> int:
    """Let no file grow beyond a size: the same error as a disk without space gives."""
    limit = kilobytes * 1000
    return run.run(prepare=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))


@pytest.mark.attack("A1")
@pytest.mark.parametrize(
    ("fault", "exit_code"),
    [
        (with_broken_programme, 3),
        (with_locked_warehouse, 4),
        (with_damaged_warehouse, 1),
        pytest.param(with_full_disk, 1, marks=pytest.mark.heavy),
        pytest.param(with_lost_private_folder, 1, marks=pytest.mark.heavy),
    ],
)
def test_no_canary_is_told_or_left_by_a_run_that_fails(tmp_path, fault, exit_code):
    run, scanner = watched(tmp_path)
    assert fault(run) == exit_code
    assert "What to do" in run.printed()
    assert "Traceback" not in run.printed()
    assert scanner.scan(run.out) == []


@pytest.mark.attack("A1")
@pytest.mark.heavy
@pytest.mark.parametrize("kilobytes", [10, 100, 300, 2000, 8000, 16000])
def test_no_canary_is_told_or_left_wherever_the_disk_is_full(tmp_path, kilobytes):
    run, scanner = watched(tmp_path)
    assert with_full_disk(run, kilobytes) != 0
    assert "Traceback" not in run.printed()
    assert scanner.scan(run.out) == []
    assert run.run() == 0


@pytest.mark.attack("A1", "A26")
@pytest.mark.heavy
def test_no_canary_is_anywhere_after_a_run_that_succeeds(tmp_path):
    run, scanner = watched(tmp_path)
    assert run.run() == 0
    assert scanner.scan(run.out) == []
    assert list(open_paths(run.data)) == []
    assert run.attempts == ""


MOMENTS: dict[str, Callable[[Path], bool]] = {
    "opening": lambda data: (data / "warehouse.duckdb").exists(),
    "loading": lambda data: any(data.glob("runs/run-*/0*")) and (data / "warehouse.duckdb.wal").exists(),
    "building core": lambda data: (data / "data_docs" / "core").exists(),
    "building the release": lambda data: (data / "candidate" / "release.duckdb").exists(),
}


@pytest.mark.attack("A1", "A21")
@pytest.mark.heavy
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_run_that_is_killed_leaves_nothing_after_the_next(tmp_path, moment):
    run, scanner = watched(tmp_path)
    run.kill_when(MOMENTS[moment])
    assert {Path(hit.where).relative_to(run.data).parts[0] for hit in scanner.scan(run.out)} <= {"runs"}
    assert list(open_paths(run.data)) == []
    assert run.run() == 0
    assert scanner.scan(run.out) == []
    assert list((run.data / "runs").iterdir()) == []
    assert list(open_paths(run.data)) == []
