"""``ccds run`` loads what is not proven to be loaded, and releases only what is complete."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from ccds_pipeline_tests.integration.cli.test_bad_input import loaded, run, write_survey
from ccds_pipeline_tests.support.busy_warehouse import held
from ccds_pipeline_tests.support.commands import ccds
from ccds_pipeline_tests.support.keys import KEY
from ccds_pipeline_tests.support.paths import DATA, ROOT

pytestmark = pytest.mark.slow
PROGRAMME = DATA / "workshop.yaml"


def releases(landing: Path) -> int:
    with duckdb.connect(str(landing.parent / "data" / "warehouse.duckdb"), read_only=True) as connection:
        return len(connection.execute("FROM ops.publication").fetchall())


@pytest.fixture(scope="module")
def loaded_once(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Return a folder with a landing and the data of one run over it, and what the run printed."""
    folder = tmp_path_factory.mktemp("loaded-once")
    write_survey(folder / "landing")
    first = run(folder / "landing")
    assert first.returncode == 0
    return folder, first.stdout


@pytest.fixture
def loaded_landing(loaded_once: tuple[Path, str], tmp_path: Path) -> Path:
    """Return a copy of that landing, with a copy of its data beside it."""
    shutil.copytree(loaded_once[0], tmp_path, dirs_exist_ok=True)
    return tmp_path / "landing"


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """Run the command again and again over a landing that changes, and note what came of it."""
    landing = tmp_path_factory.mktemp("incremental") / "landing"
    write_survey(landing)
    told: dict[str, object] = {"landing": landing, "first": run(landing)}
    told["again"] = run(landing)
    told["releases after nothing new"] = releases(landing)
    write_survey(landing, day="2019-03-01", rows=2)
    write_survey(landing, day="2019-05-01", rows=1)
    told["narrowed"] = run(landing, "--delivery", "2019-03-01")
    told["releases after the narrowed run"] = releases(landing)
    told["incomplete"] = run(landing, "--delivery", "2019-03-01", "--release-incomplete")
    told["releases after the incomplete one"] = releases(landing)
    with duckdb.connect(str(landing.parent / "data" / "release.duckdb"), read_only=True) as released:
        told["released without"] = released.sql(
            "SELECT source_id, outstanding_n FROM reporting.data_status"
        ).fetchall()
    told["report"] = (landing.parent / "data" / "report.html").read_text("utf-8")
    told["narrowed to what is loaded"] = run(landing, "--delivery", "2019-03-01")
    told["late"] = run(landing)
    told["loaded"] = loaded(landing)
    return told


def test_nothing_new_loads_nothing_and_releases_nothing(story):
    assert story["again"].returncode == 0
    assert "Nothing is outstanding" in story["again"].stderr
    assert story["again"].stdout == story["first"].stdout
    assert story["releases after nothing new"] == 1


def test_a_release_waits_for_every_delivery_in_the_landing(story):
    assert story["narrowed"].returncode == 1
    assert "1 delivery(ies) outstanding: indico_post/2019-05-01. Not released" in story["narrowed"].stderr
    assert story["releases after the narrowed run"] == 1


def test_an_incomplete_release_is_possible_and_says_what_is_missing(story):
    assert "Released without them" in story["incomplete"].stderr
    assert story["releases after the incomplete one"] == 2
    listed = ccds("audit", "list", "--data", story["landing"].parent / "data").stdout
    (act,) = [line for line in listed.splitlines() if "incomplete_release" in line]
    assert "indico_post/2019-05-01" in act
    assert story["released without"] == [("indico_post", 1)]
    assert "were not loaded: indico survey after (1)." in story["report"].lower()


@pytest.mark.heavy
def test_an_incomplete_release_that_fails_is_not_called_released(tmp_path):
    landing = tmp_path / "landing"
    write_survey(landing).write_bytes(b"")
    write_survey(landing, day="2019-07-01")
    result = run(landing, "--delivery", "2019-06-30", "--release-incomplete")
    assert (result.returncode, "Released without them" in result.stderr) == (1, False)
    assert "indico_post/2019-07-01. Not released" in result.stderr
    assert not (tmp_path / "data" / "release.duckdb").exists()


def test_a_narrowed_run_does_not_call_the_other_deliveries_done(story):
    result = story["narrowed to what is loaded"]
    assert (result.returncode, "Nothing is outstanding" in result.stderr) == (1, False)
    assert "1 delivery(ies) outstanding: indico_post/2019-05-01. Not released" in result.stderr


def test_late_deliveries_are_loaded_whatever_their_dates(story):
    assert story["late"].returncode == 0
    assert story["loaded"] == {"2019-06-30": 3, "2019-03-01": 2, "2019-05-01": 1}


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), pytest.param(signal.SIGINT, 130, marks=pytest.mark.heavy)]
)
def test_a_signal_ends_the_run_in_time_and_the_next_one_goes_on(tmp_path, number, code):
    landing, data = tmp_path / "landing", tmp_path / "data"
    for month in range(1, 10):
        write_survey(landing, day=f"2019-0{month}-01")
    words = ["run", "--landing", str(landing), "--data", str(data), "--programme", str(PROGRAMME)]
    environment = os.environ | {"CCDS_PSEUDONYM_KEY": KEY, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, "-m", "ccds_pipeline", *words], env=environment) as process:
        while not list(data.glob("runs/run-*")):
            time.sleep(0.05)
        process.send_signal(number)
        sent = time.monotonic()
        assert process.wait() == code
    assert time.monotonic() - sent < 10
    assert not (data / "release.duckdb").exists()
    assert run(landing).returncode == 0
    assert sum(loaded(landing).values()) == 9 * 3


@pytest.mark.heavy
def test_the_end_of_a_run_says_what_is_not_in_the_figures(tmp_path):
    landing = tmp_path / "landing"
    file = write_survey(landing)
    file.write_text(file.read_text().replace(",Yes,No,", ",Perhaps,No,", 1))
    write_survey(landing, day="2015-01-02", rows=2)
    write_survey(landing, day="2019-07-01").write_bytes(b"")
    kept = tmp_path / "kept.yaml"
    days = (datetime.now(UTC).date() - date(2018, 1, 1)).days
    text = re.sub(r"(records|comments): \d+", rf"\1: {days}", PROGRAMME.read_text("utf-8"))
    kept.write_text(text, encoding="utf-8")
    words = ("--landing", landing, "--data", tmp_path / "data", "--programme", kept)
    for _ in range(2):
        told = ccds("run", *words, key=KEY).stderr
        (line,) = [line for line in told.splitlines() if line.startswith("Not in the figures")]
        assert line == (
            "Not in the figures: 1 refused file(s), 2 excluded row(s), 1 answer(s) that are not understood. "
            "More: ccds rejects"
        )
    listed = ccds("rejects", *words).stdout
    assert "indico_post [past_retention]: 2 excluded row(s): older than retention" in listed


@pytest.mark.heavy
def test_a_clock_that_went_back_makes_no_release_twice(loaded_landing, tmp_path):
    landing = loaded_landing
    with duckdb.connect(str(tmp_path / "data" / "warehouse.duckdb")) as connection:
        connection.execute("UPDATE ops.publication SET settled_at = settled_at + INTERVAL 1 YEAR")
    write_survey(landing, day="2019-07-01")
    assert "Nothing is outstanding" not in run(landing).stderr
    assert "Nothing is outstanding" in run(landing).stderr


def test_output_survives_any_code_page(tmp_path):
    words = [sys.executable, "-m", "ccds_pipeline", "kpis", "--data", str(tmp_path / "–")]
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONPATH": str(ROOT)}
    printed = subprocess.run(words, env=environment, capture_output=True, check=False)
    assert (printed.returncode, b"UnicodeEncodeError" in printed.stderr) == (3, False)


def test_a_message_quotes_the_argument(tmp_path):
    result = ccds("run", "--data", tmp_path, "--delivery", "31/12/2021")
    assert "31/12/2021 is not a date" in result.stderr


def test_a_data_folder_belongs_to_one_programme(loaded_landing, tmp_path):
    landing, data = loaded_landing, tmp_path / "data"
    before = (data / "warehouse.duckdb").read_bytes()
    other = tmp_path / "other.yaml"
    other.write_text(
        PROGRAMME.read_text("utf-8").replace("id: coderefinery", "id: other", 1), encoding="utf-8"
    )
    refused = ccds("run", "--landing", landing, "--data", data, "--programme", other, key=KEY)
    assert (refused.returncode, "[one_programme]" in refused.stderr) == (3, True)
    assert (data / "warehouse.duckdb").read_bytes() == before


@pytest.mark.heavy
def test_a_warehouse_of_an_older_version_is_brought_up_to_date_and_released_from(
    loaded_once, loaded_landing, tmp_path
):
    landing, data = loaded_landing, tmp_path / "data"
    with duckdb.connect(str(data / "warehouse.duckdb")) as connection:
        connection.execute(
            "CREATE TABLE before AS SELECT * EXCLUDE (until_on), 1::BIGINT AS line FROM staging.sighting; "
            "DROP TABLE staging.sighting; DROP TABLE staging.rejected_record; "
            "CREATE TABLE staging.sighting AS FROM before; DROP TABLE before; "
            "DROP TABLE ops.noise_key; ALTER TABLE staging.booking DROP COLUMN full_name_key; "
            "ALTER TABLE staging.attendance DROP COLUMN full_name_key; "
            "UPDATE ops.installation SET schema_version = 3"
        )
    listed = ccds("kpis", "--exact", "--data", data)
    assert (listed.returncode, "Run ccds run once" in listed.stderr) == (3, True)
    second = run(landing)
    (backup,) = (data / "backups").iterdir()
    assert (second.returncode, second.stdout) == (0, loaded_once[1])
    assert str(backup) in second.stderr
    assert releases(landing) == 2
    assert "Nothing is outstanding" in run(landing).stderr


def test_listings_answer_while_a_run_goes_on(loaded_landing):
    data = loaded_landing.parent / "data"
    programme = ("--programme", PROGRAMME)
    listings = (
        ["kpis", "--exact"],
        ["rejects", *programme],
        ["audit", "list"],
        ["release", "status", *programme],
    )
    for words in listings:
        free = ccds(*words, "--data", data)
        with held(data / "warehouse.duckdb"):
            busy = ccds(*words, "--data", data)
        assert (busy.returncode, busy.stdout) == (0, free.stdout), words
        assert busy.stderr.count("Another process is at work") == 1
        assert "Another process" not in free.stderr
    assert list((data / "runs").iterdir()) == []


def test_a_warehouse_of_a_newer_version_is_refused(loaded_landing, tmp_path):
    landing = loaded_landing
    with duckdb.connect(str(tmp_path / "data" / "warehouse.duckdb")) as connection:
        connection.execute("UPDATE ops.installation SET schema_version = 999")
    refused = run(landing)
    assert (refused.returncode, "[schema_version]" in refused.stderr) == (3, True)
