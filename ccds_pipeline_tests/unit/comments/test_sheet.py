"""A coding sheet goes to one person, comes back marked, and every fault is told without a value."""

import csv
import stat
from pathlib import Path

import pytest

from ccds_pipeline.comments.sheet import CodedSheet, read_sheet, write_sheet
from ccds_pipeline.errors import CcdsError, ConfigurationError, UsageError
from ccds_pipeline_tests.support.comments import Said, frame_of, kitchen_programme, many

PROGRAMME = kitchen_programme()
COMMENTS = frame_of([*many("soup, and\nmore “soup”", 5), *many("=1+1 knife", 5, first=5)])
HEADER = "reference,question_id,soup,knives,habits,none\n"
SECRET = "Zebulon"


def sheet(folder: Path, content: str | bytes) -> Path:
    path = folder / "coded.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read(folder: Path, content: str | bytes) -> CodedSheet:
    return read_sheet(sheet(folder, content), COMMENTS, PROGRAMME)


def rows_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_a_sheet_is_private_and_holds_reference_text_and_an_empty_column_per_theme(tmp_path):
    path = tmp_path / "sheet.csv"
    assert write_sheet(path, COMMENTS, PROGRAMME, size=100, seed=1) == 10
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    header, *rows = rows_of(path)
    assert header == ["reference", "question_id", "question", "text", "soup", "knives", "habits", "none"]
    assert sorted(row[0] for row in rows) == [f"r{number}" for number in range(10)]
    assert {row[3] for row in rows} == {"soup, and\nmore “soup”", "'=1+1 knife"}
    assert {cell for row in rows for cell in row[4:]} == {""}


def test_the_same_seed_draws_the_same_comments(tmp_path):
    paths = [tmp_path / f"{name}.csv" for name in ("one", "again", "other")]
    for path, seed in zip(paths, (1, 1, 2), strict=True):
        assert write_sheet(path, COMMENTS, PROGRAMME, size=4, seed=seed) == 4
    first, again, other = (path.read_bytes() for path in paths)
    assert first == again != other


def test_a_sheet_that_is_there_is_left_alone(tmp_path):
    path = sheet(tmp_path, "work of a day")
    with pytest.raises(UsageError, match="out_is_new"):
        write_sheet(path, COMMENTS, PROGRAMME, size=4, seed=1)
    assert path.read_text() == "work of a day"


def test_a_folder_that_is_not_there_is_reported(tmp_path):
    with pytest.raises(ConfigurationError, match="out_is_writable"):
        write_sheet(tmp_path / "absent" / "sheet.csv", COMMENTS, PROGRAMME, size=4, seed=1)


def test_without_comments_or_themes_there_is_no_sheet(tmp_path):
    bare = PROGRAMME.model_copy(update={"themes": ()})
    for comments, programme in ((COMMENTS.iloc[:0], PROGRAMME), (COMMENTS, bare)):
        with pytest.raises(UsageError, match="something_to_code"):
            write_sheet(tmp_path / "sheet.csv", comments, programme, size=4, seed=1)
    assert not list(tmp_path.iterdir())


def test_marks_are_read_and_rows_without_any_are_not_coded_yet(tmp_path):
    coded = read(tmp_path, HEADER + "r0,change,x,,1,\nr1,change,0,0,0,0\n\nr2,change, X ,,,\nr3,change,,,,\n")
    assert coded.uncoded_n == 1
    assert coded.marks.reset_index().to_numpy().tolist() == [
        ["k0", "change", True, False, True, False],
        ["k1", "change", False, False, False, True],
        ["k2", "change", True, False, False, False],
    ]


def test_a_written_sheet_can_be_read_as_it_is(tmp_path):
    path = tmp_path / "sheet.csv"
    write_sheet(path, COMMENTS, PROGRAMME, size=10, seed=1)
    coded = read_sheet(path, COMMENTS, PROGRAMME)
    assert (len(coded.marks), coded.uncoded_n) == (0, 10)


def test_further_columns_and_another_order_do_not_matter(tmp_path):
    coded = read(tmp_path, "none,notes,habits,knives,soup,question_id,reference\nx,Zebulon,,,,change,r4\n")
    assert coded.marks.index.tolist() == [("k4", "change")]


@pytest.mark.parametrize(
    ("content", "place", "rule"),
    [
        ("", "line 1, column reference", "sheet_has_its_columns"),
        (HEADER.replace("knives", SECRET), "line 1, column knives", "sheet_has_its_columns"),
        (HEADER.replace("knives", "soup"), "line 1, column soup", "sheet_has_its_columns"),
        (HEADER.replace(",", ";"), "line 1, column reference", "sheet_has_its_columns"),
        (HEADER + "r0,change,,,,\nZebulon,change,x,,,\n", "line 3, column reference", "reference_is_known"),
        (HEADER + "r0,hope,x,,,\n", "line 2, column reference", "reference_is_known"),
        (HEADER + "r0,change,x,,,\nr0,change,x,,,\n", "line 3, column reference", "comment_is_coded_once"),
        (HEADER + "r0,change,x,Zebulon,,\n", "line 2, column knives", "mark_is_known"),
        (HEADER + "r0,change,2,,,\n", "line 2, column soup", "mark_is_known"),
        (HEADER + "r0,change,x,,,x\n", "line 2, column none", "none_stands_alone"),
        (HEADER + "r0,change,Zebulon\n", "line 2: the row has not 6 cells", "row_is_complete"),
        (HEADER + 'r0,change,x,,,\nr1,change,"x"Zebulon,,,\n', "line 3", "sheet_is_csv"),
        (HEADER + 'r0,"change,x,,,\n', "line 2", "sheet_is_csv"),
        (b"PK\x03\x04\xff\xfe", "line 1", "sheet_is_csv"),
        (HEADER + '"r0","change","x","","","",\n', "line 2", "row_is_complete"),
    ],
)
def test_a_fault_is_reported_with_line_column_and_rule_and_no_value(tmp_path, content, place, rule):
    with pytest.raises(CcdsError) as refused:
        read(tmp_path, content)
    message = str(refused.value)
    assert place in message
    assert f"[{rule}]" in message
    assert "What to do" in message
    assert SECRET not in message
    assert refused.value.__suppress_context__ or refused.value.__context__ is None


def test_lines_are_counted_as_in_the_file(tmp_path):
    noted = "reference,question_id,text,soup,knives,habits,none\n"
    with pytest.raises(CcdsError, match="line 5, column soup"):
        read(tmp_path, noted + 'r0,change,"two\nlines",x,,,\n\nr1,change,,no,,,\n')


def test_a_missing_or_enormous_file_is_reported(tmp_path):
    with pytest.raises(CcdsError, match="sheet_is_readable"):
        read_sheet(tmp_path / "absent.csv", COMMENTS, PROGRAMME)
    with (tmp_path / "large.csv").open("wb") as file:
        file.truncate(20_000_001)
    with pytest.raises(CcdsError, match="sheet_is_small"):
        read_sheet(tmp_path / "large.csv", COMMENTS, PROGRAMME)


def test_a_comment_of_two_questions_is_told_apart_by_its_question(tmp_path):
    comments = frame_of([Said("p", "soup"), Said("p", "soup", "hope")]).assign(reference="r0")
    path = sheet(tmp_path, HEADER + "r0,hope,x,,,\n")
    assert read_sheet(path, comments, PROGRAMME).marks.index.tolist() == [("k1", "hope")]
