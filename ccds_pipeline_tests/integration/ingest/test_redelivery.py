"""A delivery that comes again, overlaps, shrinks or is reordered changes only what it should.

All data is invented; the law over any history is in ``property/test_staging_law``.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ccds_pipeline_tests.support.loaded_deliveries import Loaded
from ccds_pipeline_tests.support.small_delivery import HEADERS, first_answer

HEADER = HEADERS["first"]
DAY, LATER = "2022-04-01", "2022-05-01"
ROWS = [first_answer(f"p{number}", number) for number in range(5)]
STAGED = "SELECT person_key, version_key FROM staging.response ORDER BY ALL"
ANSWERS = "SELECT version_key, question_id, score FROM staging.answer ORDER BY ALL"
SIGHTED = "SELECT delivery_on, until_on, record_key, version_key FROM staging.sighting ORDER BY ALL"
BOOKS = "SELECT received_n, loaded_n, duplicate_n, excluded_n, rejected_n FROM ops.delivery ORDER BY ALL"


@pytest.fixture
def loaded(tmp_path: Path) -> Loaded:
    """A warehouse with one delivery of five responses."""
    warehouse = Loaded(tmp_path)
    warehouse.deliver("first", DAY, HEADER, ROWS)
    warehouse.load("first", DAY)
    return warehouse


def state(loaded: Loaded) -> list[list[tuple[Any, ...]]]:
    return [loaded.query(statement) for statement in (STAGED, ANSWERS, SIGHTED, BOOKS)]


def test_the_same_delivery_again_changes_nothing(loaded):
    before = state(loaded)
    loaded.load("first", DAY)
    assert state(loaded) == before


def test_reordered_rows_in_other_files_are_the_same_records(loaded):
    before = state(loaded)
    loaded.deliver("first", DAY, HEADER, ROWS[:1:-1])
    loaded.deliver("first", DAY, HEADER, ROWS[:2], file=2)
    loaded.load("first", DAY)
    assert state(loaded)[:3] == before[:3]
    assert loaded.query(BOOKS) == [(2, 2, 0, 0, 0), (3, 3, 0, 0, 0)]


def test_a_shrunken_file_under_its_own_date_takes_its_rows_away(loaded):
    before = loaded.query(STAGED)
    loaded.deliver("first", DAY, HEADER, ROWS[:2])
    loaded.load("first", DAY)
    left = loaded.query(STAGED)
    assert (len(left), set(left) <= set(before)) == (2, True)
    assert len(loaded.query(ANSWERS)) == 2


def test_a_shrunken_export_of_a_later_date_takes_nothing_away(loaded):
    staged = loaded.query(STAGED)
    loaded.deliver("first", LATER, HEADER, ROWS[:2])
    loaded.load("first", LATER)
    assert loaded.query(STAGED) == staged
    assert loaded.query(BOOKS) == [(2, 2, 0, 0, 0), (5, 5, 0, 0, 0)]


def test_an_overlapping_export_adds_only_what_is_new(loaded):
    loaded.deliver("first", LATER, HEADER, [*ROWS[3:], first_answer("p5", 5)])
    loaded.load("first", LATER)
    assert len(loaded.query(STAGED)) == 6
    assert [row[:2] for row in loaded.query(SIGHTED)] == [
        *[(date(2022, 4, 1), date(2022, 4, 1))] * 3,
        *[(date(2022, 4, 1), date(2022, 5, 1))] * 2,
        (date(2022, 5, 1), date(2022, 5, 1)),
    ]


def test_a_row_that_stands_twice_in_a_delivery_is_loaded_once(loaded):
    before = state(loaded)
    loaded.deliver("first", DAY, HEADER, ROWS[2:], file=2)
    loaded.load("first", DAY)
    assert state(loaded)[:3] == before[:3]
    assert loaded.query(BOOKS) == [(3, 0, 3, 0, 0), (5, 5, 0, 0, 0)]


def test_a_delivery_that_can_no_longer_be_read_takes_its_rows_away_and_says_so(loaded):
    loaded.deliver("first", DAY, HEADER.replace("Sure", "Sureness"), ROWS)
    account = loaded.load("first", DAY)
    assert (account.refused, account.loaded) == (1, 0)
    assert loaded.query(STAGED) == []


def test_rows_that_became_bad_are_rejected_and_come_back_when_they_are_good_again(loaded):
    before = state(loaded)
    loaded.deliver("first", DAY, HEADER, [*ROWS[:4], first_answer("p4", 4, sent="once")])
    loaded.load("first", DAY)
    assert loaded.query(BOOKS) == [(5, 4, 0, 0, 1)]
    loaded.deliver("first", DAY, HEADER, ROWS)
    loaded.load("first", DAY)
    assert state(loaded) == before
    assert loaded.query("SELECT * FROM ops.rejected_row") == []
