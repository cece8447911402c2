"""Laws of reading text: no line is lost, no cell is changed, whatever a CSV writer wrote."""

import csv
import io
import re
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from hypothesis import given, settings
from hypothesis import strategies as st

from ccds_pipeline.errors import FileRefusedError
from ccds_pipeline.programme.labels import normalise_label
from ccds_pipeline.sources.signature import is_double_encoded
from ccds_pipeline_tests.support.delivered_files import Delivered, read

LINE_END = re.compile(r"\r\n|\r|\n")
CHARACTERS = st.one_of(
    st.sampled_from(list(",;\t|\"'\n\r\u2028\x85\u00a0\u200b<>{}[]=éÃ£€😀")),
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"),
)
CELLS = st.text(CHARACTERS, max_size=12)
NAMES = st.lists(
    st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=8).filter(normalise_label),
    min_size=2,
    max_size=6,
    unique_by=normalise_label,
)
# Minimal quoting leaves a CR bare where lines end with LF, so it is only used with CR LF.
DIALECTS = st.one_of(
    st.tuples(st.sampled_from(",;\t|"), st.just("\r\n"), st.just(csv.QUOTE_MINIMAL)),
    st.tuples(st.sampled_from(",;\t|"), st.sampled_from(["\n", "\r\n", "\r"]), st.just(csv.QUOTE_ALL)),
)
Dialect = tuple[str, str, Literal[0, 1]]
ENDINGS = st.lists(st.sampled_from(["\n", "\r\n", "\r", ",\n", ";\n"]), max_size=5).map("".join)
quickly = settings(deadline=None, max_examples=80)
ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "utf-16"])


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[list[str]]]:
    names = draw(NAMES)
    row = st.lists(CELLS, min_size=len(names), max_size=len(names))
    return names, draw(st.lists(row, max_size=6))


def text_of(table: tuple[list[str], list[list[str]]], dialect: Dialect) -> str:
    delimiter, line_end, quoting = dialect
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=delimiter, lineterminator=line_end, quoting=quoting)
    writer.writerows([table[0], *table[1]])
    return stream.getvalue()


def read_text(text: str, *, encoding: str = "utf-8", delimiter: str = ",") -> Delivered:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "delivered"
        path.write_bytes(text.encode(encoding))
        return read("table", path, {"delimiter": delimiter})


def lines_in(text: str) -> int:
    return len(LINE_END.findall(text)) + bool(LINE_END.split(text)[-1])


@quickly
@given(tables(), DIALECTS, ENCODINGS)
def test_cells_that_a_csv_writer_wrote_come_back_exactly(table, dialect, encoding):
    names, rows = table
    delivered = read_text(text_of(table, dialect), encoding=encoding, delimiter=dialect[0])
    assert delivered.names == names
    while rows and not any(rows[-1]):
        rows = rows[:-1]  # empty rows at the end are no records
    assert len(delivered.rows) == len(rows)
    for cells, seen, fault in zip(rows, delivered.rows, delivered.faults, strict=True):
        if fault is None:
            assert tuple(cell or None for cell in cells) == seen
        else:
            assert fault in {"row_blank", "double_encoded", "header_repeated", "field_holds_records"}
            assert fault != "row_blank" or not any(cells)
            assert fault != "double_encoded" or any(is_double_encoded(cell) for cell in cells)


@quickly
@given(tables(), DIALECTS, ENDINGS)
def test_every_line_of_a_file_is_accounted_for(table, dialect, ending):
    text = text_of(table, dialect) + ending
    delivered = read_text(text, delimiter=dialect[0])
    assert delivered.tally.total == lines_in(text) == delivered.accounted_lines


@quickly
@given(tables(), DIALECTS)
def test_a_record_stands_on_the_line_where_it_starts(table, dialect):
    _, rows = table
    delivered = read_text(text_of(table, dialect), delimiter=dialect[0])
    line, expected = 2, []
    for cells in rows:
        expected.append(line)
        line += 1 + sum(len(LINE_END.findall(cell)) for cell in cells)
    assert delivered.lines == expected[: len(delivered.lines)]


@quickly
@given(st.text(CHARACTERS, max_size=200), ENCODINGS)
def test_any_text_is_read_with_its_lines_accounted_for_or_refused_with_a_rule(text, encoding):
    rule = ""
    try:
        delivered = read_text(text, encoding=encoding)
    except FileRefusedError as refused:
        rule = refused.rule
    assert rule or delivered.tally.total == delivered.accounted_lines


@quickly
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_with_a_rule(content):
    rule = ""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "delivered"
        path.write_bytes(content)
        try:
            delivered = read("table", path)
        except FileRefusedError as refused:
            rule = refused.rule
    assert rule or delivered.tally.total == delivered.accounted_lines


@quickly
@given(tables(), DIALECTS, st.data())
def test_a_cut_file_never_shows_a_cell_that_was_not_written(table, dialect, data):
    _, rows = table
    text = text_of(table, dialect)
    cut = text[: data.draw(st.integers(0, len(text)))]
    try:
        delivered = read_text(cut, delimiter=dialect[0])
    except FileRefusedError:
        return
    written = {tuple(cell or None for cell in cells) for cells in rows}
    assert set(delivered.good) <= written


@quickly
@given(st.text(CHARACTERS, max_size=40))
def test_labels_ignore_case_and_white_space_around_and_between(text):
    label = normalise_label(text)
    assert label == " ".join(label.split())
    assert normalise_label(f" \u00a0{text}\n") == label


@quickly
@given(NAMES, st.lists(st.lists(CELLS, min_size=1, max_size=6), max_size=6), st.integers(0, 6))
def test_an_archive_of_parts_is_the_table_that_was_parted(names, cells, cut):
    rows = [[*row, *[""] * len(names)][: len(names)] for row in cells]
    dialect: Dialect = (",", "\n", csv.QUOTE_ALL)
    whole = read_text(text_of((names, rows), dialect))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "delivered"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("1", text_of((names, rows[:cut]), dialect))
            archive.writestr(
                "2", text_of((list(reversed(names)), [row[::-1] for row in rows[cut:]]), dialect)
            )
        parted = read("table", path)
    assert parted.names == whole.names
    assert (
        parted.tally.total
        == parted.accounted_lines
        == whole.tally.total + text_of((names, []), dialect).count("\n")
    )
    assert [row for row in parted.rows if any(row)] == [row for row in whole.rows if any(row)]
