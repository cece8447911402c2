"""Any table with one header row and unique column names, as delimited text or as a workbook.

Only this layout belongs here: it serves tools without a reader of their own. All of its cells are texts,
so a number in a workbook is set aside: an identifier or a date that a spreadsheet keeps as a number has
lost its form.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ccds_pipeline.sources.body import Shape, deliver_rows
from ccds_pipeline.sources.delivered import DeliveredTable, Fault, SourceFile, name_columns
from ccds_pipeline.sources.headed import Layout, read_headed, refuse_repeated_columns
from ccds_pipeline.sources.header import checked_names, read_header, require_columns
from ccds_pipeline.sources.signature import HEAD_BYTES, is_workbook
from ccds_pipeline.sources.workbook import open_sheet

_REMEDY = (
    "Deliver the table with its header as the first line, one record a line; "
    "the source's options encoding, delimiter, sheet and columns say what else to expect."
)


@contextmanager
def read_table(file: SourceFile) -> Iterator[DeliveredTable]:
    """Deliver a table; its option ``columns`` (separated by commas) lists columns it must have."""
    required = tuple(name.strip() for name in file.options.get("columns", "").split(",") if name.strip())
    with file.path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    if is_workbook(head):
        with _read_sheet(file, required) as table:
            yield table
    else:
        with read_headed(file, Layout(_REMEDY, required=required, repeats_columns=False)) as table:
            yield table


@contextmanager
def _read_sheet(file: SourceFile, required: tuple[str, ...]) -> Iterator[DeliveredTable]:
    with open_sheet(file, lambda _: Fault.NUMBER_CELL) as sheet:
        header = read_header(sheet.rows, sheet.tally, remedy=_REMEDY)
        names = checked_names(header, limits=file.limits, remedy=_REMEDY)
        require_columns(names, required, remedy=_REMEDY)
        columns = name_columns(names)
        refuse_repeated_columns(names, columns)
        rows = deliver_rows(sheet.rows, sheet.tally, Shape((header,), kept=len(names)))
        yield DeliveredTable(columns, rows, sheet.tally)
