"""The hostile files: every one right, set aside or refused, none silently wrong, through the real process.

The contract they are read against is declared as options: comma-separated UTF-8 and the seven columns.
"""

import json
import time

import pytest

from ccds_pipeline.sources.labels import normalise_label
from ccds_pipeline.sources.private_copy import PrivateFile
from ccds_pipeline.sources.reading import Batch, FileEnd, FileRefused, read_files
from ccds_pipeline_tests.delivered_files import SHARED

NASTY = SHARED / "nasty"
pytestmark = pytest.mark.skipif(not NASTY.is_dir(), reason="the shared hostile files are not here")

COLUMNS = ["booking_id", "staff_id", "surname", "email", "start_date", "fee", "notes"]
CONTRACT = {"columns": ", ".join(COLUMNS)}
RIGHT, HEADER_ONLY = "every row as in truth.json", "no row, as in truth.json"
# What becomes of each file that is not simply right: the rule of its refusal, or, for rows that are set
# aside, their physical lines and the rule. The rest of such a file is right.
REFUSED = {
    "03_cp1252.csv": "wrong_encoding",  # right when it is declared, see below
    "04_mixed_encoding.csv": "wrong_encoding",
    "06_dup_header.csv": "column_repeated",
    "08_header_renamed.csv": "missing_columns",
    "13_unclosed_quote.csv": "quote_not_closed",
    "16_backslash_escape.csv": "quote_misplaced",
    "17_nul_byte.csv": "nul_character",
    "19_huge_field_5MiB.csv": "field_too_long",
    "30_truncated_midrow.csv": "truncated",
    "32_truncated_in_utf8_char.csv": "wrong_encoding",
    "33_empty.csv": "file_empty",
    "37_preamble.csv": "header_single_column",
    "38_semicolon.csv": "wrong_delimiter",  # right when it is declared
    "39_tab_named_csv.csv": "wrong_delimiter",  # right when it is declared
    "45_html_error_page.csv": "html_page",
    "48_gzip_bomb_1GiB.csv.gz": "not_text",
    "67_dup_header.xlsx": "column_repeated",
    "70_merged_title.xlsx": "header_single_column",
    "72_far_cell.xlsx": "workbook_too_large",
    "74_xxe.xlsx": "document_type",
    "75_billion_laughs.xlsx": "document_type",
    "76_zip_bomb_400MB.xlsx": "workbook_too_large",
    "78_truncated.xlsx": "workbook_damaged",
    "80_html_named.xls": "html_page",
    "81_encrypted.xlsx": "not_text",
}
SET_ASIDE = {
    "05_mojibake.csv": {2: "double_encoded"},
    "10_row_too_long.csv": {4: "row_too_long"},
    "11_row_too_short.csv": {4: "row_too_short"},
    # Cut between two rows. The cut took the last line end too, so this file shows it at its last row; with
    # that line end nothing in the file would tell, only a count from the tool or the sender can.
    "31_truncated_at_row_edge.csv": {21: "row_unfinished"},
    "35_header_repeated_mid.csv": {5: "header_repeated"},
    # Numbers where the contract holds text: how they looked, or what day they mean, is lost.
    "61_zero_padded_format.xlsx": dict.fromkeys(range(2, 8), "number_cell"),
    "64_unformatted_serials.xlsx": dict.fromkeys(range(2, 8), "number_cell"),
    "66_error_cells.xlsx": {2: "error_cell", 3: "error_cell", 4: "error_cell"},
    "71_mixed_types.xlsx": {3: "number_cell", 4: "number_cell"},
}
# Marked "reject" for the name, but a workbook's name proves nothing: the content is the control table.
RIGHT_BY_CONTENT = {"79_csv_named.xlsx"}


def truth_of(name: str) -> list[list[str]] | None:
    """The rows that the file holds where that is known, in the order of the contract."""
    if name == "40_late_type_change.csv":
        return [
            [
                f"BK{number:04}",
                "ABC123" if number == 29991 else str(99_999 + number),
                f"Smith{number}",
                f"user{number}@example.nhs.uk",
                f"2025-04-{number + 1:02}",
                f"{number * 10}.50",
                f"note {number}",
            ]
            for number in range(1, 30_001)
        ]
    truth = json.loads((NASTY / "truth.json").read_text(encoding="utf-8"))
    known = truth["00_control.csv"] if name in SET_ASIDE or name in RIGHT_BY_CONTENT else truth[name]
    if truth[name]["rows"] is not None:
        known = truth[name]
    if known["rows"] is None:
        return None
    places = [known["header"].index(column) for column in COLUMNS]
    return [[row[place] for place in places] for row in known["rows"]]


def outcomes(names: list[str], options: dict[str, str]) -> dict[str, dict[int, list[str] | str] | str]:
    """By file: the rule of its refusal, or by line each row's cells (blank as "") or its fault."""
    files = [PrivateFile(number, NASTY / name, "", "", 0) for number, name in enumerate(names)]
    seen: dict[str, dict[int, list[str] | str] | str] = {}
    for answer in read_files(files, "table", options):
        name = names[answer.file_number]
        if isinstance(answer, FileRefused):
            seen[name] = answer.rule
        elif isinstance(answer, Batch):
            rows = seen.setdefault(name, {})
            assert isinstance(rows, dict)
            rows |= by_line(answer)
        else:
            assert isinstance(answer, FileEnd)
            assert answer.lines_n == answer.other_lines_n + answer.records_n + answer.inner_breaks_n
    return seen


def by_line(batch: Batch) -> dict[int, list[str] | str]:
    labels = {normalise_label(name): name for name in batch.rows.schema.names}
    return {
        row["@line"]: row["@fault"] or [row[labels[column]] or "" for column in COLUMNS]
        for row in batch.rows.to_pylist()
    }


def all_names() -> list[str]:
    return sorted(path.name for path in NASTY.iterdir() if path.name not in {"README.md", "truth.json"})


def test_every_hostile_file_is_right_set_aside_or_refused():
    names = all_names()
    seen = outcomes(names, CONTRACT)
    assert {name: rule for name, rule in seen.items() if isinstance(rule, str)} == REFUSED
    for name in set(names) - set(REFUSED):
        rows = seen[name]
        assert isinstance(rows, dict)
        set_aside = {line: fault for line, fault in rows.items() if isinstance(fault, str)}
        assert set_aside == SET_ASIDE.get(name, {}), name
        assert_rest_is_right(name, rows)


def assert_rest_is_right(name: str, rows: dict[int, list[str] | str]) -> None:
    truth = truth_of(name)
    assert truth is not None, name
    good = [cells for cells in rows.values() if not isinstance(cells, str)]
    if name not in SET_ASIDE:
        assert good == truth, name
    elif name == "31_truncated_at_row_edge.csv":
        assert [cells[0] for cells in good] == [f"BK{number:04}" for number in range(1, 20)]
    else:
        # The row that is set aside takes its own place; the header that stands there again takes none.
        assert all(cells in truth for cells in good), name
        assert len(good) == len(truth) - len([f for f in SET_ASIDE[name].values() if f != "header_repeated"])


@pytest.mark.parametrize(
    ("name", "option", "value"),
    [
        ("03_cp1252.csv", "encoding", "cp1252"),
        ("38_semicolon.csv", "delimiter", "semicolon"),
        ("39_tab_named_csv.csv", "delimiter", "tab"),
    ],
)
def test_a_file_that_is_declared_as_it_is_is_right(name, option, value):
    rows = outcomes([name], CONTRACT | {option: value})[name]
    assert isinstance(rows, dict)
    control = outcomes(["00_control.csv"], CONTRACT)["00_control.csv"]
    truth = truth_of(name)
    assert list(rows.values()) == (truth if truth is not None else list(dict(control).values()))  # type: ignore[call-overload]


def test_mixed_encodings_stay_refused_or_set_aside_when_windows_text_is_declared():
    rows = outcomes(["04_mixed_encoding.csv"], CONTRACT | {"encoding": "cp1252"})["04_mixed_encoding.csv"]
    assert isinstance(rows, dict)
    assert "double_encoded" in rows.values()


@pytest.mark.parametrize(
    "name",
    [
        "48_gzip_bomb_1GiB.csv.gz",
        "72_far_cell.xlsx",
        "74_xxe.xlsx",
        "75_billion_laughs.xlsx",
        "76_zip_bomb_400MB.xlsx",
        "81_encrypted.xlsx",
    ],
)
def test_a_bomb_is_refused_at_once(name):
    started = time.process_time()
    clock = time.perf_counter()
    assert outcomes([name], CONTRACT) == {name: REFUSED[name]}
    assert time.process_time() - started < 2
    assert time.perf_counter() - clock < 30  # of which the start of the process is nearly all
