"""The release as a semantic model in the YAML of dbt's MetricFlow."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from ccds_pipeline.exports.content import Content
from ccds_pipeline.exports.measures import Measure, measures_of
from ccds_pipeline.schemas.register import Column, Table, table_of, tables_of

FILE = "semantic_models.yml"
_DATES = ("date", "instant")
_OWN_TIMES = {"kpi_by_month": "month_starts_on", "release_history": "as_of", "kpi": "as_of"}
"""Tables whose values are of a time of their own; all others are of the release's."""

Entry = dict[str, Any]


def write_semantic_model(content: Content, folder: Path) -> None:
    """Write ``semantic_models.yml``."""
    document = {
        "semantic_models": [_model(table) for table in tables_of("reporting")],
        "metrics": [
            _metric(table, measure) for table in tables_of("reporting") for measure in measures_of(table)
        ],
    }
    notes = "".join(f"# {note}\n" for note in content.standing_notes)
    text = yaml.dump(document, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True, width=110)
    (folder / FILE).write_text(notes + text, encoding="utf-8")


def _model(table: Table) -> Entry:
    measures = [_measure(table, measure) for measure in measures_of(table)]
    model: Entry = {"name": table.name, "description": table.grain, "model": f"ref('{table.name}')"}
    if measures:
        model["defaults"] = {"agg_time_dimension": _OWN_TIMES.get(table.name, "as_of")}
    model["entities"] = list(_entities(table))
    model["dimensions"] = list(_dimensions(table))
    if measures:
        model["measures"] = measures
    return model


def _entities(table: Table) -> Iterator[Entry]:
    yield {"name": f"{table.name}_key", "type": "primary", "expr": _joined(table.key)}
    for full_name, columns in table.references.items():
        yield {"name": f"{table_of(full_name).name}_key", "type": "foreign", "expr": _joined(columns)}


def _joined(columns: tuple[str, ...]) -> str:
    """Return one expression of SQL for a key of one or several columns."""
    if len(columns) == 1:
        return columns[0]
    return " || '|' || ".join(f"CAST({column} AS VARCHAR)" for column in columns)


def _dimensions(table: Table) -> Iterator[Entry]:
    measured = {measure.column.name for measure in measures_of(table)}
    for column in table.columns:
        if column.name not in measured:
            yield _dimension(table, column)
    if measured and "as_of" not in table.column_names:
        yield {
            "name": "as_of",
            "type": "time",
            "type_params": {"time_granularity": "day"},
            "expr": "(SELECT as_of FROM reporting.release)",
            "description": "Deliveries up to this day are counted.",
        }


def _dimension(table: Table, column: Column) -> Entry:
    dimension: Entry = {"name": column.name, "type": "categorical", "description": column.description}
    if len(column.name) == 1:  # too short a name for MetricFlow
        dimension |= {"name": f"{table.name}_{column.name}", "expr": column.name}
    if column.type in _DATES:
        dimension |= {"type": "time", "type_params": {"time_granularity": "day"}}
    return dimension


def _measure(table: Table, measure: Measure) -> Entry:
    return {
        "name": _name(table, measure),
        "agg": "sum" if measure.is_additive else "max",
        "expr": measure.column.name,
        "description": measure.description,
    }


def _metric(table: Table, measure: Measure) -> Entry:
    return {
        "name": _name(table, measure),
        "label": f"{measure.label} of {table.name}",
        "description": measure.description,
        "type": "simple",
        "type_params": {"measure": _name(table, measure)},
    }


def _name(table: Table, measure: Measure) -> str:
    return f"{table.name}_{measure.column.name}"
