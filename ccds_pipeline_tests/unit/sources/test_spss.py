"""SPSS data files: what a cell is delivered as, and which files are not read."""

from dataclasses import replace

import pandas as pd
import pyreadstat
import pytest

from ccds_pipeline.sources.delivered import DEFAULT_LIMITS
from ccds_pipeline_tests.support.delivered_files import FIXTURES, read, refusal, written

JISC = FIXTURES / "spss_jisc.sav"


def test_variables_are_columns_with_their_labels_as_texts_and_codes_in_their_cells():
    delivered = read("spss", JISC)
    assert dict(zip(delivered.names, delivered.texts, strict=True))["Q1"] == "How was it?"
    first, second, third = delivered.by_name
    assert (first["URN"], first["Q1"], first["sure"], first["Q4_a"]) == ("638954-1", "2", "7", "More, please")
    assert (first["submitted"], first["day"]) == ("2022-03-01T10:05:00", "2022-03-01")
    assert (second["Q4_a"], third["sure"], third["submitted"]) == (None, None, None)
    assert third["Q1"] == "-99"  # declared as missing in the file: judged by the programme
    assert delivered.lines == [1, 2, 3]
    assert delivered.tally.total == delivered.accounted_lines == 3


def test_labels_are_delivered_where_the_source_asks_for_them():
    first, second, third = read("spss", JISC, {"answers": "labels"}).by_name
    assert [row["Q1"] for row in (first, second, third)] == ["Good", "Poor", "No answer"]
    assert [row["sure"] for row in (first, second, third)] == ["7", "Very", None]


def test_numbers_whose_form_is_lost_are_faulty_cells(tmp_path):
    path, frame = tmp_path / "survey.sav", pd.DataFrame({"id": [123.0, 45.0], "big": [1e15, 2.5]})
    pyreadstat.write_sav(frame, str(path), variable_format={"id": "N5"})
    assert read("spss", path).cell_faults == [
        {"id": "number_padded", "big": "number_too_long"},
        {"id": "number_padded"},
    ]


def test_a_file_that_is_cut_is_refused(tmp_path):
    for kept in (4, 100, JISC.stat().st_size - 100):
        assert refusal("spss", written(tmp_path, JISC.read_bytes()[:kept])).rule == "spss_damaged"


def test_what_is_no_spss_file_is_refused_and_an_spss_file_is_told_by_name_elsewhere(tmp_path):
    refused = refusal("spss", written(tmp_path, "URN,Q1\n1,2\n"))
    assert refused.rule == "not_spss"
    refused = refusal("jisc", JISC)
    assert (refused.rule, "SPSS" in refused.problem, "spss" in refused.remedy) == ("not_text", True, True)


@pytest.mark.parametrize(
    ("limits", "rule"), [({"columns": 7}, "too_many_columns"), ({"workbook_cells": 23}, "spss_too_large")]
)
def test_columns_and_cells_are_bounded(limits, rule):
    assert refusal("spss", JISC, limits=replace(DEFAULT_LIMITS, **limits)).rule == rule
