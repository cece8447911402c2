"""The release as a Power BI project: a semantic model in TMDL over the Parquet files, and a report.

Labels sort by their order, measures show a value only where one row is meant, and relationships follow the
register.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from ccds_pipeline.exports.content import Content
from ccds_pipeline.exports.measures import Measure, measures_of
from ccds_pipeline.schemas.register import Column, Table, table_of, tables_of

NAME = "ccds"
FOLDER = "C:\\ccds\\exports\\parquet\\"
"""Where the model expects the Parquet files until its parameter says otherwise."""
_SCHEMAS = "https://developer.microsoft.com/json-schemas/fabric"
_TYPES = {
    "text": "string",
    "integer": "int64",
    "number": "double",
    "boolean": "boolean",
    "date": "dateTime",
    "instant": "dateTime",
}
_FORMATS = {"share": "0.0%", "number": "#,##0.0", "count": "#,##0"}
_DATE_FORMATS = {"date": "d mmm yyyy", "instant": "d mmm yyyy hh:nn"}
_UNEVEN = "level"
"""What has labels, such as Unknown, whose place differs between breakdowns: Power BI wants one."""
_DATES = "dim_date"
_COLUMNS = {
    "release": ("as_of", "released_at", "release_id"),
    "kpi_headline": (
        "kpi_label",
        "wave_label",
        "value_text",
        "interval_text",
        "base_n",
        "base_label",
        "target_text",
    ),
}


def write_power_bi(content: Content, folder: Path) -> None:
    """Write ``ccds.pbip`` with the model and the report that it opens."""
    definition = folder / f"{NAME}.SemanticModel" / "definition"
    (definition / "tables").mkdir(parents=True)
    for table in tables_of("reporting"):
        _write(definition / "tables" / f"{table.name}.tmdl", _table(table))
    _write(definition / "relationships.tmdl", _relationships())
    _write(definition / "model.tmdl", _model(content))
    _write(definition / "expressions.tmdl", _folder_parameter())
    _write(definition / "database.tmdl", ["database", "\tcompatibilityLevel: 1601"])
    for file, document in _documents(content).items():
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _write(file: Path, lines: Sequence[str]) -> None:
    file.write_text("\n".join(lines).rstrip("\n") + "\n", encoding="utf-8")


def _model(content: Content) -> list[str]:
    return [
        *_described(" ".join(content.standing_notes)),
        "model Model",
        "\tculture: en-GB",
        "\tdefaultPowerBIDataSourceVersion: powerBI_V3",
        "\tdiscourageImplicitMeasures",
        "\tsourceQueryCulture: en-GB",
        "",
        *(f"ref table {table.name}" for table in tables_of("reporting")),
    ]


def _folder_parameter() -> list[str]:
    meta = 'meta [IsParameterQuery=true, Type="Text", IsParameterQueryRequired=true]'
    return [
        *_described("Folder of the Parquet files of the release, with a backslash at its end."),
        f'expression Folder = "{FOLDER}" {meta}',
        f"\tlineageTag: {_id('expression', 'Folder')}",
    ]


def _table(table: Table) -> list[str]:
    return [
        *_described(table.grain),
        f"table {table.name}",
        f"\tlineageTag: {_id(table.name)}",
        *(["\tdataCategory: Time"] if table.name == _DATES else []),
        "",
        *(line for measure in measures_of(table) for line in _measure(table, measure)),
        *(line for column in table.columns for line in _column(table, column)),
        *(line for name in _added(table) for line in _hidden(table, name)),
        *_partition(table),
    ]


def _measure(table: Table, measure: Measure) -> list[str]:
    column = f"'{table.name}'[{measure.column.name}]"
    dax = f"SUM({column})" if measure.is_additive else f"IF(COUNTROWS('{table.name}') = 1, MAX({column}))"
    return [
        *_described(measure.description, 1),
        f"\tmeasure '{measure_name(table, measure)}' = {dax}",
        f"\t\tformatString: {_FORMATS[measure.kind]}",
        f"\t\tlineageTag: {_id(table.name, 'measure', measure.column.name)}",
        "",
    ]


def measure_name(table: Table, measure: Measure) -> str:
    """Return the name of a measure, which no other in the model has."""
    return f"{measure.label} of {table.name}"


def _column(table: Table, column: Column) -> list[str]:
    order = sort_column(table, column.name)
    return [
        *_described(column.description, 1),
        f"\tcolumn {column.name}",
        f"\t\tdataType: {_TYPES[column.type]}",
        *(["\t\tisKey"] if (column.name,) == table.key else []),
        *(["\t\tisHidden"] if column.name.endswith("_order") else []),
        *([f"\t\tformatString: {_DATE_FORMATS[column.type]}"] if column.type in _DATE_FORMATS else []),
        f"\t\tlineageTag: {_id(table.name, column.name)}",
        "\t\tsummarizeBy: none",
        f"\t\tsourceColumn: {column.name}",
        *([f"\t\tsortByColumn: {order}"] if order else []),
        "",
    ]


def sort_column(table: Table, name: str) -> str | None:
    """Return the column by which a label is sorted, if there is one."""
    stem = name.removesuffix("_label")
    if name == stem or f"{stem}_order" not in table.column_names:
        return (
            "month_starts_on" if name == "month_label" and "month_starts_on" in table.column_names else None
        )
    return f"{stem}_place" if stem == _UNEVEN else f"{stem}_order"


def _added(table: Table) -> Iterator[str]:
    """Yield the columns that a query adds: the place of each label, and one key for what has several."""
    if sort_column(table, f"{_UNEVEN}_label") == f"{_UNEVEN}_place":
        yield f"{_UNEVEN}_place"
    for target in _targets(table):
        if len(target.key) > 1:
            yield f"{target.name}_key"


def _targets(table: Table) -> list[Table]:
    """Return the tables that need a key in this one: those it refers to, and itself if others do."""
    own = [table] if any(table.full_name in other.references for other in tables_of("reporting")) else []
    return [*own, *(table_of(name) for name in table.references)]


def _hidden(table: Table, name: str) -> list[str]:
    return [
        f"\tcolumn {name}",
        f"\t\tdataType: {'int64' if name.endswith('_place') else 'string'}",
        "\t\tisHidden",
        f"\t\tlineageTag: {_id(table.name, name)}",
        "\t\tsummarizeBy: none",
        f"\t\tsourceColumn: {name}",
        "",
    ]


def _partition(table: Table) -> list[str]:
    steps = [f'Source = Parquet.Document(File.Contents(Folder & "{table.name}.parquet"))']
    for name in _added(table):
        before = steps[-1].partition(" = ")[0]
        if name == f"{_UNEVEN}_place":
            label, order = f"{_UNEVEN}_label", f"{_UNEVEN}_order"
            groups = f'{{{{"{name}", each List.Max([{order}]), Int64.Type}}}}'
            steps.append(f'Places = Table.Group({before}, {{"{label}"}}, {groups})')
            joined = f'Table.NestedJoin({before}, {{"{label}"}}, Places, {{"{label}"}}, "places")'
            steps.append(f'Placed = Table.ExpandTableColumn({joined}, "places", {{"{name}"}})')
        else:
            (target,) = (target for target in _targets(table) if f"{target.name}_key" == name)
            columns = table.references.get(target.full_name, target.key)
            value = ' & "|" & '.join(f"[{column}]" for column in columns)
            steps.append(f'Keyed = Table.AddColumn({before}, "{name}", each {value}, type text)')
    return [
        f"\tpartition {table.name} = m",
        "\t\tmode: import",
        "\t\tsource =",
        "\t\t\t\tlet",
        *(f"\t\t\t\t    {step}{',' if step != steps[-1] else ''}" for step in steps),
        "\t\t\t\tin",
        f"\t\t\t\t    {steps[-1].partition(' = ')[0]}",
        "",
    ]


def _relationships() -> list[str]:
    lines = []
    for table in tables_of("reporting"):
        for full_name, columns in table.references.items():
            target = table_of(full_name)
            one, other = (columns[0], target.key[0]) if len(columns) == 1 else (f"{target.name}_key",) * 2
            lines += [
                f"relationship {_id('relationship', table.name, full_name)}",
                # A dimension of a dimension would be a second way from a table of values to the same place.
                *(["\tisActive: false"] if table.name.startswith("dim_") else []),
                f"\tfromColumn: {table.name}.{one}",
                f"\ttoColumn: {target.name}.{other}",
                "",
            ]
    return lines


def _described(text: str, depth: int = 0) -> list[str]:
    indent = "\t" * depth
    return [f"{indent}/// {text}"]


def _id(*names: str) -> str:
    return str(uuid5(NAMESPACE_URL, "/".join(("ccds", "power-bi", *names))))


def _documents(content: Content) -> dict[str, object]:
    """Return the JSON files of project and report by their place."""
    item, report = f"{_SCHEMAS}/item", f"{_SCHEMAS}/item/report/definition"
    page, notes = f"{NAME}.Report/definition/pages/kpis", " ".join(content.standing_notes)
    return {
        f"{NAME}.pbip": {
            "$schema": f"{_SCHEMAS}/pbip/pbipProperties/1.0.0/schema.json",
            "version": "1.0",
            "artifacts": [{"report": {"path": f"{NAME}.Report"}}],
            "settings": {"enableAutoRecovery": True},
        },
        f"{NAME}.SemanticModel/definition.pbism": {
            "$schema": f"{item}/semanticModel/definitionProperties/1.0.0/schema.json",
            "version": "4.2",
            "settings": {},
        },
        f"{NAME}.Report/definition.pbir": {
            "$schema": f"{item}/report/definitionProperties/2.0.0/schema.json",
            "version": "4.0",
            "datasetReference": {"byPath": {"path": f"../{NAME}.SemanticModel"}},
        },
        f"{NAME}.Report/definition/version.json": {
            "$schema": f"{report}/versionMetadata/1.0.0/schema.json",
            "version": "2.0.0",
        },
        f"{NAME}.Report/definition/report.json": {
            "$schema": f"{report}/report/1.0.0/schema.json",
            "layoutOptimization": "None",
            "themeCollection": {},
        },
        f"{NAME}.Report/definition/pages/pages.json": {
            "$schema": f"{report}/pagesMetadata/1.0.0/schema.json",
            "pageOrder": ["kpis"],
            "activePageName": "kpis",
        },
        f"{page}/page.json": {
            "$schema": f"{report}/page/1.0.0/schema.json",
            "name": "kpis",
            "displayName": "KPIs",
            "displayOption": "FitToPage",
            "height": 720,
            "width": 1280,
        },
        f"{page}/visuals/notes/visual.json": _visual("notes", 0, 80, _text_box(notes)),
        f"{page}/visuals/release/visual.json": _visual("release", 80, 80, _table_visual("release")),
        f"{page}/visuals/headlines/visual.json": _visual(
            "headlines", 160, 560, _table_visual("kpi_headline")
        ),
    }


def _visual(name: str, top: int, height: int, visual: object) -> object:
    return {
        "$schema": f"{_SCHEMAS}/item/report/definition/visualContainer/1.0.0/schema.json",
        "name": name,
        "position": {"x": 0, "y": top, "z": 0, "width": 1280, "height": height},
        "visual": visual,
    }


def _text_box(text: str) -> object:
    paragraphs = [{"textRuns": [{"value": text}]}]
    return {"visualType": "textbox", "objects": {"general": [{"properties": {"paragraphs": paragraphs}}]}}


def _table_visual(table: str) -> object:
    def projection(column: str) -> object:
        source = {"SourceRef": {"Entity": table}}
        return {
            "field": {"Column": {"Expression": source, "Property": column}},
            "queryRef": f"{table}.{column}",
            "nativeQueryRef": column,
        }

    values = {"projections": [projection(column) for column in _COLUMNS[table]]}
    return {"visualType": "tableEx", "query": {"queryState": {"Values": values}}}
