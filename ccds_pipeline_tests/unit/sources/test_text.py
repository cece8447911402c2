"""Delimited text at its edges: encodings, line ends, limits, and rows that break the table."""

from dataclasses import replace

import pytest

from ccds_pipeline.sources.delivered import DEFAULT_LIMITS
from ccds_pipeline_tests.support.delivered_files import read, refusal, written

HEADER = "id,surname,email,city,start,fee,notes\n"


def row(number: int, notes: str = "fine", surname: str = "Example") -> str:
    return f"B{number},{surname},p{number}@example.org,York,2022-03-01,10,{notes}\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_is_read_without_being_declared(tmp_path, encoding):
    path = written(tmp_path, HEADER + row(1, surname="Núñez") + row(2, surname="Łęcka"), encoding=encoding)
    assert [cells[1] for cells in read("table", path).good] == ["Núñez", "Łęcka"]


def test_a_byte_order_mark_counts_before_what_is_declared(tmp_path):
    path = written(tmp_path, HEADER + row(1, surname="Núñez"), encoding="utf-8-sig")
    assert read("table", path, {"encoding": "cp1252"}).good[0][1] == "Núñez"


def test_windows_text_is_refused_until_it_is_declared(tmp_path):
    path = written(tmp_path, HEADER + row(1) + row(2, surname="Núñez"), encoding="cp1252")
    refused = refusal("table", path)
    assert (refused.rule, refused.line) == ("wrong_encoding", 3)
    assert "option encoding" in refused.remedy
    assert read("table", path, {"encoding": "cp1252"}).good[1][1] == "Núñez"


def test_a_byte_that_does_not_fit_is_refused_with_its_line_however_deep_in_the_file(tmp_path):
    content = (HEADER + "".join(row(number) for number in range(5000))).encode() + row(1, "caf\xe9").encode(
        "cp1252"
    )
    refused = refusal("table", written(tmp_path, content))
    assert (refused.rule, refused.line) == ("wrong_encoding", 5002)


def test_a_file_that_is_cut_inside_a_character_is_refused(tmp_path):
    content = (HEADER + row(1) + "B2,Example,p@example.org,York,2022-03-01,10,caf\u00e9").encode()[:-1]
    assert refusal("table", written(tmp_path, content)).rule == "wrong_encoding"


@pytest.mark.parametrize("text", ["NÃºÃ±ez", "itâ€™s", "Â£50", "Å\u201aęcka", "ðŸ˜€"])
def test_text_that_was_encoded_twice_is_a_faulty_cell_and_no_other_is(tmp_path, text):
    delivered = read("table", written(tmp_path, HEADER + row(1) + row(2, text) + row(3)))
    assert delivered.faults == [None] * 3
    assert delivered.cell_faults == [{}, {"notes": "double_encoded"}, {}]
    plain = read("table", written(tmp_path, HEADER + row(1) + row(2, "") + row(3)))
    assert delivered.rows == plain.rows


@pytest.mark.parametrize(
    "text", ["Núñez", "SÃO", "Åsa", "SKÅ”", "Ärger", "Â", "CAFÉ”", "façade – naïve", "£50", "😀"]
)
def test_ordinary_accents_are_not_taken_for_damage(tmp_path, text):
    assert read("table", written(tmp_path, HEADER + row(1, text))).good[0][6] == text


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_lines_end_as_the_writer_ends_them(tmp_path, line_end):
    content = (HEADER + row(1) + row(2)).replace("\n", line_end)
    delivered = read("table", written(tmp_path, content))
    assert (delivered.lines, delivered.tally.total) == ([2, 3], 3)


def test_line_ends_may_be_mixed(tmp_path):
    content = HEADER.rstrip() + "\r\n" + row(1).rstrip() + "\r" + row(2).rstrip() + "\n" + row(3)
    assert read("table", written(tmp_path, content)).lines == [2, 3, 4]


@pytest.mark.parametrize("length", range(8180, 8200))
def test_a_line_end_at_the_edge_of_a_buffer_is_one_line_end(tmp_path, length):
    filler = "x" * (length - len(HEADER) - len("B,,,,,,\r\n"))
    content = HEADER + f"B,,,,,,{filler}\r\n" + row(2).replace("\n", "\r\n")
    delivered = read("table", written(tmp_path, content))
    assert (delivered.lines, delivered.tally.total) == ([2, 3], 3)


def test_separators_that_are_no_line_ends_stay_in_their_field(tmp_path):
    text = "a\u2028b\u0085c\u000bd\u2029e\x1cf"
    delivered = read("table", written(tmp_path, HEADER + row(1, text)))
    assert (delivered.good[0][6], delivered.tally.total) == (text, 2)


def test_line_breaks_inside_fields_are_counted_and_kept(tmp_path):
    delivered = read("table", written(tmp_path, HEADER + row(1, '"a\r\nb\n\nc\rd"') + row(2)))
    assert delivered.good[0][6] == "a\r\nb\n\nc\rd"
    assert (delivered.lines, delivered.inner_breaks, delivered.tally.total) == ([2, 7], 4, 7)


def test_a_nul_character_is_refused_with_its_line(tmp_path):
    refused = refusal("table", written(tmp_path, HEADER + row(1) + row(2, "a\0b")))
    assert (refused.rule, refused.line) == ("nul_character", 3)


@pytest.mark.parametrize(
    ("notes", "rule"), [('"never closed', "quote_not_closed"), (r'"a \"quoted\" word"', "quote_misplaced")]
)
def test_broken_quotes_are_refused_with_the_line_of_their_record(tmp_path, notes, rule):
    refused = refusal("table", written(tmp_path, HEADER + row(1) + row(2, notes) + row(3)))
    assert (refused.rule, refused.line) == (rule, 3)


def test_a_field_is_accepted_at_the_limit_and_refused_beyond_it(tmp_path):
    limits = replace(DEFAULT_LIMITS, field_characters=100)
    assert read("table", written(tmp_path, HEADER + row(1, "x" * 100)), limits=limits).good
    refused = refusal("table", written(tmp_path, HEADER + row(1) + row(2, "x" * 101)), limits=limits)
    assert (refused.rule, refused.line) == ("field_too_long", 3)


def test_a_line_is_accepted_below_the_limit_and_refused_at_it(tmp_path):
    path = written(tmp_path, HEADER + row(1, "x" * 200))
    length = len(row(1, "x" * 200))
    assert read("table", path, limits=replace(DEFAULT_LIMITS, line_characters=length + 1)).good
    refused = refusal("table", path, limits=replace(DEFAULT_LIMITS, line_characters=length))
    assert (refused.rule, refused.line) == ("line_too_long", 2)


def test_columns_are_accepted_at_the_limit_and_refused_beyond_it(tmp_path):
    path = written(tmp_path, HEADER + row(1))
    assert read("table", path, limits=replace(DEFAULT_LIMITS, columns=7)).good
    assert refusal("table", path, limits=replace(DEFAULT_LIMITS, columns=6)).rule == "too_many_columns"


@pytest.mark.parametrize(
    ("start", "rule"),
    [
        (b"", "file_empty"),
        (b"\n\n", "header_missing"),
        (b"\xef\xbb\xbf", "header_missing"),
        (b"\x1f\x8b\x08\x00", "not_text"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "workbook_damaged"),
        (b"%PDF-1.7", "not_text"),
        (b"$FL2@(#) SPSS DATA FILE", "not_text"),
        (b"id,surname,ID\n1,2,3\n", "column_repeated"),
    ],
)
def test_what_cannot_be_a_table_is_refused_by_name(tmp_path, start, rule):
    assert refusal("table", written(tmp_path, start)).rule == rule


def test_columns_without_a_name_are_told_apart_by_their_position_and_delivered(tmp_path):
    delivered = read("table", written(tmp_path, "id,,surname, ,note\n1,2,3,4,5\n"))
    assert delivered.names == ["id", "(no name) 2", "surname", "(no name) 4", "note"]
    assert delivered.good == [("1", "2", "3", "4", "5")]


def test_columns_without_a_name_at_the_end_of_the_header_are_none(tmp_path):
    assert read("table", written(tmp_path, "id,surname,,\n1,2,,\n")).names == ["id", "surname"]


@pytest.mark.parametrize(("delimiter", "name"), [(";", "semicolon"), ("\t", "tab"), ("|", "pipe")])
def test_another_delimiter_is_refused_by_name_and_read_when_declared(tmp_path, delimiter, name):
    path = written(tmp_path, (HEADER + row(1)).replace(",", delimiter))
    refused = refusal("table", path)
    assert (refused.rule, name in refused.remedy) == ("wrong_delimiter", True)
    assert read("table", path, {"delimiter": name}).good == read("table", path, {"delimiter": delimiter}).good
    assert len(read("table", path, {"delimiter": name}).good[0]) == 7


def test_declared_columns_must_be_there_in_any_order_and_wording(tmp_path):
    path = written(tmp_path, " E\u200bMail ,ID\u00a0\np@example.org,1\n")
    assert read("table", path, {"columns": "id, email"}).good == [("p@example.org", "1")]
    assert refusal("table", path, {"columns": "id, e-mail address"}).rule == "missing_columns"


def test_ragged_rows_are_set_aside_with_their_line_and_the_others_are_read(tmp_path):
    content = HEADER + row(1) + row(2, "late, called twice") + "B3,Example\n" + row(4)
    delivered = read("table", written(tmp_path, content))
    assert delivered.faults == [None, "row_too_long", "row_too_short", None]
    assert delivered.lines == [2, 3, 4, 5]
    assert [cells[0] for cells in delivered.good] == ["B1", "B4"]


def test_a_trailing_delimiter_on_data_rows_shifts_nothing(tmp_path):
    assert read("table", written(tmp_path, HEADER + row(1, "fine,"))).faults == ["row_too_long"]
    both = (HEADER + row(1)).replace("\n", ",\n")
    assert read("table", written(tmp_path, both)).good[0][6] == "fine"
    shifted = written(tmp_path, HEADER.replace("\n", ",\n") + row(1, "fine,more"))
    assert read("table", shifted).faults == ["row_too_long"]


def test_a_total_at_the_foot_is_no_record(tmp_path):
    assert read("table", written(tmp_path, HEADER + row(1) + "Total,1\n")).faults == [None, "row_too_short"]


def test_blank_records_between_others_are_set_aside_and_those_at_the_end_are_not_counted(tmp_path):
    delivered = read("table", written(tmp_path, HEADER + row(1) + "\n,,,,,,\n" + row(4) + "\n,,,,,,\n\n"))
    assert delivered.faults == [None, "row_blank", "row_blank", None]
    assert (delivered.tally.total, delivered.tally.other) == (8, 4)
    assert delivered.tally.total == delivered.accounted_lines


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_two_exports_that_were_pasted_together_show_their_second_header(tmp_path, mark):
    delivered = read("table", written(tmp_path, HEADER + row(1) + mark + HEADER + row(2)))
    assert delivered.faults == [None, "header_repeated", None]


def test_a_stray_quote_pair_that_swallows_records_is_set_aside(tmp_path):
    swallowed = row(2, '"note 2') + row(3) + row(4) + row(5, 'note 5"')
    delivered = read("table", written(tmp_path, HEADER + row(1) + swallowed + row(6)))
    assert delivered.faults == [None, "field_holds_records", None]
    two = read("table", written(tmp_path, HEADER + row(1, '"note 1') + row(2, 'note 2"') + row(3)))
    assert two.faults == ["field_holds_records", None]


def test_a_stray_quote_pair_in_an_early_column_is_set_aside_by_the_records_it_swallowed(tmp_path):
    swallowed = row(2, surname='"Example') + row(3) + row(4, surname='Example"')
    delivered = read("table", written(tmp_path, HEADER + row(1) + swallowed))
    assert delivered.faults == [None, "field_holds_records"]


def test_a_narrow_table_may_have_comments_with_as_many_commas_as_columns(tmp_path):
    comment = "Well\nyes, no, maybe\nthanks, all"
    content = f'id,comment,a,b\n1,"{comment}",x,y\n'
    assert read("table", written(tmp_path, content)).good == [("1", comment, "x", "y")]


def test_a_comment_of_several_lines_with_commas_is_a_comment(tmp_path):
    comment = "Well, yes\nno, maybe, or not\nthanks, all"
    assert read("table", written(tmp_path, HEADER + row(1, f'"{comment}"'))).good[0][6] == comment


def test_a_file_that_breaks_off_inside_a_row_is_refused(tmp_path):
    refused = refusal("table", written(tmp_path, HEADER + row(1) + "B2,Example,p2@exam"))
    assert (refused.rule, refused.line) == ("truncated", 3)
    assert refusal("table", written(tmp_path, "id,surname,ema")).rule == "truncated"


def test_a_last_row_without_line_end_is_set_aside_where_the_tool_writes_one(tmp_path):
    delivered = read("table", written(tmp_path, (HEADER + row(1) + row(2)).rstrip("\n")))
    assert delivered.faults == [None, "row_unfinished"]


def test_a_header_alone_is_a_table_without_rows(tmp_path):
    delivered = read("table", written(tmp_path, HEADER))
    assert (delivered.rows, len(delivered.names)) == ([], 7)


def test_values_are_delivered_as_written(tmp_path):
    cells = ("000123", "12E3", "1e400", "NA", "null", " padded ", "=1+1")
    assert read("table", written(tmp_path, HEADER + ",".join(cells) + "\n")).good == [cells]


def test_blank_and_quoted_blank_are_the_same(tmp_path):
    assert read("table", written(tmp_path, 'id,a,b\n1,,""\n')).good == [("1", None, None)]


def test_columns_named_like_the_readers_own_keep_their_content(tmp_path):
    delivered = read("table", written(tmp_path, "id,@lines\n1,2\n"))
    assert delivered.names == ["id", "@lines"]
    assert refusal("table", written(tmp_path, "id,@line\n1,2\n")).rule == "column_repeated"
