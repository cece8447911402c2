"""Workbooks: what a cell is delivered as, which rows are set aside, and which files are not opened."""

import zipfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path

import pytest
import xlsxwriter

from ccds_pipeline.sources.delivered import DEFAULT_LIMITS
from ccds_pipeline_tests.support.delivered_files import read, refusal, written

FORMS_HEADER = ["ID", "Start time", "Completion time", "Email", "Name", "How sure are you?"]
Change = Callable[[str, bytes], bytes]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return tmp_path / "book.xlsx"


def write_rows(path: Path, rows: Sequence[Sequence[object]], *, sheet: str = "S", start: int = 0) -> None:
    with xlsxwriter.Workbook(path, {"default_date_format": "m/d/yy h:mm:ss"}) as workbook:
        worksheet = workbook.add_worksheet(sheet)
        for number, cells in enumerate(rows, start=start):
            for column, cell in enumerate(cells):
                worksheet.write(number, column, cell)


def rewrite(path: Path, change: Change, *extra: tuple[str, bytes]) -> None:
    """Write a workbook again, with its parts changed and others added."""
    with zipfile.ZipFile(path) as source:
        parts = [(part.filename, source.read(part)) for part in source.infolist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in [*((name, change(name, content)) for name, content in parts), *extra]:
            target.writestr(name, content)


def in_sheet(old: bytes, new: bytes) -> Change:
    def change(name: str, content: bytes) -> bytes:
        if name != "xl/worksheets/sheet1.xml":
            return content
        assert old in content
        return content.replace(old, new)

    return change


def same(name: str, content: bytes) -> bytes:
    return content


def test_a_forms_response_is_delivered_with_iso_times_and_plain_numbers(book):
    moment = datetime.fromisoformat("2022-03-01T09:30:00")
    midnight = datetime.fromisoformat("2022-03-02T00:00:00")
    write_rows(book, [FORMS_HEADER, [7, moment, midnight, "ada@example.org", "", 2.5]], sheet="CCDS")
    delivered = read("ms_forms", book)
    assert delivered.by_name == [
        {
            "Form": "CCDS",
            "ID": "7",
            "Start time": "2022-03-01T09:30:00",
            "Completion time": "2022-03-02T00:00:00",
            "Email": "ada@example.org",
            "Name": None,
            "How sure are you?": "2.5",
        }
    ]
    assert (delivered.lines, delivered.tally.total, delivered.tally.other) == ([2], 2, 1)


def test_numbers_and_times_of_a_survey_in_a_workbook_are_delivered_as_texts(book):
    moment = datetime.fromisoformat("2022-03-01T09:30:00")
    write_rows(book, [["Timestamp", "How sure are you?"], [moment, 7], [moment, 2.5]])
    assert read("google_forms", book).good == [("2022-03-01T09:30:00", "7"), ("2022-03-01T09:30:00", "2.5")]


def test_of_several_sheets_a_layout_takes_its_own_by_name_or_the_declared_one(book):
    header = ["Order code", "Position ID", "Status"]
    with xlsxwriter.Workbook(book) as workbook:
        for name in ("Order fees", "Order positions"):
            workbook.add_worksheet(name).write_row(0, 0, header)
    assert read("pretix_positions", book).names == header
    assert read("pretix_positions", book, {"sheet": "Order fees"}).names == header
    assert refusal("google_forms", book).rule == "several_sheets"


def test_texts_that_look_like_numbers_stay_texts(book):
    write_rows(book, [["id", "note"], ["x", "y"]])
    rewrite(book, same)
    with xlsxwriter.Workbook(book) as workbook:
        sheet = workbook.add_worksheet()
        for row, cells in enumerate([["id", "note"], ["000123", "12E3"]]):
            for column, cell in enumerate(cells):
                sheet.write_string(row, column, cell)
    assert read("table", book).good == [("000123", "12E3")]


def test_a_table_sets_numbers_aside_because_their_form_is_lost(book):
    write_rows(book, [["id", "note"], ["B1", "fine"], [45749, "serial"], ["B3", True]])
    delivered = read("table", book)
    assert delivered.cell_faults == [{}, {"id": "number_cell"}, {}]
    assert delivered.good == [("B1", "fine"), (None, "serial"), ("B3", "True")]


@pytest.mark.parametrize(
    ("declared", "texts", "faults"),
    [
        ("text", [None, None, None], ["number_cell", "number_cell", "number_too_long"]),
        ("whole", ["7", None, None], [None, "number_cell", "number_too_long"]),
        ("decimal", ["7", "2.5", None], [None, None, "number_too_long"]),
    ],
)
def test_a_table_takes_the_numbers_that_its_source_declares(book, declared, texts, faults):
    write_rows(book, [["id", "rating"], ["B1", 7], ["B2", 2.5], ["B3", 10**15]])
    delivered = read("table", book, {"numbers": f'{{" RATING": "{declared}"}}'})
    assert [row["rating"] for row in delivered.by_name] == texts
    assert [row.get("rating") for row in delivered.cell_faults] == faults


def test_each_column_of_a_table_has_a_rule_of_its_own_and_the_others_have_one(book):
    write_rows(book, [["id", "price", "rating", "seen"], [1, 2.5, 7, 44621], [2, 3, 7.5, 1.5]])
    delivered = read("table", book, {"numbers": '{"price": "decimal", "seen": "text", "*": "whole"}'})
    assert delivered.good == [("1", "2.5", "7", None), ("2", "3", None, None)]
    assert delivered.cell_faults == [
        {"seen": "number_cell"},
        {"rating": "number_cell", "seen": "number_cell"},
    ]


@pytest.mark.parametrize(
    ("number_format", "is_padded"),
    [
        ("00000", True),
        ("000-000", True),
        ('"N"0000;[Red]-0000', True),
        ("00.0", True),
        ("0", False),
        ("0.00", False),
        ("#,##0.00", False),
        ("0.00E+00", False),
        ('0 "00"', False),
        ("0%", False),
    ],
)
def test_a_number_that_is_shown_with_zeros_in_front_is_faulty_in_every_layout(book, number_format, is_padded):
    with xlsxwriter.Workbook(book) as workbook:
        padded, sheet = workbook.add_format({"num_format": number_format}), workbook.add_worksheet()
        sheet.write_row(0, 1, ["Timestamp", "id"])
        sheet.write(1, 1, "today")
        sheet.write_number(1, 2, 123, padded)
        sheet.write(2, 1, "later")
        sheet.write_string(2, 2, "00123", padded)
        sheet.write(3, 1, "blank")
        sheet.write_blank(3, 2, None, padded)
    for format_name, options in (("table", {"numbers": '{"*": "decimal"}'}), ("google_forms", {})):
        delivered = read(format_name, book, options)
        assert delivered.cell_faults == [{"id": "number_padded"} if is_padded else {}, {}, {}]
        assert [row["id"] for row in delivered.by_name] == [None if is_padded else "123", "00123", None]


def test_dates_and_times_are_delivered_in_iso(book):
    with xlsxwriter.Workbook(book) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ["a", "b"])
        sheet.write_datetime(1, 0, date(2025, 4, 2), workbook.add_format({"num_format": "dd/mm/yyyy"}))
        sheet.write_datetime(1, 1, time(9, 30), workbook.add_format({"num_format": "hh:mm"}))
    assert read("table", book).good == [("2025-04-02", "09:30:00")]


def test_a_number_with_more_digits_than_a_workbook_keeps_is_set_aside(book):
    day = date(2022, 3, 1)
    rows = [[number, day, day, "", "", 1] for number in (10**15 - 1, 10**15)]
    write_rows(book, [FORMS_HEADER, *rows])
    delivered = read("ms_forms", book)
    assert delivered.cell_faults == [{}, {"ID": "number_too_long"}]
    assert delivered.by_name[0]["ID"] == "999999999999999"


@pytest.mark.parametrize("code", ["#N/A", "#REF!", "#DIV/0!"])
def test_a_cell_that_shows_an_error_is_faulty(book, code):
    write_rows(book, [["id", "note"], ["B1", "fine"], ["B2", "=1/0"], ["B3", "fine"]])
    rewrite(
        book, in_sheet(b'<c r="B3"><f>1/0</f><v>0</v></c>', f'<c r="B3" t="e"><v>{code}</v></c>'.encode())
    )
    assert read("table", book).cell_faults == [{}, {"note": "error_cell"}, {}]


def test_faulty_cells_are_in_their_columns_however_far_from_the_corner_the_table_stands(book):
    with xlsxwriter.Workbook(book) as workbook:
        sheet = workbook.add_worksheet()
        for number, cells in enumerate([["id", "a", "b"], ["B1", "x", "=1/0"], ["B2", "=1/0", "y"]], start=3):
            sheet.write_row(number, 2, cells)
    rewrite(book, in_sheet(b"</f><v>0</v>", b"</f>"))
    delivered = read("table", book)
    assert delivered.cell_faults == [{"b": "formula_without_value"}, {"a": "formula_without_value"}]
    assert delivered.lines == [5, 6]


def test_records_of_nothing_but_formulas_that_no_program_calculated_are_not_lost(book):
    write_rows(book, [["id", "note"], ["B1", "fine"], ["=A2", "=B2"], ["=A2", "=B2"]])
    rewrite(book, in_sheet(b"</f><v>0</v>", b"</f>"))
    delivered = read("table", book)
    assert [len(faults) for faults in delivered.cell_faults] == [0, 2, 2]
    assert delivered.tally.total == delivered.accounted_lines == 4


@pytest.mark.parametrize(
    ("cell", "fault"),
    [
        (b'<c r="B2"><f>A2</f></c>', "formula_without_value"),
        (b'<c r="B2"><f>A2</f><v></v></c>', "formula_without_value"),
        (b'<c r="B2"><f>A2</f><v/></c>', "formula_without_value"),
        (b'<c r="B2" t="str"><f>A2</f><v>B1</v></c>', None),
        (b'<c r="B2" t="str"><f>A2</f><v></v></c>', None),
    ],
)
def test_a_formula_needs_a_value_that_some_program_calculated(book, cell, fault):
    write_rows(book, [["id", "note"], ["B1", "=A2"], ["B2", "fine"]])
    rewrite(book, in_sheet(b'<c r="B2"><f>A2</f><v>0</v></c>', cell))
    assert read("table", book).cell_faults == [{"note": fault} if fault else {}, {}]


def test_text_that_was_encoded_twice_is_set_aside(book):
    write_rows(book, [["id", "note"], ["B1", "NÃºÃ±ez"], ["B2", "Núñez"]])
    assert read("table", book).cell_faults == [{"note": "double_encoded"}, {}]


def test_blank_rows_and_rows_above_the_table_keep_the_row_numbers_right(book):
    write_rows(book, [["id", "note"], ["B1", "fine"], ["", ""], ["B2", "fine"]], start=2)
    delivered = read("table", book)
    assert (delivered.lines, delivered.faults) == ([4, 5, 6], [None, "row_blank", None])
    assert delivered.tally.total == delivered.accounted_lines == 6


def test_hidden_rows_are_data_and_hidden_sheets_are_not(book):
    with xlsxwriter.Workbook(book) as workbook:
        sheet, hidden = workbook.add_worksheet("Data"), workbook.add_worksheet("Old")
        for number, cells in enumerate([["id", "note"], ["B1", "a"], ["B2", "b"]]):
            sheet.write_row(number, 0, cells)
            hidden.write_row(number, 0, cells)
        sheet.set_row(2, None, None, {"hidden": True})
        hidden.hide()
    assert len(read("table", book).good) == 2


def test_of_several_visible_sheets_the_declared_one_is_read(book):
    with xlsxwriter.Workbook(book) as workbook:
        workbook.add_worksheet("Cover").write_row(0, 0, ["Report", "of today"])
        sheet = workbook.add_worksheet("Data & more")
        sheet.write_row(0, 0, ["id", "note"])
        sheet.write_row(1, 0, ["B1", "fine"])
    assert refusal("table", book).rule == "several_sheets"
    assert read("table", book, {"sheet": "Data & more"}).good == [("B1", "fine")]
    assert refusal("table", book, {"sheet": "Old"}).rule == "sheet_missing"


@pytest.mark.parametrize(
    ("rows", "rule"),
    [
        ([["Bookings", "", ""], ["id", "name", "note"]], "header_single_column"),
        ([["id", "note", "ID"]], "column_repeated"),
        ([], "header_missing"),
    ],
)
def test_a_header_that_cannot_be_right_is_refused(book, rows, rule):
    write_rows(book, rows)
    assert refusal("table", book).rule == rule


def test_other_workbooks_are_no_forms_responses(book):
    write_rows(book, [["id", "note"], ["B1", "fine"]])
    refused = refusal("ms_forms", book)
    assert (refused.rule, "Start time" in refused.problem) == ("missing_columns", True)


def test_a_container_without_parts_is_a_damaged_workbook(tmp_path):
    assert refusal("ms_forms", written(tmp_path, b"PK\x03\x04 and nothing else")).rule == "workbook_damaged"


def test_a_truncated_workbook_is_refused(book):
    write_rows(book, [["id", "note"], ["B1", "fine"]])
    book.write_bytes(book.read_bytes()[: book.stat().st_size * 2 // 3])
    assert refusal("table", book).rule == "workbook_damaged"


def test_a_changed_byte_in_a_part_is_refused(book):
    write_rows(book, [["id", "note"], *[["B1", "fine"]] * 100])
    with zipfile.ZipFile(book) as container:
        part = container.getinfo("xl/worksheets/sheet1.xml")
    content = bytearray(book.read_bytes())
    content[part.header_offset + 30 + len(part.filename) + part.compress_size // 2] ^= 0xFF
    book.write_bytes(content)
    assert refusal("table", book).rule == "workbook_damaged"


@pytest.mark.parametrize("markup", [b"<!DOCTYPE x [<!ENTITY a 'b'>]>", b"<!doctype x>", b"<!ENTITY a 'b'>"])
@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml"])
def test_a_document_type_in_any_part_is_refused(book, markup, part):
    write_rows(book, [["id", "note"], ["B1", "fine"]])
    declaration = b"?>\n"

    def declare(name: str, content: bytes) -> bytes:
        return content.replace(declaration, declaration + markup, 1) if name == part else content

    rewrite(book, declare)
    assert refusal("table", book).rule == "document_type"


def test_a_document_type_across_the_edge_of_a_chunk_is_refused(book):
    write_rows(book, [["id", "note"], ["B1", "fine"]])
    for shift in range(12):
        rewrite(book, same, (f"xl/extra{shift}.xml", b" " * (1024**2 - shift) + b"<!DOCTYPE x>"))
        assert refusal("table", book).rule == "document_type"
        write_rows(book, [["id", "note"], ["B1", "fine"]])


def test_a_part_in_another_encoding_is_refused(book):
    write_rows(book, [["id", "note"], ["B1", "fine"]])
    rewrite(
        book, lambda name, content: content.decode().encode("utf-16") if "sheet1.xml" in name else content
    )
    assert refusal("table", book).rule == "workbook_damaged"


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    "name", ["xl/worksheets/sheet1.xml", "XL/worksheets/SHEET1.xml", "../outside.xml", "/rooted.xml"]
)
def test_a_part_that_stands_twice_or_outside_is_refused(book, name):
    write_rows(book, [["id", "note"], ["B1", "fine"]])
    rewrite(book, same, (name, b"<worksheet/>"))
    assert refusal("table", book).rule == "workbook_unsafe"


def test_a_nul_in_a_cell_is_refused_as_in_a_text(book):
    write_rows(book, [["id", "note"], ["B1", "fine"], ["B2", "cut"]])
    rewrite(book, lambda name, content: content.replace(b"<t>cut</t>", b"<t>a_x0000_b</t>"))
    refused = refusal("table", book)
    assert (refused.rule, refused.line) == ("nul_character", 3)


def test_the_box_of_cells_is_accepted_at_the_limit_and_refused_beyond_it(book):
    write_rows(book, [["id", "note"], ["B1", "fine"]])
    assert read("table", book, limits=replace(DEFAULT_LIMITS, workbook_cells=4)).good
    refused = refusal("table", book, limits=replace(DEFAULT_LIMITS, workbook_cells=3))
    assert (refused.rule, "4 cells" in refused.problem) == ("workbook_too_large", True)


@pytest.mark.parametrize(
    "cell", [b'<c r="XFD1048576" s="0"/>', b"<c s='0' r='XFD1048576'></c>", b'<x:c r="XFD1048576"/>']
)
def test_a_cell_far_outside_is_refused_however_it_is_written(book, cell):
    write_rows(book, [["id", "note"], ["B1", "fine"]])
    rewrite(book, in_sheet(b"</row></sheetData>", cell + b"</row></sheetData>"))
    assert refusal("table", book).rule == "workbook_too_large"


def test_a_cell_without_a_place_is_refused(book):
    write_rows(book, [["id", "note"], ["B1", "fine"]])
    rewrite(book, in_sheet(b'<c r="B2"', b"<c "))
    assert refusal("table", book).rule == "workbook_damaged"


def test_unpacked_size_parts_and_ratio_are_bounded(book):
    write_rows(book, [["id", "note"], ["B1", "fine"]])
    rewrite(book, same, ("xl/padding.bin", b"\0" * 1_000_000))
    with zipfile.ZipFile(book) as container:
        parts = len(container.infolist())
        total = sum(part.file_size for part in container.infolist())
    ratio = total // book.stat().st_size
    exact = replace(DEFAULT_LIMITS, workbook_bytes=total, workbook_parts=parts, workbook_ratio=ratio + 1)
    for accepted in (exact, replace(exact, workbook_ratio_from_bytes=total - 1)):
        assert read("table", book, limits=accepted).good
    for beyond in (
        replace(exact, workbook_bytes=total - 1),
        replace(exact, workbook_parts=parts - 1),
        replace(exact, workbook_ratio=ratio, workbook_ratio_from_bytes=total - 1),
    ):
        assert refusal("table", book, limits=beyond).rule == "workbook_too_large"
