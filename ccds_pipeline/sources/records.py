"""The records of a delivered file: a header, checked and turned into columns, and the rows under it.

Refusing a header that cannot be right belongs here, and what differs between tools with a plain header
(``Layout``). Whether a row fits its header belongs in ``body``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from ccds_pipeline.errors import FileRefusedError
from ccds_pipeline.programme.labels import normalise_label
from ccds_pipeline.sources.body import Shape, deliver_rows
from ccds_pipeline.sources.delivered import (
    DeliveredColumn,
    DeliveredTable,
    Row,
    Rows,
    SourceFile,
    map_cells,
    name_columns,
)
from ccds_pipeline.sources.signature import HEAD_BYTES, is_old_workbook, is_workbook
from ccds_pipeline.sources.text import DELIMITERS, open_text
from ccds_pipeline.sources.workbook import NumberFault, number_too_long, open_sheet

_HEADINGS_THAT_PROVE_A_LANGUAGE = 2


class Records:
    """The rows of one file, header first.

    Args:
        file: The private copy.
        source: Its rows.
        remedy: How to get the right export from the tool, for refusals.

    ``sheet`` is the name of a workbook's sheet, empty in a text.
    """

    def __init__(self, file: SourceFile, source: Rows, remedy: str) -> None:
        self.rows, self.tally, self.sheet = source.rows, source.tally, source.sheet
        self._delimiter, self._limits, self._remedy = source.delimiter, file.limits, remedy

    def skip(self, row: Row) -> list[str]:
        """Count a row as other lines, and return its cells as texts."""
        self.tally.other += 1 + row.breaks
        return texts_of(row)

    def next_header(self) -> list[str] | None:
        """Take the next row that is not empty; it and the empty lines before it are other lines."""
        return next((texts for texts in map(self.skip, self.rows) if any(texts)), None)

    def header(self) -> list[str]:
        """Take the first header row, as delivered.

        Raises:
            FileRefusedError: Rule ``header_missing``.
        """
        header = self.next_header()
        if header is None:
            raise self.refusal("header_missing", "The file has no header")
        return header

    def names(self, header: Sequence[str]) -> list[str]:
        """Return the names of a header's columns, without blank ones at its end.

        A blank one before is named by its position, from 1: "(no name) 10".

        Raises:
            FileRefusedError: Rule ``too_many_columns``, ``wrong_delimiter`` or ``header_single_column``.
        """
        if len(header) > self._limits.columns:
            raise FileRefusedError(
                "too_many_columns",
                f"The header has {len(header)} columns, more than {self._limits.columns}",
                remedy="Check that the file is the tool's own table export.",
            )
        names = list(header)
        while len(names) > 1 and not normalise_label(names[-1]):
            names.pop()
        if len(names) == 1:
            raise self._single_column(names[0])
        return [
            name if normalise_label(name) else f"(no name) {position}"
            for position, name in enumerate(names, start=1)
        ]

    def require(self, names: Sequence[str], required: Sequence[str]) -> None:
        """Refuse a header without the columns that its layout always has.

        The message names what is missing and never what is there: a file without a header has values there.

        Raises:
            FileRefusedError: Rule ``missing_columns``.
        """
        present = {normalise_label(name) for name in names}
        missing = [name for name in required if normalise_label(name) not in present]
        if missing:
            raise self.refusal("missing_columns", f"The file has no column {', '.join(missing)}")

    def deliver(
        self,
        *headers: Sequence[str],
        kept: int,
        rows: Iterator[Row] | None = None,
        is_padded: bool = False,
        may_end_open: bool = False,
    ) -> Iterator[Row]:
        """Yield the records under the header rows, whole or with their faults; see ``body``.

        Args:
            headers: As delivered.
            kept: How many columns are delivered.
            rows: Those to deliver; by default all that follow.
            is_padded: As in ``Shape``.
            may_end_open: As in ``Shape``.
        """
        shape = Shape(headers, kept, self._delimiter, is_padded=is_padded, may_end_open=may_end_open)
        return deliver_rows(self.rows if rows is None else rows, self.tally, shape)

    def refusal(self, rule: str, problem: str, line: int | None = None) -> FileRefusedError:
        """Return the error of a file that is not in its layout."""
        return FileRefusedError(rule, problem, remedy=self._remedy, line=line)

    def _single_column(self, name: str) -> FileRefusedError:
        for word, other in DELIMITERS.items():
            if self._delimiter not in {"", other} and other in name:
                return FileRefusedError(
                    "wrong_delimiter",
                    f"The header is one column with a {word} in it",
                    remedy=f"If the file is right, set the source's option delimiter to {word}.",
                )
        return self.refusal("header_single_column", "The header has one column")


@contextmanager
def open_records(
    file: SourceFile,
    remedy: str,
    *,
    delimiter: str = ",",
    sheets: Sequence[str] = (),
    skips_spaces: bool = False,
    number_fault: NumberFault = number_too_long,
) -> Iterator[Records]:
    """Open a text, or the one sheet of a workbook.

    Args:
        file: The private copy.
        remedy: How to get the right export from the tool.
        delimiter: The layout's own delimiter, where it is a text.
        sheets: What the tool calls the sheet, where it writes several.
        skips_spaces: Whether the tool puts a space between a delimiter and a quote.
        number_fault: Judges each number of a workbook.

    Raises:
        FileRefusedError: If the file is neither, or not safe to read.
    """
    with file.path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    opened = (
        open_sheet(file, number_fault, names=sheets)
        if is_workbook(head) or is_old_workbook(head)
        else open_text(file, delimiter=delimiter, skips_spaces=skips_spaces)
    )
    with opened as source:
        yield Records(file, source, remedy)


def texts_of(row: Row) -> list[str]:
    """Show the cells of a header row as texts; a blank cell is the empty text, a faulty one stays it."""
    return [cell or "" for cell in row.cells]


def rename(names: Sequence[str], renames: Mapping[str, str]) -> list[str]:
    """Replace known variants of a column name; ``renames`` is keyed by the normalised label."""
    return [renames.get(normalise_label(name), name) for name in names]


def joined_header(headers: Sequence[Sequence[str]]) -> list[str]:
    """Name columns by several header rows: "first [second] [third]", without what is blank.

    The first row is blank where a question goes on over several columns, so it is filled forward.
    """
    first, *others = headers
    if not others:
        return list(first)
    names = []
    for filled, own, *parts in zip(filled_forward(first), first, *others, strict=True):
        further = " ".join(f"[{part}]" for part in parts if part)
        names.append("" if not (own or further) else f"{filled} {further}".strip())
    return names


def filled_forward(cells: Sequence[str]) -> list[str]:
    """Fill blank cells with the text before them."""
    filled, last = [], ""
    for cell in cells:
        last = cell or last
        filled.append(last)
    return filled


@dataclass(frozen=True)
class Layout:
    """A tool's export with one header row, as delimited text or as a workbook.

    Args:
        remedy: How to get the right export from the tool, in one sentence.
        required: Columns that every export of the tool has, in the wording that is delivered.
        renames: Other wordings of columns, by normalised label, and what is delivered instead.
        repeats_columns: Whether the tool gives several columns the same name.
        may_end_open: Whether the tool leaves out the line end of the last line.
        leading: What the first column is called, where the tool always puts it first.
        sheets: What the tool calls the sheet of a workbook with several.
        skips_spaces: Whether the tool puts a space between a delimiter and a quote.
        blanks: Texts that the tool writes into a cell without a value, delivered as blank.
        header_rows: How many rows the header has; a column is then named "first [second] [third]".
        number_fault: Judges each number of a workbook.
        translations: Labels of columns in other languages, by language: two of them are recognised.
    """

    remedy: str
    required: tuple[str, ...] = ()
    renames: Mapping[str, str] = field(default_factory=dict)
    repeats_columns: bool = True
    may_end_open: bool = False
    leading: str = ""
    sheets: tuple[str, ...] = ()
    skips_spaces: bool = False
    blanks: frozenset[str] = frozenset()
    header_rows: int = 1
    number_fault: NumberFault = number_too_long
    translations: Mapping[str, frozenset[str]] = field(default_factory=dict)


@contextmanager
def read_headed(file: SourceFile, layout: Layout) -> Iterator[DeliveredTable]:
    """Read a file with a plain header as its layout says.

    Raises:
        FileRefusedError: If the file is not in this layout, or is damaged.
    """
    with open_records(
        file,
        layout.remedy,
        sheets=layout.sheets,
        skips_spaces=layout.skips_spaces,
        number_fault=layout.number_fault,
    ) as records:
        headers = _header_rows(records, layout)
        names = rename(records.names(joined_header(headers)), layout.renames)
        with _other_language_first(records, names, layout):
            records.require(names[:1], (layout.leading,) if layout.leading else ())
            records.require(names, layout.required)
        columns = name_columns(names)
        if not layout.repeats_columns:
            _refuse_repeated_columns(names, columns)
        rows = records.deliver(*headers, kept=len(names), may_end_open=layout.may_end_open)
        yield DeliveredTable(columns, without_markers(rows, layout.blanks), records.tally)


def without_markers(rows: Iterator[Row], markers: frozenset[str]) -> Iterator[Row]:
    """Turn the texts that a tool writes for "no value" into blanks."""
    if not markers:
        return rows
    return map_cells(rows, lambda cells: [None if cell in markers else cell for cell in cells])


def _header_rows(records: Records, layout: Layout) -> list[list[str]]:
    headers = [records.header()]
    for _ in range(1, layout.header_rows):
        following = next(records.rows, None)
        if following is None or len(following.cells) != len(headers[0]):
            problem = f"The header has fewer than {layout.header_rows} rows of one length"
            raise records.refusal("header_row_missing", problem)
        headers.append(records.skip(following))
    return headers


@contextmanager
def _other_language_first(records: Records, names: Sequence[str], layout: Layout) -> Iterator[None]:
    """Say of a header without the required columns that it is in another language, where it is."""
    try:
        yield
    except FileRefusedError:
        labels = {normalise_label(name) for name in names}
        for language, headings in layout.translations.items():
            if len(labels & headings) >= _HEADINGS_THAT_PROVE_A_LANGUAGE:
                problem = f"The file is the tool's export in {language}"
                raise records.refusal("wrong_language", problem) from None
        raise


def _refuse_repeated_columns(names: Sequence[str], columns: Sequence[DeliveredColumn]) -> None:
    for position, (name, column) in enumerate(zip(names, columns, strict=True), start=1):
        if column.name != name:
            raise FileRefusedError(
                "column_repeated",
                f"Column {position} has the name of a column before it",
                remedy="Give every column a name of its own at the source.",
            )
