"""The hostile files: every one right, set aside or refused, none silently wrong, through the real process.

The contract they are read against is declared as options: comma-separated UTF-8 and the seven columns.
"""

import json
import resource
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from ccds_pipeline.sources.labels import normalise_label
from ccds_pipeline.sources.private_copy import PrivateFile
from ccds_pipeline.sources.reading import Batch, FileRefused, read_files
from ccds_pipeline_tests.delivered_files import SHARED

NASTY = SHARED / "nasty"
pytestmark = pytest.mark.skipif(not NASTY.is_dir(), reason="the shared hostile files are not here")

COLUMNS = ["booking_id", "staff_id", "surname", "email", "start_date", "fee", "notes"]
CONTRACT = {"columns": ", ".join(COLUMNS)}
Rows = dict[int, list[str]]  # cells by line, in the order of the contract, a blank as ""
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
    "66_error_cells.xlsx": dict.fromkeys((2, 3, 4, 6, 7), "error_cell"),
    "71_mixed_types.xlsx": dict.fromkeys((3, 4, 7), "number_cell"),
}


@dataclass
class Outcome:
    """What the process said of a file: the rule of its refusal, or its rows and the faults by line."""

    refused: str | None = None
    rows: Rows = field(default_factory=dict)
    faults: dict[int, str] = field(default_factory=dict)


def outcomes(names: Sequence[str], options: dict[str, str]) -> dict[str, Outcome]:
    files = [PrivateFile(number, NASTY / name, "", "", 0) for number, name in enumerate(names)]
    seen = {name: Outcome() for name in names}
    for answer in read_files(files, "table", options):
        outcome = seen[names[answer.file_number]]
        if isinstance(answer, FileRefused):
            outcome.refused = answer.rule
        elif isinstance(answer, Batch):
            take(answer, outcome)
        else:
            assert answer.lines_n == answer.other_lines_n + answer.records_n + answer.inner_breaks_n
    return seen


def take(batch: Batch, outcome: Outcome) -> None:
    labels = {normalise_label(name): name for name in batch.rows.schema.names}
    for row in batch.rows.to_pylist():
        if row["@fault"]:
            outcome.faults[row["@line"]] = row["@fault"]
        else:
            outcome.rows[row["@line"]] = [row[labels[column]] or "" for column in COLUMNS]


def truth_of(name: str) -> list[list[str]]:
    """The rows of a file that has one right reading, in the order of the contract."""
    if name == "40_late_type_change.csv":  # too long for truth.json
        return [invented(n, "ABC123" if n == 29991 else str(99_999 + n)) for n in range(1, 30_001)]
    truth = json.loads((NASTY / "truth.json").read_text(encoding="utf-8"))[name]
    places = [truth["header"].index(column) for column in COLUMNS]
    return [[row[place] for place in places] for row in truth["rows"]]


def invented(number: int, staff_id: str = "") -> list[str]:
    """The person of that number, as the files' maker wrote them."""
    return [
        f"BK{number:04}",
        staff_id or f"S{number:05}",
        f"Smith{number}",
        f"user{number}@example.nhs.uk",
        f"2025-04-{number + 1:02}",
        f"{number * 10}.50",
        f"note {number}",
    ]


def right_rows(name: str) -> list[list[str]]:
    """The rows that must be delivered: all but those that are set aside."""
    control = [invented(number) for number in range(1, 7)]
    known = {
        "05_mojibake.csv": control[1:],
        "10_row_too_long.csv": control[:2] + control[3:],
        "11_row_too_short.csv": control[:2] + control[3:],
        "31_truncated_at_row_edge.csv": [invented(number) for number in range(1, 20)],
        "35_header_repeated_mid.csv": control,
        "61_zero_padded_format.xlsx": [],
        "64_unformatted_serials.xlsx": [],
        "66_error_cells.xlsx": [[*control[3][:5], "10.5", "note 4"]],
        "71_mixed_types.xlsx": [
            [*row[:6], note] for row, note in ((control[0], "True"), (control[3], "1"), (control[4], "TRUE"))
        ],
        # Marked "reject" for its name, but a name proves nothing: the content is the control table.
        "79_csv_named.xlsx": control,
    }
    return known[name] if name in known else truth_of(name)


def all_names() -> list[str]:
    return sorted(path.name for path in NASTY.iterdir() if path.name not in {"README.md", "truth.json"})


def test_every_hostile_file_is_right_set_aside_or_refused():
    names = all_names()
    seen = outcomes(names, CONTRACT)
    assert {name: seen[name].refused for name in names if seen[name].refused} == REFUSED
    assert {name: seen[name].faults for name in names if seen[name].faults} == SET_ASIDE
    for name in set(names) - set(REFUSED):
        assert list(seen[name].rows.values()) == right_rows(name), name


@pytest.mark.parametrize(
    ("name", "option", "value"),
    [
        ("03_cp1252.csv", "encoding", "cp1252"),
        ("38_semicolon.csv", "delimiter", "semicolon"),
        ("39_tab_named_csv.csv", "delimiter", "tab"),
    ],
)
def test_a_file_that_is_declared_as_it_is_is_right(name, option, value):
    outcome = outcomes([name], CONTRACT | {option: value})[name]
    right = truth_of(name) if option == "encoding" else [invented(number) for number in range(1, 7)]
    assert (list(outcome.rows.values()), outcome.faults) == (right, {})


def test_a_mixed_encoding_stays_visible_when_one_of_the_two_is_declared():
    outcome = outcomes(["04_mixed_encoding.csv"], CONTRACT | {"encoding": "cp1252"})["04_mixed_encoding.csv"]
    assert "double_encoded" in outcome.faults.values()


def test_bombs_are_refused_at_once_and_need_no_memory():
    bombs = [name for name in REFUSED if name[:2] in {"48", "72", "74", "75", "76", "81"}]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    seen = outcomes(bombs, CONTRACT)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert len(seen) == 6
    assert all(outcome.refused for outcome in seen.values())
    assert after.ru_utime - before.ru_utime < 4  # mostly the start of the process
