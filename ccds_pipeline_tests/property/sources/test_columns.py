"""The law of columns: neither their order nor a column that nobody maps changes what the others deliver."""

import csv
import io
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from ccds_pipeline.programme.labels import normalise_label
from ccds_pipeline_tests.support.delivered_files import FIXTURES, Delivered, read
from ccds_pipeline_tests.support.source_variants import VARIANTS

# Layouts of one header; each file is written comma-separated. A LimeSurvey heading of codes and texts is not
# among them (its delimiter is declared): all of its columns prove it, so another one makes it a heading of
# texts, and the mapping refuses it.
FLAT = [
    variant
    for variant in VARIANTS
    if not variant.is_real
    and variant.form == "as it is"
    and variant.files[0].endswith(".csv")
    and variant.format_name not in {"qualtrics", "surveymonkey", "teams_attendance"}
    and not variant.format_name.startswith("zoom")
    and not set(variant.options) & {"header_rows", "delimiter", "encoding"}
    and variant.files[0] not in {"limesurvey_vv.csv", "jisc_key.csv"}
    and "dictionary" not in variant.files[0]
]
LEADING = {"google_forms", "moodle_grading", "jisc"}  # a file of these without its first column is refused
quickly = settings(deadline=None, max_examples=12)
CONTENTS = st.one_of(
    st.sampled_from(["", "cafÃ©", "#N/A", "00123", "1E9", "=1+1", "-", "{question_not_shown}", 'a "quote"']),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20),
)
NAMES = st.sampled_from(["Nobody's column", "Prénom", "Note", "Last name (kept)", "cafÃ©"])
Table = list[list[str]]


def table_of(name: str) -> Table:
    with (FIXTURES / name).open(encoding="utf-8-sig", newline="") as stream:
        return [cells for cells in csv.reader(stream, skipinitialspace=True) if any(cells)]


def as_text(table: Sequence[Sequence[str]], folder: Path) -> Path:
    stream, path = io.StringIO(newline=""), folder / "delivered"
    csv.writer(stream, quoting=csv.QUOTE_ALL).writerows(table)
    path.write_text(stream.getvalue(), encoding="utf-8", newline="")
    return path


def without(delivered: Delivered, *extra: str) -> list[dict[str, str | None]]:
    """The rows by column, without some of the columns."""
    return [{name: cell for name, cell in row.items() if name not in extra} for row in delivered.by_name]


@st.composite
def orders(draw: st.DrawFn, header: Sequence[str], *, keeps_first: bool) -> list[int]:
    """An order of columns; those of one name keep theirs, since nothing else tells them apart."""
    first = [0] if keeps_first else []
    drawn = first + draw(st.permutations(range(len(first), len(header))))
    waiting = defaultdict(list)
    for position in sorted(drawn):
        waiting[normalise_label(header[position])].append(position)
    return [waiting[normalise_label(header[position])].pop(0) for position in drawn]


@pytest.mark.parametrize("variant", FLAT, ids=lambda variant: variant.id)
def test_a_text_delivers_the_same_in_every_order_and_beside_any_other_column(variant, tmp_path):
    table = table_of(variant.files[0])
    companions = [FIXTURES / variant.companion] if variant.companion else []
    plain = read(variant.format_name, as_text(table, tmp_path), variant.options, *companions)

    @quickly
    @given(st.data())
    def check(data: st.DataObject) -> None:
        keeps_first = variant.format_name in LEADING
        order = data.draw(orders(table[0], keeps_first=keeps_first))
        place = data.draw(st.integers(int(keeps_first), len(order)))
        name = data.draw(NAMES)
        changed = []
        for number, row in enumerate(table):
            cells = [row[position] for position in order]
            changed.append([*cells[:place], data.draw(CONTENTS) if number else name, *cells[place:]])
        with TemporaryDirectory() as folder:
            seen = read(variant.format_name, as_text(changed, Path(folder)), variant.options, *companions)
        assert without(seen, name) == plain.by_name
        assert seen.faults == plain.faults
        assert [{key for key in faults if key != name} for faults in seen.cell_faults] == [
            set(faults) for faults in plain.cell_faults
        ]

    check()


TYPED = st.sampled_from(["text", 7, 2.5, 10**15, -1, True, "cafÃ©", "=1/0", None])


@pytest.mark.parametrize("format_name", ["table", "ms_forms", "google_forms", "indico"])
@quickly
@given(
    contents=st.lists(TYPED, min_size=2, max_size=2),
    place=st.integers(1, 3),
    is_shown_with_zeros=st.booleans(),
)
def test_a_workbook_delivers_the_same_beside_any_other_column(
    format_name, contents, place, is_shown_with_zeros
):
    header = ["Timestamp", "ID", "Start time", "Completion time"]
    header += ["Submitter", "Submitter Email", "Submission Date"]
    rows = [header, *([f"{name} {number}" for name in header] for number in (1, 2))]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "book.xlsx"
        with xlsxwriter.Workbook(path) as workbook:
            sheet, padded = workbook.add_worksheet(), workbook.add_format({"num_format": "00000"})
            for number, cells in enumerate(rows):
                extra = "Nobody's" if number == 0 else contents[number - 1]
                sheet.write_row(number, 0, cells[:place])
                sheet.write(number, place, extra, padded if is_shown_with_zeros else None)
                sheet.write_row(number, place + 1, cells[place:])
        delivered = read(format_name, path)
    seen = [[row[name] for name in header] for row in delivered.by_name]
    assert seen == rows[1:]
    assert {name for faults in delivered.cell_faults for name in faults} <= {"Nobody's"}
