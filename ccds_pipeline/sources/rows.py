"""Rows of a file that is text or a workbook, whichever was delivered.

Choosing between the two belongs here; reading them belongs in ``text`` and ``workbook``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from ccds_pipeline.sources.delivered import LineTally, Row, SourceFile
from ccds_pipeline.sources.signature import HEAD_BYTES, is_workbook
from ccds_pipeline.sources.text import open_records
from ccds_pipeline.sources.workbook import NumberFault, open_sheet, whole_number_fault


class Rows(Protocol):
    """Rows with their lines; ``delimiter`` separates the cells of a text and is empty in a workbook."""

    @property
    def rows(self) -> Iterator[Row]:
        """The rows, to be read once."""

    @property
    def tally(self) -> LineTally:
        """The lines that were read."""

    @property
    def delimiter(self) -> str:
        """What separates cells."""


@contextmanager
def open_rows(
    file: SourceFile,
    *,
    delimiter: str = ",",
    sheets: Sequence[str] = (),
    skips_spaces: bool = False,
    number_fault: NumberFault = whole_number_fault,
) -> Iterator[Rows]:
    """Open a text, or the one sheet of a workbook, as rows.

    Args:
        file: The private copy.
        delimiter: The layout's own delimiter, where it is a text.
        sheets: What the tool calls the sheet, where it writes several.
        skips_spaces: Whether the tool puts a space between a delimiter and a quote.
        number_fault: Judges each number of a workbook.

    Raises:
        FileRefusedError: If the file is neither, or not safe to read.
    """
    with file.path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    if is_workbook(head):
        with open_sheet(file, number_fault, names=sheets) as sheet:
            yield sheet
    else:
        with open_records(file, delimiter=delimiter, skips_spaces=skips_spaces) as records:
            yield records
