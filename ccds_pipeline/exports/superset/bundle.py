"""What Superset imports: a bundle for the DuckDB file, and one for PostgreSQL.

Identifiers are made of names, so that a second import replaces what the first one made. Form: version 1 of
Superset's import and export.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import sqlalchemy as sa
import yaml

from ccds_pipeline.exports.content import Content
from ccds_pipeline.exports.measures import Measure, heading_of, measures_of
from ccds_pipeline.exports.superset.charts import (
    Chart,
    Spec,
    calculated_of,
    charts_of,
    definitions,
    lists_of,
    numbered,
)
from ccds_pipeline.exports.superset.drawing import params_of
from ccds_pipeline.schemas.register import Column, Table, tables_of
from ccds_pipeline.schemas.verdicts import VERDICTS

POSTGRESQL_URI = "postgresql+psycopg2://ccds_reader@localhost:5432/ccds"
"""Where the bundle for PostgreSQL expects the release until somebody says otherwise in Superset."""
_VERSION = "1.0.0"
_TYPES = {
    "text": "VARCHAR",
    "integer": "BIGINT",
    "number": "DOUBLE PRECISION",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "instant": "TIMESTAMP",
}
_FORMATS = {"share": ".1~%", "number": ",.1f", "count": ",d"}
_WIDTH, _NOTE_HEIGHT = 12, 13
_DATES = ("date", "instant")


def write_superset(content: Content, folder: Path) -> None:
    """Write ``superset-duckdb.zip`` and ``superset-postgresql.zip``."""
    for engine, uri in (("duckdb", _uri(content.file)), ("postgresql", POSTGRESQL_URI)):
        _Bundle(content, engine, uri).write(folder / f"superset-{engine}.zip")


def _uri(file: Path) -> str:
    return sa.URL.create("duckdb", database=str(file)).render_as_string()


class _Bundle:
    """One bundle: a database, its datasets, charts and dashboards."""

    def __init__(self, content: Content, engine: str, uri: str) -> None:
        (programme,) = content.tables["programme"].to_pylist()
        self._content, self._engine, self._uri = content, engine, uri
        self._programme = programme["programme_id"]
        self._source = content.standing_notes[0]
        self._charts = charts_of(content)

    def write(self, file: Path) -> None:
        """Write the bundle; the same release makes the same bytes."""
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as bundle:
            for name, document in self._documents():
                entry = zipfile.ZipInfo(f"ccds/{name}.yaml")
                entry.compress_type = zipfile.ZIP_DEFLATED
                bundle.writestr(
                    entry, yaml.dump(document, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True)
                )

    def _documents(self) -> Iterator[tuple[str, Spec]]:
        # Without a type, the bundle may be imported as dashboards and as assets.
        yield "metadata", {"version": _VERSION, "timestamp": f"{self._content.as_of}T00:00:00+00:00"}
        yield "databases/release", self._database()
        for table in tables_of("reporting"):
            yield f"datasets/release/{table.name}", self._dataset(table)
        for charts in self._charts.values():
            for number, chart in enumerate(charts):
                yield (
                    f"charts/{chart.spec['table']}_{chart.key.partition('-')[0]}_{number}",
                    self._slice(chart),
                )
        for name, spec in definitions()["dashboards"].items():
            yield f"dashboards/{name}", self._dashboard(name, spec)

    def _id(self, *names: str) -> str:
        return str(uuid5(NAMESPACE_URL, "/".join(("ccds", self._programme, self._engine, *names))))

    def _database(self) -> Spec:
        options = {"read_only": True} if self._engine == "duckdb" else {}
        return {
            "database_name": f"{self._content.programme} ({self._engine})",
            "sqlalchemy_uri": self._uri,
            "expose_in_sqllab": True,
            "allow_ctas": False,
            "allow_cvas": False,
            "allow_dml": False,
            "allow_run_async": False,
            "allow_csv_upload": False,
            "extra": {"engine_params": {"connect_args": options}, "schemas_allowed_for_csv_upload": []},
            "uuid": self._id("database"),
            "version": _VERSION,
        }

    def _dataset(self, table: Table) -> Spec:
        dates = [column.name for column in table.columns if column.type in _DATES]
        calculated = self._calculated(table)
        return {
            "table_name": table.name,
            "schema": "reporting",
            "description": " ".join([table.grain, *self._content.standing_notes]),
            "main_dttm_col": dates[0] if dates else None,
            "filter_select_enabled": True,
            "extra": {"certification": {"certified_by": "ccds_pipeline", "details": self._source}},
            "columns": [
                *(_column(column) for column in table.columns),
                *(_calculated_column(*named) for named in calculated.items()),
            ],
            "metrics": [
                {"metric_name": "count", "verbose_name": "Rows", "metric_type": "count",
                 "expression": "COUNT(*)", "description": "Rows of the table."},
                *(_metric(measure) for measure in measures_of(table)),
            ],
            "uuid": self._id("dataset", table.name),
            "database_uuid": self._id("database"),
            "version": _VERSION,
        }  # fmt: skip

    def _calculated(self, table: Table) -> Mapping[str, str]:
        if table.name == "claim":
            cases = " ".join(f"WHEN '{state}' THEN '{words}'" for state, words in VERDICTS.items())
            return {"verdict": f"CASE state {cases} END"}
        return calculated_of(table, self._content)

    def _slice(self, chart: Chart) -> Spec:
        kind, params = params_of(chart)
        return {
            "slice_name": chart.title,
            "description": self._source,
            "certified_by": "ccds_pipeline",
            "certification_details": self._source,
            "viz_type": kind,
            "params": params,
            "uuid": self._id("chart", chart.key),
            "dataset_uuid": self._id("dataset", chart.table.name),
            "version": _VERSION,
        }

    def _dashboard(self, name: str, spec: Spec) -> Spec:
        numbers = {
            chart.key: number
            for number, chart in enumerate((c for charts in self._charts.values() for c in charts), start=1)
        }
        return {
            "dashboard_title": f"{self._content.programme}: {spec['title']}",
            "description": " ".join(self._content.standing_notes),
            "slug": f"{self._programme}-{name.replace('_', '-')}-{self._engine}",
            "published": True,
            "certified_by": "ccds_pipeline",
            "certification_details": self._source,
            "position": self._position(spec, numbers),
            "metadata": {
                "color_scheme": "supersetColors",
                "label_colors": self._colours(),
                "shared_label_colors": [],
                "cross_filters_enabled": False,
                "native_filter_configuration": [
                    self._native_filter(spec, entry, numbers) for entry in spec.get("filters", ())
                ],
            },
            "uuid": self._id("dashboard", name),
            "version": _VERSION,
        }

    def _position(self, spec: Spec, numbers: Mapping[str, int]) -> Spec:
        """Lay the charts out in rows, with what has to be said of them above."""
        note = {"type": "MARKDOWN", "meta": {"code": self._note(), "width": _WIDTH, "height": _NOTE_HEIGHT}}
        rows: list[list[dict[str, Any]]] = [[note]]
        for row in spec["rows"]:
            rows.append([])
            for name, width, height in row:
                for chart in self._charts[name]:
                    if sum(cell["meta"]["width"] for cell in rows[-1]) + width > _WIDTH:
                        rows.append([])
                    meta = {"chartId": numbers[chart.key], "uuid": self._id("chart", chart.key),
                            "sliceName": chart.title, "width": width, "height": height}  # fmt: skip
                    rows[-1].append({"type": "CHART", "meta": meta})
        return _grid([row for row in rows if row], spec["title"])

    def _note(self) -> str:
        empty = (
            "A gap in a line, a missing bar and the word *withheld* in a table are cells that are withheld."
        )
        return "\n\n".join([f"**{self._source}**", " ".join([*self._content.standing_notes[1:], empty])])

    def _colours(self) -> dict[str, str]:
        """Return the colour of every series, the options of the scales and the waves included.

        Superset looks a series up by its column where the two have one name.
        """
        palette, waves = definitions()["answer_colours"], self._content.tables["dim_wave"].to_pylist()
        colours = dict(definitions()["colours"])
        metrics = [
            metric for spec in definitions()["charts"].values() for metric in spec.get("metrics", {}).items()
        ]
        colours |= {column: colours[label] for label, column in metrics if label in colours}
        labels = [
            numbered(wave["wave_label"], wave["wave_order"], len(waves)) for wave in waves if wave["timing"]
        ]
        colours |= dict(zip(labels, definitions()["wave_colours"], strict=False))
        for chart in self._charts["answers"]:
            options = chart.entry["key"]
            for place, option in enumerate(options):
                shade = round(place * (len(palette) - 1) / max(len(options) - 1, 1))
                colours[numbered(option, place + 1, len(options))] = palette[shade]
        return colours

    def _native_filter(self, spec: Spec, entry: Spec, numbers: Mapping[str, int]) -> Spec:
        column = entry["column"]
        (chosen,) = lists_of(self._content)[entry["default"]][:1] or ({column: None},)
        value = [chosen[column]] if chosen[column] else []
        shown = {chart.key for name in entry["charts"] for chart in self._charts[name]}
        on_page = {chart.key for row in spec["rows"] for name, *_ in row for chart in self._charts[name]}
        extra = {"filters": [{"col": column, "op": "IN", "val": value}]} if value else {}
        return {
            "id": f"NATIVE_FILTER-{self._id('filter', entry['name'])}",
            "type": "NATIVE_FILTER",
            "filterType": "filter_select",
            "name": entry["name"],
            "targets": [
                {"column": {"name": column}, "datasetUuid": self._id("dataset", entry["table"])}
            ],
            "controlValues": {"multiSelect": False, "enableEmptyFilter": True, "searchAllOptions": False},
            "defaultDataMask": {"extraFormData": extra, "filterState": {"value": value}},
            "scope": {"rootPath": ["ROOT_ID"],
                      "excluded": sorted(numbers[key] for key in on_page - shown)},
            "cascadeParentIds": [],
        }  # fmt: skip


def _column(column: Column) -> Spec:
    return {
        "column_name": column.name,
        "verbose_name": definitions()["headings"].get(column.name, heading_of(column)),
        "description": column.description,
        "type": _TYPES[column.type],
        "is_dttm": column.type in _DATES,
        "is_active": True,
        "groupby": True,
        "filterable": True,
    }


def _calculated_column(name: str, expression: str) -> Spec:
    return {
        "column_name": name,
        "verbose_name": name.capitalize(),
        "expression": expression,
        "type": "VARCHAR",
        "is_active": True,
        "groupby": True,
        "filterable": True,
    }


def _metric(measure: Measure) -> Spec:
    aggregate = "SUM" if measure.is_additive else "MAX"
    return {
        "metric_name": measure.column.name,
        "verbose_name": measure.label,
        "metric_type": aggregate.lower(),
        "expression": f"{aggregate}({measure.column.name})",
        "description": measure.description,
        "d3format": _FORMATS[measure.kind],
    }


def _grid(rows: Sequence[Sequence[dict[str, Any]]], title: str) -> Spec:
    """Return the layout of a dashboard of these rows of cells."""
    position: dict[str, Any] = {
        "DASHBOARD_VERSION_KEY": "v2",
        "ROOT_ID": {"type": "ROOT", "id": "ROOT_ID", "children": ["GRID_ID"]},
        "HEADER_ID": {"type": "HEADER", "id": "HEADER_ID", "meta": {"text": title}},
        "GRID_ID": {"type": "GRID", "id": "GRID_ID", "parents": ["ROOT_ID"], "children": []},
    }
    for number, row in enumerate(rows):
        row_id = f"ROW-{number}"
        position["GRID_ID"]["children"].append(row_id)
        cells = {f"{cell['type']}-{number}-{place}": cell for place, cell in enumerate(row)}
        parents = ["ROOT_ID", "GRID_ID", row_id]
        meta = {"background": "BACKGROUND_TRANSPARENT"}
        position[row_id] = {
            "type": "ROW", "id": row_id, "parents": parents[:2], "children": list(cells), "meta": meta
        }  # fmt: skip
        position |= {
            name: {**cell, "id": name, "children": [], "parents": parents} for name, cell in cells.items()
        }
    return position
