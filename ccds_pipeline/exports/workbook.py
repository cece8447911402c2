"""The release as a workbook: cover, contents, notes, one marked table a sheet, native charts.

Form: guidance of the UK Government Analysis Function on spreadsheets (one table a sheet, marked as a table,
title and notes above it, no merged or empty cells, shorthand in square brackets), as NHS England publishes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_range_abs

from ccds_pipeline.exports.content import OF_SESSIONS, Content
from ccds_pipeline.exports.measures import SHARES, heading_of
from ccds_pipeline.schemas.readings import SHARE
from ccds_pipeline.schemas.register import Column, table_of

_Untyped = Any  # books, sheets and formats of xlsxwriter, which ships no types
FILE = "release.xlsx"
SHORTHAND = {"[c]": "withheld, so that nobody can be identified", "[z]": "not applicable"}
"""What stands in a cell without a value: with a row that is withheld, and elsewhere."""
_SHEETS = {
    "kpi_headline": "KPIs",
    "kpi_by_month": "KPIs by month",
    "kpi_by_group": "KPIs by group",
    "change": "Before and after",
    "response": "Responses",
    "reach": "People reached",
    "answer": "Answers",
    "session_summary": "Sessions",
    "claim": "Published sentences",
    "release_history": "Earlier releases",
    "data_status": "Deliveries",
    "dim_kpi": "Definitions",
}
_TITLE_ROW, _HEADER_ROW = 0, 4
_OF_UNIT = {"target", "value", "claimed", "ci_low", "ci_high"}
_SLACK, _WIDEST = 1e-9, 60


@dataclass(frozen=True)
class _Chart:
    """One native chart of a table.

    Args:
        kind: Of xlsxwriter.
        title: What stands above it, with columns of its first row in braces.
        categories: The column that names them.
        values: A series each.
        where: The column in which its rows have one value: the first that is not of ``OF_SESSIONS``.
    """

    kind: str
    title: str
    categories: str
    values: tuple[str, ...]
    where: str


_CHARTS = {
    "reach": _Chart("bar", "People reached: {breakdown_label}", "level_label", ("people_n",), "breakdown"),
    "change": _Chart("column", "Mean before and after", "kpi_label", ("mean_before", "mean_after"),
                     "breakdown"),
    "response": _Chart("column", "{kpi_label}", "wave_label", ("rate",), "kpi_id"),
}  # fmt: skip
_CHART_ROWS = 18
_LINE = 110
"""How many characters fit a line of the sheets that hold text alone."""


def write_workbook(content: Content, folder: Path) -> None:
    """Write ``release.xlsx``."""
    options = {"default_date_format": "d mmmm yyyy", "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(folder / FILE, options) as book:
        book.set_properties({"title": content.programme, "comments": " ".join(content.notes)})
        _Workbook(book, content).write()


class _Workbook:
    """The sheets of one workbook."""

    def __init__(self, book: _Untyped, content: Content) -> None:
        self._book, self._content = book, content
        self._bold = book.add_format({"bold": True, "font_size": 14})
        self._wrap = book.add_format({"text_wrap": True, "valign": "top"})
        self._whole_share = book.add_format({"num_format": "0%"})
        self._share = book.add_format({"num_format": "0.0%"})
        self._number = book.add_format({"num_format": "#,##0.##"})
        self._count = book.add_format({"num_format": "#,##0"})
        self._date = book.add_format({"num_format": "d mmm yyyy"})

    def write(self) -> None:
        """Write every sheet, in the order in which they are read."""
        self._lines("Cover", [self._content.programme, *self._content.notes])
        self._contents()
        self._charts()
        self._lines(
            "Notes",
            [
                "Notes",
                "Cells without a number hold shorthand.",
                *(f"{sign} {means}" for sign, means in SHORTHAND.items()),
            ],
        )
        for name, title in _SHEETS.items():
            self._table_sheet(name, title)
        self._columns()

    def _lines(self, name: str, lines: Sequence[str]) -> None:
        sheet = self._book.add_worksheet(name)
        sheet.set_column(0, 0, 100)
        for row, line in enumerate(lines):
            # Not every program makes a row as high as its text.
            sheet.set_row(row, 20 if row == 0 else 15 * math.ceil(len(line) / _LINE))
            sheet.write_string(row, 0, line, self._bold if row == 0 else self._wrap)

    def _contents(self) -> None:
        sheet = self._book.add_worksheet("Contents")
        sheet.set_column(0, 0, 30)
        sheet.set_column(1, 1, 90)
        sheet.write_string(0, 0, "Contents", self._bold)
        tables = [(title, table_of(f"reporting.{name}").grain) for name, title in _SHEETS.items()]
        rows = [("Charts", "Charts of the tables that follow."), *tables]
        for row, (title, grain) in enumerate(rows, start=2):
            sheet.write_url(row, 0, f"internal:'{title}'!A1", string=title)
            sheet.write_string(row, 1, grain)
        self._mark(sheet, 1, len(rows), ["Sheet", "What it holds; of a table: what a row is"], "contents")

    def _table_sheet(self, name: str, title: str) -> None:
        table, rows = table_of(f"reporting.{name}"), self._content.tables[name].to_pylist()
        sheet = self._book.add_worksheet(title)
        sheet.write_string(_TITLE_ROW, 0, title, self._bold)
        sheet.write_string(
            1, 0, f"This sheet holds one table. One row: {table.grain[:1].lower()}{table.grain[1:]}"
        )
        sheet.write_string(
            2, 0, "Shorthand: " + "; ".join(f"{sign} {means}" for sign, means in SHORTHAND.items()) + "."
        )
        sheet.write_string(3, 0, self._content.source)
        for at, row in enumerate(rows, start=_HEADER_ROW + 1):
            for place, column in enumerate(table.columns):
                self._cell(sheet, at, place, column, row)
        for place, column in enumerate(table.columns):
            sheet.set_column(place, place, _width(column, rows))
        self._mark(
            sheet, _HEADER_ROW, max(len(rows), 1), [heading_of(column) for column in table.columns], name
        )
        sheet.freeze_panes(_HEADER_ROW + 1, 0)

    def _mark(self, sheet: _Untyped, header: int, rows: int, headings: Sequence[str], name: str) -> None:
        """Mark a range as a table, which readers of screens announce with its headings."""
        style = {"name": f"table_{name}", "columns": [{"header": text} for text in headings],
                 "style": "Table Style Light 1"}  # fmt: skip
        sheet.add_table(header, 0, header + rows, len(headings) - 1, style)

    def _cell(self, sheet: _Untyped, at: int, place: int, column: Column, row: dict[str, Any]) -> None:
        value = row[column.name]
        if value is None:
            sheet.write_string(at, place, "[c]" if row.get("suppressed") else "[z]")
        elif isinstance(value, bool):
            sheet.write_string(at, place, "yes" if value else "no")
        elif isinstance(value, int | float):
            sheet.write_number(at, place, value, self._format(column, row, value))
        elif isinstance(value, str):
            sheet.write_string(at, place, value)
        else:
            sheet.write_datetime(at, place, value, self._date)

    def _format(self, column: Column, row: dict[str, Any], value: float) -> _Untyped:
        """Return the format of a number; a share has a decimal only where it was released with one."""
        if column.name.startswith(SHARES) or (column.name in _OF_UNIT and row.get("unit") == SHARE.name):
            is_whole = abs(100 * value - round(100 * value)) < _SLACK
            return self._whole_share if is_whole else self._share
        return self._count if column.type == "integer" else self._number

    def _charts(self) -> None:
        """Draw the charts on a sheet of their own: beside a wide table nobody finds one."""
        sheet = self._book.add_worksheet("Charts")
        sheet.fit_to_pages(1, 1)
        sheet.write_string(0, 0, "Charts", self._bold)
        sheet.write_string(1, 0, self._content.source)
        at = 3
        for name, chart in _CHARTS.items():
            rows = self._content.tables[name].to_pylist()
            first = next((row for row in rows if row[chart.where] not in OF_SESSIONS), None)
            if first is not None:
                shown = [place for place, row in enumerate(rows) if row[chart.where] == first[chart.where]]
                title = chart.title.format(**first)
                drawn = self._chart(name, chart, title, [_HEADER_ROW + 1 + place for place in shown])
                described = {"description": f"{title}, from the sheet {_SHEETS[name]}"}
                sheet.insert_chart(at, 0, drawn, described)
                at += _CHART_ROWS

    def _chart(self, name: str, chart: _Chart, title: str, rows: Sequence[int]) -> _Untyped:
        columns = {column.name: column for column in table_of(f"reporting.{name}").columns}
        places = list(columns)
        drawn = self._book.add_chart({"type": chart.kind})
        for value in chart.values:
            cells = {
                part: _cells(_SHEETS[name], places.index(column), rows)
                for part, column in (("categories", chart.categories), ("values", value))
            }
            drawn.add_series({"name": heading_of(columns[value]), **cells})
        drawn.set_title({"name": title, "name_font": {"size": 12}})
        drawn.set_size({"width": 720, "height": 20 * (_CHART_ROWS - 2)})
        numbers = "0%" if chart.values[0].startswith(SHARES) else "#,##0"
        values: dict[str, object] = {"num_format": numbers, "min": 0}
        if chart.kind == "bar":  # it lies, and is drawn from the bottom
            drawn.set_x_axis(values)
            drawn.set_y_axis({"reverse": True})
        else:
            drawn.set_y_axis(values)
        if len(chart.values) == 1:
            drawn.set_legend({"none": True})
        return drawn

    def _columns(self) -> None:
        sheet = self._book.add_worksheet("Columns")
        sheet.write_string(0, 0, "Columns", self._bold)
        rows = list(_meanings())
        for at, row in enumerate(rows, start=2):
            for place, text in enumerate(row):
                sheet.write_string(at, place, text)
        self._mark(sheet, 1, len(rows), ["Sheet", "Column", "Meaning"], "columns")
        sheet.set_column(0, 1, 25)
        sheet.set_column(2, 2, 120)


def _cells(sheet: str, column: int, rows: Sequence[int]) -> str:
    """Return the cells of a column in some rows as a formula; the rows need not lie together."""
    starts = [row for row in rows if row - 1 not in rows]
    ends = [row for row in rows if row + 1 not in rows]
    ranges = [
        f"'{sheet}'!{xl_range_abs(first, column, last, column)}"
        for first, last in zip(starts, ends, strict=True)
    ]
    return f"={ranges[0]}" if len(ranges) == 1 else f"=({','.join(ranges)})"


def _meanings() -> Iterator[tuple[str, str, str]]:
    for name, title in _SHEETS.items():
        for column in table_of(f"reporting.{name}").columns:
            yield title, heading_of(column), column.description


def _width(column: Column, rows: Sequence[dict[str, Any]]) -> int:
    texts = [row[column.name] for row in rows if isinstance(row[column.name], str)]
    return min(max(len(text) for text in [heading_of(column), *texts]) + 3, _WIDEST)
