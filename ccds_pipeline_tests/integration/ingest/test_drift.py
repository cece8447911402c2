"""What becomes of a delivery whose columns are not those of the one before; all data is invented."""

from __future__ import annotations

from pathlib import Path

import pytest

from ccds_pipeline.ingest.contract import judge_columns
from ccds_pipeline_tests.support.loaded_deliveries import Loaded
from ccds_pipeline_tests.support.small_delivery import PROGRAMME_TEXT

HEADER = "id,mail,session,sent,Sure"
ROW = "{},ann@example.org,S-1,2022-03-10 08:00,4"
OPTIONAL = PROGRAMME_TEXT.replace(
    "questions: {sure: Sure}", "questions: {sure: {column: [Sure, Certain], optional: true}}"
)
FIRST, SECOND, THIRD = "2022-04-01", "2022-05-01", "2022-06-01"


@pytest.fixture
def loaded(tmp_path: Path) -> Loaded:
    return Loaded(tmp_path)


def deliver(loaded: Loaded, day: str, header: str = HEADER, row: str = ROW, **options: str) -> None:
    loaded.deliver("first", day, header, [row.format(day)])
    loaded.load("first", day, **options)


def outcome(loaded: Loaded, day: str) -> tuple[bool, tuple[str, ...]]:
    judged = judge_columns(loaded.drift("first", day))
    assert judged.is_warning
    return judged.passed, judged.rules


def test_columns_as_the_mapping_names_them_pass(loaded):
    deliver(loaded, FIRST)
    deliver(loaded, SECOND)
    assert outcome(loaded, FIRST) == outcome(loaded, SECOND) == (True, ())
    assert loaded.query("SELECT * FROM ops.drift") == []


def test_a_new_column_warns_once_and_again_only_when_another_one_comes(loaded):
    deliver(loaded, FIRST)
    deliver(loaded, SECOND, HEADER + ",Shoe size", ROW + ",43")
    deliver(loaded, THIRD, HEADER + ",SHOE  size,Hat", ROW + ",43,58")
    assert outcome(loaded, SECOND) == (False, ("new_column",))
    assert loaded.drift("first", THIRD).new_columns == 1
    deliver(loaded, "2022-07-01", HEADER + ",Hat,shoe size", ROW + ",58,43")
    assert outcome(loaded, "2022-07-01") == (True, ())


def test_the_first_delivery_is_compared_with_the_mapping(loaded):
    deliver(loaded, FIRST, HEADER + ",Shoe size", ROW + ",43")
    assert outcome(loaded, FIRST) == (False, ("new_column",))


@pytest.mark.attack("A16")
def test_a_new_column_is_not_stored_and_neither_is_its_name(loaded):
    deliver(loaded, FIRST, HEADER + ",Zebedee Quux", ROW + ",Zebedee Quux")
    assert loaded.query("SELECT unmapped_columns_n FROM ops.delivery") == [(1,)]
    ((change, name, key),) = loaded.query("SELECT change, column_name, column_key FROM ops.drift")
    assert (change, name, len(key)) == ("unmapped", "", 32)
    content = loaded.warehouse.read_bytes()
    assert b"first" in content
    assert b"zebedee" not in content.lower()


def test_a_missing_optional_column_loads_and_warns_by_the_name_of_the_programme_file(loaded):
    deliver(loaded, FIRST, programme=OPTIONAL)
    deliver(loaded, SECOND, HEADER.removesuffix(",Sure"), ROW.removesuffix(",4"), programme=OPTIONAL)
    assert outcome(loaded, SECOND) == (False, ("optional_column_missing (Sure or Certain)",))
    assert loaded.query("SELECT sum(loaded_n), sum(rejected_n) FROM ops.delivery") == [(2, 0)]


def test_a_missing_required_column_refuses_the_file_by_the_name_of_the_programme_file(loaded):
    deliver(loaded, FIRST)
    deliver(loaded, SECOND, HEADER.replace("Sure", "Quite sure"))
    ((status, rule, message, received),) = loaded.query(
        "SELECT status, refused_rule, refused_message, received_n FROM ops.delivery "
        f"WHERE delivery_on = '{SECOND}'"
    )
    assert (status, rule, received) == ("refused", "column_missing", 0)
    assert "the column Sure is missing" in message
    assert "Quite" not in message
    assert outcome(loaded, SECOND) == (True, ())  # that it is refused is told by another check


def test_the_delivery_after_a_refused_one_is_compared_with_the_last_that_was_read(loaded):
    deliver(loaded, FIRST, HEADER + ",Hat", ROW + ",58")
    deliver(loaded, SECOND, HEADER.replace("Sure", "Quite sure"))
    deliver(loaded, THIRD, HEADER + ",Hat", ROW + ",58")
    assert outcome(loaded, THIRD) == (True, ())


def test_reordered_columns_load_the_same_pass_and_are_counted(loaded):
    deliver(loaded, FIRST)
    loaded.deliver(
        "first", SECOND, "SURE,Sent ,session,id,mail", [f"4,2022-03-10 08:00,S-1,{FIRST},ann@example.org"]
    )
    loaded.load("first", SECOND)
    assert outcome(loaded, SECOND) == (True, ())
    assert loaded.drift("first", SECOND).new_layouts == 1
    assert loaded.query("SELECT CAST(until_on AS VARCHAR) FROM staging.sighting") == [(SECOND,)]
    assert loaded.query("SELECT count(*) FROM staging.response") == [(1,)]


def test_loading_a_corrected_delivery_replaces_its_drift(loaded):
    deliver(loaded, FIRST, HEADER + ",Hat", ROW + ",58")
    deliver(loaded, FIRST)
    assert loaded.query("SELECT * FROM ops.drift") == []
