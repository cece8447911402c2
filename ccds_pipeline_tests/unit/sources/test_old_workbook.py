"""Old workbooks (xls) are read as the new ones are, with what their parser does not show.

The fixture was written by another program: numbers one by one and in runs, some shown with zeros in front,
errors as they are and of a formula, moments, truth values, and a hidden sheet.
"""

from __future__ import annotations

import random
import tracemalloc
from contextlib import suppress
from dataclasses import replace

import pytest

from ccds_pipeline.errors import FileRefusedError
from ccds_pipeline.sources.delivered import DEFAULT_LIMITS, SourceFile
from ccds_pipeline.sources.old_workbook import check_old_workbook
from ccds_pipeline_tests.support.delivered_files import read, refusal, written
from ccds_pipeline_tests.support.paths import DATA

BOOK = DATA / "old_workbook.xls"
BYTES = BOOK.read_bytes()
WHOLE = {"numbers": '{"*": "whole"}'}


def test_cells_are_delivered_as_from_a_new_workbook():
    delivered = read("table", BOOK, WHOLE)
    assert delivered.by_name[1] == {
        "id": "B2",
        "rating": None,
        "score": "3",
        "padded": "00123",
        "padded too": "46",
        "at": "2022-03-02T09:30:00",
        "agrees": "False",
        "note": None,
        "calculated": None,
    }
    assert (delivered.lines, delivered.tally.form) == ([2, 3, 4], "workbook, sheet Responses")
    assert (delivered.by_name[0]["note"], delivered.by_name[0]["calculated"]) == ("café – good", "2")


def test_errors_and_numbers_that_lost_their_form_are_faulty():
    assert read("table", BOOK, WHOLE).cell_faults == [
        {"score": "number_cell", "padded": "number_padded", "padded too": "number_padded"},
        {"rating": "number_cell", "note": "error_cell", "calculated": "error_cell"},
        {"id": "number_too_long"},
    ]


def test_without_a_rule_every_number_is_faulty():
    assert [row["rating"] for row in read("table", BOOK).cell_faults] == ["number_cell"] * 3


def test_a_hidden_sheet_is_none(tmp_path):
    assert refusal("table", BOOK, {"sheet": "Lists"}).rule == "sheet_missing"


def test_a_compound_file_of_another_kind_is_refused_by_its_name(tmp_path):
    other = BYTES.replace("Workbook".encode("utf-16-le"), "Contents".encode("utf-16-le"))
    refused = refusal("table", written(tmp_path, other))
    assert (refused.rule, "password" in refused.problem) == ("not_text", True)


def test_one_that_is_larger_than_the_limit_is_refused():
    limits = replace(DEFAULT_LIMITS, workbook_bytes=len(BYTES) - 1)
    assert refusal("table", BOOK, limits=limits).rule == "workbook_too_large"


@pytest.mark.parametrize("length", range(8, len(BYTES), 256))
def test_one_that_is_cut_is_refused(length, tmp_path):
    assert refusal("table", written(tmp_path, BYTES[:length])).rule == "workbook_damaged"


def test_a_damaged_one_is_refused_or_read_and_never_fails_otherwise(tmp_path):
    chance = random.Random(4)  # noqa: S311  # the same damage each time, no secret
    for _ in range(300):
        damaged = bytearray(BYTES)
        for _ in range(3):
            damaged[chance.randrange(8, len(BYTES))] = chance.randrange(256)
        with suppress(FileRefusedError):
            check_old_workbook(SourceFile(written(tmp_path, bytes(damaged))), ())


def test_a_container_that_names_one_sector_for_everything_is_read_once(tmp_path):
    # Sectors of 512 bytes, and zeros: each table, and each chain, leads to the first sector again.
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(30, b"\0") + b"\x09\0"
    path = tmp_path / "crafted.xls"
    path.write_bytes(header.ljust(5_034, b"\0"))
    tracemalloc.start()
    with pytest.raises(FileRefusedError):
        check_old_workbook(SourceFile(path, {}, DEFAULT_LIMITS), [])
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()
