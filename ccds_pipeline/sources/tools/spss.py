"""SPSS: a data file (sav), one row per response; Jisc, Qualtrics, LimeSurvey and REDCap write one, too.

Only this layout belongs here. A column is named by its variable, and its text is the variable's label. Cells
hold the codes of answers; with the source's option ``answers: labels``, the labels that the file gives them.
A code that the file declares as missing is delivered like any other: whether it means a blank or "not
applicable" is said by the programme file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from typing import Any

from ccds_pipeline.errors import FileRefusedError
from ccds_pipeline.sources.companion import LABELS, LABELS_OPTION
from ccds_pipeline.sources.delivered import (
    DeliveredColumn,
    DeliveredTable,
    Fault,
    FaultyCell,
    LineTally,
    Row,
    SourceFile,
)
from ccds_pipeline.sources.signature import HEAD_BYTES, nul_character, refuse_binary, refuse_markup
from ccds_pipeline.sources.workbook import as_cell, number_too_long

Value = float | str | date | datetime | time
_SIGNATURES = (b"$FL2", b"$FL3")
_PADDED = "N"  # the format of numbers with zeros in front


@contextmanager
def read_spss(file: SourceFile) -> Iterator[DeliveredTable]:
    """Deliver the records of an SPSS data file; a record's line is its number.

    Dates are in ISO 8601, numbers without decimals as ``7``.

    Raises:
        FileRefusedError: Rule ``not_spss``, ``spss_damaged``, ``spss_too_large``, ``too_many_columns`` or
            ``header_missing``.
    """
    _refuse_other_kinds(file)
    variables, about = _read(file)
    labels = about.variable_value_labels if file.options.get(LABELS_OPTION) == LABELS else {}
    columns = tuple(DeliveredColumn(name, about.column_names_to_labels.get(name) or "") for name in variables)
    cells = [
        _cells(values, labels.get(name, {}), about.original_variable_types.get(name, ""))
        for name, values in variables.items()
    ]
    rows = (_row(number, record) for number, record in enumerate(zip(*cells, strict=True), start=1))
    records = len(next(iter(variables.values())))
    tally = LineTally(f"SPSS data file in {about.file_encoding}", total=records)
    yield DeliveredTable(columns, rows, tally)


def _refuse_other_kinds(file: SourceFile) -> None:
    with file.path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    if head.startswith(_SIGNATURES):
        return
    refuse_binary(head)
    refuse_markup(head.decode(errors="ignore"))
    raise FileRefusedError(
        "not_spss",
        "The file is not an SPSS data file (sav)",
        remedy="Export the responses for SPSS, and deliver the data file (sav).",
    )


def _read(file: SourceFile) -> tuple[Mapping[str, Sequence[Value | None]], Any]:
    """Return the values of the variables, and what the file says about them."""
    import pyreadstat

    options: dict[str, Any] = {"output_format": "dict", "user_missing": True}
    try:
        _, about = pyreadstat.read_sav(str(file.path), metadataonly=True, **options)
        _check_size(about.number_columns, about.number_rows or 0, file)
        values, about = pyreadstat.read_sav(str(file.path), **options)
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, UnicodeDecodeError, ValueError):
        raise FileRefusedError(
            "spss_damaged",
            "The SPSS data file is damaged or incomplete",
            remedy="Download it again from the tool, without opening and saving it.",
        ) from None
    return values, about


def _check_size(columns: int, records: int, file: SourceFile) -> None:
    if not columns:
        raise FileRefusedError(
            "header_missing", "The file has no variables", remedy="Export the responses again from the tool."
        )
    if columns > file.limits.columns:
        raise FileRefusedError(
            "too_many_columns",
            f"The file has {columns} variables, more than {file.limits.columns}",
            remedy="Check that the file is the tool's own table export.",
        )
    if columns * records > file.limits.workbook_cells:
        raise FileRefusedError(
            "spss_too_large",
            f"The file has {columns * records} cells, more than {file.limits.workbook_cells}",
            remedy="Export fewer records per file.",
        )


def _cells(
    values: Sequence[Value | None], labels: Mapping[Value, str], number_format: str
) -> Iterator[str | None]:
    for value in values:
        if value is None or value in labels:
            yield None if value is None else labels[value]
        elif number_format.startswith(_PADDED):
            yield FaultyCell("", Fault.NUMBER_PADDED)
        else:
            yield as_cell(value, number_too_long)


def _row(number: int, record: tuple[str | None, ...]) -> Row:
    if any("\0" in cell for cell in record if cell):
        raise nul_character(number)
    return Row(number, record)
