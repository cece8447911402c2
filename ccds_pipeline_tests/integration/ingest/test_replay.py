"""After a correction, what was set aside is loaded again, and nothing else; all data is invented."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import duckdb
import pytest

from ccds_pipeline_tests.support.commands import ccds
from ccds_pipeline_tests.support.keys import KEY
from ccds_pipeline_tests.support.loaded_deliveries import Loaded
from ccds_pipeline_tests.support.small_delivery import (
    HEADERS,
    PROGRAMME_TEXT,
    first_answer,
    presence,
    second_answer,
)

pytestmark = pytest.mark.slow
DAY = "2022-04-01"
PEOPLE = [f"p{number}" for number in range(8)]
SECOND = [second_answer(person, 7) for person in PEOPLE[:4]]
SECOND[1] = second_answer("p1", 7, "Zustimmung")
SECOND[2] = second_answer("p2", 11)
RENAMED = HEADERS["second"].replace("Sure", "Sureness")
FIXED = PROGRAMME_TEXT.replace("[Einverstanden]", "[Einverstanden, Zustimmung]").replace(
    "{sure: Sure, clear: Clear}", "{sure: [Sure, Sureness], clear: Clear}"
)
LEDGER = "SELECT received_n, loaded_n, duplicate_n, excluded_n, rejected_n FROM ops.delivery"


class Replayed:
    """One run over bad deliveries, then replays: of a corrected mapping and file, and of nothing."""

    def __init__(self, folder: Path) -> None:
        self.deliveries = Loaded(folder)
        self.folder, self.landing, self.programme = folder, folder / "landing", folder / "small.yaml"
        self.programme.write_text(PROGRAMME_TEXT)
        there = [presence(person) + ",58" for person in PEOPLE]
        self.deliveries.deliver("presence", DAY, HEADERS["presence"] + ",Hat size", there)
        self.deliveries.deliver(
            "first", DAY, HEADERS["first"], [first_answer(person, 5) for person in PEOPLE]
        )
        self.bad_rows = self.deliveries.deliver("second", DAY, HEADERS["second"], SECOND)
        refused = [second_answer(person, 8) for person in PEOPLE[4:]]
        self.refused = self.deliveries.deliver("second", DAY, RENAMED, refused, file=2)
        self.first = self.ccds("run")
        self.listed, self.listed_json = self.ccds("rejects"), self.ccds("rejects", "--format", "json")
        self.before = self.query("SELECT source_id, loaded_at FROM ops.delivery ORDER BY ALL")
        self.programme.write_text(FIXED)
        self.bad_rows.write_text(self.bad_rows.read_text().replace(",11,", ",10,"))
        self.corrected = self.ccds("run", "--replay")
        self.after = self.query("SELECT source_id, loaded_at FROM ops.delivery ORDER BY ALL")
        self.ledger = self.query(f"{LEDGER} WHERE source_id = 'second' ORDER BY file_number")
        self.again = self.ccds("run", "--replay")

    def ccds(self, command: str, *options: str) -> subprocess.CompletedProcess[str]:
        places = ("--landing", self.landing, "--data", self.folder / "data", "--programme", self.programme)
        result = ccds(command, *places, *options, key=KEY)
        assert "Traceback" not in result.stderr
        return result

    def query(self, statement: str) -> list[tuple[object, ...]]:
        path = str(self.folder / "data" / "warehouse.duckdb")
        with duckdb.connect(path, read_only=True) as connection:
            return connection.execute(statement).fetchall()


@pytest.fixture(scope="module")
def replayed(tmp_path_factory: pytest.TempPathFactory) -> Replayed:
    return Replayed(tmp_path_factory.mktemp("replayed"))


def test_an_unmapped_column_is_a_warning_of_the_run_that_does_not_name_it(replayed):
    warning = f"Warning: staging/presence, columns_are_as_before ({DAY}): new_column"
    assert warning in replayed.first.stderr
    assert "Hat" not in replayed.first.stderr


def test_rejects_are_listed_by_file_line_rule_and_field_with_what_to_do(replayed):
    assert replayed.first.returncode == 1
    text = replayed.listed.stdout
    assert replayed.listed.returncode == 0
    assert "second, clear [answer_outside_scale]: 1 answer(s) not understood" in text
    assert "alias" in text
    assert "second/2022-04-01/2.csv: the column Sure is missing" in text
    assert "ccds run --replay" in text


def test_rejects_as_json_hold_counts_and_references_and_no_value(replayed):
    found = json.loads(replayed.listed_json.stdout)
    assert {unread["field"]: unread["answers"] for unread in found["answers"]} == {"clear": 1, "sure": 1}
    assert [file["rule"] for file in found["refused"]] == ["column_missing"]
    for output in (replayed.listed_json.stdout, replayed.listed.stdout):
        assert "Zustimmung" not in output
        assert "example.org" not in output


def test_after_the_mapping_is_fixed_a_replay_loads_what_was_set_aside(replayed):
    assert replayed.ledger == [(4, 4, 0, 0, 0), (4, 4, 0, 0, 0)]
    assert (
        "Replayed 1 delivery(ies): 0 row(s), 2 answer(s) and 1 file(s) set aside before, "
        "0 row(s), 0 answer(s) and 0 file(s) now" in replayed.corrected.stderr
    )


def test_what_is_not_understood_is_reported_by_the_run(replayed):
    assert "2 answer(s) that are not understood" in replayed.first.stderr
    assert (
        f"Check failed: staging/second, answers_are_understood ({DAY}): clear, sure" in replayed.first.stderr
    )


def test_only_deliveries_with_something_set_aside_are_loaded_again(replayed):
    changed = {source for source, _ in set(replayed.before) - set(replayed.after)}
    assert changed == {"second"}


def test_a_changed_file_is_reported_and_loaded_as_it_is_now(replayed):
    assert "1 file(s) are not as they were read before" in replayed.corrected.stderr
    assert replayed.corrected.returncode == 0


def test_with_nothing_to_replay_it_says_so_and_does_nothing(replayed):
    assert replayed.again.returncode == 0
    assert "There is nothing to replay." in replayed.again.stderr
    assert replayed.again.stdout == ""


def test_after_replays_staging_is_what_one_load_by_the_fixed_mapping_gives(replayed, tmp_path):
    once = Loaded(tmp_path)
    once.landing = replayed.landing
    for source in HEADERS:
        once.load(source, DAY, programme=FIXED)
    for table in ("sighting", "booking", "attendance", "response", "answer"):
        statement = f"SELECT * FROM staging.{table} ORDER BY ALL"
        assert replayed.query(statement) == once.query(statement), table
    sums = f"SELECT sum(COLUMNS(*)) FROM ({LEDGER})"
    assert replayed.query(sums) == once.query(sums) == [(24, 24, 0, 0, 0)]


def test_a_delivery_that_is_gone_from_the_landing_is_reported_and_stays(replayed, tmp_path):
    landing = tmp_path / "landing"
    broken = Loaded(tmp_path)
    broken.deliver(
        "first", DAY, HEADERS["first"], [first_answer("p0", 5), first_answer("p1", 5, sent="once")]
    )
    data = tmp_path / "data"
    programme = tmp_path / "small.yaml"
    programme.write_text(PROGRAMME_TEXT)
    broken.warehouse = data / "warehouse.duckdb"
    broken.load("first", DAY)
    (landing / "first" / DAY / "1.csv").unlink()
    (landing / "first" / DAY).rmdir()
    places = ("--landing", landing, "--data", data, "--programme", programme)
    result = ccds("run", "--replay", *places, key=KEY)
    assert result.returncode == 1
    assert f"first/{DAY}" in result.stderr
    assert "replay_needs_the_file" in result.stderr
    assert broken.query("SELECT loaded_n, rejected_n FROM ops.delivery") == [(1, 1)]
