"""A release in a few numbers, a table and a line for each KPI, for whoever looks at it in Dagster.

Only released tables are read. The report for readers is written in ``report``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import duckdb

from ccds_pipeline.warehouse.publish import refuse_unreleased

_BARS = "▁▂▃▄▅▆▇█"
_WITHHELD = "·"
_LONGEST = 900  # of 1,000 characters that Dagster's lists show of a text
_LEAST_POINTS = 2


@dataclass(frozen=True)
class Glance:
    """What to show of a release.

    ``numbers`` are by released table and then by name: values of headlines (shares from 0 to 1), response
    rates, rejected shares, cells and withheld cells, and the size of the file. What is withheld has none.
    ``table`` is Markdown; ``lines`` has a sparkline by month for each headline, in under 1,000 characters.
    """

    numbers: Mapping[str, Mapping[str, float]]
    table: str
    lines: str


def read_glance(database: Path) -> Glance:
    """Read what to show of a release.

    Raises:
        ConfigurationError: If nothing was released yet.
    """
    refuse_unreleased(database)
    with closing(duckdb.connect(str(database), read_only=True)) as connection:
        return Glance(
            numbers={
                "kpi_headline": _numbers(
                    connection,
                    "SELECT kpi_id || ' ' || wave, coalesce(fraction, points, count_n) "
                    "FROM reporting.kpi_headline ORDER BY kpi_order, wave_order",
                ),
                "response": _numbers(
                    connection,
                    "SELECT kpi_id || ' ' || wave, rate "
                    "FROM reporting.response ORDER BY kpi_order, wave_order",
                ),
                "data_status": _numbers(
                    connection,
                    "SELECT 'rejected_share ' || source_id, rejected_n / nullif(received_n, 0) "
                    "FROM reporting.data_status ORDER BY source_id",
                ),
                "kpi": _numbers(
                    connection,
                    "SELECT 'cells', count(*) FROM reporting.kpi UNION ALL "
                    "SELECT 'withheld_cells', count(*) FILTER (WHERE suppressed) FROM reporting.kpi",
                ),
                "release": {"bytes": database.stat().st_size},
            },
            table=_table(connection),
            lines=_lines(connection),
        )


def _numbers(connection: duckdb.DuckDBPyConnection, query: str) -> dict[str, float]:
    rows = connection.execute(query).fetchall()
    return {name: number for name, number in rows if number is not None}


def _table(connection: duckdb.DuckDBPyConnection) -> str:
    rows = connection.execute(
        "SELECT kpi_id, kpi_label, wave_label, value_text, interval_text, target_text, met "
        "FROM reporting.kpi_headline ORDER BY kpi_order, wave_order"
    ).fetchall()
    met = {True: "met", False: "missed", None: ""}
    cells = [[*map(_cell, row[:-1]), met[row[-1]]] for row in rows]
    head = ["KPI", "what", "wave", "value", "interval", "target", ""]
    return "\n".join(_row(cell) for cell in (head, ["---"] * len(head), *cells))


def _cell(text: str | None) -> str:
    return (text or "").replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ")


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _lines(connection: duckdb.DuckDBPyConnection) -> str:
    rows = connection.execute(
        "SELECT kpi_id, wave, coalesce(fraction, points, count_n) FROM reporting.kpi_by_month "
        "ORDER BY kpi_order, wave_order, month_starts_on"
    ).fetchall()
    series: dict[str, list[float | None]] = defaultdict(list)
    for kpi_id, wave, value in rows:
        series[f"{kpi_id} {wave}"].append(value)
    return "\n".join(
        _within(f"{name} {line}" for name, values in series.items() if (line := sparkline(values)))
    )


def _within(lines: Iterator[str]) -> Iterator[str]:
    length = 0
    for line in lines:
        length += len(line) + 1
        if length > _LONGEST:
            return
        yield line


def sparkline(values: Sequence[float | None]) -> str:
    """Return a bar for each value, from the lowest to the highest, and a dot for one that is withheld.

    Empty where fewer than two values are shown.
    """
    shown = [value for value in values if value is not None]
    if len(shown) < _LEAST_POINTS:
        return ""
    low, range_ = min(shown), max(shown) - min(shown)
    top = len(_BARS) - 1
    bars = [
        _WITHHELD if value is None else _BARS[round(top * (value - low) / range_) if range_ else top // 2]
        for value in values
    ]
    return "".join(bars)
