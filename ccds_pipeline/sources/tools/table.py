"""Any table with unique column names, as delimited text or as a workbook.

Only this layout belongs here: it serves tools without a reader of their own. All of its cells are texts,
so a number in a workbook is set aside: an identifier or a date that a spreadsheet keeps as a number has
lost its form.
"""

from __future__ import annotations

from contextlib import AbstractContextManager

from ccds_pipeline.sources.delivered import DeliveredTable, Fault, SourceFile
from ccds_pipeline.sources.header import Layout, read_headed

_REMEDY = (
    "Deliver the table with its header as the first line, one record a line; "
    "the source's options encoding, delimiter, sheet, columns and header_rows say what else to expect."
)


def read_table(file: SourceFile) -> AbstractContextManager[DeliveredTable]:
    """Deliver a table.

    Its option ``columns`` (separated by commas) lists columns it must have; ``header_rows`` says that the
    header has two or three rows.
    """
    layout = Layout(
        _REMEDY,
        required=tuple(name.strip() for name in file.options.get("columns", "").split(",") if name.strip()),
        repeats_columns=False,
        header_rows=int(file.options.get("header_rows", "1")),
        number_fault=lambda _: Fault.NUMBER_CELL,
    )
    return read_headed(file, layout)
