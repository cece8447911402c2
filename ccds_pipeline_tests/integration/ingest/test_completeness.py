"""A source whose deliveries look like everything that there is has to say whether they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from ccds_pipeline.ingest.completeness import MissingRecords, judge_known_records, undeclared_losses
from ccds_pipeline.programme.load import parse_programme
from ccds_pipeline_tests.support.loaded_deliveries import Loaded
from ccds_pipeline_tests.support.small_delivery import HEADERS, PROGRAMME_TEXT, first_answer

FIRST, SECOND = "2022-04-01", "2022-04-02"
PEOPLE = [f"p{number}" for number in range(20)]


@pytest.fixture
def loaded(tmp_path: Path) -> Loaded:
    """A warehouse with a first delivery of twenty responses."""
    warehouse = Loaded(tmp_path)
    deliver(warehouse, FIRST, PEOPLE)
    return warehouse


def deliver(loaded: Loaded, day: str, people: list[str]) -> None:
    loaded.deliver("first", day, HEADERS["first"], [first_answer(one, 5) for one in people])
    loaded.load("first", day)


def losses(loaded: Loaded, declared: str = "") -> list[MissingRecords]:
    text = PROGRAMME_TEXT.replace("  - id: first\n", f"  - id: first\n{declared}")
    with loaded.connection() as connection:
        return undeclared_losses(connection, parse_programme(text, place="small.yaml").sources)


def test_records_that_a_delivery_of_most_of_them_lacks_are_a_warning_and_count_on(loaded):
    deliver(loaded, SECOND, PEOPLE[:14])
    (lost,) = losses(loaded)
    judged = judge_known_records([lost])
    assert (judged.passed, judged.is_warning) == (False, True)
    assert judged.counts == {"missing": 6, "repeated": 14}
    assert "6 record(s) of earlier deliveries are not in the newest one (2022-04-02)" in str(lost)
    assert "complete: true" in str(lost)
    assert len(loaded.current_scores(PEOPLE)) == 20


@pytest.mark.parametrize(("declared", "counted"), [("true", 14), ("false", 20)])
def test_whoever_declares_what_a_delivery_is_is_not_asked(loaded, declared, counted):
    deliver(loaded, SECOND, PEOPLE[:14])
    line = f"    complete: {declared}\n"
    assert losses(loaded, line) == []
    text = PROGRAMME_TEXT.replace("  - id: first\n", f"  - id: first\n{line}")
    assert len(loaded.current_scores(PEOPLE, programme=text)) == counted


@pytest.mark.parametrize(("repeated", "is_asked"), [(0, False), (9, False), (10, True), (20, False)])
def test_deliveries_of_what_is_new_repeat_less_than_half(loaded, repeated, is_asked):
    deliver(loaded, SECOND, [*PEOPLE[:repeated], "new", "newer"])
    assert bool(losses(loaded)) == is_asked


def test_of_a_delivery_with_a_refused_file_nobody_can_say_what_is_missing(loaded):
    loaded.deliver("first", SECOND, "no,such,header", ["1,2,3"], file=2)
    deliver(loaded, SECOND, PEOPLE[:14])
    assert losses(loaded) == []


def test_a_record_that_is_rejected_is_not_missing(loaded):
    rows = [first_answer(one, 5) for one in PEOPLE[:19]] + [first_answer("p19", score) for score in (3, 4)]
    loaded.deliver("first", SECOND, HEADERS["first"], rows)
    assert loaded.load("first", SECOND).rejected == 2
    assert losses(loaded) == []


def test_the_newest_delivery_is_asked_about_not_the_one_loaded_last(loaded):
    deliver(loaded, SECOND, PEOPLE)
    deliver(loaded, "2022-03-31", [*PEOPLE, "gone"])
    (lost,) = losses(loaded)
    assert (lost.missing, lost.repeated) == (1, 20)
    deliver(loaded, FIRST, PEOPLE[:12])
    assert [one.missing for one in losses(loaded)] == [1]


def test_without_a_key_no_record_is_known_again(loaded):
    deliver(loaded, SECOND, PEOPLE[:14])
    text = PROGRAMME_TEXT.replace("    key: [id]\n", "")
    with loaded.connection() as connection:
        assert undeclared_losses(connection, parse_programme(text, place="small.yaml").sources) == []
