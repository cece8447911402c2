"""The Power BI project parses, and its model refers to nothing that it has not."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from ccds_pipeline.exports.measures import measures_of
from ccds_pipeline.exports.power_bi import write_power_bi
from ccds_pipeline.schemas.register import tables_of
from ccds_pipeline_tests.support.released_content import released_content
from ccds_pipeline_tests.support.tmdl import parse

TABLES = {table.name: table for table in tables_of("reporting")}


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("power_bi")
    write_power_bi(released_content(), folder)
    return folder


@pytest.fixture(scope="module")
def model(project):
    definition = project / "ccds.SemanticModel" / "definition"
    return {
        file.relative_to(definition).as_posix(): parse(file.read_text(encoding="utf-8"))
        for file in sorted(definition.rglob("*.tmdl"))
    }


@pytest.fixture(scope="module")
def tables(model):
    return {node.name: node for nodes in model.values() for node in nodes if node.kind == "table"}


@pytest.mark.parametrize(
    "text",
    [
        "table a\n  column b\n",
        "table a\n\t\tcolumn b\n",
        "table a\n\tcolumn b\n\t\tcolour: red\n",
        "table a\n\t/// nothing\n",
        "column b\n",
        "table a\n\tpartition a = m\n\t\tsource =\n\t\tlet\n",
    ],
)
def test_the_reader_refuses_what_is_no_tmdl(text):
    with pytest.raises(ValueError, match="line"):
        parse(text)


def test_the_model_has_every_released_table_with_its_columns_and_what_they_mean(model, tables):
    (root,) = (node for node in model["model.tmdl"] if node.kind == "model")
    assert [node.name for node in model["model.tmdl"] if node.kind == "ref table"] == list(TABLES)
    assert "withheld" in root.description
    assert "Invented." in root.description
    assert list(tables) == sorted(TABLES)
    for name, table in TABLES.items():
        columns = tables[name].of("column")
        described = {column.name: column.description for column in table.columns}
        assert described.items() <= {key: node.description for key, node in columns.items()}.items()


def test_labels_sort_by_a_column_of_their_table(tables):
    sorted_by = {
        (name, column.name): column.properties["sortByColumn"]
        for name, node in tables.items()
        for column in node.of("column").values()
        if "sortByColumn" in column.properties
    }
    for (name, _), order in sorted_by.items():
        assert order in tables[name].of("column")
    assert sorted_by["kpi_headline", "kpi_label"] == "kpi_order"
    assert sorted_by["reach", "level_label"] == "level_place"
    assert sorted_by["kpi_by_month", "month_label"] == "month_starts_on"


def test_relationships_follow_the_register_and_leave_one_way_between_two_tables(model, tables):
    ends = [
        (node.properties["fromColumn"].split("."), node.properties["toColumn"].split("."), node.properties)
        for node in model["relationships.tmdl"]
    ]
    for (one, column), (other, key), _ in ends:
        assert column in tables[one].of("column")
        assert key in tables[other].of("column")
    made = Counter((one, other) for (one, _), (other, _), _ in ends)
    wanted = Counter(
        (table.name, name.partition(".")[2]) for table in TABLES.values() for name in table.references
    )
    assert made == wanted
    active = {one for (one, _), _, properties in ends if "isActive" not in properties}
    assert not active & {other for _, (other, _), _ in ends}


def test_measures_have_names_of_their_own_formats_and_show_one_row(tables):
    measures = [node for table in tables.values() for node in table.of("measure").values()]
    assert len({node.name for node in measures}) == len(measures)
    assert len(measures) == sum(len(list(measures_of(table))) for table in TABLES.values())
    for node in measures:
        assert node.properties["formatString"]
        assert node.description
        assert node.expression.startswith(("IF(COUNTROWS(", "SUM('data_status'"))


def test_queries_read_the_files_of_the_folder_and_are_balanced(tables):
    for name, node in tables.items():
        (partition,) = node.of("partition").values()
        query = partition.properties["source"]
        assert f'File.Contents(Folder & "{name}.parquet")' in query
        assert query.startswith("let\n")
        for opening, closing in ("()", "{}", "[]"):
            assert query.count(opening) == query.count(closing)
        steps = [line for line in query.split("\n") if " = " in line]
        assert [step.endswith(",") for step in steps] == [True] * (len(steps) - 1) + [False]
        assert query.endswith(f"\nin\n{steps[-1].partition(' = ')[0]}")


def test_the_project_opens_a_report_of_the_model(project):
    paths = [path for path in project.rglob("*") if path.suffix in {".json", ".pbip", ".pbism", ".pbir"}]
    read = {path.relative_to(project).as_posix(): json.loads(path.read_text("utf-8")) for path in paths}
    (artifact,) = read["ccds.pbip"]["artifacts"]
    report = artifact["report"]["path"]
    reference = read[f"{report}/definition.pbir"]["datasetReference"]["byPath"]["path"]
    assert (project / report / reference / "definition.pbism").resolve().exists()
    assert f"{report}/definition/pages/kpis/visuals/release/visual.json" in read
    assert "withheld" in json.dumps(read[f"{report}/definition/pages/kpis/visuals/notes/visual.json"])
